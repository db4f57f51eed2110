package api

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
)

// closings are the proposals to close a period that concern whoever may close: those to confirm, and those that vouchers have
// overtaken, which anybody who may close proposes anew.
type closings struct{ toConfirm, waiting, overtaken []accounting.CloseProposal }

// closingsOf are those of the caller; who made a proposal does not confirm it.
func closingsOf(ctx context.Context, tx bun.Tx, who caller) (c closings, err error) {
	if who.Role != "budget_officer" {
		return c, nil
	}
	standing, err := accounting.StandingProposals(ctx, tx, who.Book)
	for _, p := range standing {
		switch {
		case p.VouchersNow != p.Vouchers:
			c.overtaken = append(c.overtaken, p)
		case p.By.ID != who.Person:
			c.toConfirm = append(c.toConfirm, p)
			if dayHere(p.At).Before(today()) {
				c.waiting = append(c.waiting, p)
			}
		}
	}
	return c, err
}

// alerts tell of what has waited since another day, and of what is to be proposed anew.
func (c closings) alerts(t func(key string, args ...any) string) (all []AlertOutput) {
	for _, p := range c.waiting {
		all = append(all, AlertOutput{Kind: "close_waiting", Text: t("alert.close_waiting", p.Period, p.By.Name), Since: dayHere(p.At).String(), Days: dayHere(p.At).DaysTo(today()), path: "/periods/" + p.Period.String()})
	}
	for _, p := range c.overtaken {
		all = append(all, AlertOutput{Kind: "close_outdated", Text: t("alert.close_outdated", p.Period, p.VouchersNow-p.Vouchers), Since: dayHere(p.At).String(), path: "/periods/" + p.Period.String()})
	}
	return all
}

// closingTable is what a desk shows of the closes that wait; nil: none does.
func (l *look) closingTable(waiting []CloseProposalOutput, persons map[string]string) *web.Table {
	if len(waiting) == 0 {
		return nil
	}
	t := &web.Table{Name: "closings", Caption: l.t("desk.closings"), Counted: true, Count: len(waiting), Columns: web.Columns(web.C(web.TextColumn, "periods.period"), web.C(web.TextColumn, "periods.proposed_by"), web.C(web.DayColumn, "periods.proposed_at"), web.C(web.NumberColumn, "periods.vouchers"))}
	for _, p := range waiting {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(l.t("desk.closing", p.Period)).To("/periods/" + p.Period), web.Text(persons[p.ProposedBy]), web.Moment(p.ProposedAt), web.Number(p.Vouchers)}})
	}
	return t
}
