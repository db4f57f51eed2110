package projects

import (
	"context"

	"github.com/google/uuid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Works between contract and payment: what was built, what of it is owed or kept back, and corrections of both.
type (
	// Opening is O1 期初: the balances a project starts with, from before this book. The rest stands on 3001 and, for
	// authority, on 9101 of the same budget line.
	Opening struct {
		Head
		Balances []OpeningBalance `json:"balances"`
	}

	// OpeningBalance is one balance, in yuan on its natural side; a negative one stands on the other.
	OpeningBalance struct {
		Account    string           `json:"account"`
		Project    string           `json:"project,omitempty"`     // or
		BudgetLine string           `json:"budget_line,omitempty"` // where the account takes one
		Subject    SubjectRef       `json:"subject,omitzero"`      // introduced if it is new
		Balance    accounting.Money `json:"balance"`

		EconomicClass string `json:"economic_class,omitempty"` // of expenses and expenditure, when a book begins within a year
	}

	// Certify is P2 计量结算: work was valued. The rest of gross stands as payable.
	Certify struct {
		Head
		Project     string           `json:"project"`
		Contract    SubjectRef       `json:"contract"`
		Gross       accounting.Money `json:"gross"`
		Recouped    accounting.Money `json:"recouped"` // of the advance
		Retained    accounting.Money `json:"retained"` // 质保金
		OverOneYear bool             `json:"over_one_year,omitempty"`
	}

	// CutSettlement is P2d 结算审减: settled below what was certified; the cut is what is not owed, not retained, or to return.
	CutSettlement struct {
		Head
		Project     string           `json:"project"`
		Contract    SubjectRef       `json:"contract"`
		Unpaid      accounting.Money `json:"unpaid"`
		Retained    accounting.Money `json:"retained"`
		Overpaid    accounting.Money `json:"overpaid"`
		OverOneYear bool             `json:"over_one_year,omitempty"`
	}

	// ForfeitRetention is P5f 质保金没收; Release gives its hold back (I6r).
	ForfeitRetention struct {
		Head
		Project     string           `json:"project"`
		Contract    SubjectRef       `json:"contract"`
		Amount      accounting.Money `json:"amount"`
		Cost        string           `json:"cost"` // 1613.01, after hand-over 1601 or 1801
		OverOneYear bool             `json:"over_one_year,omitempty"`
		Release     []Draw           `json:"release,omitempty"`
	}

	// ClaimOverpayment is H1 多付工程款转应收.
	ClaimOverpayment struct {
		Head
		Project  string           `json:"project"`
		Contract SubjectRef       `json:"contract"`
		Amount   accounting.Money `json:"amount"`
	}

	// OverpaymentBack is H2 多付款当年收回.
	OverpaymentBack struct {
		Head
		Contract      SubjectRef `json:"contract"`
		Sources       []Draw     `json:"sources"`
		EconomicClass string     `json:"economic_class"`
	}
)

func (Opening) EventCode() string          { return "O1" }
func (Certify) EventCode() string          { return "P2" }
func (CutSettlement) EventCode() string    { return "P2d" }
func (ForfeitRetention) EventCode() string { return "P5f" }
func (ClaimOverpayment) EventCode() string { return "H1" }
func (OverpaymentBack) EventCode() string  { return "H2" }

func (e Opening) entries(ctx context.Context, r resolver) ([]entry, error) {
	var cells, financial, authority []eventCell
	for _, b := range e.Balances {
		account, known := byCode[b.Account]
		if !known || !account.Leaf || b.Account == "3001" || b.Account == "9101" {
			return nil, fault.Invalid("account_unknown", "%s is not a leaf that an opening states; 3001 and 9101 take the rest", b.Account)
		}
		c, err := r.openingCell(ctx, b, account)
		if err != nil {
			return nil, err
		}
		if account.NormalSide == accounting.Credit {
			b.Balance = b.Balance.Neg()
		}
		c.figures = map[figure]accounting.Money{"opening": b.Balance}
		cells = append(cells, c)
		switch account.Basis {
		case "financial":
			financial = addRest(financial, c, b.Balance)
		case "authority":
			authority = addRest(authority, c, b.Balance)
		}
	}
	return one("O1", "", eventFacts{cells: map[role][]eventCell{own: cells, "financial rest": financial, "authority rest": authority}}), nil
}

func (r resolver) openingCell(ctx context.Context, b OpeningBalance, account accounting.Account) (c eventCell, err error) {
	if account.TakesLine {
		var found []eventCell
		if found, err = r.onLines(ctx, Draw{b.BudgetLine, accounting.Fen(1)}); err == nil {
			c = found[0]
		}
	} else {
		c, err = r.onProject(ctx, b.Project, nil)
	}
	if err != nil {
		return c, err
	}
	c.choices, c.class = map[string]string{"{leaf}": b.Account}, b.EconomicClass
	if kind := account.TakesSubject; kind != "" {
		s, err := r.subject(ctx, kind, b.Subject, true)
		if err != nil {
			return c, err
		}
		c.subjects = map[accounting.SubjectKind]accounting.Subject{kind: s}
	}
	return c, nil
}

// addRest adds a balance to the rest of its project or, with a budget line, of that line.
func addRest(rests []eventCell, c eventCell, m accounting.Money) []eventCell {
	for i := range rests {
		if rests[i].project == c.project && rests[i].line == c.line {
			rests[i].figures["opening"] = rests[i].figures["opening"].Add(m)
			return rests
		}
	}
	return append(rests, eventCell{project: c.project, line: c.line, code: c.code, figures: map[figure]accounting.Money{"opening": m}})
}

func (e Certify) entries(ctx context.Context, r resolver) ([]entry, error) {
	if err := positive("gross", e.Gross); err != nil {
		return nil, err
	}
	figures := map[figure]accounting.Money{"gross": e.Gross, "recouped": e.Recouped, "retained": e.Retained}
	if err := notNegative(figures); err != nil {
		return nil, err
	}
	net := e.Gross.Sub(e.Recouped).Sub(e.Retained)
	if net.Sign() < 0 {
		return nil, fault.Invalid("certificate_negative", "gross %s − recouped %s − retained %s = %s; recoup the rest from the next certificate", e.Gross, e.Recouped, e.Retained, net)
	}
	figures["rest"] = net
	return r.ofContract(ctx, "P2", e.Project, e.Contract, figures, retentionAccount(e.OverOneYear))
}

func (e CutSettlement) entries(ctx context.Context, r resolver) ([]entry, error) {
	figures := map[figure]accounting.Money{"unpaid": e.Unpaid, "retained": e.Retained, "overpaid": e.Overpaid}
	if err := notNegative(figures); err != nil {
		return nil, err
	}
	figures["cut"] = accounting.Sum(e.Unpaid, e.Retained, e.Overpaid)
	return r.ofContract(ctx, "P2d", e.Project, e.Contract, figures, retentionAccount(e.OverOneYear))
}

func (e ClaimOverpayment) entries(ctx context.Context, r resolver) ([]entry, error) {
	if err := positive("amount", e.Amount); err != nil {
		return nil, err
	}
	return r.ofContract(ctx, "H1", e.Project, e.Contract, map[figure]accounting.Money{"": e.Amount}, nil)
}

// ofContract is an event of a project and its contract, without a budget line.
func (r resolver) ofContract(ctx context.Context, event, project string, contract SubjectRef, figures map[figure]accounting.Money, choices map[string]string) ([]entry, error) {
	c, err := r.onProject(ctx, project, figures)
	if err != nil {
		return nil, err
	}
	s, err := r.subject(ctx, accounting.Contract, contract, false)
	return one(event, "", eventFacts{
		cells: map[role][]eventCell{own: {c}}, choices: choices,
		subjects: map[accounting.SubjectKind]accounting.Subject{accounting.Contract: s},
	}), err
}

func (e ForfeitRetention) entries(ctx context.Context, r resolver) ([]entry, error) {
	if err := positive("amount", e.Amount); err != nil {
		return nil, err
	}
	if err := among("cost", e.Cost, "1613.01", "1601", "1801"); err != nil {
		return nil, err
	}
	choices := retentionAccount(e.OverOneYear)
	choices["{cost}"] = e.Cost
	out, err := r.ofContract(ctx, "P5f", e.Project, e.Contract, map[figure]accounting.Money{"": e.Amount}, choices)
	if err == nil && e.Document == uuid.Nil {
		err = r.withoutDocument(ctx, e.Contract)
	}
	if err != nil || len(e.Release) == 0 {
		return out, err
	}
	released, err := r.onLines(ctx, e.Release...)
	for i := range released {
		released[i].figures["released"] = released[i].figures[""]
	}
	out[0].facts.cells["held"] = released
	return out, err
}

// withoutDocument refuses an event of a contract made here that no document brings about: the contract would not know of it.
// Codes: document_invalid, subject_unknown.
func (r resolver) withoutDocument(ctx context.Context, ref SubjectRef) error {
	s, err := r.subject(ctx, accounting.Contract, ref, false)
	if err != nil {
		return err
	}
	kept, err := r.keptContract(ctx, s.ID)
	if kept {
		return fault.Invalid("document_invalid", "contract %s is kept here: a document of two persons brings this about", ref.Code)
	}
	return err
}

func (e OverpaymentBack) entries(ctx context.Context, r resolver) ([]entry, error) {
	f, err := r.drawn(ctx, e.Sources, map[accounting.SubjectKind]SubjectRef{accounting.Contract: e.Contract}, "")
	f.class = e.EconomicClass
	return one("H2", "", f), err
}
