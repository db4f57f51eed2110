package seeds

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// DemoBook is the demonstration's book: the county's division code with 900 behind it, so that it is nobody's.
const DemoBook accounting.BookID = 640303900

// Demonstrate makes the demonstration: the notice's programmes through two years, every event of the event table at
// least once, by commands of persons of different duties. The stated plans are the notice's; contracts, payments,
// numbers of documents and all else are invented, and every summary says so. Running it again completes what was
// interrupted.
func Demonstrate(ctx context.Context, books *accounting.Books, db *bun.DB) error {
	book := accounting.Book{ID: DemoBook, Code: "demo", Name: "示例账套（红寺堡区 2025 年民生实事）", Kind: accounting.DemoBook}
	if err := openBook(ctx, db, book, demoPersons(), firstYear+1); err != nil {
		return err
	}
	persons, err := personsOf(ctx, db, DemoBook)
	if err != nil {
		return err
	}
	if err := loadPublished(ctx, db, DemoBook, persons["budget"]); err != nil {
		return err
	}
	plan, err := Published()
	if err != nil {
		return err
	}
	d := demo{books: books, db: db, persons: persons, plan: plan, posted: map[string]accounting.VoucherNo{}}
	if d.unitOf, err = d.units(ctx); err != nil {
		return err
	}
	for _, part := range [][]act{d.year2025(), d.year2026()} {
		if err := d.addLines(ctx, part); err != nil {
			return err
		}
		sort.SliceStable(part, func(i, j int) bool { return part[i].date < part[j].date })
		for _, a := range part {
			if err := d.perform(ctx, a); err != nil {
				return fmt.Errorf("demonstration, %s of %s: %w", a.step, a.date, err)
			}
		}
	}
	return nil
}

// demo is the demonstration while it is made.
type demo struct {
	books   *accounting.Books
	db      *bun.DB
	persons map[string]accounting.Actor
	plan    *Plan
	unitOf  map[string]string // code of a project to code of its unit
	posted  map[string]accounting.VoucherNo
}

// act is one event of the story. Steps are those of the worked examples where they have one.
type act struct {
	step, date string
	project    string
	text       string
	by         hands
	event      func(t telling) projects.Event
	corrects   string // step whose voucher this one replaces
	reverses   string // step whose voucher is taken back; no event
}

// telling is what an act's event is made with.
type telling struct {
	projects.Head
	project string
	line    string // budget line of the project and year
	plan    *accounting.Money
}

// hands says which duties prepare and review; "*" stands for the unit of the project.
type hands struct{ prepares, reviews string }

var (
	budgetOffice   = hands{"budget", "budget-head"}
	unitOnly       = hands{"clerk-*", "head-*"}
	unitAsks       = hands{"clerk-*", "treasury"}
	treasuryPays   = hands{"treasury", "payer"}
	accountsOffice = hands{"accountant", "budget-head"}
)

// demoPersons are the duties of the bureau, and in each unit one who prepares and one who answers.
func demoPersons() []duty {
	all := []duty{
		{"admin", "示例·系统管理员", "101", []string{"admin"}},
		{"budget", "示例·预算股经办", "101", []string{"budget_officer"}}, {"budget-head", "示例·预算股负责人", "101", []string{"budget_officer"}},
		{"treasury", "示例·国库股审核", "101", []string{"treasury_officer"}}, {"payer", "示例·国库股支付", "101", []string{"treasury_officer"}},
		{"accountant", "示例·总账会计", "101", []string{"treasury_officer"}},
		{"auditor", "示例·审计", "101", []string{"auditor"}}, {"inspector", "示例·督查", "101", []string{"inspector"}},
	}
	units, err := Units()
	if err != nil {
		panic(err) // the embedded list is part of the program
	}
	for _, u := range units {
		all = append(all, duty{"clerk-" + u.Code, "示例·" + u.Name + "经办", u.Code, []string{"project_clerk"}},
			duty{"head-" + u.Code, "示例·" + u.Name + "负责人", u.Code, []string{"project_head", "lead_approver"}})
	}
	return all
}

func (d *demo) command(key string, by accounting.Actor) accounting.Command {
	return accounting.Command{Book: DemoBook, Key: "demo/" + key, By: by}
}

// actor finds who has a duty in a project.
func (d *demo) actor(duty, project string) accounting.Actor {
	return d.persons[strings.Replace(duty, "*", d.unitOf[project], 1)]
}

func (d *demo) units(ctx context.Context) (map[string]string, error) {
	var rows []struct{ Project, Unit string }
	err := d.db.NewRaw(`select l.code as project, u.code as unit from accounting.ledgers l
		join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id where l.book_id = ?`, DemoBook).Scan(ctx, &rows)
	of := make(map[string]string, len(rows))
	for _, r := range rows {
		of[r.Project] = r.Unit
	}
	return of, err
}

// addLines registers the budget lines of 2025 that the acts speak of; those of 2026 continue them (Y4).
func (d *demo) addLines(ctx context.Context, acts []act) error {
	wanted := map[string]bool{}
	for _, a := range acts {
		if strings.HasPrefix(a.date, "2025-") && a.project != "" && d.plan.Node(a.project).Kind != "fund" {
			wanted[a.project] = true
		}
		if a.step == "E02" {
			for _, v := range d.villages() {
				wanted[v] = true
			}
		}
	}
	for _, n := range d.plan.Nodes {
		if !wanted[n.Code] {
			continue
		}
		in := projects.NewBudgetLine{Node: n.Code, FiscalYear: firstYear, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"}
		if _, err := projects.AddBudgetLine(ctx, d.db, d.command("line/"+n.Code, d.persons["budget"]), in); err != nil {
			return fmt.Errorf("demonstration, budget line of %s: %w", n.Code, err)
		}
	}
	return nil
}

func (d *demo) villages() []string {
	var all []string
	for _, n := range d.plan.Nodes {
		if n.Kind == "village" {
			all = append(all, n.Code)
		}
	}
	return all
}

// perform posts an act. Its key is its step, so that a second run repeats nothing.
func (d *demo) perform(ctx context.Context, a act) error {
	date, err := accounting.ParseDate(a.date)
	if err != nil {
		return err
	}
	prepares, reviews := d.actor(a.by.prepares, a.project), d.actor(a.by.reviews, a.project)
	c := d.command(a.step, reviews)
	if a.reverses != "" {
		c.Name = "voucher.reverse"
		r, err := accounting.ReverseVoucher(ctx, d.books, d.db, c, accounting.ReversalRequest{
			No: d.posted[a.reverses], On: date, Reason: a.text, PreparedBy: prepares.Person, ReviewedBy: reviews.Person,
		})
		d.posted[a.step] = r.No
		return err
	}
	t := telling{project: a.project, line: fmt.Sprintf("%s/%d", a.project, date.Year()), Head: projects.Head{
		Date: date, Memo: "【示例】" + a.text, PreparedBy: prepares.Person, Demo: true,
	}}
	if a.by == budgetOffice {
		t.DocumentNo = fmt.Sprintf("示例〔%d〕%s号", date.Year(), a.step)
	}
	if n := d.plan.Node(a.project); n != nil {
		t.plan = n.Plan
	}
	e := a.event(t)
	var receipts []accounting.Receipt
	if a.corrects != "" {
		c.Name = "voucher.correct"
		receipts, err = projects.Correct(ctx, d.db, c, d.posted[a.corrects], e, "【示例】"+a.text)
	} else {
		receipts, err = projects.Record(ctx, d.books, d.db, c, e)
	}
	if err == nil {
		d.posted[a.step] = receipts[0].No
	}
	return err
}
