package projects

import (
	"context"
	"slices"
	"time"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// PaymentRequest 支付申请 asks for money of budget lines to be paid to payees. Amounts are yuan; lines and sources come to
	// the same. What is approved is exactly this.
	PaymentRequest struct {
		Paper
		Node          string       `json:"node"`
		Payment       PaymentKind  `json:"payment"`
		Purpose       string       `json:"purpose"` // 用途
		Contract      string       `json:"contract,omitempty"`
		Batch         string       `json:"batch,omitempty"`   // of a subsidy
		Expense       string       `json:"expense,omitempty"` // of a grant: 5001.02, .03 or .04
		EconomicClass string       `json:"economic_class"`
		Sources       []Draw       `json:"sources"`
		Payees        []PayeeLine  `json:"payees"`
		Invoices      []InvoiceUse `json:"invoices,omitempty"`

		Amount   *accounting.Money `json:"amount,omitempty"`   // the sum; computed, or refused when it differs
		Warnings []string          `json:"warnings,omitempty"` // what does not forbid it and whoever approves should know
	}

	// PayeeLine 收款明细 is one payee's part; each is ordered, confirmed and returned by itself.
	PayeeLine struct {
		Payee   string           `json:"payee"`   // code
		Account string           `json:"account"` // number
		Amount  accounting.Money `json:"amount"`
		Kind    string           `json:"kind"` // wages 工资专户, works 工程款, other
	}

	// InvoiceUse is the part of an invoice this request uses.
	InvoiceUse struct {
		Payee  string           `json:"payee"` // the supplier's code
		Code   string           `json:"code,omitempty"`
		Number string           `json:"number"`
		Date   accounting.Date  `json:"date"`
		Amount accounting.Money `json:"amount"` // of the invoice
		Use    accounting.Money `json:"use"`
	}

	// PaymentKind 款项类别 is what the money is for.
	PaymentKind string
)

// paymentRule is what a kind of payment draws on and how it is booked.
type paymentRule struct {
	contract contractMoney // which part of a contract it consumes; empty: no contract
	debited  string        // the account the payment debits; empty where the request or the contract decides
	event    func(p Paid, q PaymentRequest, contract SubjectRef, overOneYear bool) Event
}

var paymentRules = map[PaymentKind]paymentRule{
	"advance":      {advanceMoney, "1214.02", func(p Paid, _ PaymentRequest, k SubjectRef, _ bool) Event { return PayAdvance{p, k} }},
	"progress":     {payableMoney, "2302.02", func(p Paid, _ PaymentRequest, k SubjectRef, _ bool) Event { return PayProgress{p, k} }},
	"settlement":   {payableMoney, "2302.02", func(p Paid, _ PaymentRequest, k SubjectRef, _ bool) Event { return PayProgress{p, k} }},
	"retention":    {retentionMoney, "", func(p Paid, _ PaymentRequest, k SubjectRef, over bool) Event { return ReturnRetention{p, k, over} }},
	"fees":         {"", "1613.03", func(p Paid, _ PaymentRequest, _ SubjectRef, _ bool) Event { return PayCost{p, "1613.03"} }},
	"equipment":    {"", "1613.02", func(p Paid, _ PaymentRequest, _ SubjectRef, _ bool) Event { return PayCost{p, "1613.02"} }},
	"other":        {"", "1613.04", func(p Paid, _ PaymentRequest, _ SubjectRef, _ bool) Event { return PayCost{p, "1613.04"} }},
	"direct_grant": {"", "", func(p Paid, q PaymentRequest, _ SubjectRef, _ bool) Event { return Grant{p, q.Expense} }},
	"subsidy":      {"", "", func(p Paid, q PaymentRequest, _ SubjectRef, _ bool) Event { return PaySubsidy{p, Ref(q.Batch)} }},
	"injection":    {"", "5901", func(p Paid, _ PaymentRequest, _ SubjectRef, _ bool) Event { return Inject{p} }},
	"written_off":  {"", "5301", func(p Paid, _ PaymentRequest, _ SubjectRef, _ bool) Event { return PayWrittenOff{p} }},
}

var lineKinds = []string{"wages", "works", "other"}

// complete checks what can be checked before anybody signs and computes the sum and the warnings.
// Codes: document_invalid, payee_unknown, payee_waiting, contract_unknown, contract_exceeded, batch_exceeded, subject_unknown.
func (q PaymentRequest) complete(ctx context.Context, r resolver) (Content, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	lines, sources := accounting.Money{}, accounting.Money{}
	for _, l := range q.Payees {
		lines = lines.Add(l.Amount)
	}
	for _, s := range q.Sources {
		sources = sources.Add(s.Amount)
	}
	if lines.Cmp(sources) != 0 {
		return nil, fault.Invalid("document_invalid", "payees come to %s, sources to %s: %s apart", lines, sources, magnitude(lines.Sub(sources)))
	}
	if err := agree("amount", q.Amount, lines, "the sum of the payees"); err != nil {
		return nil, err
	}
	q.Amount = &lines
	cells, err := r.onLines(ctx, q.Sources...)
	if err != nil {
		return nil, err
	}
	n, err := FindNode(ctx, r.db, r.c.Book, q.Node)
	if err != nil {
		return nil, err
	}
	for i, cell := range cells {
		if cell.project != n.ID {
			return nil, fault.Invalid("budget_line_mismatch", "sources: %s is no budget line of %s", q.Sources[i].BudgetLine, q.Node)
		}
	}
	for _, l := range q.Payees {
		if err := r.usableAccount(ctx, l); err != nil {
			return nil, err
		}
	}
	if q.Batch != "" {
		if err := r.batchOwes(ctx, n.ID, q.Batch, lines); err != nil {
			return nil, err
		}
	}
	q.Warnings, err = q.warnings(ctx, r, n)
	return &q, err
}

