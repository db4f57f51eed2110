package paper

import (
	"strings"
	"time"

	"mingzhang/accounting"
)

type (
	// Reconciliation 对账单 is plan, authority, documents and payments of each project beside each other. Amounts are yuan; nil is
	// unknown.
	Reconciliation struct {
		AsOf        accounting.Date
		Known       *time.Time
		Unit        string // of one unit; empty: the whole book
		Columns     []string
		Projects    []ReconciledProject
		Total       []*accounting.Money
		WithoutPlan []string
		Open        []OpenItem
		OK          bool
	}

	// ReconciledProject is a row with the checks that do not hold.
	ReconciledProject struct {
		Code, Name string
		Level      int
		Figures    []*accounting.Money
		Failed     []string
	}

	// OpenItem is what is not settled yet.
	OpenItem struct {
		Kind, Project, Subject, Reason, Owner string
		Amount                                accounting.Money
		Days                                  string
	}
)

// PrintReconciliation prints a 项目资金对账单.
func PrintReconciliation(f *Font, in Imprint, r Reconciliation) ([]byte, error) {
	p := newPress(f, in, "对账单 "+r.AsOf.String(), landscape)
	known := ""
	if r.Known != nil {
		known = "按 " + r.Known.Format("2006-01-02 15:04:05") + " 所知"
	}
	p.onSheet = func() {
		p.heading("项目资金对账单", 16)
		unit := "全部单位"
		if r.Unit != "" {
			unit = "核算单位：" + r.Unit
		}
		p.row([]Cell{{Text: unit, Share: 1, bare: true}, {Text: "截至 " + Day(r.AsOf) + "　" + known, Share: 1, Align: middle, bare: true}, {Text: "单位：元", Share: 1, Align: right, bare: true}})
	}
	p.newSheet()
	heads := append(append([]Cell{label("项目编码", 18), label("项目名称", 36)}, headCells(r.Columns, equal(len(r.Columns), 17))...), label("核对", 9))
	var rows [][]Cell
	for _, x := range r.Projects {
		row := []Cell{value(x.Code, 18), value(strings.Repeat("　", x.Level)+x.Name, 36)}
		for _, m := range x.Figures {
			row = append(row, maybeCell(m, 17))
		}
		mark := Cell{Text: "符", Share: 9, Align: middle}
		if len(x.Failed) > 0 {
			mark = Cell{Text: "不符", Share: 9, Align: middle, Red: true}
		}
		rows = append(rows, append(row, mark))
	}
	var total []Cell
	for _, m := range r.Total {
		total = append(total, maybeCell(m, 17))
	}
	rows = append(rows, totalRow("合计", 54, append(total, Cell{Share: 9})...))
	for i := range rows {
		for j := range rows[i] {
			rows[i][j].size = 7.5
		}
	}
	p.table([][]Cell{heads}, rows, nil)
	if len(r.WithoutPlan) > 0 {
		p.note("无计划数，不计入“计划减支付”合计：" + strings.Join(r.WithoutPlan, "、"))
	}
	for _, x := range r.Projects {
		if len(x.Failed) > 0 {
			p.note(x.Code + " 核对不符：" + strings.Join(x.Failed, "；"))
		}
	}
	p.openItems(r.Open)
	result := "全部核对通过。"
	if !r.OK {
		result = "有核对未通过。"
	}
	p.note(result)
	p.y += 8
	p.rows(signatures("单位（签章）", "　", "预算股（签章）", "　", "国库股（签章）", "　", "对账日期", "　　年　月　日"))
	return p.bytes()
}

func (p *press) openItems(all []OpenItem) {
	if len(all) == 0 {
		return
	}
	p.y += 8
	var rows [][]Cell
	for _, o := range all {
		rows = append(rows, []Cell{value(o.Kind, 20), value(o.Project, 20), value(o.Subject, 50), yuanCell(o.Amount, 24), {Text: o.Days, Share: 10, Align: middle}, value(o.Reason, 50), value(o.Owner, 16)})
	}
	p.table([][]Cell{headCells([]string{"未了事项", "项目", "事项", "金额", "天数", "原因", "责任人"}, []float64{20, 20, 50, 24, 10, 50, 16})}, rows, nil)
}

func equal(n int, share float64) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = share
	}
	return all
}
