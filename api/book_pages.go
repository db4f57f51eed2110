package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// booksMenu and officeBooks are the pages of the books and those that look at who did what.
var (
	booksMenu   = []menuItem{{"vouchers", "/vouchers", nil}, {"trial_balance", "/trial-balance", nil}, {"reconciliation", "/reconciliation", nil}, {"periods", "/periods", nil}}
	officeBooks = []menuItem{{"audit", "/audit", nil}, {"log", "/log", wholeBook}}
)

// bookPages registers the pages of the books. Every figure on them leads to the lines that make it.
func (s *Server) bookPages(e *echo.Echo) {
	page := func(method, path string, roles []string, show func(*look) (*answer, error)) {
		s.page(e, method, path, roles, func(l *look) (*answer, error) {
			if _, err := s.called(l); err != nil { // tables name projects and units
				return nil, err
			}
			return show(l)
		})
	}
	page(http.MethodGet, "/vouchers", everyone, s.vouchersPage)
	page(http.MethodGet, "/vouchers/:period/:number", everyone, s.voucherPage)
	page(http.MethodGet, "/lines", everyone, s.linesPage)
	page(http.MethodGet, "/trial-balance", everyone, s.trialBalancePage)
	page(http.MethodGet, "/accounts/:account", everyone, s.statementPage)
	page(http.MethodGet, "/reconciliation", everyone, s.reconciliationPage)
	page(http.MethodGet, "/reconciliation/:project", everyone, s.reconciledProjectPage)
	page(http.MethodGet, "/periods", everyone, s.periodsPage)
	page(http.MethodGet, "/periods/:period", everyone, s.periodPage)
	page(http.MethodPost, "/periods/:period/close-proposals", []string{"budget_officer"}, s.proposeCloseByPage)
	page(http.MethodPost, "/periods/:period/withdraw-close", []string{"budget_officer"}, s.withdrawCloseByPage)
	page(http.MethodPost, "/periods/:period/close", []string{"budget_officer"}, s.closeByPage)
	page(http.MethodPost, "/years", []string{"budget_officer"}, s.openYearByPage)
	page(http.MethodPost, "/years/:year/return-requests", []string{"treasury_officer"}, s.returnRequestsByPage)
	page(http.MethodGet, "/audit", everyone, s.auditPage)
	page(http.MethodGet, "/log", wholeBook, s.logPage)
}

// cutAsked reads of which day and as of what was known a report is asked for; today unless it says otherwise.
func (s *Server) cutAsked(l *look) (c Cut, err error) {
	if day := strings.TrimSpace(l.values.Get("as_of")); day != "" {
		err = c.AsOf.UnmarshalText([]byte(day))
	} else {
		c.AsOf.Date, err = s.today(l.ctx)
	}
	if err == nil {
		c.Known, err = momentAsked(l.values.Get("known_at"))
	}
	c.AfterClosing = l.values.Get("after_closing") == "true"
	return c, err
}

// momentAsked reads a moment as people write it on the clock here, or as programs do. Code: request_invalid.
func momentAsked(text string) (time.Time, error) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, web.Shanghai); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fault.Invalid("request_invalid", "%q is not a moment such as 2025-06-30 18:00", text)
}

// monthAsked reads a period of the query; none is the zero one.
func (l *look) monthAsked(name string) (m Month, err error) {
	if text := strings.TrimSpace(l.values.Get(name)); text != "" {
		m.Period, err = accounting.ParsePeriod(text)
	}
	return m, err
}

func (l *look) whoseAsked() Whose {
	return Whose{Unit: strings.TrimSpace(l.values.Get("unit")), Project: strings.TrimSpace(l.values.Get("project")), Below: l.values.Get("below") == "true", BudgetLine: strings.TrimSpace(l.values.Get("budget_line"))}
}

// cutNames are the parts of an address that say of which books a figure is.
var cutNames = []string{"as_of", "known_at", "after_closing", "unit", "project", "below", "budget_line", "basis"}

// cutQuery is what a report's address says of its cut, to be handed on to the lines behind its figures.
func (l *look) cutQuery(asOf accounting.Date) url.Values {
	q := url.Values{"as_of": {asOf.String()}}
	for _, name := range cutNames[1:] {
		if v := strings.TrimSpace(l.values.Get(name)); v != "" && v != "false" {
			q.Set(name, v)
		}
	}
	return q
}

// linesOf is the address of the lines behind a figure.
func linesOf(cut url.Values, pairs ...string) string { return "/lines?" + with(cut, pairs...).Encode() }

