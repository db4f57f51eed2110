package projects_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// contractBureau is a bureau whose clinic 2025-05 has 8,600,000.00 issued, with the desks a contract passes.
type contractBureau struct {
	*bureau
	clerk, head, lead desk
}

func newContractBureau(t *testing.T) *contractBureau {
	t.Helper()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025, 2026)
	b.parties("2025-05", projects.Party{Role: projects.Lead, Name: "卫健局"})
	b.mustRecord(projects.Approve{Head: b.on("2025-01-05"), Draw: draw("2025-05/2025", "8600000.00")}, projects.Issue{Head: b.on("2025-01-06"), Draw: draw("2025-05/2025", "8600000.00")})
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"ma", "project_head"}, [2]string{"li", "lead_approver"})
	return &contractBureau{b, desks["wu project_clerk"], desks["ma project_head"], desks["li lead_approver"]}
}

func (b *bureau) parties(node string, parties ...projects.Party) {
	b.t.Helper()
	_, err := projects.SetParties(b.t.Context(), b.db, b.command(), projects.NodeParties{Node: node, Parties: parties})
	b.must(err)
}

func paperOf(date string) projects.Paper { return projects.Paper{Date: accounting.MustDate(date)} }

func rate(text string) *decimal.Decimal {
	d := decimal.RequireFromString(text)
	return &d
}

func money(text string) *accounting.Money {
	m := yuan(text)
	return &m
}

// clinicContract is that of worked example A: 7,800,000.00, 30 % advance, 3 % retention, 85 % and 97 %.
func clinicContract() *projects.Agreement {
	return &projects.Agreement{
		Paper: paperOf("2025-02-10"), Node: "2025-05", Number: "CN-1", Name: "大河乡卫生院迁建", Type: projects.WorksContract, Supplier: projects.Supplier{Name: "宁夏某建筑公司"},
		Price: yuan("7800000.00"), Items: []projects.AgreedItem{{Code: "1", Name: "迁建工程", Amount: money("7800000.00")}},
		Funding: []projects.FundingLine{{BudgetLine: "2025-05/2025", Amount: money("7800000.00")}}, AdvanceRate: rate("30"), ProgressRate: rate("85"), RetentionRate: rate("3"), DefectsMonths: 12,
	}
}

func (b *contractBureau) draft(kind projects.DocumentKind, content projects.Content) (*projects.Document, error) {
	return projects.Draft(b.t.Context(), b.db, b.clerk.command(), kind, content)
}

