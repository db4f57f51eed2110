package paper

import (
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// Yuan is an amount as ledgers print it: 150,000,000.00.
func Yuan(m accounting.Money) string { return grouped(m.String()) }

// Wan is an amount in 万元 with two decimals, rounded half up; it is for showing only, sums are made of yuan.
func Wan(m accounting.Money) string { return grouped(wan(m).StringFixed(2)) }

func wan(m accounting.Money) decimal.Decimal { return m.Decimal().Shift(-4).Round(2) }

func grouped(text string) string {
	digits, minus := strings.CutPrefix(text, "-")
	whole, cents, _ := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if minus {
		whole = "-" + whole
	}
	return whole + "." + cents
}

// yuanCell shows an amount, a negative one in red with its minus.
func yuanCell(m accounting.Money, share float64) Cell {
	return Cell{Text: Yuan(m), Share: share, Figure: true, Red: m.Sign() < 0}
}

// sideCell is a debit or credit of a line: nothing for none.
func sideCell(m accounting.Money, share float64) Cell {
	if m.IsZero() {
		return Cell{Share: share, Figure: true}
	}
	return yuanCell(m, share)
}

// maybeCell shows a figure that may be unknown.
func maybeCell(m *accounting.Money, share float64) Cell {
	if m == nil {
		return Cell{Text: "–", Share: share, Figure: true}
	}
	return yuanCell(*m, share)
}

// headCells name columns.
func headCells(names []string, shares []float64) []Cell {
	cells := make([]Cell, len(names))
	for i, n := range names {
		cells[i] = Cell{Text: n, Share: shares[i], Align: middle, Head: true}
	}
	return cells
}

// signatures is a row of offices with room to sign; a name that is known stands there.
func signatures(pairs ...string) []Cell {
	var cells []Cell
	for i := 0; i+1 < len(pairs); i += 2 {
		cells = append(cells, Cell{Text: pairs[i] + "：" + pairs[i+1], Share: 1, bare: true})
	}
	return cells
}

// label and value are two cells of a form.
func label(text string, share float64) Cell {
	return Cell{Text: text, Share: share, Align: middle, Head: true}
}
func value(text string, share float64) Cell { return Cell{Text: text, Share: share} }
