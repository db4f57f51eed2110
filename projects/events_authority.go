package projects

import (
	"context"
	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// The events of budget authority, I1 to I7r: what may be spent moves, no money does.
type (
	// Approve is I1 预算批复: an amount is approved on a budget line, not yet issued to the unit.
	Approve struct {
		Head
		Draw
	}

	// Issue is I2 指标下达: approved authority becomes available to the unit.
	Issue struct {
		Head
		Draw
	}

	// Supplement is I3+ 追加: more is approved and issued at once.
	Supplement struct {
		Head
		Draw
	}

	// Reduce is I3- 追减: approved authority is taken back.
	Reduce struct {
		Head
		Draw
		From AuthorityState `json:"from"` // to_issue or available
	}

	// Transfer is I4 调剂: available authority moves to another project.
	Transfer struct {
		Head
		From   string           `json:"from"` // budget line
		To     string           `json:"to"`   // budget line
		Amount accounting.Money `json:"amount"`
	}

	// Split is I4s 切块: a parent's authority not yet issued is dealt out to lines of projects below it, all in one voucher.
	// The parts state amounts, or weights of Total in whole steps.
	Split struct {
		Head
		Parent string            `json:"parent"` // budget line
		Parts  []SplitPart       `json:"parts"`
		Total  *accounting.Money `json:"total,omitempty"` // with weights
		Step   *accounting.Money `json:"step,omitempty"`  // with weights: 0.01 (default), 1.00 or 10000.00
		Full   bool              `json:"full,omitempty"`  // the parts must use up the parent's 9201 exactly
	}

	// SplitPart is one child's share.
	SplitPart struct {
		BudgetLine string            `json:"budget_line"`
		Amount     *accounting.Money `json:"amount,omitempty"`
		Weight     *decimal.Decimal  `json:"weight,omitempty"`
	}

	// Freeze is I5 冻结.
	Freeze struct {
		Head
		Draw
	}

	// Thaw is I5 解冻.
	Thaw struct {
		Head
		Draw
	}

	// Commit is I6 合同签订: available authority is held for a contract, per source of its money. It introduces the contract.
	Commit struct {
		Head
		Contract SubjectRef `json:"contract"`
		Sources  []Draw     `json:"sources"`
	}

	// Release is I6r 释放合同占用: what a contract no longer needs becomes available again.
	Release struct {
		Head
		Contract SubjectRef `json:"contract"`
		Sources  []Draw     `json:"sources"`
	}

	// HoldForRequest is I7 支付申请审核通过: the request's whole amount is held, out of its contract's hold or, without a
	// contract, out of what is available. It introduces the request.
	HoldForRequest struct {
		Head
		Request  SubjectRef `json:"request"`
		Contract SubjectRef `json:"contract,omitzero"`
		Sources  []Draw     `json:"sources"`
	}

	// ReturnRequest is I7r 申请退回: the hold goes back to where it came from.
	ReturnRequest struct {
		Head
		Request  SubjectRef `json:"request"`
		Contract SubjectRef `json:"contract,omitzero"` // where the hold came from; empty: available
		Sources  []Draw     `json:"sources"`
	}
)

// AuthorityState says where authority stands.
type AuthorityState string

const (
	ToIssue   AuthorityState = "to_issue"  // 待下达 9201
	Available AuthorityState = "available" // 可用 9301.01
)

func (Approve) EventCode() string        { return "I1" }
func (Issue) EventCode() string          { return "I2" }
func (Supplement) EventCode() string     { return "I3+" }
func (Reduce) EventCode() string         { return "I3-" }
func (Transfer) EventCode() string       { return "I4" }
func (Split) EventCode() string          { return "I4s" }
func (Freeze) EventCode() string         { return "I5" }
func (Thaw) EventCode() string           { return "I5" }
func (Commit) EventCode() string         { return "I6" }
func (Release) EventCode() string        { return "I6r" }
func (HoldForRequest) EventCode() string { return "I7" }
func (ReturnRequest) EventCode() string  { return "I7r" }

func (e Approve) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.authority(ctx, "I1", "", e.Draw)
}

func (e Issue) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.authority(ctx, "I2", "", e.Draw)
}

func (e Supplement) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.authority(ctx, "I3+", "", e.Draw)
}

func (e Freeze) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.authority(ctx, "I5", "", e.Draw)
}

func (e Thaw) entries(ctx context.Context, r resolver) ([]entry, error) {
	return r.authority(ctx, "I5", "thaw", e.Draw)
}

// authority is an event of one budget line and one amount.
func (r resolver) authority(ctx context.Context, event, variant string, d Draw) ([]entry, error) {
	cells, err := r.onLines(ctx, d)
	return one(event, variant, eventFacts{cells: map[role][]eventCell{own: cells}}), err
}

