package projects

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Certificate is what a certificate document 计量支付证书 says: its maker states what was done this period and what is
	// deducted; every figure that follows is computed once, here, and frozen with the signatures. Printed form, ledger,
	// payment and disclosure show these. Amounts are yuan.
	Certificate struct {
		Paper
		Contract   string         `json:"contract"` // its number
		Items      []MeasuredItem `json:"items"`
		Deductions []Deduction    `json:"deductions,omitempty"`
		CertifiedTotal
	}

	// CertifiedTotal is what a certificate comes to.
	CertifiedTotal struct {
		No        int               `json:"certificate_no,omitempty"`
		Gross     *accounting.Money `json:"gross,omitempty"`
		Recouped  *accounting.Money `json:"recouped,omitempty"` // of the advance
		Retained  *accounting.Money `json:"retained,omitempty"`
		Net       *accounting.Money `json:"net,omitempty"`       // gross − recouped − retained: owed from now on
		Deducted  *accounting.Money `json:"deducted,omitempty"`  // lowers what is payable now, not what is owed
		Certified *accounting.Money `json:"certified,omitempty"` // with the earlier certificates
	}

	// MeasuredItem is an item's work of this period: a quantity or, of a lump sum, percent.
	MeasuredItem struct {
		Code       string            `json:"code"`
		Quantity   *decimal.Decimal  `json:"quantity,omitempty"`
		Percent    *decimal.Decimal  `json:"percent,omitempty"`
		Previous   *decimal.Decimal  `json:"previous,omitempty"`   // computed
		Cumulative *decimal.Decimal  `json:"cumulative,omitempty"` // computed: previous + this period
		Amount     *accounting.Money `json:"amount,omitempty"`     // computed: what the cumulative work comes to, less what was certified
	}

	// Deduction is a named amount held against the payment.
	Deduction struct {
		Kind   string           `json:"kind"` // fine, supplied_material, utilities or other
		Note   string           `json:"note"`
		Amount accounting.Money `json:"amount"`
	}
)

var deductionKinds = []string{"fine", "supplied_material", "utilities", "other"}

var certificateDocument = documentType{
	kind: "certificate", prefix: "JL", zh: "计量支付证书", en: "progress certificate",
	content: func() Content { return new(Certificate) },
	effects: map[string]effect{"submit": stillSays[Certificate], "certify": certifyContract},
}

// about sends the certificate of a project that has a supervisor by the desks of works, others by the small flow.
func (p Certificate) about(ctx context.Context, r resolver) (about, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, p.Contract)
	if err != nil {
		return about{}, err
	}
	a := about{node: k.NodeCode, flow: SmallFlow, amount: p.Net}
	var supervised bool
	err = r.db.NewRaw(`with recursive up as (
			select n.node_id, n.parent_id from projects.nodes n where n.book_id = ?0 and n.node_id = ?1
			union all select n.node_id, n.parent_id from up join projects.nodes n on n.book_id = ?0 and n.node_id = up.parent_id)
		select exists (select from up join projects.node_parties p on p.book_id = ?0 and p.node_id = up.node_id and p.role = 'supervisor' and p.valid)`, r.c.Book, k.Node).Scan(ctx, &supervised)
	if supervised {
		a.flow = WorksFlow
	}
	return a, fault.FromSQL(err)
}

// complete computes the certificate. Codes: contract_unknown, step_not_allowed, contract_exceeded, document_invalid.
func (p Certificate) complete(ctx context.Context, r resolver) (Content, error) {
	k, err := FindContract(ctx, r.db, r.c.Book, p.Contract)
	if err != nil {
		return nil, err
	}
	if k.State != "effective" {
		return nil, fault.Conflict("step_not_allowed", "contract %s is %s", k.Number, k.State)
	}
	if err = r.noneUnderWay(ctx, *k); err != nil {
		return nil, err
	}
	items, err := ContractItems(ctx, r.db, r.c.Book, k.ID)
	if err != nil {
		return nil, err
	}
	gross, err := p.measure(*k, items)
	if err != nil {
		return nil, err
	}
	deducted, err := p.deduct()
	if err != nil {
		return nil, err
	}
	no, err := r.nextCertificate(ctx, *k)
	if err != nil {
		return nil, err
	}
	total := k.certify(no, gross, deducted, false)
	if err = p.agree(total); err != nil {
		return nil, err
	}
	p.CertifiedTotal = total
	return &p, nil
}

