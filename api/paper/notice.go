package paper

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

type (
	// Notice 督查通报 of a month. Amounts are yuan and printed in 万元; nil is unknown.
	Notice struct {
		Number             string // 督查通报〔2025〕第1期; empty: a draft
		State              string
		Title              string
		Date, AsOf         accounting.Date
		Summary            []string // 一、总体情况
		Formula            string
		Units              []NoticeUnit
		Total              NoticeUnit
		Late               []NoticeLate
		Overdue            []NoticeOverdue
		Problems           []NoticeProblem
		Demands            []string
		DraftedBy, IssueBy string
		Hash               string
	}
	// NoticeUnit is a lead unit in the ranking.
	NoticeUnit struct {
		Place, Name, Programmes     string
		Plan, Paid                  *accounting.Money
		PaidShare, TimeShare, Light string
		Lag                         string
	}
	// NoticeLate is a programme that is late, and why.
	NoticeLate struct {
		Name, Leads, Leaders, Light string
		Reasons                     []NoticeReason
	}
	// NoticeReason is a point with what it rests on.
	NoticeReason struct{ Rule, Text, Basis string }
	// NoticeOverdue is a thing that is owed.
	NoticeOverdue struct{ What, Project, Owes, Since, Days, Why string }
	// NoticeProblem is what a unit filed.
	NoticeProblem struct{ Project, Percent, Problems, Measures, FiledOn string }
)

// PrintNotice prints a notice the way a county's inspection office writes it.
func PrintNotice(f *Font, in Imprint, n Notice) ([]byte, error) {
	p := newPress(f, in, n.Title, portrait)
	p.onSheet = func() {
		if len(p.sheets) == 1 {
			p.heading("督查通报", 22)
			p.row([]Cell{{Text: n.Number, Share: 1, bare: true, size: 10}, {Text: Day(n.Date), Share: 1, Align: right, bare: true, size: 10}})
			p.row([]Cell{{Text: n.Title, Share: 1, Align: middle, bare: true, size: 14}})
			return
		}
		p.y += 8
		p.row([]Cell{{Text: n.Title, Share: 3, bare: true}, {Text: n.Number + n.State, Share: 2, Align: right, bare: true}})
	}
	p.newSheet()
	if n.State != "" {
		p.row([]Cell{{Text: n.State, Share: 1, Align: middle, bare: true, Red: true, size: 10}})
	}
	p.part("一、总体情况", n.Summary...)
	p.part("二、牵头单位排名", "截至 "+Day(n.AsOf)+"，按滞后百分点由大到小排列。联合牵头的项目分别列在各牵头单位之下，合计只计一次。"+n.Formula)
	p.row([]Cell{{Text: "单位：万元", Share: 1, Align: right, bare: true}})
	shares := []float64{8, 24, 20, 18, 18, 14, 14, 14, 12}
	var rows [][]Cell
	for _, u := range n.Units {
		rows = append(rows, noticeUnitCells(u, shares))
	}
	total := noticeUnitCells(n.Total, shares)
	for i := range total {
		total[i].Head = true
	}
	p.table([][]Cell{headCells([]string{"位次", "牵头单位", "项目数", "计划", "累计支付", "支付进度%", "序时进度%", "滞后（点）", "亮灯"}, shares)}, append(rows, total), nil)
	if !n.shownAdds() {
		p.note(WanNote)
	}
	p.part("三、滞后项目及原因")
	rows = nil
	for _, x := range n.Late {
		rows = append(rows, []Cell{{Text: fmt.Sprintf("%s　牵头：%s　责任领导：%s　%s", x.Name, x.Leads, x.Leaders, x.Light), Share: 100, Head: true}})
		for _, r := range x.Reasons {
			rows = append(rows, []Cell{value(r.Rule, 16), value(r.Text, 58), value(r.Basis, 26)})
		}
	}
	p.listed([]string{"情形", "事实", "依据"}, []float64{16, 58, 26}, rows, "无滞后项目")
	p.part("四、逾期事项", "截至 "+Day(n.Date)+"。")
	rows = nil
	for _, o := range n.Overdue {
		rows = append(rows, []Cell{value(o.What, 16), value(o.Project, 28), value(o.Owes, 18), {Text: o.Since, Share: 15, Align: middle}, {Text: o.Days, Share: 9, Figure: true}, value(o.Why, 44)})
	}
	p.listed([]string{"事项", "项目", "责任单位", "逾期起日", "天数", "说明"}, []float64{16, 28, 18, 15, 9, 44}, rows, "无逾期事项")
	p.part("五、存在问题和下步措施", "以下为责任单位填报的内容。")
	rows = nil
	for _, x := range n.Problems {
		rows = append(rows, []Cell{value(x.Project, 28), {Text: x.Percent, Share: 14, Align: right}, value(x.Problems, 36), value(x.Measures, 36), {Text: x.FiledOn, Share: 16, Align: middle}})
	}
	p.listed([]string{"项目", "形象进度%", "存在问题", "下步措施", "填报日期"}, []float64{28, 14, 36, 36, 16}, rows, "责任单位未填报问题")
	demands := n.Demands
	if len(demands) == 0 {
		demands = []string{"无。"}
	}
	p.part("六、工作要求", demands...)
	p.y += 8
	p.rows(signatures("起草", n.DraftedBy, "签发", n.IssueBy), []Cell{label("内容指纹", 16), value(n.Hash, 84)})
	return p.bytes()
}

