package projects

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// plannedLine is a budget line that is there, or will be when the list is taken in.
type plannedLine struct {
	accounting.BudgetLine
	node   *Node
	made   bool
	opened accounting.Date // the day of the opening balances that hold what was issued on it by then; zero: none do
}

// whatIsThere reads projects, units, budget lines, codes and sources once.
func (r *indicatorReading) whatIsThere(ctx context.Context) error {
	if err := r.db.NewRaw(`select current_date`).Scan(ctx, &r.today); err != nil {
		return fault.FromSQL(err)
	}
	nodes, err := Tree(ctx, r.db, r.c.Book)
	if err != nil {
		return err
	}
	byID := map[uuid.UUID]*Node{}
	for n := range nodes {
		r.nodes[nodes[n].Code], byID[nodes[n].ID.UUID] = &nodes[n], &nodes[n]
		r.calls[plain.Replace(nodes[n].NameZH)] = nodes[n].Code
	}
	var codes []struct {
		Code          string
		Project, Line uuid.UUID
	}
	err = r.db.NewRaw(`select code, coalesce(project_id, ?0) as project, coalesce(budget_line_id, ?0) as line from projects.external_codes where book_id = ?1 and system = ?2`, uuid.Nil.String(), r.c.Book, r.request.Source).Scan(ctx, &codes)
	if err != nil {
		return fault.FromSQL(err)
	}
	for _, c := range codes {
		if n := byID[c.Project]; n != nil {
			r.nodes[c.Code] = n
		} else {
			r.external[c.Code] = c.Line
		}
	}
	var lines []accounting.BudgetLine
	if err := r.db.NewSelect().Model(&lines).Where("book_id = ?", r.c.Book).Scan(ctx); err != nil {
		return fault.FromSQL(err)
	}
	for _, b := range lines {
		r.knows(&plannedLine{BudgetLine: b, node: byID[b.Project.UUID], made: true})
	}
	if err := r.whatIsOpened(ctx); err != nil {
		return err
	}
	if err := r.db.NewSelect().Model(&r.units).Where("book_id = ?", r.c.Book).Scan(ctx); err != nil {
		return fault.FromSQL(err)
	}
	return fault.FromSQL(r.db.NewSelect().Model(&r.sources).Where("book_id = ?", r.c.Book).Scan(ctx))
}

func (r *indicatorReading) knows(l *plannedLine) {
	r.byName[l.Code], r.byName[l.ID.String()] = l, l
	r.of[l.Project] = append(r.of[l.Project], l)
}

// whatIsOpened marks the budget lines that opening balances are of, also those that still wait for their second person.
func (r *indicatorReading) whatIsOpened(ctx context.Context) error {
	var opened []struct {
		Line string
		Day  accounting.Date
	}
	err := r.db.NewRaw(`select w ->> 'budget_line' as line, x.day from projects.documents d
		cross join lateral (select (k ->> 'date')::date as day, k -> 'indicators' as lines from (select d.content::jsonb) c (k) offset 0) x cross join lateral jsonb_array_elements(x.lines) w
		where d.book_id = ? and d.kind = 'opening' and d.state not in ('withdrawn', 'rejected')`, r.c.Book).Scan(ctx, &opened)
	for _, o := range opened {
		if l := r.byName[o.Line]; l != nil {
			l.opened = o.Day
		}
	}
	return fault.FromSQL(err)
}

// lineOf finds the budget line of a row, or plans it; nil: the row is wrong.
func (r *indicatorReading) lineOf(rec lists.Record) *plannedLine {
	node, nature, source := r.nodes[rec.Text("project")], fundNatures[rec.Text("nature")], r.sourceOf(rec.Text("source"))
	switch {
	case node == nil:
		r.differs(rec.Place, rec.Text("project"), MissingHere, "%s", rec.Text("name"))
		r.wrong(rec.Place, "项目代码 %s %s is not known here: say which project it is (external code), or make the project", rec.Text("project"), rec.Text("name"))
		return nil
	case nature == "":
		r.wrong(rec.Place, "资金性质 %q is neither 一般公共预算 nor 政府性基金", rec.Text("nature"))
		return nil
	case rec.Text("source") != "" && source == "":
		r.wrong(rec.Place, "资金来源 %q is none of this book's", rec.Text("source"))
		return nil
	case node.Unit.IsZero():
		r.wrong(rec.Place, "project %s has no accounting unit yet", node.Code)
		return nil
	}
	r.compareNames(rec, node)
	key := strings.Join([]string{fmt.Sprint(r.year), rec.Text("project"), natureNames[string(nature)], rec.Text("functional"), rec.Text("economic")}, "/")
	if said := rec.Text("source"); said != "" {
		key += "/" + source
	}
	if l := r.lines[key]; l != nil {
		return l
	}
	l := r.fitting(rec, node, nature, source, key)
	if l != nil {
		r.keys, r.lines[key] = append(r.keys, key), l
	}
	return l
}

