package paper

import (
	"fmt"
	"strings"

	"mingzhang/accounting"
)

type (
	// Ledger 明细账 of one account. Amounts are yuan; balances stand on the account's normal side.
	Ledger struct {
		Account, Name string
		Normal        accounting.Side
		Of            string // unit or project it is about; empty: the whole book
		From, To      accounting.Date
		Opening       accounting.Money
		Lines         []LedgerLine
	}

	// LedgerLine is a line with the balance after it.
	LedgerLine struct {
		Date          accounting.Date
		No            accounting.VoucherNo
		Memo, About   string
		Debit, Credit accounting.Money
		Balance       accounting.Money
	}
)

var (
	ledgerNames  = []string{"日期", "凭证字号", "摘要", "项目及辅助核算", "借方", "贷方", "方向", "余额"}
	ledgerShares = []float64{17, 21, 46, 38, 26, 26, 9, 28}
)

// ledgerState is what a sheet carries over: sums since the beginning and the balance.
type ledgerState struct{ debit, credit, balance accounting.Money }

// PrintLedger prints an account's lines with 本月合计 and 累计 behind each month; a sheet that is full ends with 过次页 and the
// next begins with 承前页.
func PrintLedger(f *Font, in Imprint, l Ledger) ([]byte, error) {
	p := newPress(f, in, "明细账 "+l.Account, landscape)
	p.onSheet = func() {
		p.heading(l.Account+" "+l.Name+" 明细账", 15)
		of := ""
		if l.Of != "" {
			of = "核算对象：" + l.Of
		}
		p.row([]Cell{{Text: of, Share: 45, bare: true}, {Text: Day(l.From) + " 至 " + Day(l.To), Share: 35, Align: middle, bare: true}, {Text: "单位：元", Share: 20, Align: right, bare: true}})
	}
	p.newSheet()
	rows, states := l.rows()
	p.table([][]Cell{headCells(ledgerNames, ledgerShares)}, rows, func(done int) (foot, head []Cell) {
		s := states[done-1]
		return l.sumRow("过次页", s, true), l.sumRow("承前页", s, true)
	})
	p.y += 4
	p.rows(signatures("会计主管", "　", "记账", "　", "复核", "　", "制表", p.PrintedBy))
	return p.bytes()
}

func (l Ledger) rows() (rows [][]Cell, states []ledgerState) {
	now, month := ledgerState{balance: l.Opening}, ledgerState{}
	add := func(row []Cell) { rows, states = append(rows, row), append(states, now) }
	add(l.sumRow("期初余额", ledgerState{balance: l.Opening}, false))
	for i, x := range l.Lines {
		now = ledgerState{now.debit.Add(x.Debit), now.credit.Add(x.Credit), x.Balance}
		month.debit, month.credit, month.balance = month.debit.Add(x.Debit), month.credit.Add(x.Credit), x.Balance
		add([]Cell{{Text: x.Date.String(), Share: 17, Align: middle}, {Text: fmt.Sprintf("%02d月 记-%04d", x.No.Period.Month(), x.No.Number), Share: 21, Align: middle}, value(x.Memo, 46), {Text: x.About, Share: 38, size: 7.5},
			sideCell(x.Debit, 26), sideCell(x.Credit, 26), {Text: l.direction(x.Balance), Share: 9, Align: middle}, l.balance(x.Balance, 28)})
		if last := i == len(l.Lines)-1; last || l.Lines[i+1].No.Period != x.No.Period {
			add(l.sumRow(MonthOf(x.No.Period)+"合计", month, true))
			add(l.sumRow("累计", now, true))
			month = ledgerState{}
		}
	}
	return rows, states
}

// sumRow is a row without a voucher.
func (l Ledger) sumRow(name string, s ledgerState, sums bool) []Cell {
	debit, credit := Cell{Share: 26, Head: true}, Cell{Share: 26, Head: true}
	if sums {
		debit, credit = yuanCell(s.debit, 26), yuanCell(s.credit, 26)
		debit.Head, credit.Head = true, true
	}
	balance := l.balance(s.balance, 28)
	balance.Head = true
	return []Cell{{Share: 17, Head: true}, {Share: 21, Head: true}, {Text: name, Share: 46, Head: true}, {Share: 38, Head: true}, debit, credit, {Text: l.direction(s.balance), Share: 9, Align: middle, Head: true}, balance}
}

// direction is the side a balance stands on; the amount beside it has no sign then.
func (l Ledger) direction(m accounting.Money) string {
	switch debit := l.Normal == accounting.Debit; {
	case m.IsZero():
		return "平"
	case debit == (m.Sign() > 0):
		return "借"
	default:
		return "贷"
	}
}

func (l Ledger) balance(m accounting.Money, share float64) Cell {
	return Cell{Text: strings.TrimPrefix(Yuan(m), "-"), Share: share, Figure: true}
}
