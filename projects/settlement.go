package projects

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Settlement 结算 fixes what a contract comes to. Settled above what is certified, it holds the last certificate, which
	// recoups the whole advance; below, it takes back what is not owed, not kept or paid too much. What the contract then no
	// longer needs is given back. Its maker states the settled price; the rest is computed. Amounts are yuan.
	Settlement struct {
		Paper
		Contract     string           `json:"contract"` // its number
		SettledPrice accounting.Money `json:"settled_price"`
		Items        []SettledItem    `json:"items,omitempty"` // of every item; computed when all stands as agreed, as certified, or is one lump sum

		Rest        *CertifiedTotal   `json:"rest,omitempty"` // the last certificate
		CutUnpaid   *accounting.Money `json:"cut_unpaid,omitempty"`
		CutRetained *accounting.Money `json:"cut_retained,omitempty"`
		Overpaid    *accounting.Money `json:"overpaid,omitempty"`
		OverpaidDue accounting.Date   `json:"overpaid_due,omitzero"` // 30 days after the settlement
		Release     []Draw            `json:"release,omitempty"`
	}

	// SettledItem is what an item came to in the end. It may be more than agreed; the whole may not.
	SettledItem struct {
		Code   string           `json:"code"`
		Amount accounting.Money `json:"amount"`
	}
)

var settlementDocument = documentType{
	kind: "settlement", prefix: "JS", zh: "合同结算", en: "settlement of a contract",
	content: func() Content { return new(Settlement) },
	effects: map[string]effect{"submit": stillSays[Settlement], "approve": settleContract},
}

func (p Settlement) about(ctx context.Context, r resolver) (about, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, p.Contract)
	if err != nil {
		return about{}, err
	}
	return about{node: k.NodeCode, amount: &p.SettledPrice}, nil
}

// complete computes the settlement. Codes: contract_unknown, step_not_allowed, contract_exceeded, advance_open,
// document_invalid.
func (p Settlement) complete(ctx context.Context, r resolver) (Content, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, p.Contract)
	if err != nil {
		return nil, err
	}
	if k.State == "settled" {
		return nil, fault.Conflict("step_not_allowed", "contract %s is settled at %s", k.Number, k.SettledPrice)
	}
	if err = positive("settled_price", p.SettledPrice); err != nil {
		return nil, err
	}
	if p.SettledPrice.Cmp(k.Price) > 0 {
		return nil, fault.Conflict("contract_exceeded", "contract %s: price %s, settled %s: %s above it needs a change order first", k.Number, k.Price, p.SettledPrice, p.SettledPrice.Sub(k.Price))
	}
	if err = r.noneUnderWay(ctx, *k); err != nil {
		return nil, err
	}
	if err = p.setItems(ctx, r, *k); err != nil {
		return nil, err
	}
	after, err := p.reckon(ctx, r, *k)
	if err != nil {
		return nil, err
	}
	if open := after.advanceOpen().Add(after.AdvanceHeld); open.Sign() > 0 {
		return nil, fault.Conflict("advance_open", "contract %s: advance paid %s, recouped %s, requested %s: %s is open after the settlement; it comes back first",
			k.Number, k.AdvancePaid, after.AdvanceRecouped, k.AdvanceHeld, open)
	}
	p.Release, err = notNeeded(ctx, r.db, after)
	return &p, err
}

// setItems makes the settled amounts of the items add up to the settled price.
func (p *Settlement) setItems(ctx context.Context, r resolver, k Contract) error {
	items, err := ContractItems(ctx, r.db, r.c.Book, k.ID)
	if err != nil {
		return err
	}
	stated := make(map[string]accounting.Money, len(p.Items))
	for _, it := range p.Items {
		stated[it.Code] = it.Amount
		if it.Amount.Sign() < 0 {
			return fault.Invalid("document_invalid", "items: %s is settled at %s", it.Code, it.Amount)
		}
	}
	all := make([]SettledItem, len(items))
	for i, it := range items {
		amount, known := stated[it.Code]
		switch {
		case len(p.Items) > 0 && !known:
			return fault.Invalid("document_invalid", "items: %s is missing; a settlement names every item once", it.Code)
		case known:
		case len(items) == 1:
			amount = p.SettledPrice
		case p.SettledPrice.Equal(k.Certified):
			amount = it.CertifiedAmount
		case p.SettledPrice.Equal(k.Price):
			amount = it.Amount
		default:
			return fault.Invalid("document_invalid", "items: what each comes to; agreed %s, certified %s, settled %s", k.Price, k.Certified, p.SettledPrice)
		}
		all[i] = SettledItem{it.Code, amount}
	}
	if len(p.Items) > len(items) {
		return fault.Invalid("document_invalid", "items: %d, the contract has %d", len(p.Items), len(items))
	}
	total := accounting.Money{}
	for _, it := range all {
		total = total.Add(it.Amount)
	}
	p.Items = all
	return agree("settled_price", &p.SettledPrice, total, "the sum of the settled items")
}

