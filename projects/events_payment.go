package projects

import (
	"context"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// The payments. Each executes authority that its approved request holds (I8), whatever the money is for, and none checks
// terms of contracts: what a payment consumes was reserved when the request was approved.
type (
	// Paid is what every payment states.
	Paid struct {
		Head
		Request       SubjectRef `json:"request"`
		Sources       []Draw     `json:"sources"`
		EconomicClass string     `json:"economic_class"` // 部门经济分类, of the expenditure and of an expense
	}

	// PayAdvance is P1 预付款支付.
	PayAdvance struct {
		Paid
		Contract SubjectRef `json:"contract"`
	}

	// PayProgress is P3 进度款、结算款支付: a certified payable is paid.
	PayProgress struct {
		Paid
		Contract SubjectRef `json:"contract"`
	}

	// PayCost is P4: fees, equipment and other investment are paid without a certificate.
	PayCost struct {
		Paid
		Cost string `json:"cost"` // 1613.02, 1613.03 or 1613.04
	}

	// ReturnRetention is P5 质保金返还.
	ReturnRetention struct {
		Paid
		Contract    SubjectRef `json:"contract"`
		OverOneYear bool       `json:"over_one_year,omitempty"`
	}

	// PayWrittenOff is T4 when the spending that makes no asset is paid directly.
	PayWrittenOff struct{ Paid }

	// PaySubsidy is B2 补贴发放.
	PaySubsidy struct {
		Paid
		Batch SubjectRef `json:"batch"`
	}

	// Grant is G1 直接拨付: money handed on, with no construction of our own.
	Grant struct {
		Paid
		Expense string `json:"expense"` // 5001.02, 5001.03 or 5001.04, by kind of payee
	}

	// Inject is K1 注资 in the unit's budget.
	Inject struct{ Paid }

	// Refund is P6 当年退回、退票: money of this year's payment came back.
	Refund struct {
		Head
		PaidOn        accounting.Date `json:"paid_on"` // the day of the payment that comes back
		Debited       string          `json:"debited"` // what that payment had debited: 2303, 2302.02, 1613.03, …
		To            RefundTo        `json:"to"`
		Sources       []Draw          `json:"sources"`
		Request       SubjectRef      `json:"request,omitzero"`
		Contract      SubjectRef      `json:"contract,omitzero"`
		Batch         SubjectRef      `json:"batch,omitzero"`
		EconomicClass string          `json:"economic_class"`
	}

	// RefundEarlierYear is P7 以前年度退回: to the treasury, from where the bureau may approve it anew, or to the unit's bank.
	RefundEarlierYear struct {
		Head
		PaidOn     accounting.Date  `json:"paid_on"`
		Standing   string           `json:"standing"`              // the liability, asset or 1218 as it stands now; own bank also 3501
		Project    string           `json:"project,omitempty"`     // own bank
		BudgetLine string           `json:"budget_line,omitempty"` // treasury: of the new year
		Amount     accounting.Money `json:"amount"`
		OwnBank    bool             `json:"own_bank,omitempty"`
		Contract   SubjectRef       `json:"contract,omitzero"`
		Batch      SubjectRef       `json:"batch,omitzero"`
	}
)

// RefundTo says where the authority of a returned payment goes.
type RefundTo string

const (
	PayAgain      RefundTo = "request"   // 退票: the same request pays again
	PayableBack   RefundTo = "contract"  // the contract's hold revives
	BackAvailable RefundTo = "available" // 可用
)

func (PayAdvance) EventCode() string        { return "P1" }
func (PayProgress) EventCode() string       { return "P3" }
func (PayCost) EventCode() string           { return "P4" }
func (ReturnRetention) EventCode() string   { return "P5" }
func (PayWrittenOff) EventCode() string     { return "T4" }
func (PaySubsidy) EventCode() string        { return "B2" }
func (Grant) EventCode() string             { return "G1" }
func (Inject) EventCode() string            { return "K1" }
func (Refund) EventCode() string            { return "P6" }
func (RefundEarlierYear) EventCode() string { return "P7" }

func (e PayAdvance) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.paid(ctx, e.Paid, accounting.Contract, e.Contract)
	return one("P1", "", f), err
}

func (e PayProgress) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.paid(ctx, e.Paid, accounting.Contract, e.Contract)
	return one("P3", "", f), err
}

func (e PayCost) entries(ctx context.Context, r resolver) ([]entry, error) {
	if err := among("cost", e.Cost, "1613.02", "1613.03", "1613.04"); err != nil {
		return nil, err
	}
	f, err := r.paid(ctx, e.Paid, "", SubjectRef{})
	f.choices = map[string]string{"{cost}": e.Cost}
	return one("P4", "", f), err
}

func (e ReturnRetention) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.paid(ctx, e.Paid, accounting.Contract, e.Contract)
	f.choices = retentionAccount(e.OverOneYear)
	return one("P5", "", f), err
}

func (e PayWrittenOff) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.paid(ctx, e.Paid, "", SubjectRef{})
	return one("T4", "paid", f), err
}

