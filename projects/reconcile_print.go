package projects

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"mingzhang/accounting"
)

// column is a figure of the reconciliation with the words people know.
type column struct {
	name, zh string
	of       func(Figures) *accounting.Money
}

var reconcileColumns = []column{
	{"plan", "计划", func(f Figures) *accounting.Money { return f.Plan }},
	{"approved", "已批复", func(f Figures) *accounting.Money { return f.Approved }},
	{"to_issue", "待下达", func(f Figures) *accounting.Money { return f.ToIssue }},
	{"available", "可用", func(f Figures) *accounting.Money { return f.Available }},
	{"frozen", "冻结", func(f Figures) *accounting.Money { return f.Frozen }},
	{"held_by_contract", "合同占用", func(f Figures) *accounting.Money { return f.HeldByContract }},
	{"held_by_request", "支付占用", func(f Figures) *accounting.Money { return f.HeldByRequest }},
	{"executed", "本年已支付", func(f Figures) *accounting.Money { return f.Executed }},
	{"executed_total", "累计支付", func(f Figures) *accounting.Money { return f.ExecutedTotal }},
	{"certified", "累计完成投资", func(f Figures) *accounting.Money { return f.Certified }},
	{"advance", "预付余额", func(f Figures) *accounting.Money { return f.Advance }},
	{"payable", "应付款", func(f Figures) *accounting.Money { return f.Payable }},
	{"retention", "质保金", func(f Figures) *accounting.Money { return f.Retention }},
	{"plan_minus_executed", "计划减支付", func(f Figures) *accounting.Money { return f.PlanMinusExecuted }},
}

// WriteCSV writes the report for a spreadsheet: UTF-8 with a mark, a head that says as of when, as known when and the
// SHA-256 of the rows below it, then one row a project. An unknown figure is an empty cell.
func (r *Reconciliation) WriteCSV(w io.Writer) error {
	var rows bytes.Buffer
	c := csv.NewWriter(&rows)
	head := []string{"code", "name", "parent"}
	for _, col := range reconcileColumns {
		head = append(head, col.name)
	}
	_ = c.Write(append(head, "checks")) // a buffer takes everything
	for _, p := range r.Projects {
		_ = c.Write(append(csvCells([]string{p.Code, p.Name, p.Parent}, p.Figures), verdict(p.failed())))
	}
	_ = c.Write(append(csvCells([]string{"total", "合计", ""}, r.Total), ""))
	c.Flush()
	_, err := fmt.Fprintf(w, "\ufeffbook,%d\nas_of,%s\nknown_at,%s\nsha256,%x\n%s", r.Book, r.AsOf, r.knownText(), sha256.Sum256(rows.Bytes()), rows.Bytes())
	return err
}

func csvCells(cells []string, f Figures) []string {
	for i := range cells {
		cells[i] = PlainCell(cells[i])
	}
	for _, col := range reconcileColumns {
		text := ""
		if m := col.of(f); m != nil {
			text = m.String()
		}
		cells = append(cells, text)
	}
	return cells
}

// PlainCell keeps a spreadsheet from running a text as a formula.
func PlainCell(text string) string {
	if text != "" && strings.ContainsAny(text[:1], "=+-@\t\r\n\x00") || strings.HasPrefix(text, "＝") || strings.HasPrefix(text, "＋") || strings.HasPrefix(text, "－") || strings.HasPrefix(text, "＠") {
		return "'" + text
	}
	return text
}

// crowd is from how many siblings on a table shows only those in which something moves.
const crowd = 12

// quiet says that nothing has moved: no authority at all or, in a crowd, none beyond being approved and issued.
func (p *ProjectRow) quiet(crowded bool) bool {
	if !p.ExecutedTotal.IsZero() || !p.HeldByContract.IsZero() || !p.HeldByRequest.IsZero() || !p.Payable.IsZero() {
		return false
	}
	return crowded || p.Approved.IsZero()
}

// failed names the checks that do not hold.
func (p *ProjectRow) failed() (names []string) {
	for _, c := range p.Checks {
		if !c.OK {
			names = append(names, c.Name)
		}
	}
	return names
}

func verdict(failed []string) string {
	if len(failed) == 0 {
		return "ok"
	}
	return strings.Join(failed, " ")
}

func (r *Reconciliation) knownText() string {
	if r.KnownAt == nil {
		return "now"
	}
	return r.KnownAt.Format(time.RFC3339)
}

