package api

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// sendList answers a page's list as a file: the cells the page shows, amounts as numbers, everything else as text.
func (s *Server) sendList(l *look, a *answer) error {
	headings := make([]string, len(a.list.Columns))
	for i, c := range a.list.Columns {
		headings[i] = l.t(c.Heading)
	}
	rows := a.list.Rows
	if len(a.list.Total) > 0 {
		rows = append(rows[:len(rows):len(rows)], web.Row{Cells: a.list.Total})
	}
	out := &answer{fileName: a.list.Name + "." + l.values.Get("format")}
	var file bytes.Buffer
	var err error
	switch l.values.Get("format") {
	case "xlsx":
		table := make([][]any, len(rows))
		for i, r := range rows {
			for _, c := range r.Cells {
				if c.Kind == web.MoneyColumn && c.Money != nil {
					table[i] = append(table[i], *c.Money)
				} else {
					table[i] = append(table[i], c.Text)
				}
			}
		}
		out.fileType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		err = lists.WriteList(&file, a.list.Caption, headings, table)
	case "csv":
		out.fileType = "text/csv; charset=utf-8"
		file.WriteString("\ufeff") // without the mark, Excel takes it for another encoding
		w := csv.NewWriter(&file)
		err = w.Write(headings)
		for _, r := range rows {
			cells := make([]string, len(r.Cells))
			for i, c := range r.Cells {
				if cells[i] = projects.PlainCell(c.Text); c.Kind == web.MoneyColumn && c.Money != nil {
					cells[i] = c.Money.String()
				}
			}
			if err == nil {
				err = w.Write(cells)
			}
		}
		w.Flush()
	default:
		return fault.Invalid("request_invalid", "format: xlsx or csv")
	}
	if err != nil {
		return err
	}
	out.file = file.Bytes()
	return s.send(l, out)
}

// rowsShown are the rows of a page of a list that is read whole: people, accounts, tokens.
const rowsShown = 100

// paged keeps one page of such a list; its file has all rows. Count stays that of all.
func (l *look) paged(t *web.Table) {
	t.Count = len(t.Rows)
	if l.values.Get("format") != "" {
		return
	}
	here, _ := strconv.Atoi(l.values.Get("row"))
	here = min(max(here, 0), len(t.Rows))
	if here > 0 {
		t.First, _ = withQuery(l, "row", "")
	}
	if len(t.Rows) > here+rowsShown {
		t.Next, _ = withQuery(l, "row", strconv.Itoa(here+rowsShown))
	}
	t.Rows = t.Rows[here:min(here+rowsShown, len(t.Rows))]
}
