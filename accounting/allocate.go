package accounting

import (
	"sort"

	"github.com/shopspring/decimal"

	"mingzhang/accounting/fault"
)

// Steps in which a split is dealt out (yuan): nobody writes 2,307,692.31 in a document.
var (
	StepFen  = MustMoney("0.01")
	StepYuan = MustMoney("1.00")
	StepWan  = MustMoney("10000.00")
)

// Allocate splits total by weights in whole steps, by largest remainder; ties go to the earlier part, so callers sort
// by code. The parts and the rest add up to total exactly; the rest is what no whole step holds and stays with the parent.
// Codes: allocation_invalid.
func Allocate(total Money, weights []decimal.Decimal, step Money) (parts []Money, rest Money, err error) {
	if total.Sign() < 0 || step.Sign() <= 0 || len(weights) == 0 {
		return nil, Money{}, fault.Invalid("allocation_invalid", "cannot split %s over %d parts in steps of %s", total, len(weights), step)
	}
	sum := decimal.Zero
	for i, w := range weights {
		if w.Sign() < 0 {
			return nil, Money{}, fault.Invalid("allocation_invalid", "weight %d is %s", i+1, w)
		}
		sum = sum.Add(w)
	}
	if sum.IsZero() {
		return nil, Money{}, fault.Invalid("allocation_invalid", "all %d weights are zero", len(weights))
	}
	steps := total.d.Div(step.d).Floor() // exact: a quotient of two amounts in fen, floored to whole steps
	if steps.Mul(step.d).GreaterThan(total.d) {
		steps = steps.Sub(decimal.NewFromInt(1))
	}
	type share struct {
		index     int
		whole     decimal.Decimal
		remainder decimal.Decimal // numerator over the sum of weights, so that no division rounds
	}
	shares := make([]share, len(weights))
	left := steps
	for i, w := range weights {
		whole, remainder := steps.Mul(w).QuoRem(sum, 0)
		shares[i] = share{i, whole, remainder}
		left = left.Sub(whole)
	}
	order := make([]int, len(shares))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return shares[order[a]].remainder.GreaterThan(shares[order[b]].remainder) })
	one := decimal.NewFromInt(1)
	for i := 0; left.Sign() > 0; i, left = i+1, left.Sub(one) {
		shares[order[i]].whole = shares[order[i]].whole.Add(one)
	}
	parts = make([]Money, len(weights))
	rest = total
	for i, s := range shares {
		parts[i] = Money{d: s.whole.Mul(step.d)}
		rest = rest.Sub(parts[i])
	}
	return parts, rest, nil
}