// WriteTable writes the report for a terminal: programmes and their parts, amounts in yuan. Parts in which nothing has
// moved are counted instead of shown; of a crowd of siblings (65 villages) also those that only have their authority.
func (r *Reconciliation) WriteTable(w io.Writer, lang string) error {
	var out bytes.Buffer
	r.table(&out, lang)
	_, err := w.Write(out.Bytes())
	return err
}

func (r *Reconciliation) table(w *bytes.Buffer, lang string) {
	shown := []string{"plan", "approved", "available", "held_by_contract", "held_by_request", "executed_total", "certified", "plan_minus_executed"}
	table := [][]string{{pick(lang, "项目", "project"), pick(lang, "名称", "name")}}
	for _, col := range reconcileColumns {
		if slices.Contains(shown, col.name) {
			table[0] = append(table[0], pick(lang, col.zh, strings.ReplaceAll(col.name, "_", " ")))
		}
	}
	table[0] = append(table[0], pick(lang, "核对", "checks"))
	siblings := map[string]int{}
	for _, p := range r.Projects {
		siblings[p.Parent]++
	}
	hidden, approved := 0, accounting.Money{}
	for _, p := range r.Projects {
		failed := p.failed()
		if len(failed) == 0 && p.Parent != "" && p.Plan == nil && p.quiet(siblings[p.Parent] > crowd) {
			hidden, approved = hidden+1, approved.Add(*p.Approved)
			continue
		}
		mark := "ok"
		if len(failed) > 0 {
			mark = fmt.Sprintf("%d ✗", len(failed))
		}
		name := p.Name
		if p.Parent != "" {
			name = "  " + name
		}
		table = append(table, append(tableCells(p.Code, name, p.Figures, shown), mark))
	}
	table = append(table, append(tableCells("", pick(lang, "合计", "total"), r.Total, shown), ""))
	fmt.Fprintf(w, "%s %d   %s %s   %s %s\n", pick(lang, "账套", "book"), r.Book, pick(lang, "截至", "as of"), r.AsOf, pick(lang, "所知时点", "known at"), r.knownText())
	writeAligned(w, table)
	if hidden > 0 {
		fmt.Fprintf(w, pick(lang, "另有 %d 个子项目尚无动用，批复合计 %s\n", "%d more parts in which nothing has moved yet, approved %s\n"), hidden, grouped(approved))
	}
	if len(r.WithoutPlan) > 0 {
		fmt.Fprintf(w, "%s %s\n", pick(lang, "无计划数，不计入计划减支付：", "without plan, not in plan minus executed:"), strings.Join(r.WithoutPlan, " "))
	}
	for _, p := range r.Projects {
		for _, check := range p.Checks {
			if !check.OK {
				fmt.Fprintf(w, "✗ %s %s: %s\n", p.Code, check.Name, check.Detail)
			}
		}
	}
	for _, o := range r.OpenItems {
		if o.Age == nil {
			fmt.Fprintf(w, "%s %s %s %s %s\n", pick(lang, "未了事项", "open"), o.Kind, o.Project, o.Subject, grouped(o.Amount))
		}
	}
	r.treasuryTable(w, lang)
	if r.OK {
		fmt.Fprintln(w, pick(lang, "全部核对通过", "all checks hold"))
	} else {
		fmt.Fprintln(w, pick(lang, "有核对未通过", "not all checks hold"))
	}
}

func tableCells(code, name string, f Figures, shown []string) []string {
	cells := []string{code, runewidth.Truncate(name, 34, "…")}
	for _, col := range reconcileColumns {
		if !slices.Contains(shown, col.name) {
			continue
		}
		text := "–"
		if m := col.of(f); m != nil {
			text = grouped(*m)
		}
		cells = append(cells, text)
	}
	return cells
}

// writeAligned pads by the width characters take on a terminal; figures stand right.
func writeAligned(w *bytes.Buffer, table [][]string) {
	width := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			width[i] = max(width[i], runewidth.StringWidth(cell))
		}
	}
	for _, row := range table {
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-runewidth.StringWidth(cell))
			switch {
			case i == len(row)-1:
				fmt.Fprintf(w, "%s\n", cell)
			case i < 2:
				fmt.Fprint(w, cell, pad, "  ")
			default:
				fmt.Fprint(w, pad, cell, "  ")
			}
		}
	}
}

// grouped writes 150,000,000.00.
func grouped(m accounting.Money) string {
	text := m.String()
	sign, digits := "", text
	if strings.HasPrefix(text, "-") {
		sign, digits = "-", text[1:]
	}
	whole, cents, _ := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + cents
}

func pick(lang, zh, en string) string {
	if lang == "en" {
		return en
	}
	return zh
}
