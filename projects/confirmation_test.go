package projects_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// dayToDay plays random business to a paying bureau within one transaction. Whatever has happened, each line that is ordered
// can be confirmed, one after the other and all of them: the bank has paid, and no floor may say it has not.
type dayToDay struct {
	*rapid.T
	b       *payingBureau
	tx      bun.Tx
	closed  int // months
	agreed  int // contracts
	lists   []string
	seen    map[string]int // answers, by deed and code
	most    int            // lines ordered at once
	tried   int
	changed bool // by the last deed
}

// passing is a document's way: whose step by which verb.
type passing struct {
	by   desk
	verb string
}

var (
	errTakenBack = errors.New("taken back")
	errNothing   = errors.New("there is nothing to do it with")
)

func (p *dayToDay) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// within runs something of which nothing stays when it is refused.
func (p *dayToDay) within(run func(ctx context.Context, tx bun.Tx) error) error {
	return p.tx.RunInTx(p.b.t.Context(), nil, run)
}

func (p *dayToDay) pass(kind projects.DocumentKind, content projects.Content, way ...passing) (doc *projects.Document, err error) {
	err = p.within(func(ctx context.Context, tx bun.Tx) error {
		if doc, err = projects.Within.Draft(ctx, tx, way[0].by.command(), kind, content); err != nil {
			return err
		}
		for _, s := range way {
			if err := p.step(ctx, tx, doc, s); err != nil {
				return err
			}
		}
		return nil
	})
	return doc, err
}

func (p *dayToDay) step(ctx context.Context, tx bun.Tx, doc *projects.Document, s passing) error {
	c := s.by.command()
	c.Target = doc.ID
	_, err := projects.Within.Take(ctx, tx, c, projects.Step{Document: doc.ID, Verb: s.verb, Hash: doc.Hash, Reason: "because", Date: p.today()})
	return err
}

// today is in the first month that is open.
func (p *dayToDay) today() accounting.Date {
	return accounting.NewDate(2025, time.Month(p.closed+1), 15)
}

func (p *dayToDay) paper() projects.Paper {
	return projects.Paper{Date: p.today(), DocumentNo: "红财发〔2025〕1号", Memo: "日常"}
}

func (p *dayToDay) head() projects.Head { return p.b.on(p.today().String()) }

func (p *dayToDay) posts(e projects.Event) error {
	return p.within(func(ctx context.Context, tx bun.Tx) error { return projects.PostIn(ctx, tx, p.b.command(), e) })
}

// upTo draws an amount: often all there is, sometimes a fen more.
func (p *dayToDay) upTo(most accounting.Money) accounting.Money {
	fen := fenOf(most)
	switch rapid.IntRange(0, 7).Draw(p.T, "how much") {
	case 0:
		return accounting.Fen(fen + 1)
	case 1, 2, 3:
		return accounting.Fen(max(fen, 1))
	default:
		return accounting.Fen(rapid.Int64Range(1, max(fen, 1)).Draw(p.T, "fen"))
	}
}

func fenOf(m accounting.Money) int64 { return m.Decimal().Shift(2).IntPart() }

func (p *dayToDay) scan(into any, query string, args ...any) {
	p.Helper()
	p.must(p.tx.NewRaw(query, args...).Scan(p.b.t.Context(), into))
}

// pick draws one of what a query finds; none: nothing.
func (p *dayToDay) pick(query string, args ...any) string {
	var found []string
	if p.scan(&found, query, args...); len(found) == 0 {
		return ""
	}
	return rapid.SampledFrom(found).Draw(p.T, "which")
}

// at is what an account holds of a budget line.
func (p *dayToDay) at(account, line string) (amount accounting.Money) {
	p.scan(&amount, `select coalesce(sum(p.debit - p.credit), 0) from accounting.positions p join accounting.budget_lines l using (book_id, budget_line_id) where l.code = ? and p.account = ?`, line, account)
	return amount
}

func (p *dayToDay) line() string {
	return rapid.SampledFrom([]string{"2025-05/2025", "2025-05/F", "2025-06/2025", "2025-10-1/2025"}).Draw(p.T, "line")
}

func nodeOf(line string) string { return strings.Split(line, "/")[0] }

// contract is one of those there are.
func (p *dayToDay) contract() *projects.Contract {
	number := p.pick(`select number from projects.contracts order by number`)
	if number == "" {
		return nil
	}
	k, err := projects.FindContract(p.b.t.Context(), p.tx, book, number)
	p.must(err)
	return k
}

