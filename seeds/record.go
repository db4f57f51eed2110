package seeds

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

//go:embed figures-2025.csv
var record string

// recordHead names the columns of figures-2025.csv: for each figure the runes of the notice, the characters that stand
// there and what they mean. Its values were read against the notice.
var recordHead = []string{"node", "figure", "start", "end", "quote", "value", "unit"}

// Published is the plan of the notice as published. It is compared with the record, figure by figure: neither the text in
// this program nor the reading of it can change without somebody changing the record too.
func Published() (*Plan, error) {
	p, err := ReadNotice(Notice())
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(record)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("figures-2025.csv: %w", err)
	}
	read := p.record()
	for i := range max(len(rows), len(read)) {
		var want, got string
		if i < len(rows) {
			want = strings.Join(rows[i], ",")
		}
		if i < len(read) {
			got = strings.Join(read[i], ",")
		}
		if got != want {
			return nil, fmt.Errorf("figures-2025.csv, line %d: the record says %q, the notice %q", i+1, want, got)
		}
	}
	return p, nil
}

// record is the table of the plan's figures as figures-2025.csv has it.
func (p *Plan) record() [][]string {
	rows := [][]string{recordHead}
	for _, n := range p.Nodes {
		for _, f := range n.Figures {
			value := f.Value.String()
			if m, err := f.Money(); err == nil {
				value = m.String()
			}
			rows = append(rows, []string{n.Code, f.Name, strconv.Itoa(f.Start), strconv.Itoa(f.End), f.Quote, value, f.Unit})
		}
	}
	return rows
}
