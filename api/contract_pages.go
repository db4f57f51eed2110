package api

import (
	"net/url"
	"strconv"
	"strings"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// contractsShown is how many contracts a page of the list has.
const contractsShown = 100

// contractsPage lists contracts with what is certified, paid and payable now.
func (s *Server) contractsPage(l *look) (*answer, error) {
	project, words, state := strings.TrimSpace(l.values.Get("project")), strings.TrimSpace(l.values.Get("q")), l.values.Get("state")
	out, err := s.listContracts(l.ctx, &listContractsRequest{Project: project})
	if err != nil {
		return nil, err
	}
	t := &web.Table{Name: "contracts", Caption: l.t("page.contracts"), Counted: true, Wan: l.wan(), Empty: l.t("contract.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "column.project"),
		web.C(web.TextColumn, "money.supplier"), web.C(web.MoneyColumn, "money.price"), web.C(web.MoneyColumn, "money.certified"), web.C(web.MoneyColumn, "money.paid"), web.C(web.MoneyColumn, "money.payable_now"),
		web.C(web.MoneyColumn, "money.advance_open"), web.C(web.MoneyColumn, "money.retention_left"), web.C(web.StateColumn, "column.state"))}
	var sums [6]accounting.Money
	after, next := l.values.Get("after"), ""
	for _, k := range out.Body.Contracts {
		if state != "" && k.State != state || words != "" && !strings.Contains(k.Number+" "+k.Name+" "+k.Supplier, words) {
			continue
		}
		t.Count++
		figures := []accounting.Money{k.Price.Money, k.Payable.Certified.Money, paidOf(k), k.Payable.Now.Money, k.Advance.Paid.Sub(k.Advance.Recouped.Money), withheldLeft(k)}
		for i, m := range figures {
			sums[i] = sums[i].Add(m)
		}
		if k.Number <= after && after != "" {
			continue
		}
		if len(t.Rows) == contractsShown {
			next = t.Rows[contractsShown-1].Cells[0].Text
			continue
		}
		row := web.Row{Cells: []web.Cell{web.Code(k.Number).To(contractPageOf(k.Number)), web.Text(k.Name), l.names.project(k.Project), web.Text(k.Supplier)}}
		for _, m := range figures {
			row.Cells = append(row.Cells, web.Yuan(m).To(contractPageOf(k.Number)))
		}
		row.Cells = append(row.Cells, web.State(k.State, l.t("state."+k.State)))
		t.Rows = append(t.Rows, row)
	}
	t.Sum = &sums[0]
	if t.Count > 0 {
		t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(l.t("table.count", t.Count)), web.Text(""), web.Text("")}
		for _, m := range sums {
			t.Total = append(t.Total, web.Yuan(m))
		}
		t.Total = append(t.Total, web.Text(""))
	}
	if next != "" {
		t.Next, _ = withQuery(l, "after", next)
	}
	if after != "" {
		t.First, _ = withQuery(l, "after", "")
	}
	states := []web.Option{{Text: l.t("choice.all")}}
	for _, w := range []string{"effective", "settled", "terminated"} {
		states = append(states, web.Option{Value: w, Text: l.t("state." + w), Chosen: w == state})
	}
	return &answer{template: "list", title: l.t("page.contracts"), list: t, wan: true, data: listData{Lead: l.t("contract.lead"), Actions: l.newDocument(l.t("document.new", kindName(l.lang, "contract")), "contract", "node", project), Tables: []*web.Table{t},
		Filters: []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: words, Help: l.t("money.contract_words")}, {Name: "project", Label: l.t("column.project"), Kind: web.TextField, Value: project},
			{Name: "state", Label: l.t("column.state"), Kind: web.ChoiceField, Options: states}}}}, nil
}

func contractPageOf(number string) string { return "/contracts/" + url.PathEscape(number) }

// paidOf is all that was paid of a contract: advance, progress and settlement, retention.
func paidOf(k ContractOutput) accounting.Money {
	return accounting.Sum(k.Advance.Paid.Money, k.Payable.Paid.Money, k.Withheld.Paid.Money)
}

// withheldLeft is the retention neither paid nor forfeited.
func withheldLeft(k ContractOutput) accounting.Money {
	return k.Withheld.Kept.Sub(k.Withheld.Paid.Money).Sub(k.Withheld.Forfeited.Money)
}

