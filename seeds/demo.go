package seeds

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// DemoBook is the demonstration's book: the county's division code with 900 behind it, so that it is nobody's.
const DemoBook accounting.BookID = 640303900

// Demonstrate makes the demonstration: the notice's programmes through two years, by documents of persons of different
// duties; every event of the event table occurs. The stated plans are the notice's; contracts, payments, numbers of
// documents and all else are invented, and every summary says so. Running it again completes what was interrupted. One that was
// told to its end stays as it is: another version of the program may tell a longer story, of persons whom this book does not have.
func Demonstrate(ctx context.Context, books *accounting.Books, db *bun.DB, files *projects.FileStore) error {
	told, err := isTold(ctx, db)
	if err != nil || told {
		return err
	}
	persons, err := OpenDemonstration(ctx, db)
	if err != nil {
		return err
	}
	return Tell(ctx, &clerks{books: books, db: db, files: files, persons: persons}, db)
}

// isTold says whether the last act of the story was performed.
func isTold(ctx context.Context, db bun.IDB) (told bool, err error) {
	last := slices.MaxFunc((&Story{}).year2026(), func(a, b act) int { return strings.Compare(a.date, b.date) })
	err = db.NewRaw(`select exists (select from accounting.commands c where c.book_id = ? and c.key = ?)`, DemoBook, keyOf(last.step)).Scan(ctx, &told)
	return told, fault.FromSQL(err)
}

// OpenDemonstration makes the demonstration's book with the notice and its persons, who are answered by their codes.
func OpenDemonstration(ctx context.Context, db *bun.DB) (map[string]accounting.Actor, error) {
	book := accounting.Book{ID: DemoBook, Code: "demo", Name: "示例账套（红寺堡区 2025 年民生实事）", Kind: accounting.DemoBook}
	if err := openBook(ctx, db, book, demoPersons(), FirstYear+1); err != nil {
		return nil, err
	}
	persons, err := personsOf(ctx, db, DemoBook)
	if err != nil {
		return nil, err
	}
	if err := LoadPublished(ctx, db, DemoBook); err != nil {
		return nil, err
	}
	return persons, supervise(ctx, db, persons["budget"])
}

// Tell tells the story to the demonstration's book by the given hands.
func Tell(ctx context.Context, hands Hands, db bun.IDB) error {
	plan, err := Published()
	if err != nil {
		return err
	}
	unitOf, err := unitsOfProjects(ctx, db)
	if err != nil {
		return err
	}
	s := Story{hands: hands, plan: plan, unitOf: unitOf, documents: map[string]*projects.Document{}, posted: map[string][]accounting.VoucherNo{}, payees: map[string]string{}}
	if err := s.registerPayees(ctx); err != nil {
		return err
	}
	for _, year := range [][]act{s.year2025(), s.year2026()} {
		if err := s.addLines(ctx, year); err != nil {
			return err
		}
		sort.SliceStable(year, func(i, j int) bool { return year[i].date < year[j].date })
		for _, a := range year {
			if err := s.perform(ctx, a); err != nil {
				return fmt.Errorf("demonstration, %s of %s: %w", a.step, a.date, err)
			}
		}
	}
	return nil
}

// demoPersons are the duties of the bureau, and in each unit one who prepares, one who answers and one who approves for
// the lead unit.
func demoPersons() []projects.FirstPerson {
	all := []projects.FirstPerson{
		duty("admin", "示例·系统管理员", "101", "admin"),
		duty("budget", "示例·预算股经办", "101", "budget_officer"), duty("budget-head", "示例·预算股负责人", "101", "budget_officer"),
		duty("treasury", "示例·国库股审核", "101", "treasury_officer"), duty("payer", "示例·国库股支付", "101", "treasury_officer"),
		duty("accountant", "示例·总账会计", "101", "treasury_officer", "budget_officer"),
		duty("auditor", "示例·审计", "101", "auditor"), duty("inspector", "示例·督查", "101", "inspector"), duty("inspector-head", "示例·督查室负责人", "101", "inspector"),
	}
	units, err := Units()
	if err != nil {
		panic(err) // the embedded list is part of the program
	}
	for _, u := range units {
		all = append(all, duty("clerk-"+u.Code, "示例·"+u.Name+"经办", u.Code, "project_clerk"),
			duty("head-"+u.Code, "示例·"+u.Name+"负责人", u.Code, "project_head"),
			duty("lead-"+u.Code, "示例·"+u.Name+"分管领导", u.Code, "lead_approver"))
	}
	return all
}

