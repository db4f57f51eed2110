package api

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// publicPages are for whoever comes. They show nothing but a publication.
func (s *Server) publicPages(e *echo.Echo) {
	s.pageBy(e, pageRoute{http.MethodGet, "/public", nil, openWay}, s.publicPage)
	s.pageBy(e, pageRoute{http.MethodGet, "/public/:code", nil, openWay}, s.publicProjectPage)
}

type (
	publicData struct {
		Lead     string
		Words    []string
		Above    []web.MenuItem
		Cards    []publicCard
		Table    *web.Table
		Books    []web.MenuItem // others that give out theirs
		JSON     string
		Footnote string
	}
	// publicCard is a project in plain words and bars.
	publicCard struct {
		Name, Link string
		Facts      string
		Said       string
		Bars       []publicBar
		Note       string
	}
	publicBar struct {
		Label, Value string
		Bar          *web.Bar
	}
)

// publicationAsked is the publication a page is about.
func (s *Server) publicationAsked(l *look) (*projects.Publication, publicData, error) {
	book, _ := strconv.ParseInt(l.values.Get("book"), 10, 64)
	p, all, err := s.public.publication(l.ctx, accounting.BookID(book))
	if err != nil {
		return nil, publicData{}, err
	}
	if l.values.Get("measure") == "" {
		l.values.Set("measure", "wan") // plans and overviews are in 万元 unless asked otherwise
	}
	d := publicData{JSON: base + "/public/progress?book=" + strconv.FormatInt(int64(p.Book), 10), Footnote: l.t("public.footnote", p.AsOf)}
	for _, other := range all {
		if len(all) > 1 {
			d.Books = append(d.Books, web.MenuItem{Title: other.Name, Path: "/public?book=" + strconv.FormatInt(int64(other.Book), 10), Here: other.Book == p.Book})
		}
	}
	return p, d, nil
}

func (l *look) publicLink(p *projects.Publication, code string) string {
	q := url.Values{"book": {strconv.FormatInt(int64(p.Book), 10)}}
	if l.values.Get("measure") != "wan" {
		q.Set("measure", l.values.Get("measure"))
	}
	path := "/public"
	if code != "" {
		path += "/" + url.PathEscape(code)
	}
	return path + "?" + q.Encode()
}

// publicPage is the programmes of a book.
func (s *Server) publicPage(l *look) (*answer, error) {
	p, d, err := s.publicationAsked(l)
	if err != nil {
		return nil, err
	}
	tops := p.Programmes()
	d.Lead = l.t("public.lead", p.AsOf)
	d.Words = []string{l.t("public.total", len(tops), l.wanText(p.Total.Plan), l.wanText(&p.Total.PaidOfPlan), percentText(p.Total.PaidShare), l.wanText(&p.Total.Paid))}
	if len(p.WithoutPlan) > 0 {
		d.Words = append(d.Words, l.t("public.without_plan", len(p.WithoutPlan)))
	}
	for _, x := range tops {
		d.Cards = append(d.Cards, l.publicCard(p, x))
	}
	d.Table = l.publicTable(p, tops, "public-progress", l.t("public.programmes"))
	d.Table.Total = []web.Cell{web.Text(l.t("public.sum")), web.Text(""), web.Maybe(p.Total.Plan), web.Yuan(p.Total.Paid), web.Figure(percentText(p.Total.PaidShare)), web.Maybe(p.Total.Certified), web.Text("")}
	d.Table.Notes = l.publicNotes(tops)
	return &answer{template: "public", title: l.t("page.public"), list: d.Table, wan: true, data: d, public: p}, nil
}

// publicProjectPage is one programme with its parts.
func (s *Server) publicProjectPage(l *look) (*answer, error) {
	p, d, err := s.publicationAsked(l)
	if err != nil {
		return nil, err
	}
	x, parts := p.Find(l.Param("code"))
	if x == nil {
		return nil, fault.NotFound("not_published", "no project %q is given out", l.Param("code"))
	}
	d.Lead = l.t("public.lead", p.AsOf)
	d.Above = []web.MenuItem{{Title: l.t("page.public"), Path: l.publicLink(p, "")}}
	if above, _ := p.Find(x.Parent); above != nil {
		d.Above = append(d.Above, web.MenuItem{Title: l.inLanguage(above.NameZH, above.NameEN), Path: l.publicLink(p, above.Code)})
	}
	card := l.publicCard(p, *x)
	card.Name, card.Link, card.Note = "", "", ""
	d.Cards = []publicCard{card}
	if len(parts) > 0 {
		d.Table = l.publicTable(p, parts, "public-"+x.Code, l.t("public.parts", len(parts)))
		d.Table.Total = []web.Cell{web.Text(l.t("public.whole")), web.Text(""), planCell(l, x.Plan), web.Yuan(x.Paid), web.Figure(percentText(x.PaidShare)), web.Maybe(x.Certified), web.Text("")}
		d.Table.Notes = l.publicNotes(parts)
	}
	return &answer{template: "public", title: l.inLanguage(x.NameZH, x.NameEN), list: d.Table, wan: true, data: d, public: p}, nil
}

