package projects

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// numberHere is what a number says here, by lists and by hand.
type numberHere struct {
	document string                      // our number of the first that says it
	written  string                      // as that writes it
	amounts  map[string]accounting.Money // yuan by budget line
	moves    bool                        // it moves authority that other numbers brought
	ofYear   bool
}

// numbersHere reads what numbers were brought about, or wait to be. Of a number that approves and issues the same money, it
// counts once.
func (r *indicatorReading) numbersHere(ctx context.Context) (map[string]*numberHere, error) {
	var rows []struct {
		DocumentNo, Event, Line, Number string
		Amount                          accounting.Money
	}
	err := r.db.NewRaw(`with said as materialized ( -- each content is read once, however many rows it has
			select d.number, d.kind, k ->> 'document_no' as document_no, coalesce(k ->> 'event', '') as event, k -> 'input' as input
			from projects.documents d cross join lateral (select d.content::jsonb offset 0) x (k) where d.book_id = ? and d.kind in ('budget', 'allocation') and d.state not in ('withdrawn', 'rejected'))
		select s.document_no, s.event, x.line, s.number, x.amount from said s
		cross join lateral (select w ->> 'budget_line' as line, (w ->> 'amount')::numeric as amount from jsonb_array_elements(s.input -> 'rows') w where s.event = 'Indicators'
			union all select s.input ->> 'budget_line', (s.input ->> 'amount')::numeric * case when s.event = 'Reduce' then -1 else 1 end where s.event in ('Approve', 'Issue', 'Supplement', 'Reduce')
			union all select '', 0 where s.kind = 'allocation' or s.event in ('Transfer', 'Split', 'Lapse')) x order by 1, 2, 3`, r.c.Book).Scan(ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	here, approved := map[string]*numberHere{}, map[[2]string]bool{}
	for _, x := range rows {
		number, line := plain.Replace(x.DocumentNo), x.Line
		n := here[number]
		if n == nil {
			n = &numberHere{document: x.Number, written: x.DocumentNo, amounts: map[string]accounting.Money{}}
			here[number] = n
		}
		if line == "" {
			n.moves = true
			continue
		}
		if l := r.byName[line]; l != nil {
			line, n.ofYear = l.Code, n.ofYear || l.FiscalYear == r.year
		}
		at := [2]string{number, line}
		if x.Event == "Issue" && approved[at] {
			continue
		}
		approved[at] = approved[at] || x.Event == "Approve"
		n.amounts[line] = n.amounts[line].Add(x.Amount)
	}
	return here, nil
}

// compareNumbers tells which numbers are new, the same, changed, which is refused, or here only.
func (r *indicatorReading) compareNumbers(ctx context.Context, papers []*indicatorPaper) (fresh []*indicatorPaper, err error) {
	here, err := r.numbersHere(ctx)
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, p := range papers {
		known := here[plain.Replace(p.number)]
		listed[plain.Replace(p.number)] = true
		there := map[string]accounting.Money{}
		for _, row := range p.rows {
			there[row.line.Code] = there[row.line.Code].Add(row.amount)
		}
		switch {
		case known == nil:
			if r.isNew(p) {
				fresh = append(fresh, p)
			}
		case known.moves:
			r.differs(p.place, p.number, ChangedRow, "%s moves authority by it between budget lines here; it is left as it is", known.document)
		default:
			if differs := differing(known.amounts, there); differs != "" {
				r.differs(p.place, p.number, ChangedRow, "%s", differs)
				r.wrong(p.place, "%s is here by %s and says otherwise: %s; what a number said does not change, a supplement or reduction has its own", p.number, known.document, differs)
				continue
			}
			r.differs(p.place, p.number, SameRow, "")
		}
	}
	for _, number := range sortedKeys(here) {
		if n := here[number]; n.ofYear && !listed[number] {
			r.differs(0, n.written, MissingThere, "%s is here by %s and not in the list", n.written, n.document)
		}
	}
	return fresh, nil
}

// isNew completes a number that is not here. What was issued up to an opening is in the opening's figures and not issued again.
func (r *indicatorReading) isNew(p *indicatorPaper) bool {
	total, made := accounting.Money{}, map[*plannedLine]bool{}
	var within, beyond *plannedLine
	for _, row := range p.rows {
		total = total.Add(row.amount)
		if !row.line.made {
			made[row.line] = true
		}
		switch l := row.line; {
		case !l.opened.IsZero() && (p.day.IsZero() || !p.day.After(l.opened)):
			within = l
		default:
			beyond = l
		}
	}
	switch {
	case within != nil && p.day.IsZero():
		r.wrong(p.place, "%s: budget line %s was opened at %s; say the 下达日期, so that nothing is issued twice", p.number, within.Code, within.opened)
		return false
	case within != nil && beyond != nil:
		r.wrong(p.place, "%s of %s: what was issued on %s by then is in its opening of %s, on %s it is not; enter the rest by hand", p.number, p.day, within.Code, within.opened, beyond.Code)
		return false
	case within != nil:
		r.differs(p.place, p.number, ChangedRow, "%s is in the opening of %s; it is not issued again", total, within.opened)
		return false
	}
	if p.day.IsZero() {
		p.day = r.today
	}
	if p.day.Year() != r.year {
		r.wrong(p.place, "%s of %s: an indicator of %d is issued in its year; say its 下达日期", p.number, p.day, r.year)
	}
	if len(p.rows) > mostIndicators {
		r.wrong(p.place, "%s has %d rows; one voucher takes %d", p.number, len(p.rows), mostIndicators)
	}
	detail := fmt.Sprintf("%d rows, %s", len(p.rows), total)
	if len(made) > 0 {
		detail += fmt.Sprintf(", new budget lines: %d", len(made))
	}
	r.differs(p.place, p.number, NewRow, "%s", detail)
	return true
}

// differing names budget lines of which two sides say otherwise, with both figures.
func differing(here, there map[string]accounting.Money) string {
	var words []string
	lines := append(sortedKeys(here), sortedKeys(there)...)
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		if !here[line].Equal(there[line]) {
			words = append(words, fmt.Sprintf("%s %s here, %s in the list", line, here[line], there[line]))
		}
	}
	return strings.Join(words[:min(len(words), 3)], "; ")
}

