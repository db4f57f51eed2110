package paper

import (
	"fmt"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

type (
	// Register 项目资金台账 in the columns of public-finance-rules 4.3. Amounts are yuan and printed in 万元; nil is unknown.
	Register struct {
		AsOf  accounting.Date
		Unit  string // of one unit; empty: all
		Rows  []RegisterRow
		Total RegisterRow
	}

	// RegisterRow is a project.
	RegisterRow struct {
		Place                                   string // 序号
		Top                                     bool   // counted in the total; others are part of a row above
		Name, Part                              string // 项目名称, 子项目
		Leader, Lead, With                      string
		Content, Due                            string // 建设内容, 完成时限
		Planned                                 *accounting.Money
		Sources, DocumentNos                    string
		Issued                                  *accounting.Money
		Contractor                              string
		ContractPrice                           *accounting.Money
		Progress                                string // 形象进度 %
		Certified                               *accounting.Money
		Works, Equipment, Deferred, OtherCost   *accounting.Money
		Payable, Advance, Retention, Paid, Rest *accounting.Money
		InvestedShare, PaidShare                string // %
		Problems, Measures, FiledBy, FiledOn    string
	}
)

// registerPaper is A3 across: the columns are too many for A4.
var registerPaper = format{420 * mm, 297 * mm, 1, 14 * mm, 10 * mm, 12 * mm, 13 * mm}

var (
	registerNames = []string{"序号", "项目名称", "子项目", "责任领导", "牵头单位", "配合单位", "建设内容", "完成时限", "计划投资", "资金来源", "指标文号", "下达指标", "合同单位", "合同金额", "形象进度%", "累计完成投资",
		"建安", "设备", "待摊", "其他", "应付款", "预付余额", "质保金余额", "累计支付", "指标余额", "投资完成率%", "资金支付率%", "存在问题", "下步措施", "填报人", "填报日期"}
	registerShares = []float64{5, 16, 13, 9, 10, 17, 42, 11, 12, 10, 16, 12, 14, 12, 8, 12, 12, 10, 10, 9, 11, 11, 11, 12, 12, 8, 8, 16, 16, 9, 13}
)

func (r RegisterRow) money() []*accounting.Money {
	return []*accounting.Money{r.Planned, r.Issued, r.ContractPrice, r.Certified, r.Works, r.Equipment, r.Deferred, r.OtherCost, r.Payable, r.Advance, r.Retention, r.Paid, r.Rest}
}

// PrintRegister prints a 台账.
func PrintRegister(f *Font, in Imprint, r Register) ([]byte, error) {
	p := newPress(f, in, "项目资金台账 "+r.AsOf.String(), registerPaper)
	p.onSheet = func() {
		p.heading("项目资金台账", 18)
		unit := "全部单位"
		if r.Unit != "" {
			unit = "单位：" + r.Unit
		}
		p.row([]Cell{{Text: unit, Share: 1, bare: true}, {Text: "截至 " + Day(r.AsOf), Share: 1, Align: middle, bare: true}, {Text: "单位：万元", Share: 1, Align: right, bare: true}})
	}
	p.newSheet()
	var rows [][]Cell
	for _, x := range r.Rows {
		rows = append(rows, registerCells(x))
	}
	total := r.Total
	total.Name = "合计"
	rows = append(rows, registerCells(total))
	for i := range rows[len(rows)-1] {
		rows[len(rows)-1][i].Head = true
	}
	heads := headCells(registerNames, registerShares)
	for i := range heads {
		heads[i].size = 7.5
	}
	p.table([][]Cell{heads}, rows, nil)
	if !r.shownAdds() {
		p.note(WanNote)
	}
	p.y += 8
	p.rows(signatures("负责人", "　", "审核", "　", "填报", "　", "制表", p.PrintedBy))
	return p.bytes()
}

func registerCells(r RegisterRow) []Cell {
	at, cells := 0, make([]Cell, 0, len(registerShares))
	add := func(c Cell) {
		c.Share, c.size = registerShares[at], 7
		cells, at = append(cells, c), at+1
	}
	text := func(all ...string) {
		for _, t := range all {
			add(Cell{Text: t})
		}
	}
	money := func(all ...*accounting.Money) {
		for _, m := range all {
			if m == nil {
				add(Cell{Text: "–", Figure: true})
				continue
			}
			add(Cell{Text: Wan(*m), Figure: true, Red: m.Sign() < 0})
		}
	}
	text(r.Place, r.Name, r.Part, r.Leader, r.Lead, r.With, r.Content, r.Due)
	if r.Planned == nil && r.Place != "" {
		add(Cell{Text: "无计划数", Align: right})
	} else {
		money(r.Planned)
	}
	text(r.Sources, r.DocumentNos)
	money(r.Issued)
	text(r.Contractor)
	money(r.ContractPrice)
	add(Cell{Text: r.Progress, Figure: true})
	money(r.Certified, r.Works, r.Equipment, r.Deferred, r.OtherCost, r.Payable, r.Advance, r.Retention, r.Paid, r.Rest)
	add(Cell{Text: r.InvestedShare, Figure: true})
	add(Cell{Text: r.PaidShare, Figure: true})
	text(r.Problems, r.Measures, r.FiledBy, r.FiledOn)
	if at != len(registerShares) {
		panic(fmt.Sprintf("a row of the register has %d cells", at))
	}
	return cells
}

// shownAdds says whether the figures as they are shown add up to the totals as they are shown.
func (r Register) shownAdds() bool {
	for i, total := range r.Total.money() {
		sum := decimal.Zero
		for _, x := range r.Rows {
			if m := x.money()[i]; m != nil && x.Top {
				sum = sum.Add(wan(*m))
			}
		}
		if total != nil && !sum.Equal(wan(*total)) {
			return false
		}
	}
	return true
}
