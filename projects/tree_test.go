package projects_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"
	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

func TestNodeIsCreatedAndChangedByCommand(t *testing.T) {
	b, ctx := newBureau(t), t.Context()
	in := projects.NewNode{
		Code: "2025-08", NameZH: "道路提升", NameEN: "Two roads", Kind: projects.Programme, Type: projects.Works, DueMonth: "2025-11", StatedAmount: ptr(yuan("36100000")),
		SeedRef: json.RawMessage(`{"stated_amount":[120,126]}`),
		Parties: []projects.Party{{projects.Leader, "杨继东"}, {projects.Leader, "刘炳枢"}, {projects.Lead, "统战部"}, {projects.Lead, "交通局"}},
	}
	c := b.command()
	n, err := projects.CreateNode(ctx, b.db, c, in)
	b.must(err)
	again, err := projects.CreateNode(ctx, b.db, c, in)
	b.must(err)
	if again.ID != n.ID || len(again.Parties) != 4 {
		t.Fatalf("the repeat of the key made %v", again)
	}
	if n.StatedAmount.String() != "36100000.00" || n.Target != nil || !n.Unit.IsZero() || string(n.SeedRef) == "" {
		t.Fatalf("created %+v", n)
	}
	_, err = projects.RenameNode(ctx, b.db, b.command(), projects.NodeNames{Node: "2025-08", NameZH: "两条道路提升", NameEN: "Two roads"})
	b.must(err)
	_, err = projects.SetDates(ctx, b.db, b.command(), projects.NodeDates{Node: "2025-08"})
	b.must(err)
	n, err = projects.SetParties(ctx, b.db, b.command(), projects.NodeParties{Node: "2025-08", Parties: []projects.Party{{projects.Lead, "交通局"}, {projects.Contractor, "宁夏路桥"}}})
	b.must(err)
	var parties []string
	for _, p := range n.Parties {
		parties = append(parties, string(p.Role)+" "+p.Name)
	}
	if diff := cmp.Diff([]string{"contractor 宁夏路桥", "lead 交通局"}, parties); diff != "" || n.NameZH != "两条道路提升" || n.DueMonth != "" {
		t.Fatalf("changed to %+v\n%s", n, diff)
	}
	n, err = projects.SetAccountingUnit(ctx, b.db, b.command(), projects.NodeUnit{Node: "2025-08", Unit: "ADM"})
	b.must(err)
	if n.Unit != b.unit {
		t.Fatalf("unit %v", n.Unit)
	}
	var names []string
	b.must(b.db.NewRaw(`select name from accounting.commands where name like 'node.%' order by at`).Scan(ctx, &names))
	if diff := cmp.Diff([]string{"node.create", "node.rename", "node.dates", "node.parties", "node.unit"}, names); diff != "" {
		t.Errorf("the operation log says\n%s", diff)
	}
}

func TestTreeRefuses(t *testing.T) {
	b, ctx := newBureau(t), t.Context()
	b.node("2025-05", "ADM")
	b.node("2025-06", "")
	valid := projects.NewNode{Code: "2025-07", NameZH: "照明", Kind: projects.Project, Type: projects.Works}
	with := func(change func(*projects.NewNode)) func() error {
		return func() error {
			in := valid
			change(&in)
			_, err := projects.CreateNode(ctx, b.db, b.command(), in)
			return err
		}
	}
	for _, tt := range []struct {
		name string
		act  func() error
		code string
	}{
		{"a code in use", with(func(n *projects.NewNode) { n.Code = "2025-05" }), "duplicate"},
		{"a node without a name", with(func(n *projects.NewNode) { n.NameZH = "" }), "text_invalid"},
		{"a kind nobody knows", with(func(n *projects.NewNode) { n.Kind = "street" }), "node_invalid"},
		{"a month that does not exist", with(func(n *projects.NewNode) { n.DueMonth = "2025-13" }), "node_invalid"},
		{"zero written for unknown", with(func(n *projects.NewNode) { n.StatedAmount = ptr(yuan("0")) }), "amount_invalid"},
		{"a parent that is not there", with(func(n *projects.NewNode) { n.Parent = "2025-99" }), "node_unknown"},
		{"a unit that is not there", with(func(n *projects.NewNode) { n.Unit = "???" }), "unit_unknown"},
		{"a party without a role", with(func(n *projects.NewNode) { n.Parties = []projects.Party{{"boss", "张三"}} }), "node_invalid"},
		{"a second accounting unit", func() error {
			_, err := projects.SetAccountingUnit(ctx, b.db, b.command(), projects.NodeUnit{Node: "2025-05", Unit: "INS"})
			return err
		}, "unit_for_life"},
		{"a budget line before the unit", func() error {
			_, err := projects.AddBudgetLine(ctx, b.db, b.command(), projects.NewBudgetLine{Node: "2025-06", FiscalYear: 2025, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"})
			return err
		}, "unit_missing"},
		{"a budget line of an unknown source", func() error {
			_, err := projects.AddBudgetLine(ctx, b.db, b.command(), projects.NewBudgetLine{Node: "2025-05", FiscalYear: 2025, FundNature: accounting.GeneralPublicBudget, FundingSource: "moon"})
			return err
		}, "funding_source_unknown"},
		{"a budget line without a nature", func() error {
			_, err := projects.AddBudgetLine(ctx, b.db, b.command(), projects.NewBudgetLine{Node: "2025-05", FiscalYear: 2025, FundingSource: "county"})
			return err
		}, "budget_line_invalid"},
		{"a funding source twice", func() error {
			_, err := projects.AddFundingSource(ctx, b.db, b.command(), projects.NewFundingSource{Code: "county", Name: "区级", Kind: projects.County})
			return err
		}, "duplicate"},
		{"a plan line with a lump sum and a rate", func() error {
			_, err := projects.AddPlanLine(ctx, b.db, b.command(), projects.NewPlanLine{Node: "2025-05", Amount: ptr(yuan("1")), Rate: ptr(decimal.NewFromInt(1))})
			return err
		}, "plan_invalid"},
		{"a rate with a fifth decimal", func() error {
			_, err := projects.AddPlanLine(ctx, b.db, b.command(), projects.NewPlanLine{Node: "2025-05", Rate: ptr(decimal.RequireFromString("0.00001"))})
			return err
		}, "plan_invalid"},
		{"a quantity of a plan line that is not there", func() error {
			_, err := projects.SetPlanQuantity(ctx, b.db, b.command(), projects.PlanQuantity{Line: accounting.NewID()})
			return err
		}, "plan_line_unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.act(); fault.Code(err) != tt.code {
				t.Fatalf("got %v, want %s", err, tt.code)
			}
		})
	}
	nodes, err := projects.Tree(ctx, b.db, book)
	b.must(err)
	if len(nodes) != 2 {
		t.Errorf("%d nodes after all refusals, want 2", len(nodes))
	}
}

