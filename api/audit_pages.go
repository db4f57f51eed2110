package api

import (
	"net/url"
	"slices"
	"strconv"

	"mingzhang/api/web"
	"mingzhang/projects"
)

// auditPage offers the audit tables of a unit and a year, and says what every column means.
func (s *Server) auditPage(l *look) (*answer, error) {
	out, err := s.periods(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	var years []int
	for _, p := range out.Body.Periods {
		if y, _ := strconv.Atoi(p.Period[:4]); !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	year, err := l.yearAsked(s, years)
	if err != nil {
		return nil, err
	}
	scope, err := s.scopeFields(l)
	if err != nil {
		return nil, err
	}
	chosen := web.Field{Name: "year", Label: l.t("field.year"), Kind: web.ChoiceField}
	for _, y := range slices.Backward(years) {
		chosen.Options = append(chosen.Options, web.Option{Value: itoa(y), Text: itoa(y), Chosen: y == year})
	}
	filters := []web.Field{chosen}
	q := url.Values{"year": {itoa(year)}}
	if l.who.ReadsAll() {
		filters = append(filters, scope[0])
		if unit := l.values.Get("unit"); unit != "" {
			q.Set("unit", unit)
		}
	}
	tables := &web.Table{Caption: l.t("audit.tables"), Columns: web.Columns(web.C(web.TextColumn, "audit.table"), web.C(web.NumberColumn, "audit.columns"), web.C(web.TextColumn, "audit.csv"))}
	meanings := &web.Table{Name: "dictionary", Caption: l.t("audit.dictionary"), Columns: web.Columns(web.C(web.TextColumn, "audit.table"), web.C(web.TextColumn, "audit.field"), web.C(web.TextColumn, "audit.type"), web.C(web.TextColumn, "audit.meaning"))}
	for _, t := range projects.AuditTables() {
		tables.Rows = append(tables.Rows, web.Row{Cells: []web.Cell{web.Text(t.Name), web.Number(len(t.Columns)), web.Text(l.t("audit.download")).To("/api/v1/audit-tables/" + t.Key + "?" + q.Encode())}})
		for _, c := range t.Columns {
			meanings.Rows = append(meanings.Rows, web.Row{Cells: []web.Cell{web.Text(t.Name), web.Text(c.Name), web.Text(c.Type), web.Text(c.Meaning)}})
		}
	}
	data := moneyList{Filters: filters, sectionsData: sectionsData{Lead: l.t("audit.lead"),
		Actions: []web.MenuItem{{Title: l.t("audit.xlsx"), Path: "/api/v1/audit-tables?" + q.Encode(), Here: true}, {Title: l.t("audit.zip"), Path: "/api/v1/audit-tables?" + with(q, "format", "zip").Encode()},
			{Title: l.t("page.trial_balance"), Path: "/trial-balance?" + with(url.Values{"as_of": {itoa(year) + "-12-31"}}, "unit", q.Get("unit")).Encode()}, {Title: l.t("page.vouchers"), Path: "/vouchers?" + with(url.Values{"from": {itoa(year) + "-01"}, "to": {itoa(year) + "-14"}}, "unit", q.Get("unit")).Encode()}},
		Sections: []section{{Table: tables, Note: l.t("audit.note")}, {Table: meanings}}}}
	return &answer{template: "money_list", title: l.t("page.audit"), data: data}, nil
}
