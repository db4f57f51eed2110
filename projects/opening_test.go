package projects_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// fields is a row of a list by its form's fields.
type fields map[string]any

// openingLists are the three lists a book begins with.
type openingLists struct{ indicators, contracts, balances []fields }

// workbook writes rows under a form's headings, as somebody would who fills the template in.
func (b *bureau) workbook(kind projects.ListKind, rows []fields) string {
	b.t.Helper()
	all := projects.ListForms()
	form := all[slices.IndexFunc(all, func(f lists.Form) bool { return f.Kind == string(kind) })]
	headings := make([]string, len(form.Columns))
	cells := make([][]any, len(rows))
	for n := range rows {
		cells[n] = make([]any, len(form.Columns))
	}
	for i, c := range form.Columns {
		headings[i] = c.Heading
		for n, r := range rows {
			switch v := r[c.Field].(type) {
			case *decimal.Decimal:
				if v != nil {
					cells[n][i] = v.String()
				}
			default:
				cells[n][i] = v
			}
		}
	}
	var content bytes.Buffer
	b.must(lists.WriteList(&content, form.NameZH, headings, cells))
	return content.String()
}

// bringsOpening takes a list in as of the end of June.
func (d desk) bringsOpening(kind projects.ListKind, rows []fields) error {
	d.b.t.Helper()
	f, err := d.store("期初.xlsx", d.b.workbook(kind, rows))
	d.b.must(err)
	june := accounting.Period(202506)
	_, err = d.takesIn(projects.ImportRequest{Kind: kind, Source: "旧账", File: f.Hash, Month: &june})
	return err
}

func (b *payingBureau) opening() *projects.Document {
	b.t.Helper()
	var docs []projects.Document
	b.readAll(func(ctx context.Context, tx bun.Tx) (err error) {
		docs, err = projects.Documents(ctx, tx, projects.DocumentQuery{Book: book, Kind: "opening", Limit: 9})
		return err
	})
	if len(docs) != 1 {
		b.t.Fatalf("%d opening documents", len(docs))
	}
	return &docs[0]
}

// gathers takes the three lists in; they are one document then.
func (b *payingBureau) gathers(l openingLists) *projects.Document {
	b.t.Helper()
	b.must(b.finance.bringsOpening("opening-indicators", l.indicators))
	b.must(b.finance.bringsOpening("opening-contracts", l.contracts))
	b.must(b.finance.bringsOpening("opening-balances", l.balances))
	return b.opening()
}

// places makes what the story is about, and nothing in the books.
func places(b *bureau) {
	b.node("2025-05", "ADM", 2025, 2026)
	b.node("2025-09", "ADM")
	b.node("2025-10", "INS", 2025)
}

// beginning is the story up to the end of June: a clinic's contract with its advance and a certificate, money frozen, a fee paid
// by an institution, a relief fund.
func (b *payingBureau) beginning() {
	b.t.Helper()
	for _, line := range []string{"2025-05/2025", "2025-10/2025"} {
		b.mustRecord(projects.Approve{Head: b.on("2025-01-05"), Draw: draw(line, "8600000.00")}, projects.Issue{Head: b.on("2025-01-06"), Draw: draw(line, "8500000.00")})
	}
	b.mustCarry("contract", measuredClinic())
	b.paid(b.request("advance", "CN-1", "2340000.00"), "2025-03-14")
	b.mustCarry("certificate", &projects.Certificate{Paper: paperOf("2025-06-20"), Contract: "CN-1", Items: []projects.MeasuredItem{{Code: "1", Quantity: rate("2000")}}})
	b.mustRecord(
		projects.Freeze{Head: b.on("2025-04-01"), Draw: draw("2025-10/2025", "70.07")},
		projects.HoldForRequest{Head: b.on("2025-04-02"), Request: projects.Ref("F-1"), Sources: draws("2025-10/2025", "420.01")},
		projects.PayCost{Paid: projects.Paid{Head: b.on("2025-04-03"), Request: projects.Ref("F-1"), Sources: draws("2025-10/2025", "420.01"), EconomicClass: "31001"}, Cost: "1613.03"},
		projects.FundReceipt{Head: b.on("2025-05-01"), Project: "2025-09", Amount: yuan("1000.00")},
		projects.Relief{Head: b.on("2025-05-02"), Project: "2025-09", Amount: yuan("300.00")},
	)
}

