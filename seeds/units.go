package seeds

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"

	"mingzhang/accounting"
)

//go:embed units.csv
var unitList string

// Units are the accounting units of a new book: the bureau, the lead units of the notice and the townships and streets it
// names. That all are administrative is a default: only the unit itself knows how it keeps its books, and the kind of a
// unit is settled before its first project.
func Units() ([]accounting.Unit, error) {
	rows, err := csv.NewReader(strings.NewReader(unitList)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("units.csv: %w", err)
	}
	all := make([]accounting.Unit, 0, len(rows)-1)
	for _, r := range rows[1:] {
		all = append(all, accounting.Unit{Code: r[0], Name: r[1], Kind: accounting.UnitKind(r[2])})
	}
	return all, nil
}
