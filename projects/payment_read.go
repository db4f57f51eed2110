package projects

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

func fmtPeriodStart(period int) string { return fmt.Sprintf("%04d-%02d-01", period/100, period%100) }

// BudgetState is a budget line of a request: what is available besides it, in yuan.
type BudgetState struct {
	BudgetLine string           `json:"budget_line"`
	Available  accounting.Money `json:"available"` // 可用 now
	ThisTime   accounting.Money `json:"this_request"`
}

// RequestView is what the desks look at besides a payment request's document and acts.
type RequestView struct {
	Document   uuid.UUID     `json:"-"`
	Budget     []BudgetState `json:"budget"`
	PayableNow *PayableNow   `json:"payable_now,omitempty"`
	Lines      []PaymentLine `json:"lines"`
	PayerLeads bool          `json:"payer_leads"` // a paying unit leads the project too: another lead unit approves first
}

// ViewRequest gives what the desks look at for a request. Codes: document_unknown.
func ViewRequest(ctx context.Context, db bun.IDB, book accounting.BookID, number string) (v RequestView, err error) {
	d, err := documentByNumber(ctx, db, book, number)
	if err != nil {
		return v, err
	}
	if d.Kind != "payment_request" {
		return v, fault.NotFound("document_unknown", "there is no such document for you")
	}
	q, err := contentOf[PaymentRequest](d)
	if err != nil {
		return v, err
	}
	v.Document = d.ID
	if v.Budget, err = budgetOf(ctx, db, book, q.Sources); err != nil {
		return v, err
	}
	contract, err := q.contractOf(ctx, db, book)
	if err != nil {
		return v, err
	}
	if contract != nil {
		now, err := payableNow(ctx, db, book, contract.ID)
		if err != nil {
			return v, err
		}
		v.PayableNow = &now
	}
	if v.Lines, err = PaymentLines(ctx, db, *d); err != nil {
		return v, err
	}
	err = db.NewRaw(`select count(*) > 1 and coalesce(bool_or(exists (select from projects.role_grants g where g.book_id = ? and g.unit_id = l.unit_id and g.role = 'treasury_officer')), false)
		from projects.leads(?, ?) l`, book, book, nullable(d.Node.UUID)).Scan(ctx, &v.PayerLeads)
	return v, fault.FromSQL(err)
}

func budgetOf(ctx context.Context, db bun.IDB, book accounting.BookID, sources []Draw) ([]BudgetState, error) {
	states := make([]BudgetState, len(sources))
	for i, s := range sources {
		states[i] = BudgetState{BudgetLine: s.BudgetLine, ThisTime: s.Amount}
		err := db.NewRaw(`select coalesce(sum(p.debit - p.credit), 0) from accounting.positions p join accounting.budget_lines b on b.book_id = p.book_id and b.budget_line_id = p.budget_line_id
			where p.book_id = ? and p.account = '9301.01' and (b.code = ? or b.budget_line_id::text = ?)`, book, s.BudgetLine, s.BudgetLine).Scan(ctx, &states[i].Available)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
	}
	return states, nil
}

// PaymentLines are the lines of an approved request, the latest round last.
func PaymentLines(ctx context.Context, db bun.IDB, d Document) ([]PaymentLine, error) {
	var lines []PaymentLine
	err := db.NewRaw(`select l.round, l.line_no, p.code as payee, p.name, '****' || right(l.account_number, 4) as account, l.kind, l.amount, l.state, coalesce(l.order_number, '') as order_number,
			l.paid, l.returned, l.paid_on from projects.payment_lines l join projects.payees p on p.book_id = l.book_id and p.payee_id = l.payee_id
		where l.book_id = ? and l.document_id = ? order by l.round, l.line_no`, d.Book, d.ID).Scan(ctx, &lines)
	return lines, fault.FromSQL(err)
}
