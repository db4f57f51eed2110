package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

var paymentDocument = documentType{
	kind: "payment_request", prefix: "ZF", zh: "支付申请", en: "payment request",
	content: func() Content { return new(PaymentRequest) },
	effects: map[string]effect{
		"file": fileRequest, "approve": approveRequest, "order": orderRequest,
		"return": takeRequestBack, "recall": takeRequestBack, "reject": takeRequestBack, "withdraw": takeRequestBack, "cancel_order": takeRequestBack,
	},
}

// reserved are the states in which a request holds authority and its part of the contract.
var reserved = map[string]bool{"approved": true, "waiting_for_cash": true, "ordered": true}

func fileRequest(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	if _, err := stillSays[PaymentRequest](ctx, tx, c, d, s); err != nil {
		return nil, err
	}
	_, err := tx.ExecContext(ctx, `select projects.use_invoices(?, ?)`, c.Book, d.ID)
	return nil, fault.FromSQL(err)
}

// approveRequest reserves all that the payment will consume (I7): authority, and the contract's advance, payable or
// retention. Nothing of it can refuse the bank's fact later.
func approveRequest(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	q, err := contentOf[PaymentRequest](d)
	if err != nil {
		return nil, err
	}
	contract, err := q.contractOf(ctx, tx, c.Book)
	if err != nil {
		return nil, err
	}
	if contract != nil {
		if err := holdOnContract(ctx, tx, c.Book, contract.ID, paymentRules[q.Payment].contract, *q.Amount); err != nil {
			return nil, err
		}
	}
	if _, err := tx.ExecContext(ctx, `select projects.reserve_request(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, q.Paper, s)
	if err != nil {
		return nil, err
	}
	e := HoldForRequest{Head: h, Request: requestSubject(d), Sources: q.Sources}
	if contract != nil {
		e.Contract = contract.subject()
	}
	return postEvent(ctx, tx, c, e)
}

// requestSubject is the ledger's subject of a request: the document itself under its number.
func requestSubject(d *Document) SubjectRef {
	return SubjectRef{ID: accounting.SubjectID{UUID: d.ID}, Code: d.Number}
}

func (q PaymentRequest) contractOf(ctx context.Context, db bun.IDB, book accounting.BookID) (*Contract, error) {
	if q.Contract == "" {
		return nil, nil
	}
	return FindContract(ctx, db, book, q.Contract)
}

// takeRequestBack gives back what a request reserved (I7r) and the invoices it used, when it had them.
func takeRequestBack(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	if _, err := tx.ExecContext(ctx, `select projects.free_invoices(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	if !reserved[d.State] {
		return nil, nil
	}
	var back []struct {
		BudgetLineID uuid.UUID
		Amount       accounting.Money
	}
	if err := tx.NewRaw(`select * from projects.give_back_request(?, ?) order by 1`, c.Book, d.ID).Scan(ctx, &back); err != nil {
		return nil, fault.FromSQL(err)
	}
	draws, total := make([]Draw, len(back)), accounting.Money{}
	for i, b := range back {
		draws[i], total = Draw{b.BudgetLineID.String(), b.Amount}, total.Add(b.Amount)
	}
	if len(draws) == 0 {
		return nil, nil // every line was given up before
	}
	return giveBack(ctx, tx, c, d, s, draws, total)
}

// giveBack posts I7r for some budget lines of a request and releases the same of its contract.
func giveBack(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step, draws []Draw, total accounting.Money) ([]accounting.Receipt, error) {
	q, err := contentOf[PaymentRequest](d)
	if err != nil {
		return nil, err
	}
	h, err := eventHead(ctx, tx, d, q.Paper, s)
	if err != nil {
		return nil, err
	}
	if h.PreparedBy == c.By.Person { // the maker recalls: who approved it stands against the maker's name
		if err := tx.NewRaw(`select a.person_id from projects.acts a where a.book_id = ? and a.document_id = ? and a.verb = 'approve' order by a.ordinal desc limit 1`, c.Book, d.ID).Scan(ctx, &h.PreparedBy); err != nil {
			return nil, fault.FromSQL(err)
		}
	}
	e := ReturnRequest{Head: h, Request: requestSubject(d), Sources: draws}
	contract, err := q.contractOf(ctx, tx, c.Book)
	if err != nil {
		return nil, err
	}
	if contract != nil {
		e.Contract = contract.subject()
		if err := releaseOnContract(ctx, tx, c.Book, contract.ID, paymentRules[q.Payment].contract, total); err != nil {
			return nil, err
		}
	}
	return postEvent(ctx, tx, c, e)
}

func orderRequest(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	q, err := contentOf[PaymentRequest](d)
	if err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `select projects.order_lines(?, ?, ?)`, c.Book, d.ID, s.dated(q.Date).Year()); err != nil {
		return nil, fault.FromSQL(err)
	}
	return nil, matchTreasury(ctx, tx, c.Book) // a late request is of a payment that a list has brought
}
