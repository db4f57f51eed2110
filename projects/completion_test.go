package projects_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// site is a bureau with the desks that completion documents pass, and the clinic of programme 5 built until a step.
type site struct {
	*bureau
	clerk, head, lead, budget, budget2, treasury, approver desk
	steps                                                  []step
	next                                                   int
}

func newSite(t *testing.T, built string) *site {
	t.Helper()
	b := newBureau(t)
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"he", "project_head"}, [2]string{"lin", "lead_approver"}, [2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"}, [2]string{"gu", "treasury_officer"}, [2]string{"su", "treasury_officer"})
	s := &site{bureau: b, clerk: desks["wu project_clerk"], head: desks["he project_head"], lead: desks["lin lead_approver"], budget: desks["ma budget_officer"], budget2: desks["li budget_officer"],
		treasury: desks["gu treasury_officer"], approver: desks["su treasury_officer"], steps: readExample(t, "clinic")}
	b.registerExample(s.steps)
	s.build(built)
	return s
}

// build posts the clinic's steps to one, that one included.
func (s *site) build(until string) {
	s.t.Helper()
	for done := false; !done; s.next++ {
		s.mustRecord(s.eventOf(s.steps[s.next]))
		done = s.steps[s.next][0].step == until
	}
}

// skip leaves steps out that documents do instead.
func (s *site) skip(n int) { s.next += n }

func (s *site) paper(date string) projects.Paper {
	return projects.Paper{Date: accounting.MustDate(date), DocumentNo: "红卫发〔2025〕21号"}
}

func (s *site) completion(date, event, input string, assets ...projects.CompletionAsset) *projects.Completion {
	return &projects.Completion{EventPaper: projects.EventPaper{Paper: s.paper(date), Node: "2025-05", Event: event, Input: json.RawMessage(input)}, Assets: assets}
}

