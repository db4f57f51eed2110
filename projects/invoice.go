package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Invoice 发票 is an amount in yuan that payment requests use; red ones reduce it. Live uses and reductions together never
	// exceed it (uses_within_invoice).
	Invoice struct {
		Payee   string           `json:"payee"` // the supplier's code
		Code    string           `json:"code,omitempty"`
		Number  string           `json:"number"`
		Day     accounting.Date  `json:"date"`
		Amount  accounting.Money `json:"amount"`
		RedOf   string           `json:"red_of,omitempty"` // number of the invoice it reduces
		Reduced accounting.Money `json:"reduced"`
		Used    accounting.Money `json:"used"`
		Unused  accounting.Money `json:"unused"` // what may still be used
	}

	// RedInvoice 红字发票 takes an amount, stated above zero, off an invoice of the same supplier.
	RedInvoice struct {
		Payee   string           `json:"payee"`
		Code    string           `json:"code,omitempty"`
		Number  string           `json:"number"`
		Date    accounting.Date  `json:"date"`
		Amount  accounting.Money `json:"amount"`
		RedCode string           `json:"red_code,omitempty"` // code of the invoice it reduces, where it has one
		RedOf   string           `json:"red_of"`             // its number
	}
)

// RegisterRedInvoice takes a red invoice off the one it names. It only lowers what may be used, so one person does it; a
// request that uses more is recalled or returned first. Codes: invoice_exceeded, role_not_held, document_invalid, duplicate.
func RegisterRedInvoice(ctx context.Context, db *bun.DB, c accounting.Command, in RedInvoice) error {
	c.Name, c.Body = "invoice.red", in
	_, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (any, error) {
		if err := accounting.CheckText("number", in.Number, 40); err != nil {
			return nil, err
		}
		if err := positive("amount", in.Amount); err != nil {
			return nil, err
		}
		if in.Date.IsZero() {
			return nil, fault.Invalid("document_invalid", "date: an invoice has a day")
		}
		_, err := tx.ExecContext(ctx, `select projects.register_red_invoice(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, in.Payee, in.Code, in.Number, in.Date, in.Amount,
			in.RedCode, in.RedOf, c.By.Person, c.By.Unit, c.By.Role)
		return nil, fault.FromSQL(err)
	})
	return err
}

// Invoices lists the invoices of a supplier, of all suppliers when none is named, by day.
func Invoices(ctx context.Context, db bun.IDB, book accounting.BookID, payee string) ([]Invoice, error) {
	var found []Invoice
	err := db.NewRaw(`select p.code as payee, i.code, i.number, i.day, i.amount, coalesce(i.red_of, '') as red_of, i.reduced, i.used,
			case when i.red_of is null then i.amount - i.reduced - i.used else 0 end as unused
		from projects.invoices i join projects.payees p on p.book_id = i.book_id and p.payee_id = i.payee_id
		where i.book_id = ?0 and ?1 in ('', p.code) order by p.code, i.day, i.number`, book, payee).Scan(ctx, &found)
	return found, fault.FromSQL(err)
}

// KnownInvoice is what the book knows of an invoice that a request is about to use. Amounts are yuan.
type KnownInvoice struct {
	Known  bool
	Used   bool // it may not be written otherwise any more
	Day    accounting.Date
	Amount accounting.Money
	Left   accounting.Money // neither used nor reduced
	UsedBy string           // numbers of the requests that use it and that the context's reader reads
}

// KnownInvoices looks each invoice up by its supplier, number and code, in their order.
func KnownInvoices(ctx context.Context, db bun.IDB, book accounting.BookID, invoices []InvoiceUse) ([]KnownInvoice, error) {
	all := make([]KnownInvoice, len(invoices))
	for i, v := range invoices {
		var found []KnownInvoice
		err := db.NewRaw(`select true as known, i.used > 0 or i.reduced > 0 as used, i.day, i.amount, i.amount - i.used - i.reduced as left,
				coalesce((select string_agg(distinct d.number, '、' order by d.number) from projects.invoice_uses u join projects.documents d on d.book_id = u.book_id and d.document_id = u.document_id
					where u.book_id = i.book_id and u.payee_id = i.payee_id and u.code = i.code and u.number = i.number and u.live), '') as used_by
			from projects.payees p join projects.invoices i on i.book_id = p.book_id and i.payee_id = p.payee_id
			where p.book_id = ? and p.code = ? and i.number = ? and (i.code = ? or '' in (i.code, ?)) order by i.code desc limit 1`, book, v.Payee, v.Number, v.Code, v.Code).Scan(ctx, &found)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		if len(found) > 0 {
			all[i] = found[0]
		}
	}
	return all, nil
}
