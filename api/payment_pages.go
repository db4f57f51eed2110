package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// paymentsPage shows what waits at the treasury: for cash, for an order, for the bank, for a new order.
func (s *Server) paymentsPage(l *look) (*answer, error) {
	var data sectionsData
	data.Lead = l.t("payment.lead")
	treasurer := holds(orderDesks, l.who.Role)
	if treasurer {
		data.Actions = []web.MenuItem{{Title: l.t("payment.export_approved"), Path: base + "/payment-exports?state=approved"}, {Title: l.t("payment.export_ordered"), Path: base + "/payment-exports?state=ordered"}}
	}
	for _, q := range []struct {
		state, title, empty, verb string
		buttons                   []string
	}{{"approved", "payment.to_order", "payment.none_to_order", "order", []string{"order", "wait"}}, {"waiting_for_cash", "payment.waiting_for_cash", "payment.none_for_cash", "order", []string{"order"}}} {
		out, err := s.listRequests(l.ctx, &listRequestsRequest{State: q.state, Limit: mostReviewed, Before: l.values.Get("before_" + q.state)})
		if err != nil {
			return nil, err
		}
		t := requestTable(l, l.t(q.title), l.t(q.empty), out.Body.Requests)
		t.Name = "payment-" + q.state
		if out.Body.Next != "" {
			t.Counted, t.Sum = false, nil
			t.Next, _ = withQuery(l, "before_"+q.state, out.Body.Next)
		}
		part := section{Table: t}
		if treasurer {
			part.Review = &reviewOf{}
			for i, r := range out.Body.Requests {
				t.Rows[i].Select = r.ID
			}
			for i, verb := range q.buttons {
				part.Review.Buttons = append(part.Review.Buttons, web.Button{Name: "verb", Value: verb, Text: l.t("payment.review." + verb), Quiet: i > 0})
			}
		}
		data.Sections = append(data.Sections, part)
	}
	for _, q := range []struct{ state, title, empty string }{{"ordered", "payment.at_the_bank", "payment.none_at_the_bank"}, {"failed", "payment.returned", "payment.none_returned"}} {
		out, err := s.listQueuedLines(l.ctx, &queuedLinesRequest{State: q.state, After: l.values.Get("after_" + q.state), Limit: mostReviewed})
		if err != nil {
			return nil, err
		}
		t := lineTable(l, l.t(q.title), l.t(q.empty), out.Body.Lines, out.Body.Total)
		t.Name = "payment-lines-" + q.state
		if out.Body.Next != "" {
			t.Next, _ = withQuery(l, "after_"+q.state, out.Body.Next)
		}
		data.Sections = append(data.Sections, section{Table: t})
		if q.state == "ordered" && len(out.Body.Lines) > 0 && treasurer && s.demonstrates(l) {
			data.Sections = append(data.Sections, section{Title: l.t("payment.demonstration"), Note: l.t("payment.demonstration_note"), Form: &web.Form{Action: "/payments/treasury-list", Key: l.key(), Submit: l.t("payment.write_list")}})
		}
	}
	data.Sections = append(data.Sections, section{Note: l.t("payment.list_note")})
	return &answer{template: "sections", title: l.t("page.payments"), data: data}, nil
}

// demonstrates says whether this is the demonstration, on this machine.
func (s *Server) demonstrates(l *look) bool {
	return l.book.Kind == accounting.DemoBook && l.who.visit.local
}

func linePageOf(request string, line int) string {
	return "/payments/" + url.PathEscape(request) + "/lines/" + strconv.Itoa(line)
}

