package projects

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// KeptSheet says that a sheet is not computed now but was kept at the close of its month, and as what.
type KeptSheet struct {
	At   time.Time       `json:"at"`
	Hash accounting.Hash `json:"hash"` // SHA-256 of its canonical JSON
}

func (k *KeptSheet) words() string {
	return fmt.Sprintf("结账时留存 %s，SHA-256 %s", k.At.UTC().Format(time.RFC3339), k.Hash)
}

// The kinds of sheets that are kept: 支出对账 and 余额调节表.
const (
	treasuryKind = "treasury"
	bankKind     = "bank"
)

// keptSheet is a sheet as it is kept.
type keptSheet struct {
	Period      accounting.Period
	Kind        string
	Account     string // number of an account with a bank; empty: the treasury's
	Content     string
	ContentHash accounting.Hash
	KeptAt      time.Time
}

const keptColumns = `select k.period, k.kind, k.account, k.content, k.content_hash, k.kept_at from projects.closing_sheets k where k.book_id = ?`

// CloseMonth closes a period for good as another person has proposed it, and keeps the sheets of a month as they are at that
// moment, in one transaction: what was signed is there later. Codes: those of accounting.Close.
func CloseMonth(ctx context.Context, db *bun.DB, c accounting.Command, in accounting.CloseConfirmation) (accounting.Root, error) {
	c.Body = in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (accounting.Root, error) {
		root, err := accounting.Close(ctx, tx, c.Book, in, c.By.Person)
		if err == nil && in.Period.Month() <= 12 {
			err = keepSheets(ctx, tx, c.Book, in.Period)
		}
		return root, err
	})
}