func (e Reduce) entries(ctx context.Context, r resolver) ([]entry, error) {
	accounts := map[AuthorityState]string{ToIssue: "9201", Available: "9301.01"}
	if accounts[e.From] == "" {
		return nil, fault.Invalid("account_choice_invalid", "a reduction takes from %q or %q, not %q", ToIssue, Available, e.From)
	}
	cells, err := r.onLines(ctx, e.Draw)
	return one("I3-", "", eventFacts{cells: map[role][]eventCell{own: cells}, choices: map[string]string{"{source}": accounts[e.From]}}), err
}

// explain says who holds the authority that cannot be cut.
func (e Reduce) explain(ctx context.Context, r resolver, refused *fault.Error) {
	cells, err := r.onLines(ctx, e.Draw)
	if err != nil {
		return
	}
	var at struct{ Issue, Available, Frozen, Contract, Request, Executed accounting.Money }
	err = r.db.NewRaw(`select coalesce(sum(debit - credit) filter (where account = '9201'), 0) as issue, coalesce(sum(debit - credit) filter (where account = '9301.01'), 0) as available,
			coalesce(sum(debit - credit) filter (where account = '9301.02'), 0) as frozen, coalesce(sum(debit - credit) filter (where account = '9301.03'), 0) as contract,
			coalesce(sum(debit - credit) filter (where account = '9301.04'), 0) as request, coalesce(sum(debit - credit) filter (where account = '9401'), 0) as executed
		from accounting.positions where book_id = ? and project_id = ? and budget_line_id = ? and account in ('9201', '9301.01', '9301.02', '9301.03', '9301.04', '9401')`,
		r.c.Book, cells[0].project, cells[0].line).Scan(ctx, &at)
	if err != nil {
		return // the floor's own arithmetic stands in the refusal already
	}
	most := at.Issue
	if e.From == Available {
		most = at.Available
	}
	refused.Detail += "; contracts hold " + at.Contract.String() + ", requests " + at.Request.String() + ", frozen " + at.Frozen.String() +
		", spent " + at.Executed.String() + ": at most " + most.String() + " may be cut"
}

func (e Transfer) entries(ctx context.Context, r resolver) ([]entry, error) {
	cells, err := r.onLines(ctx, Draw{e.From, e.Amount}, Draw{e.To, e.Amount})
	if err != nil {
		return nil, err
	}
	if cells[0].line == cells[1].line {
		return nil, fault.Invalid("budget_line_mismatch", "a transfer from %s to itself", cells[0].code)
	}
	if err := sameNature(cells[0], cells[1:]); err != nil {
		return nil, err
	}
	return one("I4", "", eventFacts{cells: map[role][]eventCell{"from": cells[:1], "to": cells[1:]}}), nil
}

// sameNature keeps money of the government fund apart from that of the general public budget, whatever moves between budget
// lines. Codes: budget_line_mismatch.
func sameNature(from eventCell, to []eventCell) error {
	for _, c := range to {
		if c.nature != from.nature {
			return fault.Invalid("budget_line_mismatch", "%s is of the %s, %s of the %s: authority does not pass from one to the other", from.code, from.nature, c.code, c.nature)
		}
	}
	return nil
}

func (e Commit) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.drawn(ctx, e.Sources, map[accounting.SubjectKind]SubjectRef{accounting.Contract: e.Contract}, accounting.Contract)
	return one("I6", "", f), err
}

func (e Release) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.drawn(ctx, e.Sources, map[accounting.SubjectKind]SubjectRef{accounting.Contract: e.Contract}, "")
	return one("I6r", "", f), err
}

func (e HoldForRequest) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.drawn(ctx, e.Sources, map[accounting.SubjectKind]SubjectRef{accounting.Contract: e.Contract, accounting.Request: e.Request}, accounting.Request)
	f.choices = holdSource(e.Contract)
	return one("I7", "", f), err
}

func (e ReturnRequest) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.drawn(ctx, e.Sources, map[accounting.SubjectKind]SubjectRef{accounting.Contract: e.Contract, accounting.Request: e.Request}, "")
	f.choices = holdSource(e.Contract)
	return one("I7r", "", f), err
}

// holdSource is where a request's authority comes from and returns to.
func holdSource(contract SubjectRef) map[string]string {
	if contract.isZero() {
		return map[string]string{"{source}": "9301.01"}
	}
	return map[string]string{"{source}": "9301.03"}
}

// drawn is an event over several budget lines about the subjects named.
func (r resolver) drawn(ctx context.Context, draws []Draw, refs map[accounting.SubjectKind]SubjectRef, introduces accounting.SubjectKind) (eventFacts, error) {
	cells, err := r.onLines(ctx, draws...)
	if err != nil {
		return eventFacts{}, err
	}
	subjects, err := r.subjects(ctx, refs, introduces)
	return eventFacts{cells: map[role][]eventCell{own: cells}, subjects: subjects}, err
}
