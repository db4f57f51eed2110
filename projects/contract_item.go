package projects

import (
	"context"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// AgreedItem is an item as a contract or a change order states it: a quantity at a unit price, whose amount is computed
// half up to the fen, or a lump sum.
type AgreedItem struct {
	Code      string            `json:"code"`
	Name      string            `json:"name,omitempty"`
	Unit      string            `json:"unit,omitempty"`
	Quantity  *decimal.Decimal  `json:"quantity,omitempty"`   // three decimals
	UnitPrice *decimal.Decimal  `json:"unit_price,omitempty"` // yuan, four decimals
	Amount    *accounting.Money `json:"amount,omitempty"`
}

// agreedItems computes the amounts. Codes: document_invalid.
func agreedItems(items []AgreedItem) ([]AgreedItem, error) {
	if len(items) == 0 || len(items) > 2000 {
		return nil, fault.Invalid("document_invalid", "items: 1 to 2000, not %d; a lump sum is one item", len(items))
	}
	seen := map[string]bool{}
	done := make([]AgreedItem, len(items))
	for i, it := range items {
		for field, text := range map[string]string{"code": it.Code, "name": it.Name} {
			if err := accounting.CheckText("items: "+field+" of "+it.Code, text, 200); err != nil {
				return nil, err
			}
		}
		if len([]rune(it.Unit)) > 40 {
			return nil, fault.Invalid("document_invalid", "items: unit of %s has more than 40 characters", it.Code)
		}
		if seen[it.Code] {
			return nil, fault.Invalid("document_invalid", "items: %s stands there twice", it.Code)
		}
		seen[it.Code] = true
		amount, err := it.comesTo()
		if err != nil {
			return nil, err
		}
		it.Amount = &amount
		done[i] = it
	}
	return done, nil
}

func (it AgreedItem) comesTo() (accounting.Money, error) {
	switch {
	case (it.Quantity == nil) != (it.UnitPrice == nil), it.Quantity == nil && it.Amount == nil:
		return accounting.Money{}, fault.Invalid("document_invalid", "items: %s states a quantity and a unit price, or an amount", it.Code)
	case it.Quantity == nil:
		if it.Amount.Sign() < 0 {
			return accounting.Money{}, fault.Invalid("document_invalid", "items: %s comes to %s", it.Code, it.Amount)
		}
		return *it.Amount, nil
	}
	if err := places("items: quantity of "+it.Code, *it.Quantity, 3); err != nil {
		return accounting.Money{}, err
	}
	if err := places("items: unit price of "+it.Code, *it.UnitPrice, 4); err != nil {
		return accounting.Money{}, err
	}
	if it.UnitPrice.IsZero() {
		return accounting.Money{}, fault.Invalid("document_invalid", "items: the unit price of %s is zero", it.Code)
	}
	amount := accounting.RoundToMoney(it.Quantity.Mul(*it.UnitPrice))
	return amount, agree("items: amount of "+it.Code, it.Amount, amount, it.Quantity.String()+" × "+it.UnitPrice.String())
}

func totalOf(items []AgreedItem) (total accounting.Money) {
	for _, it := range items {
		total = total.Add(*it.Amount)
	}
	return total
}

// dealFunding gives every line its amount: its own, or its share of the total, exact to the fen. Codes: document_invalid,
// allocation_invalid.
func dealFunding(lines []FundingLine, total accounting.Money) ([]FundingLine, error) {
	if len(lines) == 0 || len(lines) > 100 {
		return nil, fault.Invalid("document_invalid", "funding: 1 to 100 budget lines, not %d", len(lines))
	}
	seen := map[string]bool{}
	shares := make([]decimal.Decimal, 0, len(lines))
	for _, l := range lines {
		if seen[l.BudgetLine] {
			return nil, fault.Invalid("document_invalid", "funding: %s stands there twice", l.BudgetLine)
		}
		if seen[l.BudgetLine] = true; l.Share != nil {
			shares = append(shares, *l.Share)
		} else if l.Amount == nil {
			return nil, fault.Invalid("document_invalid", "funding: %s has neither an amount nor a share", l.BudgetLine)
		}
	}
	if len(shares) == 0 {
		return lines, nil
	}
	if len(shares) != len(lines) {
		return nil, fault.Invalid("document_invalid", "funding: amounts, or shares of all lines")
	}
	parts, _, err := accounting.Allocate(total, shares, accounting.StepFen)
	if err != nil {
		return nil, err
	}
	dealt := make([]FundingLine, len(lines))
	for i, l := range lines {
		if err := agree("funding: "+l.BudgetLine, l.Amount, parts[i], "share "+l.Share.String()+" of "+total.String()); err != nil {
			return nil, err
		}
		l.Amount = &parts[i]
		dealt[i] = l
	}
	return dealt, nil
}

func drawsOf(lines []FundingLine) []Draw {
	draws := make([]Draw, len(lines))
	for i, l := range lines {
		draws[i] = Draw{l.BudgetLine, *l.Amount}
	}
	return draws
}

// ofNode refuses budget lines of another project than the contract's and adds the draws up.
// Codes: budget_line_unknown, budget_line_mismatch, amount_invalid.
func (r resolver) ofNode(ctx context.Context, node accounting.ProjectID, draws []Draw) (total accounting.Money, err error) {
	if len(draws) == 0 {
		return total, nil
	}
	cells, err := r.onLines(ctx, draws...)
	if err != nil {
		return total, err
	}
	for i, c := range cells {
		if c.project != node {
			return total, fault.Invalid("budget_line_mismatch", "budget line %s is not one of the contract's project", c.code)
		}
		total = total.Add(draws[i].Amount)
	}
	return total, nil
}

// agree refuses a figure somebody wrote that is not what it is computed from. Codes: document_invalid.
func agree(field string, stated *accounting.Money, computed accounting.Money, from string) error {
	if stated == nil || stated.Equal(computed) {
		return nil
	}
	return fault.Invalid("document_invalid", "%s: %s stated, %s = %s, difference %s", field, stated, from, computed, stated.Sub(computed))
}

// percent refuses a rate that is none. Codes: document_invalid.
func percent(field string, rate decimal.Decimal) error {
	if rate.GreaterThan(hundred) {
		return fault.Invalid("document_invalid", "%s: %s %%, at most 100", field, rate)
	}
	return places(field, rate, 4)
}

func places(field string, d decimal.Decimal, most int32) error {
	if d.Sign() < 0 || !d.Equal(d.Round(most)) || d.GreaterThanOrEqual(decimal.New(1, 15)) {
		return fault.Invalid("document_invalid", "%s: %s; not below zero, at most %d decimals", field, d, most)
	}
	return nil
}

// share is a percentage of an amount, half up to the fen.
func share(rate decimal.Decimal, of accounting.Money) accounting.Money {
	return accounting.RoundToMoney(rate.Mul(of.Decimal()).Div(hundred))
}
