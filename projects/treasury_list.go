package projects

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// TreasuryPayment is a row of the treasury's list with the line it is of. Amounts are yuan.
	TreasuryPayment struct {
		ItemID    uuid.UUID        `bun:"item_id" json:"item"`
		VoucherNo string           `json:"voucher_no"` // 支付凭证号
		Returned  bool             `json:"returned,omitempty"`
		Row       int              `bun:"row_no" json:"row"`
		Day       accounting.Date  `json:"day"` // of the bank
		Payee     string           `json:"payee"`
		Account   string           `bun:"account_number" json:"account"` // its last four digits
		Amount    accounting.Money `json:"amount"`
		Indicator string           `json:"indicator,omitempty"` // 指标文号
		Purpose   string           `json:"purpose,omitempty"`   // 用途

		Request   string `json:"request,omitempty"` // the payment request it is of
		LineNo    int    `json:"line,omitempty"`
		Reason    string `json:"reason,omitempty"`    // why: voucher_number, request_number, voucher_in_request, amount_and_account
		Disagrees string `json:"disagrees,omitempty"` // what the line says otherwise
		State     string `json:"state"`               // booked, matched, not_needed (came back before it was booked), unknown

		Month    accounting.Period `json:"-"`
		Document uuid.UUID         `bun:"document_id" json:"-"`
		Round    int               `json:"-"`
		Project  string            `bun:"project_code" json:"-"`
		Period   accounting.Period `json:"-"` // of its voucher
		Number   int               `json:"-"`
	}

	// ConfirmTreasury says which rows of a list are confirmed; none named: all that match an ordered line and agree with it.
	ConfirmTreasury struct {
		VoucherNos []string `json:"voucher_nos,omitempty"`
	}

	// ConfirmedPayment is what the confirmation of a list came to for one row.
	ConfirmedPayment struct {
		VoucherNo string               `json:"voucher_no"`
		Request   string               `json:"request,omitempty"`
		Line      int                  `json:"line,omitempty"`
		Reason    string               `json:"reason,omitempty"` // why the row is of this line
		Confirmed bool                 `json:"confirmed"`
		Code      string               `json:"code,omitempty"` // why not
		Detail    string               `json:"detail,omitempty"`
		Receipts  []accounting.Receipt `json:"-"`
	}
)

const treasuryColumns = `t.item_id, t.voucher_no, t.returned, t.row_no, t.day, t.payee, t.account_number, t.amount, t.indicator, t.project_code, t.purpose, coalesce(t.request, '') as request,
	coalesce(t.line_no, 0) as line_no, coalesce(t.reason, '') as reason, coalesce(t.disagrees, '') as disagrees, t.month, coalesce(t.document_id, '00000000-0000-0000-0000-000000000000') as document_id,
	coalesce(t.round, 0) as round, coalesce(t.period, 0) as period, coalesce(t.number, 0) as number,
	case when t.period is not null then 'booked' when t.gone then 'not_needed' when t.reason is not null then 'matched' else 'unknown' end as state`

// TreasuryPayments are the rows of a list that it brought, with the lines they are of. Codes: list_unknown.
func TreasuryPayments(ctx context.Context, db bun.IDB, book accounting.BookID, list uuid.UUID) ([]TreasuryPayment, error) {
	i, err := treasuryImport(ctx, db, book, list)
	if err != nil {
		return nil, err
	}
	found := []TreasuryPayment{}
	err = db.NewRaw(`select `+treasuryColumns+` from projects.treasury_rows(?, ?, ?, 'infinity') t where t.import_id = ? order by t.row_no`, book, i.Month, i.Month, list).Scan(ctx, &found)
	for n := range found {
		found[n].Account = last4(found[n].Account)
	}
	return found, fault.FromSQL(err)
}

func treasuryImport(ctx context.Context, db bun.IDB, book accounting.BookID, list uuid.UUID) (*Import, error) {
	var found []Import
	err := db.NewSelect().Model(&found).Where("import.book_id = ? and import.import_id = ? and import.kind = ?", book, list, treasuryPayments).Scan(ctx)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return nil, fault.NotFound("list_unknown", "there is no such treasury list for you")
	}
	return &found[0], nil
}

