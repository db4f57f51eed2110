package api

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/api/web"
	"mingzhang/projects"
)

// AlertOutput is something that concerns the sender or the sender's unit and is not on any desk.
type AlertOutput struct {
	Kind     string  `json:"kind" enum:"progress_entry,completion,final_account,retention,repayment,entry_due,open_item,close_waiting,close_outdated,start_password,backup"`
	Text     string  `json:"text" doc:"what it is, in the language asked for"`
	Project  string  `json:"project,omitempty" doc:"code"`
	Contract string  `json:"contract,omitempty"`
	Amount   *Amount `json:"amount,omitempty"`
	Since    string  `json:"since,omitempty" format:"date"`
	Days     int     `json:"days,omitempty" doc:"since then"`
	path     string  // of the page where it is done
}

// alertsShown is how much that is overdue a desk shows; the list of what is overdue has all.
const alertsShown = 20

// dutiesOf are the roles told of what their unit owes: those who look only are not.
var dutiesOf = slices.Concat(progressDesks, []string{"budget_officer", "treasury_officer"})

// alerts are what the sender is told of without asking.
func (s *Server) alerts(ctx context.Context, tx bun.Tx, who caller, closings closings) ([]AlertOutput, error) {
	today, lang := today(), languageOf(ctx)
	if lang == "" {
		lang = web.Languages[0]
	}
	t := func(key string, args ...any) string { return web.T(lang, key, args...) }
	all := []AlertOutput{}
	if slices.Contains(dutiesOf, who.Role) {
		c, err := projects.ConcernsOf(ctx, tx, who.Book, who.Unit, today)
		if err != nil {
			return nil, err
		}
		for _, i := range c.Overdue[:min(len(c.Overdue), alertsShown)] {
			a := AlertOutput{Kind: string(i.Kind), Text: i.WhyZH, Project: i.Project, Contract: i.Contract, Amount: amount(i.Amount), Since: i.Since.String(), Days: i.Days, path: overdueOrigin(i)}
			if lang == "en" {
				a.Text = i.WhyEN
			}
			all = append(all, a)
		}
		if len(c.Open) > 0 && slices.Contains(progressDesks, who.Role) {
			all = append(all, AlertOutput{Kind: "entry_due", Text: t("alert.entry_due", c.Month, c.Due, len(c.Open), strings.Join(c.Open, t("office.list"))), path: "/progress?which=missing"})
		}
	}
	all = append(all, closings.alerts(t)...)
	items, err := projects.OwnedItems(ctx, tx, who.Book, who.Person, today)
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		a := AlertOutput{Kind: "open_item", Text: t("alert.open_"+i.Kind, i.Number, i.Reason), Amount: &Amount{i.Amount}, Since: i.Day.String(), Days: i.Days, path: "/bank"}
		if i.Kind == "treasury" {
			a.path = "/treasury?" + url.Values{"month": {i.Month}}.Encode()
		}
		all = append(all, a)
	}
	if slices.Contains(accountKeepers, who.Role) {
		waiting, err := s.startPasswordsWaiting(ctx, tx, who)
		if err != nil {
			return nil, err
		}
		for _, w := range waiting {
			all = append(all, AlertOutput{Kind: "start_password", Text: t("alert.start_password", w.Account, w.Person), Since: w.Since.In(web.Shanghai).Format("2006-01-02"), path: "/settings/accounts"})
		}
	}
	if slices.Contains(administrators, who.Role) {
		state, books, err := Backups(ctx, tx)
		if err != nil {
			return nil, err
		}
		if books && state.Late() {
			a := AlertOutput{Kind: "backup", Text: t("alert.no_backup"), path: "/settings"}
			if state.Good != nil {
				a.Text, a.Since = t("alert.backup_late", int(state.Age.Hours())), state.Good.StartedAt.In(web.Shanghai).Format("2006-01-02")
			}
			all = append(all, a)
		}
	}
	return all, nil
}

// alertTable is what the desk shows of them.
func alertTable(l *look, called *namesHere, alerts []AlertOutput) *web.Table {
	t := &web.Table{Name: "alerts", Caption: l.t("alert.caption"), Counted: true, Count: len(alerts), Columns: web.Columns(web.C(web.StateColumn, "alert.what"), web.C(web.TextColumn, "inspection.why"), web.C(web.TextColumn, "column.project"), web.C(web.MoneyColumn, "column.amount"), web.C(web.DayColumn, "overdue.since"), web.C(web.NumberColumn, "overdue.days"))}
	for _, a := range alerts {
		shape := "red"
		if slices.Contains([]string{"entry_due", "open_item", "close_waiting", "close_outdated", "start_password"}, a.Kind) {
			shape = "yellow"
		}
		money, days := web.Text(""), web.Text("")
		if a.Amount != nil {
			money = web.Yuan(a.Amount.Money)
		}
		if a.Days > 0 {
			days = web.Number(a.Days)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.State(shape, l.t("alert.kind."+a.Kind)).To(a.path), web.Text(a.Text), called.project(a.Project), money, web.Code(a.Since), days}})
	}
	return t
}