// lineTable lists payment lines with what each waits for.
func lineTable(l *look, caption, empty string, lines []projects.QueuedLine, sum projects.LineSum) *web.Table {
	t := &web.Table{Caption: caption, Empty: empty, Count: sum.Lines, Counted: true, Sum: &sum.Amount, Columns: web.Columns(web.C(web.TextColumn, "money.order_number"), web.C(web.TextColumn, "money.request"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "money.payee"),
		web.C(web.TextColumn, "field.bank"), web.C(web.TextColumn, "field.account"), web.C(web.MoneyColumn, "column.amount"), web.C(web.StateColumn, "money.waits"), web.C(web.DayColumn, "money.ordered_at"))}
	for _, q := range lines {
		ordered := web.Text("")
		if q.OrderedAt != nil {
			ordered = web.Moment(*q.OrderedAt)
		}
		said := l.t("payment.waits." + q.Waits)
		if q.Because != "" && q.State == "failed" {
			said += "：" + q.Because
		}
		number := q.OrderNumber
		if number == "" {
			number = q.Request + "/" + strconv.Itoa(q.LineNo)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Code(number).To(linePageOf(q.Request, q.LineNo)), web.Code(q.Request).To("/documents/" + q.Document.String()), l.names.project(q.Project), web.Text(q.Name), web.Text(q.Bank), web.Code(q.Account),
			web.Yuan(q.Amount), web.State(map[string]string{"failed": "failed", "ordered": "ordered"}[q.State], said), ordered}})
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Yuan(sum.Amount), web.Text(""), web.Text("")}
	return t
}

// lineLook is a line as its page shows it.
type lineLook struct {
	line    *projects.QueuedLine
	history projects.LineHistory
	offered []projects.PayeeAccount
	names   names
}

func (s *Server) lookAtLine(l *look) (*lineLook, error) {
	number, err := strconv.Atoi(l.Param("line"))
	if err != nil {
		return nil, fault.NotFound("not_found", "there is no such line")
	}
	k := &lineLook{}
	return k, accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if k.line, err = projects.FindQueuedLine(ctx, tx, l.who.Book, l.Param("number"), number); err != nil {
			return err
		}
		if k.history, err = projects.HistoryOfLine(ctx, tx, l.who.Book, k.line); err != nil {
			return err
		}
		if k.offered, err = projects.AccountsOf(ctx, tx, l.who.Book, k.line.Payee); err != nil {
			return err
		}
		k.names, err = namesOf(ctx, tx, l.who.Book)
		return err
	})
}

// linePage shows a line of an order, what was entered of it, and what can be done with it.
func (s *Server) linePage(l *look) (*answer, error) { return s.askLine(l, "", nil) }

// askLine shows a line; act is the one that was refused.
func (s *Server) askLine(l *look, act string, wrong *web.Problem) (*answer, error) {
	k, err := s.lookAtLine(l)
	if err != nil {
		return nil, err
	}
	q := k.line
	data := sectionsData{Facts: []web.Fact{fact(l.t("column.state"), web.State(q.State, l.t("state."+q.State))), fact(l.t("money.request"), web.Text(q.Request).To("/documents/"+q.Document.String())), fact(l.t("column.project"), l.names.project(q.Project)),
		fact(l.t("field.purpose"), web.Text(q.Purpose)), fact(l.t("money.payee"), web.Text(q.Payee+" "+q.Name)), fact(l.t("field.account"), web.Text(q.Account)), fact(l.t("field.bank"), web.Text(q.Bank)), fact(l.t("column.amount"), web.Yuan(q.Amount)),
		fact(l.t("column.words"), web.Text(q.Amount.Words())), fact(l.t("money.order_number"), web.Text(q.OrderNumber))}}
	if q.Waits != "" {
		data.Facts = append(data.Facts, fact(l.t("money.waits"), web.Text(l.t("payment.waits."+q.Waits))))
	}
	if q.Because != "" {
		data.Facts = append(data.Facts, fact(l.t("payment.because"), web.Text(q.Because)))
	}
	data.Sections, err = s.lineActs(l, k, act, wrong)
	if err != nil {
		return nil, err
	}
	data.Sections = append(data.Sections, section{Table: receiptTable(l, k)})
	if len(k.history.Reissues) > 0 {
		data.Sections = append(data.Sections, section{Table: reissueTable(l, k)})
	}
	a := &answer{template: "sections", title: l.t("payment.line_title", q.Request, q.LineNo), data: data}
	if wrong != nil {
		a.status = http.StatusUnprocessableEntity
	}
	return a, nil
}

