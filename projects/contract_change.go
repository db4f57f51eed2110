package projects

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// ChangeOrder 变更签证 changes items or adds some, brings more money to a contract or gives some back. A contract of
	// several years gets each year's money by one.
	ChangeOrder struct {
		Paper
		Contract       string        `json:"contract"`        // its number
		Items          []AgreedItem  `json:"items,omitempty"` // new ones, or those there are with another quantity or amount
		Fund           []FundingLine `json:"fund,omitempty"`
		Release        []Draw        `json:"release,omitempty"`
		EstimateChange string        `json:"estimate_change,omitempty"` // 文号 (R18)

		PriceBefore *accounting.Money `json:"price_before,omitempty"`
		PriceAfter  *accounting.Money `json:"price_after,omitempty"`
		Unfunded    *accounting.Money `json:"unfunded,omitempty"` // after it
		Warnings    []string          `json:"warnings,omitempty"`
	}

	// Termination 终止 ends a contract before it is done: nothing more is certified, and what is not owed is given back.
	Termination struct {
		Paper
		Contract string `json:"contract"`
		Reason   string `json:"reason"`
		Release  []Draw `json:"release,omitempty"` // computed
	}
)

var changeOrderDocument = documentType{
	kind: "change_order", prefix: "BG", zh: "变更签证", en: "change order",
	content: func() Content { return new(ChangeOrder) },
	effects: map[string]effect{"submit": stillSays[ChangeOrder], "approve": changeContract},
}

var terminationDocument = documentType{
	kind: "termination", prefix: "ZZ", zh: "合同终止", en: "termination of a contract",
	content: func() Content { return new(Termination) },
	effects: map[string]effect{"submit": stillSays[Termination], "approve": terminateContract},
}

func (o ChangeOrder) about(ctx context.Context, r resolver) (about, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, o.Contract)
	if err != nil {
		return about{}, err
	}
	return about{node: k.NodeCode, amount: o.PriceAfter}, nil
}

// complete computes the price after the change. Codes: contract_unknown, step_not_allowed, contract_exceeded,
// document_invalid.
func (o ChangeOrder) complete(ctx context.Context, r resolver) (Content, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, o.Contract)
	if err != nil {
		return nil, err
	}
	if k.State != "effective" {
		return nil, fault.Conflict("step_not_allowed", "contract %s is %s", k.Number, k.State)
	}
	if len(o.Items)+len(o.Fund)+len(o.Release) == 0 {
		return nil, fault.Invalid("document_invalid", "a change order changes items, adds money or gives some back")
	}
	after := k.Price
	if len(o.Items) > 0 {
		if after, err = o.changeItems(ctx, r, *k); err != nil {
			return nil, err
		}
	}
	for field, pair := range map[string][2]*accounting.Money{"price_before": {o.PriceBefore, &k.Price}, "price_after": {o.PriceAfter, &after}} {
		if err = agree(field, pair[0], *pair[1], "the items of contract "+k.Number); err != nil {
			return nil, err
		}
	}
	o.PriceBefore, o.PriceAfter, o.Warnings = &k.Price, &after, nil
	if added := after.Sub(k.Price); added.Sign() > 0 {
		warning, err := overEstimate(ctx, r, k.NodeCode, k.Number, added, o.EstimateChange)
		if err != nil {
			return nil, err
		}
		if warning != "" {
			o.Warnings = []string{warning}
		}
	}
	return &o, o.setFunding(ctx, r, *k)
}

// changeItems fills in what a change leaves as it was and gives the price that results.
func (o *ChangeOrder) changeItems(ctx context.Context, r resolver, k Contract) (accounting.Money, error) {
	items, err := ContractItems(ctx, r.db, r.c.Book, k.ID)
	if err != nil {
		return k.Price, err
	}
	byCode := make(map[string]ContractItem, len(items))
	for _, it := range items {
		byCode[it.Code] = it
	}
	changed := make([]AgreedItem, len(o.Items))
	for i, it := range o.Items {
		if was, known := byCode[it.Code]; known {
			if it.UnitPrice != nil && (was.UnitPrice == nil || !it.UnitPrice.Equal(*was.UnitPrice)) || (it.Quantity == nil) != (was.Quantity == nil) {
				return k.Price, fault.Invalid("document_invalid", "items: %s keeps its unit price; work at another price is another item", it.Code)
			}
			it.Name, it.Unit, it.UnitPrice = was.Name, was.Unit, was.UnitPrice
		}
		changed[i] = it
	}
	if o.Items, err = agreedItems(changed); err != nil {
		return k.Price, err
	}
	after := k.Price
	for _, it := range o.Items {
		was := byCode[it.Code]
		if it.Amount.Cmp(was.CertifiedAmount) < 0 || it.Quantity != nil && it.Quantity.LessThan(was.CertifiedQuantity) {
			return after, fault.Conflict("contract_exceeded", "contract %s: item %s would come to %s, certified %s: %s of delivered work would be taken back", k.Number, it.Code, it.Amount,
				was.CertifiedAmount, was.CertifiedAmount.Sub(*it.Amount))
		}
		after = after.Add(*it.Amount).Sub(was.Amount)
	}
	return after, positive("price after the change", after)
}

