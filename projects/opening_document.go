package projects

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// OpeningBook 期初 is what a book begins with at the end of a month, of all projects it names: one document, gathered from
	// lists, drafted by one person and approved by another, and one voucher for each project. Requests that are neither paid
	// nor returned by then, and batches and single payables of subsidies, are not brought: they are asked for anew. Amounts
	// are yuan.
	OpeningBook struct {
		Paper
		Indicators []OpeningIndicator `json:"indicators,omitempty"`
		Contracts  []OpeningContract  `json:"contracts,omitempty"`
		Balances   []OpeningBalance   `json:"balances,omitempty"`
		Totals     *OpeningTotals     `json:"totals,omitempty"` // computed; shown and signed with the rest
	}

	// OpeningIndicator is a budget line of the year and what became of its authority. Held by contracts is told by them, what
	// is left is available.
	OpeningIndicator struct {
		BudgetLine string            `json:"budget_line"` // code; registered before
		Approved   accounting.Money  `json:"approved"`
		Issued     accounting.Money  `json:"issued"`
		Frozen     accounting.Money  `json:"frozen"`
		Executed   accounting.Money  `json:"executed"`            // this year
		Available  *accounting.Money `json:"available,omitempty"` // a control, where it is told
	}

	// OpeningContract is a contract that runs, as it was agreed, and how far it has come.
	OpeningContract struct {
		Agreement       Agreement        `json:"agreement"`
		Measured        []OpenedItem     `json:"measured,omitempty"`
		Certified       accounting.Money `json:"certified"`
		AdvancePaid     accounting.Money `json:"advance_paid"`
		AdvanceRecouped accounting.Money `json:"advance_recouped"`
		Paid            accounting.Money `json:"paid"` // of what was certified
		Deducted        accounting.Money `json:"deducted"`
		RetentionKept   accounting.Money `json:"retention_kept"`
		RetentionPaid   accounting.Money `json:"retention_paid"`
		Payable         accounting.Money `json:"payable"` // a control: certified − recouped − kept − paid
		Held            []Draw           `json:"held,omitempty"`
		SettledOn       accounting.Date  `json:"settled_on,omitzero"` // empty: it is not settled
	}

	// OpenedItem is how far an item was certified: a quantity or, of a lump sum, percent.
	OpenedItem struct {
		Code     string           `json:"code"`
		Quantity *decimal.Decimal `json:"quantity,omitempty"`
		Percent  *decimal.Decimal `json:"percent,omitempty"`
		Amount   accounting.Money `json:"amount"`
	}

	// OpeningTotals 控制总数 are what both persons compare with the old books.
	OpeningTotals struct {
		BudgetLines int              `json:"budget_lines"`
		Approved    accounting.Money `json:"approved"`
		Issued      accounting.Money `json:"issued"`
		Executed    accounting.Money `json:"executed"`
		Contracts   int              `json:"contracts"`
		Price       accounting.Money `json:"price"`
		Certified   accounting.Money `json:"certified"`
		Advance     accounting.Money `json:"advance"` // paid and not recouped
		Payable     accounting.Money `json:"payable"`
		Retention   accounting.Money `json:"retention"` // kept and not paid
		Held        accounting.Money `json:"held"`
		Balances    int              `json:"balances"`
		Debit       accounting.Money `json:"debit"` // of the financial accounts, contracts with them
		Credit      accounting.Money `json:"credit"`
	}
)

var openingDocument = documentType{
	kind: "opening", prefix: "QC", zh: "期初余额", en: "opening balances",
	content: func() Content { return new(OpeningBook) },
	effects: map[string]effect{"submit": checkOpening, "approve": openBook},
}

func (o OpeningBook) about(context.Context, resolver) (about, error) {
	if next := o.Date.AddDays(1); next.Period() == o.Date.Period() {
		return about{}, fault.Invalid("document_invalid", "date: a book begins at the end of a month, not on %s", o.Date)
	}
	if len(o.Indicators)+len(o.Contracts)+len(o.Balances) == 0 {
		return about{}, fault.Invalid("document_invalid", "an opening states indicators, contracts or balances")
	}
	amount := o.Totals.Debit
	return about{amount: &amount}, nil
}