// rest is the story from July on: progress, settlement, what is left; the fund helps again; the year ends and the next one
// pays the retention back.
func (b *payingBureau) rest() {
	b.t.Helper()
	b.paid(b.request("progress", "CN-1", "2200000.00"), "2025-07-11")
	b.mustRecord(projects.Relief{Head: b.on("2025-08-02"), Project: "2025-09", Amount: yuan("700.00")}, projects.Thaw{Head: b.on("2025-08-03"), Draw: draw("2025-10/2025", "70.07")})
	b.mustCarry("settlement", &projects.Settlement{Paper: paperOf("2025-11-20"), Contract: "CN-1", SettledPrice: yuan("7760000.00"),
		Items: []projects.SettledItem{{Code: "1", Amount: yuan("4010000.00")}, {Code: "2", Amount: yuan("3750000.00")}}})
	b.paid(b.request("settlement", "CN-1", "2987200.00"), "2025-12-05")
}

func (b *payingBureau) nextYear() {
	b.t.Helper()
	end := projects.YearEnd{Head: b.on("2025-12-31"), Year: 2025}
	b.mustRecord(projects.CloseBudgetary{YearEnd: end}, projects.CloseFinancial{YearEnd: end}, projects.CarryAuthority{YearEnd: end}, projects.CarryIn{YearEnd: projects.YearEnd{Head: b.on("2026-01-04"), Year: 2025}})
	q := b.request("retention", "CN-1", "232800.00")
	q.Date, q.Sources = accounting.MustDate("2026-11-20"), draws("2025-05/2026-c", "232800.00")
	b.paid(q, "2026-11-21")
}

// bringsOut writes the books down at the end of June, as lists another book can begin with.
func (b *payingBureau) bringsOut() (l openingLists) {
	b.t.Helper()
	super := pgtest.Superuser(b.t, b.db)
	type cell struct {
		Account, Project, Line, Class, Subject string
		Balance                                accounting.Money
	}
	var cells []cell
	b.must(super.NewRaw(`select l.account, g.code as project, coalesce(b.code, '') as line, l.economic_class as class, coalesce(s.code, c.number, '') as subject,
			sum(case a.normal_side when 'debit' then l.debit - l.credit else l.credit - l.debit end) as balance
		from accounting.lines l join accounting.accounts a on a.book_id = l.book_id and a.code = l.account join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id
		left join accounting.budget_lines b on b.book_id = l.book_id and b.budget_line_id = l.budget_line_id left join accounting.subjects s on s.book_id = l.book_id and s.subject_id = l.subject_id
		left join projects.contracts c on c.book_id = l.book_id and c.contract_id = l.subject_id
		where l.period <= 202506 group by 1, 2, 3, 4, 5 having sum(l.debit) <> sum(l.credit) order by 1, 2, 3, 4, 5`).Scan(b.t.Context(), &cells))
	authority := map[string]map[string]accounting.Money{}
	held := map[string]accounting.Money{}
	rest := map[string]accounting.Money{}
	for _, c := range cells {
		switch {
		case c.Account[0] == '9':
			if authority[c.Line] == nil {
				authority[c.Line] = map[string]accounting.Money{}
			}
			authority[c.Line][c.Account] = authority[c.Line][c.Account].Add(c.Balance)
			if c.Account == "9301.03" {
				held[c.Subject+c.Line] = c.Balance
			}
		case slices.Contains([]string{"1214.02", "2302.02", "2307.01"}, c.Account):
		default:
			l.balances = append(l.balances, fields{"project": c.Project, "account": c.Account, "budget_line": c.Line, "class": c.Class, "balance": c.Balance})
		}
		if c.Account < "6" {
			m := c.Balance
			if strings.ContainsAny(c.Account[:1], "234") {
				m = m.Neg()
			}
			rest[c.Project] = rest[c.Project].Add(m)
		}
	}
	for project, m := range rest {
		if !m.IsZero() {
			b.t.Fatalf("%s: the books themselves are %s out", project, m)
		}
	}
	for line, m := range authority {
		project, _, _ := strings.Cut(line, "/")
		l.indicators = append(l.indicators, fields{"project": project, "budget_line": line, "year": 2025, "source": "county", "approved": m["9101"], "issued": m["9101"].Sub(m["9201"]), "frozen": m["9301.02"],
			"executed": m["9401"], "available": m["9301.01"]})
	}
	slices.SortFunc(l.indicators, func(x, y fields) int { return strings.Compare(x["budget_line"].(string), y["budget_line"].(string)) }) //nolint:errcheck // text by the line above
	for _, number := range []string{"CN-1"} {
		l.contracts = append(l.contracts, b.contractRows(number, held)...)
	}
	return l
}

