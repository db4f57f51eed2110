package projects_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// few are persons with every role that works with money who do with real documents whatever comes to mind, in every order:
// draft, step, lend a role, enter and confirm receipts, take vouchers back, have money returned. The first has two accounts.
type few struct {
	*bureau
	tx      bun.Tx
	persons []accounting.PersonID
	actors  []accounting.Actor // accounts, without a role
	admin   accounting.Actor
	units   map[accounting.UnitID][]string // roles held there
	steps   []stepRow
	request *projects.PaymentRequest
	doc     *projects.Document
	seen    map[string]string
	tried   map[string]int // by what was done
	done    map[string]int
	before  bool // three have paid before: now the limit is what they paid
	codes   map[string]bool
}

// newFew prepares a project with money, a payee and people. A third person, who administers, agrees to every loan of a role.
func newFew(t *testing.T, flow projects.Flow, people int) *few {
	t.Helper()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	b.mustRecord(projects.Supplement{Head: b.on("2025-01-06"), Draw: draw("2025-05/2025", "8600000.00")})
	finance := accounting.UnitID{UUID: accounting.NewID()}
	b.must(accounting.AddUnit(t.Context(), b.db, accounting.Unit{Book: book, ID: finance, Code: "FIN", Name: "财政局", Kind: accounting.Administrative}))
	f := &few{bureau: b, units: map[accounting.UnitID][]string{b.unit: allRoles[:6], finance: {"budget_officer", "treasury_officer"}}, seen: map[string]string{}, tried: map[string]int{}, done: map[string]int{}, codes: map[string]bool{}}
	staff := [][]string{{"xu", "FIN", "admin"}}
	for i := range people {
		staff = append(staff, append([]string{fmt.Sprint("person ", i), "ADM"}, allRoles[:6]...))
	}
	desks := b.staff(staff...)
	f.admin = desks["xu admin"].who
	for i := range people {
		who := desks[fmt.Sprintf("person %d project_clerk", i)].who
		f.persons, f.actors = append(f.persons, who.Person), append(f.actors, accounting.Actor{Person: who.Person, Unit: who.Unit})
	}
	for _, role := range f.units[finance] {
		f.must(f.grantAgain(f.persons[0], finance, role))
	}
	f.actors = append(f.actors, accounting.Actor{Person: f.persons[0], Unit: finance})
	clerk, head := desks["person 0 project_clerk"], desks["person 1 project_head"]
	payee := b.passes("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Name: "公司", Kind: "company", Accounts: []projects.BankAccount{{Number: contractorAccount, Bank: "农行"}}}, passing{clerk, "submit"}, passing{head, "approve"})
	if flow == projects.SmallFlow {
		officer, other := desks["person 0 budget_officer"], desks["person 1 budget_officer"]
		b.passes("setting", &projects.Setting{Paper: paperOf("2025-01-10"), Flows: []projects.FlowSetting{{Flow: flow, MinimumPersons: 3, UpTo: money("1000.00")}}}, passing{officer, "submit"}, passing{other, "approve"})
	}
	f.request = &projects.PaymentRequest{Paper: paperOf("2025-03-10"), Node: "2025-05", Payment: "fees", Purpose: "监理费", EconomicClass: "31001", Sources: draws("2025-05/2025", "1000.00"),
		Payees: []projects.PayeeLine{{Payee: payee.Number, Account: contractorAccount, Amount: yuan("1000.00"), Kind: "other"}}}
	b.must(b.db.NewRaw(`select * from projects.steps() where kind = 'payment_request' and flow in ('', ?)`, flow).Scan(t.Context(), &f.steps))
	return f
}

// grantAgain gives a person a role in another unit by a document of the administrator and the second person.
func (f *few) grantAgain(person accounting.PersonID, unit accounting.UnitID, role string) error {
	admin, head := desk{f.bureau, f.admin, "xu"}, desk{f.bureau, accounting.Actor{Person: f.persons[1], Unit: f.unit, Role: "budget_officer"}, "person 1"}
	return admin.signed("role_grant", &projects.RoleGrant{Paper: projects.Paper{Unit: "FIN", Date: day(0)}, Person: "person 0", Role: role, From: day(0)}, head)
}

// within walks all orders in one transaction of which nothing stays.
func (f *few) within() {
	f.t.Helper()
	err := f.db.RunInTx(f.t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		f.tx = tx
		if _, err := tx.ExecContext(ctx, `select set_config('mingzhang.reads', ?, true)`, f.unit.String()); err != nil {
			return err
		}
		if f.before {
			f.must(f.paidByThree(ctx, tx))
		}
		f.explore("")
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		f.t.Fatal(err)
	}
}

// paidByThree takes a request to its payment by three persons, the third of whom does nothing more.
func (f *few) paidByThree(ctx context.Context, tx bun.Tx) (err error) {
	if f.doc, err = projects.Within.Draft(ctx, tx, f.as(f.actors[0], "project_clerk"), "payment_request", f.request); err != nil {
		return err
	}
	for i, s := range []struct{ role, verb string }{{"project_clerk", "file"}, {"project_head", "approve"}, {"treasury_officer", "order"}} {
		c := f.as(f.actors[i], s.role)
		c.Target = f.doc.ID
		if _, err = projects.Within.Take(ctx, tx, c, projects.Step{Document: f.doc.ID, Verb: s.verb, Hash: f.doc.Hash}); err != nil {
			return err
		}
	}
	a := f.actors[2]
	if _, err = tx.ExecContext(ctx, `select projects.enter_receipt(?, ?, 1, '2025-03-12', 'R-1', null, ?, ?, 'treasury_officer')`, book, f.doc.ID, a.Person, a.Unit); err != nil {
		return err
	}
	_, err = projects.Within.Line(ctx, tx, f.as(f.actors[0], "treasury_officer"), f.doc, 1)
	f.persons, f.actors = f.persons[:2], slices.Delete(f.actors, 2, 3)
	return err
}

// try does something and goes on from there; then all of it is taken back.
func (f *few) try(verb, way string, do func(ctx context.Context, tx bun.Tx) error) {
	f.tried[verb]++
	err := f.tx.RunInTx(f.t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		if err := do(ctx, tx); err != nil {
			return err
		}
		f.done[verb]++
		f.explore(way)
		return errTakenBack
	})
	if code := fault.Code(err); !errors.Is(err, errTakenBack) {
		if f.codes[verb+" "+code] = true; code == "internal" || code == "" {
			f.t.Fatalf("%s: %v", way, err)
		}
	}
}