// ConfirmTreasuryList confirms the lines that rows of a list are of, with the list as their receipt: each line by itself, on the
// bank's day if its month is open. Who took the list in does not. A repeat of the key goes on with the same rows.
// Codes: list_unknown, role_not_held, duty_taken, key_malformed; those of single lines stand in their outcome.
func ConfirmTreasuryList(ctx context.Context, db *bun.DB, c accounting.Command, list uuid.UUID, in ConfirmTreasury) ([]ConfirmedPayment, error) {
	c.Name, c.Body, c.Target = "treasury.confirm", in, list
	if len(c.Key) > 130 {
		return nil, accounting.Refuse(ctx, db, c, fault.Invalid("key_malformed", "the key has %d bytes, at most 130: each row gets its own", len(c.Key)))
	}
	rows, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) ([]ConfirmedPayment, error) {
		return toConfirm(ctx, tx, c, list, in)
	})
	if err != nil {
		return nil, err
	}
	for n := range rows {
		r := &rows[n]
		one := c
		one.Key = c.Key + "/" + r.VoucherNo
		one.Name, one.Body = "treasury.confirm_line", r.VoucherNo
		r.Receipts, err = accounting.Do(ctx, db, one, func(ctx context.Context, tx bun.Tx) ([]accounting.Receipt, error) {
			return confirmByList(ctx, tx, one, list, r.VoucherNo)
		})
		if r.Confirmed = err == nil; err == nil {
			continue
		}
		r.Code = fault.Code(err)
		var f *fault.Error
		if errors.As(err, &f) {
			r.Detail = f.Detail
		}
	}
	return rows, nil
}

// toConfirm lists the rows that are to be confirmed: those named, or all of the list that wait.
func toConfirm(ctx context.Context, tx bun.Tx, c accounting.Command, list uuid.UUID, in ConfirmTreasury) ([]ConfirmedPayment, error) {
	if c.By.Role != "treasury_officer" {
		return nil, fault.Denied("role_not_held", "this is for treasury_officer, not for %s", c.By.Role)
	}
	i, err := treasuryImport(ctx, tx, c.Book, list)
	if err != nil {
		return nil, err
	}
	if i.ImportedBy == c.By.Person {
		return nil, fault.Denied("duty_taken", "who took the list in does not confirm by it: another treasury officer does")
	}
	if err := matchTreasury(ctx, tx, c.Book); err != nil {
		return nil, err
	}
	found, err := TreasuryPayments(ctx, tx, c.Book, list)
	if err != nil {
		return nil, err
	}
	rows, named := []ConfirmedPayment{}, map[string]bool{}
	for _, n := range in.VoucherNos {
		named[n] = true
	}
	for _, t := range found {
		if !t.Returned && (named[t.VoucherNo] || len(named) == 0 && t.State == "matched") {
			rows = append(rows, ConfirmedPayment{VoucherNo: t.VoucherNo, Request: t.Request, Line: t.LineNo, Reason: t.Reason})
			delete(named, t.VoucherNo)
		}
	}
	for n := range named {
		return nil, fault.NotFound("list_unknown", "the list brought no payment with the voucher %q", n)
	}
	return rows, nil
}

// confirmByList is receipt and confirmation of one line in one act: two persons stand behind it, who took the list in and who
// confirms.
func confirmByList(ctx context.Context, tx bun.Tx, c accounting.Command, list uuid.UUID, voucher string) ([]accounting.Receipt, error) {
	var of struct {
		Document uuid.UUID
		Line     int
	}
	err := tx.NewRaw(`select * from projects.enter_receipt_by_list(?, ?, ?, ?, ?, ?)`, c.Book, list, voucher, c.By.Person, c.By.Unit, c.By.Role).Scan(ctx, &of)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	d, err := FindDocument(ctx, tx, c.Book, of.Document)
	if err != nil {
		return nil, err
	}
	return confirmLine(ctx, tx, c, d, of.Line)
}