// publicCard says in a sentence and in bars how far a project is. What is not known is said to be not known.
func (l *look) publicCard(p *projects.Publication, x projects.PublishedProject) publicCard {
	c := publicCard{Name: l.inLanguage(x.NameZH, x.NameEN), Link: l.publicLink(p, x.Code)}
	if len(x.Leads) > 0 {
		c.Facts = l.t("public.leads", l.listed(x.Leads))
	}
	if x.DueMonth != "" {
		if c.Facts != "" {
			c.Facts += l.t("office.comma")
		}
		c.Facts += l.t("public.due", x.DueMonth)
	}
	if x.Plan == nil {
		c.Said = l.t("public.said_no_plan", l.wanText(&x.Paid))
	} else {
		c.Said = l.t("public.said", l.wanText(x.Plan), l.wanText(&x.Paid), percentText(x.PaidShare))
		c.Bars = append(c.Bars, l.publicBar("public.paid", "paid", *x.PaidShare))
	}
	if x.Certified != nil {
		c.Said += l.t("public.said_certified", l.wanText(x.Certified))
		if x.Plan != nil {
			if share := projects.Percent(x.Certified, x.Plan); share != nil {
				c.Bars = append(c.Bars, l.publicBar("public.certified", "built", share.StringFixed(2)))
			}
		}
	}
	if x.Progress != nil {
		c.Said += l.t("public.said_progress", *x.Progress, x.ProgressOf)
		c.Bars = append(c.Bars, l.publicBar("public.progress", "free", *x.Progress))
	}
	c.Said += l.t("public.stop")
	if x.Parts > 0 {
		c.Note = l.t("public.to_parts", x.Parts)
	}
	return c
}

func (l *look) publicBar(label, class, percent string) publicBar {
	return publicBar{Label: l.t(label), Value: percent + "%", Bar: &web.Bar{Label: l.t(label) + " " + percent + "%", Parts: []web.BarPart{{Class: class, Width: permille(decimal.RequireFromString(percent))}}}}
}

// publicTable is the same in figures.
func (l *look) publicTable(p *projects.Publication, rows []projects.PublishedProject, name, caption string) *web.Table {
	t := &web.Table{Name: name, Caption: caption, Wan: l.wan(), Columns: web.Columns(web.C(web.TextColumn, "public.project"), web.C(web.DayColumn, "public.due_month"), web.C(web.MoneyColumn, "public.plan"), web.C(web.MoneyColumn, "public.paid_sum"),
		web.C(web.NumberColumn, "public.paid"), web.C(web.MoneyColumn, "public.certified"), web.C(web.NumberColumn, "public.progress"))}
	for _, x := range rows {
		progress := web.Figure("—")
		if x.Progress != nil {
			progress = web.Figure(l.t("public.progress_of", *x.Progress, x.ProgressOf))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.inLanguage(x.NameZH, x.NameEN)).To(l.publicLink(p, x.Code)), web.Text(x.DueMonth), planCell(l, x.Plan), web.Yuan(x.Paid), web.Figure(percentText(x.PaidShare)), web.Maybe(x.Certified), progress}})
	}
	return t
}

// publicNotes say what the total leaves out.
func (l *look) publicNotes(rows []projects.PublishedProject) (notes []string) {
	var names []string
	for _, x := range rows {
		if x.Plan == nil {
			names = append(names, l.inLanguage(x.NameZH, x.NameEN))
		}
	}
	if len(names) == len(rows) {
		notes = append(notes, l.t("public.no_parts_planned"))
	} else if len(names) > 0 {
		notes = append(notes, l.t("public.not_in_total", l.listed(names)))
	}
	return notes
}

func planCell(l *look, plan *accounting.Money) web.Cell {
	if plan == nil {
		return web.Figure(l.t("inspection.no_plan"))
	}
	return web.Yuan(*plan)
}

// wanText is an amount with its unit: 万元, in English yuan.
func (l *look) wanText(m *accounting.Money) string {
	if m == nil {
		return l.t("inspection.no_plan")
	}
	return l.t("public.amount", amountIn(*m, true), amountIn(*m, false))
}

func percentText(share *string) string {
	if share == nil {
		return "—"
	}
	return *share + "%"
}
