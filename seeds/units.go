package seeds

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"mingzhang/accounting"
)

//go:embed units.csv
var unitList string

//go:embed node-units.csv
var nodeUnits string

// Units are the accounting units of a new book: the bureau, the lead units of the notice and the townships and streets it
// names. That all are administrative is a default: only the unit itself knows how it keeps its books, and the kind of a
// unit is settled before its first project.
func Units() ([]accounting.Unit, error) {
	rows, err := table("units.csv", strings.NewReader(unitList))
	if err != nil {
		return nil, err
	}
	all := make([]accounting.Unit, 0, len(rows))
	for _, r := range rows {
		all = append(all, accounting.Unit{Code: r[0], Name: r[1], Kind: accounting.UnitKind(r[2])})
	}
	return all, nil
}

// UnitSettings says which unit keeps the accounts of a project where the notice does not: code of a node, which also
// speaks for the nodes below it, to code of a unit; "-" leaves them without a unit until the bureau gives one.
type UnitSettings map[string]string

// DefaultUnitSettings are assumptions, not facts of the notice: two lead units answer for the roads and for the villages,
// and it names neither the owner of a road nor the township of a village. Until a document splits the money, 交通局 keeps
// the roads and 财政局 the villages. A project keeps its unit for life, so a bureau that knows better loads its own list.
func DefaultUnitSettings() (UnitSettings, error) {
	return ReadUnitSettings(strings.NewReader(nodeUnits))
}

// ReadUnitSettings reads a list with the columns node, unit, basis; the basis is for the reader.
func ReadUnitSettings(list io.Reader) (UnitSettings, error) {
	rows, err := table("list of units by node", list)
	if err != nil {
		return nil, err
	}
	s := UnitSettings{}
	for _, r := range rows {
		if _, twice := s[r[0]]; twice {
			return nil, fmt.Errorf("list of units by node: %s stands twice", r[0])
		}
		s[r[0]] = r[1]
	}
	return s, nil
}

// table reads a list of three columns below its heading.
func table(what string, list io.Reader) ([][]string, error) {
	r := csv.NewReader(list)
	r.FieldsPerRecord = 3
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: it is empty", what)
	}
	return rows[1:], nil
}

// of is the code of the unit that keeps a node's accounts: the nearest setting on the way up or, without one, the only
// lead unit the notice names. Sites are places of a sub-project and keep no accounts.
func (s UnitSettings) of(p *Plan, n *Node, byName map[string]string) (string, error) {
	if n.Kind == "site" {
		return "", nil
	}
	for at := n; at != nil; at = p.Node(at.Parent) {
		if code, set := s[at.Code]; set {
			return strings.TrimPrefix(code, "-"), nil
		}
	}
	leads := p.Programme(n.Programme).Of(Lead)
	if len(leads) != 1 {
		return "", fmt.Errorf("%s: the notice names %s as lead units and no setting says which keeps the accounts", n.Code, strings.Join(leads, "、"))
	}
	code, known := byName[leads[0]]
	if !known {
		return "", fmt.Errorf("%s: lead unit %s is not among the units of the book", n.Code, leads[0])
	}
	return code, nil
}