// certify is the one computation of a certificate. The retention is the rate of all that is certified less what is kept
// already, so that roundings do not add up; the advance is recouped by its rate until it is, and whole at settlement, and
// never more of it than the rest of the certificate covers.
func (k Contract) certify(no int, gross, deducted accounting.Money, settles bool) CertifiedTotal {
	certified := k.Certified.Add(gross)
	retained := share(k.RetentionRate, certified).Sub(k.RetentionKept)
	recouped := k.advanceOpen()
	switch {
	case settles:
	case k.RecoupRate == nil:
		recouped = accounting.Money{}
	default:
		recouped = least(recouped, share(*k.RecoupRate, gross))
	}
	recouped = least(recouped, gross.Sub(retained))
	net := gross.Sub(recouped).Sub(retained)
	return CertifiedTotal{No: no, Gross: &gross, Recouped: &recouped, Retained: &retained, Net: &net, Deducted: &deducted, Certified: &certified}
}

// agree refuses figures a maker states that are not the computed ones. Codes: document_invalid.
func (t CertifiedTotal) agree(computed CertifiedTotal) error {
	if t.No != 0 && t.No != computed.No {
		return fault.Invalid("document_invalid", "certificate_no: %d stated, the next one is %d", t.No, computed.No)
	}
	for _, f := range []struct {
		field    string
		stated   *accounting.Money
		computed accounting.Money
		from     string
	}{
		{"gross", t.Gross, *computed.Gross, "the sum of the items"},
		{"retained", t.Retained, *computed.Retained, "retention rate × certified, less what is kept"},
		{"recouped", t.Recouped, *computed.Recouped, "recoupment rate × gross, within the open advance"},
		{"net", t.Net, *computed.Net, fmt.Sprintf("%s − %s recouped − %s retained", computed.Gross, computed.Recouped, computed.Retained)},
		{"deducted", t.Deducted, *computed.Deducted, "the sum of the deductions"},
		{"certified", t.Certified, *computed.Certified, "certified before + gross"},
	} {
		if err := agree(f.field, f.stated, f.computed, f.from); err != nil {
			return err
		}
	}
	return nil
}

// measure computes each item from its cumulative work: the last certificate of an item comes to exactly what was agreed.
func (p *Certificate) measure(k Contract, items []ContractItem) (gross accounting.Money, err error) {
	byCode := make(map[string]ContractItem, len(items))
	for _, it := range items {
		byCode[it.Code] = it
	}
	measured := make([]MeasuredItem, len(p.Items))
	for i, m := range p.Items {
		it, known := byCode[m.Code]
		if !known {
			return gross, fault.Invalid("document_invalid", "items: contract %s has no item %q, or it stands there twice", k.Number, m.Code)
		}
		delete(byCode, m.Code)
		if measured[i], err = m.of(k, it); err != nil {
			return gross, err
		}
		gross = gross.Add(*measured[i].Amount)
	}
	if p.Items = measured; gross.Sign() <= 0 {
		return gross, fault.Invalid("document_invalid", "items: the work of this period comes to %s", gross)
	}
	return gross, nil
}