func receiptTable(l *look, k *lineLook) *web.Table {
	t := &web.Table{Name: "receipts", Caption: l.t("payment.receipts"), Empty: l.t("payment.no_receipts"), Columns: web.Columns(web.C(web.DayColumn, "payment.bank_date"), web.C(web.TextColumn, "payment.serial"), web.C(web.TextColumn, "payment.scan"), web.C(web.TextColumn, "payment.entered_by"), web.C(web.DayColumn, "column.at"), web.C(web.StateColumn, "column.state"))}
	for _, r := range k.history.Receipts {
		scan := web.Text("—")
		if r.Paper != nil {
			scan = web.Text(r.Paper.String()[:12]).To(base + "/files/" + r.Paper.String())
		}
		state := web.State("submitted", l.t("payment.receipt_waits"))
		if r.Checked {
			state = web.State("confirmed", l.t("payment.receipt_checked"))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Day(r.BankDate), web.Text(r.BankSerial), scan, web.Text(k.names[r.EnteredBy].Name), web.Moment(r.EnteredAt), state}})
	}
	return t
}

func reissueTable(l *look, k *lineLook) *web.Table {
	t := &web.Table{Name: "reissues", Caption: l.t("payment.reissues"), Columns: web.Columns(web.C(web.TextColumn, "field.account"), web.C(web.TextColumn, "column.reason"), web.C(web.TextColumn, "payment.entered_by"), web.C(web.StateColumn, "column.state"))}
	for _, r := range k.history.Reissues {
		state := web.State("submitted", l.t("payment.reissue_waits"))
		if r.Approved {
			state = web.State("confirmed", l.t("payment.reissue_approved"))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(r.Account), web.Text(r.Reason), web.Text(k.names[r.EnteredBy].Name), state}})
	}
	return t
}

// lineActs are the forms of what can be done with a line now, each for whoever may; what cannot be said on a form is a note.
func (s *Server) lineActs(l *look, k *lineLook, act string, wrong *web.Problem) (all []section, err error) {
	q, role := k.line, l.who.Role
	form := func(name string, fields ...web.Field) *web.Form {
		f := &web.Form{Action: linePageOf(q.Request, q.LineNo) + "/" + name, Key: l.key() + "/" + name, Submit: l.t("payment.act." + name), Fields: fields}
		if act == name {
			f.Error = wrong
			placeError(f.Fields, wrong)
		}
		return f
	}
	reason := web.Field{Name: "reason", Label: l.t("field.reason"), Kind: web.AreaField, Wide: true, Required: true, Value: l.values.Get("reason")}
	switch q.State {
	case "ordered":
		if q.Waits == "check" && holds(receiptDesks, role) {
			checked, err := s.confirmSection(l, k, form("confirm"))
			if err != nil {
				return nil, err
			}
			all = append(all, checked)
		}
		if holds(receiptDesks, role) {
			f := form("receipt", web.Field{Name: "date", Label: l.t("payment.bank_date"), Kind: web.DayField, Required: true, Value: l.values.Get("date")},
				web.Field{Name: "serial", Label: l.t("payment.serial"), Kind: web.TextField, Required: true, Value: l.values.Get("serial")},
				web.Field{Name: "paper", Label: l.t("payment.scan"), Kind: web.FilesField, Help: l.t("money.scan"), Files: storedFiles(l.values["paper"])})
			f.Files = true
			title := "payment.enter_receipt"
			if q.Waits == "check" {
				title = "payment.enter_another"
			}
			all = append(all, section{Title: l.t(title), Form: f})
		}
		if holds(orderDesks, role) {
			all = append(all, section{Title: l.t("payment.failed_at_bank"), Form: form("fail", reason), Note: l.t("payment.fail_note")})
		}
	case "failed":
		if q.Waits == "approval" && holds(orderDesks, role) {
			part := section{Title: l.t("payment.approve_reissue"), Form: form("approve-reissue"), Note: l.t("payment.reissue_posts_nothing")}
			if last := k.history.Reissues[len(k.history.Reissues)-1]; last.EnteredBy == l.who.Person {
				part.Form, part.Note = nil, l.t("payment.another_person")
			}
			all = append(all, part)
		}
		if holds(reissueDesks, role) {
			accounts := web.Field{Name: "account", Label: l.t("field.account"), Kind: web.ChoiceField, Required: true, Help: l.t("money.reissue_account"), Options: []web.Option{{Text: l.t("form.choose")}}}
			for _, a := range k.offered {
				text := "****" + a.Last4 + " " + a.Bank
				if !a.Usable {
					text += " " + l.t("payment.account_waits")
				}
				accounts.Options = append(accounts.Options, web.Option{Value: a.Last4, Text: text, Chosen: a.Last4 == l.values.Get("account")})
			}
			all = append(all, section{Title: l.t("payment.ask_reissue"), Form: form("reissue", accounts, reason)})
		}
		if holds(orderDesks, role) {
			part, err := s.cancelSection(l, k, form)
			if err != nil {
				return nil, err
			}
			all = append(all, part)
		}
	}
	return all, nil
}

