package projects

import (
	"context"

	"mingzhang/accounting"
)

// Subsidies before they are paid, and money that passes through the unit without being its budget.
type (
	// ApproveList is B1 补贴核定: the published list of a batch is what is owed. It introduces the batch.
	ApproveList struct {
		Head
		Project       string           `json:"project"`
		Batch         SubjectRef       `json:"batch"`
		Amount        accounting.Money `json:"amount"`
		EconomicClass string           `json:"economic_class"`
	}

	// ReceiveInjection is K2a: money for an injection outside the budget came in. It introduces the injection document.
	ReceiveInjection struct {
		Head
		Project   string           `json:"project"`
		Injection SubjectRef       `json:"injection"`
		Amount    accounting.Money `json:"amount"`
	}

	// PassOnInjection is K2b.
	PassOnInjection struct {
		Head
		Project   string           `json:"project"`
		Injection SubjectRef       `json:"injection"`
		Amount    accounting.Money `json:"amount"`
	}

	// FundReceipt is R1: a donation or asset income reaches the fund, entrusted to the unit.
	FundReceipt struct {
		Head
		Project string           `json:"project"`
		Amount  accounting.Money `json:"amount"`
	}

	// Relief is R2 救助发放: the fund helps.
	Relief struct {
		Head
		Project string           `json:"project"`
		Amount  accounting.Money `json:"amount"`
	}
)

func (ApproveList) EventCode() string      { return "B1" }
func (ReceiveInjection) EventCode() string { return "K2a" }
func (PassOnInjection) EventCode() string  { return "K2b" }
func (FundReceipt) EventCode() string      { return "R1" }
func (Relief) EventCode() string           { return "R2" }

func (e ApproveList) entries(ctx context.Context, r resolver) ([]entry, error) {
	out, err := r.passing(ctx, "B1", e.Project, e.Amount, accounting.Batch, e.Batch, true)
	for i := range out {
		out[i].facts.class = e.EconomicClass
	}
	return out, err
}

func (e ReceiveInjection) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.passing(ctx, "K2a", e.Project, e.Amount, accounting.Injection, e.Injection, true)
}

func (e PassOnInjection) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.passing(ctx, "K2b", e.Project, e.Amount, accounting.Injection, e.Injection, false)
}

// passing is an event of a project, an amount and a subject.
func (r resolver) passing(ctx context.Context, event, project string, m accounting.Money, kind accounting.SubjectKind, ref SubjectRef, introduces bool) ([]entry, error) {
	c, err := r.amountOn(ctx, project, m)
	if err != nil {
		return nil, err
	}
	s, err := r.subject(ctx, kind, ref, introduces)
	return one(event, "", eventFacts{
		cells:    map[role][]eventCell{own: {c}},
		subjects: map[accounting.SubjectKind]accounting.Subject{kind: s},
	}), err
}

func (e FundReceipt) entries(ctx context.Context, r resolver) ([]entry, error) {
	c, err := r.amountOn(ctx, e.Project, e.Amount)
	return one("R1", "", eventFacts{cells: map[role][]eventCell{own: {c}}}), err
}

func (e Relief) entries(ctx context.Context, r resolver) ([]entry, error) {
	c, err := r.amountOn(ctx, e.Project, e.Amount)
	return one("R2", "", eventFacts{cells: map[role][]eventCell{own: {c}}}), err
}
