package seeds

import (
	"fmt"
	"strings"
	"testing"

	"mingzhang/accounting"
)

func readPlan(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := ReadNotice(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func yuan(m *accounting.Money) string {
	if m == nil {
		return "-"
	}
	return m.String()
}

func TestProgrammes(t *testing.T) {
	p := readPlan(t, Notice())
	for _, want := range []struct {
		code, plan, leaders, leads, cooperating, due string
		nodes                                        int
	}{
		{"2025-01", "-", "慈小荣", "医保局", "财政局 各乡镇（街道）", "2025-03", 1},
		{"2025-02", "-", "张杰", "人社局", "财政局 各乡镇（街道）", "2025-12", 1},
		{"2025-03", "30000000.00", "杨吉林", "民政局", "工信局 农业农村局 人社局 红寺堡产业园 各乡镇（街道）", "2025-11", 3},
		{"2025-04", "5000000.00", "陈荣煌", "教育局", "财政局", "2025-10", 1},
		{"2025-05", "8600000.00", "慈小荣", "卫健局", "发改局 财政局 大河乡", "2025-12", 1},
		{"2025-06", "25000000.00", "杨继东", "住建局", "发改局 财政局 供暖公司 新民街道", "2025-10", 10},
		{"2025-07", "20000000.00", "杨继东", "住建局", "发改局 财政局 供电公司", "2025-08", 1},
		{"2025-08", "36100000.00", "杨继东 刘炳枢", "统战部 交通局", "发改局 财政局 红寺堡镇 新庄集乡", "2025-11", 3},
		{"2025-09", "2500000.00", "慈小荣", "残联", "各乡镇（街道）", "2025-12", 5},
		{"2025-10", "150000000.00", "马涛 杨吉林", "财政局 农业农村局", "各乡镇", "2025-12", 66},
	} {
		n := p.Node(want.code)
		if n == nil {
			t.Errorf("%s is missing", want.code)
			continue
		}
		g := p.Programme(n.Programme)
		got := []string{yuan(n.Plan), strings.Join(g.Of(Leader), " "), strings.Join(g.Of(Lead), " "), strings.Join(g.Of(Cooperating), " "), fmt.Sprintf("%d-%02d", g.Due.Year, g.Due.Month)}
		if wanted := []string{want.plan, want.leaders, want.leads, want.cooperating, want.due}; strings.Join(got, "|") != strings.Join(wanted, "|") {
			t.Errorf("%s: got %q, want %q", want.code, got, wanted)
		}
		if n.Approximate != (want.code == "2025-04") {
			t.Errorf("%s: approximate %v", want.code, n.Approximate)
		}
		nodes := 0
		for _, x := range p.Nodes {
			if x.Programme == n.Programme {
				nodes++
			}
		}
		if nodes != want.nodes {
			t.Errorf("%s: %d nodes, want %d", want.code, nodes, want.nodes)
		}
	}
}

func TestTotals(t *testing.T) {
	p := readPlan(t, Notice())
	sites := map[string]int{}
	for _, n := range p.Nodes {
		if n.Kind == "site" {
			sites[n.NameZH]++
		}
	}
	total := 0
	for _, n := range sites {
		total += n
	}
	for what, pair := range map[string][2]string{
		"fiscal plan":        {p.Stated().String(), "277200000.00"},
		"works":              {p.Stated("works").String(), "89700000.00"},
		"villages":           {p.Stated("fund").String(), "150000000.00"},
		"without the stake":  {p.Stated("works", "fund", "award", "subsidy").String(), "247200000.00"},
		"not stated":         {strings.Join(p.Unstated(), " "), "2025-01 2025-02"},
		"leaders":            {fmt.Sprint(len(p.Named(Leader))), "7"},
		"lead units":         {fmt.Sprint(len(p.Named(Lead))), "11"},
		"sites":              {fmt.Sprint(total), "7"},
		"distinct compounds": {fmt.Sprint(len(sites)), "5"},
		"road length":        {p.Total("2025-08", "length").String(), "15.1"},
		"relief target":      {yuan(p.Node("2025-03-2").Target), "6000000.00"},
		"relief plan":        {yuan(p.Node("2025-03-2").Plan), "-"},
		"injection":          {yuan(p.Node("2025-03-1").Plan), "30000000.00"},
		"households":         {yuan(p.Node("2025-09-1").Lines[0].Amount()), "1200000.00"},
		"insurance":          {yuan(p.Node("2025-09-3").Lines[0].Amount()), "-"},
		"care rate":          {p.Node("2025-09-4").Lines[0].Rate.String(), "16000"},
		"pension months":     {fmt.Sprint(len(p.Node("2025-02").Lines)), "12"},
		"aid, care, policy":  {yuan(p.Kept("2025-09")), "1300000.00"}, // their split is not stated
		"after injection":    {yuan(p.Kept("2025-03")), "0.00"},
		"heating, unsplit":   {yuan(p.Kept("2025-06")), "25000000.00"},
		"roads, unsplit":     {yuan(p.Kept("2025-08")), "36100000.00"},
		"rebates":            {yuan(p.Kept("2025-01")), "-"},
		"fords":              {p.Node("2025-08-2").Figure("fords").Value.String(), "2"},
		"beneficiaries":      {fmt.Sprint(len(p.Node("2025-03-2").Lists[0].Items)), "4"},
		"last village":       {p.Node("2025-10-065").NameZH, "村项目 065（通知未列名）"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
}

func TestQuotes(t *testing.T) {
	p := readPlan(t, Notice())
	text := []rune(Notice())
	check := func(what, quote string, start, end int) {
		if quote == "" || string(text[start:end]) != quote {
			t.Errorf("%s: runes %d to %d are %q, quoted %q", what, start, end, string(text[start:end]), quote)
		}
	}
	for _, n := range p.Nodes {
		for _, f := range n.Figures {
			check(n.Code+" "+f.Name, f.Quote, f.Start, f.End)
		}
		for _, l := range n.Lists {
			check(n.Code+" "+l.Name, l.Quote, l.Start, l.End)
		}
	}
	for _, g := range p.Programmes {
		check(g.Code+" due", g.Due.Quote, g.Due.Start, g.Due.End)
		for _, x := range g.Parties {
			check(g.Code+" "+x.Name, x.Quote, x.Start, x.End)
		}
	}
	for number, words := range map[int]string{5: "更好满足辖区群众基本公共卫生服务需求", 8: "智慧交通系统、交安设施"} { // the published text breaks the paragraph there
		if !strings.Contains(p.Programme(number).Body, words) {
			t.Errorf("programme %d: %q is not in its body", number, words)
		}
	}
}

// A number of the notice is the notice's: another text gives another plan.
func TestChangedFigure(t *testing.T) {
	for _, tt := range []struct{ old, new, code, plan string }{
		{"计划投入资金 860 万元", "计划投入资金 861 万元", "2025-05", "8610000.00"},
		{"计划投入资金 860 万元", "计划投入资金\n\n860.5万元", "2025-05", "8605000.00"},
		{"计划投入资金 860 万元", "计划投入资金 0.0861 亿元", "2025-05", "8610000.00"},
		{"计划投入资金 860 万元", "计划投入资金 8610000.05 元", "2025-05", "8610000.05"},
		{"计划投入资金 1.5 亿元", "计划投入资金 1.55 亿元", "2025-10", "155000000.00"},
	} {
		p := readPlan(t, strings.Replace(Notice(), tt.old, tt.new, 1))
		if got := yuan(p.Node(tt.code).Plan); got != tt.plan {
			t.Errorf("%s: plan %s, want %s", tt.new, got, tt.plan)
		}
	}
	if readPlan(t, strings.Replace(Notice(), "500 万元左右", "500 万元", 1)).Node("2025-04").Approximate {
		t.Error("500 万元 without 左右 is still approximate")
	}
	if p := readPlan(t, strings.Replace(Notice(), "65 个行政村", "66 个行政村", 1)); p.Node("2025-10-066") == nil {
		t.Error("66 villages make no sixty-sixth project")
	}
}

func TestUnits(t *testing.T) {
	units, err := Units()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, u := range units {
		known[u.Name] = true
	}
	for _, g := range readPlan(t, Notice()).Programmes {
		for _, name := range g.Of(Lead) {
			if !known[name] {
				t.Errorf("lead unit %s of %s is not among the units", name, g.Code)
			}
		}
	}
	if len(units) != 15 {
		t.Errorf("%d units, want 15", len(units))
	}
}
