package lists

import (
	"fmt"
	"slices"
	"strings"

	"mingzhang/accounting"
)

// headingDepth is how far down a heading may stand below titles.
const headingDepth = 40

// mostProblems are told; who has more mends these first.
const mostProblems = 200

var (
	totalWords    = []string{"合计", "总计", "共计", "合计金额", "总合计", "total"}
	subtotalWords = []string{"小计", "本页小计", "本页合计"}
)

// reading is a list on its way from cells to records.
type reading struct {
	*List
	table    *Table
	profile  Profile
	heading  int // index of its row
	problems []Defect
	since    map[string]accounting.Money // what the rows came to since the last subtotal
	ended    bool                        // the total stood already
	refused  bool                        // a row was not understood: what the rows come to says nothing of the total
}

// Read understands a table as a form's list. Whatever it could not understand comes as problems, each with its cell; with
// problems there is no list to use.
func (f Form) Read(t *Table, p Profile) (*List, []Defect) {
	r := &reading{List: &List{Form: f, Sheet: t.Sheet, Totals: map[string]accounting.Money{}, Headings: map[string]string{}, columns: map[string]int{}},
		table: t, profile: p, since: map[string]accounting.Money{}}
	if t.message {
		r.profile = Profile{}
	}
	if !r.findHeading() {
		return nil, r.problems
	}
	r.findMeasure()
	r.refuseMerged()
	for _, row := range t.Rows[r.heading+1:] {
		if r.row(row); len(r.problems) > mostProblems {
			r.problem(Defect{Detail: fmt.Sprintf("more than %d cells were not understood; these are the first", mostProblems)})
			break
		}
	}
	if len(r.Records) == 0 && len(r.problems) == 0 {
		r.problem(Defect{Detail: "there is no row below the heading"})
	}
	return r.List, r.problems
}

func (r *reading) problem(p Defect) { r.problems = append(r.problems, p) }

// findHeading takes the row in which most of the form's headings stand.
func (r *reading) findHeading() bool {
	var best map[string]int
	for i, row := range r.table.Rows[:min(len(r.table.Rows), headingDepth)] {
		if found := r.headingsIn(row); len(found) > len(best) {
			best, r.heading = found, i
		}
	}
	var missing []string
	for _, c := range r.Form.Columns {
		if _, there := best[c.Field]; c.Required && !there {
			missing = append(missing, c.Heading)
		}
	}
	if len(best) == 0 || len(missing) > 0 {
		where := fmt.Sprintf("in the first %d rows", headingDepth)
		if len(best) > 0 {
			where = fmt.Sprintf("in row %d, which looks like the heading", r.table.Rows[r.heading].Place)
		}
		r.problem(Defect{Detail: fmt.Sprintf("columns %s were not found %s; say under which headings they stand", strings.Join(missing, "、"), where)})
		return false
	}
	r.columns = best
	row := r.table.Rows[r.heading]
	for field, column := range best {
		r.Headings[field] = row.Cells[column].Text
	}
	for i, c := range row.Cells {
		if c.Text != "" && !slices.Contains(r.used(), i) {
			r.Unused = append(r.Unused, c.Text)
		}
	}
	for _, above := range r.table.Rows[:r.heading] {
		for _, c := range above.Cells {
			if c.Text != "" {
				r.Title = append(r.Title, c.Text)
			}
		}
	}
	return true
}

func (r *reading) used() (columns []int) {
	for _, column := range r.columns {
		columns = append(columns, column)
	}
	return columns
}

// headingsIn finds the form's columns in a row. What the profile says of a field, counts alone; of two columns with one
// heading the first is taken.
func (r *reading) headingsIn(row Row) map[string]int {
	found := map[string]int{}
	for _, c := range r.Form.Columns {
		names := append([]string{c.Heading, c.Field}, c.Also...)
		if told := r.profile.Headings[c.Field]; told != "" {
			names = []string{told}
		}
		for _, name := range names {
			at := slices.IndexFunc(row.Cells, func(cell Cell) bool { return cell.Text != "" && plain(cell.Text) == plain(name) })
			if at >= 0 {
				found[c.Field] = at
				break
			}
		}
	}
	return found
}

// findMeasure takes the unit of amounts from the profile, the headings or the title, which must not contradict each other.
func (r *reading) findMeasure() {
	said := map[Measure]string{}
	for _, c := range r.Form.Columns {
		if heading, there := r.Headings[c.Field]; there && (c.Type == AmountColumn || c.Type == BalanceColumn) {
			said[measureIn(heading)] = heading
		}
	}
	for _, text := range r.Title {
		said[measureIn(text)] = text
	}
	delete(said, "")
	if r.profile.Measure != "" {
		said[r.profile.Measure] = "the profile of its source"
	}
	switch {
	case said[Wan] != "" && said[Yuan] != "":
		r.problem(Defect{Detail: fmt.Sprintf("%q says 万元, %q says 元: one list has one unit", said[Wan], said[Yuan])})
	case said[Wan] != "":
		r.Measure = Wan
	default:
		r.Measure = Yuan
	}
}

// refuseMerged refuses cells merged over several rows of the list: which row their text is of, nobody can know.
func (r *reading) refuseMerged() {
	first := r.table.Rows[r.heading].Place + 1
	for _, m := range r.table.Merge {
		if m.FromRow < first || m.FromRow == m.ToRow {
			continue
		}
		for field, column := range r.columns {
			if column+1 >= m.FromColumn && column+1 <= m.ToColumn {
				from, to := cellName(m.FromRow, m.FromColumn), cellName(m.ToRow, m.ToColumn)
				r.problem(Defect{Row: m.FromRow, Cell: from, Column: r.Headings[field], Detail: fmt.Sprintf("%s:%s are merged: take the merge apart and fill in every row", from, to)})
				break
			}
		}
	}
}