// with is a query with pairs of names and values added; an empty value takes the name away.
func with(query url.Values, pairs ...string) url.Values {
	q := url.Values{}
	for name, values := range query {
		q[name] = values
	}
	set := map[string]bool{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		switch {
		case value == "":
			q.Del(name)
		case set[name]:
			q.Add(name, value)
		default:
			q[name], set[name] = []string{value}, true
		}
	}
	return q
}

// choice is a field of a filter with a first option that does not restrict.
func (l *look) choice(name, label string, options []web.Option) web.Field {
	all := []web.Option{{Text: l.t("choice.all")}}
	for _, o := range options {
		o.Chosen = o.Value == l.values.Get(name)
		all = append(all, o)
	}
	return web.Field{Name: name, Label: l.t(label), Kind: web.ChoiceField, Options: all}
}

func (l *look) dayField(name, label string, day accounting.Date) web.Field {
	return web.Field{Name: name, Label: l.t(label), Kind: web.DayField, Value: day.String()}
}

func (l *look) textField(name, label, help string) web.Field {
	f := web.Field{Name: name, Label: l.t(label), Kind: web.TextField, Value: l.values.Get(name)}
	if help != "" {
		f.Help = l.t(help)
	}
	return f
}

func (l *look) checkField(name, label string) web.Field {
	return web.Field{Name: name, Label: l.t(label), Kind: web.CheckField, Checked: l.values.Get(name) == "true"}
}

func (l *look) basisField() web.Field {
	var options []web.Option
	for _, b := range bases {
		options = append(options, web.Option{Value: b, Text: l.t("basis." + b)})
	}
	return l.choice("basis", "column.basis", options)
}

// scopeFields offer the units and the projects whose books the reader reads.
func (s *Server) scopeFields(l *look) ([]web.Field, error) {
	var units, nodes []web.Option
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := tx.NewRaw(`select u.code as value, u.name as text from accounting.units u where u.book_id = ?0 and exists (select from accounting.ledgers g where g.book_id = u.book_id and g.unit_id = u.unit_id and (?1 or g.project_id in (select projects.readable_projects()))) order by u.code`,
			l.who.Book, l.who.ReadsAll()).Scan(ctx, &units); err != nil {
			return fault.FromSQL(err)
		}
		return fault.FromSQL(tx.NewRaw(`select n.code as value, n.code || ' ' || case when ?2 = 'en' then coalesce(nullif(n.name_en, ''), n.name_zh) else n.name_zh end as text from projects.nodes n
			where n.book_id = ?0 and (?1 or n.node_id in (select projects.readable_projects())) order by n.code`, l.who.Book, l.who.ReadsAll(), l.lang).Scan(ctx, &nodes))
	})
	return []web.Field{l.choice("unit", "column.unit", units), l.choice("project", "column.project", nodes)}, err
}

// periodOptions are the periods of the book, newest first.
func (s *Server) periodOptions(l *look) (options []web.Option, latest accounting.Period, err error) {
	out, err := s.periods(l.ctx, nil)
	if err != nil {
		return nil, 0, err
	}
	for _, p := range slices.Backward(out.Body.Periods) {
		if p.Vouchers == 0 {
			continue
		}
		options = append(options, web.Option{Value: p.Period, Text: p.Period})
		if latest == 0 {
			if latest, err = accounting.ParsePeriod(p.Period); err != nil {
				return nil, 0, err
			}
		}
	}
	return options, latest, nil
}

// event is what an event's code is called; manual vouchers have none.
func (l *look) event(code string) string {
	if code == "M" {
		return l.t("books.manual")
	}
	for _, e := range projects.Events() {
		if e.Code == code {
			return eventName(l.lang, e)
		}
	}
	return code
}

// eventOptions are the events by code, each once.
func (l *look) eventOptions() (options []web.Option) {
	seen := map[string]bool{}
	for _, e := range projects.Events() {
		if !seen[e.Code] {
			seen[e.Code] = true
			options = append(options, web.Option{Value: e.Code, Text: eventName(l.lang, e)})
		}
	}
	return append(options, web.Option{Value: "M", Text: l.t("books.manual")})
}

// subjectName is the kind and code of what a line is about besides its project.
func (l *look) subjectName(kind, code string) string {
	if code == "" {
		return ""
	}
	return l.t("subject."+cmp.Or(kind, "contract")) + " " + code
}

func voucherLink(period string, number int) string {
	return "/vouchers/" + period + "/" + itoa(number)
}

// saidDay is a day or a moment that is a text already.
func saidDay(text string) web.Cell { return web.Cell{Text: text, Kind: web.DayColumn} }
