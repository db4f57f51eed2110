package projects

import (
	"fmt"
	"strings"

	"mingzhang/accounting"
)

// choices explains the accounts in braces to the reader of the table.
var choices = []struct{ name, zh, en string }{
	{"{revenue}", "4001.01 或 4001.02，按指标的资金性质", "4001.01 or 4001.02, by the fund nature of the budget line"},
	{"{expenditure}", "7101 或 7201，按核算单位性质；注资为 7901", "7101 or 7201, by the kind of the accounting unit; 7901 for injections"},
	{"{subsidy}", "行政单位 2303，事业单位 2307.03", "2303 for administrative units, 2307.03 for public institutions"},
	{"{retention}", "2307.01 一年以内，2502.01 一年以上", "2307.01 up to one year, 2502.01 over one year"},
	{"{source}", "该业务所减或所回的指标：9201、9301.01、9301.03 或 9301.04", "where authority comes from or goes back to: 9201, 9301.01, 9301.03 or 9301.04"},
	{"{cost}", "1613.02、.03、.04；没收时为 1613.01、1601 或 1801", "1613.02, .03 or .04; when forfeited 1613.01, 1601 or 1801"},
	{"{expense}", "5001.02、.03、.04，按收款人性质；年末为每个费用科目", "5001.02, .03 or .04, by kind of payee; at year end each expense account"},
	{"{asset}", "1601 或 1801", "1601 or 1801"},
	{"{debited}", "原支付所借的科目和对象", "account and subject that the payment had debited"},
	{"{standing}", "款项现在所在的负债、资产或 1218", "the liability, asset or 1218 as it stands now"},
	{"{leaf}", "任一末级科目", "any leaf account"},
}

// PostingTable renders the event table and the chart behind it as Markdown, for docs/ACCOUNTING.md.
func PostingTable() string {
	var b strings.Builder
	b.WriteString("Amounts are yuan (元). `[L]` the budget line 指标, `[c]` contract 合同, `[r]` request 支付申请, `[b]` batch 补贴批次, `[d]` injection document 注资文件. " +
		"A word after × names the figure; without one it is the event's amount. A figure of zero leaves its line out, a negative one changes its side: minus signs stand only in red vouchers.\n\n")
	b.WriteString("| Event | 业务 | Business | Lines | Refused when |\n|---|---|---|---|---|\n")
	for _, r := range eventTable {
		code := r.event
		if r.variant != "" {
			code += " (" + r.variant + ")"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code, r.zh, r.en, r.text(), r.refused)
	}
	b.WriteString("| red | 红字冲销 | red-letter reversal | all lines of the original, all bases, same dimensions, negative amounts on the same side | " +
		"earlier year; reversed before; itself red; a floor; confirmed payment without its correction |\n")
	b.WriteString("\n| Choice | 科目 | Account |\n|---|---|---|\n")
	for _, c := range choices {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.name, c.zh, c.en)
	}
	b.WriteString("\n| Account | 名称 | English | Basis | Normal side | Line carries | Rule |\n|---|---|---|---|---|---|---|\n")
	for _, a := range chart {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", a.Code, a.NameZH, a.NameEN, a.Basis, a.NormalSide, carried(a), kept(a))
	}
	return b.String()
}

// text writes the legs of a row: Dr 9201[L] / Cr 9101[L], with whose project it is where there are several.
func (r eventRow) text() string {
	var parts []string
	for i, l := range r.legs {
		text := "Cr "
		if l.side == accounting.Debit {
			text = "Dr "
		}
		text += l.account + l.dimensions()
		if l.figure != "" {
			text += " × " + string(l.figure)
		}
		switch {
		case i > 0 && r.legs[i-1].of != l.of || i == 0 && l.of != own:
			text = whose[l.of] + ": " + text
			if i > 0 {
				text = "; " + text
			}
		case i > 0 && l.side != r.legs[i-1].side && l.side == accounting.Credit:
			text = " / " + text
		case i > 0 && l.side != r.legs[i-1].side:
			text = "; " + text
		case i > 0:
			text = ", " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "")
}

var whose = map[role]string{own: "project", "from": "from", "to": "to", "parent": "parent", "child": "each child", "held": "per contract",
	"financial rest": "rest of the project", "authority rest": "rest of the budget line", "sum": "sum of these"}

// dimensions are what the account's lines carry; a choice's are those of what is chosen.
func (l leg) dimensions() string {
	a, fixed := byCode[l.account]
	if !fixed {
		return map[string]string{"{revenue}": "[L]", "{expenditure}": "[L]", "{retention}": "[c]", "{subsidy}": "[b]"}[l.account]
	}
	var d []string
	if a.TakesLine {
		d = append(d, "L")
	}
	if a.TakesSubject != "" {
		d = append(d, map[accounting.SubjectKind]string{accounting.Contract: "c", accounting.Request: "r", accounting.Batch: "b", accounting.Injection: "d"}[a.TakesSubject])
	}
	if len(d) == 0 {
		return ""
	}
	return "[" + strings.Join(d, ",") + "]"
}

func carried(a accounting.Account) string {
	d := []string{"project"}
	if a.TakesLine {
		d = append(d, "budget line")
	}
	if a.TakesSubject != "" {
		d = append(d, string(a.TakesSubject))
	}
	if a.TakesClass {
		d = append(d, "economic class")
	}
	if !a.Leaf {
		return "not posted, sum of its sub-accounts"
	}
	return strings.Join(d, ", ")
}

func kept(a accounting.Account) string {
	return map[accounting.AccountRule]string{
		accounting.RuleFloor: "never below zero", accounting.RuleVoucherZero: "zero after each voucher", accounting.RuleBookZero: "cancels over the book",
	}[a.Rule]
}