// reckon computes the last certificate or the cut, and gives the contract as it will be.
func (p *Settlement) reckon(ctx context.Context, r resolver, k Contract) (after Contract, err error) {
	unpaid, retained, overpaid := accounting.Money{}, accounting.Money{}, accounting.Money{}
	after = k
	after.Certified = p.SettledPrice
	if p.SettledPrice.Cmp(k.Certified) > 0 {
		no, err := r.nextCertificate(ctx, k)
		if err != nil {
			return after, err
		}
		rest := k.certify(no, p.SettledPrice.Sub(k.Certified), accounting.Money{}, true)
		if p.Rest != nil {
			if err = p.Rest.agree(rest); err != nil {
				return after, err
			}
		}
		p.Rest = &rest
		after.AdvanceRecouped = k.AdvanceRecouped.Add(*rest.Recouped)
		after.RetentionKept = k.RetentionKept.Add(*rest.Retained)
		after.CertifiedPayable = k.CertifiedPayable.Add(*rest.Net)
	} else {
		p.Rest = nil
		if unpaid, retained, overpaid, err = k.cut(p.SettledPrice); err != nil {
			return after, err
		}
		after.RetentionKept = k.RetentionKept.Sub(retained)
		after.CertifiedPayable = k.CertifiedPayable.Sub(unpaid)
	}
	from := fmt.Sprintf("of %s certified − %s settled", k.Certified, p.SettledPrice)
	for field, pair := range map[string][2]*accounting.Money{"cut_unpaid": {p.CutUnpaid, &unpaid}, "cut_retained": {p.CutRetained, &retained}, "overpaid": {p.Overpaid, &overpaid}} {
		if err = agree(field, pair[0], *pair[1], from); err != nil {
			return after, err
		}
	}
	p.CutUnpaid, p.CutRetained, p.Overpaid, p.OverpaidDue = &unpaid, &retained, &overpaid, accounting.Date{}
	if overpaid.Sign() > 0 {
		p.OverpaidDue = p.Date.AddDays(30)
	}
	return after, nil
}

// cut splits what was certified too much: its retention is kept no longer, what is neither paid nor requested is owed no
// longer, and the rest was paid too much and comes back. Codes: contract_exceeded.
func (k Contract) cut(settled accounting.Money) (unpaid, retained, overpaid accounting.Money, err error) {
	cut := k.Certified.Sub(settled)
	retained = least(cut, k.RetentionKept.Sub(share(k.RetentionRate, settled)))
	if used := accounting.Sum(k.RetentionHeld, k.RetentionPaid, k.RetentionForfeited); used.Cmp(k.RetentionKept.Sub(retained)) > 0 {
		return unpaid, retained, overpaid, fault.Conflict("contract_exceeded", "contract %s: retention of the settled price %s, requested %s, paid %s, forfeited %s: %s too much", k.Number,
			k.RetentionKept.Sub(retained), k.RetentionHeld, k.RetentionPaid, k.RetentionForfeited, used.Sub(k.RetentionKept.Sub(retained)))
	}
	rest := cut.Sub(retained)
	unpaid = least(rest, k.CertifiedPayable.Sub(k.PayableHeld).Sub(k.PayablePaid))
	overpaid = rest.Sub(unpaid)
	if overpaid.Sign() > 0 && k.PayableHeld.Sign() > 0 {
		err = fault.Conflict("contract_exceeded", "contract %s: settled %s below what is certified, of which %s is neither paid nor requested: return the requests of %s first", k.Number, cut, unpaid, k.PayableHeld)
	}
	return unpaid, retained, overpaid, err
}

// settleContract fixes the price in the contract and the ledger: P2 of the rest or P2d of the cut, and I6r of what is not
// needed any more. Codes: document_changed when the contract has moved since it was written.
func settleContract(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	p, err := contentOf[Settlement](d)
	if err != nil {
		return nil, err
	}
	k, err := lockContract(ctx, tx, c.Book, p.Contract)
	if err != nil {
		return nil, err
	}
	if _, err = stillSays[Settlement](ctx, tx, c, d, s); err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `select projects.settle_contract(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, p.Paper, s)
	if err != nil {
		return nil, err
	}
	var receipts []accounting.Receipt
	switch {
	case p.Rest != nil:
		receipts, err = postEvent(ctx, tx, c, p.Rest.event(h, *k))
	case p.SettledPrice.Cmp(k.Certified) < 0:
		receipts, err = postEvent(ctx, tx, c, CutSettlement{Head: h, Project: k.Node.String(), Contract: k.subject(), Unpaid: *p.CutUnpaid, Retained: *p.CutRetained, Overpaid: *p.Overpaid, OverOneYear: k.overOneYear()})
	}
	if err != nil {
		return nil, err
	}
	more, err := postRelease(ctx, tx, c, h, *k, p.Release)
	return append(receipts, more...), err
}
