package accounting

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// JournalQuery says which books to write; zero values do not restrict. A journal always starts with the first voucher,
// because its assertions are balances.
type JournalQuery struct {
	Book     BookID
	To       Period // inclusive
	Unit     UnitID
	Projects []ProjectID
}

// WriteJournal writes the books as a journal for hledger, so that a program which shares nothing with this one adds
// them up again: hledger check accepts it or names what is wrong.
//
// A voucher becomes one transaction for each part that balances by itself: each project and basis, in the authority
// basis each budget line; its code 2025-06 记-0012 holds them together. Every unit's or project's journal is therefore
// balanced too. Accounts are basis:account:project:budget line:subject, "-" for a part that is missing before another.
// At each period's end assertions compare hledger's own sums (=* includes sub-accounts) with turnover, which is kept
// apart from the lines. Adjustments and closing are dated 31 December, with the voucher's own date as secondary date.
// Amounts are CNY, yuan with two decimals; credits are negative.
func WriteJournal(ctx context.Context, db bun.IDB, w io.Writer, q JournalQuery) error {
	j := &journal{ctx: ctx, db: db, q: q, out: bufio.NewWriter(w)}
	if q.To == 0 {
		j.q.To = 999914
	}
	j.only = filter{unit: q.Unit, projects: q.Projects}
	if err := j.head(); err != nil {
		return err
	}
	periods, err := collect(ctx, db, fragment{`select p.period from accounting.periods p where p.book_id = ? and p.period <= ? and p.last_number > 0 order by p.period`, []any{q.Book, j.q.To}},
		func(p *Period) []any { return []any{p} })
	if err != nil {
		return err
	}
	for i, p := range periods {
		if err := j.period(p); err != nil {
			return err
		}
		if err := j.assertions(p, i == len(periods)-1); err != nil {
			return err
		}
	}
	return j.out.Flush()
}

// journal is a journal being written. bufio.Writer keeps the first error, which Flush tells.
type journal struct {
	ctx  context.Context
	db   bun.IDB
	q    JournalQuery
	only filter
	out  *bufio.Writer
}

func (j *journal) printf(format string, args ...any) { _, _ = fmt.Fprintf(j.out, format, args...) }

// head declares the commodity and every account, so that hledger check --strict finds what does not belong.
func (j *journal) head() error {
	var book, currency string
	if err := j.db.NewRaw(`select name, currency from accounting.books where book_id = ?`, j.q.Book).Scan(j.ctx, &book, &currency); err != nil {
		return fault.NotFound("book_unknown", "there is no book %d", j.q.Book).Wrap(err)
	}
	j.printf("; %s, book %d, amounts in yuan\ncommodity CNY 1000.00\n\n", escapeText(book), j.q.Book)
	where := j.only.where(j.q.Book)
	f := fragment{sql: `select y.account, y.basis, g.code, coalesce(b.code, ''), coalesce(s.code, ''), a.name_zh from (
			select x.account, x.basis, x.project_id, x.budget_line_id, x.subject_id from accounting.lines x where x.book_id = ? and x.period between 200001 and ?` + where.sql + ` group by 1, 2, 3, 4, 5) y
		join accounting.accounts a on a.book_id = ? and a.code = y.account
		join accounting.ledgers g on g.book_id = a.book_id and g.project_id = y.project_id
		left join accounting.budget_lines b on b.book_id = a.book_id and b.budget_line_id = y.budget_line_id
		left join accounting.subjects s on s.book_id = a.book_id and s.subject_id = y.subject_id
		order by y.account, g.code, b.code, s.code`, args: append(append([]any{j.q.Book, j.q.To}, where.args...), j.q.Book)}
	declared := make(map[string]bool)
	for r, err := range stream(j.ctx, j.db, f, func(r *PostedLine) []any {
		return []any{&r.Account, &r.Basis, &r.ProjectCode, &r.BudgetLineCode, &r.SubjectCode, &r.AccountName}
	}) {
		if err != nil {
			return err
		}
		// assertions stand on the account without its subject
		for _, name := range []string{journalAccount(r.Basis, r.Account, r.ProjectCode, r.BudgetLineCode, ""), journalAccount(r.Basis, r.Account, r.ProjectCode, r.BudgetLineCode, r.SubjectCode)} {
			if !declared[name] {
				declared[name] = true
				j.printf("account %s  ; %s\n", name, escapeText(r.AccountName))
			}
		}
	}
	j.printf("\n")
	return nil
}

