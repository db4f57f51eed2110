package paper

import (
	"fmt"

	"mingzhang/accounting"
)

// Layout is the paper a 记账凭证 is printed on.
type Layout string

const (
	A4     Layout = "a4"
	TwoUp  Layout = "two_on_a4" // two on one A4, cut in the middle
	Narrow Layout = "240x140"   // voucher paper of 240 by 140 mm
)

func (l Layout) format() format {
	switch l {
	case TwoUp:
		return halves
	case Narrow:
		return slip
	case A4:
		return portrait
	}
	return portrait
}

type (
	// Voucher 记账凭证 as it is printed: R07 says what it shows.
	Voucher struct {
		Unit        string // 核算单位
		No          accounting.VoucherNo
		Date        accounting.Date
		Memo        string
		Attachments int
		Red         bool   // 红字冲销
		Remark      string // what it reverses, corrects, or was reversed by
		PreparedBy  string
		ReviewedBy  string
		PostedBy    string
		Cash        bool // moves cash: the cashier signs, too
		Lines       []VoucherLine
	}

	// VoucherLine is a line; lines of a basis stand together.
	VoucherLine struct {
		Basis         string // financial, budgetary, authority
		Account, Name string
		About         string // project, budget line, contract, class
		Debit, Credit accounting.Money
	}
)

var (
	basisNames    = map[string]string{"financial": "财务会计", "budgetary": "预算会计", "authority": "预算指标"}
	voucherShares = []float64{25, 28, 25, 15, 15}
	voucherHead   = headCells([]string{"摘要", "会计科目", "项目及辅助核算", "借方金额", "贷方金额"}, voucherShares)
)

// PrintVoucher prints one voucher.
func PrintVoucher(f *Font, in Imprint, layout Layout, v Voucher) ([]byte, error) {
	p := newPress(f, in, "记账凭证 "+v.No.String(), layout.format())
	p.voucher(v)
	return p.bytes()
}

func (p *press) voucher(v Voucher) {
	sheets := 0
	p.onSheet = func() {
		p.heading("记账凭证", 15)
		number := fmt.Sprintf("%s　记字第 %04d 号", MonthOf(v.No.Period), v.No.Number)
		if sheets++; sheets > 1 {
			number += fmt.Sprintf("（续 %d）", sheets-1)
		}
		p.row([]Cell{{Text: "核算单位：" + v.Unit, Share: 34, bare: true}, {Text: Day(v.Date), Share: 20, Align: middle, bare: true},
			{Text: number, Share: 36, Align: middle, bare: true}, {Text: fmt.Sprintf("附单据 %d 张", v.Attachments), Share: 18, Align: right, bare: true}})
	}
	p.newSheet()
	p.table([][]Cell{voucherHead}, voucherRows(v), nil)
	if v.Remark != "" {
		p.note(v.Remark)
	}
	cashier := "　"
	if !v.Cash {
		cashier = "—"
	}
	p.y += 4
	sign := func(office, name string, share float64) Cell {
		return Cell{Text: office + "：" + name, Share: share, bare: true}
	}
	p.rows([]Cell{sign("会计主管", "　", 15), sign("记账", v.PostedBy, 25), sign("复核", v.ReviewedBy, 25), sign("出纳", cashier, 11), sign("制单", v.PreparedBy, 24)})
	p.onSheet = nil
}

func voucherRows(v Voucher) (rows [][]Cell) {
	for _, basis := range []string{"financial", "budgetary", "authority"} {
		var debit, credit accounting.Money
		memo := v.Memo
		for _, l := range v.Lines {
			if l.Basis != basis {
				continue
			}
			debit, credit = debit.Add(l.Debit), credit.Add(l.Credit)
			rows = append(rows, []Cell{{Text: memo, Share: 25, Red: v.Red}, {Text: l.Account + " " + l.Name, Share: 28}, {Text: l.About, Share: 25, size: 7.5}, sideCell(l.Debit, 15), sideCell(l.Credit, 15)})
			memo = "" // once for each basis, as it is written by hand
		}
		if debit.IsZero() && credit.IsZero() && memo == v.Memo {
			continue
		}
		rows = append(rows, []Cell{{Text: basisNames[basis] + "合计　" + debit.Words(), Share: 78, Head: true}, {Text: Yuan(debit), Share: 15, Figure: true, Head: true, Red: debit.Sign() < 0}, {Text: Yuan(credit), Share: 15, Figure: true, Head: true, Red: credit.Sign() < 0}})
	}
	return rows
}