// request draws a request and takes it to its approval, and further to the order mostly.
func (p *dayToDay) request() error {
	line := p.line()
	q := &projects.PaymentRequest{Paper: p.paper(), Node: nodeOf(line), Purpose: "付款", EconomicClass: "31001"}
	most := p.at("9301.01", line)
	q.Payment = rapid.SampledFrom([]projects.PaymentKind{"advance", "progress", "progress", "settlement", "retention", "fees", "direct_grant", "subsidy", "subsidy", "subsidy", "injection"}).Draw(p.T, "payment")
	switch q.Payment {
	case "advance", "progress", "settlement", "retention":
		k := p.contract()
		if k == nil {
			return errNothing
		}
		q.Node, q.Contract = k.NodeCode, k.Number
		line = p.pick(`select b.code from projects.contract_funding f join accounting.budget_lines b using (book_id, budget_line_id) where f.contract_id = ? order by 1`, k.ID)
		switch q.Payment {
		case "advance":
			most = k.AdvanceTerms.Sub(k.AdvanceHeld).Sub(k.AdvancePaid)
		case "retention":
			most = k.RetentionKept.Sub(k.RetentionHeld).Sub(k.RetentionPaid).Sub(k.RetentionForfeited)
		default:
			most = k.PayableNow
		}
	case "direct_grant":
		q.Expense = "5001.04"
	case "subsidy":
		if len(p.lists) == 0 {
			return errNothing
		}
		q.Batch = rapid.SampledFrom(p.lists).Draw(p.T, "list")
		line = q.Batch[3:]
		q.Node = nodeOf(line)
		p.scan(&most, `select coalesce(sum(credit - debit), 0) from accounting.positions join accounting.subjects s using (book_id, subject_id) where s.code = ? and account = '2303'`, q.Batch)
	}
	amount := p.upTo(most)
	q.Sources = []projects.Draw{{BudgetLine: line, Amount: amount}}
	q.Payees = []projects.PayeeLine{{Payee: p.b.payee, Account: contractorAccount, Amount: amount, Kind: "works"}}
	if fenOf(amount) > 1 && rapid.Bool().Draw(p.T, "two lines") {
		part := accounting.Fen(rapid.Int64Range(1, fenOf(amount)-1).Draw(p.T, "wages"))
		q.Payees[0].Amount = amount.Sub(part)
		q.Payees = append(q.Payees, projects.PayeeLine{Payee: p.b.payee, Account: wagesAccount, Amount: part, Kind: "wages"})
	}
	way := []passing{{p.b.clerk, "file"}, {p.b.head, "review"}, {p.b.finance, "finance_review"}, {p.b.treasury, "approve"}}
	if q.Node == "2025-10-1" {
		way = []passing{{p.b.clerk, "file"}, {p.b.treasury, "approve"}}
	}
	if rapid.IntRange(0, 3).Draw(p.T, "orders") > 0 {
		way = append(way, passing{p.b.payer, "order"})
	}
	_, err := p.pass("payment_request", q, way...)
	return err
}

// moves takes a step of a request that stands somewhere.
func (p *dayToDay) moves(state string, s passing) error {
	number := p.pick(`select number from projects.documents where kind = 'payment_request' and state = ? order by number`, state)
	if number == "" {
		return errNothing
	}
	doc := p.document(number)
	return p.within(func(ctx context.Context, tx bun.Tx) error { return p.step(ctx, tx, doc, s) })
}

func (p *dayToDay) document(number string) *projects.Document {
	var doc projects.Document
	p.must(p.tx.NewSelect().Model(&doc).Where("number = ?", number).Scan(p.b.t.Context()))
	return &doc
}

// lineIn finds a payment line in a state.
func (p *dayToDay) lineIn(state string) (*projects.Document, int) {
	found := p.pick(`select d.number || ' ' || l.line_no from projects.payment_lines l join projects.documents d using (document_id) where l.state = ? order by 1`, state)
	if found == "" {
		return nil, 0
	}
	number, no, _ := strings.Cut(found, " ")
	return p.document(number), int(no[0] - '0')
}