// carry drafts a document and takes it by all desks.
func (b *contractBureau) carry(kind projects.DocumentKind, content projects.Content) (*projects.Taken, error) {
	b.t.Helper()
	doc, err := b.draft(kind, content)
	if err != nil {
		return nil, err
	}
	way := map[projects.DocumentKind][]string{"contract": {"submit", "sign", "approve"}, "certificate": {"submit", "verify", "certify"}}[kind]
	if way == nil {
		way = []string{"submit", "review", "approve"}
	}
	var taken *projects.Taken
	for i, who := range []desk{b.clerk, b.head, b.lead} {
		if taken, err = who.take(doc, way[i]); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

func (b *contractBureau) mustCarry(kind projects.DocumentKind, content projects.Content) *projects.Taken {
	b.t.Helper()
	taken, err := b.carry(kind, content)
	if err != nil {
		b.t.Fatalf("%s: %v", kind, err)
	}
	return taken
}

func (b *contractBureau) contract(number string) *projects.Contract {
	b.t.Helper()
	k, err := projects.FindContract(b.t.Context(), b.db, book, number)
	b.must(err)
	return k
}

// room moves money on the contract as payments do.
func (b *contractBureau) room(act, kind, amount string) error {
	b.t.Helper()
	k := b.contract("CN-1")
	return b.db.RunInTx(b.t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return projects.ContractRoom[act](ctx, tx, book, k.ID, projects.ContractMoney(kind), yuan(amount))
	})
}

// pay takes money of the contract through request and payment: in the books as the events, on the contract as its figures.
func (b *contractBureau) pay(kind, request, date, amount string) {
	b.t.Helper()
	b.must(b.room("hold", kind, amount))
	paid := projects.Paid{Head: b.on(date), Request: projects.Ref(request), Sources: draws("2025-05/2025", amount), EconomicClass: "31001"}
	b.mustRecord(projects.HoldForRequest{Head: b.on(date), Request: projects.Ref(request), Contract: projects.Ref("CN-1"), Sources: draws("2025-05/2025", amount)})
	if kind == "advance" {
		b.mustRecord(projects.PayAdvance{Paid: paid, Contract: projects.Ref("CN-1")})
	} else {
		b.mustRecord(projects.PayProgress{Paid: paid, Contract: projects.Ref("CN-1")})
	}
	b.must(b.room("pay", kind, amount))
}

// holds compares what an account holds for the contract, in yuan.
func (b *contractBureau) holds(want map[string]string) {
	b.t.Helper()
	for account, amount := range want {
		var got accounting.Money
		b.must(b.db.NewRaw(`select coalesce(sum(case p.normal_side when 'debit' then p.debit - p.credit else p.credit - p.debit end), 0) from accounting.positions p
			left join projects.contracts c on c.book_id = p.book_id and c.contract_id = p.subject_id
			where p.book_id = ? and p.account = ? and (c.number = 'CN-1' or ?)`, book, account, account == "9301.01" || account == "1613.01").Scan(b.t.Context(), &got))
		if got.String() != amount {
			b.t.Errorf("%s holds %s, not %s", account, got, amount)
		}
	}
}

func percentDone(date, number, percent string) *projects.Certificate {
	return &projects.Certificate{Paper: paperOf(date), Contract: number, Items: []projects.MeasuredItem{{Code: "1", Percent: rate(percent)}}}
}

// measuredClinic agrees the clinic by an item of square metres and the rest as a lump sum, so that 4,000,000.00 can be measured.
func measuredClinic() *projects.Agreement {
	a := clinicContract()
	a.Items = []projects.AgreedItem{
		{Code: "1", Name: "主体工程", Unit: "平方米", Quantity: rate("2000"), UnitPrice: rate("2000")},
		{Code: "2", Name: "其余工程", Amount: money("3800000.00")},
	}
	return a
}

// The clinic of worked example A, to the fen, from contract to settlement.
func TestClinicContractToTheFen(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.mustCarry("contract", measuredClinic()) // A3
	b.holds(map[string]string{"9301.03": "7800000.00", "9301.01": "800000.00"})
	b.pay("advance", "R-1", "2025-03-01", "2340000.00") // A4, A5
	b.holds(map[string]string{"1214.02": "2340000.00", "9301.03": "5460000.00"})

	first := &projects.Certificate{Paper: paperOf("2025-06-20"), Contract: "CN-1", Items: []projects.MeasuredItem{{Code: "1", Quantity: rate("2000")}}}
	if doc := b.mustCarry("certificate", first).Document; doc.Amount.String() != "2680000.00" || doc.Flow != projects.SmallFlow { // A6
		t.Errorf("certificate: net %s by the flow %s", doc.Amount, doc.Flow)
	}
	b.holds(map[string]string{"1613.01": "4000000.00", "1214.02": "1140000.00", "2307.01": "120000.00", "2302.02": "2680000.00"})
	k := b.contract("CN-1")
	if k.PayableNow.String() != "2200000.00" { // A7
		t.Errorf("payable now %s", k.PayableNow)
	}
	b.pay("payable", "R-2", "2025-07-10", "2200000.00") // A7, A8
	b.holds(map[string]string{"2302.02": "480000.00"})
	if k = b.contract("CN-1"); !k.PayableNow.IsZero() {
		t.Errorf("payable now after A8 %s", k.PayableNow)
	}

	settled := &projects.Settlement{Paper: paperOf("2025-11-20"), Contract: "CN-1", SettledPrice: yuan("7760000.00"),
		Items: []projects.SettledItem{{Code: "1", Amount: yuan("4010000.00")}, {Code: "2", Amount: yuan("3750000.00")}}}
	if taken := b.mustCarry("settlement", settled); len(taken.Receipts) != 2 { // A13, A14
		t.Errorf("the settlement posted %d vouchers", len(taken.Receipts))
	}
	b.holds(map[string]string{"1613.01": "7760000.00", "1214.02": "0.00", "2307.01": "232800.00", "2302.02": "2987200.00", "9301.03": "3220000.00", "9301.01": "840000.00"})
	k = b.contract("CN-1")
	if k.State != "settled" || k.PayableNow.String() != "2987200.00" || k.Funded.String() != "7760000.00" { // A15
		t.Errorf("settled: %s, payable now %s, funded %s", k.State, k.PayableNow, k.Funded)
	}
	certificates, err := projects.Certificates(t.Context(), b.db, book, k.ID)
	b.must(err)
	last := certificates[1]
	if last.Gross.String() != "3760000.00" || last.Recouped.String() != "1140000.00" || last.Retained.String() != "112800.00" || last.Net.String() != "2507200.00" {
		t.Errorf("the last certificate %+v", last)
	}
	if want := "97 % × 7760000.00 certified − 2340000.00 recouped − 2200000.00 paid − 0.00 requested − 0.00 deductions = 2987200.00, at most 2987200.00 certified and unpaid and 3027200.00 left of the price"; last.Formula != want {
		t.Errorf("formula %s", last.Formula)
	}
	b.pay("payable", "R-3", "2025-12-05", "2987200.00") // A15, A16
	b.holds(map[string]string{"2302.02": "0.00", "9301.03": "232800.00"})
	for day, want := range map[string]string{"2026-11-19": "held 0.00", "2026-11-20": "due 232800.00"} {
		r, err := projects.RetentionOf(t.Context(), b.db, *b.contract("CN-1"), accounting.MustDate(day))
		b.must(err)
		if got := r.State + " " + r.Due.String(); got != want {
			t.Errorf("retention on %s: %s", day, got)
		}
	}
}

// What a contract may not say is refused where it is written.
func TestContractsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	for _, tt := range []struct {
		name string
		edit func(a *projects.Agreement)
		code string
	}{
		{"3.01 % retention of works", func(a *projects.Agreement) { a.RetentionRate = rate("3.01") }, "retention_rate"},
		{"3.01 % retention of goods", func(a *projects.Agreement) { a.RetentionRate, a.Type = rate("3.01"), projects.GoodsContract }, ""},
		{"items that do not come to the price", func(a *projects.Agreement) { a.Items[0].Amount = money("7799999.99") }, "document_invalid"},
		{"an advance that is not its rate", func(a *projects.Agreement) { a.Advance = money("2340000.01") }, "document_invalid"},
		{"more money than the price", func(a *projects.Agreement) { a.Funding[0].Amount = money("7800000.01") }, "document_invalid"},
		{"a line of nobody", func(a *projects.Agreement) { a.Funding[0].BudgetLine = "2025-06/2025" }, "budget_line_unknown"},
		{"no supplier", func(a *projects.Agreement) { a.Supplier.Name = "" }, "text_invalid"},
		{"a quantity without a price", func(a *projects.Agreement) { a.Items[0].Quantity = rate("1") }, "document_invalid"},
		{"half a thousandth", func(a *projects.Agreement) {
			a.Items[0] = projects.AgreedItem{Code: "1", Name: "x", Quantity: rate("1.0005"), UnitPrice: rate("1")}
		}, "document_invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := clinicContract()
			tt.edit(a)
			if _, err := b.draft("contract", a); fault.Code(err) != tt.code {
				t.Errorf("%v", err)
			}
		})
	}
}

