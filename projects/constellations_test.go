package projects_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// staff gives people their first roles: a person, the unit by its code, and the roles there.
func (b *bureau) staff(people ...[]string) map[string]desk {
	b.t.Helper()
	desks := map[string]desk{}
	var holders []projects.RoleHolder
	for _, p := range people {
		var unit accounting.UnitID
		b.must(b.db.NewRaw(`select unit_id from accounting.units where code = ?`, p[1]).Scan(b.t.Context(), &unit))
		id := accounting.PersonID{UUID: accounting.NewID()}
		b.must(accounting.AddPerson(b.t.Context(), b.db, accounting.Person{Book: book, ID: id, Code: p[0], Name: p[0], Unit: unit}))
		for _, role := range p[2:] {
			holders = append(holders, projects.RoleHolder{Person: id, Unit: unit, Role: role})
			desks[p[0]+" "+role] = desk{b, accounting.Actor{Person: id, Unit: unit, Role: role}, p[0]}
		}
	}
	b.must(projects.FirstRoles(b.t.Context(), b.db, book, accounting.MustDate("2025-01-01"), holders...))
	return desks
}

// passes drafts a document by who takes the first step and takes it along its way.
func (b *bureau) passes(kind projects.DocumentKind, content projects.Content, way ...passing) *projects.Document {
	b.t.Helper()
	doc, err := projects.Draft(b.t.Context(), b.db, way[0].by.command(), kind, content)
	if err != nil {
		b.t.Fatalf("draft %s: %v", kind, err)
	}
	for _, s := range way {
		taken, err := s.by.take(doc, s.verb)
		if err != nil {
			b.t.Fatalf("%s of %s by %s: %v", s.verb, doc.Number, s.by.name, err)
		}
		doc = taken.Document
	}
	return doc
}

// pays orders nothing: it enters the bank's receipt by one and confirms it by another, which posts one voucher.
func (b *bureau) pays(doc *projects.Document, day string, entered, checked desk) accounting.Receipt {
	b.t.Helper()
	b.must(projects.EnterReceipt(b.t.Context(), b.db, entered.command(), doc.Number, 1, projects.Receipt{Date: accounting.MustDate(day), Serial: doc.Number}))
	receipts, err := projects.ConfirmLine(b.t.Context(), b.db, checked.command(), doc.Number, 1)
	b.must(err)
	if len(receipts) != 1 {
		b.t.Fatalf("%s posted %d vouchers", doc.Number, len(receipts))
	}
	return receipts[0]
}

// reconciles closes months and asks whether all checks hold.
func (b *bureau) reconciles(by desk, months int) {
	b.t.Helper()
	for m := range months {
		_, err := accounting.ClosePeriod(b.t.Context(), b.db, by.command(), b.mustPropose(accounting.Period(202501+m)))
		b.must(err)
	}
	report, err := projects.Reconcile(b.t.Context(), b.db, projects.ReconcileQuery{Book: book, AsOf: accounting.MustDate("2025-12-31")})
	b.must(err)
	if !report.OK || len(report.Projects) == 0 {
		b.t.Errorf("the books do not reconcile: %+v", report)
	}
}

func budgetPaper(node, event, documentNo, amount string) *projects.Budget {
	return &projects.Budget{EventPaper: projects.EventPaper{Paper: projects.Paper{Date: accounting.MustDate("2025-01-20"), DocumentNo: documentNo}, Node: node, Event: event,
		Input: json.RawMessage(fmt.Sprintf(`{"budget_line":"%s/2025","amount":%q}`, node, amount))}}
}

