package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

// periodPage shows a period: what stands in the way of closing it, who proposed to close it, and what can be done about it.
func (s *Server) periodPage(l *look) (*answer, error) { return s.askClosing(l, "", nil) }

// askClosing is the period's page, with what was wrong with one of its forms: propose, close or withdraw.
func (s *Server) askClosing(l *look, form string, wrong *web.Problem) (*answer, error) {
	period, err := accounting.ParsePeriod(l.Param("period"))
	if err != nil {
		return nil, fault.NotFound("period_unknown", "there is no period %s", l.Param("period"))
	}
	out, err := s.periods(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(out.Body.Periods, func(p PeriodOutput) bool { return p.Period == period.String() })
	if i < 0 {
		return nil, fault.NotFound("period_unknown", "the year %d was never opened in this book", period.Year())
	}
	persons, err := s.personNames(l)
	if err != nil {
		return nil, err
	}
	c := closing{s, l, &out.Body.Periods[i], period, persons, form, wrong}
	t := l.periodTable(out.Body.Periods[i:i+1], period.Year(), persons)
	t.Caption = l.t("periods.period") + " " + c.p.Period
	data := sectionsData{Actions: c.places(), Sections: []section{{Table: t}}}
	if c.p.Closed {
		data.Sections = append(data.Sections, section{Facts: []web.Fact{fact(l.t("periods.root"), web.Text(c.p.Root))}, Note: l.t("periods.root_note")})
		if period.Month() <= 12 && l.who.ReadsAll() {
			data.Sections[1].More = []web.MenuItem{{Title: l.t("periods.sheets"), Path: "/months/" + c.p.Period}}
		}
	} else if l.who.ReadsAll() {
		open, err := c.openSections()
		if err != nil {
			return nil, err
		}
		data.Sections = append(data.Sections, open...)
	}
	if ended, err := c.ended(); err != nil {
		return nil, err
	} else if ended != nil {
		data.Sections = append(data.Sections, section{Table: ended})
	}
	a := &answer{template: "sections", title: l.t("page.period") + " " + c.p.Period, data: data}
	if wrong != nil {
		a.status = 422
		if !slices.ContainsFunc(data.Sections, func(x section) bool { return x.Form != nil && x.Form.Error != nil }) {
			data.Problem = wrong // the form is gone: somebody has closed, proposed or withdrawn meanwhile
			a.data = data
		}
	}
	return a, nil
}

// closing is what the page of a period is made of.
type closing struct {
	s       *Server
	l       *look
	p       *PeriodOutput
	period  accounting.Period
	persons map[string]string
	form    string // that something was wrong with
	wrong   *web.Problem
}

func (c *closing) places() []web.MenuItem {
	all := []web.MenuItem{{Title: c.l.t("page.trial_balance"), Path: "/trial-balance?" + url.Values{"as_of": {lastDayOf(c.period).String()}}.Encode()}, {Title: c.l.t("page.periods"), Path: "/periods?year=" + itoa(c.period.Year())}}
	if c.p.Vouchers > 0 {
		all = append(all, web.MenuItem{Title: c.l.t("vouchers.print_month"), Path: "/api/v1/periods/" + c.p.Period + "/vouchers/print?layout=a4"})
	}
	return all
}

// openSections are what is looked at before a close, what stands in its way, and the next act of whoever looks.
func (c *closing) openSections() ([]section, error) {
	blocked, err := c.s.blockers(c.l.ctx, &blockersRequest{Period: Month{c.period}})
	if err != nil {
		return nil, err
	}
	blockers := c.l.blockerTable(blocked.Body.Blockers, c.period)
	blockers.Caption, blockers.Empty = c.l.t("periods.blockers"), c.l.t("periods.no_blockers")
	all := []section{{Table: blockers}}
	if c.period.Month() <= 12 {
		files, err := c.s.fileTable(c.l, c.period)
		if err != nil {
			return nil, err
		}
		all = append(all, section{Table: files})
	}
	officer, free := c.l.who.Role == "budget_officer", len(blockers.Rows) == 0
	if c.p.Proposal == nil {
		if officer && free {
			all = append(all, c.proposeForm(c.l.t("periods.propose", c.p.Period)))
		}
		return all, nil
	}
	all = append(all, c.standing())
	if !officer {
		return all, nil
	}
	mine, err := c.mine()
	if err != nil {
		return nil, err
	}
	switch {
	case c.p.Proposal.overtaken() && free:
		all = append(all, c.proposeForm(c.l.t("periods.propose_anew", c.p.Period)))
	case !c.p.Proposal.overtaken() && !mine && free:
		all = append(all, c.confirmForm())
	}
	return append(all, c.withdrawForm()), nil
}

// mine says whether whoever looks has made the proposal that stands, with whatever account.
func (c *closing) mine() (bool, error) {
	code, err := c.s.directory.code(c.l.ctx, c.l.who.Book, "person", c.l.who.Person.UUID)
	return err == nil && code == c.p.Proposal.ProposedBy, err
}

// standing shows the proposal that stands as it was made, beside what is there now.
func (c *closing) standing() section {
	p, t := c.p.Proposal, c.l.t
	now := web.Number(p.VouchersNow)
	note := t("periods.waits_for_another")
	if p.overtaken() {
		now.Note = t("periods.more_vouchers", p.VouchersNow-p.Vouchers)
		note = t("periods.overtaken_note", p.Vouchers, p.VouchersNow, p.VouchersNow-p.Vouchers)
	}
	return section{Title: t("periods.proposal"), Note: note, Facts: []web.Fact{fact(t("periods.proposal_number"), web.Number(p.Number)), fact(t("periods.proposed_by"), web.Text(c.persons[p.ProposedBy])), fact(t("periods.proposed_at"), web.Moment(p.ProposedAt)),
		fact(t("periods.vouchers_proposed"), web.Number(p.Vouchers)), fact(t("periods.vouchers_now"), now)}}
}

func (c *closing) proposeForm(title string) section {
	f := c.formOf("propose", "/close-proposals", title, web.Field{Name: "confirmed", Label: c.l.t("periods.looked", c.p.Period, c.p.Vouchers), Kind: web.CheckField})
	f.Hidden = []web.Hidden{{Name: "vouchers", Value: itoa(c.p.Vouchers)}}
	return section{Title: title, Note: c.l.t("periods.propose_note"), Form: f}
}

func (c *closing) confirmForm() section {
	title := c.l.t("periods.close", c.p.Period)
	f := c.formOf("close", "/close", title, web.Field{Name: "confirmed", Label: c.l.t("periods.confirm", c.persons[c.p.Proposal.ProposedBy], c.p.Period, c.p.Vouchers), Kind: web.CheckField})
	f.Hidden = []web.Hidden{{Name: "proposal", Value: itoa(c.p.Proposal.Number)}}
	return section{Title: title, Note: c.l.t("periods.close_note"), Form: f}
}

func (c *closing) withdrawForm() section {
	title := c.l.t("periods.withdraw")
	f := c.formOf("withdraw", "/withdraw-close", title, web.Field{Name: "reason", Label: c.l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true, Value: c.l.values.Get("reason")})
	f.Hidden = []web.Hidden{{Name: "proposal", Value: itoa(c.p.Proposal.Number)}}
	return section{Title: title, Note: c.l.t("periods.withdraw_note"), Form: f}
}

// formOf is one of the page's forms, which keep their keys apart.
func (c *closing) formOf(name, path, submit string, fields ...web.Field) *web.Form {
	f := &web.Form{Action: "/periods/" + c.p.Period + path, Key: c.l.key() + "/" + name, Submit: submit, Fields: fields}
	if c.form == name {
		f.Error = c.wrong
	}
	return f
}

// ended lists the proposals that came to nothing, and why; nil: there are none.
func (c *closing) ended() (*web.Table, error) {
	out, err := c.s.closeProposals(c.l.ctx, &closeProposalsRequest{Period: Month{c.period}})
	if err != nil {
		return nil, err
	}
	t := &web.Table{Caption: c.l.t("periods.ended"), Columns: web.Columns(web.C(web.NumberColumn, "periods.proposal_number"), web.C(web.TextColumn, "periods.proposed_by"), web.C(web.DayColumn, "periods.proposed_at"), web.C(web.NumberColumn, "periods.vouchers"), web.C(web.StateColumn, "column.state"), web.C(web.TextColumn, "periods.ended_by"), web.C(web.DayColumn, "periods.ended_at"), web.C(web.TextColumn, "column.reason"))}
	for _, p := range out.Body.Proposals {
		if p.Outcome == "" || p.Outcome == string(accounting.CloseConfirmed) {
			continue
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Number(p.Number), web.Text(c.persons[p.ProposedBy]), web.Moment(p.ProposedAt), web.Number(p.Vouchers), web.State("withdrawn", c.l.t("periods.outcome."+p.Outcome)), web.Text(c.persons[p.EndedBy]), web.Moment(*p.EndedAt), web.Text(p.Reason)}})
	}
	if len(t.Rows) == 0 {
		return nil, nil //nolint:nilnil // a table without rows is none
	}
	return t, nil
}

