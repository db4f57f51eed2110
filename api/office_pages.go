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
}

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

// unitNames are what parties are called, joint ones together.
func unitNames(units []projects.PartyUnit) string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.Name
	}
	return strings.Join(names, "、")
}

// inLanguage is the one of two texts that the reader reads.
func (l *look) inLanguage(zh, en string) string {
	if l.lang == "en" && en != "" {
		return en
	}
	return zh
}

// officeMenu is what the office looks at: how far the work is, and who is late.
var officeMenu = []menuItem{{"progress", "/progress", nil}, {"inspection", "/inspection", overviewReaders}, {"overdue", "/overdue", nil}, {"payment_days", "/payment-days", nil}}