// contractPage shows a contract: what was agreed, how far it is certified, paid and kept back, and what may be paid now.
func (s *Server) contractPage(l *look) (*answer, error) {
	in := contractRequest{Number: l.Param("number")}
	if day := l.values.Get("day"); day != "" {
		if err := in.Day.UnmarshalText([]byte(day)); err != nil {
			return nil, err
		}
	}
	out, err := s.getContract(l.ctx, &in)
	if err != nil {
		return nil, err
	}
	k := out.Body
	certificates, err := s.listCertificates(l.ctx, &certificatesRequest{Number: k.Number})
	if err != nil {
		return nil, err
	}
	papers, err := s.papers(l, projects.PaperQuery{Kinds: []string{"change_order", "certificate", "settlement", "termination"}, Contract: k.Number, Limit: 200})
	if err != nil {
		return nil, err
	}
	requests, err := s.listRequests(l.ctx, &listRequestsRequest{Contract: k.Number, Limit: 200})
	if err != nil {
		return nil, err
	}
	data := sectionsData{Facts: contractFacts(l, k), Actions: l.contractActions(k), Sections: []section{
		{Title: l.t("contract.payable"), Facts: payableFacts(l, k.ContractOutput), Words: []string{l.formula(k.Payable.Formula, k.Payable.Now.Money)}},
		{Title: l.t("contract.advance"), Facts: advanceFacts(l, k.ContractOutput)},
		{Title: l.t("contract.retention"), Facts: retentionFacts(l, k)},
		{Table: itemTable(l, k)},
		{Table: certificateTable(l, k.Number, certificates.Body.Certificates)},
		{Table: papersTable(l, l.t("contract.papers"), l.t("contract.no_papers"), papers)},
		{Table: fundingTable(l, k)},
		{Table: requestTable(l, l.t("contract.requests"), l.t("contract.no_requests"), requests.Body.Requests)},
	}}
	return &answer{template: "sections", title: l.t("contract.title", k.Number, k.Name), data: data}, nil
}

func contractFacts(l *look, k ContractDetail) []web.Fact {
	facts := []web.Fact{fact(l.t("column.state"), web.State(k.State, l.t("state."+k.State))), fact(l.t("column.project"), l.names.project(k.Project)), fact(l.t("field.type"), web.Text(l.t("choice.contract.type."+k.Type))),
		fact(l.t("money.supplier"), web.Text(k.Supplier)), fact(l.t("money.signed_on"), web.Text(k.SignedOn)), fact(l.t("money.original_price"), web.Yuan(k.OriginalPrice.Money)), fact(l.t("money.price"), web.Yuan(k.Price.Money)),
		fact(l.t("column.words"), web.Text(k.Price.Words()))}
	if k.CreditCode != "" {
		facts = append(facts, fact(l.t("field.credit_code"), web.Text(k.CreditCode)))
	}
	if k.SettledPrice != nil {
		facts = append(facts, fact(l.t("field.settled_price"), web.Yuan(k.SettledPrice.Money)), fact(l.t("field.settled_on"), web.Text(k.SettledOn)))
	}
	facts = append(facts, fact(l.t("field.funded"), web.Yuan(k.Funded.Money)))
	if !k.Unfunded.IsZero() {
		facts = append(facts, fact(l.t("field.unfunded"), web.Yuan(k.Unfunded.Money)))
	}
	facts = append(facts, fact(l.t("money.paid"), web.Yuan(paidOf(k.ContractOutput))), fact(l.t("money.payable_now"), web.Yuan(k.Payable.Now.Money)),
		fact(l.t("field.progress_rate"), web.Figure(k.ProgressRate.String())), fact(l.t("field.settled_rate"), web.Figure(k.SettledRate.String())),
		fact(l.t("contract.document"), web.Text(kindName(l.lang, "contract")).To("/documents/"+k.ID)))
	return facts
}

func percent(f Factor) string { return f.String() + " %" }

func payableFacts(l *look, k ContractOutput) []web.Fact {
	facts := []web.Fact{fact(l.t("contract.certified_gross"), web.Yuan(k.Payable.Certified.Money)), fact(l.t("contract.certified_payable"), web.Yuan(k.Payable.CertifiedPayable.Money)), fact(l.t("contract.held"), web.Yuan(k.Payable.Held.Money)),
		fact(l.t("contract.paid"), web.Yuan(k.Payable.Paid.Money)), fact(l.t("field.deducted"), web.Yuan(k.Payable.Deducted.Money)), fact(l.t("money.payable_now"), web.Yuan(k.Payable.Now.Money))}
	if !k.Claim.Overpaid.IsZero() {
		facts = append(facts, fact(l.t("field.overpaid"), web.Yuan(k.Claim.Overpaid.Money)), fact(l.t("contract.claim_returned"), web.Yuan(k.Claim.Returned.Money)))
	}
	return facts
}

