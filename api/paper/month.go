package paper

import (
	"cmp"
	"fmt"
	"slices"

	"mingzhang/accounting"
)

// Month is a month's vouchers to be bound: a cover 封面, the 科目汇总表 and the vouchers.
type Month struct {
	Of       accounting.Period
	Close    Close
	Unit     string // of one accounting unit; empty: the whole book
	Layout   Layout
	Vouchers []Voucher
}

// Close says on the cover who closed the month: one person proposes, another confirms.
type Close struct {
	Closed         bool
	ProposedBy     string // empty: closed by one person, before two were needed
	ClosedBy       string
	ProposedOn, On string // days
}

// words are those of the two cells of the cover.
func (c Close) words() (proposed, confirmed string) {
	switch {
	case !c.Closed:
		return "（未结账）", "（未结账）"
	case c.ProposedBy == "":
		return "（一人结账）", c.ClosedBy + "　" + c.On
	default:
		return c.ProposedBy + "　" + c.ProposedOn, c.ClosedBy + "　" + c.On
	}
}

// PrintMonth prints a month's vouchers.
func PrintMonth(f *Font, in Imprint, m Month) ([]byte, error) {
	size := m.Layout.format()
	front := portrait
	if m.Layout == Narrow {
		front = slip
	}
	p := newPress(f, in, "记账凭证 "+m.Of.String(), front)
	p.cover(m)
	p.accountSummary(m)
	p.format = size
	for _, v := range m.Vouchers {
		p.voucher(v)
	}
	return p.bytes()
}

func (p *press) cover(m Month) {
	p.newSheet()
	p.y += p.format.height / 12
	p.heading("会计凭证封面", 24)
	p.y += p.format.height / 30
	unit := cmp.Or(m.Unit, p.Book)
	first, last, attachments := 0, 0, 0
	for i, v := range m.Vouchers {
		if i == 0 {
			first = v.No.Number
		}
		last = v.No.Number
		attachments += v.Attachments
	}
	size := 11.0
	cell := func(text string, share float64, head bool) Cell {
		c := Cell{Text: text, Share: share, size: size, Head: head}
		if head {
			c.Align = middle
		}
		return c
	}
	p.row([]Cell{cell("单位（账套）", 25, true), cell(unit, 75, false)})
	p.row([]Cell{cell("会计期间", 25, true), cell(MonthOf(m.Of), 25, false), cell("凭证种类", 25, true), cell("记字", 25, false)})
	p.row([]Cell{cell("起讫号数", 25, true), cell(fmt.Sprintf("自第 %04d 号至第 %04d 号", first, last), 75, false)})
	p.row([]Cell{cell("凭证张数", 25, true), cell(fmt.Sprintf("%d 张", len(m.Vouchers)), 25, false), cell("附件张数", 25, true), cell(fmt.Sprintf("%d 张", attachments), 25, false)})
	proposed, confirmed := m.Close.words()
	p.row([]Cell{cell("结账申请", 25, true), cell(proposed, 25, false), cell("结账确认", 25, true), cell(confirmed, 25, false)})
	p.row([]Cell{cell("册数", 25, true), cell("本月共　　册，本册是第　　册", 75, false)})
	p.row([]Cell{cell("保管期限", 25, true), cell("30 年", 25, false), cell("归档日期", 25, true), cell("　　年　月　日", 25, false)})
	p.y += p.format.height / 30
	p.row([]Cell{{Text: "会计主管：", Share: 1, size: size, bare: true}, {Text: "复核：", Share: 1, size: size, bare: true}, {Text: "装订：", Share: 1, size: size, bare: true}})
}

// accountSummary adds up the month's vouchers by account.
func (p *press) accountSummary(m Month) {
	type sum struct {
		basis, account, name string
		debit, credit        accounting.Money
	}
	sums := map[string]*sum{}
	for _, v := range m.Vouchers {
		for _, l := range v.Lines {
			s := sums[l.Account]
			if s == nil {
				s = &sum{basis: l.Basis, account: l.Account, name: l.Name}
				sums[l.Account] = s
			}
			s.debit, s.credit = s.debit.Add(l.Debit), s.credit.Add(l.Credit)
		}
	}
	var all []*sum
	for _, s := range sums {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *sum) int { return cmp.Compare(a.account, b.account) })
	var rows [][]Cell
	for _, basis := range []string{"financial", "budgetary", "authority"} {
		var debit, credit accounting.Money
		var there bool
		for _, s := range all {
			if s.basis == basis {
				there = true
				debit, credit = debit.Add(s.debit), credit.Add(s.credit)
				rows = append(rows, []Cell{value(s.account, 15), value(s.name, 45), sideCell(s.debit, 20), sideCell(s.credit, 20)})
			}
		}
		if there {
			rows = append(rows, totalRow(basisNames[basis]+"合计", 60, yuanCell(debit, 20), yuanCell(credit, 20)))
		}
	}
	p.onSheet = func() {
		p.heading("科目汇总表", 16)
		p.row([]Cell{{Text: "单位（账套）：" + cmp.Or(m.Unit, p.Book), Share: 50, bare: true}, {Text: MonthOf(m.Of), Share: 25, Align: middle, bare: true}, {Text: "单位：元", Share: 25, Align: right, bare: true}})
	}
	p.newSheet()
	p.table([][]Cell{headCells([]string{"科目编号", "科目名称", "借方发生额", "贷方发生额"}, []float64{15, 45, 20, 20})}, rows, nil)
	p.y += 4
	p.rows(signatures("会计主管", "　", "复核", "　", "制表", p.PrintedBy))
	p.onSheet = nil
}

// totalRow is a shaded row that adds up.
func totalRow(name string, share float64, cells ...Cell) []Cell {
	row := []Cell{{Text: name, Share: share, Head: true, Align: middle}}
	for _, c := range cells {
		c.Head = true
		row = append(row, c)
	}
	return row
}
