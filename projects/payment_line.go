package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// PaymentLine 收款明细 of an approved request, with what became of it. Amounts are yuan.
	PaymentLine struct {
		Round       int              `json:"round"`
		LineNo      int              `json:"line"`
		Payee       string           `json:"payee"` // code
		Name        string           `json:"name"`
		Account     string           `json:"account"` // its last four digits
		Kind        string           `json:"kind"`
		Amount      accounting.Money `json:"amount"`
		State       string           `json:"state"`
		OrderNumber string           `json:"order_number,omitempty"` // 支付凭证号
		Paid        accounting.Money `json:"paid"`
		Returned    accounting.Money `json:"returned"`
		PaidOn      accounting.Date  `json:"paid_on,omitzero"` // by the bank
	}

	// Receipt 回单 says what the bank did with a line.
	Receipt struct {
		Date   accounting.Date  `json:"date"` // the bank's
		Serial string           `json:"serial"`
		Paper  *accounting.Hash `json:"paper,omitempty"` // the scan
	}

	// Reissue asks for a new order of a line that failed, to an account of the same payee.
	Reissue struct {
		Account string `json:"account"`
		Reason  string `json:"reason"`
	}

	// lineAct is what is done on one line of a request.
	lineAct func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) ([]accounting.Receipt, error)
)

// onLine runs an act on a line of a request, named by its number.
func onLine(ctx context.Context, db *bun.DB, c accounting.Command, name, number string, body any, run lineAct) ([]accounting.Receipt, error) {
	c.Name, c.Body = name, body
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) ([]accounting.Receipt, error) {
		d, err := documentByNumber(ctx, tx, c.Book, number)
		if err != nil {
			return nil, err
		}
		return run(ctx, tx, c, d)
	})
}

// EnterReceipt enters what the bank did; it counts when another person has checked it.
// Codes: document_unknown, step_not_allowed, role_not_held, document_invalid.
func EnterReceipt(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int, in Receipt) error {
	_, err := onLine(ctx, db, c, "payment.receipt", number, []any{number, line, in}, func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) ([]accounting.Receipt, error) {
		if in.Date.IsZero() {
			return nil, fault.Invalid("document_invalid", "date: a receipt has the bank's day")
		}
		if err := accounting.CheckText("serial", in.Serial, 60); err != nil {
			return nil, err
		}
		_, err := tx.ExecContext(ctx, `select projects.enter_receipt(?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, d.ID, line, in.Date, in.Serial, in.Paper, c.By.Person, c.By.Unit, c.By.Role)
		if err != nil || in.Paper == nil {
			return nil, fault.FromSQL(err)
		}
		return nil, attached(ctx, tx, c, *in.Paper)
	})
	return err
}

// ConfirmLine confirms a line from its receipt and posts the payment, on the bank's day if its month is open, else on the
// first open day; the bank's day stays on the line. Codes: document_unknown, step_not_allowed, duty_taken, role_not_held.
func ConfirmLine(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int) ([]accounting.Receipt, error) {
	return onLine(ctx, db, c, "payment.confirm", number, []any{number, line}, func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) ([]accounting.Receipt, error) {
		return confirmLine(ctx, tx, c, d, line)
	})
}

func confirmLine(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, line int) ([]accounting.Receipt, error) {
	var done struct {
		BankDay accounting.Date
		Maker   accounting.PersonID
		OfRound int
	}
	if err := tx.NewRaw(`select * from projects.confirm_line(?, ?, ?, ?, ?, ?)`, c.Book, d.ID, line, c.By.Person, c.By.Unit, c.By.Role).Scan(ctx, &done); err != nil {
		return nil, fault.FromSQL(err)
	}
	receipts, err := postPaid(ctx, tx, c, d, paidLine{round: done.OfRound, line: line, bankDay: done.BankDay, maker: done.Maker})
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `select projects.keep_line_voucher(?, ?, ?, ?, ?)`, c.Book, d.ID, line, receipts[0].No.Period, receipts[0].No.Number)
	return receipts, fault.FromSQL(err)
}

// paidLine is a line that the bank has paid on a day, with who entered that; no maker: whoever made the request.
type paidLine struct {
	round, line int
	bankDay     accounting.Date
	maker       accounting.PersonID
}

// postPaid posts the payment of a line, and makes what its contract held paid.
func postPaid(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, paid paidLine) ([]accounting.Receipt, error) {
	draws, total, err := lineDraws(ctx, tx, c.Book, d.ID, paid.round, paid.line)
	if err != nil {
		return nil, err
	}
	q, err := contentOf[PaymentRequest](d)
	if err != nil {
		return nil, err
	}
	// What was paid before it was asked for (补录) is a fact, too; the books have it from the request's day on, which holds the
	// money, and keep the bank's day with the line.
	day := paid.bankDay
	if day.Before(q.Date) {
		day = q.Date
	}
	day, err = firstOpenDay(ctx, tx, c.Book, day)
	if err != nil {
		return nil, err
	}
	h, err := eventHead(ctx, tx, d, q.Paper, Step{Date: day})
	if err != nil {
		return nil, err
	}
	if !paid.maker.IsZero() {
		h.PreparedBy = paid.maker
	}
	h.Memo = d.Number + " " + q.Purpose
	contract, err := q.contractOf(ctx, tx, c.Book)
	if err != nil {
		return nil, err
	}
	rule, subject, overOneYear := paymentRules[q.Payment], SubjectRef{}, false
	if contract != nil {
		subject, overOneYear = contract.subject(), contract.overOneYear()
		if err := payOnContract(ctx, tx, c.Book, contract.ID, rule.contract, total); err != nil {
			return nil, err
		}
	}
	return postEvent(ctx, tx, c, rule.event(Paid{Head: h, Request: requestSubject(d), Sources: draws, EconomicClass: q.EconomicClass}, q, subject, overOneYear))
}

// FailLine 退票 before it was confirmed: the bank sent the money back, nothing is posted and the request still holds it.
// Codes: document_unknown, step_not_allowed, role_not_held, reason_required.
func FailLine(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int, reason string) error {
	_, err := onLine(ctx, db, c, "payment.fail", number, []any{number, line, reason}, func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) ([]accounting.Receipt, error) {
		if err := accounting.CheckText("reason", reason, 500); err != nil {
			return nil, fault.Invalid("reason_required", "write why the bank sent it back")
		}
		_, err := tx.ExecContext(ctx, `select projects.fail_line(?, ?, ?, ?, ?, ?, ?)`, c.Book, d.ID, line, reason, c.By.Person, c.By.Unit, c.By.Role)
		return nil, fault.FromSQL(err)
	})
	return err
}

// AskReissue asks for a new order of a failed line; ApproveReissue by another person gives it.
// Codes: document_unknown, step_not_allowed, role_not_held, payee_waiting, reason_required.
func AskReissue(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int, in Reissue) error {
	_, err := onLine(ctx, db, c, "payment.reissue", number, []any{number, line, in}, func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) ([]accounting.Receipt, error) {
		if err := accounting.CheckText("reason", in.Reason, 500); err != nil {
			return nil, fault.Invalid("reason_required", "write why it is ordered again")
		}
		_, err := tx.ExecContext(ctx, `select projects.enter_reissue(?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, d.ID, line, in.Account, in.Reason, c.By.Person, c.By.Unit, c.By.Role)
		return nil, fault.FromSQL(err)
	})
	return err
}

