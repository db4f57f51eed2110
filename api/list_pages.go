package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// listPages registers the pages of lists that come in and go out, of the bank's and the treasury's side, and of a month's end.
func (s *Server) listPages(e *echo.Echo) {
	importers := projects.Importers("")
	page := func(method, path string, roles []string, show func(*look) (*answer, error)) {
		s.page(e, method, path, roles, func(l *look) (*answer, error) {
			if _, err := s.called(l); err != nil { // tables name projects and persons
				return nil, err
			}
			return show(l)
		})
	}
	page(http.MethodGet, "/imports", everyone, s.importsPage)
	page(http.MethodPost, "/imports", importers, s.takeInByPage)
	page(http.MethodGet, "/imports/new", importers, s.newImportPage)
	page(http.MethodPost, "/imports/new", importers, s.uploadByPage)
	page(http.MethodGet, "/imports/preview", importers, s.previewPage)
	page(http.MethodPost, "/imports/preview", importers, s.readAgainByPage)
	page(http.MethodGet, "/imports/:id", everyone, s.importPage)
	page(http.MethodPost, "/imports/:id/withdraw", explainDesks, s.withdrawByPage)

	page(http.MethodGet, "/treasury", wholeBook, s.treasuryPage)
	page(http.MethodGet, "/treasury/lists/:id", wholeBook, s.treasuryListPage)
	page(http.MethodPost, "/treasury/lists/:id/confirm", orderDesks, s.confirmListByPage)
	page(http.MethodGet, "/treasury/items", wholeBook, s.itemsPage)
	page(http.MethodPost, "/treasury/items", explainDesks, s.explainItemsByPage)
	page(http.MethodGet, "/treasury/items/:id", wholeBook, s.itemPage)
	page(http.MethodPost, "/treasury/items/:id", explainDesks, s.explainItemByPage)
	page(http.MethodGet, "/treasury/sheet", wholeBook, s.treasurySheetPage)

	page(http.MethodGet, "/bank", everyone, s.bankPage)
	page(http.MethodPost, "/bank", []string{"budget_officer"}, s.registerBankAccountByPage)
	page(http.MethodGet, "/bank/:account", everyone, s.bankAccountPage)
	page(http.MethodPost, "/bank/:account/match", projects.Importers("bank-statement"), s.matchBankByPage)
	page(http.MethodGet, "/bank/:account/:month", everyone, s.bankSheetPage)
	page(http.MethodPost, "/bank/:account/:month", projects.Importers("bank-statement"), s.explainBankItemsByPage)
	page(http.MethodGet, "/bank/:account/:month/lines", everyone, s.bankLinesPage)
	page(http.MethodPost, "/bank/:account/:month/matches", orderDesks, s.pairByPage)
	page(http.MethodGet, "/bank/:account/:month/matches/:line", orderDesks, s.matchPage)
	page(http.MethodPost, "/bank/:account/:month/matches/:line", orderDesks, s.endMatchByPage)

	page(http.MethodGet, "/months", wholeBook, s.monthsPage)
	page(http.MethodGet, "/months/:month", wholeBook, s.monthPage)
}

// months are the calendar months the book has open or closed, oldest first.
func (s *Server) months(l *look) (months []accounting.PeriodState, err error) {
	all, err := accounting.Periods(l.ctx, s.db, l.who.Book)
	for _, p := range all {
		if p.Period.Month() <= 12 {
			months = append(months, p)
		}
	}
	return months, err
}

// monthAsked is the month the address names, else the one that is closed next.
func (s *Server) monthAsked(l *look) (month accounting.Period, months []accounting.PeriodState, err error) {
	if months, err = s.months(l); err != nil {
		return 0, nil, err
	}
	if said := l.values.Get("month"); said != "" {
		month, err = calendarMonth(said)
		return month, months, err
	}
	today, err := s.today(l.ctx)
	return nextToClose(months, today), months, err
}

// nextToClose is the first month that is open; where none was ever closed, the one of today.
func nextToClose(months []accounting.PeriodState, today accounting.Date) accounting.Period {
	here := slices.ContainsFunc(months, func(p accounting.PeriodState) bool { return p.Period == today.Period() })
	if first := slices.IndexFunc(months, func(p accounting.PeriodState) bool { return !p.Closed }); first >= 0 && (first > 0 || !here) {
		return months[first].Period
	}
	return today.Period()
}