func (r *reading) row(row Row) {
	label := ""
	for _, c := range row.Cells {
		if c.Text != "" {
			label = plain(c.Text)
			break
		}
	}
	switch {
	case slices.Contains(totalWords, label):
		r.total(row, r.Totals, true)
		r.ended = true
	case slices.Contains(subtotalWords, label):
		r.total(row, r.since, false)
		r.since = map[string]accounting.Money{}
	case r.empty(row):
		r.Notes = append(r.Notes, row.text())
	case r.repeatsHeading(row): // on another page
	case r.ended && r.sparse(row):
		r.Notes = append(r.Notes, row.text())
	case r.ended:
		r.problem(Defect{Row: row.Place, Detail: "a row below the total"})
	default:
		r.record(row)
	}
}

func (r *reading) repeatsHeading(row Row) bool {
	heading := r.table.Rows[r.heading]
	return !slices.ContainsFunc(r.used(), func(column int) bool { return row.at(column).Text != heading.Cells[column].Text })
}

func (row Row) text() string {
	var texts []string
	for _, c := range row.Cells {
		if c.Text != "" {
			texts = append(texts, c.Text)
		}
	}
	return strings.Join(texts, " ")
}

func (row Row) at(column int) Cell {
	if column < len(row.Cells) {
		return row.Cells[column]
	}
	return Cell{}
}

func (r *reading) empty(row Row) bool {
	return !slices.ContainsFunc(r.used(), func(column int) bool { return row.at(column).Text != "" })
}

// sparse tells a remark such as 制表人 from a row: none of its amounts is there.
func (r *reading) sparse(row Row) bool {
	for _, c := range r.Form.Columns {
		if column, there := r.columns[c.Field]; there && c.Type == AmountColumn && row.at(column).Text != "" {
			return false
		}
	}
	return true
}

// total compares what a total row states with what the rows above come to.
func (r *reading) total(row Row, sums map[string]accounting.Money, whole bool) {
	for _, c := range r.Form.Columns {
		column, there := r.columns[c.Field]
		if !there || c.Type != AmountColumn || row.at(column).Text == "" {
			continue
		}
		stated, nothing, err := amount(row.at(column), r.Measure)
		switch {
		case nothing:
		case err == nil && r.refused:
		case err != nil:
			r.problem(Defect{row.Place, cellName(row.Place, column+1), r.Headings[c.Field], err.Error()})
		case !stated.Equal(sums[c.Field]):
			r.problem(Defect{row.Place, cellName(row.Place, column+1), r.Headings[c.Field],
				fmt.Sprintf("the total states %s yuan, the rows come to %s: %s apart", stated, sums[c.Field], stated.Sub(sums[c.Field]))})
		case whole:
			r.Confirmed = append(r.Confirmed, c.Field)
		}
	}
}

func (r *reading) record(row Row) {
	rec := Record{Place: row.Place, texts: map[string]string{}, amounts: map[string]accounting.Money{}, days: map[string]accounting.Date{}}
	before := len(r.problems)
	for _, c := range r.Form.Columns {
		column, there := r.columns[c.Field]
		if !there {
			continue
		}
		cell := row.at(column)
		if err := r.value(&rec, c, cell); err != nil {
			r.problem(Defect{row.Place, cellName(row.Place, column+1), r.Headings[c.Field], err.Error()})
		}
	}
	if len(r.problems) > before {
		r.refused = true
		return
	}
	for _, c := range r.Form.Columns {
		if m, there := rec.amounts[c.Field]; there && c.Type == AmountColumn {
			r.Totals[c.Field], r.since[c.Field] = r.Totals[c.Field].Add(m), r.since[c.Field].Add(m)
		}
	}
	r.Records = append(r.Records, rec)
}

func (r *reading) value(rec *Record, c Column, cell Cell) (err error) {
	if cell.Kind == FormulaCell {
		return fmt.Errorf("a formula: %q is what it came to elsewhere; paste its value", cell.Text)
	}
	nothing := cell.Text == ""
	if !nothing {
		switch c.Type {
		case AmountColumn, BalanceColumn:
			var m accounting.Money
			if m, nothing, err = amount(cell, r.Measure); err == nil && !nothing {
				rec.amounts[c.Field] = m
			}
		case DayColumn:
			rec.days[c.Field], err = day(cell, r.table.From1904)
		case IdentifierColumn:
			rec.texts[c.Field], err = identifier(cell)
		case NumberColumn:
			rec.texts[c.Field], err = number(cell)
		case MarkColumn:
			var marked bool
			if marked, err = yes(cell); marked {
				rec.texts[c.Field] = "1"
			}
		default:
			rec.texts[c.Field] = oneLine.Replace(cell.Text)
			err = accounting.CheckText(r.Headings[c.Field], rec.texts[c.Field], 500)
		}
	}
	if nothing && c.Required && err == nil {
		return fmt.Errorf("empty, and every row has it")
	}
	return err
}

// oneLine joins what somebody broke into lines within a cell; workbooks write a carriage return as _x000D_.
var oneLine = strings.NewReplacer("_x000D_", "", "\r", "", "\n", " ", "\t", " ")
