package paper

import (
	"fmt"

	"mingzhang/accounting"
)

type (
	// TreasurySheet 支出对账 of a month: the books against the treasury's list, per budget line. Amounts are yuan.
	TreasurySheet struct {
		Month     accounting.Period
		ListTaken bool
		Lines     []TreasuryLine
		Total     TreasuryLine
		Entries   []TreasuryEntry
	}

	// TreasuryLine is what both have, only ours and only theirs.
	TreasuryLine struct {
		BudgetLine, Project                      string
		Ours, Theirs, Both, OnlyOurs, OnlyTheirs accounting.Money
	}

	// TreasuryEntry is what is not on both sides alike.
	TreasuryEntry struct {
		BudgetLine, Side, Voucher, Request, Detail, Reason, Owner string
		Day                                                       accounting.Date
		Amount                                                    accounting.Money
	}

	// Order 国库集中支付凭证 of one payee line (public-finance-rules 4.2). Amounts are yuan.
	Order struct {
		Number, Request, State                     string
		Year                                       int
		Date                                       accounting.Date
		Unit, Project, DocumentNos, BudgetLine     string
		FundNature, FunctionalClass, EconomicClass string
		Purpose, Kind                              string
		Payee, Account, Bank, BankCode             string
		Amount, Returned                           accounting.Money
		PaidOn                                     accounting.Date
		Serial, Voucher                            string
	}
)

// PrintTreasurySheet prints a 支出对账表.
func PrintTreasurySheet(f *Font, in Imprint, t TreasurySheet) ([]byte, error) {
	p := newPress(f, in, "支出对账 "+t.Month.String(), landscape)
	p.onSheet = func() {
		p.heading("国库集中支付支出对账表", 16)
		list := "国库清单已导入"
		if !t.ListTaken {
			list = "国库清单未到"
		}
		p.row([]Cell{{Text: list, Share: 1, bare: true}, {Text: MonthOf(t.Month), Share: 1, Align: middle, bare: true}, {Text: "单位：元", Share: 1, Align: right, bare: true}})
	}
	p.newSheet()
	figures := func(l TreasuryLine) []Cell {
		return []Cell{yuanCell(l.Ours, 20), yuanCell(l.Theirs, 20), yuanCell(l.Both, 20), yuanCell(l.OnlyOurs, 20), yuanCell(l.OnlyTheirs, 20)}
	}
	var rows [][]Cell
	for _, l := range t.Lines {
		name := l.BudgetLine
		if name == "" {
			name = "（未知指标）"
		}
		rows = append(rows, append([]Cell{value(name, 24), value(l.Project, 46)}, figures(l)...))
	}
	rows = append(rows, totalRow("合计", 70, figures(t.Total)...))
	p.table([][]Cell{headCells([]string{"预算指标", "项目", "账面支出", "国库清单", "双方都有", "仅账面有", "仅国库有"}, []float64{24, 46, 20, 20, 20, 20, 20})}, rows, nil)
	p.y += 8
	rows = nil
	for _, e := range t.Entries {
		rows = append(rows, []Cell{value(e.Side, 14), value(e.BudgetLine, 22), {Text: e.Day.String(), Share: 15, Align: middle}, value(e.Voucher, 24), value(e.Request, 20), yuanCell(e.Amount, 20), value(e.Detail, 24), value(e.Reason, 24), value(e.Owner, 12)})
	}
	if len(rows) == 0 {
		rows = [][]Cell{{{Text: "无未达事项", Share: 175, Align: middle}}}
	}
	p.table([][]Cell{headCells([]string{"未达方", "预算指标", "日期", "凭证号", "申请", "金额", "说明", "原因", "责任人"}, []float64{14, 22, 15, 24, 20, 20, 24, 24, 12})}, rows, nil)
	p.y += 10
	p.rows(signatures("国库股负责人", "　", "预算股负责人", "　", "复核", "　", "编制", p.PrintedBy))
	return p.bytes()
}

// PrintOrder prints a 国库集中支付凭证.
func PrintOrder(f *Font, in Imprint, o Order) ([]byte, error) {
	p := newPress(f, in, "国库集中支付凭证 "+o.Number, slip)
	p.onSheet = func() {
		p.heading("国库集中支付凭证", 16)
		p.row([]Cell{{Text: "凭证号：" + o.Number, Share: 36, bare: true}, {Text: Day(o.Date), Share: 28, Align: middle, bare: true}, {Text: "单位：元", Share: 36, Align: right, bare: true}})
	}
	p.newSheet()
	p.row([]Cell{label("付款单位", 12), value(o.Unit, 38), label("收款人全称", 12), value(o.Payee, 38)})
	p.row([]Cell{label("预算项目", 12), value(o.Project, 38), label("收款账号", 12), value(o.Account, 38)})
	p.row([]Cell{label("指标文号", 12), value(o.DocumentNos, 38), label("开户银行", 12), value(o.Bank+"　"+o.BankCode, 38)})
	p.row([]Cell{label("预算指标", 12), value(o.BudgetLine, 38), label("支付申请", 12), value(o.Request, 38)})
	p.row([]Cell{label("资金性质", 12), value(o.FundNature, 13), label("功能分类", 10), value(o.FunctionalClass, 15), label("经济分类", 12), value(o.EconomicClass, 13), label("业务年度", 10), value(fmt.Sprint(o.Year), 15)})
	p.row([]Cell{label("支付方式", 12), value("国库集中支付", 13), label("结算方式", 10), value("转账", 15), label("款项性质", 12), value(o.Kind, 13), label("状态", 10), value(o.State, 15)})
	p.row([]Cell{label("金额（大写）", 12), {Text: o.Amount.Words(), Share: 63, size: 10}, {Text: "¥" + Yuan(o.Amount), Share: 25, Figure: true, size: 10}})
	p.row([]Cell{label("用途", 12), value(o.Purpose, 88)})
	p.row([]Cell{label("实际支付日期", 12), value(Day(o.PaidOn), 21), label("银行流水号", 12), value(o.Serial, 22), label("退回金额", 10), yuanCell(o.Returned, 23)})
	p.row([]Cell{label("记账凭证", 12), value(o.Voucher, 88)})
	p.y += 6
	p.rows(signatures("国库股（签章）", "　", "代理银行（签章）", "　", "复核", "　", "经办", "　"))
	return p.bytes()
}
