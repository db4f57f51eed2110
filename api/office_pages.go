package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// Roles that open pages of the office. What a role may do there is asked again by the use case behind.
var (
	overviewReaders = slices.DeleteFunc(slices.Clone(wholeBook), func(role string) bool { return role == systemRole })
	arrangers       = []string{"budget_officer"}
	accountKeepers  = []string{"admin", "budget_officer"}
)

// officePages registers the pages of progress, inspection and settings.
func (s *Server) officePages(e *echo.Echo) {
	page := func(method, path string, roles []string, show func(*look) (*answer, error)) {
		s.page(e, method, path, roles, func(l *look) (*answer, error) {
			if _, err := s.called(l); err != nil { // tables name projects and units
				return nil, err
			}
			return show(l)
		})
	}
	page(http.MethodGet, "/progress", everyone, s.progressPage)
	page(http.MethodGet, "/progress/:code", everyone, s.projectProgressPage)
	page(http.MethodPost, "/progress/:code", progressDesks, s.fileProgressByPage)
	page(http.MethodGet, "/inspection", overviewReaders, s.inspectionPage)
	page(http.MethodGet, "/inspection/:code", overviewReaders, s.lightPage)
	page(http.MethodGet, "/overdue", everyone, s.overduePage)
	page(http.MethodGet, "/payment-days", everyone, s.paymentDaysPage)
	page(http.MethodGet, "/notices", everyone, s.noticesPage)
	page(http.MethodPost, "/notices", inspectors, s.draftNoticeByPage)
	page(http.MethodGet, "/notices/:id", everyone, s.noticePage)
	page(http.MethodPost, "/notices/:id/issue", inspectors, s.issueNoticeByPage)

	page(http.MethodGet, "/settings", everyone, s.settingsPage)
	page(http.MethodGet, "/settings/units", everyone, s.unitsPage)
	page(http.MethodPost, "/settings/units", arrangers, s.addUnitByPage)
	page(http.MethodGet, "/settings/units/:code", everyone, s.unitPage)
	page(http.MethodPost, "/settings/units/:code", arrangers, s.renameUnitByPage)
	page(http.MethodGet, "/settings/people", everyone, s.peoplePage)
	page(http.MethodPost, "/settings/people", administrators, s.addPersonByPage)
	page(http.MethodGet, "/settings/people/:code", everyone, s.personPage)
	page(http.MethodPost, "/settings/people/:code", administrators, s.renamePersonByPage)
	page(http.MethodGet, "/settings/accounts", accountKeepers, s.signInAccountsPage)
	page(http.MethodPost, "/settings/accounts/disable", administrators, s.disableByPage)
	page(http.MethodPost, "/settings/accounts/start-password", accountKeepers, s.startPasswordByPage)
	page(http.MethodGet, "/settings/sign-ins", administrators, s.signInsPage)
	page(http.MethodGet, "/settings/chart", everyone, s.chartPage)
	page(http.MethodGet, "/settings/sources", everyone, s.sourcesPage)
	page(http.MethodPost, "/settings/sources", arrangers, s.addSourceByPage)
	page(http.MethodGet, "/settings/codes", everyone, s.codesPage)
	page(http.MethodPost, "/settings/codes", arrangers, s.setCodeByPage)
	page(http.MethodGet, "/settings/tokens", everyone, s.tokensPage)
	page(http.MethodPost, "/settings/tokens/revoke", everyone, s.revokeTokenByPage)
	page(http.MethodGet, "/settings/projects", everyone, s.nodesPage)
	page(http.MethodGet, "/settings/projects/new", arrangers, s.newNodePage)
	page(http.MethodPost, "/settings/projects/new", arrangers, s.createNodeByPage)
	page(http.MethodGet, "/settings/projects/:code", arrangers, s.nodePage)
	page(http.MethodPost, "/settings/projects/:code/:change", arrangers, s.changeNodeByPage)
}

// form is a form of a page of the office. What was typed into it stands there again; otherwise a link may fill it in.
func (l *look) form(action, submit string, fields ...web.Field) *web.Form {
	f := &web.Form{Action: action, Key: uuid.NewString(), Submit: submit, Fields: fields}
	sent := l.Request().Method != http.MethodGet
	if sent && l.Request().URL.EscapedPath() != action {
		return f
	}
	if sent {
		f.Key = l.key()
	}
	for i := range f.Fields {
		x := &f.Fields[i]
		if !sent && !l.values.Has(x.Name) {
			continue
		}
		typed := strings.TrimSpace(l.values.Get(x.Name))
		switch x.Kind {
		case web.CheckField:
			x.Checked = typed == "true"
		case web.ChoiceField:
			x.Options = slices.Clone(x.Options)
			for o := range x.Options {
				x.Options[o].Chosen = x.Options[o].Value == typed
			}
		case web.RowsField, web.GroupField:
		default:
			x.Value = typed
		}
	}
	return f
}

// typed is what was typed into a field, without spaces around it.
func (l *look) typed(name string) string { return strings.TrimSpace(l.values.Get(name)) }

// refused puts a refusal on a form, and beside the field it is about. What is unknown or our own fault is no refusal and goes on.
func (s *Server) refused(l *look, f *web.Form, err error, at map[string]string) error {
	if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
		return err
	}
	f.Error, f.Key = s.asProblem(l, err), uuid.NewString()
	for i := range f.Fields {
		if f.Fields[i].Name == at[f.Error.Code] {
			f.Fields[i].Error = f.Error.Detail
		}
	}
	return nil
}

// chooses offers texts by their values, with none chosen yet.
func (l *look) chooses(options ...web.Option) []web.Option {
	return append([]web.Option{{Text: l.t("form.choose")}}, options...)
}

// failed is a form that was refused, for the page that shows it again; nil: none was.
type failed struct {
	action string
	err    error
	at     map[string]string // the field a code is about
}

// on puts the refusal on the form it is of.
func (s *Server) on(l *look, x *failed, f *web.Form) error {
	if x == nil || x.action != f.Action {
		return nil
	}
	return s.refused(l, f, x.err, x.at)
}

// status is that of the page that shows the form again.
func (x *failed) status() int {
	if x == nil {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// unitNames are what parties are called, joint ones together.
func (l *look) unitNames(units []projects.PartyUnit) string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.Name
	}
	return l.listed(names)
}

// listed are names one after another.
func (l *look) listed(names []string) string { return strings.Join(names, l.t("office.list")) }

// inLanguage is the one of two texts that the reader reads.
func (l *look) inLanguage(zh, en string) string {
	if l.lang == "en" && en != "" {
		return en
	}
	return zh
}

// systemMenu is what the books are set up with.
var systemMenu = []menuItem{{"settings", "/settings", nil}, {"nodes", "/settings/projects", nil}, {"units", "/settings/units", nil}, {"people", "/settings/people", nil}, {"sign_in_accounts", "/settings/accounts", accountKeepers}}

// officeMenu is what the office looks at: how far the work is, and who is late.
var officeMenu = []menuItem{{"progress", "/progress", nil}, {"inspection", "/inspection", overviewReaders}, {"overdue", "/overdue", nil}, {"payment_days", "/payment-days", nil}, {"notices", "/notices", nil}}