// A township of three persons, none of them an administrator: it changes its settings and roles, gives a village a grant,
// pays a small bill, closes its months, and hears how many persons works need.
func TestTownshipOfThree(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	b.node("2025-10", "ADM", 2025)
	_, err := projects.CreateNode(t.Context(), b.db, b.command(), projects.NewNode{Code: "2025-10-1", Parent: "2025-10", NameZH: "村", Kind: projects.Village, Type: projects.Works, Unit: "ADM"})
	b.must(err)
	_, err = projects.AddBudgetLine(t.Context(), b.db, b.command(), projects.NewBudgetLine{Node: "2025-10-1", FiscalYear: 2025, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"})
	b.must(err)
	people := b.staff([]string{"zhao", "ADM", "project_clerk", "budget_officer"}, []string{"qian", "ADM", "project_head", "budget_officer"}, []string{"sun", "ADM", "treasury_officer"})
	maker, officer, head, second, payer := people["zhao project_clerk"], people["zhao budget_officer"], people["qian project_head"], people["qian budget_officer"], people["sun treasury_officer"]

	b.passes("setting", &projects.Setting{Paper: paperOf("2025-01-10"), Flows: []projects.FlowSetting{{Flow: projects.SmallFlow, MinimumPersons: 3, UpTo: money("50000.00")}}}, passing{officer, "submit"}, passing{second, "approve"})
	for _, role := range []string{"lead_approver", "budget_officer"} {
		grant := &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: "sun", Role: role, From: day(0)}
		b.passes("role_grant", grant, passing{officer, "submit"}, passing{head, "approve"})
	}
	lead := payer
	lead.who.Role = "lead_approver"

	for i, node := range []string{"2025-05", "2025-10-1"} {
		b.passes("budget", budgetPaper(node, "Supplement", fmt.Sprintf("红财发〔2025〕%d号", i+1), "300000.00"), passing{officer, "submit"}, passing{second, "approve"})
	}
	payee := b.passes("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Name: "大河村", Kind: "village", Accounts: []projects.BankAccount{{Number: contractorAccount, Bank: "农行"}}}, passing{maker, "submit"}, passing{head, "approve"})
	b.passes("village_record", &projects.VillageForm{Paper: paperOf("2025-02-01"), Node: "2025-10-1", VotedOn: accounting.MustDate("2025-01-15"), PublishedOn: accounting.MustDate("2025-01-20"), Mode: "grants", Township: "大河乡",
		County: yuan("200000.00")}, passing{maker, "submit"}, passing{head, "approve"})
	ask := func(node string, kind projects.PaymentKind, amount string) *projects.PaymentRequest {
		return &projects.PaymentRequest{Paper: paperOf("2025-03-10"), Node: node, Payment: kind, Purpose: "付款", EconomicClass: "31001", Sources: draws(node+"/2025", amount),
			Payees: []projects.PayeeLine{{Payee: payee.Number, Account: contractorAccount, Amount: yuan(amount), Kind: "other"}}}
	}
	grant := ask("2025-10-1", "direct_grant", "200000.00")
	grant.Expense = "5001.04"
	for _, q := range []*projects.PaymentRequest{grant, ask("2025-05", "fees", "50000.00")} {
		doc := b.passes("payment_request", q, passing{maker, "file"}, passing{head, "approve"}, passing{payer, "order"})
		if doc.Flow != projects.SmallFlow {
			t.Errorf("%s goes by the flow %s", doc.Number, doc.Flow)
		}
		paid := b.pays(doc, "2025-03-14", maker, payer)
		if v := b.voucher(paid.No); v.Document != doc.ID || v.PreparedBy.Code != "zhao" || v.ReviewedBy.Code != "sun" {
			t.Errorf("%s: %+v", doc.Number, v)
		}
	}

	// Works take five persons, whoever tries: from the unit's review on there is nobody left.
	price := yuan("100000.00")
	a := clinicContract()
	a.Price, a.Items[0].Amount, a.Funding[0].Amount, a.Supplier.Name = price, &price, &price, "宁夏某建筑公司"
	b.passes("contract", a, passing{maker, "submit"}, passing{head, "sign"}, passing{lead, "approve"})
	works := ask("2025-05", "advance", "30000.00")
	builder := b.passes("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Name: "宁夏某建筑公司", Kind: "company", Accounts: []projects.BankAccount{{Number: wagesAccount, Bank: "农行"}}}, passing{maker, "submit"}, passing{head, "approve"})
	works.Contract, works.Payees[0].Payee, works.Payees[0].Account = "CN-1", builder.Number, wagesAccount
	doc := b.passes("payment_request", works, passing{maker, "file"}, passing{head, "review"})
	sun := payer
	sun.who.Role = "budget_officer"
	for _, x := range []desk{officer, second} {
		if _, err := x.take(doc, "finance_review"); fault.Code(err) != "duty_taken" || strings.Contains(err.Error(), "nobody else is left") {
			t.Errorf("reviewed by %s: %v", x.name, err)
		}
	}
	_, err = sun.take(doc, "finance_review")
	b.must(err)
	if _, err := payer.take(doc, "approve"); fault.Code(err) != "duty_taken" || !strings.Contains(err.Error(), "nobody else is left who could: a payment of the flow works takes 5 different persons") {
		t.Errorf("approved by who reviewed: %v", err)
	}
	_, err = maker.take(doc, "recall")
	b.must(err)
	_, err = maker.take(doc, "withdraw")
	b.must(err)
	b.reconciles(officer, 3)
}

// While a book has an administrator, nobody who works with money makes grants, departures or accounts; when the last one has
// left, the budget officers do, and give the book another.
func TestLastAdministratorLeaves(t *testing.T) {
	t.Parallel()
	b, desks := staffed(t)
	xu, ma, li := desks["xu"], desks["ma"], desks["li"]
	grant := &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: "su", Role: "admin", From: day(0)}
	_, err := ma.submitted("role_grant", grant)
	b.refused("the budget officer beside an administrator", err, "role_not_held")
	b.must(xu.signed("departure", &projects.Departure{Paper: paperOn(day(0)), Person: "xu", LeftOn: day(0), Successor: "su"}, li))
	b.must(ma.signed("role_grant", grant, li))
	_, err = ma.submitted("role_grant", &projects.RoleGrant{Paper: projects.Paper{Unit: "ADM", Date: day(0)}, Person: "wu", Role: "project_head", From: day(0)})
	b.refused("the budget officer beside the new administrator", err, "role_not_held")
}

// A county of fifteen persons in three units: one payment of works passes all desks, with the head on leave, the paying
// officer gone in the middle, a supervisor who signs on paper, and readers who do nothing.
func TestCountyOfFifteen(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.must(accounting.AddUnit(t.Context(), b.db, accounting.Unit{Book: book, ID: accounting.UnitID{UUID: accounting.NewID()}, Code: "FIN", Name: "财政局", Kind: accounting.Administrative}))
	b.node("2025-05", "ADM", 2025)
	b.parties("2025-05", projects.Party{Role: projects.Lead, Name: "卫健局"}, projects.Party{Role: projects.Supervisor, Name: "某监理公司"})
	people := b.staff(
		[]string{"bai", "FIN", "budget_officer"}, []string{"gao", "FIN", "budget_officer"}, []string{"tian", "FIN", "treasury_officer"}, []string{"jin", "FIN", "treasury_officer"}, []string{"hou", "FIN", "project_head"},
		[]string{"wu", "ADM", "project_clerk"}, []string{"ma", "ADM", "project_head"}, []string{"yu", "ADM", "project_clerk"},
		[]string{"he", "INS", "project_clerk"}, []string{"lu", "INS", "project_head"}, []string{"shi", "INS", "project_clerk"},
		[]string{"li", "ADM", "lead_approver"}, []string{"an", "FIN", "auditor"}, []string{"xun", "FIN", "inspector"}, []string{"xu", "FIN", "admin"})
	bai, gao, tian, jin := people["bai budget_officer"], people["gao budget_officer"], people["tian treasury_officer"], people["jin treasury_officer"]
	wu, ma, yu, li, xu := people["wu project_clerk"], people["ma project_head"], people["yu project_clerk"], people["li lead_approver"], people["xu admin"]

	b.passes("budget", budgetPaper("2025-05", "Supplement", "红财发〔2025〕1号", "8600000.00"), passing{bai, "submit"}, passing{gao, "approve"})
	payee := b.passes("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Name: "宁夏某建筑公司", Kind: "company", Accounts: []projects.BankAccount{{Number: contractorAccount, Bank: "农行"}}}, passing{wu, "submit"}, passing{ma, "approve"})
	b.passes("contract", clinicContract(), passing{wu, "submit"}, passing{ma, "sign"}, passing{li, "approve"})

	work, err := projects.Draft(t.Context(), b.db, yu.command(), "certificate", percentDone("2025-03-01", "CN-1", "20"))
	b.must(err)
	_, err = yu.take(work, "submit")
	b.must(err)
	id, err := projects.EnterOutsideAct(t.Context(), b.db, wu.command(), projects.OutsideSignature{Document: work.ID, Verb: "supervise", Hash: work.Hash, Name: "王监理", Office: "某监理公司", Date: accounting.MustDate("2025-03-03"), Paper: b.file("监理签认")})
	b.must(err)
	_, err = projects.Take(t.Context(), b.db, ma.command(), projects.Step{Document: work.ID, Verb: "supervise", Hash: work.Hash, Outside: id})
	b.must(err)
	for _, s := range []passing{{ma, "verify"}, {li, "certify"}} {
		_, err = s.by.take(work, s.verb)
		b.must(err)
	}

	amount := "1326000.00" // 85 % of 1,560,000.00
	doc := b.passes("payment_request", &projects.PaymentRequest{Paper: paperOf("2025-03-10"), Node: "2025-05", Payment: "progress", Contract: "CN-1", Purpose: "进度款", EconomicClass: "31001", Sources: draws("2025-05/2025", amount),
		Payees: []projects.PayeeLine{{Payee: payee.Number, Account: contractorAccount, Amount: yuan(amount), Kind: "works"}}}, passing{wu, "file"})
	for name, d := range people { // nobody of another unit and nobody who only reads
		if d.who.Role == "auditor" || d.who.Role == "inspector" || d.who.Unit == people["lu project_head"].who.Unit {
			if _, err := d.take(doc, "review"); fault.Code(err) != "role_not_held" && fault.Code(err) != "document_unknown" {
				t.Errorf("reviewed by %s: %v", name, err)
			}
		}
	}
	// The unit's head is on leave: the engineer reviews in the head's place, and signs so.
	b.passes("delegation", &projects.Delegation{Paper: paperOn(day(0)), Role: "project_head", To: "yu", From: day(0), Until: day(5)}, passing{ma, "submit"}, passing{bai, "approve"})
	stand := yu
	stand.who.Role = "project_head"
	_, err = projects.Take(t.Context(), b.db, stand.command(), projects.Step{Document: doc.ID, Verb: "review", Hash: doc.Hash, OnBehalfOf: ma.who.Person})
	b.must(err)
	_, err = bai.take(doc, "finance_review")
	b.must(err)
	_, err = tian.take(doc, "approve")
	b.must(err)
	// The other treasury officer leaves before the order; a successor without a duty on the request takes the role over.
	b.passes("departure", &projects.Departure{Paper: paperOn(day(0)), Person: "jin", LeftOn: day(0), Successor: "hou"}, passing{xu, "submit"}, passing{gao, "approve"})
	if _, err = jin.take(doc, "order"); fault.Code(err) != "role_not_held" {
		t.Errorf("ordered by who has left: %v", err)
	}
	if _, err = tian.take(doc, "order"); fault.Code(err) != "duty_taken" {
		t.Errorf("ordered by who approved: %v", err)
	}
	b.passes("role_grant", &projects.RoleGrant{Paper: projects.Paper{Unit: "FIN", Date: day(0)}, Person: "hou", Role: "treasury_officer", From: day(0)}, passing{xu, "submit"}, passing{gao, "approve"})
	hou := people["hou project_head"]
	hou.who.Role = "treasury_officer"
	_, err = hou.take(doc, "order")
	b.must(err)
	b.pays(doc, "2025-03-14", hou, tian)

	k, err := projects.FindContract(t.Context(), b.db, book, "CN-1")
	b.must(err)
	if k.PayablePaid.String() != amount || !k.PayableNow.IsZero() {
		t.Errorf("paid %s, payable now %s", k.PayablePaid, k.PayableNow)
	}
	acts, err := projects.Acts(t.Context(), b.db, book, doc.ID)
	b.must(err)
	if acts[1].Person != yu.who.Person || acts[1].OnBehalfOf != ma.who.Person || acts[len(acts)-1].ToState != "confirmed" {
		t.Errorf("acts %+v", acts)
	}
	b.reconciles(bai, 3)
}