// duty is a person of the demonstration, known by the duty.
func duty(code, name, unit string, roles ...string) projects.FirstPerson {
	return projects.FirstPerson{Code: code, Name: name, Unit: unit, Roles: roles}
}

// supervise names a supervisor for the clinic, whose signatures come on paper.
func supervise(ctx context.Context, db *bun.DB, by accounting.Actor) error {
	var parties []projects.Party
	n, err := projects.FindNode(ctx, db, DemoBook, "2025-05")
	if err != nil {
		return err
	}
	for _, p := range n.Parties {
		if p.Role == projects.Supervisor {
			return nil
		}
		parties = append(parties, projects.Party{Role: p.Role, Name: p.Name})
	}
	parties = append(parties, projects.Party{Role: projects.Supervisor, Name: supervisor})
	_, err = projects.SetParties(ctx, db, accounting.Command{Book: DemoBook, Key: "demo/supervisor", By: by}, projects.NodeParties{Node: "2025-05", Parties: parties})
	return err
}

// unitsOfProjects says which unit keeps each project's accounts.
func unitsOfProjects(ctx context.Context, db bun.IDB) (map[string]string, error) {
	var rows []struct{ Project, Unit string }
	err := db.NewRaw(`select l.code as project, u.code as unit from accounting.ledgers l
		join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id where l.book_id = ?`, DemoBook).Scan(ctx, &rows)
	of := make(map[string]string, len(rows))
	for _, r := range rows {
		of[r.Project] = r.Unit
	}
	return of, err
}

// registerPayees registers who is paid, each by two persons.
func (s *Story) registerPayees(ctx context.Context) error {
	date := accounting.MustDate("2025-01-05")
	for i, name := range payees {
		form := projects.PayeeForm{Paper: projects.Paper{Date: date, Memo: "【示例】收款人登记"}, Name: name, Kind: "company", Accounts: []projects.BankAccount{{Number: accountOf(name), Bank: "示例银行"}}}
		if name == contractor {
			form.Accounts = append(form.Accounts, projects.BankAccount{Number: wagesAccount, Bank: "示例银行"})
		}
		a := act{step: fmt.Sprintf("payee-%d", i+1), project: "2025-05"}
		d, err := s.hands.Draft(ctx, a.step, s.clerk(a.project), "payee", &form)
		if err != nil {
			return fmt.Errorf("demonstration, payee %s: %w", name, err)
		}
		s.payees[name] = d.Number
		if err := s.carry(ctx, a, d, date); err != nil {
			return fmt.Errorf("demonstration, payee %s: %w", name, err)
		}
	}
	return nil
}

// addLines registers the budget lines of 2025 that the acts speak of; those of 2026 continue them (Y4).
func (s *Story) addLines(ctx context.Context, acts []act) error {
	wanted := map[string]bool{}
	for _, a := range acts {
		if strings.HasPrefix(a.date, "2025-") && a.project != "" && a.progress == nil && s.plan.Node(a.project).Kind != "fund" {
			wanted[a.project] = true
		}
		if a.step == "E02" {
			for _, v := range s.villages() {
				wanted[v] = true
			}
		}
	}
	for _, n := range s.plan.Nodes {
		if !wanted[n.Code] {
			continue
		}
		in := projects.NewBudgetLine{Node: n.Code, FiscalYear: FirstYear, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"}
		if err := s.hands.BudgetLine(ctx, "line/"+n.Code, Seat{"budget", "budget_officer"}, in); err != nil {
			return fmt.Errorf("demonstration, budget line of %s: %w", n.Code, err)
		}
	}
	return nil
}

func (s *Story) villages() []string {
	var all []string
	for _, n := range s.plan.Nodes {
		if n.Kind == "village" {
			all = append(all, n.Code)
		}
	}
	return all
}