// A contract of several years shows what has no budget yet; each year's money comes by a change order.
func TestUnfundedRestIsFundedLater(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	a := clinicContract()
	a.Price, a.Items[0].Amount, a.Funding[0].Amount = yuan("9000000.00"), money("9000000.00"), money("6000000.00")
	b.mustCarry("contract", a)
	if got := b.contract("CN-1").Unfunded(); got.String() != "3000000.00" {
		t.Errorf("unfunded %s", got)
	}
	fund := func(line, amount string) *projects.ChangeOrder {
		return &projects.ChangeOrder{Paper: paperOf("2025-04-01"), Contract: "CN-1", Fund: []projects.FundingLine{{BudgetLine: line, Amount: money(amount)}}}
	}
	if _, err := b.carry("change_order", fund("2025-05/2025", "3000000.01")); fault.Code(err) != "contract_exceeded" {
		t.Errorf("more than the price: %v", err)
	}
	if _, err := b.carry("change_order", fund("2025-05/2025", "2700000.00")); fault.Code(err) != "budget_exceeded" {
		t.Errorf("more than the line has: %v", err)
	}
	b.mustCarry("change_order", fund("2025-05/2025", "2600000.00"))
	b.mustRecord(projects.Supplement{Head: b.on("2026-01-05"), Draw: draw("2025-05/2026", "1000000.00")})
	next := fund("2025-05/2026", "400000.00")
	next.Date = accounting.MustDate("2026-01-10")
	b.mustCarry("change_order", next)
	if k := b.contract("CN-1"); !k.Unfunded().IsZero() || k.Funded.String() != "9000000.00" {
		t.Errorf("funded %s, unfunded %s", k.Funded, k.Unfunded())
	}
	b.holds(map[string]string{"9301.03": "9000000.00"})
}

