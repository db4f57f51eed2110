package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"mingzhang/api/web"
	"mingzhang/projects"
)

// pageRoutes registers every page. What a role may do on one is asked again by the use case behind it.
func (s *Server) pageRoutes(e *echo.Echo) {
	static := http.FileServerFS(web.Static())
	e.GET("/static/*", func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		c.Response().Header().Set("X-Content-Type-Options", "nosniff")
		http.StripPrefix("/static", static).ServeHTTP(c.Response(), c.Request())
		return nil
	})
	s.pageBy(e, pageRoute{http.MethodGet, "/", nil, openWay}, s.firstPage)
	s.pageBy(e, pageRoute{http.MethodGet, "/sign-in", nil, openWay}, s.signInPage)
	s.pageBy(e, pageRoute{http.MethodPost, "/sign-in", nil, openWay}, s.signInByPage)
	s.pageBy(e, pageRoute{http.MethodGet, "/first-start", nil, openWay}, s.firstStartPage)
	s.pageBy(e, pageRoute{http.MethodPost, "/first-start", nil, openWay}, s.firstStartByPage)
	s.pageBy(e, pageRoute{http.MethodGet, "/demonstration", nil, openWay}, s.demonstrationPage)
	s.pageBy(e, pageRoute{http.MethodPost, "/demonstration", nil, openWay}, s.switchPerson)
	s.pageBy(e, pageRoute{http.MethodPost, "/sign-out", nil, sessionWay}, s.signOutByPage)
	s.pageBy(e, pageRoute{http.MethodGet, "/role", nil, sessionWay}, s.rolePage)
	s.pageBy(e, pageRoute{http.MethodPost, "/role", nil, sessionWay}, s.chooseRoleByPage)
	s.pageBy(e, pageRoute{http.MethodGet, "/password", nil, sessionWay}, s.passwordPage)
	s.pageBy(e, pageRoute{http.MethodPost, "/password", nil, sessionWay}, s.changePasswordByPage)
	s.pageBy(e, pageRoute{http.MethodGet, "/second-factor", nil, sessionWay}, s.secondFactorPage)
	s.pageBy(e, pageRoute{http.MethodPost, "/second-factor", nil, sessionWay}, s.setSecondFactor)

	s.projectPages(e)
	s.pageBy(e, pageRoute{http.MethodGet, "/me", nil, sessionWay}, s.mePage)
	s.pageBy(e, pageRoute{http.MethodPost, "/me/codes", nil, sessionWay}, s.printCodesByPage)
	s.pageBy(e, pageRoute{http.MethodPost, "/me/sessions", nil, sessionWay}, s.endOtherSessionsByPage)

	s.page(e, http.MethodGet, "/desk", everyone, s.deskPage)
	s.page(e, http.MethodGet, "/documents", everyone, s.documentsPage)
	s.page(e, http.MethodGet, "/documents/new", projects.Drafters(""), s.newDocumentPage)
	s.page(e, http.MethodPost, "/documents/new", projects.Drafters(""), s.draftByPage)
	s.page(e, http.MethodGet, "/documents/new/said", projects.Drafters("payment_request"), s.typedRequest)
	s.page(e, http.MethodGet, "/documents/:id", everyone, s.documentPage)
	s.page(e, http.MethodGet, "/documents/:id/edit", projects.Drafters(""), s.editDocumentPage)
	s.page(e, http.MethodPost, "/documents/:id/edit", projects.Drafters(""), s.reviseByPage)
	s.page(e, http.MethodGet, "/documents/:id/review", projects.DeskRoles(), s.reviewPage)
	s.page(e, http.MethodGet, "/documents/:id/paper", projects.DeskRoles(), s.paperPage)
	s.page(e, http.MethodPost, "/documents/:id/paper", projects.DeskRoles(), s.enterPaper)
	s.page(e, http.MethodPost, "/documents/:id/:verb", projects.DeskRoles(), s.stepByPage)
	s.page(e, http.MethodGet, "/review", projects.DeskRoles(), s.reviewManyPage)
	s.page(e, http.MethodPost, "/review", projects.DeskRoles(), s.takeManyByPage)
	s.moneyPages(e)
	s.officePages(e)
	s.listPages(e)
	s.bookPages(e)
	s.publicPages(e)
}
