package evidence_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"testing"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/evidence"
)

// county is a small demonstration book: a unit, four persons, three projects with a budget line of 2025 each.
type county struct {
	db      *bun.DB
	books   *accounting.Books
	id      accounting.BookID
	unit    accounting.UnitID
	person  [4]accounting.PersonID
	project [3]accounting.ProjectID
	line    [3]accounting.BudgetLineID
	keys    int
}

func newCounty(t testing.TB, db *bun.DB) *county {
	t.Helper()
	c := &county{db: db, books: accounting.NewBooks(db), id: 640303, unit: accounting.UnitID{UUID: accounting.NewID()}}
	t.Cleanup(c.books.Close)
	c.exec(t, `insert into accounting.books (book_id, code, name, kind) values (?, 'HSB', '红寺堡区财政局', 'demo')`, c.id)
	c.exec(t, `insert into accounting.units (book_id, unit_id, code, name, kind) values (?, ?, '101', '住建局', 'administrative')`, c.id, c.unit)
	for i := range c.person {
		c.person[i] = accounting.PersonID{UUID: accounting.NewID()}
		c.exec(t, `insert into accounting.persons (book_id, person_id, code, name, unit_id) values (?, ?, ?, ?, ?)`, c.id, c.person[i], fmt.Sprint("p", i+1), fmt.Sprint("人员", i+1), c.unit)
	}
	f, err := os.Open("../testdata/oracle/accounts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		c.exec(t, `insert into accounting.accounts (book_id, code, name_zh, name_en, type, normal_side, basis, leaf, takes_line, takes_subject, takes_class, rule)
			values (?, ?, ?, ?, '', ?, ?, true, ?, ?, ?, ?)`, c.id, r[0], r[1], r[1], r[3], r[2], r[4] != "", r[5], r[0][0] == '5' || r[0][0] == '7', r[6])
	}
	c.exec(t, `select accounting.open_year(?, 2025)`, c.id)
	for i := range c.project {
		c.project[i], c.line[i] = accounting.ProjectID{UUID: accounting.NewID()}, accounting.BudgetLineID{UUID: accounting.NewID()}
		code := fmt.Sprintf("2025-%02d", i+5)
		c.exec(t, `insert into accounting.ledgers (book_id, project_id, unit_id, code) values (?, ?, ?, ?)`, c.id, c.project[i], c.unit, code)
		c.exec(t, `insert into accounting.budget_lines (book_id, budget_line_id, project_id, fiscal_year, code, fund_nature, funding_source) values (?, ?, ?, 2025, ?, 'general_public_budget', 'county')`,
			c.id, c.line[i], c.project[i], code+"/2025")
	}
	return c
}

func (c *county) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := c.db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (c *county) command(name string) accounting.Command {
	c.keys++
	return accounting.Command{Book: c.id, Key: fmt.Sprintf("%s-%d", name, c.keys), Name: name, By: accounting.Actor{Person: c.person[3], Unit: c.unit}}
}

// close closes a period that the third person proposes and the fourth confirms.
func (c *county) close(t testing.TB, period accounting.Period) accounting.Root {
	t.Helper()
	ask, in := c.command("period.propose_close"), accounting.CloseRequest{Period: period}
	ask.By.Person = c.person[2]
	if err := c.db.NewRaw(`select last_number from accounting.periods where period = ?`, period).Scan(t.Context(), &in.Vouchers); err != nil {
		t.Fatal(err)
	}
	p, err := accounting.ProposeClose(t.Context(), c.db, ask, in)
	if err != nil {
		t.Fatal(err)
	}
	root, err := accounting.ClosePeriod(t.Context(), c.db, c.command("period.close"), accounting.CloseConfirmation{Period: period, Proposal: p.Number})
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func (c *county) on(i int) accounting.Dims {
	return accounting.Dims{Project: c.project[i], BudgetLine: c.line[i]}
}
func (c *county) at(i int) accounting.Dims { return accounting.Dims{Project: c.project[i]} }

func (c *county) mustPost(t testing.TB, v accounting.Voucher) accounting.Receipt {
	t.Helper()
	cmd := c.command("voucher.post")
	cmd.Body = v.Memo
	r, err := c.books.Post(t.Context(), cmd, v)
	if err != nil {
		t.Fatalf("%+v: %v", v, err)
	}
	return r
}

// approve gives project i authority that is issued at once.
func (c *county) approve(t testing.TB, i int, date, amount string) {
	t.Helper()
	m := accounting.MustMoney(amount)
	for _, lines := range [][]accounting.Line{
		{accounting.Dr("9201", m, c.on(i)), accounting.Cr("9101", m, c.on(i))},
		{accounting.Dr("9301.01", m, c.on(i)), accounting.Cr("9201", m, c.on(i))},
	} {
		c.mustPost(t, accounting.Voucher{Book: c.id, Date: accounting.MustDate(date), Source: "I1", Memo: "下达", Attachments: 1,
			PreparedBy: c.person[0], ReviewedBy: c.person[1], PostedBy: c.person[3], Lines: lines})
	}
}

func (c *county) reverse(t testing.TB, no accounting.VoucherNo, reason string) {
	t.Helper()
	_, err := accounting.ReverseVoucher(t.Context(), c.books, c.db, c.command("voucher.reverse"), accounting.ReversalRequest{
		No: no, On: accounting.MustDate("2025-12-30"), Reason: reason, PreparedBy: c.person[1], ReviewedBy: c.person[0],
	})
	if err != nil {
		t.Fatalf("reverse %s: %v", no, err)
	}
}

func (c *county) correct(t testing.TB, no accounting.VoucherNo, right accounting.Voucher, reason string) {
	t.Helper()
	right.Date, right.Period, right.Kind, right.Attachments = accounting.MustDate("2025-12-30"), 0, "", 1
	if _, err := accounting.CorrectVoucher(t.Context(), c.db, c.command("voucher.correct"), no, right, reason); err != nil {
		t.Fatalf("correct %s: %v", no, err)
	}
}

type storedVoucher struct {
	evidence.Voucher
	digest [32]byte
}

// read takes all vouchers from the tables, in order of period and number, by a way of its own.
func (c *county) read(t testing.TB) []storedVoucher {
	t.Helper()
	rows, err := c.db.QueryContext(t.Context(), `
		select v.book_id, v.period, v.number, to_char(v.date, 'YYYY-MM-DD'), v.kind, v.source, v.source_document, v.memo, v.document_hashes, v.prepared_by, v.reviewed_by, v.posted_by,
		  v.attachment_count, coalesce(v.refers_period, 0), coalesce(v.refers_number, 0), v.recorded_at, v.digest,
		  array_agg(l.account order by l.line_no), array_agg(l.basis order by l.line_no), array_agg(l.project_id::text order by l.line_no), array_agg(l.budget_line_id::text order by l.line_no),
		  array_agg(l.subject_id::text order by l.line_no), array_agg(l.economic_class order by l.line_no),
		  array_agg(to_char(l.debit, 'FM999999999999990.00') order by l.line_no), array_agg(to_char(l.credit, 'FM999999999999990.00') order by l.line_no)
		from accounting.vouchers v join accounting.lines l using (book_id, period, number)
		group by v.book_id, v.period, v.number order by v.period, v.number`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []storedVoucher
	for rows.Next() {
		var (
			s              storedVoucher
			hashes, digest []byte
			column         [8]pq.StringArray
		)
		if err := rows.Scan(&s.Book, &s.Period, &s.Number, &s.Date, &s.Kind, &s.Source, &s.Document, &s.Memo, &hashes, &s.PreparedBy, &s.ReviewedBy, &s.PostedBy,
			&s.Attachments, &s.RefersPeriod, &s.RefersNumber, &s.RecordedAt, &digest,
			&column[0], &column[1], &column[2], &column[3], &column[4], &column[5], &column[6], &column[7]); err != nil {
			t.Fatal(err)
		}
		s.RecordedAt, s.digest = s.RecordedAt.UTC(), [32]byte(digest)
		for ; len(hashes) > 0; hashes = hashes[32:] {
			s.Documents = append(s.Documents, [32]byte(hashes))
		}
		for i := range column[0] {
			s.Lines = append(s.Lines, evidence.Line{
				Account: column[0][i], Basis: column[1][i], Project: column[2][i], BudgetLine: column[3][i],
				Subject: column[4][i], EconomicClass: column[5][i], Debit: column[6][i], Credit: column[7][i],
			})
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
