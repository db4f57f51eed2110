package projects

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// RefundForm 退回 says that money of a confirmed payment line came back: in the same year (P6) to be paid again, to the
// contract or to what is available; of an earlier year (P7) to the treasury or the unit's own bank.
type RefundForm struct {
	Paper
	Request    string           `json:"request"` // number of the payment request
	Line       int              `json:"line"`
	Amount     accounting.Money `json:"amount"`
	To         RefundTo         `json:"to,omitempty"`          // same year: request, contract or available
	Standing   string           `json:"standing,omitempty"`    // earlier year: the account the money stands on now
	BudgetLine string           `json:"budget_line,omitempty"` // earlier year, to the treasury: a line of this year
	OwnBank    bool             `json:"own_bank,omitempty"`    // earlier year: to the unit's bank
	Node       string           `json:"node,omitempty"`        // of the request; computed
}

var refundDocument = documentType{
	kind: "refund", prefix: "TH", zh: "退回", en: "refund",
	content: func() Content { return new(RefundForm) },
	effects: map[string]effect{"approve": postRefund},
}

// complete finds the project. Codes: document_unknown, document_invalid, amount_invalid, budget_line_unknown,
// budget_line_mismatch.
func (f RefundForm) complete(ctx context.Context, r resolver) (Content, error) {
	if err := positive("amount", f.Amount); err != nil {
		return nil, err
	}
	if (f.To == "") == (f.Standing == "") {
		return nil, fault.Invalid("document_invalid", "a refund of this year says to what it goes, one of an earlier year on which account the money stands")
	}
	d, err := documentByNumber(ctx, r.db, r.c.Book, f.Request)
	if err != nil {
		return nil, err
	}
	q, err := contentOf[PaymentRequest](d)
	if err != nil || d.Kind != "payment_request" {
		return nil, fault.Invalid("document_invalid", "request: %s is no payment request", f.Request)
	}
	if f.To == PayableBack && q.Contract == "" {
		return nil, fault.Invalid("document_invalid", "to: %s has no contract", f.Request)
	}
	if f.Node = q.Node; f.Standing == "" || f.OwnBank {
		return &f, nil
	}
	n, err := FindNode(ctx, r.db, r.c.Book, f.Node)
	if err != nil {
		return nil, err
	}
	lines, err := r.onLines(ctx, Draw{f.BudgetLine, f.Amount})
	if err == nil && lines[0].project != n.ID { // or what one project lost to its builder another would get
		err = fault.Invalid("budget_line_mismatch", "budget line %s is not one of %s, which had paid", f.BudgetLine, f.Node)
	}
	return &f, err
}

func (f RefundForm) about(context.Context, resolver) (about, error) {
	return about{node: f.Node, flow: SmallFlow, amount: &f.Amount}, nil
}

func postRefund(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	f, err := contentOf[RefundForm](d)
	if err != nil {
		return nil, err
	}
	request, err := documentByNumber(ctx, tx, c.Book, f.Request)
	if err != nil {
		return nil, err
	}
	q, err := contentOf[PaymentRequest](request)
	if err != nil {
		return nil, err
	}
	var paidOn accounting.Date
	if err := tx.NewRaw(`select l.paid_on from projects.payment_lines l where l.book_id = ? and l.document_id = ? and l.line_no = ? and l.state = 'confirmed' order by l.round desc limit 1`,
		c.Book, request.ID, f.Line).Scan(ctx, &paidOn); err != nil {
		return nil, fault.Conflict("step_not_allowed", "line %d of %s is not paid", f.Line, f.Request)
	}
	var draws []Draw // the lines it goes back to
	if err := tx.NewRaw(`select r.to_line as budget_line, r.part as amount from projects.return_on_line(?, ?, ?, ?, ?, ?) r`,
		c.Book, request.ID, d.ID, c.By.Person, c.By.Unit, c.By.Role).Scan(ctx, &draws); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, f.Paper, s)
	if err != nil {
		return nil, err
	}
	contract, err := q.contractOf(ctx, tx, c.Book)
	if err != nil {
		return nil, err
	}
	var subject SubjectRef
	if contract != nil {
		subject = contract.subject()
		if money := f.onContract(paymentRules[q.Payment].contract); money != "" {
			if err := returnOnContract(ctx, tx, c.Book, contract.ID, money, f.Amount); err != nil {
				return nil, err
			}
		}
	}
	batch := SubjectRef{}
	if q.Batch != "" {
		batch = Ref(q.Batch)
	}
	if f.Standing != "" {
		return postEvent(ctx, tx, c, RefundEarlierYear{Head: h, PaidOn: paidOn, Standing: f.Standing, Project: ownBankProject(f, q), BudgetLine: f.BudgetLine, Amount: f.Amount, OwnBank: f.OwnBank,
			Contract: subjectOf(f.Standing, subject, "1218", "2302.02", "2307.01", "2502.01"), Batch: subjectOf(f.Standing, batch, "2303", "2307.03")})
	}
	if f.To == PayAgain && contract != nil {
		if err := holdOnContract(ctx, tx, c.Book, contract.ID, paymentRules[q.Payment].contract, f.Amount); err != nil {
			return nil, err
		}
	}
	e := Refund{Head: h, PaidOn: paidOn, Debited: q.debited(ctx, tx, c.Book, contract), To: f.To, Sources: draws, EconomicClass: q.EconomicClass, Contract: subject, Batch: batch}
	if f.To == PayAgain {
		e.Request = requestSubject(request)
	}
	return postEvent(ctx, tx, c, e)
}

// onContract is which part of the contract the money goes back to. Of an earlier year only what stands there still counts
// on the contract: a claim, what it owes, or what it kept; money off an asset leaves its figures as they are.
func (f RefundForm) onContract(paidFrom contractMoney) contractMoney {
	switch f.Standing {
	case "":
		return paidFrom
	case "1218":
		return claimMoney
	case "2302.02":
		return payableMoney
	case "2307.01", "2502.01":
		return retentionMoney
	}
	return ""
}

func ownBankProject(f RefundForm, q PaymentRequest) string {
	if f.OwnBank {
		return q.Node
	}
	return ""
}

// subjectOf keeps a subject for the accounts that take it.
func subjectOf(account string, subject SubjectRef, takes ...string) SubjectRef {
	if slices.Contains(takes, account) {
		return subject
	}
	return SubjectRef{}
}

// debited is the account the payment had debited.
func (q PaymentRequest) debited(ctx context.Context, db bun.IDB, book accounting.BookID, contract *Contract) string {
	switch q.Payment {
	case "retention":
		if contract.overOneYear() {
			return "2502.01"
		}
		return "2307.01"
	case "direct_grant":
		return q.Expense
	case "subsidy":
		return batchAccount(ctx, db, book, q.Batch)
	}
	return paymentRules[q.Payment].debited
}

// batchAccount is where the batch is owed: 2303 of administrative units, 2307.03 of institutions.
func batchAccount(ctx context.Context, db bun.IDB, book accounting.BookID, batch string) string {
	var account []string
	if err := db.NewRaw(`select distinct p.account from accounting.positions p join accounting.subjects s on s.book_id = p.book_id and s.subject_id = p.subject_id
		where p.book_id = ? and s.kind <> '' and s.kind = 'batch' and s.code = ? and p.account in ('2303', '2307.03')`, book, batch).Scan(ctx, &account); err != nil || len(account) == 0 {
		return "2303"
	}
	return account[0]
}