// calendarMonth reads a month that has days. Codes: period_invalid.
func calendarMonth(text string) (accounting.Period, error) {
	month, err := accounting.ParsePeriod(text)
	if err == nil && month.Month() > 12 {
		err = fault.Invalid("period_invalid", "%s is no month of the calendar", month)
	}
	return month, err
}

// monthEnd is the day a month ends on.
func monthEnd(month accounting.Period) accounting.Date {
	return accounting.NewDate(month.Year(), time.Month(month.Month()), 1).LastOfMonth()
}

// monthOptions offers months, newest first, with the chosen one.
func (l *look) monthOptions(months []accounting.PeriodState, chosen accounting.Period) (options []web.Option) {
	for _, p := range slices.Backward(months) {
		text := p.Period.String()
		if p.Closed {
			text = l.t("lists.month_closed", text)
		}
		options = append(options, web.Option{Value: p.Period.String(), Text: text, Chosen: p.Period == chosen})
	}
	return options
}

func (l *look) monthField(months []accounting.PeriodState, chosen accounting.Period) web.Field {
	return web.Field{Name: "month", Label: l.t("field.month"), Kind: web.ChoiceField, Options: l.monthOptions(months, chosen)}
}

// reasonFields ask why something is open and who sees to it.
func (s *Server) reasonFields(l *look) ([]web.Field, error) {
	persons, err := accounting.Persons(l.ctx, s.db, l.who.Book)
	if err != nil {
		return nil, err
	}
	owners := []web.Option{{Text: l.t("form.choose")}}
	for _, p := range persons {
		owners = append(owners, web.Option{Value: p.Code, Text: p.Name, Chosen: p.Code == l.values.Get("owner")})
	}
	return []web.Field{{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true, Value: l.values.Get("reason")}, {Name: "owner", Label: l.t("lists.owner"), Kind: web.ChoiceField, Required: true, Options: owners}}, nil
}

// wrong is what a refused form says, its detail in the reader's language. A refused key is free again, but what is sent next
// is another request.
func (s *Server) wrong(l *look, err error) *web.Problem {
	l.values.Del("key")
	return s.asProblem(l, err)
}

// unsaid says whether a form is not given back: nobody knows what became of it, or the fault is ours.
func unsaid(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.KindUnavailable || kind == fault.KindInternal
}

// ticked are the rows of a form that are ticked.
func (l *look) ticked() []string { return slices.Clone(l.values["id"]) }

// voucherCell is a voucher by its number, which leads to it: 2025-03 记-0004.
func voucherCell(number string) web.Cell {
	period, rest, ok := strings.Cut(number, " 记-")
	n := 0
	if _, err := fmt.Sscanf(rest, "%d", &n); !ok || err != nil {
		return web.Text(number)
	}
	return web.Text(number).To(fmt.Sprintf("/vouchers/%s/%d", period, n))
}

// given shows the reason and owner of an open item, or that there is none.
func (l *look) given(reason string) web.Cell {
	if reason == "" {
		return web.State("yellow", l.t("lists.unnamed"))
	}
	return web.Text(reason)
}

// personName is what a person is called; nobody reads a bare code.
func (l *look) personName(code string) string { return l.names.persons[code] }

// detail is what the books say of an entry: of a voucher its event and memo, else a sentence.
func (l *look) detail(text string) string { return detailIn(l.lang, text) }

func detailIn(lang, text string) string {
	code, memo, _ := strings.Cut(text, " ")
	for _, e := range projects.Events() {
		if e.Code == code {
			return eventName(lang, e) + " " + memo
		}
	}
	return web.Said(lang, text)
}

// keptFacts say that a sheet is the one kept at the close of its month.
func (l *look) keptFacts(kept *projects.KeptSheet) []web.Fact {
	if kept == nil {
		return nil
	}
	return []web.Fact{fact(l.t("lists.kept_at"), web.Moment(kept.At)), fact(l.t("lists.kept_hash"), web.Text(kept.Hash.String()))}
}