func (f *few) as(a accounting.Actor, role string) accounting.Command {
	c := f.command()
	c.By = a
	c.By.Role = role
	return c
}

// where everything stands: what was reached before by another order is not walked through again.
func (f *few) where() (key string, paid accounting.Money) {
	var at struct {
		State, Duties, Lines, Receipt, Lent, Back string
		Paid                                      accounting.Money
	}
	var id any
	if f.doc != nil {
		id = f.doc.ID
	}
	f.must(f.tx.NewRaw(`select coalesce((select state from projects.documents where document_id = ?0), '') as state,
			coalesce((select string_agg(duty || ' ' || person_id, ', ' order by duty, person_id) from projects.duties where document_id = ?0), '') as duties,
			coalesce((select string_agg(state, ', ' order by line_no) from projects.payment_lines where document_id = ?0 and round = (select max(round) from projects.payment_lines where document_id = ?0)), '') as lines,
			coalesce((select entered_by || coalesce(checked_by::text, '') from projects.receipts where document_id = ?0 order by round desc, attempt desc limit 1), '') as receipt,
			coalesce((select string_agg(from_person::text, ', ' order by from_person) from projects.delegations), '') as lent,
			coalesce((select string_agg(kind, ', ' order by number) from projects.documents where kind in ('refund', 'correction') and state = 'posted'), '') as back,
			coalesce((select sum(debit - credit) from accounting.positions where account = '9401'), 0) as paid`, id).Scan(f.t.Context(), &at))
	return fmt.Sprint(at.State, at.Duties, at.Lines, at.Receipt, at.Lent, at.Back, at.Paid), at.Paid
}

func (f *few) explore(way string) {
	key, paid := f.where()
	if _, been := f.seen[key]; been {
		return
	}
	f.seen[key] = way
	if most := map[bool]string{true: "1000.00", false: "0.00"}[f.before]; paid.Cmp(yuan(most)) > 0 {
		f.t.Fatalf("two persons paid %s, at most %s was to be paid:%s", paid, most, way)
	}
	if f.doc == nil {
		f.creates(way)
	} else {
		f.takesSteps(way)
		if last := f.lastVoucher(); last != "" { // before its approval there is nothing to confirm and nothing to reverse
			f.confirms(way)
			if strings.Count(way, "delegate") != 1 { // nobody has lent a role, or both
				f.reverses(way, last)
			}
		}
	}
	f.delegates(way)
}

func (f *few) creates(way string) {
	for i, a := range f.actors {
		f.try("create", fmt.Sprintf("%s, create by %d", way, i), func(ctx context.Context, tx bun.Tx) (err error) {
			f.doc, err = projects.Within.Draft(ctx, tx, f.as(a, "project_clerk"), "payment_request", f.request)
			return err
		})
		f.doc = nil
	}
}