// pass drafts a document and takes it through its steps, each by its desk, until one is refused.
func (s *site) pass(maker desk, kind projects.DocumentKind, content projects.Content, steps ...deskStep) (*projects.Taken, error) {
	s.t.Helper()
	doc, err := projects.Draft(s.t.Context(), s.db, maker.command(), kind, content)
	if err != nil {
		return nil, err
	}
	var taken *projects.Taken
	for _, step := range steps {
		if taken, err = step.desk.take(doc, step.verb); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// deskStep is one step of a document at a desk.
type deskStep struct {
	desk desk
	verb string
}

func (s *site) complete(c *projects.Completion) (*projects.Taken, error) {
	s.t.Helper()
	return s.pass(s.clerk, "completion", c, deskStep{s.clerk, "submit"}, deskStep{s.lead, "approve"})
}

func (s *site) reach(date, milestone string) error {
	s.t.Helper()
	_, err := s.pass(s.clerk, "milestone", &projects.MilestonePaper{Paper: s.paper(date), Node: "2025-05", Milestone: milestone}, deskStep{s.clerk, "submit"}, deskStep{s.lead, "approve"})
	return err
}

func (s *site) settle(f *projects.FinalAccount) (*projects.Taken, error) {
	s.t.Helper()
	return s.pass(s.clerk, "final_account", f, deskStep{s.clerk, "submit"}, deskStep{s.head, "review"}, deskStep{s.budget, "approve"})
}

// read runs a report as the budget officer.
func (s *site) read(report func(tx bun.Tx) error) {
	s.t.Helper()
	s.must(accounting.Read(accounting.WithReader(s.t.Context(), s.budget.who), s.db, func(_ context.Context, tx bun.Tx) error { return report(tx) }))
}

func (s *site) assets() (found []projects.Asset) {
	s.t.Helper()
	s.read(func(tx bun.Tx) (err error) {
		found, err = projects.Assets(s.t.Context(), tx, book, s.budget.who, "2025-05")
		return err
	})
	return found
}

func (s *site) finalAccount(date string) (*projects.FinalAccount, projects.FinalAccountState) {
	s.t.Helper()
	var state projects.FinalAccountState
	s.read(func(tx bun.Tx) (err error) {
		state, err = projects.FinalAccountOf(s.t.Context(), tx, book, s.budget.who, "2025-05")
		return err
	})
	f := state.Proposed
	f.Paper = s.paper(date)
	f.Assets = append([]projects.SettledAsset(nil), f.Assets...)
	f.Sources.Funding = append([]projects.SourceAmount(nil), f.Sources.Funding...)
	return &f, state
}

func refused(t *testing.T, what string, err error, code string, arithmetic ...string) {
	t.Helper()
	if fault.Code(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
		return
	}
	for _, a := range arithmetic {
		if !strings.Contains(err.Error(), a) {
			t.Errorf("%s: %v does not say %q", what, err, a)
		}
	}
}

var clinicAssets = []projects.CompletionAsset{{Class: "房屋", Name: "综合楼", Value: yuan("8160393.12")}, {Class: "设备", Name: "医疗设备", Value: yuan("399606.88")}}

const handOver = `{"project":"2025-05","asset":"1601","works":"8160393.12","equipment":"399606.88","other":"0.00"}`

// The clinic's deferred investment goes to what was built at 5.159705 %, 400,393.12 and 19,606.88, as the books propose it.
func TestDeferredInvestmentIsApportionedByTheActualRate(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A16")
	var a projects.Apportionment
	s.read(func(tx bun.Tx) (err error) {
		a, err = projects.ProposeApportionment(t.Context(), tx, book, s.budget.who, "2025-05")
		return err
	})
	if a.Rate != "5.159705" || a.WorksShare.String() != "400393.12" || a.EquipmentShare.String() != "19606.88" {
		t.Errorf("proposed %+v", a)
	}
	input := `{"project":"2025-05","works":"%s","equipment":"%s","total":"%s"}`
	_, err := s.complete(s.completion("2025-12-20", "Apportion", fmt.Sprintf(input, a.WorksShare, "19606.89", a.Deferred)))
	refused(t, "a fen too much", err, "allocation_invalid", "400393.12", "420000.01", "-0.01")
	_, err = s.complete(s.completion("2025-12-20", "Apportion", fmt.Sprintf(input, a.WorksShare, a.EquipmentShare, a.Deferred)))
	s.must(err)
	s.read(func(tx bun.Tx) (err error) {
		a, err = projects.ProposeApportionment(t.Context(), tx, book, s.budget.who, "2025-05")
		return err
	})
	if !a.Deferred.IsZero() || a.Works.String() != "8160393.12" {
		t.Errorf("afterwards %+v", a)
	}
}

// Nothing is handed over while work is not certified or an advance is open; what is handed over stands in the register as
// provisional, class by class, and its sum is the voucher's.
func TestHandOverWaitsForCertifiedWork(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A12")
	early := s.completion("2025-12-22", "HandOver", `{"project":"2025-05","asset":"1601","works":"4000000.00","equipment":"0.00","other":"0.00"}`, projects.CompletionAsset{Class: "房屋", Name: "综合楼", Value: yuan("4000000.00")})
	_, err := s.complete(early)
	refused(t, "work not certified", err, "work_not_certified", "held 3260000.00", "retention 120000.00", "certified and unpaid 480000.00", "not certified 2660000.00")
	early.Event, early.Input, early.Assets[0].Owner = "TransferOut", json.RawMessage(`{"project":"2025-05","works":"4000000.00","equipment":"0.00"}`), "大河乡卫生院"
	_, err = s.complete(early)
	refused(t, "transferring what is not certified", err, "work_not_certified", "not certified 2660000.00")
	s.build("A13") // certified, yet the cut of the settlement is still held by the contract
	_, err = s.complete(s.completion("2025-12-22", "HandOver", handOver, clinicAssets...))
	refused(t, "the cut is still held", err, "work_not_certified", "not certified 40000.00")
	s.build("A17")

	missing := s.completion("2025-12-22", "HandOver", handOver, clinicAssets[0], projects.CompletionAsset{Class: "设备", Name: "医疗设备", Value: yuan("399606.87")})
	_, err = s.complete(missing)
	refused(t, "assets a fen short", err, "assets_unequal", "8560000.00", "8559999.99", "difference 0.01")
	_, err = s.complete(s.completion("2025-12-22", "HandOver", `{"project":"2025-05-9","asset":"1601","works":"1.00","equipment":"0.00","other":"0.00"}`, clinicAssets...))
	refused(t, "another project than the document's", err, "document_invalid")
	taken, err := s.complete(s.completion("2025-12-22", "HandOver", handOver, clinicAssets...))
	s.must(err)
	if len(taken.Receipts) != 1 || taken.Document.Amount.String() != "8560000.00" {
		t.Errorf("handed over with %+v", taken)
	}
	found := s.assets()
	if len(found) != 2 || !found[0].Provisional || found[0].Account != "1601" || found[0].Owner != "卫健局" || found[0].Value.String() != "8160393.12" || found[1].Class != "设备" {
		t.Errorf("registered %+v", found)
	}
	_, err = s.complete(s.completion("2025-12-23", "HandOver", handOver, clinicAssets...))
	refused(t, "handing over twice", err, "balance_exceeded")
}

// A provisional value is settled once (R20): the change of the assets named is the voucher's, and what is final stays.
func TestProvisionalValueIsSettledOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A17")
	adjust := `{"project":"2025-05","asset":"1601","increase":"0.00","decrease":"%s"}`
	_, err := s.complete(s.completion("2025-12-22", "AdjustAsset", fmt.Sprintf(adjust, "10000.00")))
	refused(t, "adjusting before anything is handed over", err, "asset_final")
	_, err = s.complete(s.completion("2025-12-22", "HandOver", handOver, clinicAssets...))
	s.must(err)
	house := s.assets()[0].ID
	to := func(value string) projects.CompletionAsset {
		return projects.CompletionAsset{Asset: house, Value: yuan(value)}
	}
	_, err = s.complete(s.completion("2025-12-23", "AdjustAsset", fmt.Sprintf(adjust, "10000.00"), to("8150393.13")))
	refused(t, "a fen beside the voucher", err, "assets_unequal", "changes -9999.99", "8550000.00", "difference -0.01")
	_, err = s.complete(s.completion("2025-12-23", "AdjustAsset", fmt.Sprintf(adjust, "10000.00"), projects.CompletionAsset{Asset: uuid.New(), Value: yuan("1.00")}))
	refused(t, "an asset nobody has", err, "assets_unequal")
	_, err = s.complete(s.completion("2025-12-23", "AdjustAsset", fmt.Sprintf(adjust, "10000.00"), to("8150393.12")))
	s.must(err)
	if a := s.assets()[0]; a.Provisional || a.SettledValue.String() != "8150393.12" || a.Value.String() != "8160393.12" {
		t.Errorf("settled %+v", a)
	}
	_, err = s.complete(s.completion("2025-12-24", "AdjustAsset", fmt.Sprintf(adjust, "1.00"), to("8150392.12")))
	refused(t, "adjusting what is final", err, "asset_final", "8150393.12")
}

// The final account is what the books hold: each equality broken by a fen is refused with its arithmetic, and what is
// approved makes the assets final and posts what they differ by.
func TestFinalAccountIsWhatTheBooksHold(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A17")
	_, err := s.complete(s.completion("2025-12-22", "HandOver", handOver, clinicAssets...))
	s.must(err)
	f, _ := s.finalAccount("2025-12-28")
	_, err = s.settle(f)
	refused(t, "before acceptance", err, "milestone_order", "not accepted")
	s.must(s.reach("2025-09-20", "accepted"))

	f, state := s.finalAccount("2025-12-28")
	if state.DueOn.String() != "2025-12-20" || !state.Overdue || len(state.Open) != 0 {
		t.Errorf("due three months after acceptance: %+v", state)
	}
	if f.Cost.Works.String() != "7760000.00" || f.Cost.Deferred.String() != "420000.00" || f.Uses.HandedOver.String() != "8560000.00" || f.Sources.Funding[0].Amount.String() != "8327200.00" || f.Sources.Retention.String() != "232800.00" {
		t.Errorf("proposed %+v", f)
	}
	fen := yuan("0.01")
	for name, x := range map[string]struct {
		breaks func(f *projects.FinalAccount)
		says   []string
	}{
		"a source":    {func(f *projects.FinalAccount) { f.Sources.Retention = f.Sources.Retention.Add(fen) }, []string{"funding county 8327200.00 + retention 232800.01 = 8560000.01", "uses handed_over 8560000.00 = 8560000.00", "difference 0.01"}},
		"a use":       {func(f *projects.FinalAccount) { f.Uses.Claims = f.Uses.Claims.Add(fen) }, []string{"= 8560000.01: difference -0.01"}},
		"a component": {func(f *projects.FinalAccount) { f.Cost.Works = f.Cost.Works.Sub(fen) }, []string{"works 7759999.99", "= 8559999.99, handed_over 8560000.00 = 8560000.00: difference -0.01"}},
		"two components": {func(f *projects.FinalAccount) {
			f.Cost.Works, f.Cost.Deferred = f.Cost.Works.Sub(fen), f.Cost.Deferred.Add(fen)
		}, []string{"cost deferred: 420000.01 stated, 420000.00 in the books, difference 0.01", "cost works: 7759999.99 stated"}},
		"a source and a use": {func(f *projects.FinalAccount) { f.Sources.Payables, f.Uses.Money = fen, fen }, []string{"source payables: 0.01 stated, 0.00 in the books", "use money: 0.01 stated"}},
		"two funding sources": {func(f *projects.FinalAccount) {
			f.Sources.Funding[0].Amount, f.Sources.Carried = f.Sources.Funding[0].Amount.Sub(fen), fen
		}, []string{"source funding county: 8327199.99 stated, 8327200.00 in the books"}},
		"where the cost went":  {func(f *projects.FinalAccount) { f.Uses.HandedOver, f.Uses.Rest = f.Uses.HandedOver.Sub(fen), fen }, []string{"use handed_over: 8559999.99 stated, 8560000.00 in the books", "use rest: 0.01 stated"}},
		"an asset's value":     {func(f *projects.FinalAccount) { f.Assets[0].Value = f.Assets[0].Value.Add(fen) }, []string{"cost adjustment: 0.00 stated, 0.01 in the books", "use handed_over: 8560000.00 stated, 8560000.01 in the books"}},
		"one asset left out":   {func(f *projects.FinalAccount) { f.Assets = f.Assets[1:] }, []string{"asset 综合楼 is missing"}},
		"one asset twice":      {func(f *projects.FinalAccount) { f.Assets = append(f.Assets, f.Assets[0]) }, []string{"2 times"}},
		"an asset nobody made": {func(f *projects.FinalAccount) { f.Assets[0].Asset = uuid.New() }, []string{"none of this project"}},
	} {
		broken, _ := s.finalAccount("2025-12-28")
		x.breaks(broken)
		_, err := s.settle(broken)
		code := "final_account_unequal"
		if strings.Contains(name, "one asset") || strings.Contains(name, "nobody") {
			code = "asset_final"
		}
		refused(t, name, err, code, x.says...)
	}
	_, err = s.pass(s.clerk, "final_account", &projects.FinalAccount{Paper: s.paper("2025-12-28"), Node: "2025-05", Sources: projects.FinalSources{Funding: []projects.SourceAmount{{Source: "lottery"}}}}, deskStep{s.clerk, "submit"})
	refused(t, "a source nobody knows", err, "funding_source_unknown")

	// 审减 of 10,000.00 found by the final account: the building is worth less than it was handed over with.
	cut := yuan("10000.00")
	f.Assets[0].Value = f.Assets[0].Value.Sub(cut)
	f.Cost.Adjustment, f.Uses.HandedOver, f.Sources.Carried = cut.Neg(), f.Uses.HandedOver.Sub(cut), cut.Neg()
	taken, err := s.settle(f)
	s.must(err)
	if len(taken.Receipts) != 1 || taken.Document.State != "approved" {
		t.Errorf("approved with %+v", taken)
	}
	for _, a := range s.assets() {
		if a.Provisional || a.SettledBy != taken.Document.ID {
			t.Errorf("not final: %+v", a)
		}
	}
	again, state := s.finalAccount("2025-12-29")
	if state.Document != taken.Document.ID || state.ApprovedOn.String() != "2025-12-28" || !state.Overdue || again.Uses.HandedOver.String() != "8550000.00" {
		t.Errorf("afterwards %+v", state)
	}
	_, err = s.settle(again)
	refused(t, "a second final account", err, "milestone_order", "has its final account")
	_, err = s.complete(s.completion("2025-12-29", "AdjustAsset", `{"project":"2025-05","asset":"1601","increase":"1.00","decrease":"0.00"}`, projects.CompletionAsset{Asset: again.Assets[0].Asset, Value: yuan("8150394.12")}))
	refused(t, "adjusting after the final account", err, "asset_final")
}

// A fee that comes back a year later lowers the asset in the books; T5 brings the register after it, whatever was final.
func TestRegisterFollowsMoneyOfEarlierYears(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A17")
	_, err := s.complete(s.completion("2025-12-22", "HandOver", handOver, clinicAssets...))
	s.must(err)
	s.must(s.reach("2025-12-22", "accepted"))
	f, _ := s.finalAccount("2025-12-28")
	_, err = s.settle(f)
	s.must(err)
	s.skip(1)
	s.build("A25")
	house := projects.CompletionAsset{Asset: f.Assets[0].Asset, Value: yuan("8155393.13")}
	clear := `{"project":"2025-05","increase":"0.00","decrease":"0.00"}`
	_, err = s.complete(s.completion("2026-12-24", "AdjustAsset", clear, house))
	refused(t, "a fen beside the books", err, "assets_unequal", "the books will hold 8555000.00", "difference -0.01")
	house.Value = yuan("8155393.12")
	_, err = s.complete(s.completion("2026-12-24", "AdjustAsset", clear, house))
	s.must(err)
	if a := s.assets()[0]; a.SettledValue.String() != "8155393.12" {
		t.Errorf("the register says %+v", a)
	}
	if _, state := s.finalAccount("2026-12-25"); state.Proposed.Uses.HandedOver.String() != "8555000.00" || state.Proposed.Sources.Carried.String() != "-5000.00" {
		t.Errorf("the books say %+v", state.Proposed)
	}
}

// Milestones go forward only; a suspended project goes on or is cancelled; works close after their final account.
func TestMilestonesGoForward(t *testing.T) {
	t.Parallel()
	s := newSite(t, "A01")
	s.must(s.reach("2025-03-01", "approved"))
	s.must(s.reach("2025-03-10", "in_progress"))
	s.must(s.reach("2025-05-01", "suspended"))
	refused(t, "completed while suspended", s.reach("2025-06-01", "completed"), "milestone_order", "is suspended since 2025-05-01")
	s.must(s.reach("2025-06-01", "in_progress"))
	refused(t, "before it went on", s.reach("2025-05-31", "completed"), "milestone_order")
	s.must(s.reach("2025-10-01", "completed"))
	refused(t, "going back", s.reach("2025-10-02", "in_progress"), "milestone_order")
	refused(t, "suspended after completion", s.reach("2025-10-02", "suspended"), "milestone_order")
	refused(t, "closed without a final account", s.reach("2025-10-02", "closed"), "milestone_order")
	refused(t, "capitalised without a final account", s.reach("2025-10-02", "capitalised"), "milestone_order")
	s.must(s.reach("2025-10-20", "accepted"))
	refused(t, "accepted twice", s.reach("2025-10-21", "accepted"), "milestone_order")
	refused(t, "a milestone nobody knows", s.reach("2025-10-21", "finished"), "document_invalid")
	_, err := s.pass(s.clerk, "milestone", &projects.MilestonePaper{Paper: s.paper("2025-11-01"), Node: "2025-05", Milestone: "cancelled"}, deskStep{s.clerk, "submit"}, deskStep{s.clerk, "approve"})
	refused(t, "a clerk accepting the own", err, "role_not_held")
	var reached []projects.Milestone
	s.read(func(tx bun.Tx) (err error) {
		reached, err = projects.Milestones(t.Context(), tx, book, s.budget.who, "2025-05")
		return err
	})
	if len(reached) != 6 || reached[5].Milestone != "accepted" || reached[5].Day.String() != "2025-10-20" {
		t.Errorf("reached %+v", reached)
	}
}
