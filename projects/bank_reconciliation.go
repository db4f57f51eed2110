package projects

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

type (
	// BankReconciliation 余额调节表 is what an account holds by our books and by the bank's at a month's end, and what only one
	// side has by then. Amounts are yuan. Without the month's statement the bank's side is empty.
	BankReconciliation struct {
		Account  OwnBankAccount    `json:"account"`
		Month    accounting.Period `json:"month"`
		Ledger   accounting.Money  `json:"ledger"`              // 单位账面余额
		BankIn   accounting.Money  `json:"bank_in"`             // 银行已收、单位未收
		BankOut  accounting.Money  `json:"bank_out"`            // 银行已付、单位未付
		Adjusted accounting.Money  `json:"adjusted"`            // 调节后余额
		Bank     *accounting.Money `json:"statement,omitempty"` // 对账单余额
		UnitIn   accounting.Money  `json:"unit_in"`             // 单位已收、银行未收
		UnitOut  accounting.Money  `json:"unit_out"`            // 单位已付、银行未付
		BankSide *accounting.Money `json:"statement_adjusted,omitempty"`
		Apart    *accounting.Money `json:"difference,omitempty"` // zero, or what both sides began with otherwise
		Items    []BankItem        `json:"items" nullable:"false"`
		Matches  []BankMatch       `json:"matches" nullable:"false"` // of the month's statement, by then
		Kept     *KeptSheet        `json:"kept,omitempty"`           // of a closed month: as it was at the close
	}

	// BankItem 未达账项 is what one side has and the other has not by the month's end.
	BankItem struct {
		ID      uuid.UUID        `json:"id"`
		Side    string           `json:"side"` // bank_in, bank_out, unit_in, unit_out, beginning
		Date    accounting.Date  `json:"date,omitzero"`
		Amount  accounting.Money `json:"amount"`
		Memo    string           `json:"memo,omitempty"`
		Party   string           `json:"party,omitempty"`
		Serial  string           `json:"serial,omitempty"`
		Voucher string           `json:"voucher,omitempty"`
		Days    int              `json:"days"` // open at the month's end
		Reason  string           `json:"reason,omitempty"`
		Owner   string           `json:"owner,omitempty"` // name
	}

	// BankMatch is a line of the statement and the voucher it is, with what it was found by: serial, amount_and_day, amount, by_hand.
	BankMatch struct {
		Line    int              `json:"line"`
		Date    accounting.Date  `json:"date"`
		Amount  accounting.Money `json:"amount"`
		Voucher string           `json:"voucher"`
		Reason  string           `json:"reason"`
		Because string           `json:"because,omitempty"` // of one by hand
		By      string           `json:"by,omitempty"`      // of one by hand: code of who matched it
	}

	// BankItemReason says why an item is open and who sees to it.
	BankItemReason struct {
		Reason string `json:"reason"`
		Owner  string `json:"owner"` // code of a person
	}
)

// openBankItem is an open item as the database tells it.
type openBankItem struct {
	ItemID                                     uuid.UUID
	Side                                       string
	Month, LineNo, Period, Number, VoucherLine *int
	Day                                        accounting.Date
	Amount                                     accounting.Money
	Memo, Party, Serial                        string
	Reason                                     *string
	OwnerID                                    *uuid.UUID
	OwnerName                                  string
	Days                                       int
}

func (o openBankItem) item() BankItem {
	x := BankItem{ID: o.ItemID, Side: o.Side, Date: o.Day, Amount: o.Amount, Memo: o.Memo, Party: o.Party, Serial: o.Serial, Days: o.Days, Owner: o.OwnerName}
	if o.Reason != nil {
		x.Reason = *o.Reason
	}
	if o.Period != nil {
		x.Voucher = fmt.Sprintf("%s 记-%04d", accounting.Period(*o.Period), *o.Number)
	}
	if side := map[string]string{"bank": "bank", "ledger": "unit"}[o.Side]; side != "" {
		x.Side = side + "_in"
		if o.Amount.Sign() < 0 {
			x.Side, x.Amount = side+"_out", o.Amount.Neg()
		}
	}
	return x
}

