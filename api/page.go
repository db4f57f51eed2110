package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// look is one request for a page: who asks, in which language, and what was sent along.
type look struct {
	echo.Context
	ctx    context.Context //nolint:containedctx // the request's own, in which the database knows who reads
	who    caller
	book   accounting.Book
	lang   string
	values url.Values // of the query, or of the form that was sent
	names  *namesHere
}

// answer is what a page comes to: a template with its data, another address, or a file.
type answer struct {
	template  string
	title     string
	data      any
	status    int
	location  string // go there instead
	list      *web.Table
	wan       bool // amounts may be had in 万元
	file      []byte
	fileName  string
	fileType  string
	setCookie string
	beside    bool                  // for a script of the page at hand
	public    *projects.Publication // what it shows to everybody, who may keep it a while
}

func goTo(location string) (*answer, error) { return &answer{location: location}, nil }

// t is a text of the catalogue in the reader's language.
func (l *look) t(key string, args ...any) string { return web.T(l.lang, key, args...) }

// key is that of the command the form carries; a form that has none gets a new one.
func (l *look) key() string {
	if key := l.values.Get("key"); key != "" {
		return key
	}
	return uuid.NewString()
}

// says whether amounts are asked for in 万元.
func (l *look) wan() bool { return l.values.Get("measure") == "wan" }

// pageRoute is an address with the roles that may open it; no roles: everybody who is signed in and has chosen one.
type pageRoute struct {
	method, path string
	roles        []string
	way          string // openWay and sessionWay as for operations
}

// Roles beside those of documents.
var everyone []string

// page registers an address that answers with a page.
func (s *Server) page(e *echo.Echo, method, path string, roles []string, show func(*look) (*answer, error)) {
	s.pageBy(e, pageRoute{method, path, roles, ""}, show)
}

func (s *Server) pageBy(e *echo.Echo, r pageRoute, show func(*look) (*answer, error)) {
	s.pages = append(s.pages, r)
	e.Add(r.method, r.path, func(c echo.Context) error {
		l := &look{Context: c, lang: pageLanguage(c), ctx: context.WithValue(c.Request().Context(), languageKey{}, pageLanguage(c))}
		if lang := c.QueryParam("lang"); r.method == http.MethodGet && slices.Contains(web.Languages, lang) {
			return s.chooseLanguage(c, lang)
		}
		a, err := s.look(l, r, show)
		if err != nil {
			a = s.pageProblem(l, err)
		}
		return s.send(l, a)
	})
}

// look finds who asks and lets the page be made.
func (s *Server) look(l *look, r pageRoute, show func(*look) (*answer, error)) (*answer, error) {
	if l.Request().Method != http.MethodGet {
		if err := ownPage(l.Request()); err != nil {
			return nil, err
		}
	}
	if err := l.read(); err != nil {
		return nil, err
	}
	if r.way != openWay {
		if a, err := s.signedIn(l, r); a != nil || err != nil {
			return a, err
		}
	}
	l.who.visit = s.visitOf(l.Context)
	return show(l)
}

// signedIn finds the session of a request; who lacks something is led to where it is given.
func (s *Server) signedIn(l *look, r pageRoute) (*answer, error) {
	cookie, err := l.Cookie(s.cookieName())
	if err != nil {
		return goTo(signInFor(l.Request()))
	}
	v, err := s.session(l.ctx, cookie.Value)
	if err != nil {
		if fault.Code(err) == "unauthorized" {
			return goTo(signInFor(l.Request()))
		}
		return nil, err
	}
	l.who = caller{Actor: accounting.Actor{Person: v.PersonID, Unit: v.UnitID, Role: v.Role}, Book: v.book, OnBehalfOf: v.OnBehalfOf, session: v, visit: s.visitOf(l.Context)}
	l.ctx = accounting.WithReader(context.WithValue(l.ctx, callerKey{}, l.who), l.who.Actor)
	if err := s.db.NewSelect().Model(&l.book).Where("book_id = ?", v.book).Scan(l.ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	if r.way == sessionWay {
		return nil, nil
	}
	if err := v.mayAct(); err != nil {
		switch fault.Code(err) {
		case "password_change_needed":
			return goTo("/password")
		case "second_factor_needed":
			return goTo("/second-factor")
		default:
			return goTo("/role")
		}
	}
	if len(r.roles) > 0 && !slices.Contains(r.roles, v.Role) {
		return nil, fault.Denied("forbidden", "%s", l.t("problem.role", l.t("role."+v.Role)))
	}
	return nil, nil
}

func signInFor(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/" {
		return "/sign-in"
	}
	return "/sign-in?" + url.Values{"then": {r.URL.RequestURI()}}.Encode()
}

