package projects

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// QueuedLine is a line of a request that waits: for the bank, for a second person, or, sent back, for a new order.
	QueuedLine struct {
		Document    uuid.UUID        `bun:"document_id" json:"id"` // of the request
		Request     string           `json:"request"`
		Project     string           `json:"project"`
		Purpose     string           `json:"purpose"`
		LineNo      int              `json:"line"`
		Payee       string           `json:"payee"` // code
		Name        string           `json:"name"`
		Account     string           `json:"account"` // its last four digits
		Bank        string           `json:"bank"`
		Amount      accounting.Money `json:"amount"`
		State       string           `json:"state"`
		OrderNumber string           `json:"order_number,omitempty"`
		OrderedAt   *time.Time       `json:"ordered_at,omitempty"`
		Waits       string           `json:"waits"`                // bank, check, reissue, approval: for whom or what
		EnteredBy   string           `json:"entered_by,omitempty"` // code of who entered what waits to be checked
		Because     string           `json:"because,omitempty"`    // why the bank sent it back
	}

	// LineQuery asks for the lines of requests in a state, by request and line; zero values do not restrict.
	LineQuery struct {
		Book   accounting.BookID
		State  string // ordered or failed
		Number string // of one request
		Line   int    // of that request
		After  string // 支付凭证号 of the last line of the page before
		Limit  int
	}

	// LineSum counts the lines of a query and adds them up.
	LineSum struct {
		Lines  int              `json:"lines"`
		Amount accounting.Money `json:"amount"`
	}

	// EnteredReceipt is what somebody entered of what the bank did.
	EnteredReceipt struct {
		Attempt    int                 `json:"attempt"`
		BankDate   accounting.Date     `json:"date"`
		BankSerial string              `json:"serial"`
		Paper      *accounting.Hash    `bun:"paper_hash" json:"paper,omitempty"`
		EnteredBy  accounting.PersonID `json:"-"`
		EnteredAt  time.Time           `json:"entered_at"`
		Checked    bool                `json:"checked"`
	}

	// EnteredReissue is a new order that somebody asked for.
	EnteredReissue struct {
		Attempt   int                 `json:"attempt"`
		Account   string              `json:"account"` // its last four digits
		Reason    string              `json:"reason"`
		EnteredBy accounting.PersonID `json:"-"`
		Approved  bool                `json:"approved"`
	}

	// LineHistory is what happened to a line since its request was approved.
	LineHistory struct {
		Receipts []EnteredReceipt
		Reissues []EnteredReissue
		FailedBy accounting.PersonID
	}
)

// waitingLines are the lines of the latest round of requests.
const waitingLines = `from projects.payment_lines l join projects.documents d on d.book_id = l.book_id and d.document_id = l.document_id and d.round = l.round
	where l.book_id = ?0 and (?1 = '' or l.state = ?1) and (?2 = '' or d.number = ?2) and ?3 in (0, l.line_no)`

// QueuedLines lists the lines that wait, the longest ordered first.
func QueuedLines(ctx context.Context, db bun.IDB, q LineQuery) ([]QueuedLine, error) {
	rows := []QueuedLine{}
	err := db.NewRaw(`with page as (select l.*, d.number, d.node_id, d.content `+waitingLines+` and coalesce(l.order_number, '') > ?4 order by l.order_number nulls first, d.number, l.line_no limit ?5)
		select l.document_id, l.number as request, n.code as project, coalesce(l.content::jsonb ->> 'purpose', '') as purpose, l.line_no, p.code as payee, p.name, '****' || right(l.account_number, 4) as account,
			a.bank, l.amount, l.state, coalesce(l.order_number, '') as order_number, (select max(x.at) from projects.acts x where x.book_id = l.book_id and x.document_id = l.document_id and x.verb = 'order') as ordered_at,
			case when l.state = 'ordered' and r.attempt is not null and r.checked_by is null then 'check' when l.state = 'ordered' then 'bank'
				when l.state = 'failed' and e.attempt is not null and e.approved_by is null then 'approval' when l.state = 'failed' then 'reissue' else '' end as waits,
			coalesce((select o.code from accounting.persons o where o.book_id = l.book_id and o.person_id = case when l.state = 'ordered' and r.checked_by is null then r.entered_by when l.state = 'failed' and e.approved_by is null then e.entered_by end), '') as entered_by,
			coalesce(l.failed_because, '') as because
		from page l join projects.nodes n on n.book_id = l.book_id and n.node_id = l.node_id
		join projects.payees p on p.book_id = l.book_id and p.payee_id = l.payee_id
		join projects.payee_accounts a on a.book_id = l.book_id and a.payee_id = l.payee_id and a.account_number = l.account_number
		left join lateral (select x.* from projects.receipts x where x.book_id = l.book_id and x.document_id = l.document_id and x.round = l.round and x.line_no = l.line_no order by x.attempt desc limit 1) r on true
		left join lateral (select x.* from projects.reissues x where x.book_id = l.book_id and x.document_id = l.document_id and x.round = l.round and x.line_no = l.line_no order by x.attempt desc limit 1) e on true
		order by l.order_number nulls first, l.number, l.line_no`, q.Book, q.State, q.Number, q.Line, q.After, q.Limit).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}