// complete computes the terms of the contracts and the control totals. Lists come one by one: whether they agree with each
// other is asked when the document is sent. Codes: document_invalid and those of contracts.
func (o OpeningBook) complete(ctx context.Context, r resolver) (Content, error) {
	o.Contracts = slices.Clone(o.Contracts)
	t := OpeningTotals{BudgetLines: len(o.Indicators), Contracts: len(o.Contracts), Balances: len(o.Balances)}
	for _, i := range o.Indicators {
		t.Approved, t.Issued, t.Executed = t.Approved.Add(i.Approved), t.Issued.Add(i.Issued), t.Executed.Add(i.Executed)
	}
	for n := range o.Contracts {
		k := &o.Contracts[n]
		if err := k.complete(ctx, r); err != nil {
			return nil, inContract(k, err)
		}
		t.Price, t.Certified = t.Price.Add(k.Agreement.Price), t.Certified.Add(k.Certified)
		t.Advance = t.Advance.Add(k.AdvancePaid).Sub(k.AdvanceRecouped)
		t.Payable, t.Retention = t.Payable.Add(k.Payable), t.Retention.Add(k.RetentionKept).Sub(k.RetentionPaid)
		for _, h := range k.Held {
			t.Held = t.Held.Add(h.Amount)
		}
	}
	for _, b := range o.financial() {
		if debit := b.onDebit(); debit.Sign() > 0 {
			t.Debit = t.Debit.Add(debit)
		} else {
			t.Credit = t.Credit.Sub(debit)
		}
	}
	o.Totals = &t
	return &o, nil
}

// onDebit is a balance as debit less credit.
func (b OpeningBalance) onDebit() accounting.Money {
	if byCode[b.Account].NormalSide == accounting.Credit {
		return b.Balance.Neg()
	}
	return b.Balance
}

// financial are the balances of the financial accounts, those of contracts with them.
func (o OpeningBook) financial() (list []OpeningBalance) {
	for _, b := range o.Balances {
		if byCode[b.Account].Basis == "financial" {
			list = append(list, b)
		}
	}
	for _, k := range o.Contracts {
		list = append(list, k.balances(Ref(k.Agreement.Number))...)
	}
	return list
}

// openBook makes the contracts known and posts the opening of each project. Codes: opening_differs, contract_exceeded and those
// of Opening.
func openBook(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	o, err := contentOf[OpeningBook](d)
	if err != nil {
		return nil, err
	}
	r := resolver{tx, c}
	if err := o.agrees(ctx, r); err != nil {
		return nil, err
	}
	refs := make([]SubjectRef, len(o.Contracts))
	for n, k := range o.Contracts {
		refs[n] = SubjectRef{ID: accounting.SubjectID{UUID: accounting.NewID()}, Code: k.Agreement.Number}
		if _, err := tx.ExecContext(ctx, `select projects.open_contract(?, ?, ?, ?)`, c.Book, d.ID, n+1, refs[n].ID); err != nil {
			return nil, inContract(&k, fault.FromSQL(err))
		}
	}
	h, err := eventHead(ctx, tx, d, o.Paper, s)
	if err != nil {
		return nil, err
	}
	h.Date = o.Date // the books begin on no other day than was signed
	var receipts []accounting.Receipt
	byProject, err := o.openings(ctx, r, refs)
	if err != nil {
		return nil, err
	}
	for _, opening := range byProject {
		opening.Head = h
		posted, err := postEvent(ctx, tx, c, opening)
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, posted...)
	}
	return receipts, nil
}

// checkOpening refuses to send an opening whose lists do not agree, or that the ledger would not take.
func checkOpening(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	o, err := contentOf[OpeningBook](d)
	if err != nil {
		return nil, err
	}
	r := resolver{tx, c}
	if err := o.agrees(ctx, r); err != nil {
		return nil, err
	}
	refs := make([]SubjectRef, len(o.Contracts))
	for n, k := range o.Contracts {
		refs[n] = Ref(k.Agreement.Number)
	}
	byProject, err := o.openings(ctx, r, refs)
	if err != nil {
		return nil, err
	}
	h, err := eventHead(ctx, tx, d, o.Paper, s)
	if err != nil {
		return nil, err
	}
	for _, opening := range byProject {
		opening.Head = h
		if _, err := Vouchers(ctx, tx, c, opening); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