// sourceOf is the code of a funding source told by code or name; of a book with a single one nothing need be told.
func (r *indicatorReading) sourceOf(said string) string {
	for _, s := range r.sources {
		if said == s.Code || said == s.Name || said == "" && len(r.sources) == 1 {
			return s.Code
		}
	}
	return ""
}

// fitting is the budget line that the source calls so, or the one that fits what the row says, or a new one.
func (r *indicatorReading) fitting(rec lists.Record, node *Node, nature accounting.FundNature, source, key string) *plannedLine {
	if id := r.external[key]; id != uuid.Nil {
		l := r.byName[id.String()]
		if l.Project != node.ID || l.FiscalYear != r.year || l.FundNature != nature {
			r.wrong(rec.Place, "%s is known as budget line %s, which is of another project, year or 资金性质", key, l.Code)
			return nil
		}
		return l
	}
	var fits []*plannedLine
	for _, l := range r.of[node.ID] {
		class := rec.Text("functional")
		if l.FiscalYear == r.year && l.FundNature == nature && (class == "" || l.FunctionalClass == "" || l.FunctionalClass == class) && (rec.Text("source") == "" || l.FundingSource == source) {
			fits = append(fits, l)
		}
	}
	switch {
	case len(fits) > 1:
		r.wrong(rec.Place, "%d budget lines fit %s: give one of them the external code %s", len(fits), node.Code, key)
		return nil
	case len(fits) == 1:
		return fits[0]
	case source == "":
		r.wrong(rec.Place, "project %s gets a new budget line: say its 资金来源", node.Code)
		return nil
	}
	l := &plannedLine{node: node, BudgetLine: accounting.BudgetLine{Book: r.c.Book, ID: accounting.BudgetLineID{UUID: accounting.NewID()}, Project: node.ID, FiscalYear: r.year,
		Code: r.freeLineCode(node, rec.Text("functional")), FundNature: nature, FundingSource: source, FunctionalClass: rec.Text("functional")}}
	r.knows(l)
	return l
}

func (r *indicatorReading) freeLineCode(node *Node, class string) string {
	code := fmt.Sprintf("%s/%d", node.Code, r.year)
	if r.byName[code] != nil && class != "" {
		code += "/" + class
	}
	for n := 2; r.byName[code] != nil; n++ {
		code = fmt.Sprintf("%s/%d-%d", node.Code, r.year, n)
	}
	return code
}

// compareNames compares the names a row gives with ours. One that is another project's or unit's refuses the row: its code stands
// for what it does not mean. One that is nobody's is told as a difference, because systems name one thing in several ways.
func (r *indicatorReading) compareNames(rec lists.Record, node *Node) {
	tell := func(what, ours, said, other string) {
		switch key := node.Code + what + said; {
		case other != "" && !strings.HasPrefix(node.Code, other+"-"): // a programme's name stands for what is below it
			r.wrong(rec.Place, "%s: the %s is %s here; the list says %s, which is %s", node.Code, what, ours, said, other)
		case !r.told[key]:
			r.told[key] = true
			r.differs(rec.Place, node.Code, ChangedRow, "%s %s here, %s in the list", what, ours, said)
		}
	}
	if said := rec.Text("name"); said != "" && plain.Replace(said) != plain.Replace(node.NameZH) {
		tell("项目名称", node.NameZH, said, r.calls[plain.Replace(said)])
	}
	if said := rec.Text("unit"); said != "" {
		var ours, other accounting.Unit
		for _, u := range r.units {
			switch is := said == u.Code || plain.Replace(said) == plain.Replace(u.Name); {
			case u.ID == node.Unit && is:
				return
			case u.ID == node.Unit:
				ours = u
			case is:
				other = u
			}
		}
		tell("单位", ours.Name, said, other.Code)
	}
}

// makeLines makes the budget lines that are missing and keeps what the source calls all of the list.
func (r *indicatorReading) makeLines(ctx context.Context, tx bun.Tx, fresh []*indicatorPaper) error {
	for _, p := range fresh {
		for _, row := range p.rows {
			if row.line.made {
				continue
			}
			if err := completeBudgetLine(ctx, tx, row.line.node, &row.line.BudgetLine); err != nil {
				return inRow(row.place, err)
			}
			if err := accounting.AddBudgetLine(ctx, tx, row.line.BudgetLine); err != nil {
				return inRow(row.place, err)
			}
			row.line.made = true
		}
	}
	for _, key := range r.keys {
		if l := r.lines[key]; l.made && r.external[key] == uuid.Nil {
			if err := setExternalCode(ctx, tx, r.c, ExternalCode{System: r.request.Source, Code: key, BudgetLine: l.ID.UUID}); err != nil {
				return err
			}
		}
	}
	return nil
}