// ApproveReissue orders a failed line again. Codes: document_unknown, step_not_allowed, duty_taken, role_not_held.
func ApproveReissue(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int) error {
	_, err := onLine(ctx, db, c, "payment.approve_reissue", number, []any{number, line}, func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) ([]accounting.Receipt, error) {
		q, err := contentOf[PaymentRequest](d)
		if err != nil {
			return nil, err
		}
		_, err = tx.ExecContext(ctx, `select projects.approve_reissue(?, ?, ?, ?, ?, ?, ?)`, c.Book, d.ID, line, q.Date.Year(), c.By.Person, c.By.Unit, c.By.Role)
		return nil, fault.FromSQL(err)
	})
	return err
}

// CancelLine gives up a failed line: what it held goes back (I7r) on the given day. Whoever said that the bank sent it back
// does not. Codes: document_unknown, step_not_allowed, role_not_held, duty_taken.
func CancelLine(ctx context.Context, db *bun.DB, c accounting.Command, number string, line int, day accounting.Date) ([]accounting.Receipt, error) {
	return onLine(ctx, db, c, "payment.cancel", number, []any{number, line, day}, func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document) ([]accounting.Receipt, error) {
		return cancelLine(ctx, tx, c, d, line, day)
	})
}

func cancelLine(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, line int, day accounting.Date) ([]accounting.Receipt, error) {
	var round int
	if err := tx.NewRaw(`select projects.cancel_line(?, ?, ?, ?, ?, ?)`, c.Book, d.ID, line, c.By.Person, c.By.Unit, c.By.Role).Scan(ctx, &round); err != nil {
		return nil, fault.FromSQL(err)
	}
	draws, total, err := lineDraws(ctx, tx, c.Book, d.ID, round, line)
	if err != nil {
		return nil, err
	}
	return giveBack(ctx, tx, c, d, Step{Date: day}, draws, total)
}

// lineDraws is which budget line pays what of a line.
func lineDraws(ctx context.Context, db bun.IDB, book accounting.BookID, request uuid.UUID, round, line int) (draws []Draw, total accounting.Money, err error) {
	err = db.NewRaw(`select b.code as budget_line, w.amount from projects.payment_draws w join accounting.budget_lines b on b.book_id = w.book_id and b.budget_line_id = w.budget_line_id
		where w.book_id = ? and w.document_id = ? and w.round = ? and w.line_no = ? order by w.ordinal`, book, request, round, line).Scan(ctx, &draws)
	for _, d := range draws {
		total = total.Add(d.Amount)
	}
	return draws, total, fault.FromSQL(err)
}

// firstOpenDay is the day itself if its month is open, else the first day of the next open month of the same year.
// Codes: period_closed.
func firstOpenDay(ctx context.Context, db bun.IDB, book accounting.BookID, day accounting.Date) (accounting.Date, error) {
	var periods []int
	err := db.NewRaw(`select p.period from accounting.periods p where p.book_id = ? and p.period between ? and ? and p.state = 'open' order by p.period limit 1`,
		book, int(day.Period()), day.Year()*100+12).Scan(ctx, &periods)
	if err != nil {
		return day, fault.FromSQL(err)
	}
	if len(periods) == 0 {
		return day, fault.Conflict("period_closed", "no month of %d is open from %s on", day.Year(), day)
	}
	if periods[0] == int(day.Period()) {
		return day, nil
	}
	return accounting.ParseDate(fmtPeriodStart(periods[0]))
}
