package projects

import "mingzhang/accounting"

// Chart is the chart of accounts 会计科目表: level-1 codes and names are the statutory ones, second-level numbers are ours.
// Dimensions and rules belong to the account, not to the event: which lines carry a budget line or a subject, which
// balance may not fall below zero. 9xxx is the indicator ledger; only 9601 has an official number.
func Chart() []accounting.Account { return append([]accounting.Account(nil), chart...) }

var chart = []accounting.Account{
	summaryAccount("1002", "银行存款", "bank deposits"),
	leafAccount("1002.01", "银行存款 自有", "bank, own", withFloor),
	leafAccount("1002.02", "银行存款 受托代理资产", "bank, entrusted", withFloor),
	summaryAccount("1214", "预付账款", "prepayments"),
	leafAccount("1214.01", "预付备料款", "prepayments for materials", withFloor, withSubject(accounting.Contract)),
	leafAccount("1214.02", "预付工程款", "prepayments for works", withFloor, withSubject(accounting.Contract)),
	leafAccount("1214.03", "其他预付款", "other prepayments", withFloor, withSubject(accounting.Request)),
	leafAccount("1218", "其他应收款", "other receivables", withFloor, withSubject(accounting.Contract)),
	leafAccount("1601", "固定资产", "fixed assets"),
	summaryAccount("1613", "在建工程", "construction in progress"),
	leafAccount("1613.01", "建筑安装工程投资", "building and installation", withFloor),
	leafAccount("1613.02", "设备投资", "equipment", withFloor),
	leafAccount("1613.03", "待摊投资", "deferred investment", withFloor),
	leafAccount("1613.04", "其他投资", "other investment", withFloor),
	leafAccount("1613.05", "待核销基建支出", "capital spending to be written off", withFloor),
	leafAccount("1613.06", "基建转出投资", "investment transferred out", withFloor),
	leafAccount("1613.07", "内部结转", "between projects", withCancelling),
	leafAccount("1801", "公共基础设施", "public infrastructure"),
	summaryAccount("2302", "应付账款", "accounts payable"),
	leafAccount("2302.02", "应付工程款", "payable for works", withFloor, withSubject(accounting.Contract)),
	leafAccount("2303", "应付政府补贴款", "government subsidies payable", withFloor, withSubject(accounting.Batch)),
	summaryAccount("2307", "其他应付款", "other payables"),
	leafAccount("2307.01", "质量保证金 一年以内", "retention, up to one year", withFloor, withSubject(accounting.Contract)),
	leafAccount("2307.02", "暂收注资款", "injection passed through", withFloor, withSubject(accounting.Injection)),
	leafAccount("2307.03", "应付补助", "subsidies payable of institutions", withFloor, withSubject(accounting.Batch)),
	summaryAccount("2502", "长期应付款", "long-term payables"),
	leafAccount("2502.01", "质量保证金 一年以上", "retention, over one year", withFloor, withSubject(accounting.Contract)),
	leafAccount("2901", "受托代理负债", "entrusted-agency liability", withFloor),
	leafAccount("3001", "累计盈余", "accumulated surplus"),
	leafAccount("3301", "本期盈余", "surplus of the period"),
	leafAccount("3302", "本年盈余分配", "distribution of the year's surplus"),
	leafAccount("3401", "无偿调拨净资产", "net assets moved free of charge"),
	leafAccount("3501", "以前年度盈余调整", "prior-year adjustment"),
	summaryAccount("4001", "财政拨款收入", "fiscal appropriation revenue"),
	leafAccount("4001.01", "财政拨款收入 一般公共预算", "appropriation revenue, general public budget", withLine),
	leafAccount("4001.02", "财政拨款收入 政府性基金", "appropriation revenue, government fund", withLine),
	summaryAccount("5001", "业务活动费用", "operating expenses"),
	leafAccount("5001.02", "商品和服务费用", "goods and services"),
	leafAccount("5001.03", "对个人和家庭的补助费用", "subsidies to persons and families"),
	leafAccount("5001.04", "对企业补助费用", "subsidies to enterprises and collectives"),
	leafAccount("5301", "资产处置费用", "asset disposal expense"),
	leafAccount("5901", "其他费用", "other expenses"),
	leafAccount("6001", "财政拨款预算收入", "fiscal appropriation budget receipts", withLine),
	leafAccount("7101", "行政支出", "administrative expenditure", withLine),
	leafAccount("7201", "事业支出", "public-institution expenditure", withLine),
	leafAccount("7901", "其他支出", "other expenditure", withLine),
	summaryAccount("8001", "资金结存", "cash position", onDebit),
	leafAccount("8001.02", "资金结存 货币资金", "cash position, own cash", onDebit),
	summaryAccount("8101", "财政拨款结转", "appropriations carried over"),
	leafAccount("8101.01", "本年收支结转", "carried over of the year"),
	leafAccount("8101.02", "年初余额调整", "adjustment of opening balances"),
	leafAccount("8101.03", "归集上缴", "collected and handed up"),
	leafAccount("8101.04", "累计结转", "carried over, accumulated"),
	leafAccount("8102", "财政拨款结余", "appropriations surplus"),
	leafAccount("9101", "支出预算", "approved expenditure budget", withLine, onCredit),
	leafAccount("9201", "待下达指标", "authority not issued", withLine, withFloor),
	summaryAccount("9301", "可执行指标", "authority available for spending"),
	leafAccount("9301.01", "可执行指标 可用", "authority available", withLine, withFloor),
	leafAccount("9301.02", "可执行指标 冻结", "authority frozen", withLine, withFloor),
	leafAccount("9301.03", "可执行指标 合同占用", "authority held by contract", withLine, withFloor, withSubject(accounting.Contract)),
	leafAccount("9301.04", "可执行指标 支付占用", "authority held by payment request", withLine, withFloor, withSubject(accounting.Request)),
	leafAccount("9401", "指标支出", "authority executed", withLine, withFloor),
	leafAccount("9601", "指标结转结余", "carry-over clearing", withLine, withClearing),
	leafAccount("9701", "结转结余", "carry-over and surplus", withLine, withClearing, onCredit),
}

