package projects_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// bureau is a book with the whole chart, two open years, an administrative unit, an institution and two persons.
type bureau struct {
	t      testing.TB
	db     *bun.DB
	books  *accounting.Books
	files  *projects.FileStore
	clerk  accounting.PersonID
	head   accounting.PersonID
	unit   accounting.UnitID
	number int
}

var oneShare = decimal.NewFromInt(1)

const (
	book      accounting.BookID = 640303
	goodsUsed                   = "30201" // economic class
)

func newBureau(t testing.TB) *bureau {
	t.Helper()
	db := pgtest.Open(t)
	b := &bureau{
		t: t, db: db, books: accounting.NewBooks(db),
		clerk: accounting.PersonID{UUID: accounting.NewID()}, head: accounting.PersonID{UUID: accounting.NewID()}, unit: accounting.UnitID{UUID: accounting.NewID()},
	}
	t.Cleanup(b.books.Close)
	files, err := projects.OpenFileFolder(t.TempDir())
	b.must(err)
	b.files = files
	ctx := t.Context()
	b.must(accounting.AddBook(ctx, db, accounting.Book{ID: book, Code: "640303", Name: "红寺堡区财政局", Kind: accounting.DemoBook}))
	b.must(accounting.AddUnit(ctx, db, accounting.Unit{Book: book, ID: b.unit, Code: "ADM", Name: "卫健局", Kind: accounting.Administrative}))
	b.must(accounting.AddUnit(ctx, db, accounting.Unit{Book: book, ID: accounting.UnitID{UUID: accounting.NewID()}, Code: "INS", Name: "卫生院", Kind: accounting.Institution}))
	b.must(accounting.AddUnit(ctx, db, accounting.Unit{Book: book, ID: accounting.UnitID{UUID: accounting.NewID()}, Code: "ENT", Name: "供暖公司", Kind: accounting.Enterprise}))
	for code, id := range map[string]accounting.PersonID{"clerk": b.clerk, "head": b.head} {
		b.must(accounting.AddPerson(ctx, db, accounting.Person{Book: book, ID: id, Code: code, Name: code, Unit: b.unit}))
	}
	b.must(accounting.AddAccounts(ctx, db, book, projects.Chart()))
	b.must(accounting.OpenYear(ctx, db, book, 2025))
	b.must(accounting.OpenYear(ctx, db, book, 2026))
	_, err = projects.AddFundingSource(ctx, db, b.command(), projects.NewFundingSource{Code: "county", Name: "区级", Kind: projects.County})
	b.must(err)
	return b
}

func (b *bureau) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// command is an act of the head of finance under a key of its own.
func (b *bureau) command() accounting.Command {
	b.number++
	return accounting.Command{Book: book, Key: fmt.Sprintf("key-%d", b.number), By: accounting.Actor{Person: b.head, Unit: b.unit}}
}

// proposes proposes in the clerk's name to close a period with the vouchers it has.
func (b *bureau) proposes(period accounting.Period) (accounting.CloseConfirmation, error) {
	b.t.Helper()
	c, in := b.command(), accounting.CloseRequest{Period: period}
	c.Name, c.By.Person = "period.propose_close", b.clerk
	b.must(b.db.NewRaw(`select last_number from accounting.periods where period = ?`, period).Scan(b.t.Context(), &in.Vouchers))
	p, err := accounting.ProposeClose(b.t.Context(), b.db, c, in)
	return accounting.CloseConfirmation{Period: period, Proposal: p.Number}, err
}

// mustPropose is proposes for what must succeed.
func (b *bureau) mustPropose(period accounting.Period) accounting.CloseConfirmation {
	b.t.Helper()
	in, err := b.proposes(period)
	b.must(err)
	return in
}

// closePeriod closes a period in the name of the clerk and of the head of finance, without the sheets of a month.
func (b *bureau) closePeriod(period accounting.Period) (accounting.Root, error) {
	b.t.Helper()
	in, err := b.proposes(period)
	if err != nil {
		return accounting.Root{}, err
	}
	return accounting.ClosePeriod(b.t.Context(), b.db, b.command(), in)
}

// on is the head of an event prepared by the clerk, with a document number and one attachment.
func (b *bureau) on(date string) projects.Head {
	return projects.Head{Date: accounting.MustDate(date), DocumentNo: "红财发〔2025〕1号", PreparedBy: b.clerk, Attachments: 1}
}

// node makes a node of a unit, below the node whose code its own code continues, if there is one, with lines of the years.
func (b *bureau) node(code, unit string, years ...int) {
	b.t.Helper()
	in := projects.NewNode{Code: code, NameZH: "项目 " + code, Kind: projects.Project, Type: projects.Works, Unit: unit}
	if i := strings.LastIndex(code, "-"); i > 4 {
		if _, err := projects.FindNode(b.t.Context(), b.db, book, code[:i]); err == nil {
			in.Parent = code[:i]
		}
	}
	_, err := projects.CreateNode(b.t.Context(), b.db, b.command(), in)
	b.must(err)
	for _, y := range years {
		_, err := projects.AddBudgetLine(b.t.Context(), b.db, b.command(), projects.NewBudgetLine{Node: code, FiscalYear: y, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"})
		b.must(err)
	}
}

func (b *bureau) record(e projects.Event) ([]accounting.Receipt, error) {
	return projects.Record(b.t.Context(), b.books, b.db, b.command(), e)
}

func (b *bureau) mustRecord(events ...projects.Event) {
	b.t.Helper()
	for _, e := range events {
		if _, err := b.record(e); err != nil {
			b.t.Fatalf("%s %T: %v", e.EventCode(), e, err)
		}
	}
}

func yuan(text string) accounting.Money { return accounting.MustMoney(text) }

func draw(line, amount string) projects.Draw {
	return projects.Draw{BudgetLine: line, Amount: yuan(amount)}
}

func draws(line, amount string) []projects.Draw { return []projects.Draw{draw(line, amount)} }