// batchOwes refuses what a subsidy batch does not owe to this project, or other requests hold of it already.
// Codes: subject_unknown, batch_exceeded.
func (r resolver) batchOwes(ctx context.Context, node accounting.ProjectID, batch string, asked accounting.Money) error {
	s, err := r.subject(ctx, accounting.Batch, Ref(batch), false)
	if err != nil {
		return err
	}
	var room struct{ Owed, Held accounting.Money }
	if err := r.db.NewRaw(`select * from projects.batch_room(?, ?, ?)`, r.c.Book, node, s.ID).Scan(ctx, &room); err != nil {
		return fault.FromSQL(err)
	}
	if over := asked.Sub(room.Owed.Sub(room.Held)); over.Sign() > 0 {
		return fault.Conflict("batch_exceeded", "batch %s: owed %s, requested %s, asked %s: %s too much", batch, room.Owed, room.Held, asked, over)
	}
	return nil
}

func magnitude(m accounting.Money) accounting.Money {
	if m.Sign() < 0 {
		return m.Neg()
	}
	return m
}

func (q PaymentRequest) check() error {
	rule, known := paymentRules[q.Payment]
	if !known {
		return fault.Invalid("document_invalid", "payment: %q is no kind of payment", q.Payment)
	}
	if err := accounting.CheckText("purpose", q.Purpose, 200); err != nil {
		return err
	}
	switch {
	case q.Node == "":
		return fault.Invalid("document_invalid", "node: a request belongs to a project")
	case (rule.contract != "") != (q.Contract != ""):
		return fault.Invalid("document_invalid", "contract: a payment of kind %s %s", q.Payment, map[bool]string{true: "names its contract", false: "has none"}[rule.contract != ""])
	case (q.Payment == "subsidy") != (q.Batch != ""):
		return fault.Invalid("document_invalid", "batch: a subsidy, and only a subsidy, names its batch")
	case q.Payment == "direct_grant" && !slices.Contains([]string{"5001.02", "5001.03", "5001.04"}, q.Expense), q.Payment != "direct_grant" && q.Expense != "":
		return fault.Invalid("document_invalid", "expense: a grant, and only a grant, is one of 5001.02, 5001.03, 5001.04")
	case len(q.Payees) == 0 || len(q.Payees) > 200:
		return fault.Invalid("document_invalid", "payees: %d; a request has 1 to 200", len(q.Payees))
	}
	for i, l := range q.Payees {
		if err := positive("amount of payee line", l.Amount); err != nil {
			return err
		}
		if !slices.Contains(lineKinds, l.Kind) {
			return fault.Invalid("document_invalid", "payees: line %d is of kind %q; there are %v", i+1, l.Kind, lineKinds)
		}
	}
	return q.checkInvoices()
}

func (q PaymentRequest) checkInvoices() error {
	seen := map[[3]string]bool{}
	for _, v := range q.Invoices {
		key := [3]string{v.Payee, v.Code, v.Number}
		if seen[key] {
			return fault.Invalid("document_invalid", "invoices: %s stands twice", v.Number)
		}
		seen[key] = true
		if err := accounting.CheckText("number of invoice", v.Number, 40); err != nil {
			return err
		}
		if err := positive("use of invoice "+v.Number, v.Use); err != nil {
			return err
		}
		if v.Date.IsZero() || v.Use.Cmp(v.Amount) > 0 {
			return fault.Invalid("document_invalid", "invoices: %s of %s, used %s; it has a day and is not used above its amount", v.Number, v.Amount, v.Use)
		}
		if !slices.ContainsFunc(q.Payees, func(l PayeeLine) bool { return l.Payee == v.Payee }) {
			return fault.Invalid("document_invalid", "invoices: %s is of a supplier this request does not pay", v.Number)
		}
	}
	return nil
}

// about sends villages and small direct payments past three desks, works past five.
func (q PaymentRequest) about(ctx context.Context, r resolver) (about, error) {
	a := about{node: q.Node, amount: q.Amount, flow: WorksFlow}
	village, err := r.ofVillage(ctx, q.Node)
	if err != nil {
		return a, err
	}
	var upTo *accounting.Money
	if err := r.db.NewRaw(`select (select f.up_to from projects.flows f where f.book_id = ? and f.flow = 'small')`, r.c.Book).Scan(ctx, &upTo); err != nil {
		return a, fault.FromSQL(err)
	}
	direct := paymentRules[q.Payment].contract == ""
	if village || direct && upTo != nil && q.Amount.Cmp(*upTo) <= 0 {
		a.flow = SmallFlow
	}
	return a, nil
}

// usableAccount finds a payee's account. Codes: payee_unknown, payee_waiting.
func (r resolver) usableAccount(ctx context.Context, l PayeeLine) error {
	var found []struct {
		UsableFrom time.Time
		Usable     bool
	}
	err := r.db.NewRaw(`select a.usable_from, a.usable_from <= clock_timestamp() as usable from projects.payees p
		join projects.payee_accounts a on a.book_id = p.book_id and a.payee_id = p.payee_id where p.book_id = ? and p.code = ? and a.account_number = ?`, r.c.Book, l.Payee, l.Account).Scan(ctx, &found)
	if err != nil {
		return fault.FromSQL(err)
	}
	if len(found) == 0 {
		return fault.Invalid("payee_unknown", "payee %s has no such account", l.Payee)
	}
	if !found[0].Usable {
		return fault.Conflict("payee_waiting", "the account of payee %s is new; it may be used from %s", l.Payee, found[0].UsableFrom.Format("2006-01-02 15:04 MST"))
	}
	return nil
}
