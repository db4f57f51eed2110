package projects

import (
	"context"
	"strings"

	"mingzhang/accounting"
)

// inContract says which contract of many a refusal is about.
func inContract(k *OpeningContract, err error) error {
	if f, ok := asFault(err); ok && !strings.Contains(f.Detail, k.Agreement.Number) {
		copied := *f
		copied.Detail = "contract " + k.Agreement.Number + ": " + f.Detail
		return &copied
	}
	return err
}

// complete computes what follows from the terms of a contract and refuses figures that do not lead to each other.
func (k *OpeningContract) complete(ctx context.Context, r resolver) (err error) {
	a := &k.Agreement
	if err = a.check(); err != nil {
		return err
	}
	if a.Items, err = agreedItems(a.Items); err != nil {
		return err
	}
	if err = agree("price", &a.Price, totalOf(a.Items), "the sum of the items"); err != nil {
		return err
	}
	if err = a.setTerms(); err != nil {
		return err
	}
	if err = a.setFunding(ctx, r); err != nil {
		return err
	}
	var measured accounting.Money
	for _, m := range k.Measured {
		measured = measured.Add(m.Amount)
	}
	if err = agree("certified", &k.Certified, measured, "the sum of what is certified of the items"); err != nil {
		return err
	}
	payable := k.Certified.Sub(k.AdvanceRecouped).Sub(k.RetentionKept).Sub(k.Paid)
	if err = agree("payable", &k.Payable, payable, "certified "+k.Certified.String()+" − recouped "+k.AdvanceRecouped.String()+" − kept "+k.RetentionKept.String()+" − paid "+k.Paid.String()); err != nil {
		return err
	}
	return notNegative(map[figure]accounting.Money{"certified": k.Certified, "advance paid": k.AdvancePaid, "recouped": k.AdvanceRecouped, "paid": k.Paid, "payable": payable,
		"retention kept": k.RetentionKept, "retention paid": k.RetentionPaid, "deducted": k.Deducted, "open advance": k.AdvancePaid.Sub(k.AdvanceRecouped), "retention": k.RetentionKept.Sub(k.RetentionPaid)})
}

// overOneYear tells where its retention stands, as of a contract made here.
func (k OpeningContract) overOneYear() bool { return k.Agreement.DefectsMonths > 12 }

// balances are what the ledger holds for a contract; ref names it there.
func (k OpeningContract) balances(ref SubjectRef) (list []OpeningBalance) {
	retention := retentionAccount(k.overOneYear())["{retention}"]
	for _, b := range []OpeningBalance{{Account: "1214.02", Balance: k.AdvancePaid.Sub(k.AdvanceRecouped)}, {Account: "2302.02", Balance: k.Payable}, {Account: retention, Balance: k.RetentionKept.Sub(k.RetentionPaid)}} {
		if b.Project, b.Subject = k.Agreement.Node, ref; !b.Balance.IsZero() {
			list = append(list, b)
		}
	}
	return list
}