// period writes the transactions of a period, voucher by voucher.
func (j *journal) period(p Period) error {
	wanted := make(map[ProjectID]bool)
	if !j.q.Unit.IsZero() || len(j.q.Projects) > 0 {
		where := j.only.where(j.q.Book)
		ids, err := collect(j.ctx, j.db, fragment{`select x.project_id from accounting.ledgers x where x.book_id = ?` + where.sql, append([]any{j.q.Book}, where.args...)},
			func(id *ProjectID) []any { return []any{id} })
		if err != nil {
			return err
		}
		for _, id := range ids {
			wanted[id] = true
		}
		if len(wanted) == 0 {
			return nil
		}
	}
	for v, err := range Vouchers(j.ctx, j.db, VoucherQuery{Book: j.q.Book, From: p, To: p}) {
		if err != nil {
			return err
		}
		j.voucher(&v, wanted)
	}
	return nil
}

func (j *journal) voucher(v *Posted, wanted map[ProjectID]bool) {
	date := v.Date.String()
	if v.No.Period.Month() > 12 {
		date = fmt.Sprintf("%04d-12-31=%s", v.No.Period.Year(), v.Date)
	}
	type part struct {
		project ProjectID
		basis   string
		line    BudgetLineID
	}
	var order []part
	parts := make(map[part][]PostedLine)
	for _, l := range v.Lines {
		if len(wanted) > 0 && !wanted[l.Project] {
			continue
		}
		k := part{l.Project, l.Basis, BudgetLineID{}}
		if l.Basis == "authority" {
			k.line = l.BudgetLine
		}
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], l)
	}
	for _, k := range order {
		j.printf("%s (%s) %s\n", date, v.No, escapeText(v.Memo))
		for _, l := range parts[k] {
			j.printf("    %s  CNY %s\n", journalAccount(l.Basis, l.Account, l.ProjectCode, l.BudgetLineCode, l.SubjectCode), l.Debit.Sub(l.Credit))
		}
		j.printf("\n")
	}
}

// assertions states the balance of every account that moved in the period, of every account at all after the last one.
func (j *journal) assertions(p Period, all bool) error {
	where := j.only.where(j.q.Book)
	f := fragment{sql: `select y.account, a.basis, g.code, coalesce(b.code, ''), y.balance from (
			select x.account, x.project_id, x.budget_line_id, sum(x.debit - x.credit) as balance from accounting.turnover x where x.book_id = ? and x.period between 200001 and ?` + where.sql + `
			group by 1, 2, 3 having ? or max(x.period) = ?) y
		join accounting.accounts a on a.book_id = ? and a.code = y.account
		join accounting.ledgers g on g.book_id = a.book_id and g.project_id = y.project_id
		left join accounting.budget_lines b on b.book_id = a.book_id and b.budget_line_id = y.budget_line_id
		order by y.account, g.code, b.code`, args: append(append([]any{j.q.Book, p}, where.args...), all, p, j.q.Book)}
	type row struct {
		account, basis, project, line string
		balance                       Money
	}
	day := NewDate(p.Year(), 12, 31)
	if p.Month() < 12 {
		day = NewDate(p.Year(), time.Month(p.Month()), 1).LastOfMonth()
	}
	first := true
	for r, err := range stream(j.ctx, j.db, f, func(r *row) []any { return []any{&r.account, &r.basis, &r.project, &r.line, &r.balance} }) {
		if err != nil {
			return err
		}
		if first {
			j.printf("%s * balances at the end of %s\n", day, p)
			first = false
		}
		j.printf("    %s  CNY 0.00 =* CNY %s\n", journalAccount(r.basis, r.account, r.project, r.line, ""), r.balance)
	}
	j.printf("\n")
	return nil
}

// journalAccount names an account; parts missing at the end are left out.
func journalAccount(basis, account, project, line, subject string) string {
	name := basis + ":" + account + ":" + escapeName(project)
	switch {
	case subject != "" && line == "":
		name += ":-:" + escapeName(subject)
	case subject != "":
		name += ":" + escapeName(line) + ":" + escapeName(subject)
	case line != "":
		name += ":" + escapeName(line)
	}
	return name
}

// escapeName keeps letters, digits and . - _ / of a code and writes every other byte as %XX, because a colon would make
// sub-accounts, two spaces would end the name and a semicolon would start a comment.
func escapeName(code string) string {
	if code == "-" {
		return "%2D" // alone it means that a part is missing
	}
	return escape(code, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".-_/", r) })
}

// escapeText keeps what stands safely in a description: everything but %, which escapes, semicolons, which start
// comments, bars, which end a payee, line ends, controls and symbols outside the basic plane (emoji).
func escapeText(text string) string {
	return escape(text, func(r rune) bool {
		return r == ' ' || !strings.ContainsRune("%;|", r) && (unicode.IsLetter(r) || unicode.IsNumber(r) || r <= 0xFFFF && (unicode.IsPunct(r) || unicode.IsSymbol(r)))
	})
}

func escape(text string, plain func(rune) bool) string {
	var b strings.Builder
	for _, r := range text {
		if plain(r) {
			b.WriteRune(r)
			continue
		}
		for _, x := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", x)
		}
	}
	return b.String()
}
