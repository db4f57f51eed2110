package seeds

import (
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

func TestInitBook(t *testing.T) {
	db, ctx := pgtest.Open(t), t.Context()
	today := accounting.MustDate("2026-11-25")
	for range 2 { // the second run finds everything done
		if _, err := InitBook(ctx, db, "640303", "红寺堡区财政局", true, today); err != nil {
			t.Fatal(err)
		}
	}
	nodes, err := projects.Tree(ctx, db, 640303)
	if err != nil || len(nodes) != 92 {
		t.Fatalf("%d nodes (%v), want 92", len(nodes), err)
	}
	units := map[accounting.UnitID]string{}
	var rows []accounting.Unit
	if err := db.NewSelect().Model(&rows).Scan(ctx); err != nil {
		t.Fatal(err)
	}
	for _, u := range rows {
		units[u.ID] = u.Name
	}
	kept := map[string]string{}
	for _, n := range nodes {
		kept[n.Code] = units[n.Unit]
	}
	for code, want := range map[string]string{"2025-01": "医保局", "2025-03-2": "民政局", "2025-06-1": "住建局", "2025-06-1-1": "", "2025-08-2": "交通局", "2025-10": "财政局", "2025-10-065": "财政局"} {
		if kept[code] != want {
			t.Errorf("%s is kept by %q, want %q", code, kept[code], want)
		}
	}
	plans, err := projects.Plans(ctx, db, 640303)
	if err != nil {
		t.Fatal(err)
	}
	var total accounting.Money
	own := map[string]string{}
	for _, p := range plans {
		own[p.Code] = yuan(p.Own)
		if len(p.Code) == len("2025-01") && p.Inclusive != nil {
			total = total.Add(*p.Inclusive)
		}
	}
	if total.String() != "277200000.00" {
		t.Errorf("the programmes' plans add up to %s, want 277200000.00", total)
	}
	for code, want := range map[string]string{"2025-01": "-", "2025-02": "-", "2025-03-2": "-", "2025-05": "8600000.00", "2025-08-1": "-", "2025-09-1": "1200000.00", "2025-09-3": "-", "2025-10-001": "-"} {
		if own[code] != want {
			t.Errorf("%s: plan %s, want %s", code, own[code], want)
		}
	}
	n, err := projects.FindNode(ctx, db, 640303, "2025-08")
	if err != nil {
		t.Fatal(err)
	}
	var parties []string
	for _, x := range n.Parties {
		parties = append(parties, string(x.Role)+":"+x.Name)
	}
	if got := strings.Join(parties, " "); got != "cooperating:发改局 cooperating:财政局 cooperating:红寺堡镇 cooperating:新庄集乡 lead:统战部 lead:交通局 leader:杨继东 leader:刘炳枢" {
		t.Errorf("parties of 2025-08: %s", got)
	}
	if n.DueMonth != "2025-11" || !strings.Contains(string(n.SeedRef), "计划投入资金 3610 万元，提升改造中航路") {
		t.Errorf("2025-08: due %s, from %s", n.DueMonth, n.SeedRef)
	}
	if _, err := InitBook(ctx, db, "640303", "另一个财政局", true, today); fault.Code(err) != "duplicate" {
		t.Errorf("another book under the code: %v", err)
	}
}

func TestChangedNoticeUnderUsedKeys(t *testing.T) {
	db, ctx := pgtest.Open(t), t.Context()
	if _, err := InitBook(ctx, db, "640303", "红寺堡区财政局", true, accounting.MustDate("2025-12-31")); err != nil {
		t.Fatal(err)
	}
	persons, err := personsOf(ctx, db, 640303)
	if err != nil {
		t.Fatal(err)
	}
	settings, _ := DefaultUnitSettings()
	changed := readPlan(t, strings.Replace(Notice(), "860 万元", "861 万元", 1))
	if err := LoadNotice(ctx, db, 640303, persons["budget"], changed, settings); fault.Code(err) != "key_reused" || !strings.Contains(err.Error(), "2025-05") {
		t.Errorf("a changed notice over the first one: %v", err)
	}
}

func TestUnitSettings(t *testing.T) {
	p := readPlan(t, Notice())
	byName := map[string]string{"财政局": "101", "交通局": "109", "住建局": "107"}
	own, err := ReadUnitSettings(strings.NewReader("node,unit,basis\n2025-08,109,a\n2025-10,-,b\n2025-10-007,202,c\n"))
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"2025-08-1": "109", "2025-10-001": "", "2025-10-007": "202", "2025-06-2": "107"} {
		if got, err := own.of(p, p.Node(code), byName); err != nil || got != want {
			t.Errorf("%s: unit %q (%v), want %q", code, got, err, want)
		}
	}
	if _, err := (UnitSettings{}).of(p, p.Node("2025-08"), byName); err == nil {
		t.Error("two lead units and no setting: one was chosen")
	}
}
