package projects

import (
	"fmt"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// A row of the event table: one kind of business event 业务事件 and the lines its voucher has.
type eventRow struct {
	event   string // the event's code, which the voucher keeps as its source
	variant string // tells two rows of one event apart: "thaw" of I5
	zh, en  string
	legs    []leg
	refused string // in words; who checks it stands beside each event's input
}

// A leg is one line of a row: a side, an account, whose it is and which figure of the event it takes.
type leg struct {
	side    accounting.Side
	account string // a code, or a choice in braces that the event, the budget line or the unit decides
	of      role
	figure  figure
}

type (
	// role says whose project and budget line a leg takes. Legs of one role that stand together repeat for each of its cells.
	role string
	// figure names an amount of the event.
	figure string
)

// own is the event's project; it has several cells when the money comes from several sources.
const own role = ""

func dr(account string) leg { return leg{side: accounting.Debit, account: account} }
func cr(account string) leg { return leg{side: accounting.Credit, account: account} }

// at says whose line it is.
func (l leg) at(r role) leg { l.of = r; return l }

// takes says which figure of the event stands on the line.
func (l leg) takes(f figure) leg { l.figure = f; return l }

// eventCell is a project of an event with the budget line, the subjects and the figures that are its own.
type eventCell struct {
	project  accounting.ProjectID
	code     string // of the budget line, or of the project
	line     accounting.BudgetLineID
	nature   accounting.FundNature
	unit     accounting.UnitKind
	figures  map[figure]accounting.Money
	subjects map[accounting.SubjectKind]accounting.Subject
	choices  map[string]string
	class    string
}

// eventFacts are what an event's document says, ready to be put into the lines of its row.
type eventFacts struct {
	cells    map[role][]eventCell
	subjects map[accounting.SubjectKind]accounting.Subject
	choices  map[string]string // {cost} → 1613.03
	class    string            // economic class 部门经济分类, where the account takes one
}

// lines puts the facts into the row. A figure of zero leaves its line out; a negative one (a deficit to carry over, a
// difference downwards) changes the side of its line, because only red vouchers have minus signs.
// Codes: account_choice_invalid, unit_kind_not_allowed, dimension_required.
func (r eventRow) lines(f eventFacts) ([]accounting.Line, error) {
	var lines []accounting.Line
	for start := 0; start < len(r.legs); {
		end := start + 1
		for end < len(r.legs) && r.legs[end].of == r.legs[start].of {
			end++
		}
		for _, c := range f.cells[r.legs[start].of] {
			for _, l := range r.legs[start:end] {
				m, ok := c.figures[l.figure]
				if !ok {
					return nil, fault.Internal(fmt.Errorf("event %s %s: no figure %q for account %s", r.event, r.variant, l.figure, l.account))
				}
				if m.IsZero() {
					continue
				}
				one, err := l.line(f, c, m)
				if err != nil {
					return nil, err
				}
				lines = append(lines, one)
			}
		}
		start = end
	}
	return lines, nil
}

func (l leg) line(f eventFacts, c eventCell, m accounting.Money) (accounting.Line, error) {
	code, err := l.resolve(f, c)
	if err != nil {
		return accounting.Line{}, err
	}
	takes := byCode[code]
	d := accounting.Dims{Project: c.project}
	if takes.TakesLine {
		if c.line.IsZero() {
			return accounting.Line{}, fault.Invalid("dimension_required", "account %s %s takes a budget line", code, takes.NameZH)
		}
		d.BudgetLine = c.line
	}
	if kind := takes.TakesSubject; kind != "" {
		s, ok := c.subjects[kind]
		if !ok {
			s = f.subjects[kind]
		}
		if s.ID.IsZero() {
			return accounting.Line{}, fault.Invalid("dimension_required", "account %s %s takes a %s", code, takes.NameZH, kind)
		}
		d.Subject = s
	}
	if takes.TakesClass {
		if d.EconomicClass = c.class; c.class == "" {
			d.EconomicClass = f.class
		}
	}
	debit := l.side == accounting.Debit
	if m.Sign() < 0 {
		debit, m = !debit, m.Neg()
	}
	if debit {
		return accounting.Dr(code, m, d), nil
	}
	return accounting.Cr(code, m, d), nil
}

// resolve finds the account behind a choice: what the event's document says, else what the fund nature of the budget line
// or the kind of the accounting unit decides.
func (l leg) resolve(f eventFacts, c eventCell) (string, error) {
	if !strings.HasPrefix(l.account, "{") {
		return l.account, nil
	}
	code := c.choices[l.account]
	if code == "" {
		code = f.choices[l.account]
	}
	if code != "" {
		return code, nil
	}
	switch l.account {
	case "{revenue}":
		if c.nature == accounting.GovernmentFund {
			return "4001.02", nil
		}
		return "4001.01", nil
	case "{expenditure}":
		return byUnitKind(c, "7101", "7201")
	case "{subsidy}":
		return byUnitKind(c, "2303", "2307.03")
	default:
		return "", fault.Invalid("account_choice_invalid", "the account %s of this event was not given", l.account)
	}
}

// byUnitKind chooses between the account of administrative units 行政单位 and that of institutions 事业单位; other bodies
// keep no budgetary accounting.
func byUnitKind(c eventCell, administrative, institution string) (string, error) {
	switch c.unit {
	case accounting.Administrative:
		return administrative, nil
	case accounting.Institution:
		return institution, nil
	default:
		return "", fault.Invalid("unit_kind_not_allowed", "%s: its accounting unit is of kind %q; only administrative units and institutions keep these accounts", c.code, c.unit)
	}
}
