package paper

import "mingzhang/accounting"

type (
	// Sheet is any document that has no form of its own: its facts and its signatures.
	Sheet struct {
		Title      string // 合同, 预算文件, …
		Number     string
		Date       accounting.Date
		Unit       string
		Project    string
		State      string
		Amount     *accounting.Money
		Facts      []Fact
		Signatures []Signature
	}

	// Fact is what a document says in one place; lists give several of one name.
	Fact struct{ Name, Value string }
)

// PrintSheet prints a document's facts and signatures.
func PrintSheet(f *Font, in Imprint, d Sheet) ([]byte, error) {
	p := newPress(f, in, d.Title+" "+d.Number, portrait)
	p.onSheet = func() {
		p.heading(d.Title, 17)
		p.row([]Cell{{Text: "编号：" + d.Number, Share: 1, bare: true}, {Text: "日期：" + Day(d.Date), Share: 1, Align: middle, bare: true}, {Text: "状态：" + d.State, Share: 1, Align: right, bare: true}})
	}
	p.newSheet()
	p.row([]Cell{label("单位", 16), value(d.Unit, 84)})
	if d.Project != "" {
		p.row([]Cell{label("项目", 16), value(d.Project, 84)})
	}
	if d.Amount != nil {
		p.row([]Cell{label("金额", 16), value("¥"+Yuan(*d.Amount)+"　"+d.Amount.Words(), 84)})
	}
	var rows [][]Cell
	for _, fact := range d.Facts {
		rows = append(rows, []Cell{value(fact.Name, 30), value(fact.Value, 70)})
	}
	if len(rows) > 0 {
		p.table([][]Cell{headCells([]string{"栏目", "内容"}, []float64{30, 70})}, rows, nil)
	}
	p.signed(d.Signatures)
	return p.bytes()
}