// confirm enters a receipt by one and confirms the line by another.
func (p *dayToDay) confirm(ctx context.Context, tx bun.Tx, doc *projects.Document, line int, day accounting.Date) error {
	by := p.b.payer.who
	if _, err := tx.ExecContext(ctx, `select projects.enter_receipt(?, ?, ?, ?, ?, null, ?, ?, ?)`, book, doc.ID, line, day, accounting.NewID().String(), by.Person, by.Unit, by.Role); err != nil {
		return fault.FromSQL(err)
	}
	_, err := projects.Within.Line(ctx, tx, p.b.treasury.command(), doc, line)
	return err
}

// onLine does something with a line in a state, as the bureau's functions do.
func (p *dayToDay) onLine(state, function string, more ...any) error {
	doc, line := p.lineIn(state)
	if doc == nil {
		return errNothing
	}
	return p.within(func(ctx context.Context, tx bun.Tx) error {
		by := p.b.payer.who
		args := append([]any{bun.Safe(function), book, doc.ID, line}, more...)
		_, err := tx.ExecContext(ctx, `select ?(?`+strings.Repeat(", ?", 5+len(more))+`)`, append(args, by.Person, by.Unit, by.Role)...)
		return fault.FromSQL(err)
	})
}

// often is how much oftener than once a deed comes up.
var often = map[string]int{"request": 14, "certificate": 4, "contract": 2, "budget": 2, "list": 2, "order": 2, "take back": 2}