// proposeCloseByPage proposes to close a period with the vouchers the page showed.
func (s *Server) proposeCloseByPage(l *look) (*answer, error) {
	return s.actOnClose(l, "propose", "close_proposed", func(period Month) error {
		if l.values.Get("confirmed") != "true" {
			return fault.Invalid("request_invalid", "%s", l.t("periods.not_looked"))
		}
		in := proposeCloseRequest{Period: period}
		in.Key, in.Body.Vouchers = l.key(), wholeNumber(l.values.Get("vouchers"))
		_, err := s.proposeClose(l.ctx, &in)
		return err
	})
}

// closeByPage confirms another person's proposal: the period is closed for good.
func (s *Server) closeByPage(l *look) (*answer, error) {
	return s.actOnClose(l, "close", "period_closed", func(period Month) error {
		if l.values.Get("confirmed") != "true" {
			return fault.Invalid("request_invalid", "%s", l.t("periods.not_confirmed"))
		}
		in := closePeriodRequest{Period: period}
		in.Key, in.Body.Proposal = l.key(), wholeNumber(l.values.Get("proposal"))
		_, err := s.closePeriod(l.ctx, &in)
		return err
	})
}

// withdrawCloseByPage withdraws the proposal the page showed.
func (s *Server) withdrawCloseByPage(l *look) (*answer, error) {
	return s.actOnClose(l, "withdraw", "close_withdrawn", func(period Month) error {
		in := withdrawCloseRequest{Period: period, Number: wholeNumber(l.values.Get("proposal"))}
		in.Key, in.Body.Reason = l.key(), strings.TrimSpace(l.values.Get("reason"))
		_, err := s.withdrawClose(l.ctx, &in)
		return err
	})
}

// actOnClose does one of the acts of a close, or gives the page back with what was wrong.
func (s *Server) actOnClose(l *look, form, done string, act func(Month) error) (*answer, error) {
	period, err := accounting.ParsePeriod(l.Param("period"))
	if err != nil {
		return nil, err
	}
	if err := act(Month{period}); err != nil {
		if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
			return nil, err
		}
		l.values.Del("key")
		problem := s.asProblem(l, err)
		if fault.Code(err) == "close_blocked" {
			problem.Detail = "" // the page lists what stands in the way, with where each is mended
		}
		return s.askClosing(l, form, problem)
	}
	return goTo("/periods/" + period.String() + "?" + url.Values{"done": {done}, "what": {period.String()}}.Encode())
}

// wholeNumber reads what one of the page's own hidden fields says; what is no number is zero, which stands for nothing there is.
func wholeNumber(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