// byCode finds an account of the chart.
var byCode = func() map[string]accounting.Account {
	m := make(map[string]accounting.Account, len(chart))
	for _, a := range chart {
		m[a.Code] = a
	}
	return m
}()

func summaryAccount(code, zh, en string, more ...func(*accounting.Account)) accounting.Account {
	a := leafAccount(code, zh, en, more...)
	a.Leaf, a.TakesClass = false, false
	return a
}

// leafAccount takes what the first digit tells: type, basis and the side the balance normally stands on.
func leafAccount(code, zh, en string, more ...func(*accounting.Account)) accounting.Account {
	a := accounting.Account{Code: code, NameZH: zh, NameEN: en, Leaf: true, Basis: accounting.Basis(code), NormalSide: accounting.Debit}
	switch code[0] {
	case '1':
		a.Type = "asset"
	case '2':
		a.Type, a.NormalSide = "liability", accounting.Credit
	case '3':
		a.Type, a.NormalSide = "net_assets", accounting.Credit
	case '4':
		a.Type, a.NormalSide = "revenue", accounting.Credit
	case '5':
		a.Type, a.TakesClass = "expense", true
	case '6':
		a.Type, a.NormalSide = "budget_receipts", accounting.Credit
	case '7':
		a.Type, a.TakesClass = "budget_expenditure", true
	case '8':
		a.Type, a.NormalSide = "budget_balance", accounting.Credit
	default:
		a.Type = "authority"
	}
	// level-1 codes are the statutory ones; of the indicator accounts only 9601's number is established
	if code < "9" || code == "9601" {
		a.StatutoryCode = code[:4]
	}
	for _, set := range more {
		set(&a)
	}
	return a
}

func withLine(a *accounting.Account)       { a.TakesLine = true }
func withFloor(a *accounting.Account)      { a.Rule = accounting.RuleFloor }
func withClearing(a *accounting.Account)   { a.Rule = accounting.RuleVoucherZero }
func withCancelling(a *accounting.Account) { a.Rule = accounting.RuleBookZero }
func onDebit(a *accounting.Account)        { a.NormalSide = accounting.Debit }
func onCredit(a *accounting.Account)       { a.NormalSide = accounting.Credit }

func withSubject(kind accounting.SubjectKind) func(*accounting.Account) {
	return func(a *accounting.Account) { a.TakesSubject = kind }
}
