package accounting

import (
	"context"
	"database/sql"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Posted is a voucher read back from the books: everything its digest covers, with the names a reader needs.
type Posted struct {
	Book        BookID
	No          VoucherNo
	Date        Date
	Kind        Kind
	Source      string // the event: I1, P3, …
	Document    uuid.UUID
	Memo        string
	Documents   []Hash
	PreparedBy  Signer
	ReviewedBy  Signer
	PostedBy    Signer
	Attachments int
	Refers      *VoucherNo // what it reverses or corrects
	ReversedBy  *VoucherNo // the red voucher that took it back
	RecordedAt  time.Time
	Digest      Hash
	Lines       []PostedLine
}

// Signer is who did something, by name.
type Signer struct {
	ID   PersonID
	Code string
	Name string
}

// PostedLine is a line of a Posted, amounts in yuan.
type PostedLine struct {
	Account        string
	AccountName    string
	Basis          string
	Project        ProjectID
	ProjectCode    string
	BudgetLine     BudgetLineID
	BudgetLineCode string
	Subject        SubjectID
	SubjectKind    SubjectKind
	SubjectCode    string
	EconomicClass  string
	Debit, Credit  Money
}

// VoucherQuery picks vouchers; zero values do not restrict. It answers in order of period and number.
type VoucherQuery struct {
	Book     BookID
	From, To Period // inclusive; zero: from the first, to the last
	After    VoucherNo
	Project  ProjectID
	Projects []ProjectID // any of them
	Unit     UnitID
	Document uuid.UUID // the source document
	Source   string
	Search   string // in the summary; a number or an amount is looked for as such too
	Limit    int    // zero: all

	Found []VoucherNo // these alone, in order, whatever else is asked for
}

// voucherPage is how many vouchers one round trip brings.
const voucherPage = 500

// FindVoucher reads one voucher. Code: voucher_unknown.
func FindVoucher(ctx context.Context, db bun.IDB, book BookID, no VoucherNo) (*Posted, error) {
	found, err := voucherRows(ctx, db, book, no.Period, no.Period, fragment{` and v.number = ?`, []any{no.Number}}, 1)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.NotFound("voucher_unknown", "there is no voucher %s", no)
	}
	return &found[0], nil
}

// Vouchers reads vouchers one after the other, a page at a time, so that a book of any size can be listed. An error ends it.
func Vouchers(ctx context.Context, db bun.IDB, q VoucherQuery) iter.Seq2[Posted, error] {
	return func(yield func(Posted, error) bool) {
		if q.Found != nil {
			if len(q.Found) == 0 {
				return
			}
			found, err := voucherRows(ctx, db, q.Book, q.Found[0].Period, q.Found[len(q.Found)-1].Period, among(q.Found), len(q.Found))
			if err != nil {
				yield(Posted{}, err)
			}
			for _, p := range found {
				if !yield(p, nil) {
					return
				}
			}
			return
		}
		parts, err := q.parts(ctx, db)
		if err != nil {
			yield(Posted{}, err)
			return
		}
		left := q.Limit
		for _, part := range parts {
			after := q.After
			for {
				limit := voucherPage
				if q.Limit > 0 {
					limit = min(limit, left)
				}
				page, err := voucherRows(ctx, db, q.Book, max(part.from, after.Period), part.to, q.where(after, part.to), limit)
				if err != nil {
					yield(Posted{}, err)
					return
				}
				for _, p := range page {
					if !yield(p, nil) {
						return
					}
				}
				if left -= len(page); q.Limit > 0 && left == 0 {
					return
				}
				if len(page) < limit {
					break
				}
				after = page[len(page)-1].No
			}
		}
	}
}

// voucherPart is a run of periods that one query reads.
type voucherPart struct{ from, to Period }

// parts splits a query by project or unit into its periods: the numbers of one period are found in an index, and a page often
// needs no second one.
func (q VoucherQuery) parts(ctx context.Context, db bun.IDB) ([]voucherPart, error) {
	from, to := q.bounds()
	if !q.narrow() {
		return []voucherPart{{from, to}}, nil
	}
	return collect(ctx, db, fragment{`select p.period, p.period from accounting.periods p where p.book_id = ? and p.period between ? and ? and p.last_number > 0 order by p.period`, []any{q.Book, max(from, q.After.Period), to}},
		func(p *voucherPart) []any { return []any{&p.from, &p.to} })
}

// bounds are the first and the last period asked for.
func (q VoucherQuery) bounds() (from, to Period) {
	if from, to = q.From, q.To; from == 0 {
		from = 200001
	}
	if to == 0 {
		to = 999914
	}
	return from, to
}