// keepSheets keeps the sheets of all units, whoever closes.
func keepSheets(ctx context.Context, tx bun.Tx, book accounting.BookID, month accounting.Period) error {
	if _, err := tx.ExecContext(ctx, `select set_config('mingzhang.reads', 'all', true)`); err != nil {
		return fault.FromSQL(err)
	}
	keep := func(kind, account string, sheet any) error {
		text, err := json.Marshal(sheet)
		if err != nil {
			return fault.Internal(err)
		}
		_, err = tx.ExecContext(ctx, `select projects.keep_closing_sheet(?, ?, ?, ?, ?)`, book, month, kind, account, string(text))
		return fault.FromSQL(err)
	}
	s, err := compareMonth(ctx, tx, book, month, time.Time{})
	if err == nil {
		err = keep(treasuryKind, "", s)
	}
	if err != nil {
		return err
	}
	accounts, err := BankAccounts(ctx, tx, book)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		s, err := compareBank(ctx, tx, book, &a, month)
		if err == nil {
			err = keep(bankKind, a.Number, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readKept reads a sheet of a closed month; nil: none was kept.
func readKept(ctx context.Context, db bun.IDB, book accounting.BookID, month accounting.Period, kind, account string, sheet any) (*KeptSheet, error) {
	var kept []keptSheet
	err := db.NewRaw(keptColumns+` and k.period = ? and k.kind = ? and k.account = ?`, book, month, kind, account).Scan(ctx, &kept)
	if err != nil || len(kept) == 0 {
		return nil, fault.FromSQL(err)
	}
	if err := json.Unmarshal([]byte(kept[0].Content), sheet); err != nil {
		return nil, fault.Internal(err)
	}
	return &KeptSheet{kept[0].KeptAt, kept[0].ContentHash}, nil
}

// VerifySheets computes the sheets of closed months again and tells where their figures are not those that were kept, and
// which month was closed without. It answers how many there are.
func VerifySheets(ctx context.Context, db bun.IDB, book accounting.BookID, found func(accounting.Finding)) (int, error) {
	var all []keptSheet
	if err := db.NewRaw(keptColumns+` order by k.period, k.kind, k.account`, book).Scan(ctx, &all); err != nil {
		return 0, fault.FromSQL(err)
	}
	for _, k := range all {
		then, now, err := k.figures(ctx, db, book)
		if err != nil {
			return 0, err
		}
		if accounting.Hash(sha256.Sum256([]byte(k.Content))) != k.ContentHash {
			found(accounting.Finding{Period: k.Period, Detail: k.name() + ": is not what was kept"})
		}
		for _, detail := range apart(then, now) {
			found(accounting.Finding{Period: k.Period, Detail: k.name() + ": " + detail})
		}
	}
	var without []accounting.Period
	err := db.NewRaw(`select p.period from accounting.periods p where p.book_id = ?0 and p.state = 'closed' and p.period % 100 <= 12
			and p.closed_at > (select min(k.kept_at) from projects.closing_sheets k where k.book_id = ?0)
			and not exists (select from projects.closing_sheets k where k.book_id = ?0 and k.period = p.period and k.kind = ?1) order by p.period`, book, treasuryKind).Scan(ctx, &without)
	for _, period := range without {
		found(accounting.Finding{Period: period, Detail: "closed without its sheets"})
	}
	return len(all), fault.FromSQL(err)
}

func (k keptSheet) name() string {
	if k.Kind == treasuryKind {
		return "支出对账"
	}
	return "余额调节表 " + k.Account
}

// figures are those of the sheet as it was kept, and as it comes out now.
func (k keptSheet) figures(ctx context.Context, db bun.IDB, book accounting.BookID) (then, now []sheetFigure, err error) {
	if k.Kind == treasuryKind {
		var kept TreasurySheet
		if err := json.Unmarshal([]byte(k.Content), &kept); err != nil {
			return nil, nil, fault.Internal(err)
		}
		again, err := compareMonth(ctx, db, book, k.Period, k.KeptAt)
		if err != nil {
			return nil, nil, err
		}
		return kept.figures(), again.figures(), nil
	}
	var kept BankReconciliation
	if err := json.Unmarshal([]byte(k.Content), &kept); err != nil {
		return nil, nil, fault.Internal(err)
	}
	account, err := FindBankAccount(ctx, db, book, k.Account)
	if err != nil {
		return nil, nil, err
	}
	again, err := compareBank(ctx, db, book, account, k.Period)
	if err != nil {
		return nil, nil, err
	}
	return kept.figures(), again.figures(), nil
}

// sheetFigure is an amount of a sheet under its name, which may stand there several times.
type sheetFigure struct {
	name   string
	amount accounting.Money
}

// figures are what can no longer change once the month is closed: words, reasons and what became of an item later can.
func (s *TreasurySheet) figures() (all []sheetFigure) {
	for name, f := range map[string]accounting.Money{"ours": s.Total.Ours, "theirs": s.Total.Theirs, "both": s.Total.Both, "only ours": s.Total.OnlyOurs, "only theirs": s.Total.OnlyTheirs} {
		all = append(all, sheetFigure{name, f})
	}
	for _, l := range s.Lines {
		all = append(all, sheetFigure{"ours of budget line " + l.BudgetLine, l.Ours})
	}
	for _, e := range s.Entries {
		if e.Side != "both" {
			all = append(all, sheetFigure{"only " + e.Side + " " + e.Voucher, e.Amount})
		}
	}
	return all
}

func (s *BankReconciliation) figures() (all []sheetFigure) {
	for name, f := range map[string]*accounting.Money{"our balance": &s.Ledger, "the bank's balance": s.Bank, "the difference": s.Apart} {
		if f != nil {
			all = append(all, sheetFigure{name, *f})
		}
	}
	for _, i := range s.Items {
		all = append(all, sheetFigure{fmt.Sprintf("%s %s %s%s", i.Side, i.Date, i.Voucher, i.Serial), i.Amount})
	}
	return all
}

// apart tells which figures are not the same; what is not there is zero.
func apart(then, now []sheetFigure) (details []string) {
	type pair struct{ then, now accounting.Money }
	sums, order := map[string]*pair{}, []string{}
	at := func(name string) *pair {
		if sums[name] == nil {
			sums[name] = &pair{}
			order = append(order, name)
		}
		return sums[name]
	}
	for _, f := range then {
		at(f.name).then = at(f.name).then.Add(f.amount)
	}
	for _, f := range now {
		at(f.name).now = at(f.name).now.Add(f.amount)
	}
	for _, name := range order {
		if p := sums[name]; !p.then.Equal(p.now) {
			details = append(details, fmt.Sprintf("%s: %s at the close, %s now", name, p.then, p.now))
		}
	}
	slices.Sort(details)
	return details
}
