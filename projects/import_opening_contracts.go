package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/projects/lists"
)

// openingContractColumns are what a contract that runs has beside what was agreed.
var openingContractColumns = []lists.Column{
	{Field: "advance", Heading: "预付款金额", Type: lists.AmountColumn, Help: "约定的；不填为比例之积"},
	{Field: "held", Heading: "指标尚占用", Also: []string{"合同占用"}, Type: lists.AmountColumn, Help: "与指标、占用指标金额同填；多个指标各填一行"},
	{Field: "done_quantity", Heading: "累计计量数量", Type: lists.NumberColumn},
	{Field: "done_percent", Heading: "累计计量比例%", Type: lists.NumberColumn, Help: "总价项"},
	{Field: "done", Heading: "累计计量金额", Type: lists.AmountColumn, Help: "逐清单项；合计为累计计量"},
	{Field: "advance_paid", Heading: "已付预付款", Type: lists.AmountColumn, Help: "以下填在合同的第一行"},
	{Field: "recouped", Heading: "已扣回预付款", Type: lists.AmountColumn},
	{Field: "paid", Heading: "已付工程款", Type: lists.AmountColumn},
	{Field: "deducted", Heading: "其他扣款", Type: lists.AmountColumn},
	{Field: "payable", Heading: "应付余额", Type: lists.AmountColumn, Help: "累计计量−已扣回−质保金−已付"},
	{Field: "retention_kept", Heading: "已扣质保金", Type: lists.AmountColumn},
	{Field: "retention_paid", Heading: "已返还质保金", Type: lists.AmountColumn},
	{Field: "settled_on", Heading: "结算日期", Type: lists.DayColumn, Help: "已结算的填"},
}

func compareOpenContracts(ctx context.Context, i *importing) (takeIn, error) {
	_, before, err := i.openDraft(ctx)
	if err != nil {
		return nil, err
	}
	contracts := i.contractsOf()
	at := -1
	list := make([]OpeningContract, len(contracts))
	for n, k := range contracts {
		list[n].Agreement = k.Agreement
		list[n].Agreement.Funding = nil
	}
	for _, r := range i.list.Records {
		if number := r.Text("number"); at < 0 || list[at].Agreement.Number != number {
			if at++; at >= len(list) || list[at].Agreement.Number != number {
				return nil, nil // a row that was refused above
			}
			list[at].open(r)
		}
		list[at].row(r)
	}
	was, now, places := map[string]OpeningContract{}, map[string]OpeningContract{}, map[string]int{}
	for _, k := range before.Contracts {
		was[k.Agreement.Number] = k
	}
	for n := range list {
		k := list[n]
		if err := i.payeeOf(ctx, &k.Agreement); err != nil {
			return nil, inRow(contracts[n].place, err)
		}
		if k.Agreement.Date.IsZero() {
			i.wrong(contracts[n].place, "contract %s: its first row lacks the day it was signed on", k.Agreement.Number)
			continue
		}
		if err := k.complete(ctx, i.resolver); err != nil {
			i.wrong(contracts[n].place, "%s", inContract(&k, err))
			continue
		}
		list[n] = k
		now[k.Agreement.Number], places[k.Agreement.Number] = k, contracts[n].place
	}
	compareParts(i, places, was, now)
	return func(ctx context.Context, tx bun.Tx) error {
		return i.gathers(ctx, tx, func(o *OpeningBook) { o.Contracts = list })
	}, nil
}

// open reads what a contract's first row says of the whole.
func (k *OpeningContract) open(r lists.Record) {
	k.Agreement.Advance = optionalAmount(r, "advance")
	k.AdvancePaid, k.AdvanceRecouped, k.Paid, k.Deducted = amountOf(r, "advance_paid"), amountOf(r, "recouped"), amountOf(r, "paid"), amountOf(r, "deducted")
	k.Payable, k.RetentionKept, k.RetentionPaid, k.SettledOn = amountOf(r, "payable"), amountOf(r, "retention_kept"), amountOf(r, "retention_paid"), r.Day("settled_on")
}

// row reads what every row may say: how far its item is certified, and a budget line with what the contract holds of it.
func (k *OpeningContract) row(r lists.Record) {
	m := OpenedItem{Code: r.Text("item"), Quantity: rateOf(r, "done_quantity"), Percent: rateOf(r, "done_percent"), Amount: amountOf(r, "done")}
	if k.Certified = k.Certified.Add(m.Amount); m.Quantity != nil || m.Percent != nil || !m.Amount.IsZero() {
		k.Measured = append(k.Measured, m)
	}
	line := r.Text("budget_line")
	if line == "" {
		return
	}
	funded, there := r.Amount("funded")
	if !there {
		funded = k.Agreement.Price
	}
	k.Agreement.Funding = append(k.Agreement.Funding, FundingLine{BudgetLine: line, Amount: &funded})
	if held := amountOf(r, "held"); held.Sign() != 0 {
		k.Held = append(k.Held, Draw{line, held})
	}
}