func openBankItems(ctx context.Context, db bun.IDB, book accounting.BookID, account uuid.UUID, month accounting.Period) (items []openBankItem, err error) {
	err = db.NewRaw(`select i.*, coalesce(p.name, '') as owner_name, coalesce((make_date(?1 / 100, ?1 % 100, 1) + interval '1 month')::date - 1 - i.day, 0) as days
		from projects.bank_open_items(?0, ?2, ?1) i left join accounting.persons p on p.book_id = ?0 and p.person_id = i.owner_id`, book, int(month), account).Scan(ctx, &items)
	return items, fault.FromSQL(err)
}

// ReconcileBank is the sheet of an account at the end of a month, for the context's reader; of a closed month as it was at its
// close. Codes: bank_account_unknown,
// period_invalid.
func ReconcileBank(ctx context.Context, db bun.IDB, book accounting.BookID, number string, month accounting.Period) (*BankReconciliation, error) {
	account, err := FindBankAccount(ctx, db, book, number)
	if err != nil {
		return nil, err
	}
	if month.Month() > 12 {
		return nil, fault.Invalid("period_invalid", "%s is no month of the calendar", month)
	}
	var s BankReconciliation
	if kept, err := readKept(ctx, db, book, month, bankKind, number, &s); kept != nil || err != nil {
		s.Kept = kept
		return &s, err
	}
	return compareBank(ctx, db, book, account, month)
}

// compareBank makes the sheet of an account.
func compareBank(ctx context.Context, db bun.IDB, book accounting.BookID, account *OwnBankAccount, month accounting.Period) (*BankReconciliation, error) {
	s := BankReconciliation{Account: *account, Month: month, Items: []BankItem{}, Matches: []BankMatch{}}
	err := db.NewRaw(`select ledger, statement from projects.bank_balances(?, ?, ?)`, book, account.ID, int(month)).Scan(ctx, &s.Ledger, &s.Bank)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	open, err := openBankItems(ctx, db, book, account.ID, month)
	if err != nil {
		return nil, err
	}
	sums := map[string]*accounting.Money{"bank_in": &s.BankIn, "bank_out": &s.BankOut, "unit_in": &s.UnitIn, "unit_out": &s.UnitOut}
	for _, o := range open {
		x := o.item()
		if sum := sums[x.Side]; sum != nil {
			*sum = sum.Add(x.Amount)
		}
		s.Items = append(s.Items, x)
	}
	s.Adjusted = s.Ledger.Add(s.BankIn).Sub(s.BankOut)
	if s.Bank != nil {
		side := s.Bank.Add(s.UnitIn).Sub(s.UnitOut)
		apart := s.Adjusted.Sub(side)
		s.BankSide, s.Apart = &side, &apart
	}
	err = db.NewRaw(`select b.line_no as line, b.day as date, b.received - b.paid as amount, m.reason, coalesce(m.because, '') as because, case m.reason when 'by_hand' then p.code else '' end as by,
			(m.period / 100) || '-' || lpad((m.period % 100)::text, 2, '0') || ' 记-' || lpad(m.number::text, 4, '0') as voucher
		from projects.bank_matches m join projects.bank_lines b using (book_id, bank_account_id, month, line_no) join accounting.persons p on p.book_id = m.book_id and p.person_id = m.matched_by
		where m.book_id = ?0 and m.bank_account_id = ?1 and m.month = ?2 and m.counts_from <= ?2 and (m.ended_from is null or m.ended_from > ?2) order by b.line_no`,
		book, account.ID, int(month)).Scan(ctx, &s.Matches)
	return &s, fault.FromSQL(err)
}