// business is everything that can happen on a day, right or wrong.
var business = map[string]func(p *dayToDay) error{
	"request":    (*dayToDay).request,
	"order":      func(p *dayToDay) error { return p.moves("approved", passing{p.b.payer, "order"}) },
	"recall":     func(p *dayToDay) error { return p.moves("approved", passing{p.b.clerk, "recall"}) },
	"order back": func(p *dayToDay) error { return p.moves("ordered", passing{p.b.payer, "cancel_order"}) },
	"confirm": func(p *dayToDay) error {
		doc, line := p.lineIn("ordered")
		if doc == nil {
			return errNothing
		}
		return p.within(func(ctx context.Context, tx bun.Tx) error { return p.confirm(ctx, tx, doc, line, p.today()) })
	},
	"fail": func(p *dayToDay) error { return p.onLine("ordered", "projects.fail_line", "退票") },
	"order again": func(p *dayToDay) error {
		doc, line := p.lineIn("failed")
		if doc == nil {
			return errNothing
		}
		return p.within(func(ctx context.Context, tx bun.Tx) error {
			by, other := p.b.payer.who, p.b.treasury.who
			_, err := tx.ExecContext(ctx, `select projects.enter_reissue(?0, ?1, ?2, ?3, '重付', ?4, ?5, ?6), projects.approve_reissue(?0, ?1, ?2, 2025, ?7, ?8, ?9)`, book, doc.ID, line, wagesAccount,
				by.Person, by.Unit, by.Role, other.Person, other.Unit, other.Role)
			return fault.FromSQL(err)
		})
	},
	"give up": func(p *dayToDay) error {
		doc, line := p.lineIn("failed")
		if doc == nil {
			return errNothing
		}
		return p.within(func(ctx context.Context, tx bun.Tx) error {
			_, err := projects.Within.Cancel(ctx, tx, p.b.treasury.command(), doc, line, p.today())
			return err
		})
	},
	"refund": func(p *dayToDay) error {
		doc, line := p.lineIn("confirmed")
		if doc == nil {
			return errNothing
		}
		var paid accounting.Money
		p.scan(&paid, `select paid - returned from projects.payment_lines where document_id = ? and line_no = ? and state = 'confirmed'`, doc.ID, line)
		back := &projects.RefundForm{Paper: p.paper(), Request: doc.Number, Line: line, Amount: p.upTo(paid), To: rapid.SampledFrom([]projects.RefundTo{projects.PayAgain, projects.PayableBack, projects.BackAvailable}).Draw(p.T, "to")}
		_, err := p.pass("refund", back, passing{p.b.clerk, "submit"}, passing{p.b.treasury, "approve"})
		return err
	},
	"budget": func(p *dayToDay) error {
		line := p.line()
		has := p.at("9301.01", line)
		d := projects.Draw{BudgetLine: line, Amount: p.upTo(has)}
		switch rapid.IntRange(0, 4).Draw(p.T, "event") {
		case 0:
			return p.posts(projects.Supplement{Head: p.head(), Draw: projects.Draw{BudgetLine: line, Amount: accounting.Fen(rapid.Int64Range(1, 100_000).Draw(p.T, "more"))}})
		case 1:
			return p.posts(projects.Reduce{Head: p.head(), Draw: d, From: projects.Available})
		case 2:
			return p.posts(projects.Freeze{Head: p.head(), Draw: d})
		case 3:
			d.Amount = p.upTo(p.at("9301.02", line))
			return p.posts(projects.Thaw{Head: p.head(), Draw: d})
		default:
			return p.posts(projects.Transfer{Head: p.head(), From: line, To: p.line(), Amount: d.Amount})
		}
	},
	"list": func(p *dayToDay) error { // of people, published elsewhere
		line := rapid.SampledFrom([]string{"2025-06/2025", "2025-10-1/2025"}).Draw(p.T, "line")
		code := "BT " + line
		if slices.Contains(p.lists, code) {
			return errNothing
		}
		err := p.posts(projects.ApproveList{Head: p.head(), Project: nodeOf(line), Batch: projects.Ref(code), Amount: accounting.Fen(rapid.Int64Range(1, 100_000).Draw(p.T, "owed")), EconomicClass: "30305"})
		if err == nil {
			p.lists = append(p.lists, code)
		}
		return err
	},
	"contract": func(p *dayToDay) error {
		if p.agreed > 4 {
			return errNothing
		}
		line := rapid.SampledFrom([]string{"2025-05/2025", "2025-06/2025"}).Draw(p.T, "line")
		price := p.upTo(accounting.Fen(200_000))
		a := &projects.Agreement{Paper: p.paper(), Node: nodeOf(line), Number: fmt.Sprint("CN-", p.agreed), Name: "合同", Type: projects.WorksContract, Supplier: projects.Supplier{Name: "宁夏某建筑公司"}, Price: price,
			Items: []projects.AgreedItem{{Code: "1", Name: "项", Amount: &price}}, Funding: []projects.FundingLine{{BudgetLine: line, Amount: &price}}, RetentionRate: rate("3"),
			AdvanceRate: rate(rapid.SampledFrom([]string{"0", "10", "30"}).Draw(p.T, "advance")), DefectsMonths: rapid.SampledFrom([]int{0, 24}).Draw(p.T, "defects")}
		if line == "2025-05/2025" && fenOf(price) > 1 {
			part := accounting.Fen(rapid.Int64Range(1, fenOf(price)-1).Draw(p.T, "of the fund"))
			rest := price.Sub(part)
			a.Funding = []projects.FundingLine{{BudgetLine: line, Amount: &rest}, {BudgetLine: "2025-05/F", Amount: &part}}
		}
		_, err := p.pass("contract", a, passing{p.b.clerk, "submit"}, passing{p.b.head, "sign"}, passing{p.b.lead, "approve"})
		if err == nil {
			p.agreed++
		}
		return err
	},
	"certificate": func(p *dayToDay) error {
		return p.ofContract("certificate", func(k *projects.Contract) projects.Content {
			percent := rate(rapid.SampledFrom([]string{"1.001", "25", "50", "100"}).Draw(p.T, "percent"))
			return &projects.Certificate{Paper: p.paper(), Contract: k.Number, Items: []projects.MeasuredItem{{Code: "1", Percent: percent}}}
		}, "submit", "verify", "certify")
	},
	"change": func(p *dayToDay) error {
		return p.ofContract("change_order", func(k *projects.Contract) projects.Content {
			o := &projects.ChangeOrder{Paper: p.paper(), Contract: k.Number}
			line := p.pick(`select b.code from projects.contract_funding f join accounting.budget_lines b using (book_id, budget_line_id) where f.contract_id = ? order by 1`, k.ID)
			amount := p.upTo(k.Price)
			switch rapid.IntRange(0, 2).Draw(p.T, "change") {
			case 0:
				o.Release = []projects.Draw{{BudgetLine: line, Amount: amount}}
			case 1:
				o.Items = []projects.AgreedItem{{Code: "1", Amount: &amount}}
				if less := k.Funded.Sub(amount); less.Sign() > 0 {
					o.Release = []projects.Draw{{BudgetLine: line, Amount: less}}
				}
			default:
				o.Fund = []projects.FundingLine{{BudgetLine: line, Amount: &amount}}
			}
			return o
		}, "submit", "review", "approve")
	},
	"settlement": func(p *dayToDay) error {
		return p.ofContract("settlement", func(k *projects.Contract) projects.Content {
			return &projects.Settlement{Paper: p.paper(), Contract: k.Number, SettledPrice: p.upTo(k.Price)}
		}, "submit", "review", "approve")
	},
	"termination": func(p *dayToDay) error {
		if rapid.IntRange(0, 2).Draw(p.T, "really") > 0 {
			return errNothing
		}
		return p.ofContract("termination", func(k *projects.Contract) projects.Content {
			return &projects.Termination{Paper: p.paper(), Contract: k.Number, Reason: "违约"}
		}, "submit", "review", "approve")
	},
	"forfeit": func(p *dayToDay) error {
		k := p.contract()
		if k == nil {
			return errNothing
		}
		e := projects.ForfeitRetention{Project: k.NodeCode, Contract: projects.Ref(k.Number), Amount: p.upTo(k.RetentionKept), Cost: "1613.01", OverOneYear: k.DefectsMonths > 12}
		if rapid.Bool().Draw(p.T, "by a program") { // past the document
			e.Head = p.head()
			return p.posts(e)
		}
		input, err := json.Marshal(map[string]any{"project": e.Project, "contract": e.Contract, "amount": e.Amount, "cost": e.Cost, "over_one_year": e.OverOneYear})
		p.must(err)
		doc := &projects.Completion{EventPaper: projects.EventPaper{Paper: projects.Paper{Date: p.today(), Memo: "质量缺陷未修复"}, Node: k.NodeCode, Event: "ForfeitRetention", Input: input}}
		_, err = p.pass("completion", doc, passing{p.b.clerk, "submit"}, passing{p.b.lead, "approve"})
		return err
	},
	"take back": func(p *dayToDay) error { // any voucher
		no := p.pick(`select period / 100 || '-' || lpad((period % 100)::text, 2, '0') || ' 记-' || lpad(number::text, 4, '0') from accounting.vouchers order by period, number`)
		_, err := p.pass("correction", &projects.Correction{Paper: p.paper(), Voucher: no, Reason: "误记"}, passing{p.b.finance, "submit"}, passing{p.b.treasury, "approve"})
		return err
	},
	"accept": func(p *dayToDay) error { // retention becomes due some time after
		doc := &projects.MilestonePaper{Paper: p.paper(), Node: nodeOf(p.line()), Milestone: "accepted"}
		_, err := p.pass("milestone", doc, passing{p.b.clerk, "submit"}, passing{p.b.lead, "approve"})
		return err
	},
	"close": func(p *dayToDay) error {
		if p.closed > 9 || rapid.IntRange(0, 2).Draw(p.T, "really") > 0 {
			return errNothing
		}
		month := accounting.Period(202501 + p.closed)
		err := p.within(func(ctx context.Context, tx bun.Tx) error {
			in := accounting.CloseConfirmation{Period: month}
			err := tx.NewRaw(`select accounting.propose_close(book_id, period, last_number, ?) from accounting.periods where book_id = ? and period = ?`, p.b.second.who.Person, book, month).Scan(ctx, &in.Proposal)
			if err == nil {
				_, err = accounting.Close(ctx, tx, book, in, p.b.finance.who.Person)
			}
			return fault.FromSQL(err)
		})
		if err == nil {
			p.closed++
		}
		return err
	},
}

