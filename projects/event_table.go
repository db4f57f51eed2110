package projects

// paymentLegs is what every confirmed payment has, I8: authority executed out of the request's hold; what the money is for
// against the appropriation; and the same in the budgetary accounts 平行记账.
func paymentLegs(account, spend string) []leg {
	return []leg{
		dr("9401"), cr("9301.04"),
		dr(account), cr("{revenue}"),
		dr(spend), cr("6001"),
	}
}

func legs(l ...leg) []leg { return l }

// indicatorLegs are those of a list: I1 and I2 for what is issued, I3- for what is cut.
var indicatorLegs = legs(dr("9201").takes("issued"), cr("9101").takes("issued"), dr("9301.01").takes("issued"), cr("9201").takes("issued"), dr("9101").takes("cut"), cr("9301.01").takes("cut"))

// eventTable is the posting rule of each event, the only place where it stands (public-finance rules, section 3.1). Read
// a row as: this event, these lines. dr and cr name an account or a {choice}; at says whose project and budget line,
// takes which figure. docs/ACCOUNTING.md prints it from here.
var eventTable = []eventRow{
	{"O1", "", "期初", "opening balances", legs(dr("{leaf}").takes("opening"), cr("3001").at("financial rest").takes("opening"), cr("9101").at("authority rest").takes("opening")),
		"a floor does not hold; the project has vouchers already; not signed by two"},

	// Budget authority 预算指标
	{"I1", "", "预算批复", "budget approved", legs(dr("9201"), cr("9101")), "no 文号"},
	{"I2", "", "指标下达", "authority issued", legs(dr("9301.01"), cr("9201")), "more than 9201"},
	{"I3+", "", "追加", "supplement", legs(dr("9201"), cr("9101"), dr("9301.01"), cr("9201")), "no 文号"},
	{"I1", "list", "指标批复下达", "indicators approved and issued by a list", indicatorLegs, "no 文号; a reduction above what is available"},
	{"I3-", "", "追减", "reduction", legs(dr("9101"), cr("{source}")), "no 文号; authority is used or held: contract holds x, at most y may be cut"},
	{"I4", "", "调剂", "transfer between projects", legs(dr("9101").at("from"), cr("9301.01").at("from"), dr("9301.01").at("to"), cr("9101").at("to")),
		"no 文号; more than available on the giving line"},
	{"I4s", "", "切块", "split to children", legs(dr("9101").at("parent"), cr("9201").at("parent"), dr("9201").at("child"), cr("9101").at("child")),
		"no 文号; more than the parent's 9201; a child line is missing; a full split does not sum exactly"},
	{"I5", "", "冻结", "freeze", legs(dr("9301.02"), cr("9301.01")), "more than available"},
	{"I5", "thaw", "解冻", "thaw", legs(dr("9301.01"), cr("9301.02")), "more than frozen"},
	{"I6", "", "合同签订", "commitment, or its increase", legs(dr("9301.03"), cr("9301.01")), "more than available"},
	{"I6r", "", "释放合同占用", "commitment released", legs(dr("9301.01"), cr("9301.03")), "more than the contract still holds"},
	{"I7", "", "支付申请审核通过", "payment request approved", legs(dr("9301.04"), cr("{source}")),
		"more than the source; payable, retention or advance terms of the contract (reserved with it)"},
	{"I7r", "", "支付申请退回", "payment request returned", legs(dr("{source}"), cr("9301.04")), "more than the request holds (it was paid)"},

	// Works: advance, certificate, payment, retention
	{"P1", "", "支付预付款", "advance paid", paymentLegs("1214.02", "{expenditure}"), "above the contract's advance terms (document check)"},
	{"P2", "", "计量结算", "valuation agreed", legs(dr("1613.01").takes("gross"), cr("1214.02").takes("recouped"), cr("{retention}").takes("retained"), cr("2302.02").takes("rest")),
		"recouped above the advance held; rest negative"},
	{"P2d", "", "结算审减", "downward settlement", legs(dr("2302.02").takes("unpaid"), dr("{retention}").takes("retained"), dr("1218").takes("overpaid"), cr("1613.01").takes("cut")),
		"cost handed over already (T5)"},
	{"P3", "", "支付进度款、结算款", "progress or settlement paid", paymentLegs("2302.02", "{expenditure}"), "above certified net still unpaid"},
	{"P4", "", "支付待摊、设备、其他投资", "fees, equipment, other paid", paymentLegs("{cost}", "{expenditure}"), "as every payment"},
	{"P5", "", "返还质保金", "retention returned", paymentLegs("{retention}", "{expenditure}"),
		"above the retention held; a later year draws 9301.03 of the new line, same contract"},
	{"P5f", "", "质保金没收", "retention forfeited", legs(dr("{retention}"), cr("{cost}"), dr("9301.01").at("held").takes("released"), cr("9301.03").at("held").takes("released")),
		"above the retention held"},
	{"P6", "", "当年退回、退票", "returned in the same year", legs(dr("{source}"), cr("9401"), dr("{revenue}"), cr("{debited}"), dr("6001"), cr("{expenditure}")),
		"above that payment less its refunds; cost handed over (T5); payment of an earlier year (P7)"},
	{"P7", "", "以前年度退回国库", "earlier year's money back to treasury", legs(dr("9301.01"), cr("9101"), dr("3501"), cr("{standing}")),
		"payment of this year (P6); above that payment. Route to be confirmed by the bureau"},
	{"P7", "own bank", "以前年度退回本单位", "earlier year's money back to the unit", legs(dr("1002.01"), cr("{standing}"), dr("8001.02"), cr("8101.02")),
		"payment of this year (P6); above that payment"},

	// Completion
	{"T1", "", "分摊待摊投资", "deferred investment apportioned", legs(dr("1613.01").takes("works"), dr("1613.02").takes("equipment"), cr("1613.03").takes("total")), "sum not exact"},
	{"T1s", "", "上级费用分摊到子项目", "parent's fees passed down",
		legs(dr("1613.07").at("parent"), cr("1613.03").at("parent"), dr("1613.01").at("child"), cr("1613.07").at("child")), "1613.07 does not cancel over the book"},
	{"T1s", "clear", "完工清理内部结转", "passed-down fees cleared", legs(dr("1613.07").at("child").takes("passed down"), cr("3001").at("child").takes("passed down")),
		"1613.07 does not cancel over the book"},
	{"T2", "", "交付使用", "handed over, own asset",
		legs(dr("{asset}").takes("total"), cr("1613.01").takes("works"), cr("1613.02").takes("equipment"), cr("1613.04").takes("other")), "more than was built; work not yet certified or open advance"},
	{"T3", "", "转出", "handed over to another body",
		legs(dr("1613.06").takes("total"), cr("1613.01").takes("works"), cr("1613.02").takes("equipment"), dr("3401").takes("total"), cr("1613.06").takes("total")), "more than was built; open advance"},
	{"T4", "", "核销", "written off", legs(dr("1613.05"), cr("1613.01"), dr("5301"), cr("1613.05")), "more than was built"},
	{"T4", "paid", "支付待核销支出", "written off when paid", append(paymentLegs("1613.05", "{expenditure}"), dr("5301"), cr("1613.05")), "as every payment"},
	{"T5", "", "决算调整暂估", "final account adjusts the provisional value", legs(dr("{asset}").takes("increase"), cr("3501").takes("increase"), dr("3501").takes("decrease"), cr("{asset}").takes("decrease"),
		dr("3501").takes("surplus"), cr("3001").takes("surplus"), dr("3001").takes("deficit"), cr("3501").takes("deficit")), "asset not provisional"},
	{"H1", "", "多付工程款转应收", "overpayment claimed", legs(dr("1218"), cr("1613.01")), "cost handed over"},
	{"H2", "", "多付款当年收回", "overpayment back in the same year", legs(dr("{revenue}"), cr("1218"), dr("6001"), cr("{expenditure}"), dr("9301.01"), cr("9401")),
		"above the claim; a later year (P7 with Cr 1218)"},

	// Subsidies, grants, injections, entrusted funds
	{"B1", "", "补贴名单核定", "subsidy list approved", legs(dr("5001.03"), cr("{subsidy}")), "list not published"},
	{"B2", "", "补贴发放", "subsidy paid", paymentLegs("{subsidy}", "{expenditure}"), "above the batch"},
	{"G1", "", "直接拨付", "direct grant", paymentLegs("{expense}", "{expenditure}"), "as every payment"},
	{"K1", "", "资本金注入", "capital injection in the unit's budget", paymentLegs("5901", "7901"), "as every payment"},
	{"K2a", "", "收到预算外注资款", "injection outside the budget received", legs(dr("1002.01"), cr("2307.02")), "–"},
	{"K2b", "", "转付预算外注资款", "injection outside the budget passed on", legs(dr("2307.02"), cr("1002.01")), "more than came in"},
	{"R1", "", "基金收款", "fund receives donation or asset income", legs(dr("1002.02"), cr("2901")), "–"},
	{"R2", "", "救助发放", "relief paid", legs(dr("2901"), cr("1002.02")), "more than the fund holds"},

	// Year end 年末
	{"Y1", "", "年末结转 预算会计", "year end, budgetary", legs(dr("6001").takes("received"), cr("8101.01").takes("received"), dr("8101.01").takes("spent"), cr("{expenditure}").takes("spent"),
		dr("8101.01").at("sum").takes("surplus"), cr("8101.04").at("sum").takes("surplus")), "a 6 or 7 cell is left"},
	{"Y2", "", "年末结转 财务会计", "year end, financial", legs(dr("{revenue}").takes("earned"), cr("3301").takes("earned"), dr("3301").takes("consumed"), cr("{expense}").takes("consumed"),
		dr("3301").at("sum").takes("surplus"), cr("3302").at("sum").takes("surplus"), dr("3302").at("sum").takes("surplus"), cr("3001").at("sum").takes("surplus"),
		dr("3001").at("sum").takes("moved"), cr("3401").at("sum").takes("moved"), dr("3001").at("sum").takes("adjusted"), cr("3501").at("sum").takes("adjusted")), "a 4 or 5 cell is left"},
	{"Y3", "", "指标结转", "year end, authority", legs(dr("9601").takes("left"), cr("9201").takes("unissued"), cr("9301.01").takes("available"), cr("9301.02").takes("frozen"),
		cr("9301.03").at("held").takes("contracted"),
		dr("9101").takes("approved"), cr("9401").takes("executed"), cr("9701").takes("left"), dr("9701").takes("left"), cr("9601").takes("left")), "9301.04 is not zero"},
	{"Y4", "", "上年结转转入", "carried in from last year", legs(dr("9201").takes("left"), cr("9101").takes("left"), dr("9301.01").takes("available"), dr("9301.02").takes("frozen"),
		dr("9301.03").at("held").takes("contracted"), cr("9201").takes("carried")), "not what Y3 left"},
	{"Y5", "", "结余收回", "rest lapses", legs(dr("9101"), cr("9301.01")), "more than available"},
}

// eventRule finds the row of an event; a missing one is a mistake in the program.
func eventRule(event, variant string) eventRow {
	for _, r := range eventTable {
		if r.event == event && r.variant == variant {
			return r
		}
	}
	panic("no row " + event + " " + variant + " in the event table")
}