// where writes the conditions on vouchers v, each with a leading "and"; in is the period, where a project or a unit is asked for.
func (q VoucherQuery) where(after VoucherNo, in Period) fragment {
	var w fragment
	if after.Number > 0 {
		w.add(` and (v.period, v.number) > (?, ?)`, after.Period, after.Number)
	}
	if q.Document != uuid.Nil {
		w.add(` and v.source_document = ?`, q.Document)
	}
	if q.Source != "" {
		w.add(` and v.source = ?`, q.Source)
	}
	if q.Search != "" {
		found := q.searched()
		w.add(found.sql, found.args...)
	}
	if only := q.only(); q.narrow() {
		mine := only.where(q.Book)
		w.add(` and v.number in (select m.number from (select distinct x.number from accounting.ledgers l join accounting.lines x on x.book_id = l.book_id and x.project_id = l.project_id where l.book_id = ? and x.period = ?`, q.Book, in)
		w.add(mine.sql+` offset 0) m)`, mine.args...)
	}
	return w
}

// narrow says whether only some projects' vouchers are asked for.
func (q VoucherQuery) narrow() bool {
	return !q.Project.IsZero() || !q.Unit.IsZero() || len(q.Projects) > 0
}

func (q VoucherQuery) only() filter {
	only := filter{unit: q.Unit}
	if only.projects = q.Projects; !q.Project.IsZero() {
		only.projects = []ProjectID{q.Project}
	}
	return only
}

// searched looks for a text in the summary, for a number (12, 记-0012, 2025-06 记-0012) and for an amount of a line.
func (q VoucherQuery) searched() fragment {
	text, like := q.Search, "ilike"
	if strings.ToLower(text) == strings.ToUpper(text) {
		like = "like" // without letters there is no case to overlook, which takes twice the time
	}
	w := fragment{` and (v.memo ` + like + ` ?`, []any{"%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"}}
	month, number, named := strings.Cut(text, "记-")
	if !named {
		month, number = "", text
	}
	if n, err := strconv.Atoi(number); err == nil && n > 0 && n < 10_000_000 {
		if p, err := ParsePeriod(strings.TrimSpace(month)); err == nil {
			w.add(` or v.period = ? and v.number = ?`, p, n)
		} else {
			w.add(` or v.number = ?`, n)
		}
	}
	if amount, err := ParseMoney(strings.ReplaceAll(text, ",", "")); err == nil && !amount.IsZero() {
		from, to := q.bounds()
		if q.narrow() {
			w.add(` or exists (select from accounting.lines x where x.book_id = v.book_id and x.period = v.period and x.number = v.number and (x.debit = ? or x.credit = ?))`, amount, amount)
		} else {
			w.add(` or (v.period, v.number) in (select x.period, x.number from accounting.lines x where x.book_id = ? and x.period between ? and ? and (x.debit = ? or x.credit = ?))`, q.Book, from, to, amount, amount)
		}
	}
	w.add(`)`)
	return w
}

// SearchVouchers finds the vouchers of a query with a search, in their order and at most so many: every summary is read once,
// and what the list and its head show of the found ones costs little.
func SearchVouchers(ctx context.Context, db bun.IDB, q VoucherQuery, most int) ([]VoucherNo, error) {
	from, to := q.bounds()
	f := fragment{sql: `select v.period, v.number from accounting.vouchers v`}
	if q.narrow() {
		mine := q.only().where(q.Book)
		f.add(` join (select distinct x.period, x.number from accounting.ledgers l join accounting.lines x on x.book_id = l.book_id and x.project_id = l.project_id where l.book_id = ? and x.period between ? and ?`, q.Book, from, to)
		f.add(mine.sql+`) m on m.period = v.period and m.number = v.number`, mine.args...)
	}
	f.add(` where v.book_id = ? and v.period between ? and ?`, q.Book, from, to)
	if q.Source != "" {
		f.add(` and v.source = ?`, q.Source)
	}
	search := q.searched()
	f.add(search.sql, search.args...)
	f.add(` order by v.period, v.number limit ?`, most)
	return collect(ctx, db, f, func(no *VoucherNo) []any { return []any{&no.Period, &no.Number} })
}

// among are the conditions on vouchers v that are these.
func among(found []VoucherNo) fragment {
	periods, numbers := split(found)
	// The pairs decide; that their parts are named too lets the index find them.
	return fragment{` and v.period = any (?::int[]) and v.number = any (?::int[]) and (v.period, v.number) in (select * from unnest(?::int[], ?::int[]))`, []any{periods, numbers, periods, numbers}}
}

// split gives the periods and the numbers of vouchers side by side.
func split(found []VoucherNo) (periods, numbers any) {
	ps, ns := make([]int64, len(found)), make([]int64, len(found))
	for i, no := range found {
		ps[i], ns[i] = int64(no.Period), int64(no.Number)
	}
	return pq.Array(ps), pq.Array(ns)
}