// Unknown stays unknown: a rate without a quantity is no plan, and zero persons are zero yuan.
func TestPlanOwnAndInclusive(t *testing.T) {
	b, ctx := newBureau(t), t.Context()
	for _, code := range []string{"2025-01", "2025-09", "2025-09-1", "2025-09-2", "2025-09-2-1", "2025-10"} {
		b.node(code, "")
	}
	add := func(in projects.NewPlanLine) *projects.PlanLine {
		l, err := projects.AddPlanLine(ctx, b.db, b.command(), in)
		b.must(err)
		return l
	}
	rebate := add(projects.NewPlanLine{Node: "2025-01", Rate: ptr(decimal.RequireFromString("50")), Unit: "人"})
	add(projects.NewPlanLine{Node: "2025-09-1", Rate: ptr(decimal.RequireFromString("4000")), Quantity: ptr(decimal.NewFromInt(300)), Unit: "户"})
	add(projects.NewPlanLine{Node: "2025-09-2", Rate: ptr(decimal.RequireFromString("16000")), Unit: "人·年"})
	add(projects.NewPlanLine{Node: "2025-09-2-1", Rate: ptr(decimal.RequireFromString("0.0333")), Quantity: ptr(decimal.RequireFromString("1.5")), Unit: "米"})
	add(projects.NewPlanLine{Node: "2025-10", Amount: ptr(yuan("150000000"))})
	check := func(code, own, inclusive string) {
		t.Helper()
		p, err := projects.PlanOf(ctx, b.db, book, code)
		b.must(err)
		show := func(m *accounting.Money) string {
			if m == nil {
				return "unknown"
			}
			return m.String()
		}
		if show(p.Own) != own || show(p.Inclusive) != inclusive {
			t.Errorf("%s: own %s, inclusive %s; want %s, %s", code, show(p.Own), show(p.Inclusive), own, inclusive)
		}
	}
	check("2025-01", "unknown", "unknown")
	check("2025-09-1", "1200000.00", "1200000.00")
	check("2025-09-2-1", "0.05", "0.05")      // 0.04995 rounds half up
	check("2025-09-2", "unknown", "0.05")     // the child speaks where the parent is silent
	check("2025-09", "unknown", "1200000.05") // the sum over its children
	check("2025-10", "150000000.00", "150000000.00")
	if _, err := projects.SetPlanQuantity(ctx, b.db, b.command(), projects.PlanQuantity{Line: rebate.ID.UUID, Quantity: ptr(decimal.Zero)}); err != nil {
		t.Fatal(err)
	}
	check("2025-01", "0.00", "0.00") // now it is known: nobody
	add(projects.NewPlanLine{Node: "2025-09", Amount: ptr(yuan("2500000"))})
	check("2025-09", "2500000.00", "2500000.00") // its own plan covers its children
}

// Every row of the event table can be reached from outside.
func TestEveryEventIsOffered(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range projects.Events() {
		seen[k.NameZH] = true
		e, ok := projects.EventIn(k.New())
		if !ok || e.EventCode() != k.Code {
			t.Errorf("%s: %v %v", k.Name, e, ok)
		}
	}
	for _, zh := range projects.RowNames() {
		if !seen[zh] && zh != "以前年度退回本单位" { // a choice within RefundEarlierYear
			t.Errorf("no event for %s", zh)
		}
	}
}

// The service adds to the tree and mends what may change; it can neither remove a row nor move a node or an amount.
func TestServiceCannotRewriteTheTree(t *testing.T) {
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	for _, attack := range []string{
		`delete from projects.nodes`, `delete from projects.node_parties`, `delete from projects.plan_lines`, `delete from projects.funding_sources`, `truncate projects.nodes cascade`,
		`update projects.nodes set code = 'x'`, `update projects.nodes set parent_id = null`, `update projects.nodes set stated_amount = 1`,
		`update projects.plan_lines set amount = 1`, `update projects.plan_lines set rate = 1`, `update projects.funding_sources set kind = 'bond'`,
		`update accounting.ledgers set unit_id = gen_random_uuid()`, `update accounting.budget_lines set fiscal_year = 2026`,
	} {
		_, err := b.db.ExecContext(t.Context(), attack)
		if e := pq.As(err); e == nil || e.Code != "42501" {
			t.Errorf("%s: %v, want permission denied", attack, err)
		}
	}
}

// No code is no project's code.
func TestNodeWithoutACode(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM")
	if n, err := projects.FindNode(t.Context(), b.db, book, ""); fault.Code(err) != "node_unknown" {
		t.Errorf("found %+v, %v", n, err)
	}
}