func (o *ChangeOrder) setFunding(ctx context.Context, r resolver, k Contract) (err error) {
	added, released := accounting.Money{}, accounting.Money{}
	if len(o.Fund) > 0 {
		if o.Fund, err = dealFunding(o.Fund, o.PriceAfter.Sub(k.Funded)); err != nil {
			return err
		}
		if added, err = r.ofNode(ctx, k.Node, drawsOf(o.Fund)); err != nil {
			return err
		}
	}
	for _, d := range o.Release {
		released = released.Add(d.Amount)
	}
	if err = r.mayRelease(ctx, k, o.Release); err != nil {
		return err
	}
	unfunded := o.PriceAfter.Sub(k.Funded).Sub(added).Add(released)
	if unfunded.Sign() < 0 {
		return fault.Conflict("contract_exceeded", "contract %s: price %s, funded %s, added %s, given back %s: %s above the price", k.Number, o.PriceAfter, k.Funded, added, released, unfunded.Neg())
	}
	err = agree("unfunded", o.Unfunded, unfunded, fmt.Sprintf("%s − %s − %s + %s", o.PriceAfter, k.Funded, added, released))
	o.Unfunded = &unfunded
	return err
}

// changeContract changes the contract and what the books hold for it (I6r, then I6).
func changeContract(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	o, err := contentOf[ChangeOrder](d)
	if err != nil {
		return nil, err
	}
	k, err := lockContract(ctx, tx, c.Book, o.Contract)
	if err != nil {
		return nil, err
	}
	if err = (resolver{tx, c}).mayRelease(ctx, *k, o.Release); err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `select projects.change_contract(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, o.Paper, s)
	if err != nil {
		return nil, err
	}
	receipts, err := postRelease(ctx, tx, c, h, *k, o.Release)
	if err != nil || len(o.Fund) == 0 {
		return receipts, err
	}
	more, err := postEvent(ctx, tx, c, Commit{Head: h, Contract: k.subject(), Sources: drawsOf(o.Fund)})
	return append(receipts, more...), err
}

func (e Termination) about(ctx context.Context, r resolver) (about, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, e.Contract)
	if err != nil {
		return about{}, err
	}
	return about{node: k.NodeCode, amount: &k.Certified}, nil
}

// complete finds what the contract no longer needs. Codes: contract_unknown, step_not_allowed, advance_open, text_invalid.
func (e Termination) complete(ctx context.Context, r resolver) (Content, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, e.Contract)
	if err != nil {
		return nil, err
	}
	if k.State != "effective" {
		return nil, fault.Conflict("step_not_allowed", "contract %s is %s", k.Number, k.State)
	}
	if k.AdvanceHeld.Sign() > 0 {
		return nil, fault.Conflict("advance_open", "contract %s: requests hold %s of the advance; return them first", k.Number, k.AdvanceHeld)
	}
	if err = accounting.CheckText("reason", e.Reason, 500); err != nil {
		return nil, err
	}
	if err = r.noneUnderWay(ctx, *k); err != nil {
		return nil, err
	}
	e.Release, err = notNeeded(ctx, r.db, *k)
	return &e, err
}

// terminateContract ends the contract and gives back what it does not owe (I6r).
func terminateContract(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	e, err := contentOf[Termination](d)
	if err != nil {
		return nil, err
	}
	k, err := lockContract(ctx, tx, c.Book, e.Contract)
	if err != nil {
		return nil, err
	}
	if _, err = stillSays[Termination](ctx, tx, c, d, s); err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `select projects.terminate_contract(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, e.Paper, s)
	if err != nil {
		return nil, err
	}
	return postRelease(ctx, tx, c, h, *k, e.Release)
}
