package projects_test

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// deeds are all events, each with the lines that the rules for public finance give it, written down a second time.
var deeds = map[string]func(p *pick) deed{
	"O1": func(p *pick) deed {
		p.form.kind, p.place.line = accounting.Opening, p.place.project
		if p.wrong == "" && rapid.Bool().Draw(p.rt, "new") {
			p.place = modelPlace{"2025-09", "2025-09", 2025}
			p.form.date = "2025-12-15"
			p.form.period, p.head.Date = 202512, accounting.MustDate(p.form.date)
		}
		return p.does(projects.Opening{Head: p.head, Balances: []projects.OpeningBalance{{Account: "1601", Project: p.place.project, Balance: accounting.Fen(700)}}}, "", p.dr("1601", 700), p.cr("3001", 700))
	},
	"I1": func(p *pick) deed {
		fen := p.amount("9101", "")
		return p.does(projects.Approve{Head: p.head, Draw: p.draw(fen)}, "", p.dr("9201", fen), p.cr("9101", fen))
	},
	"I2": func(p *pick) deed {
		fen := p.amount("9201", "")
		return p.does(projects.Issue{Head: p.head, Draw: p.draw(fen)}, "", p.dr("9301.01", fen), p.cr("9201", fen))
	},
	"I3+": func(p *pick) deed {
		fen := p.amount("9101", "")
		return p.does(projects.Supplement{Head: p.head, Draw: p.draw(fen)}, "", p.dr("9301.01", fen), p.cr("9101", fen))
	},
	"I3-": func(p *pick) deed {
		from := p.one("9201", "9301.01")
		fen := p.amount(from, "")
		return p.does(projects.Reduce{Head: p.head, Draw: p.draw(fen), From: map[string]projects.AuthorityState{"9201": projects.ToIssue, "9301.01": projects.Available}[from]}, "", p.dr("9101", fen), p.cr(from, fen))
	},
	"I4": func(p *pick) deed {
		to := p.other()
		fen := p.amount("9301.01", "")
		d := p.does(projects.Transfer{Head: p.head, From: p.place.line, To: to.line, Amount: accounting.Fen(fen)}, "",
			p.dr("9101", fen), p.cr("9301.01", fen), modelLine{"9301.01", to.line, "", fen}, modelLine{"9101", to.line, "", -fen})
		if d.refused == "" && to.line == p.place.line {
			d.refused = "budget_line_mismatch"
		} else if to.year != p.place.year {
			d.vouchers[0].bad = "budget_line_mismatch"
		}
		return d
	},
	"I4s": func(p *pick) deed {
		p.place, p.date = modelPlace{"2025-05/2025", "2025-05", 2025}, "2025-06-01"
		p.wrong, p.form.date, p.form.period, p.head.Date = "", p.date, 202506, accounting.MustDate(p.date)
		fen, held := p.amount("9201", ""), p.ledger.balance[key(p.dr("9201", 0))]
		m, full := accounting.Fen(fen), rapid.Bool().Draw(p.rt, "full")
		d := p.does(projects.Split{Head: p.head, Parent: p.place.line, Full: full, Parts: []projects.SplitPart{{BudgetLine: "2025-05-1/2025", Amount: &m}}}, "",
			p.dr("9101", fen), p.cr("9201", fen), modelLine{"9201", "2025-05-1/2025", "", fen}, modelLine{"9101", "2025-05-1/2025", "", -fen})
		if full && fen != held {
			d.refused = "split_not_exact"
		}
		return d
	},
	"I5": func(p *pick) deed {
		fen := p.amount("9301.01", "")
		return p.does(projects.Freeze{Head: p.head, Draw: p.draw(fen)}, "", p.dr("9301.02", fen), p.cr("9301.01", fen))
	},
	"I5 thaw": func(p *pick) deed {
		fen := p.amount("9301.02", "")
		return p.does(projects.Thaw{Head: p.head, Draw: p.draw(fen)}, "", p.dr("9301.01", fen), p.cr("9301.02", fen))
	},
	"I6": func(p *pick) deed {
		c, fen := p.contract(), p.amount("9301.01", "")
		return p.does(projects.Commit{Head: p.head, Contract: ref(c), Sources: p.draws(fen)}, c, p.dr("9301.03", fen, c), p.cr("9301.01", fen))
	},
	"I6r": func(p *pick) deed {
		c := p.contract()
		fen := p.amount("9301.03", c)
		return p.does(projects.Release{Head: p.head, Contract: ref(c), Sources: p.draws(fen)}, "", p.dr("9301.01", fen), p.cr("9301.03", fen, c))
	},
	"I7": func(p *pick) deed {
		r, source, c := p.request(), "9301.01", ""
		if rapid.Bool().Draw(p.rt, "of a contract") {
			source, c = "9301.03", p.contract()
		}
		fen := p.amount(source, c)
		return p.does(projects.HoldForRequest{Head: p.head, Request: ref(r), Contract: ref(c), Sources: p.draws(fen)}, r, p.dr("9301.04", fen, r), p.cr(source, fen, c))
	},
	"I7r": func(p *pick) deed {
		r := p.request()
		fen := p.amount("9301.04", r)
		return p.does(projects.ReturnRequest{Head: p.head, Request: ref(r), Sources: p.draws(fen)}, "", p.dr("9301.01", fen), p.cr("9301.04", fen, r))
	},
	"P1": func(p *pick) deed {
		c := p.contract()
		return p.pays("1214.02", c, func(x projects.Paid) projects.Event { return projects.PayAdvance{Paid: x, Contract: ref(c)} })
	},
	"P2": func(p *pick) deed {
		c, retention := p.contract(), p.one("2307.01", "2502.01")
		recouped, retained, net := p.amount("1214.02", c), rapid.Int64Range(0, 9000).Draw(p.rt, "retained"), rapid.Int64Range(-3, 900000).Draw(p.rt, "net")
		gross := recouped + retained + net
		d := p.does(projects.Certify{Head: p.head, Project: p.place.project, Contract: ref(c), Gross: accounting.Fen(gross), Recouped: accounting.Fen(recouped), Retained: accounting.Fen(retained), OverOneYear: retention == "2502.01"}, "",
			p.dr("1613.01", gross), p.cr("1214.02", recouped, c), p.cr(retention, retained, c), p.cr("2302.02", net, c))
		if gross <= 0 {
			d.refused = "amount_invalid"
		} else if net < 0 {
			d.refused = "certificate_negative"
		}
		return d
	},
	"P2d": func(p *pick) deed {
		c := p.contract()
		unpaid, retained, overpaid := p.amount("2302.02", c), rapid.Int64Range(0, 100).Draw(p.rt, "retained"), rapid.Int64Range(0, 100).Draw(p.rt, "overpaid")
		return p.does(projects.CutSettlement{Head: p.head, Project: p.place.project, Contract: ref(c), Unpaid: accounting.Fen(unpaid), Retained: accounting.Fen(retained), Overpaid: accounting.Fen(overpaid)}, "",
			p.dr("2302.02", unpaid, c), p.dr("2307.01", retained, c), p.dr("1218", overpaid, c), p.cr("1613.01", unpaid+retained+overpaid))
	},
	"P3": func(p *pick) deed {
		c := p.contract()
		return p.pays("2302.02", c, func(x projects.Paid) projects.Event { return projects.PayProgress{Paid: x, Contract: ref(c)} })
	},
	"P4": func(p *pick) deed {
		cost := p.one("1613.02", "1613.03", "1613.04")
		return p.pays(cost, "", func(x projects.Paid) projects.Event { return projects.PayCost{Paid: x, Cost: cost} })
	},
	"P5": func(p *pick) deed {
		c := p.contract()
		return p.pays("2307.01", c, func(x projects.Paid) projects.Event { return projects.ReturnRetention{Paid: x, Contract: ref(c)} })
	},
	"P5f": func(p *pick) deed {
		c := p.contract()
		fen, held := p.amount("2307.01", c), p.amount("9301.03", c)
		return p.does(projects.ForfeitRetention{Head: p.head, Project: p.place.project, Contract: ref(c), Amount: accounting.Fen(fen), Cost: "1613.01", Release: p.draws(held)}, "",
			p.dr("2307.01", fen, c), p.cr("1613.01", fen), p.dr("9301.01", held), p.cr("9301.03", held, c))
	},
	"P6": func(p *pick) deed {
		fen, paidOn := p.amount("9401", ""), p.date
		if rapid.IntRange(0, 9).Draw(p.rt, "earlier year") == 0 {
			paidOn = "2024-12-30"
		}
		d := p.does(projects.Refund{Head: p.head, PaidOn: accounting.MustDate(paidOn), Debited: "1613.03", To: projects.BackAvailable, Sources: p.draws(fen), EconomicClass: goodsUsed}, "",
			p.dr("9301.01", fen), p.cr("9401", fen), p.dr("4001.01", fen), p.cr("1613.03", fen), p.dr("6001", fen), p.cr(p.expenditure(), fen))
		if paidOn != p.date {
			d.refused = "payment_of_earlier_year"
		}
		return d
	},
	"P7": func(p *pick) deed {
		fen := p.amount("1613.03", "")
		return p.does(projects.RefundEarlierYear{Head: p.head, PaidOn: accounting.MustDate("2024-07-25"), Standing: "1613.03", BudgetLine: p.place.line, Amount: accounting.Fen(fen)}, "",
			p.dr("9301.01", fen), p.cr("9101", fen), p.dr("3501", fen), p.cr("1613.03", fen))
	},
	"P7 own bank": func(p *pick) deed {
		fen := p.amount("1613.03", "")
		return p.does(projects.RefundEarlierYear{Head: p.head, PaidOn: accounting.MustDate("2024-07-25"), Standing: "1613.03", Project: p.place.project, Amount: accounting.Fen(fen), OwnBank: true}, "",
			p.dr("1002.01", fen), p.cr("1613.03", fen), p.dr("8001.02", fen), p.cr("8101.02", fen))
	},
	"T1": func(p *pick) deed {
		total := p.amount("1613.03", "")
		works := rapid.Int64Range(0, total).Draw(p.rt, "works")
		return p.does(projects.Apportion{Head: p.head, Project: p.place.project, Works: accounting.Fen(works), Equipment: accounting.Fen(total - works), Total: accounting.Fen(total)}, "",
			p.dr("1613.01", works), p.dr("1613.02", total-works), p.cr("1613.03", total))
	},
	"T1s": func(p *pick) deed {
		if p.wrong == "" {
			p.place.line, p.place.project = "2025-05", "2025-05"
		}
		fen := p.amount("1613.03", "")
		return p.does(projects.PassDown{Head: p.head, Parent: p.place.project, Children: []projects.ProjectAmount{{Project: "2025-05-1", Amount: accounting.Fen(fen)}}}, "",
			p.dr("1613.07", fen), p.cr("1613.03", fen), modelLine{"1613.01", "2025-05-1", "", fen}, modelLine{"1613.07", "2025-05-1", "", -fen})
	},
	"T1s clear": func(p *pick) deed {
		var lines []modelLine
		for _, code := range []string{"2025-05", "2025-05-1"} {
			fen := p.ledger.total(code, p.place.year, "1613.07")
			lines = append(lines, modelLine{"1613.07", code, "", -fen}, modelLine{"3001", code, "", fen})
		}
		p.wrong = ""
		return p.does(projects.ClearPassedDown{Head: p.head, Projects: []string{"2025-05", "2025-05-1"}}, "", lines...)
	},
	"T2": func(p *pick) deed {
		works, equipment := p.amount("1613.01", ""), rapid.Int64Range(0, 100).Draw(p.rt, "equipment")
		return p.handsOver(projects.HandOver{Head: p.head, Project: p.place.project, Asset: "1801", Works: accounting.Fen(works), Equipment: accounting.Fen(equipment)},
			p.dr("1801", works+equipment), p.cr("1613.01", works), p.cr("1613.02", equipment))
	},
	"T3": func(p *pick) deed {
		works := p.amount("1613.01", "")
		return p.handsOver(projects.TransferOut{Head: p.head, Project: p.place.project, Works: accounting.Fen(works)}, p.dr("3401", works), p.cr("1613.01", works))
	},
	"T4": func(p *pick) deed {
		fen := p.amount("1613.01", "")
		return p.does(projects.WriteOff{Head: p.head, Project: p.place.project, Amount: accounting.Fen(fen), EconomicClass: goodsUsed}, "", p.dr("5301", fen), p.cr("1613.01", fen))
	},
	"T4 paid": func(p *pick) deed {
		return p.pays("1613.05", "", func(x projects.Paid) projects.Event { return projects.PayWrittenOff{Paid: x} }, p.dr("5301", 1), p.cr("1613.05", 1))
	},
	"T5": func(p *pick) deed {
		adjusted, more, less := p.ledger.total(p.place.project, p.place.year, "3501"), rapid.Int64Range(0, 500).Draw(p.rt, "increase"), rapid.Int64Range(0, 500).Draw(p.rt, "decrease")
		return p.does(projects.AdjustAsset{Head: p.head, Project: p.place.project, Asset: "1601", Increase: accounting.Fen(more), Decrease: accounting.Fen(less)}, "",
			p.dr("1601", more), p.cr("1601", less), p.cr("3501", adjusted), p.dr("3001", adjusted-more+less))
	},
	"H1": func(p *pick) deed {
		c, fen := p.contract(), p.amount("1613.01", "")
		return p.does(projects.ClaimOverpayment{Head: p.head, Project: p.place.project, Contract: ref(c), Amount: accounting.Fen(fen)}, "", p.dr("1218", fen, c), p.cr("1613.01", fen))
	},
	"H2": func(p *pick) deed {
		c := p.contract()
		fen := p.amount("1218", c)
		return p.does(projects.OverpaymentBack{Head: p.head, Contract: ref(c), Sources: p.draws(fen), EconomicClass: goodsUsed}, "",
			p.dr("4001.01", fen), p.cr("1218", fen, c), p.dr("6001", fen), p.cr(p.expenditure(), fen), p.dr("9301.01", fen), p.cr("9401", fen))
	},
	"B1": func(p *pick) deed {
		x, fen := p.batch(), p.amount("9301.04", "")
		return p.does(projects.ApproveList{Head: p.head, Project: p.place.project, Batch: ref(x), Amount: accounting.Fen(fen), EconomicClass: goodsUsed}, x, p.dr("5001.03", fen), p.cr(p.subsidy(), fen, x))
	},
	"B2": func(p *pick) deed {
		x := p.batch()
		return p.pays(p.subsidy(), x, func(paid projects.Paid) projects.Event { return projects.PaySubsidy{Paid: paid, Batch: ref(x)} })
	},
	"G1": func(p *pick) deed {
		return p.pays("5001.04", "", func(x projects.Paid) projects.Event { return projects.Grant{Paid: x, Expense: "5001.04"} })
	},
	"K1": func(p *pick) deed {
		return p.pays("5901", "", func(x projects.Paid) projects.Event { return projects.Inject{Paid: x} })
	},
	"K2a": func(p *pick) deed {
		fen := p.amount("1002.01", "")
		return p.does(projects.ReceiveInjection{Head: p.head, Project: p.place.project, Injection: projects.Ref("ZZ-1"), Amount: accounting.Fen(fen)}, "injection:ZZ-1", p.dr("1002.01", fen), p.cr("2307.02", fen, "injection:ZZ-1"))
	},
	"K2b": func(p *pick) deed {
		fen := p.amount("2307.02", "injection:ZZ-1")
		return p.does(projects.PassOnInjection{Head: p.head, Project: p.place.project, Injection: projects.Ref("ZZ-1"), Amount: accounting.Fen(fen)}, "", p.dr("2307.02", fen, "injection:ZZ-1"), p.cr("1002.01", fen))
	},
	"R1": func(p *pick) deed {
		fen := p.amount("1002.02", "")
		return p.does(projects.FundReceipt{Head: p.head, Project: p.place.project, Amount: accounting.Fen(fen)}, "", p.dr("1002.02", fen), p.cr("2901", fen))
	},
	"R2": func(p *pick) deed {
		fen := p.amount("2901", "")
		return p.does(projects.Relief{Head: p.head, Project: p.place.project, Amount: accounting.Fen(fen)}, "", p.dr("2901", fen), p.cr("1002.02", fen))
	},
	"Y1": func(p *pick) deed {
		var all [][]modelLine
		for _, cells := range group(p.ledger.cells(202501, 202514, "6", "7"), func(l modelLine) string { return project(l.place) }) {
			all = append(all, clears(cells, "8101.04"))
		}
		return p.closing(projects.CloseBudgetary{YearEnd: projects.YearEnd{Head: p.head, Year: 2025}}, all)
	},
	"Y2": func(p *pick) deed {
		var all [][]modelLine
		for _, cells := range group(p.ledger.cells(202501, 202514, "4", "5", "3401", "3501"), func(l modelLine) string { return project(l.place) }) {
			all = append(all, clears(cells, "3001"))
		}
		return p.closing(projects.CloseFinancial{YearEnd: projects.YearEnd{Head: p.head, Year: 2025}}, all)
	},
	"Y3": func(p *pick) deed {
		cells := slices.DeleteFunc(p.ledger.cells(202501, 202514, "9"), func(l modelLine) bool { return !strings.HasSuffix(l.place, "/2025") })
		var all [][]modelLine
		for _, of := range group(cells, func(l modelLine) string { return l.place }) {
			for i := range of {
				of[i].fen = -of[i].fen
			}
			all = append(all, of)
		}
		d := p.closing(projects.CarryAuthority{YearEnd: projects.YearEnd{Head: p.head, Year: 2025}}, all)
		if slices.ContainsFunc(cells, func(l modelLine) bool { return l.account == "9301.04" }) {
			d.refused = "request_hold_left"
		}
		return d
	},
	"Y4": func(p *pick) deed { return p.carriesIn() },
	"Y5": func(p *pick) deed {
		fen := p.amount("9301.01", "")
		p.form.kind = accounting.Closing
		return p.does(projects.Lapse{Head: p.head, Draw: p.draw(fen)}, "", p.dr("9101", fen), p.cr("9301.01", fen))
	},
}