// takesSteps tries every verb of the flow in every state, for oneself and for whoever lent a role.
func (f *few) takesSteps(way string) {
	var state string
	f.must(f.tx.NewRaw(`select state from projects.documents where document_id = ?`, f.doc.ID).Scan(f.t.Context(), &state))
	for _, s := range f.steps {
		for i, a := range f.actors {
			for _, lender := range append([]accounting.PersonID{{}}, f.persons...) {
				at := slices.IndexFunc(s.Roles, func(r string) bool { return slices.Contains(f.units[a.Unit], r) })
				if at < 0 || s.FromState != state || lender == a.Person {
					continue
				}
				role := s.Roles[at]
				if !lender.IsZero() {
					if role = "treasury_officer"; !slices.Contains(s.Roles, role) {
						continue
					}
				}
				f.try(s.Verb, fmt.Sprintf("%s, %s by %d", way, s.Verb, i), func(ctx context.Context, tx bun.Tx) error {
					c := f.as(a, role)
					c.Target = f.doc.ID
					_, err := projects.Within.Take(ctx, tx, c, projects.Step{Document: f.doc.ID, Verb: s.Verb, Hash: f.doc.Hash, Reason: "because", OnBehalfOf: lender})
					return err
				})
			}
		}
	}
}

func (f *few) confirms(way string) {
	for i, a := range f.actors {
		f.try("receipt", fmt.Sprintf("%s, receipt by %d", way, i), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, `select projects.enter_receipt(?, ?, 1, '2025-03-12', 'R-1', null, ?, ?, 'treasury_officer')`, book, f.doc.ID, a.Person, a.Unit)
			return fault.FromSQL(err)
		})
		f.try("confirm", fmt.Sprintf("%s, confirm by %d", way, i), func(ctx context.Context, tx bun.Tx) error {
			_, err := projects.Within.Line(ctx, tx, f.as(a, "treasury_officer"), f.doc, 1)
			return err
		})
	}
}

func (f *few) lastVoucher() string {
	var last []string
	f.must(f.tx.NewRaw(`select period / 100 || '-' || lpad((period % 100)::text, 2, '0') || ' 记-' || lpad(number::text, 4, '0') from accounting.vouchers where source_document = ? order by recorded_at desc limit 1`, f.doc.ID).Scan(f.t.Context(), &last))
	return strings.Join(last, "")
}

// reverses has money returned, and takes the request's last voucher back, alone or for a payment instead.
func (f *few) reverses(way, last string) {
	paper := projects.Paper{Date: accounting.MustDate("2025-03-20"), DocumentNo: "红财发〔2025〕1号"}
	instead := right("PayCost", `{"request":"`+f.doc.Number+`","sources":[{"budget_line":"2025-05/2025","amount":"1000.00"}],"economic_class":"31001","cost":"1613.03"}`)
	for i, maker := range f.actors {
		for j, checker := range f.actors {
			if i >= len(f.persons) || i == j && i > 0 || j >= len(f.persons) && i > 0 {
				continue // that one person alone reverses nothing, with one account or two, is tried with the first
			}
			for _, content := range []projects.Content{
				&projects.RefundForm{Paper: paper, Request: f.doc.Number, Line: 1, Amount: yuan("1000.00"), To: projects.PayAgain},
				&projects.RefundForm{Paper: paper, Request: f.doc.Number, Line: 1, Amount: yuan("1000.00"), To: projects.BackAvailable},
				&projects.Correction{Paper: paper, Voucher: last, Reason: "误记"},
				&projects.Correction{Paper: paper, Voucher: last, Reason: "误记", Right: instead},
			} {
				kind := projects.DocumentKind("refund")
				if _, corrects := content.(*projects.Correction); corrects {
					kind = "correction"
				}
				f.try("reverse", fmt.Sprintf("%s, %s by %d and %d", way, kind, i, j), func(ctx context.Context, tx bun.Tx) error {
					return f.signed(ctx, tx, kind, content, f.as(maker, "treasury_officer"), f.as(checker, "treasury_officer"))
				})
			}
		}
	}
}

// delegates lends the role that pays to another, by a document whose lender, borrower or administrator agrees.
func (f *few) delegates(way string) {
	for i, lender := range f.actors[:len(f.persons)] {
		for j := range f.persons {
			for agreed, by := range map[string]accounting.Command{"the lender": f.as(lender, "budget_officer"), "the borrower": f.as(f.actors[j], "budget_officer"), "the administrator": f.as(f.admin, "admin")} {
				if i == j || strings.Contains(way, fmt.Sprintf("delegate by %d", i)) || way != "" && agreed != "the administrator" {
					continue
				}
				f.try("delegate", fmt.Sprintf("%s, delegate by %d to %d, agreed by %s", way, i, j, agreed), func(ctx context.Context, tx bun.Tx) error {
					return f.signed(ctx, tx, "delegation", &projects.Delegation{Paper: paperOn(day(0)), Role: "treasury_officer", To: fmt.Sprint("person ", j), From: day(0), Until: day(1)}, f.as(lender, "treasury_officer"), by)
				})
			}
		}
	}
}