func (e PaySubsidy) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.paid(ctx, e.Paid, accounting.Batch, e.Batch)
	return one("B2", "", f), err
}

func (e Grant) entries(ctx context.Context, r resolver) ([]entry, error) {
	if err := among("expense", e.Expense, "5001.02", "5001.03", "5001.04"); err != nil {
		return nil, err
	}
	f, err := r.paid(ctx, e.Paid, "", SubjectRef{})
	f.choices = map[string]string{"{expense}": e.Expense}
	return one("G1", "", f), err
}

func (e Inject) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.paid(ctx, e.Paid, "", SubjectRef{})
	return one("K1", "", f), err
}

// paid is what all payments share: per budget line its part, out of the request's hold; kind names what else it is about.
func (r resolver) paid(ctx context.Context, p Paid, kind accounting.SubjectKind, about SubjectRef) (eventFacts, error) {
	refs := map[accounting.SubjectKind]SubjectRef{accounting.Request: p.Request}
	if kind != "" {
		refs[kind] = about
	}
	f, err := r.drawn(ctx, p.Sources, refs, "")
	f.class = p.EconomicClass
	return f, err
}

func (e Refund) entries(ctx context.Context, r resolver) ([]entry, error) {
	if e.PaidOn.Year() != e.Date.Year() {
		return nil, fault.Conflict("payment_of_earlier_year", "paid on %s, returned on %s: money of an earlier year comes back by P7", e.PaidOn, e.Date)
	}
	if e.Date.Before(e.PaidOn) {
		return nil, fault.Invalid("date_invalid", "paid on %s, returned on %s: money comes back after it was paid", e.PaidOn, e.Date)
	}
	accounts := map[RefundTo]string{PayAgain: "9301.04", PayableBack: "9301.03", BackAvailable: "9301.01"}
	if accounts[e.To] == "" {
		return nil, fault.Invalid("account_choice_invalid", "a refund goes to %q, %q or %q, not %q", PayAgain, PayableBack, BackAvailable, e.To)
	}
	if err := among("debited", e.Debited, "1214.01", "1214.02", "1214.03", "1613.02", "1613.03", "1613.04", "2302.02", "2303", "2307.01", "2307.03", "2502.01",
		"5001.02", "5001.03", "5001.04", "5301", "5901"); err != nil {
		return nil, err
	}
	f, err := r.drawn(ctx, e.Sources, map[accounting.SubjectKind]SubjectRef{accounting.Request: e.Request, accounting.Contract: e.Contract, accounting.Batch: e.Batch}, "")
	f.class = e.EconomicClass
	f.choices = map[string]string{"{source}": accounts[e.To], "{debited}": e.Debited}
	if e.Debited == "5901" {
		f.choices["{expenditure}"] = "7901" // as the injection had it
	}
	return one("P6", "", f), err
}

func (e RefundEarlierYear) entries(ctx context.Context, r resolver) ([]entry, error) {
	if e.PaidOn.IsZero() || e.PaidOn.Year() >= e.Date.Year() {
		return nil, fault.Conflict("payment_of_this_year", "paid on %s, returned on %s: money of this year comes back by P6", e.PaidOn, e.Date)
	}
	stands := []string{"1218", "1601", "1613.01", "1613.02", "1613.03", "1613.04", "1801", "2302.02", "2303", "2307.01", "2307.03", "2502.01"}
	if e.OwnBank {
		stands = append(stands, "3501")
	}
	if err := among("standing", e.Standing, stands...); err != nil {
		return nil, err
	}
	f := eventFacts{choices: map[string]string{"{standing}": e.Standing}}
	var err error
	f.subjects, err = r.subjects(ctx, map[accounting.SubjectKind]SubjectRef{accounting.Contract: e.Contract, accounting.Batch: e.Batch}, "")
	if err != nil {
		return nil, err
	}
	if e.OwnBank {
		c, err := r.amountOn(ctx, e.Project, e.Amount)
		f.cells = map[role][]eventCell{own: {c}}
		return one("P7", "own bank", f), err
	}
	cells, err := r.onLines(ctx, Draw{e.BudgetLine, e.Amount})
	f.cells = map[role][]eventCell{own: cells}
	return one("P7", "", f), err
}

// amountOn is an event of one project and one amount, without a budget line.
func (r resolver) amountOn(ctx context.Context, project string, m accounting.Money) (eventCell, error) {
	if err := positive("amount", m); err != nil {
		return eventCell{}, err
	}
	return r.onProject(ctx, project, map[figure]accounting.Money{"": m})
}

func retentionAccount(overOneYear bool) map[string]string {
	if overOneYear {
		return map[string]string{"{retention}": "2502.01"}
	}
	return map[string]string{"{retention}": "2307.01"}
}

// among refuses an account that the event's row does not offer. Codes: account_choice_invalid.
func among(what, code string, offered ...string) error {
	for _, o := range offered {
		if code == o {
			return nil
		}
	}
	return fault.Invalid("account_choice_invalid", "%s is %q; this event takes one of %v", what, code, offered)
}