// contractRows are the rows of a contract, one for each item.
func (b *payingBureau) contractRows(number string, held map[string]accounting.Money) (rows []fields) {
	k := b.contract(number)
	var items []struct {
		Code, Name, Unit                    string
		Quantity, UnitPrice                 *decimal.Decimal
		Amount, CertifiedAmount             accounting.Money
		CertifiedQuantity, CertifiedPercent *decimal.Decimal
	}
	b.must(b.db.NewRaw(`select code, name, unit, quantity, unit_price, amount, certified_amount, certified_quantity, certified_percent from projects.contract_items where contract_id = ? order by ordinal`, k.ID).Scan(b.t.Context(), &items))
	for n, i := range items {
		r := fields{"number": number, "item": i.Code, "item_name": i.Name, "unit": i.Unit, "quantity": i.Quantity, "unit_price": i.UnitPrice, "amount": i.Amount, "done": i.CertifiedAmount}
		if i.Quantity != nil {
			r["done_quantity"] = i.CertifiedQuantity
		} else {
			r["done_percent"] = i.CertifiedPercent
		}
		if n == 0 {
			for field, v := range (fields{"project": "2025-05", "name": k.Name, "type": "工程", "day": k.SignedOn, "supplier": k.Supplier, "price": k.Price, "budget_line": "2025-05/2025", "funded": k.Funded,
				"advance_rate": "30", "progress_rate": "85", "retention_rate": "3", "defects_months": 12, "held": held[number+"2025-05/2025"], "advance_paid": k.AdvancePaid, "recouped": k.AdvanceRecouped, "paid": k.PayablePaid,
				"payable": k.CertifiedPayable.Sub(k.PayablePaid), "retention_kept": k.RetentionKept, "retention_paid": k.RetentionPaid}) {
				r[field] = v
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// figures are the rows of the reconciliation of a day.
func (b *payingBureau) figures(day string) string {
	b.t.Helper()
	r, err := projects.Reconcile(accounting.WithReader(b.t.Context(), accounting.Operator), b.db, projects.ReconcileQuery{Book: book, AsOf: accounting.MustDate(day)})
	b.must(err)
	if !r.OK {
		b.t.Errorf("%s: the reconciliation is not in order", day)
	}
	text, err := json.MarshalIndent([]any{r.Projects, r.Total}, "", " ")
	b.must(err)
	return string(text)
}

// A second book that begins at the end of June with what the first one holds by then tells the rest of the story alike: every
// figure of every project is the same at the end of June, of the year and of the next.
func TestSecondBookOpenedInJuneReconcilesAlike(t *testing.T) {
	t.Parallel()
	first := newBureau(t)
	places(first)
	a := first.withDesks()
	a.beginning()
	second := newBureau(t)
	places(second)
	b := second.withDesks()
	doc := b.gathers(a.bringsOut())
	var o projects.OpeningBook
	b.must(json.Unmarshal(doc.Content, &o))
	if got := fmt.Sprint(o.Totals.Approved, o.Totals.Executed, o.Totals.Certified, o.Totals.Advance, o.Totals.Payable, o.Totals.Retention, o.Totals.Held, o.Totals.Debit, o.Totals.Credit); got !=
		"17200000.00 2340420.01 4000000.00 1140000.00 2680000.00 120000.00 5460000.00 5141120.01 5141120.01" {
		t.Errorf("control totals %s", got)
	}
	b.mustTake(doc, b.finance, "submit")
	if _, err := b.finance.take(doc, "approve"); fault.Code(err) != "duty_taken" {
		t.Errorf("who drafted it approves it: %v", err)
	}
	if taken := b.mustTake(doc, b.second, "approve"); len(taken.Receipts) != 3 {
		t.Errorf("%d vouchers for three projects", len(taken.Receipts))
	}
	same := func(day string) {
		t.Helper()
		if diff := cmp.Diff(strings.Split(a.figures(day), "\n"), strings.Split(b.figures(day), "\n")); diff != "" {
			t.Errorf("on %s (-first +second)\n%s", day, diff)
		}
	}
	same("2025-06-30")
	if x, y := a.contract("CN-1"), b.contract("CN-1"); !x.PayableNow.Equal(y.PayableNow) || x.PayableFormula != y.PayableFormula {
		t.Errorf("payable now %s, in the second book %s", x.PayableFormula, y.PayableFormula)
	}
	if _, err := b.draft("payment_request", b.request("progress", "CN-1", "2200000.01")); fault.Code(err) != "contract_exceeded" {
		t.Errorf("a fen above payable now: %v", err)
	}
	a.rest()
	b.rest()
	same("2025-12-31")
	a.nextYear()
	b.nextYear()
	same("2026-12-31")
}

// Lists that do not agree are refused with the arithmetic when they are read or, where it takes two of them, when the document is
// sent; nothing is posted.
func TestOpeningThatDoesNotAgree(t *testing.T) {
	t.Parallel()
	first := newBureau(t)
	places(first)
	a := first.withDesks()
	a.beginning()
	second := newBureau(t)
	places(second)
	b := second.withDesks()
	good := a.bringsOut()
	with := func(rows []fields, row int, field string, v any) []fields {
		changed := slices.Clone(rows)
		changed[row] = fields{}
		for k, x := range rows[row] {
			changed[row][k] = x
		}
		changed[row][field] = v
		return changed
	}
	at := func(account string) int {
		return slices.IndexFunc(good.balances, func(r fields) bool { return r["account"] == account })
	}
	read := func(name string, kind projects.ListKind, rows []fields, code, want string) {
		t.Helper()
		if err := b.finance.bringsOpening(kind, rows); fault.Code(err) != code || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	read("a contract before the indicators", "opening-contracts", with(good.contracts, 0, "budget_line", "2025-05/2099"), "list_invalid", `there is no budget line "2025-05/2099"`)
	b.gathers(good)
	read("no such project", "opening-indicators", with(good.indicators, 0, "project", "2025-99"), "node_unknown", "row 2")
	read("a nature there is not", "opening-indicators", with(good.indicators, 0, "nature", "其他"), "list_invalid", `资金性质 "其他"`)
	read("a line twice", "opening-indicators", append(slices.Clone(good.indicators), good.indicators[0]), "list_invalid", "budget line 2025-05/2025 stands in row 2 already")
	read("a payable that does not follow", "opening-contracts", with(good.contracts, 0, "payable", yuan("2680000.01")), "list_invalid",
		"payable: 2680000.01 stated, certified 4000000.00 − recouped 1200000.00 − kept 120000.00 − paid 0.00 = 2680000.00, difference 0.01")
	read("a supplier nobody knows", "opening-contracts", with(good.contracts, 0, "supplier", "无名"), "payee_unknown", "无名")
	read("an authority account as a balance", "opening-balances", with(good.balances, 0, "account", "9401"), "list_invalid", "9401 指标支出 is stated with the indicators and contracts")
	read("a contract's account as a balance", "opening-balances", with(good.balances, 0, "account", "2302.02"), "list_invalid", "stated with its contract")
	read("a class where there is none", "opening-balances", with(good.balances, at("1002.02"), "class", "30201"), "list_invalid", "1002.02 银行存款 受托代理资产 carries project")

	sent := func(name string, l openingLists, want string) {
		t.Helper()
		doc := b.gathers(l)
		if _, err := b.finance.take(doc, "submit"); fault.Code(err) != "opening_differs" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	sent("less issued than used", openingLists{with(good.indicators, 0, "issued", yuan("7800000.00")), good.contracts, good.balances},
		"budget line 2025-05/2025: issued 7800000.00 − frozen 0.00 − held by contracts 5460000.00 − executed 2340000.00 = 0.00, available is stated as 700000.00: 700000.00 apart")
	sent("more held than issued", openingLists{good.indicators, with(good.contracts, 0, "held", yuan("6460000.00")), good.balances},
		"issued 8500000.00 − frozen 0.00 − held by contracts 6460000.00 − executed 2340000.00 = -300000.00, below zero")
	sent("executed and not spent", openingLists{with(with(good.indicators, 1, "executed", yuan("420.02")), 1, "available", yuan("8499509.91")), good.contracts, good.balances},
		"budget line 2025-10/2025: executed 420.02, ")
	sent("an asset a fen too large", openingLists{good.indicators, good.contracts, with(good.balances, at("1613.01"), "balance", yuan("4000000.01"))},
		"project 2025-05: debits less credits of the financial accounts come to 0.01 with 3001 at 0.00; 3001 累计盈余 would be 0.01")
	if n := b.countAll(`select (select count(*) from accounting.vouchers) + (select count(*) from projects.contracts)`); n != 0 {
		t.Errorf("%d rows in the books", n)
	}
}

// Lists gather in one document: a list brought again replaces its part, the same one adds nothing, and a project's opening is
// its first voucher.
func TestOpeningListsGather(t *testing.T) {
	t.Parallel()
	first := newBureau(t)
	places(first)
	b := first.withDesks()
	rows := func(available string) []fields {
		return []fields{{"project": "2025-10", "year": 2025, "source": "county", "nature": "政府性基金", "budget_line": "2025-10/2025-g", "approved": yuan("100.00"), "issued": yuan(available), "executed": yuan("0.00")}}
	}
	b.must(b.finance.bringsOpening("opening-indicators", rows("40.00")))
	b.must(b.finance.bringsOpening("opening-indicators", rows("40.00")))
	b.must(b.finance.bringsOpening("opening-indicators", rows("60.00")))
	b.must(b.finance.bringsOpening("opening-balances", []fields{{"project": "2025-10", "account": "1601", "balance": yuan("7.00")}, {"project": "2025-10", "account": "3001", "balance": yuan("7.00")}}))
	doc := b.opening()
	b.mustTake(doc, b.finance, "submit")
	b.mustTake(doc, b.second, "approve")
	b.journal("202506", "Dr 9201 40.00; Dr 9301.01 60.00; Dr 1601 7.00; Cr 3001 7.00; Cr 9101 100.00")
	b.must(b.finance.bringsOpening("opening-balances", []fields{{"project": "2025-10", "account": "1601", "balance": yuan("8.00")}, {"project": "2025-10", "account": "3001", "balance": yuan("8.00")}}))
	var docs []projects.Document
	b.readAll(func(ctx context.Context, tx bun.Tx) (err error) {
		docs, err = projects.Documents(ctx, tx, projects.DocumentQuery{Book: book, Kind: "opening", State: "draft", Limit: 9})
		return err
	})
	b.mustTake(&docs[0], b.finance, "submit")
	if _, err := b.second.take(&docs[0], "approve"); fault.Code(err) != "opening_late" {
		t.Errorf("a second opening of a project: %v", err)
	}
}

// journal compares the lines of a period.
func (b *payingBureau) journal(period, want string) {
	b.t.Helper()
	var lines []string
	b.must(pgtest.Superuser(b.t, b.db).NewRaw(`select case when debit <> 0 then 'Dr ' else 'Cr ' end || account || ' ' || round(debit + credit, 2) from accounting.lines where period = ?::int order by number, line_no`, period).Scan(b.t.Context(), &lines))
	if got := strings.Join(lines, "; "); got != want {
		b.t.Errorf("posted %s, want %s", got, want)
	}
}