// voucherRows reads a page of vouchers, then their lines.
func voucherRows(ctx context.Context, db bun.IDB, book BookID, from, to Period, where fragment, limit int) ([]Posted, error) {
	args := append([]any{book, from, to}, where.args...)
	rows, err := db.QueryContext(ctx, `select v.period, v.number, v.date, v.kind, v.source, v.source_document, v.memo, v.document_hashes,
			v.prepared_by, a.code, a.name, v.reviewed_by, b.code, b.name, v.posted_by, c.code, c.name,
			v.attachment_count, v.refers_period, v.refers_number, r.by_period, r.by_number, v.recorded_at, v.digest
		from accounting.vouchers v
		left join accounting.persons a on a.book_id = v.book_id and a.person_id = v.prepared_by
		left join accounting.persons b on b.book_id = v.book_id and b.person_id = v.reviewed_by
		left join accounting.persons c on c.book_id = v.book_id and c.person_id = v.posted_by
		left join accounting.reversals r on r.book_id = v.book_id and r.period = v.period and r.number = v.number
		where v.book_id = ? and v.period between ? and ?`+where.sql+` order by v.period, v.number limit ?`, append(args, limit)...)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	defer func() { _ = rows.Close() }()
	var page []Posted
	for rows.Next() {
		p := Posted{Book: book}
		var (
			hashes, digest                             []byte
			names                                      [6]sql.NullString
			refersPeriod, refersNumber, byPeriod, byNo sql.NullInt64
		)
		if err := rows.Scan(&p.No.Period, &p.No.Number, &p.Date, &p.Kind, &p.Source, &p.Document, &p.Memo, &hashes,
			&p.PreparedBy.ID, &names[0], &names[1], &p.ReviewedBy.ID, &names[2], &names[3], &p.PostedBy.ID, &names[4], &names[5],
			&p.Attachments, &refersPeriod, &refersNumber, &byPeriod, &byNo, &p.RecordedAt, &digest); err != nil {
			return nil, fault.FromSQL(err)
		}
		for i, who := range []*Signer{&p.PreparedBy, &p.ReviewedBy, &p.PostedBy} {
			who.Code, who.Name = names[2*i].String, names[2*i+1].String
		}
		p.Refers, p.ReversedBy = voucherNo(refersPeriod, refersNumber), voucherNo(byPeriod, byNo)
		p.Digest = Hash(digest)
		for i := 0; i+len(Hash{}) <= len(hashes); i += len(Hash{}) {
			p.Documents = append(p.Documents, Hash(hashes[i:i+len(Hash{})]))
		}
		page = append(page, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fault.FromSQL(err)
	}
	return page, addLines(ctx, db, book, page)
}

func voucherNo(period, number sql.NullInt64) *VoucherNo {
	if !period.Valid {
		return nil
	}
	return &VoucherNo{Period(period.Int64), int(number.Int64)}
}

// addLines reads the lines of a page, which is in order of period and number.
func addLines(ctx context.Context, db bun.IDB, book BookID, page []Posted) error {
	if len(page) == 0 {
		return nil
	}
	periods, numbers := make([]int64, len(page)), make([]int64, len(page))
	for i, p := range page {
		periods[i], numbers[i] = int64(p.No.Period), int64(p.No.Number)
	}
	rows, err := db.QueryContext(ctx, `select x.period, x.number, x.account, a.name_zh, x.basis, x.project_id, g.code, x.budget_line_id, b.code, x.subject_id, s.kind, s.code, x.economic_class, x.debit, x.credit
		from unnest(?::int[], ?::int[]) w(period, number)
		join accounting.lines x on x.book_id = ? and x.period between ? and ? and x.period = w.period and x.number = w.number
		left join accounting.accounts a on a.book_id = x.book_id and a.code = x.account
		left join accounting.ledgers g on g.book_id = x.book_id and g.project_id = x.project_id
		left join accounting.budget_lines b on b.book_id = x.book_id and b.budget_line_id = x.budget_line_id
		left join accounting.subjects s on s.book_id = x.book_id and s.subject_id = x.subject_id
		order by x.period, x.number, x.line_no`, pq.Array(periods), pq.Array(numbers), book, page[0].No.Period, page[len(page)-1].No.Period)
	if err != nil {
		return fault.FromSQL(err)
	}
	defer func() { _ = rows.Close() }()
	i := 0
	for rows.Next() {
		var (
			l                                        PostedLine
			no                                       VoucherNo
			account, project, line, subjectKind, sub sql.NullString
		)
		if err := rows.Scan(&no.Period, &no.Number, &l.Account, &account, &l.Basis, &l.Project, &project, &l.BudgetLine, &line, &l.Subject, &subjectKind, &sub, &l.EconomicClass, &l.Debit, &l.Credit); err != nil {
			return fault.FromSQL(err)
		}
		l.AccountName, l.ProjectCode, l.BudgetLineCode, l.SubjectKind, l.SubjectCode = account.String, project.String, line.String, SubjectKind(subjectKind.String), sub.String
		for page[i].No != no {
			i++
		}
		page[i].Lines = append(page[i].Lines, l)
	}
	return fault.FromSQL(rows.Err())
}
