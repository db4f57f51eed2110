package paper

import (
	"fmt"

	"mingzhang/accounting"
)

type (
	// BankSheet 银行存款余额调节表 (public-finance-rules 4.5). Amounts are yuan; the bank's side is nil while its statement is not in.
	BankSheet struct {
		Unit, Bank, Number, Account         string
		Month                               accounting.Period
		Ledger, BankIn, BankOut, Adjusted   accounting.Money
		Statement, StatementAdjusted, Apart *accounting.Money
		UnitIn, UnitOut                     accounting.Money
		Items                               []BankSheetItem
	}

	// BankSheetItem 未达账项.
	BankSheetItem struct {
		Side   string // 银行已收、单位未收 …
		Date   accounting.Date
		About  string
		Days   int
		Reason string
		Owner  string
		Amount accounting.Money
	}
)

// PrintBankSheet prints a 余额调节表.
func PrintBankSheet(f *Font, in Imprint, b BankSheet) ([]byte, error) {
	p := newPress(f, in, "余额调节表 "+b.Number+" "+b.Month.String(), portrait)
	p.onSheet = func() {
		p.heading("银行存款余额调节表", 16)
		p.row([]Cell{{Text: "单位：" + b.Unit, Share: 40, bare: true}, {Text: MonthOf(b.Month), Share: 30, Align: middle, bare: true}, {Text: "单位：元", Share: 30, Align: right, bare: true}})
		p.row([]Cell{{Text: "开户银行：" + b.Bank, Share: 40, bare: true}, {Text: "账号：" + b.Number, Share: 30, Align: middle, bare: true}, {Text: "科目：" + b.Account, Share: 30, Align: right, bare: true}})
	}
	p.newSheet()
	shares := []float64{30, 20, 30, 20}
	theirs := func(m *accounting.Money) Cell {
		if m == nil {
			return Cell{Text: "对账单未到", Share: 20, Align: right}
		}
		return yuanCell(*m, 20)
	}
	p.table([][]Cell{headCells([]string{"单位账面", "金额", "银行对账单", "金额"}, shares)}, [][]Cell{
		{value("单位账面余额", 30), yuanCell(b.Ledger, 20), value("对账单余额", 30), theirs(b.Statement)},
		{value("加：银行已收、单位未收", 30), yuanCell(b.BankIn, 20), value("加：单位已收、银行未收", 30), yuanCell(b.UnitIn, 20)},
		{value("减：银行已付、单位未付", 30), yuanCell(b.BankOut, 20), value("减：单位已付、银行未付", 30), yuanCell(b.UnitOut, 20)},
		totalRow("调节后余额", 30, yuanCell(b.Adjusted, 20), Cell{Text: "调节后余额", Share: 30, Align: middle}, theirs(b.StatementAdjusted)),
		totalRow("差额", 80, theirs(b.Apart)),
	}, nil)
	p.y += 8
	var rows [][]Cell
	for _, x := range b.Items {
		rows = append(rows, []Cell{value(x.Side, 26), {Text: Day(x.Date), Share: 22, Align: middle}, value(x.About, 30), yuanCell(x.Amount, 18), {Text: fmt.Sprint(x.Days), Share: 8, Align: middle}, value(x.Reason, 23), value(x.Owner, 13)})
	}
	if len(rows) == 0 {
		rows = [][]Cell{{{Text: "无未达账项", Share: 140, Align: middle}}}
	}
	p.table([][]Cell{headCells([]string{"未达账项", "日期", "摘要、凭证或流水号", "金额", "天数", "原因", "责任人"}, []float64{26, 22, 30, 18, 8, 23, 13})}, rows, nil)
	p.y += 10
	p.rows(signatures("会计主管", "　", "复核", "　", "出纳", "　", "编制", p.PrintedBy))
	return p.bytes()
}
