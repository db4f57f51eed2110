package accounting_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// county is a small book for tests: a unit, four persons, three projects with a budget line each for 2025 and 2026.
type county struct {
	db       *bun.DB
	books    *accounting.Books
	id       accounting.BookID
	unit     accounting.UnitID
	person   [4]accounting.PersonID
	project  [3]accounting.ProjectID
	line     [3]accounting.BudgetLineID // of 2025
	nextLine [3]accounting.BudgetLineID // of 2026
	keys     int
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
	f, err := os.Open("testdata/oracle/accounts.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		takesClass := r[0][0] == '5' || r[0][0] == '7'
		c.exec(t, `insert into accounting.accounts (book_id, code, name_zh, name_en, type, normal_side, basis, leaf, takes_line, takes_subject, takes_class, rule)
			values (?, ?, ?, ?, '', ?, ?, true, ?, ?, ?, ?)`, c.id, r[0], r[1], r[1], r[3], r[2], r[4] != "", r[5], takesClass, r[6])
	}
	c.exec(t, `select accounting.open_year(?, 2025), accounting.open_year(?, 2026)`, c.id, c.id)
	for i := range c.project {
		c.project[i] = accounting.ProjectID{UUID: accounting.NewID()}
		c.line[i], c.nextLine[i] = accounting.BudgetLineID{UUID: accounting.NewID()}, accounting.BudgetLineID{UUID: accounting.NewID()}
		code := fmt.Sprintf("2025-%02d", i+5)
		c.exec(t, `insert into accounting.ledgers (book_id, project_id, unit_id, code) values (?, ?, ?, ?)`, c.id, c.project[i], c.unit, code)
		c.exec(t, `insert into accounting.budget_lines (book_id, budget_line_id, project_id, fiscal_year, code, fund_nature, funding_source) values (?, ?, ?, 2025, ?, 'general_public_budget', 'county'), (?, ?, ?, 2026, ?, 'general_public_budget', 'county')`,
			c.id, c.line[i], c.project[i], code+"/2025", c.id, c.nextLine[i], c.project[i], code+"/2026")
	}
	return c
}

func (c *county) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := c.db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// command makes a command with a key of its own, by the fourth person.
func (c *county) command(name string) accounting.Command {
	c.keys++
	return accounting.Command{Book: c.id, Key: fmt.Sprintf("%s-%d", name, c.keys), Name: name, By: accounting.Actor{Person: c.person[3], Unit: c.unit}}
}

// proposed is a proposal of the third person to close a period with the vouchers it has.
func (c *county) proposed(t testing.TB, period accounting.Period) accounting.CloseConfirmation {
	t.Helper()
	cmd, in := c.command("period.propose_close"), accounting.CloseRequest{Period: period}
	cmd.By.Person = c.person[2]
	if err := c.db.NewRaw(`select last_number from accounting.periods where book_id = ? and period = ?`, c.id, period).Scan(t.Context(), &in.Vouchers); err != nil {
		t.Fatal(err)
	}
	p, err := accounting.ProposeClose(t.Context(), c.db, cmd, in)
	if err != nil {
		t.Fatalf("proposing to close %s: %v", period, err)
	}
	return accounting.CloseConfirmation{Period: period, Proposal: p.Number}
}

// close closes a period that the third person proposes and the fourth confirms.
func (c *county) close(t testing.TB, period accounting.Period) accounting.Root {
	t.Helper()
	root, err := accounting.ClosePeriod(t.Context(), c.db, c.command("period.close"), c.proposed(t, period))
	if err != nil {
		t.Fatalf("closing %s: %v", period, err)
	}
	return root
}

// voucher is one prepared by the first person, reviewed by the second, posted by the fourth, with one attachment.
func (c *county) voucher(date string, source string, lines ...accounting.Line) accounting.Voucher {
	return accounting.Voucher{Book: c.id, Date: accounting.MustDate(date), Source: source, Memo: source + " " + date, Document: uuid.Nil,
		PreparedBy: c.person[0], ReviewedBy: c.person[1], PostedBy: c.person[3], Attachments: 1, Lines: lines}
}

// on is the dimensions of project i with its budget line of 2025; at is without a budget line.
func (c *county) on(i int) accounting.Dims {
	return accounting.Dims{Project: c.project[i], BudgetLine: c.line[i]}
}
func (c *county) at(i int) accounting.Dims { return accounting.Dims{Project: c.project[i]} }

// post posts a voucher under a key of its own.
func (c *county) post(v accounting.Voucher) (accounting.Receipt, error) {
	cmd := c.command(v.Source)
	cmd.Body = v.Memo
	return c.books.Post(context.Background(), cmd, v)
}

// mustPost is post for what must succeed.
func (c *county) mustPost(t testing.TB, v accounting.Voucher) accounting.Receipt {
	t.Helper()
	r, err := c.post(v)
	if err != nil {
		t.Fatalf("%s on %s: %v", v.Source, v.Date, err)
	}
	return r
}

// approve gives project i authority that is issued at once.
func (c *county) approve(t testing.TB, i int, date, amount string) {
	t.Helper()
	m := accounting.MustMoney(amount)
	c.mustPost(t, c.voucher(date, "I1", accounting.Dr("9201", m, c.on(i)), accounting.Cr("9101", m, c.on(i))))
	c.mustPost(t, c.voucher(date, "I2", accounting.Dr("9301.01", m, c.on(i)), accounting.Cr("9201", m, c.on(i))))
}