func advanceFacts(l *look, k ContractOutput) []web.Fact {
	recoup := l.t("contract.recoup_at_settlement")
	if k.RecoupRate != nil {
		recoup = k.RecoupRate.String()
	}
	return []web.Fact{fact(l.t("contract.advance_terms"), web.Yuan(k.Advance.Terms.Money)), fact(l.t("contract.advance_held"), web.Yuan(k.Advance.Held.Money)), fact(l.t("field.advance_paid"), web.Yuan(k.Advance.Paid.Money)),
		fact(l.t("field.advance_recouped"), web.Yuan(k.Advance.Recouped.Money)), fact(l.t("money.advance_open"), web.Yuan(k.Advance.Paid.Sub(k.Advance.Recouped.Money))), fact(l.t("field.recoup_rate"), web.Text(recoup))}
}

func retentionFacts(l *look, k ContractDetail) []web.Fact {
	r := k.Retention
	due := r.DueOn
	if due == "" {
		due = l.t("contract.due_unknown")
	}
	from := r.From
	if from == "" {
		from = "—"
	}
	return []web.Fact{fact(l.t("column.state"), web.State(retentionShape[r.State], l.t("contract.retention."+r.State))), fact(l.t("contract.retention_rate"), web.Text(percent(k.RetentionRate))), fact(l.t("field.retention_kept"), web.Yuan(r.Kept.Money)),
		fact(l.t("contract.held"), web.Yuan(r.Requested.Money)), fact(l.t("field.retention_paid"), web.Yuan(r.Paid.Money)), fact(l.t("contract.forfeited"), web.Yuan(r.Forfeited.Money)),
		fact(l.t("contract.retention_from"), web.Text(from)), fact(l.t("contract.due_on"), web.Text(due)), fact(l.t("contract.due"), web.Yuan(r.Due.Money)), fact(l.t("field.defects_months"), web.Number(k.DefectsMonths))}
}

// retentionShape is the sign before what is said of a retention.
var retentionShape = map[string]string{"none": "draft", "held": "held", "due": "yellow", "requested": "held", "released": "paid"}

func (l *look) contractActions(k ContractDetail) (items []web.MenuItem) {
	one := func(key string, kind projects.DocumentKind, pairs ...string) {
		items = append(items, l.newDocument(l.t(key), kind, pairs...)...)
	}
	number := k.Number
	if k.State == "effective" {
		codes := []string{"contract", number}
		for i, it := range k.Items {
			codes = append(codes, "items."+strconv.Itoa(i)+".code", it.Code)
		}
		one("contract.new_certificate", "certificate", codes...)
		one("contract.new_change", "change_order", "contract", number)
	}
	if k.Payable.Now.Sign() > 0 {
		payment := map[bool]string{true: "settlement", false: "progress"}[k.State == "settled"]
		one("contract.new_request", "payment_request", "contract", number, "node", k.Project, "payment", payment, "payees.0.payee", k.Payee, "payees.0.kind", "works", "payees.0.amount", k.Payable.Now.String())
	}
	if left := k.Advance.Terms.Sub(k.Advance.Held.Money).Sub(k.Advance.Paid.Money); left.Sign() > 0 && k.State == "effective" {
		one("contract.new_advance", "payment_request", "contract", number, "node", k.Project, "payment", "advance", "payees.0.payee", k.Payee, "payees.0.kind", "works", "payees.0.amount", left.String())
	}
	if k.Retention.Due.Sign() > 0 {
		one("contract.new_retention", "payment_request", "contract", number, "node", k.Project, "payment", "retention", "payees.0.payee", k.Payee, "payees.0.kind", "works", "payees.0.amount", k.Retention.Due.String())
	}
	if k.State != "settled" {
		one("contract.new_settlement", "settlement", "contract", number, "settled_price", k.Price.String())
	}
	if k.State == "effective" {
		one("contract.new_termination", "termination", "contract", number)
	}
	return items
}