// ownPage refuses a form that no page of ours has sent: browsers say from where they send.
func ownPage(r *http.Request) error {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return fault.Denied("cross_site", "the form does not say from which site it comes")
	}
	return fromElsewhere(r)
}

const (
	formLimit   = 64 << 20 // with its files
	formInPlace = 4 << 20  // kept in memory; larger files wait on the disk
)

// read reads the query or the form.
func (l *look) read() error {
	r := l.Request()
	l.values = l.QueryParams()
	if r.Method == http.MethodGet {
		return nil
	}
	r.Body = http.MaxBytesReader(l.Response(), r.Body, formLimit)
	var err error
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		lendFormTime(l.Context)
		err = r.ParseMultipartForm(formInPlace)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return fault.Invalid("request_malformed", "the form cannot be read; its files may be too large (at most %d MB together)", formLimit>>20)
	}
	l.values = r.PostForm
	return nil
}

// pageProblem says what went wrong on a page of its own. What is unknown is never called a failure.
func (s *Server) pageProblem(l *look, err error) *answer {
	p := s.problem(l.ctx, err)
	if fault.KindOf(err) == fault.KindUnavailable && l.Request().Method != http.MethodGet {
		return &answer{template: "unknown", title: l.t("unknown.title"), status: p.Status, data: web.Form{Action: l.Request().URL.RequestURI(), Key: l.key(), Hidden: l.sent()}}
	}
	return &answer{template: "problem", title: p.Title, status: p.Status, data: webProblem(l.lang, p)}
}

// webProblem is a problem as a page says it: where a floor refuses, with the arithmetic in the reader's language.
func webProblem(lang string, p *Problem) *web.Problem {
	out := &web.Problem{Title: p.Title, Detail: p.Detail, Code: p.Code, Reference: p.Reference, Errors: p.Errors, Field: p.field}
	if lang == "en" { // a Chinese detail was made of the figures; saying it again would read what people wrote as ours
		out.Detail = web.Said(lang, p.Detail)
	}
	var floor struct{ Account, Project, Subject, Available, Asked, Short string }
	if json.Unmarshal(p.Facts, &floor) == nil && floor.Short != "" {
		out.Errors = append([]string{web.T(lang, "problem.floor", floor.Project+" "+floor.Account+" "+floor.Subject, web.Grouped(floor.Available), web.Grouped(floor.Asked), web.Grouped(floor.Short))}, out.Errors...)
	}
	return out
}

// sent is what the form said, to be sent once more as it was.
func (l *look) sent() (all []web.Hidden) {
	names := make([]string, 0, len(l.values))
	for name := range l.values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range l.values[name] {
			all = append(all, web.Hidden{Name: name, Value: value})
		}
	}
	return all
}

// send writes the answer.
func (s *Server) send(l *look, a *answer) error {
	h := l.Response().Header()
	if a.setCookie != "" {
		h.Add("Set-Cookie", a.setCookie)
	}
	protect(h)
	if a.public != nil {
		h.Set("Cache-Control", publicKept)
		h.Set("Vary", "Cookie, Accept-Language") // in which the language is chosen
	}
	switch {
	case a.location != "":
		return l.Redirect(http.StatusSeeOther, a.location)
	case a.list != nil && l.values.Get("format") != "":
		return s.sendList(l, a)
	case a.beside:
		// A page whose script was told never to keep something is thrown away itself: going back would lose what was typed.
		h.Set("Cache-Control", "private, no-cache")
		return l.Blob(http.StatusOK, a.fileType, a.file)
	case a.file != nil:
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.fileName}))
		return l.Blob(http.StatusOK, a.fileType, a.file)
	}
	p, err := s.around(l, a)
	if err != nil {
		p = web.Page{Lang: l.lang, Title: a.title, Path: l.Request().URL.RequestURI(), Data: a.data} // the problem is shown even when the database is away
		if a.template != "problem" && a.template != "unknown" {
			problem := s.pageProblem(l, err)
			a, p.Title, p.Data = problem, problem.title, problem.data
		}
	}
	var out bytes.Buffer
	if err := web.Render(&out, a.template, p); err != nil {
		return err
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	h.Set(echo.HeaderContentType, "text/html; charset=utf-8")
	l.Response().WriteHeader(a.status)
	_, err = io.Copy(l.Response(), &out)
	return err
}