// SumQueuedLines counts the lines of a query.
func SumQueuedLines(ctx context.Context, db bun.IDB, q LineQuery) (sum LineSum, err error) {
	err = db.NewRaw(`select count(*) as lines, coalesce(sum(l.amount), 0) as amount `+waitingLines, q.Book, q.State, q.Number, q.Line).Scan(ctx, &sum)
	return sum, fault.FromSQL(err)
}

// FindQueuedLine finds a line of a request's latest approval. Codes: document_unknown.
func FindQueuedLine(ctx context.Context, db bun.IDB, book accounting.BookID, number string, line int) (*QueuedLine, error) {
	found, err := QueuedLines(ctx, db, LineQuery{Book: book, Number: number, Line: line, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || line == 0 {
		return nil, fault.NotFound("document_unknown", "there is no such document for you")
	}
	return &found[0], nil
}

// HistoryOfLine lists what was entered of a line, the first first.
func HistoryOfLine(ctx context.Context, db bun.IDB, book accounting.BookID, l *QueuedLine) (h LineHistory, err error) {
	const of = ` x join projects.documents d on d.book_id = x.book_id and d.document_id = x.document_id and d.round = x.round where x.book_id = ? and x.document_id = ? and x.line_no = ?`
	err = db.NewRaw(`select x.attempt, x.bank_date, x.bank_serial, x.paper_hash, x.entered_by, x.entered_at, x.checked_by is not null as checked from projects.receipts`+of+` order by x.attempt`, book, l.Document, l.LineNo).Scan(ctx, &h.Receipts)
	if err == nil {
		err = db.NewRaw(`select x.attempt, '****' || right(x.account_number, 4) as account, x.reason, x.entered_by, x.approved_by is not null as approved from projects.reissues`+of+` order by x.attempt`, book, l.Document, l.LineNo).Scan(ctx, &h.Reissues)
	}
	if err == nil {
		err = db.NewRaw(`select coalesce(x.failed_by, '00000000-0000-0000-0000-000000000000') from projects.payment_lines`+of, book, l.Document, l.LineNo).Scan(ctx, &h.FailedBy)
	}
	return h, fault.FromSQL(err)
}

// PayeeAccount is an account of a payee as it is offered: its last four digits, the bank, and whether it may be used yet.
type PayeeAccount struct {
	Last4  string
	Bank   string
	Usable bool
}

// AccountsOf lists the accounts of a payee, the first registered first.
func AccountsOf(ctx context.Context, db bun.IDB, book accounting.BookID, payee string) (accounts []PayeeAccount, err error) {
	err = db.NewRaw(`select right(a.account_number, 4) as last4, a.bank, a.usable_from <= clock_timestamp() as usable from projects.payees p
		join projects.payee_accounts a on a.book_id = p.book_id and a.payee_id = p.payee_id where p.book_id = ? and p.code = ? order by a.usable_from, a.account_number`, book, payee).Scan(ctx, &accounts)
	return accounts, fault.FromSQL(err)
}

// AccountNamed finds the account of a payee that is named by its last four digits, or is its only one when none is named. What
// names none stays as it is: whoever takes it says so. Two accounts that end alike are told apart by the whole number.
// Codes: document_invalid.
func AccountNamed(ctx context.Context, db bun.IDB, book accounting.BookID, payee, named string) (string, error) {
	if len(named) > 8 {
		return named, nil
	}
	last := named
	if len(last) > 4 {
		last = last[len(last)-4:]
	}
	var found []string
	err := db.NewRaw(`select a.account_number from projects.payees p join projects.payee_accounts a on a.book_id = p.book_id and a.payee_id = p.payee_id
		where p.book_id = ? and p.code = ? and (? = '' or a.account_number = ? or right(a.account_number, 4) = ?) order by a.account_number`, book, payee, named, named, last).Scan(ctx, &found)
	switch {
	case err != nil:
		return named, fault.FromSQL(err)
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return named, fault.Invalid("document_invalid", "account: payee %s has %d accounts that %q may name; write the whole number", payee, len(found), named)
	}
	return named, nil
}