// itemTable is the schedule of values.
func itemTable(l *look, k ContractDetail) *web.Table {
	t := &web.Table{Name: "items-" + k.Number, Caption: l.t("contract.items"), Columns: web.Columns(web.C(web.TextColumn, "field.code"), web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "money.measure"), web.C(web.NumberColumn, "field.quantity"),
		web.C(web.NumberColumn, "field.unit_price"), web.C(web.MoneyColumn, "column.amount"), web.C(web.NumberColumn, "money.certified_work"), web.C(web.MoneyColumn, "money.certified"))}
	last := "money.uncertified"
	if k.SettledPrice != nil {
		last = "money.settled_amount"
	}
	t.Columns = append(t.Columns, web.C(web.MoneyColumn, last))
	var sum, rest, certified accounting.Money
	for _, it := range k.Items {
		done := ""
		switch {
		case it.CertifiedPercent != nil:
			done = percent(*it.CertifiedPercent)
		case it.CertifiedQuantity != nil:
			done = it.CertifiedQuantity.String()
		}
		left := web.Yuan(it.Amount.Sub(it.CertifiedAmount.Money))
		if k.SettledPrice != nil {
			left = web.Maybe(it.SettledAmount.money())
		}
		if left.Money != nil {
			rest = rest.Add(*left.Money)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(it.Code), web.Text(it.Name), web.Text(it.Unit), figure(it.Quantity), figure(it.UnitPrice), web.Yuan(it.Amount.Money), web.Figure(web.Grouped(done)), web.Yuan(it.CertifiedAmount.Money), left}})
		sum, certified = sum.Add(it.Amount.Money), certified.Add(it.CertifiedAmount.Money)
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Yuan(sum), web.Text(""), web.Yuan(certified), web.Yuan(rest)}
	return t
}

func figure(f *Factor) web.Cell {
	if f == nil {
		return web.Figure("")
	}
	return web.Figure(web.Grouped(f.String()))
}

func certificateTable(l *look, contract string, all []CertificateOutput) *web.Table {
	t := &web.Table{Name: "certificates-" + contract, Caption: l.t("contract.certificates"), Empty: l.t("contract.no_certificates"), Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.DayColumn, "column.date"), web.C(web.MoneyColumn, "field.gross"),
		web.C(web.MoneyColumn, "field.recouped"), web.C(web.MoneyColumn, "field.retained"), web.C(web.MoneyColumn, "field.net"), web.C(web.MoneyColumn, "field.deducted"), web.C(web.MoneyColumn, "money.certified"), web.C(web.MoneyColumn, "money.payable_then"))}
	var sums [5]accounting.Money
	for _, c := range all {
		row := web.Row{Cells: []web.Cell{web.Text(l.t("contract.certificate_no", c.Number)).To(contractPageOf(contract) + "/certificates/" + strconv.Itoa(c.Number)), web.Text(c.Date)}}
		for i, m := range []accounting.Money{c.Gross.Money, c.Recouped.Money, c.Retained.Money, c.Net.Money, c.Deducted.Money} {
			sums[i] = sums[i].Add(m)
			row.Cells = append(row.Cells, web.Yuan(m))
		}
		t.Rows = append(t.Rows, web.Row{Cells: append(row.Cells, web.Yuan(c.Certified.Money), web.Yuan(c.PayableNow.Money))})
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text("")}
	for _, m := range sums {
		t.Total = append(t.Total, web.Yuan(m))
	}
	t.Total = append(t.Total, web.Text(""), web.Text(""))
	return t
}

func fundingTable(l *look, k ContractDetail) *web.Table {
	t := &web.Table{Name: "funding-" + k.Number, Caption: l.t("contract.funding"), Columns: web.Columns(web.C(web.TextColumn, "column.budget_line"), web.C(web.TextColumn, "contract.by_document"), web.C(web.MoneyColumn, "column.amount"))}
	var sum accounting.Money
	for _, f := range k.Funding {
		sum = sum.Add(f.Amount.Money)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(f.BudgetLine), web.Text(l.t("contract.by_document")).To("/documents/" + f.Document), web.Yuan(f.Amount.Money)}})
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Yuan(sum)}
	return t
}

// requestTable lists payment requests.
func requestTable(l *look, caption, empty string, requests []RequestOutput) *web.Table {
	t := &web.Table{Name: "payment-requests", Caption: caption, Empty: empty, Columns: web.Columns(web.C(web.TextColumn, "column.number"), web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "field.payment"), web.C(web.TextColumn, "field.purpose"),
		web.C(web.MoneyColumn, "column.amount"), web.C(web.MoneyColumn, "money.held"), web.C(web.MoneyColumn, "money.paid"), web.C(web.StateColumn, "column.state"), web.C(web.NumberColumn, "money.days"))}
	var sums [3]accounting.Money
	for _, r := range requests {
		row := web.Row{Cells: []web.Cell{web.Code(r.Number).To("/documents/" + r.ID), l.names.project(r.Project), web.Text(l.t("choice.payment." + r.Payment)), web.Text(r.Purpose)}}
		for i, m := range []accounting.Money{r.Amount.Money, r.Held.Money, r.Paid.Money} {
			sums[i] = sums[i].Add(m)
			row.Cells = append(row.Cells, web.Yuan(m))
		}
		row.Cells = append(row.Cells, web.State(r.State, l.t("state."+r.State)), web.Number(r.DaysAtDesk))
		t.Rows = append(t.Rows, row)
	}
	t.Count, t.Counted, t.Sum = len(requests), true, &sums[0]
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Yuan(sums[0]), web.Yuan(sums[1]), web.Yuan(sums[2]), web.Text(""), web.Text("")}
	return t
}