// MatchBank looks again for the vouchers of what is open, such as those posted since the statement came, and tells how many
// were found. Codes: bank_account_unknown.
func MatchBank(ctx context.Context, db *bun.DB, c accounting.Command, number string) (int, error) {
	c.Name, c.Body = "bank.match", number
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (found int, err error) {
		account, err := FindBankAccount(ctx, tx, c.Book, number)
		if err != nil {
			return 0, err
		}
		err = tx.NewRaw(`select projects.match_bank_lines(?, ?, ?)`, c.Book, account.ID, c.By.Person).Scan(ctx, &found)
		return found, fault.FromSQL(err)
	})
}

// ExplainBankItem says why an item is open at the end of a month and who sees to it; it holds for later months until it is
// said otherwise. Codes: bank_account_unknown, document_unknown, reason_required, person_unknown, role_not_held.
func ExplainBankItem(ctx context.Context, db *bun.DB, c accounting.Command, number string, month accounting.Period, item uuid.UUID, in BankItemReason) error {
	c.Name, c.Body, c.Target = "bank.explain", []any{number, month, in}, item
	_, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (struct{}, error) {
		if err := accounting.CheckText("reason", in.Reason, 500); err != nil {
			return struct{}{}, fault.Invalid("reason_required", "write why it is open, in at most 500 characters")
		}
		account, err := FindBankAccount(ctx, tx, c.Book, number)
		if err != nil {
			return struct{}{}, err
		}
		var owners []uuid.UUID
		if err := tx.NewRaw(`select person_id from accounting.persons where book_id = ? and code = ?`, c.Book, in.Owner).Scan(ctx, &owners); err != nil {
			return struct{}{}, fault.FromSQL(err)
		}
		if len(owners) == 0 {
			return struct{}{}, fault.NotFound("person_unknown", "there is no person %q", in.Owner)
		}
		_, err = tx.ExecContext(ctx, `select projects.explain_bank_item(?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, account.ID, int(month), item, in.Reason, owners[0], c.By.Person, c.By.Unit, c.By.Role)
		return struct{}{}, fault.FromSQL(err)
	})
	return err
}

// Workbook is the sheet to print, sign and keep (R28).
func (s *BankReconciliation) Workbook() ([]byte, error) {
	optional := func(m *accounting.Money) any {
		if m == nil {
			return "对账单未到"
		}
		return *m
	}
	rows := [][]any{
		{"单位账面余额", s.Ledger, "对账单余额", optional(s.Bank)},
		{"加：银行已收、单位未收", s.BankIn, "加：单位已收、银行未收", s.UnitIn},
		{"减：银行已付、单位未付", s.BankOut, "减：单位已付、银行未付", s.UnitOut},
		{"调节后余额", s.Adjusted, "调节后余额", optional(s.BankSide)},
		{"", "", "差额", optional(s.Apart)},
		{},
		{"未达账项", "金额", "日期", "摘要、凭证或流水号", "天数", "原因", "责任人"},
	}
	kinds := map[string]string{"bank_in": "银行已收、单位未收", "bank_out": "银行已付、单位未付", "unit_in": "单位已收、银行未收", "unit_out": "单位已付、银行未付", "beginning": "期初差异"}
	for _, x := range s.Items {
		about := strings.TrimSpace(strings.Join([]string{x.Memo, x.Party, x.Voucher, x.Serial}, " "))
		rows = append(rows, []any{kinds[x.Side], x.Amount, x.Date, about, x.Days, x.Reason, x.Owner})
	}
	if s.Kept != nil {
		rows = append(rows, []any{s.Kept.words()})
	}
	title := fmt.Sprintf("%s %s（%s）", s.Account.Bank, s.Account.Number, s.Month)
	var b bytes.Buffer
	err := lists.WriteList(&b, "余额调节表", []string{"余额调节表", title, "科目 " + s.Account.Account, "单位：元"}, rows)
	return b.Bytes(), err
}
