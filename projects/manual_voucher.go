package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// ManualVoucher 手工凭证 is a voucher no event says: depreciation taken over, a bank fee, a reclassification. It stays off the
// indicator ledger, appropriations, budgetary expenditure and every account that is kept for a contract, a request or a
// batch or has a floor: those move with their documents.
type ManualVoucher struct {
	Paper
	Lines []ManualLine `json:"lines"`
}

// ManualLine is a debit or a credit, in yuan.
type ManualLine struct {
	Account       string           `json:"account"`
	Project       string           `json:"project"` // code
	EconomicClass string           `json:"economic_class,omitempty"`
	Debit         accounting.Money `json:"debit,omitzero"`
	Credit        accounting.Money `json:"credit,omitzero"`
}

// manualSource is what the voucher keeps as its event; the database judges vouchers of this source.
const manualSource = "manual"

var manualVoucherDocument = documentType{
	kind: "manual_voucher", prefix: "PZ", zh: "手工凭证", en: "voucher by hand",
	content: func() Content { return new(ManualVoucher) },
	effects: map[string]effect{"submit": checkManualVoucher, "post": postManualVoucher},
}

func (m ManualVoucher) about(ctx context.Context, r resolver) (about, error) {
	if len(m.Lines) < 2 {
		return about{}, fault.Invalid("voucher_empty", "%d lines; a voucher has at least two", len(m.Lines))
	}
	lines, first, err := m.posted(ctx, r)
	if err != nil {
		return about{}, err
	}
	var total accounting.Money
	for _, l := range lines {
		total = total.Add(l.Debit)
	}
	return about{node: first, amount: &total}, nil
}

// posted are the lines as the books take them, and the code of the first one's project. Codes: project_unknown.
func (m ManualVoucher) posted(ctx context.Context, r resolver) ([]accounting.Line, string, error) {
	names := make([]string, len(m.Lines))
	for i, l := range m.Lines {
		names[i] = l.Project
	}
	cells, err := r.onProjects(ctx, names...)
	if err != nil {
		return nil, "", err
	}
	lines := make([]accounting.Line, len(m.Lines))
	for i, l := range m.Lines {
		lines[i] = accounting.Line{Account: l.Account, Debit: l.Debit, Credit: l.Credit, Dims: accounting.Dims{Project: cells[i].project, EconomicClass: l.EconomicClass}}
	}
	return lines, cells[0].code, nil
}

// checkManualVoucher tells the maker, not the third person, what the books would refuse.
// Codes: account_not_manual, account_unknown, account_summary, amount_invalid, economic_class_required,
// economic_class_not_allowed, voucher_unbalanced, document_invalid.
func checkManualVoucher(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, _ Step) ([]accounting.Receipt, error) {
	m, err := contentOf[ManualVoucher](d)
	if err != nil {
		return nil, err
	}
	lines, _, err := m.posted(ctx, resolver{tx, c})
	if err != nil {
		return nil, err
	}
	type side struct {
		project accounting.ProjectID
		basis   string
	}
	rest := map[side]accounting.Money{}
	for i, l := range lines {
		if err := allowedByHand(ctx, tx, c.Book, i+1, l); err != nil {
			return nil, err
		}
		of := side{l.Project, accounting.Basis(l.Account)}
		rest[of] = rest[of].Add(l.Debit).Sub(l.Credit)
	}
	for i, l := range lines {
		if left := rest[side{l.Project, accounting.Basis(l.Account)}]; !left.IsZero() {
			return nil, fault.Invalid("voucher_unbalanced", "project %s, basis %s: debits less credits are %s", m.Lines[i].Project, accounting.Basis(l.Account), left)
		}
	}
	return nil, ownProjects(ctx, tx, d, []accounting.Voucher{{Lines: lines}})
}

// allowedByHand asks the account whether it takes the line; the rule itself stands in the database.
func allowedByHand(ctx context.Context, tx bun.Tx, book accounting.BookID, no int, l accounting.Line) error {
	var accounts []struct {
		NameZH     string `bun:"name_zh"`
		Leaf       bool
		TakesClass bool
		Ban        string
	}
	if err := tx.NewRaw(`select a.name_zh, a.leaf, a.takes_class, coalesce(projects.manual_ban(a), '') as ban from accounting.accounts a where a.book_id = ? and a.code = ?`, book, l.Account).Scan(ctx, &accounts); err != nil {
		return fault.FromSQL(err)
	}
	switch {
	case len(accounts) == 0:
		return fault.Invalid("account_unknown", "line %d: the chart has no account %q", no, l.Account)
	case accounts[0].Ban != "":
		return fault.Invalid("account_not_manual", "line %d, account %s %s: not by hand, %s", no, l.Account, accounts[0].NameZH, accounts[0].Ban)
	case !accounts[0].Leaf:
		return fault.Invalid("account_summary", "line %d, account %s %s: only its sub-accounts are posted", no, l.Account, accounts[0].NameZH)
	case l.Debit.Sign() < 0 || l.Credit.Sign() < 0 || l.Debit.IsZero() == l.Credit.IsZero():
		return fault.Invalid("amount_invalid", "line %d: debit %s, credit %s; exactly one of them is given, above zero", no, l.Debit, l.Credit)
	case accounts[0].TakesClass && l.EconomicClass == "":
		return fault.Invalid("economic_class_required", "line %d, account %s %s takes an economic class", no, l.Account, accounts[0].NameZH)
	case !accounts[0].TakesClass && l.EconomicClass != "":
		return fault.Invalid("economic_class_not_allowed", "line %d, account %s %s takes no economic class", no, l.Account, accounts[0].NameZH)
	}
	return nil
}

// postManualVoucher posts it: prepared by its maker, reviewed by who reviewed the document, posted by who acts.
func postManualVoucher(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	m, err := contentOf[ManualVoucher](d)
	if err != nil {
		return nil, err
	}
	lines, _, err := m.posted(ctx, resolver{tx, c})
	if err != nil {
		return nil, err
	}
	h, err := eventHead(ctx, tx, d, m.Paper, s)
	if err != nil {
		return nil, err
	}
	v := accounting.Voucher{Book: c.Book, Date: h.Date, Kind: accounting.Ordinary, Source: manualSource, Document: d.ID, Memo: h.Memo,
		PreparedBy: h.PreparedBy, PostedBy: c.By.Person, Attachments: h.Attachments, Documents: h.Documents, Lines: lines}
	if h.Demo {
		v.Kind = accounting.Demonstration
	}
	err = tx.NewRaw(`select a.person_id from projects.acts a where a.book_id = ? and a.document_id = ? and a.verb = 'review' order by a.ordinal desc limit 1`, d.Book, d.ID).Scan(ctx, &v.ReviewedBy)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	return accounting.Post(ctx, tx, v)
}