// Change orders move the price, and never below what is certified; money needed for certified work is not given back.
func TestChangeOrders(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.mustCarry("contract", measuredClinic())
	b.mustCarry("certificate", &projects.Certificate{Paper: paperOf("2025-06-20"), Contract: "CN-1", Items: []projects.MeasuredItem{{Code: "1", Quantity: rate("1500")}}})
	change := func(items []projects.AgreedItem, release ...projects.Draw) *projects.ChangeOrder {
		return &projects.ChangeOrder{Paper: paperOf("2025-07-01"), Contract: "CN-1", Items: items, Release: release}
	}
	for _, tt := range []struct {
		name  string
		order *projects.ChangeOrder
		code  string
	}{
		{"an item below what is certified", change([]projects.AgreedItem{{Code: "1", Quantity: rate("1499.999")}}, draw("2025-05/2025", "1000002.00")), "contract_exceeded"},
		{"another unit price", change([]projects.AgreedItem{{Code: "1", Quantity: rate("2000"), UnitPrice: rate("2001")}}), "document_invalid"},
		{"a price below what is funded", change([]projects.AgreedItem{{Code: "1", Quantity: rate("1500")}}), "contract_exceeded"},
		{"giving back what certified work needs", change(nil, draw("2025-05/2025", "4800000.01")), "contract_exceeded"},
		{"nothing", change(nil), "document_invalid"},
	} {
		if _, err := b.carry("change_order", tt.order); fault.Code(err) != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	b.mustCarry("change_order", change([]projects.AgreedItem{{Code: "1", Quantity: rate("1500")}, {Code: "3", Name: "围墙", Unit: "米", Quantity: rate("100"), UnitPrice: rate("333.3333")}}, draw("2025-05/2025", "1000000.00")))
	k := b.contract("CN-1")
	if k.Price.String() != "6833333.33" || k.Funded.String() != "6800000.00" || k.OriginalPrice.String() != "7800000.00" {
		t.Errorf("price %s, funded %s, at first %s", k.Price, k.Funded, k.OriginalPrice)
	}
	b.holds(map[string]string{"9301.03": "6800000.00", "9301.01": "1800000.00"})
}

// Termination gives back what is not owed: certified work and retention stay covered, and nothing more is certified.
func TestTermination(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.mustCarry("contract", measuredClinic())
	b.mustCarry("certificate", &projects.Certificate{Paper: paperOf("2025-06-20"), Contract: "CN-1", Items: []projects.MeasuredItem{{Code: "1", Quantity: rate("1000")}}})
	b.mustCarry("termination", &projects.Termination{Paper: paperOf("2025-08-01"), Contract: "CN-1", Reason: "承包人违约"})
	b.holds(map[string]string{"9301.03": "2000000.00", "9301.01": "6600000.00", "2307.01": "60000.00", "2302.02": "1940000.00"})
	if _, err := b.draft("certificate", &projects.Certificate{Paper: paperOf("2025-09-01"), Contract: "CN-1", Items: []projects.MeasuredItem{{Code: "1", Quantity: rate("1")}}}); fault.Code(err) != "step_not_allowed" {
		t.Errorf("a certificate after the end: %v", err)
	}
	b.mustCarry("settlement", &projects.Settlement{Paper: paperOf("2025-09-10"), Contract: "CN-1", SettledPrice: yuan("2000000.00")})
	if k := b.contract("CN-1"); k.State != "settled" || k.PayableNow.String() != "1940000.00" {
		t.Errorf("%s, payable now %s", k.State, k.PayableNow)
	}
}

// A contract above the estimate of its project needs an approved change of it (R18).
func TestContractAboveTheEstimate(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	doc, err := b.draft("contract", clinicContract())
	b.must(err)
	if !strings.Contains(string(doc.Content), "no known estimate") {
		t.Errorf("no warning: %s", doc.Content)
	}
	_, err = projects.AddPlanLine(t.Context(), b.db, b.command(), projects.NewPlanLine{Node: "2025-05", Amount: money("7900000.00")})
	b.must(err)
	b.mustRecord(projects.HoldForRequest{Head: b.on("2025-02-01"), Request: projects.Ref("FEE"), Sources: draws("2025-05/2025", "100000.01")})
	_, err = b.draft("contract", clinicContract())
	if fault.Code(err) != "contract_exceeded" || !strings.Contains(err.Error(), "0.01 too much") {
		t.Errorf("one fen above: %v", err)
	}
	if _, err = b.lead.take(doc, "approve"); fault.Code(err) != "step_not_allowed" {
		t.Errorf("a draft approved: %v", err)
	}
	changed := clinicContract()
	changed.EstimateChange = "红发改〔2025〕9号"
	b.mustCarry("contract", changed)
}

// One certificate of a contract is under way at a time, and its figures are those computed when it was written.
func TestCertificatesOfAContract(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.mustCarry("contract", clinicContract())
	for _, tt := range []struct {
		name string
		edit func(p *projects.Certificate)
		code string
	}{
		{"above the whole", func(p *projects.Certificate) { p.Items[0].Percent = rate("100.001") }, "contract_exceeded"},
		{"by quantity of a lump sum", func(p *projects.Certificate) { p.Items[0] = projects.MeasuredItem{Code: "1", Quantity: rate("1")} }, "document_invalid"},
		{"an item that is not agreed", func(p *projects.Certificate) { p.Items[0].Code = "9" }, "document_invalid"},
		{"an item twice", func(p *projects.Certificate) { p.Items = append(p.Items, p.Items[0]) }, "document_invalid"},
		{"other gross", func(p *projects.Certificate) { p.Gross = money("780000.01") }, "document_invalid"},
		{"other net", func(p *projects.Certificate) { p.Net = money("1.00") }, "document_invalid"},
		{"other cumulative", func(p *projects.Certificate) { p.Items[0].Cumulative = rate("11") }, "document_invalid"},
		{"an unknown deduction", func(p *projects.Certificate) {
			p.Deductions = []projects.Deduction{{Kind: "gift", Note: "x", Amount: yuan("1.00")}}
		}, "document_invalid"},
		{"no contract", func(p *projects.Certificate) { p.Contract = "CN-9" }, "contract_unknown"},
	} {
		p := percentDone("2025-06-20", "CN-1", "10")
		tt.edit(p)
		if _, err := b.draft("certificate", p); fault.Code(err) != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	first := percentDone("2025-06-20", "CN-1", "10")
	first.Deductions = []projects.Deduction{{Kind: "fine", Note: "逾期", Amount: yuan("5000.00")}, {Kind: "utilities", Note: "水电", Amount: yuan("1200.50")}}
	doc, err := b.draft("certificate", first)
	b.must(err)
	if _, err = b.draft("certificate", percentDone("2025-06-21", "CN-1", "10")); fault.Code(err) != "step_not_allowed" {
		t.Errorf("two under way: %v", err)
	}
	if _, err = b.draft("settlement", &projects.Settlement{Paper: paperOf("2025-06-21"), Contract: "CN-1", SettledPrice: yuan("7800000.00")}); fault.Code(err) != "step_not_allowed" {
		t.Errorf("settled over one under way: %v", err)
	}
	_, err = pgtest.Superuser(t, b.db).ExecContext(t.Context(), `insert into projects.documents (book_id, document_id, kind, number, unit_id, node_id, flow, content, content_hash, state, created_by)
		select book_id, gen_random_uuid(), kind, 'JL-X', unit_id, node_id, flow, content, content_hash, state, created_by from projects.documents where document_id = ?`, doc.ID)
	if fault.Code(fault.FromSQL(err)) != "duplicate" {
		t.Errorf("two under way past the program: %v", err)
	}
	for i, who := range []desk{b.clerk, b.head, b.lead} {
		if _, err = who.take(doc, []string{"submit", "verify", "certify"}[i]); err != nil {
			t.Fatal(err)
		}
	}
	k := b.contract("CN-1") // 85 % × 780,000 − 6,200.50
	if k.PayableNow.String() != "656799.50" || k.CertifiedPayable.String() != "756600.00" {
		t.Errorf("payable now %s of %s", k.PayableNow, k.CertifiedPayable)
	}
	if err = b.room("hold", "payable", "656799.51"); fault.Code(err) != "contract_exceeded" || !strings.Contains(err.Error(), "85 % × 780000.00 certified") {
		t.Errorf("one fen above payable now: %v", err)
	}
}

// A project with a supervisor sends its certificates by the five desks; the supervisor signs outside.
func TestSupervisedCertificate(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.parties("2025-05", projects.Party{Role: projects.Lead, Name: "卫健局"}, projects.Party{Role: projects.Supervisor, Name: "某监理公司"})
	b.mustCarry("contract", clinicContract())
	doc, err := b.draft("certificate", percentDone("2025-06-20", "CN-1", "10"))
	b.must(err)
	_, err = b.clerk.take(doc, "submit")
	b.must(err)
	if _, err = b.head.take(doc, "verify"); fault.Code(err) != "step_not_allowed" {
		t.Errorf("verified before the supervisor signed: %v", err)
	}
	id, err := projects.EnterOutsideAct(t.Context(), b.db, b.clerk.command(), projects.OutsideSignature{Document: doc.ID, Verb: "supervise", Hash: doc.Hash, Name: "王监理", Office: "某监理公司",
		Date: accounting.MustDate("2025-06-22"), Paper: b.clerk.file("监理签认")})
	b.must(err)
	_, err = projects.Take(t.Context(), b.db, b.head.command(), projects.Step{Document: doc.ID, Verb: "supervise", Hash: doc.Hash, Outside: id})
	b.must(err)
	_, err = b.head.take(doc, "verify")
	b.must(err)
	done, err := b.lead.take(doc, "certify")
	b.must(err)
	if done.Document.State != "certified" || done.Document.Flow != projects.WorksFlow {
		t.Errorf("%s by %s", done.Document.State, done.Document.Flow)
	}
}

// Settled below what is certified: what is unpaid is owed no longer, what was paid too much comes back within 30 days.
func TestSettlementBelowWhatIsCertified(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		settled, unpaid, retained, overpaid string
		holds                               map[string]string
	}{
		{"980000.00", "19400.00", "600.00", "0.00", map[string]string{"2302.02": "150600.00", "2307.01": "29400.00", "1218": "0.00", "9301.03": "180000.00"}}, // example H: a cut of 20,000 still unpaid
		{"800000.00", "170000.00", "6000.00", "24000.00", map[string]string{"2302.02": "0.00", "2307.01": "24000.00", "1218": "24000.00", "9301.03": "24000.00"}},
	} {
		t.Run(tt.settled, func(t *testing.T) {
			t.Parallel()
			b := newContractBureau(t)
			a := clinicContract()
			a.Price, a.Items[0].Amount, a.Funding[0].Amount, a.AdvanceRate = yuan("2000000.00"), money("2000000.00"), money("2000000.00"), nil
			b.mustCarry("contract", a)
			b.mustCarry("certificate", percentDone("2025-06-20", "CN-1", "50"))
			b.pay("payable", "R-1", "2025-07-01", "800000.00")
			b.must(b.room("hold", "payable", "50000.00"))
			cut := &projects.Settlement{Paper: paperOf("2025-10-01"), Contract: "CN-1", SettledPrice: yuan(tt.settled)}
			b.mustRecord(projects.HoldForRequest{Head: b.on("2025-09-01"), Request: projects.Ref("R-2"), Contract: projects.Ref("CN-1"), Sources: draws("2025-05/2025", "50000.00")})
			doc, err := b.draft("settlement", cut)
			if tt.overpaid != "0.00" {
				if fault.Code(err) != "contract_exceeded" {
					t.Errorf("overpaid while a request holds: %v", err)
				}
			} else {
				b.must(err)
				_, err = b.clerk.take(doc, "submit")
				b.must(err)
			}
			b.must(b.room("release", "payable", "50000.00"))
			b.mustRecord(projects.ReturnRequest{Head: b.on("2025-09-02"), Request: projects.Ref("R-2"), Contract: projects.Ref("CN-1"), Sources: draws("2025-05/2025", "50000.00")})
			if _, err = b.draft("settlement", &projects.Settlement{Paper: paperOf("2025-10-01"), Contract: "CN-1", SettledPrice: yuan(tt.settled), CutUnpaid: money("1.00")}); fault.Code(err) != "document_invalid" {
				t.Errorf("another cut than computed: %v", err)
			}
			done := b.mustCarry("settlement", cut)
			if !strings.Contains(string(done.Document.Content), fmt.Sprintf(`"cut_unpaid":"%s","cut_retained":"%s","overpaid":"%s"`, tt.unpaid, tt.retained, tt.overpaid)) {
				t.Errorf("%s", done.Document.Content)
			}
			b.holds(tt.holds)
			if tt.overpaid != "0.00" {
				b.must(b.room("return", "claim", tt.overpaid))
				if err = b.room("return", "claim", "0.01"); fault.Code(err) != "contract_exceeded" {
					t.Errorf("more returned than was overpaid: %v", err)
				}
			}
		})
	}
}

// Nothing settles over an advance that is not recouped, requested or returned.
func TestSettlementWithAnOpenAdvance(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.mustCarry("contract", clinicContract())
	b.pay("advance", "R-1", "2025-03-01", "2340000.00")
	if _, err := b.draft("settlement", &projects.Settlement{Paper: paperOf("2025-10-01"), Contract: "CN-1", SettledPrice: yuan("1000000.00")}); fault.Code(err) != "advance_open" {
		t.Errorf("%v", err)
	}
}
