package web_test

import (
	"testing"

	"mingzhang/accounting"
	"mingzhang/api/web"
)

func row(indent int, class, amount string) web.Row {
	return web.Row{Indent: indent, Class: class, Cells: []web.Cell{web.Text("a"), web.Yuan(accounting.MustMoney(amount))}}
}

// Shown in 万元, 50 yuan is 0.01: a table says which of its columns do not add up as shown, and only of those that add up to the fen.
func TestColumnsThatDoNotAddAsShown(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		rows  []web.Row
		total string
		yuan  bool
		noted bool
	}{
		"rounded apart":                      {[]web.Row{row(0, "", "50.00"), row(0, "", "50.00")}, "100.00", false, true},
		"in yuan nothing is rounded":         {[]web.Row{row(0, "", "50.00"), row(0, "", "50.00")}, "100.00", true, false},
		"whole":                              {[]web.Row{row(0, "", "2500000.00"), row(0, "", "100.00")}, "2500100.00", false, false},
		"one page of a longer list":          {[]web.Row{row(0, "", "50.00"), row(0, "", "50.00")}, "150.00", false, false},
		"those at the top of a tree":         {[]web.Row{row(0, "", "100.00"), row(1, "", "50.00"), row(1, "", "30.00"), row(0, "", "50.00")}, "150.00", false, false},
		"those at the bottom of a tree":      {[]web.Row{row(0, "group", "999.00"), row(1, "", "50.00"), row(1, "", "50.00")}, "100.00", false, true},
		"parts at the same depth as the sum": {[]web.Row{row(0, "group", "999.00"), row(0, "", "50.00"), row(0, "", "50.00")}, "100.00", false, true},
	} {
		table := web.Table{Wan: !x.yuan, Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "column.amount")), Rows: x.rows, Total: row(0, "", x.total).Cells}
		columns := table.Unsummed()
		if noted := len(columns) == 1 && columns[0].Heading == "column.amount"; noted != x.noted || len(columns) > 1 {
			t.Errorf("%s: %v", name, columns)
		}
	}
}