// around is what the page has about its content: whose it is, the menu, the marks.
func (s *Server) around(l *look, a *answer) (web.Page, error) {
	p := web.Page{Lang: l.lang, Title: a.title, Path: l.Request().URL.RequestURI(), Data: a.data, Wan: a.wan && l.wan(), WanOffered: a.wan, Downloads: a.list != nil}
	done := l.QueryParam("done")
	if a.public != nil {
		p.Book, p.Demo, p.Wide = a.public.Name, a.public.Demo, true
	}
	if l.who.Book == 0 {
		if strings.HasPrefix(done, "first_start") && web.Has("done."+done) { // whoever is not signed in is told nothing else
			p.Notice = l.t("done." + done)
		}
		return p, nil
	}
	p.Book, p.Demo = l.book.Name, l.book.Kind == accounting.DemoBook
	p.Switcher = p.Demo && l.who.visit.local
	var unit string
	err := s.db.NewRaw(`select p.name, coalesce(u.name, '') as unit, coalesce(o.name, '') as lender from accounting.persons p left join accounting.units u on u.book_id = p.book_id and u.unit_id = ?
		left join accounting.persons o on o.book_id = p.book_id and o.person_id = ? where p.book_id = ? and p.person_id = ?`,
		l.who.Unit, l.who.OnBehalfOf, l.who.Book, l.who.Person).Scan(l.ctx, &p.Person, &unit, &p.OnBehalfOf)
	if err != nil {
		return p, fault.FromSQL(err)
	}
	if l.who.Role != "" {
		p.Role, p.Menu = l.t("role."+l.who.Role)+"（"+unit+"）", l.menu()
	}
	if done != "" && web.Has("done."+done) {
		p.Notice = l.t("done."+done, l.QueryParam("what"))
	}
	return p, nil
}

// protect keeps a page to what we serve ourselves, and out of other sites' frames and of caches.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", neverKept)
}

// pageLanguage is the one chosen on a page before, else that of the browser; zh unless it is English.
func pageLanguage(c echo.Context) string {
	if chosen, err := c.Cookie("lang"); err == nil && slices.Contains(web.Languages, chosen.Value) {
		return chosen.Value
	}
	return language(c.Request().Header.Get("Accept-Language"))
}

// chooseLanguage keeps the choice and comes back to the same page.
func (s *Server) chooseLanguage(c echo.Context, lang string) error {
	//nolint:gosec // no secret: it says zh or en
	c.SetCookie(&http.Cookie{Name: "lang", Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, Secure: s.cookieName() == cookieName})
	u := *c.Request().URL
	q := u.Query()
	q.Del("lang")
	u.RawQuery = q.Encode()
	return c.Redirect(http.StatusSeeOther, u.RequestURI())
}

// wantsPage says whether whoever asks reads pages and not JSON.
func wantsPage(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// asProblem gives the problem in an error, of whatever it was made.
func (s *Server) asProblem(l *look, err error) *web.Problem {
	var p *Problem
	if !errors.As(err, &p) {
		p = s.problem(l.ctx, err)
	}
	return webProblem(l.lang, p)
}

// PageInfo is an address that answers with a page.
type PageInfo struct {
	Method, Path string
	Roles        []string // that open it; none: everybody who acts in a role
	Open         bool     // to whoever comes, without a sign-in
	Session      bool     // to every session, also before a role is chosen
}

// Pages lists the addresses of all pages.
func (s *Server) Pages() []PageInfo {
	return each(s.pages, func(r pageRoute) PageInfo {
		return PageInfo{r.method, r.path, r.roles, r.way == openWay, r.way == sessionWay}
	})
}