// checkReductions refuses what takes more of a line than is available on it, and says what may be cut. The approval asks again.
func (r *indicatorReading) checkReductions(ctx context.Context, fresh []*indicatorPaper) error {
	var at []struct {
		Line      accounting.BudgetLineID
		Available accounting.Money
	}
	err := r.db.NewRaw(`select budget_line_id as line, sum(debit - credit) as available from accounting.positions where book_id = ? and account = '9301.01' group by 1`, r.c.Book).Scan(ctx, &at)
	if err != nil {
		return fault.FromSQL(err)
	}
	left, net, place := map[accounting.BudgetLineID]accounting.Money{}, map[*plannedLine]accounting.Money{}, map[*plannedLine]int{}
	for _, a := range at {
		left[a.Line] = a.Available
	}
	var cut []*plannedLine
	for _, p := range fresh {
		for _, row := range p.rows {
			l := row.line
			net[l] = net[l].Add(row.amount)
			if row.amount.Sign() < 0 && place[l] == 0 {
				cut, place[l] = append(cut, l), row.place
			}
		}
	}
	for _, l := range cut {
		asked := net[l].Neg()
		if asked.Cmp(left[l.ID]) <= 0 {
			continue
		}
		refused := fault.Conflict("budget_exceeded", "budget line %s: asked to cut %s", l.Code, asked)
		if l.made {
			Reduce{Draw: Draw{l.Code, asked}, From: Available}.explain(ctx, r.resolver, refused)
		} else {
			refused.Detail += "; it is new and holds nothing"
		}
		r.wrong(place[l], "%s", refused.Detail)
	}
	return nil
}

// draftNumber drafts a number's document, in which each row stands as the list has it.
func (r *indicatorReading) draftNumber(ctx context.Context, tx bun.Tx, p *indicatorPaper, paper Paper) error {
	rows := make([]IndicatorRow, len(p.rows))
	for n, row := range p.rows {
		rows[n] = IndicatorRow{row.line.Code, row.amount}
	}
	input, err := json.Marshal(map[string]any{"origin": p.origin, "rows": rows})
	if err != nil {
		return fault.Internal(err)
	}
	paper.Date, paper.DocumentNo = p.day, p.number
	return r.draftAndSubmit(ctx, tx, "budget", &Budget{EventPaper{Paper: paper, Event: "Indicators", Input: input}})
}