func (m MeasuredItem) of(k Contract, it ContractItem) (MeasuredItem, error) {
	this, before, most, unit := m.Percent, it.CertifiedPercent, hundred, "%"
	if it.Quantity != nil {
		this, before, most, unit = m.Quantity, it.CertifiedQuantity, *it.Quantity, it.Unit
	}
	if this == nil || m.Quantity != nil && m.Percent != nil {
		return m, fault.Invalid("document_invalid", "items: %s is certified by %s, and by nothing else", it.Code, map[bool]string{true: "percent", false: "quantity"}[it.Quantity == nil])
	}
	if err := places("items: "+it.Code, *this, 3); err != nil {
		return m, err
	}
	cumulative := before.Add(*this)
	if cumulative.GreaterThan(most) {
		return m, fault.Conflict("contract_exceeded", "contract %s: item %s, agreed %s %s, certified %s, asked %s: %s too much", k.Number, it.Code, most, unit, before, this, cumulative.Sub(most))
	}
	for field, pair := range map[string][2]*decimal.Decimal{"previous": {m.Previous, &before}, "cumulative": {m.Cumulative, &cumulative}} {
		if pair[0] != nil && !pair[0].Equal(*pair[1]) {
			return m, fault.Invalid("document_invalid", "items: %s of %s: %s stated, %s before + %s = %s", field, it.Code, pair[0], before, this, cumulative)
		}
	}
	reached := share(cumulative, it.Amount)
	if it.Quantity != nil {
		reached = accounting.RoundToMoney(cumulative.Mul(*it.UnitPrice))
	}
	amount := reached.Sub(it.CertifiedAmount)
	if amount.Sign() < 0 {
		return m, fault.Conflict("contract_exceeded", "contract %s: item %s comes to %s, but %s of it is certified", k.Number, it.Code, reached, it.CertifiedAmount)
	}
	err := agree("items: amount of "+it.Code, m.Amount, amount, fmt.Sprintf("%s less %s certified", reached, it.CertifiedAmount))
	m.Previous, m.Cumulative, m.Amount = &before, &cumulative, &amount
	return m, err
}

func (p Certificate) deduct() (total accounting.Money, err error) {
	for _, d := range p.Deductions {
		if !slices.Contains(deductionKinds, d.Kind) {
			return total, fault.Invalid("document_invalid", "deductions: %v, not %q", deductionKinds, d.Kind)
		}
		if err = accounting.CheckText("deductions: note", d.Note, 200); err != nil {
			return total, err
		}
		if err = positive("deductions: "+d.Note, d.Amount); err != nil {
			return total, err
		}
		total = total.Add(d.Amount)
	}
	return total, nil
}

// noneUnderWay refuses to begin where another certificate of the contract has not ended. Codes: step_not_allowed.
func (r resolver) noneUnderWay(ctx context.Context, k Contract) error {
	var open []string
	err := r.db.NewRaw(`select number || ' (' || state || ')' from projects.documents where book_id = ? and kind = 'certificate' and state not in ('certified', 'withdrawn')
		and content::jsonb ->> 'contract' = ? and document_id <> ?`, r.c.Book, k.Number, r.c.Target).Scan(ctx, &open)
	if err == nil && len(open) > 0 {
		return fault.Conflict("step_not_allowed", "contract %s: certificate %s is under way; certify or withdraw it first", k.Number, open[0])
	}
	return fault.FromSQL(err)
}

func (r resolver) nextCertificate(ctx context.Context, k Contract) (no int, err error) {
	err = r.db.NewRaw(`select coalesce(max(number), 0) + 1 from projects.certificates where book_id = ? and contract_id = ?`, r.c.Book, k.ID).Scan(ctx, &no)
	return no, fault.FromSQL(err)
}

// certifyContract brings the certificate into the contract and the ledger (P2), with the figures that were signed.
func certifyContract(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	p, err := contentOf[Certificate](d)
	if err != nil {
		return nil, err
	}
	k, err := FindContract(ctx, tx, c.Book, p.Contract)
	if err != nil {
		return nil, err
	}
	if _, err = tx.ExecContext(ctx, `select projects.certify_contract(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	h, err := eventHead(ctx, tx, d, p.Paper, s)
	if err != nil {
		return nil, err
	}
	return postEvent(ctx, tx, c, p.event(h, *k))
}

func (t CertifiedTotal) event(h Head, k Contract) Certify {
	return Certify{Head: h, Project: k.Node.String(), Contract: k.subject(), Gross: *t.Gross, Recouped: *t.Recouped, Retained: *t.Retained, OverOneYear: k.overOneYear()}
}

func least(a, b accounting.Money) accounting.Money {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