func storedFiles(hashes []string) (files []web.Hidden) {
	for _, h := range hashes {
		files = append(files, web.Hidden{Value: h, Name: h[:min(len(h), 12)]})
	}
	return files
}

// confirmSection shows the voucher that the confirmation will post, and asks another person for it.
func (s *Server) confirmSection(l *look, k *lineLook, f *web.Form) (section, error) {
	last := k.history.Receipts[len(k.history.Receipts)-1]
	out := section{Title: l.t("payment.check_receipt"), Facts: []web.Fact{fact(l.t("payment.bank_date"), web.Day(last.BankDate)), fact(l.t("payment.serial"), web.Text(last.BankSerial)), fact(l.t("payment.entered_by"), web.Text(k.names[last.EnteredBy].Name))}}
	if last.EnteredBy == l.who.Person {
		out.Note = l.t("payment.another_person")
		return out, nil
	}
	confirmed, err := projects.ForeseeConfirm(l.ctx, s.db, l.who.command("foresee", ""), k.line.Request, k.line.LineNo)
	foreseen, err := s.foreseen(l.ctx, confirmed, err)
	if out.Effect, err = s.effectOf(l, foreseen, err); err != nil {
		return out, err
	}
	if out.Effect.Refused == nil || f.Error != nil {
		f.Hidden = []web.Hidden{{Name: "attempt", Value: strconv.Itoa(last.Attempt)}}
		out.Form = f
	}
	return out, nil
}

// cancelSection shows what giving a line up brings back, on the day that is named.
func (s *Server) cancelSection(l *look, k *lineLook, form func(string, ...web.Field) *web.Form) (section, error) {
	out := section{Title: l.t("payment.give_up")}
	if k.history.FailedBy == l.who.Person {
		out.Note = l.t("payment.another_gives_up")
		return out, nil
	}
	day := l.values.Get("day")
	if day == "" {
		today, err := s.today(l.ctx)
		if err != nil {
			return out, err
		}
		day = today.String()
	}
	f := form("cancel", web.Field{Name: "day", Label: l.t("field.voucher_date"), Kind: web.DayField, Required: true, Value: day})
	date, err := lists.TypedDay(day)
	if err == nil {
		given, err := projects.ForeseeCancel(l.ctx, s.db, l.who.command("foresee", ""), k.line.Request, k.line.LineNo, date)
		foreseen, err := s.foreseen(l.ctx, given, err)
		if out.Effect, err = s.effectOf(l, foreseen, err); err != nil {
			return out, err
		}
	}
	out.Form = f
	return out, nil
}

// lineActByPage does one of the acts of a line.
func (s *Server) lineActByPage(l *look) (*answer, error) {
	act, number := l.Param("act"), l.Param("number")
	line, err := strconv.Atoi(l.Param("line"))
	if err != nil {
		return nil, fault.NotFound("not_found", "there is no such line")
	}
	roles, known := map[string][]string{"receipt": receiptDesks, "confirm": receiptDesks, "fail": orderDesks, "reissue": reissueDesks, "approve-reissue": orderDesks, "cancel": orderDesks}[act]
	if !known {
		return nil, fault.NotFound("not_found", "there is no such page")
	}
	if !holds(roles, l.who.Role) {
		return nil, fault.Denied("forbidden", "%s", l.t("problem.role", l.t("role."+l.who.Role)))
	}
	err = s.storeAttached(l)
	if err == nil {
		err = s.actOnLine(l, act, number, line)
	}
	if err == nil {
		return goTo(linePageOf(number, line) + "?done=line." + act)
	}
	if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
		return nil, err
	}
	wrong := s.asProblem(l, err)
	l.values.Del("key")
	return s.askLine(l, act, wrong)
}