// signed drafts a document, submits it and has it approved.
func (f *few) signed(ctx context.Context, tx bun.Tx, kind projects.DocumentKind, content projects.Content, maker, checker accounting.Command) error {
	doc, err := projects.Within.Draft(ctx, tx, maker, kind, content)
	for verb, c := range map[string]accounting.Command{"submit": maker} {
		if err == nil {
			c.Target = doc.ID
			_, err = projects.Within.Take(ctx, tx, c, projects.Step{Document: doc.ID, Verb: verb, Hash: doc.Hash})
		}
	}
	if err != nil {
		return err
	}
	checker.Target = doc.ID
	_, err = projects.Within.Take(ctx, tx, checker, projects.Step{Document: doc.ID, Verb: "approve", Hash: doc.Hash})
	return err
}

// All orders of drafting, filing, reviewing, approving, ordering, confirming, reversing and delegating by two persons with
// three accounts: no payment comes of any, and none beyond it of one that three persons have made.
func TestTwoPersonsWithThreeAccountsNeverPay(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		flow   projects.Flow
		before bool
		tried  string
	}{
		{"works", projects.WorksFlow, false, "create file delegate review finance_review"}, // they do not get it past the unit
		{"small", projects.SmallFlow, false, "create file delegate approve order confirm reverse"},
		{"paid by three before", projects.SmallFlow, true, "delegate confirm reverse"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			f := newFew(t, x.flow, map[bool]int{true: 3, false: 2}[x.before])
			f.before = x.before
			f.within()
			t.Logf("%d places, tried %v, done %v, refused %d ways", len(f.seen), f.tried, f.done, len(f.codes))
			for _, verb := range strings.Fields(x.tried) {
				if f.tried[verb] == 0 {
					t.Errorf("nobody tried to %s", verb)
				}
			}
			if f.done["delegate"] == 0 || x.before && f.done["reverse"] == 0 {
				t.Errorf("no role was lent, or nothing came back: %v", f.done)
			}
		})
	}
}

// Who acted before a request went back to its maker, and not since, does not count among the persons who pay it.
func TestPersonsOfEarlierRoundsDoNotCount(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	b.mustRecord(projects.Supplement{Head: b.on("2025-01-06"), Draw: draw("2025-05/2025", "1000.00")})
	people := b.staff([]string{"wu", "ADM", "project_clerk"}, []string{"ma", "ADM", "project_head", "budget_officer"}, []string{"li", "ADM", "project_head", "budget_officer"}, []string{"jin", "ADM", "treasury_officer"}, []string{"ya", "ADM", "lead_approver"})
	wu, ma, li, jin, ya := people["wu project_clerk"], people["ma project_head"], people["li project_head"], people["jin treasury_officer"], people["ya lead_approver"]
	b.passes("setting", &projects.Setting{Paper: paperOf("2025-01-10"), Flows: []projects.FlowSetting{{Flow: projects.SmallFlow, MinimumPersons: 4, UpTo: money("1000.00")}}}, passing{people["ma budget_officer"], "submit"}, passing{people["li budget_officer"], "approve"})
	payee := b.passes("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Name: "公司", Kind: "company", Accounts: []projects.BankAccount{{Number: contractorAccount, Bank: "农行"}}}, passing{wu, "submit"}, passing{ma, "approve"})
	doc := b.passes("payment_request", &projects.PaymentRequest{Paper: paperOf("2025-03-10"), Node: "2025-05", Payment: "fees", Purpose: "监理费", EconomicClass: "31001", Sources: draws("2025-05/2025", "1000.00"),
		Payees: []projects.PayeeLine{{Payee: payee.Number, Account: contractorAccount, Amount: yuan("1000.00"), Kind: "other"}}}, passing{wu, "file"}, passing{ma, "return"}, passing{wu, "file"}, passing{li, "approve"})
	if _, err := jin.take(doc, "order"); fault.Code(err) != "too_few_persons" || !strings.Contains(err.Error(), "3 different persons") {
		t.Errorf("four persons, of whom one only sent it back: %v", err)
	}
	for _, s := range []passing{{wu, "recall"}, {wu, "file"}, {ya, "lead_approve"}, {li, "approve"}, {jin, "order"}} {
		if _, err := s.by.take(doc, s.verb); err != nil {
			t.Fatalf("%s by %s: %v", s.verb, s.by.name, err)
		}
	}
}