// certificatePage shows a certificate: this period and cumulative, and how net and payable now are reckoned.
func (s *Server) certificatePage(l *look) (*answer, error) {
	number := l.Param("number")
	k, err := s.getContract(l.ctx, &contractRequest{Number: number})
	if err != nil {
		return nil, err
	}
	all, err := s.listCertificates(l.ctx, &certificatesRequest{Number: number})
	if err != nil {
		return nil, err
	}
	for _, c := range all.Body.Certificates {
		if strconv.Itoa(c.Number) == l.Param("no") {
			vouchers, err := s.vouchersOf(l, c.Document)
			if err != nil {
				return nil, err
			}
			return certificateAnswer(l, k.Body, c, vouchers), nil
		}
	}
	return nil, fault.NotFound("not_found", "there is no such certificate")
}

func certificateAnswer(l *look, k ContractDetail, c CertificateOutput, vouchers *web.Table) *answer {
	agreed := map[string]ContractItemOutput{}
	for _, it := range k.Items {
		agreed[it.Code] = it
	}
	t := &web.Table{Name: "certificate-" + k.Number + "-" + strconv.Itoa(c.Number), Caption: l.t("contract.measured"), Columns: web.Columns(web.C(web.TextColumn, "field.code"), web.C(web.TextColumn, "money.name"), web.C(web.TextColumn, "money.measure"), web.C(web.NumberColumn, "money.agreed"),
		web.C(web.NumberColumn, "money.this_period"), web.C(web.NumberColumn, "money.cumulative"), web.C(web.NumberColumn, "field.unit_price"), web.C(web.MoneyColumn, "money.amount_period"))}
	var sum accounting.Money
	for _, it := range c.Items {
		a := agreed[it.Code]
		agreedWork, period, cumulative := figure(a.Quantity), figure(it.Quantity), figure(it.Cumulative)
		if it.Percent != nil {
			agreedWork, period = web.Figure("100 %"), web.Figure(percent(*it.Percent))
			if it.Cumulative != nil {
				cumulative = web.Figure(percent(*it.Cumulative))
			}
		}
		sum = sum.Add(it.Amount.Money)
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(it.Code), web.Text(a.Name), web.Text(a.Unit), agreedWork, period, cumulative, figure(a.UnitPrice), web.Yuan(it.Amount.Money)}})
	}
	t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Yuan(sum)}
	y := func(a Amount) string { return web.Grouped(a.String()) }
	words := []string{l.t("contract.certificate_formula", y(c.Gross), y(c.Recouped), y(c.Retained), y(c.Net)), l.formula(c.Formula, c.PayableNow.Money)}
	data := sectionsData{Facts: []web.Fact{fact(l.t("field.contract"), web.Text(k.Number+" "+k.Name).To(contractPageOf(k.Number))), fact(l.t("money.supplier"), web.Text(k.Supplier)), fact(l.t("column.date"), web.Text(c.Date)),
		fact(l.t("field.gross"), web.Yuan(c.Gross.Money)), fact(l.t("field.recouped"), web.Yuan(c.Recouped.Money)), fact(l.t("field.retained"), web.Yuan(c.Retained.Money)), fact(l.t("field.net"), web.Yuan(c.Net.Money)),
		fact(l.t("column.words"), web.Text(c.Net.Words())), fact(l.t("field.deducted"), web.Yuan(c.Deducted.Money)), fact(l.t("contract.certified_gross"), web.Yuan(c.Certified.Money)), fact(l.t("money.payable_then"), web.Yuan(c.PayableNow.Money)),
		fact(l.t("contract.document"), web.Text(l.t("contract.to_document")).To("/documents/"+c.Document))},
		Sections: []section{{Title: l.t("contract.reckoned"), Words: words}, {Table: t}, {Table: vouchers}}}
	return &answer{template: "sections", title: l.t("contract.certificate_title", k.Number, c.Number), list: t, data: data}
}
