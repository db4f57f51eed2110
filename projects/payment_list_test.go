package projects_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// A list of requests tells what each asks, what is reserved and paid of it, what its contract can still pay, where it stands
// and for how long; it is read page by page.
func TestListOfPaymentRequests(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.mustCarry("contract", clinicContract())
	paid := b.paid(b.request("advance", "CN-1", "2340000.00"), "2025-03-14")
	b.mustCarry("certificate", percentDone("2025-06-20", "CN-1", "50"))
	held := b.approved(b.request("progress", "CN-1", "145000.00"))
	drafted := b.mustDraft("payment_request", b.request("fees", "", "100.00"))
	_, err := pgtest.Superuser(t, b.db).ExecContext(t.Context(), `update projects.documents set since = since - interval '75 hours' where document_id = ?`, held.ID)
	b.must(err)
	list := func(q projects.RequestQuery) (found []projects.RequestRow) {
		q.Book = book
		if q.Limit == 0 {
			q.Limit = 100
		}
		b.read(func(ctx context.Context, tx bun.Tx) (err error) {
			found, err = projects.Requests(ctx, tx, q)
			return err
		})
		return found
	}
	numbers := func(rows []projects.RequestRow) (all []string) {
		for _, r := range rows {
			all = append(all, r.Number)
		}
		return all
	}
	all := list(projects.RequestQuery{})
	if !slices.Equal(numbers(all), []string{drafted.Number, held.Number, paid.Number}) {
		t.Fatalf("listed %v", numbers(all))
	}
	for i, want := range []struct {
		state, amount, held, paid, payable string
		days                               int
	}{{"draft", "100.00", "0.00", "0.00", "", 0}, {"approved", "145000.00", "145000.00", "0.00", "2000000.00", 3}, {"confirmed", "2340000.00", "0.00", "2340000.00", "2000000.00", 0}} {
		r, payable := all[i], ""
		if r.PayableNow != nil {
			payable = r.PayableNow.String()
		}
		if r.State != want.state || r.Amount.String() != want.amount || r.Held.String() != want.held || r.Paid.String() != want.paid || payable != want.payable || r.DaysAtDesk != want.days || r.Purpose != "工程款" {
			t.Errorf("%s: %+v, payable %s, want %+v", r.Number, r, payable, want)
		}
	}
	for name, x := range map[string]struct {
		q    projects.RequestQuery
		want []string
	}{
		"of a state":        {projects.RequestQuery{State: "approved"}, []string{held.Number}},
		"of a contract":     {projects.RequestQuery{Contract: "CN-1"}, []string{held.Number, paid.Number}},
		"of a project":      {projects.RequestQuery{Node: "2025-05"}, []string{drafted.Number, held.Number, paid.Number}},
		"of no project":     {projects.RequestQuery{Node: "2025-99"}, nil},
		"of the unit":       {projects.RequestQuery{Unit: b.unit, State: "draft"}, []string{drafted.Number}},
		"of another unit":   {projects.RequestQuery{Unit: accounting.UnitID{UUID: accounting.NewID()}}, nil},
		"the first page":    {projects.RequestQuery{Limit: 2}, []string{drafted.Number, held.Number}},
		"the page after it": {projects.RequestQuery{Limit: 2, Before: held.ID}, []string{paid.Number}},
	} {
		if got := numbers(list(x.q)); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

// The register of a fund has every receipt and every relief with what was left, and the injections with what they come to.
func TestRegisterOfAFund(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	pass := func(kind projects.DocumentKind, content projects.Content) string {
		doc := b.mustDraft(kind, content)
		b.mustTake(doc, b.clerk, "submit")
		b.mustTake(doc, b.head, "approve")
		return doc.Number
	}
	fund := func(date, event, no, amount string) string {
		p := projects.EventPaper{Paper: paperOf(date), Node: "2025-05", Event: event, Input: json.RawMessage(`{"project":"2025-05","amount":"` + amount + `"}`)}
		p.DocumentNo, p.Memo = no, "基金"
		return pass("fund", &projects.FundPaper{EventPaper: p})
	}
	relief := func() string { return fund("2025-11-05", "Relief", "民发〔2025〕2号", "5000.00") }
	first := fund("2025-10-15", "FundReceipt", "民发〔2025〕1号", "60000.00")
	second := relief()
	third := pass("injection_record", &projects.InjectionRecord{Paper: paperOf("2025-08-06"), Node: "2025-05", Investee: "园区企业", Amount: yuan("300.00"), Agreement: "示例〔2025〕1号"})
	pass("injection_record", &projects.InjectionRecord{Paper: paperOf("2025-12-06"), Node: "2025-05", Investee: "另一企业", Amount: yuan("200.00"), Agreement: "示例〔2025〕2号"})
	register := func(until string) (r projects.FundRegister) {
		day := accounting.Date{}
		if until != "" {
			day = accounting.MustDate(until)
		}
		b.read(func(ctx context.Context, tx bun.Tx) (err error) {
			r, err = projects.FundRegisterOf(ctx, tx, book, "2025-05", day)
			return err
		})
		return r
	}
	r := register("")
	if len(r.Money) != 2 || len(r.Injections) != 2 {
		t.Fatalf("register %+v", r)
	}
	in, out := r.Money[0], r.Money[1]
	if in.Document != first || in.DocumentNo != "民发〔2025〕1号" || in.In.String() != "60000.00" || !in.Out.IsZero() || in.Balance.String() != "60000.00" || in.Account != "2901" || in.Project != "2025-05" {
		t.Errorf("money in: %+v", in)
	}
	if out.Document != second || out.Date.String() != "2025-11-05" || out.Out.String() != "5000.00" || !out.In.IsZero() || out.Balance.String() != "55000.00" || out.Voucher == "" {
		t.Errorf("money out: %+v", out)
	}
	if i := r.Injections[0]; i.Document != third || i.Investee != "园区企业" || i.Total.String() != "300.00" || r.Injections[1].Total.String() != "500.00" {
		t.Errorf("injections: %+v", r.Injections)
	}
	if r = register("2025-10-31"); len(r.Money) != 1 || len(r.Injections) != 1 {
		t.Errorf("until October: %+v", r)
	}
}