// part is a numbered part with its paragraphs.
func (p *press) part(title string, paragraphs ...string) {
	p.y += 6
	p.need(40)
	p.row([]Cell{{Text: title, Share: 1, bare: true, size: 11.5}})
	for _, text := range paragraphs {
		if strings.TrimSpace(text) != "" {
			p.row([]Cell{{Text: "　　" + text, Share: 1, bare: true, size: 10}})
		}
	}
}

// listed is a table, or a row that says that there is nothing.
func (p *press) listed(names []string, shares []float64, rows [][]Cell, none string) {
	if len(rows) == 0 {
		rows = [][]Cell{{{Text: none, Share: 1, Align: middle}}}
	}
	p.table([][]Cell{headCells(names, shares)}, rows, nil)
}

func noticeUnitCells(u NoticeUnit, shares []float64) []Cell {
	money := func(m *accounting.Money, share float64) Cell {
		if m == nil {
			return Cell{Text: "无计划数", Share: share, Align: right}
		}
		return Cell{Text: Wan(*m), Share: share, Figure: true}
	}
	figure := func(text string, share float64) Cell { return Cell{Text: text, Share: share, Figure: true} }
	return []Cell{{Text: u.Place, Share: shares[0], Align: middle}, value(u.Name, shares[1]), value(u.Programmes, shares[2]), money(u.Plan, shares[3]), money(u.Paid, shares[4]), figure(u.PaidShare, shares[5]), figure(u.TimeShare, shares[6]), figure(u.Lag, shares[7]), value(u.Light, shares[8])}
}

// shownAdds says whether the plans and payments of the units come to the total as they are shown, where no programme is joint.
func (n Notice) shownAdds() bool {
	var plan, paid, shownPlan, shownPaid decimal.Decimal
	for _, u := range n.Units {
		for _, x := range []struct {
			m          *accounting.Money
			sum, shown *decimal.Decimal
		}{{u.Plan, &plan, &shownPlan}, {u.Paid, &paid, &shownPaid}} {
			if x.m != nil {
				*x.sum, *x.shown = x.sum.Add(x.m.Decimal()), x.shown.Add(wan(*x.m))
			}
		}
	}
	adds := func(total *accounting.Money, sum, shown decimal.Decimal) bool {
		return total == nil || !sum.Equal(total.Decimal()) || shown.Equal(wan(*total))
	}
	return adds(n.Total.Plan, plan, shownPlan) && adds(n.Total.Paid, paid, shownPaid)
}
