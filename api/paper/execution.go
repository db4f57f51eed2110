package paper

import (
	"fmt"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

type (
	// Execution 预算执行情况表 (public-finance-rules 4.4). Amounts are yuan and printed in 万元; the total is summed in yuan.
	Execution struct {
		AsOf      accounting.Date
		Unit      string // of one unit; empty: the whole book
		TimeShare string // 序时进度 %
		Rows      []ExecutionRow
		Total     ExecutionRow
	}

	// ExecutionRow is a budget line.
	ExecutionRow struct {
		Code, Name, Unit, FundNature                              string
		Original, Changed, Adjusted, Issued, HeldByContract, Held accounting.Money
		Month, Year, Rest                                         accounting.Money
		Progress, Gap                                             string // %, percentage points
		Remark                                                    string
	}
)

func (r ExecutionRow) figures() []accounting.Money {
	return []accounting.Money{r.Original, r.Changed, r.Adjusted, r.Issued, r.HeldByContract, r.Held, r.Month, r.Year, r.Rest}
}

// PrintExecution prints a 预算执行情况表.
func PrintExecution(f *Font, in Imprint, e Execution) ([]byte, error) {
	p := newPress(f, in, "预算执行情况表 "+e.AsOf.String(), landscape)
	p.onSheet = func() {
		p.heading("预算执行情况表", 16)
		unit := "全部单位"
		if e.Unit != "" {
			unit = "单位：" + e.Unit
		}
		p.row([]Cell{{Text: unit, Share: 1, bare: true}, {Text: fmt.Sprintf("截至 %s　序时进度 %s%%", Day(e.AsOf), e.TimeShare), Share: 1, Align: middle, bare: true}, {Text: "单位：万元", Share: 1, Align: right, bare: true}})
	}
	p.newSheet()
	names := []string{"项目编码", "项目名称", "核算单位", "资金性质", "年初预算", "调整", "调整后预算", "已下达指标", "合同占用", "在途申请", "本月支出", "本年累计支出", "指标结余", "支出进度%", "差距（百分点）", "备注"}
	shares := []float64{19, 32, 16, 14, 17, 15, 17, 17, 17, 15, 15, 17, 17, 12, 12, 16}
	row := func(r ExecutionRow) []Cell {
		cells := []Cell{value(r.Code, shares[0]), value(r.Name, shares[1]), value(r.Unit, shares[2]), value(r.FundNature, shares[3])}
		for i, m := range r.figures() {
			cells = append(cells, Cell{Text: Wan(m), Share: shares[4+i], Figure: true, Red: m.Sign() < 0})
		}
		return append(cells, Cell{Text: r.Progress, Share: shares[13], Figure: true}, Cell{Text: r.Gap, Share: shares[14], Figure: true}, value(r.Remark, shares[15]))
	}
	var rows [][]Cell
	for _, r := range e.Rows {
		rows = append(rows, row(r))
	}
	total := row(e.Total)
	rows = append(rows, totalRow("合计", shares[0]+shares[1]+shares[2]+shares[3], total[4:]...))
	for i := range rows {
		for j := range rows[i] {
			rows[i][j].size = 7.5
		}
	}
	p.table([][]Cell{headCells(names, shares)}, rows, nil)
	if !e.shownAdds() {
		p.note(WanNote)
	}
	p.y += 8
	p.rows(signatures("负责人", "　", "复核", "　", "制表", p.PrintedBy))
	return p.bytes()
}

// WanNote stands below a table in 万元 whose shown cells do not add up.
const WanNote = "注：各数以元汇总后折为万元列示，合计数与各行列示数之和因四舍五入可能有尾差。"

// shownAdds says whether the figures as they are shown add up to the totals as they are shown.
func (e Execution) shownAdds() bool {
	for i, total := range e.Total.figures() {
		sum := decimal.Zero
		for _, r := range e.Rows {
			sum = sum.Add(wan(r.figures()[i]))
		}
		if !sum.Equal(wan(total)) {
			return false
		}
	}
	return true
}