func (p *dayToDay) ofContract(kind projects.DocumentKind, content func(k *projects.Contract) projects.Content, first, second, last string) error {
	k := p.contract()
	if k == nil {
		return errNothing
	}
	_, err := p.pass(kind, content(k), passing{p.b.clerk, first}, passing{p.b.head, second}, passing{p.b.lead, last})
	return err
}

// act does something of a day. What is refused has a code and leaves nothing.
func (p *dayToDay) act(name string) {
	err := business[name](p)
	if p.changed = err == nil; errors.Is(err, errNothing) {
		return
	}
	code := fault.Code(err)
	p.seen[name+" "+code]++
	if code == "internal" || err != nil && code == "" {
		p.Fatalf("%s: %v", name, err)
	}
}

// bankHasPaid confirms all ordered lines, from here or from the other end, on a day that may be closed; all is taken back.
func (p *dayToDay) bankHasPaid() {
	if !p.changed {
		return
	}
	var ordered []struct {
		Number string
		LineNo int
	}
	p.scan(&ordered, `select d.number, l.line_no from projects.payment_lines l join projects.documents d using (document_id) where l.state = 'ordered' order by d.number, l.line_no`)
	if len(ordered) > p.most {
		p.most = len(ordered)
	}
	if rapid.Bool().Draw(p.T, "from the other end") {
		slices.Reverse(ordered)
	}
	day := accounting.NewDate(2025, time.Month(rapid.IntRange(1, 11).Draw(p.T, "paid in")), 20)
	err := p.within(func(ctx context.Context, tx bun.Tx) error {
		for _, l := range ordered {
			p.tried++
			if err := p.confirm(ctx, tx, p.document(l.Number), l.LineNo, day); err != nil {
				return fmt.Errorf("%s line %d on %s: %w", l.Number, l.LineNo, day, err)
			}
		}
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		p.Fatalf("the bank has paid, the books refuse: %v", err)
	}
	var differ []string
	if p.scan(&differ, registersDiffer); len(differ) > 0 {
		p.Fatalf("registers and ledger: %s", strings.Join(differ, "; "))
	}
}

const dayToDayDeeds = 50 // in each of the runs

// A bank confirmation is never refused by a floor, whatever happened between approval and payment. More runs: -rapid.checks.
func TestNoFloorRefusesTheBank(t *testing.T) {
	if !askedFor()["rapid.checks"] {
		t.Cleanup(func() { _ = flag.Set("rapid.checks", flag.Lookup("rapid.checks").DefValue) })
		_ = flag.Set("rapid.checks", "10")
	}
	b := newPayingBureau(t)
	b.node("2025-06", "ADM", 2025)
	for _, n := range []projects.NewNode{{Code: "2025-10", NameZH: "美丽乡村", Kind: projects.Programme, Type: projects.Works, Unit: "ADM"},
		{Code: "2025-10-1", Parent: "2025-10", NameZH: "村", Kind: projects.Village, Type: projects.Works, Unit: "ADM"}} {
		_, err := projects.CreateNode(t.Context(), b.db, b.command(), n)
		b.must(err)
	}
	for _, l := range []projects.NewBudgetLine{{Node: "2025-10-1", FiscalYear: 2025, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"},
		{Node: "2025-05", FiscalYear: 2025, Code: "2025-05/F", FundNature: accounting.GovernmentFund, FundingSource: "county"}} {
		_, err := projects.AddBudgetLine(t.Context(), b.db, b.command(), l)
		b.must(err)
	}
	b.mustRecord(projects.Reduce{Head: b.on("2025-01-07"), Draw: draw("2025-05/2025", "8597000.00"), From: projects.Available})
	for _, l := range []string{"2025-05/F", "2025-06/2025", "2025-10-1/2025"} {
		b.mustRecord(projects.Supplement{Head: b.on("2025-01-07"), Draw: draw(l, "3000.00")})
	}
	vote := b.mustDraft("village_record", &projects.VillageForm{Paper: paperOf("2025-01-08"), Node: "2025-10-1", VotedOn: accounting.MustDate("2025-01-02"), PublishedOn: accounting.MustDate("2025-01-04"), Mode: "grants", Township: "大河乡", County: yuan("1000000.00")})
	b.mustTake(vote, b.clerk, "submit")
	b.mustTake(vote, b.head, "approve")

	seen, most, tried := map[string]int{}, 0, 0
	names := slices.Sorted(maps.Keys(business))
	for name, n := range often {
		names = append(names, slices.Repeat([]string{name}, n-1)...)
	}
	slices.Sort(names)
	rapid.Check(t, func(r *rapid.T) {
		err := b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.ExecContext(ctx, `select set_config('mingzhang.reads', ?, true)`, b.unit.String()); err != nil {
				return err
			}
			p := &dayToDay{T: r, b: b, tx: tx, seen: seen, most: most}
			for range dayToDayDeeds {
				p.act(rapid.SampledFrom(names).Draw(r, "deed"))
				p.bankHasPaid()
			}
			most, tried = p.most, tried+p.tried
			return errTakenBack
		})
		if !errors.Is(err, errTakenBack) {
			r.Fatal(err)
		}
	})
	var answers []string
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		answers = append(answers, fmt.Sprint(k, " ", seen[k]))
	}
	if !askedFor()["rapid.checks"] && (tried < 40 || most < 2) {
		t.Errorf("only %d confirmations, up to %d at once", tried, most)
	}
	t.Logf("%d confirmations, up to %d lines at once; %s", tried, most, strings.Join(answers, ", "))
}