// handsOver is refused while an advance is open.
func (p *pick) handsOver(e projects.Event, lines ...modelLine) deed {
	d := p.does(e, "", lines...)
	if d.refused == "" && p.ledger.total(p.place.project, p.place.year, "1214") != 0 {
		d.refused = "advance_open"
	}
	return d
}

// carriesIn brings into lines of 2026 what Y3 left on those of 2025, each once.
func (p *pick) carriesIn() deed {
	p.head = p.on("2026-01-05")
	if p.form.samePerson {
		p.head.PreparedBy = p.bureau.head
	}
	d := deed{event: projects.CarryIn{YearEnd: projects.YearEnd{Head: p.head, Year: 2025}}}
	left := slices.DeleteFunc(p.ledger.cells(202514, 202514, "92", "93"), func(l modelLine) bool { return p.carried[l.place] != "" })
	for _, of := range group(left, func(l modelLine) string { return l.place }) {
		to := strings.TrimSuffix(of[0].place, "2025") + "2026"
		if slices.ContainsFunc(p.places, func(x modelPlace) bool { return x.line == to }) {
			to += "-c"
		}
		v := &modelVoucher{date: "2026-01-05", period: 202601, kind: accounting.Closing, samePerson: p.form.samePerson}
		var sum int64
		for _, l := range of {
			sum -= l.fen
			v.lines = append(v.lines, modelLine{l.account, to, l.subject, -l.fen})
		}
		v.lines = append(v.lines, modelLine{"9101", to, "", -sum})
		d.vouchers = append(d.vouchers, v)
	}
	if len(left) == 0 {
		d.refused = "nothing_to_post"
	}
	return d
}