func (s *Server) actOnLine(l *look, act, number string, line int) error {
	c := l.who.command(l.key(), "")
	reason := strings.TrimSpace(l.values.Get("reason"))
	switch act {
	case "receipt":
		day, err := typedDay("date", l.values.Get("date"))
		if err != nil {
			return err
		}
		r := projects.Receipt{Date: day, Serial: strings.TrimSpace(l.values.Get("serial"))}
		if papers := l.values["paper"]; len(papers) > 0 {
			var h accounting.Hash
			if err := h.UnmarshalText([]byte(papers[len(papers)-1])); err != nil {
				return err
			}
			r.Paper = &h
		}
		return projects.EnterReceipt(l.ctx, s.db, c, number, line, r)
	case "confirm":
		if err := s.sameReceipt(l); err != nil {
			return err
		}
		_, err := projects.ConfirmLine(l.ctx, s.db, c, number, line)
		return err
	case "fail":
		return projects.FailLine(l.ctx, s.db, c, number, line, reason)
	case "reissue":
		account, err := s.payeeAccount(l, number, line)
		if err != nil {
			return err
		}
		return projects.AskReissue(l.ctx, s.db, c, number, line, projects.Reissue{Account: account, Reason: reason})
	case "approve-reissue":
		return projects.ApproveReissue(l.ctx, s.db, c, number, line)
	default:
		day, err := typedDay("day", l.values.Get("day"))
		if err != nil {
			return err
		}
		_, err = projects.CancelLine(l.ctx, s.db, c, number, line, day)
		return err
	}
}

// sameReceipt refuses a confirmation when another receipt was entered after the page was shown. A line confirmed meanwhile
// goes on: a second click gets the first one's answer by its key.
func (s *Server) sameReceipt(l *look) error {
	k, err := s.lookAtLine(l)
	if err != nil {
		return err
	}
	if n := len(k.history.Receipts); k.line.Waits == "check" && strconv.Itoa(k.history.Receipts[n-1].Attempt) != l.values.Get("attempt") {
		return fault.Conflict("document_changed", "%s", l.t("payment.receipt_changed"))
	}
	return nil
}

// payeeAccount finds the account of the line's payee that is named by its last four digits.
func (s *Server) payeeAccount(l *look, number string, line int) (account string, err error) {
	return account, accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		q, err := projects.FindQueuedLine(ctx, tx, l.who.Book, number, line)
		if err == nil {
			account, err = projects.AccountNamed(ctx, tx, l.who.Book, q.Payee, strings.TrimSpace(l.values.Get("account")))
		}
		return err
	})
}

func typedDay(name, text string) (accounting.Date, error) {
	day, err := lists.TypedDay(strings.TrimSpace(text))
	if err != nil {
		return day, fault.Invalid("date_invalid", "%s: %s", name, err)
	}
	if day.IsZero() {
		return day, fault.Invalid("date_invalid", "%s: a day is missing", name)
	}
	return day, nil
}

// demonstrationList writes the list that a treasury would send of the outstanding orders, each paid on the day of its order. It is
// of the demonstration on this machine only; a real list comes from the treasury.
func (s *Server) demonstrationList(l *look) (*answer, error) {
	if !s.demonstrates(l) {
		return nil, fault.NotFound("not_found", "lists are written in the demonstration only")
	}
	month, file, err := projects.DemonstrationList(l.ctx, s.db, l.who.command("", ""))
	if err != nil {
		return nil, err
	}
	return &answer{file: file, fileName: fmt.Sprintf("国库支付清单-%s.xlsx", month), fileType: workbookType}, nil
}
