package projects

import "mingzhang/accounting"

// narrow are the columns that a printed sheet has no room for; the working register has them.
var narrow = map[string]bool{"advance": true, "payable": true, "retention": true}

// PrintedColumns names the columns of the reconciliation as a printed sheet has them.
func PrintedColumns() (names []string) {
	for _, c := range reconcileColumns {
		if !narrow[c.name] {
			names = append(names, c.zh)
		}
	}
	return names
}

// Printed are the figures under PrintedColumns.
func (f Figures) Printed() (figures []*accounting.Money) {
	for _, c := range reconcileColumns {
		if !narrow[c.name] {
			figures = append(figures, c.of(f))
		}
	}
	return figures
}
