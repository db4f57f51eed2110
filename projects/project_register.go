package projects

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

type (
	// ProjectRegister 项目资金台账 (督查台账) is every project as it stands at the end of a day: who answers for it, its money,
	// its contracts, how far it is. Amounts are yuan; a programme's row includes its parts, so the total adds up the rows
	// whose parent has none.
	ProjectRegister struct {
		AsOf  accounting.Date `json:"as_of"`
		Rows  []RegisterRow   `json:"rows" nullable:"false"`
		Total RegisterFigures `json:"total"`
	}

	// RegisterRow is a project of the register.
	RegisterRow struct {
		No             int         `json:"no"`
		Code           string      `json:"code"`
		Project        string      `json:"project"`        // name of the programme
		Part           string      `json:"part,omitempty"` // 子项目; empty: the programme itself
		Top            bool        `json:"top"`            // counted in the total
		Leaders        []string    `json:"leaders" nullable:"false"`
		Leads          []PartyUnit `json:"leads" nullable:"false"`
		Cooperating    []string    `json:"cooperating" nullable:"false"`
		Unit           PartyUnit   `json:"unit"` // that keeps its books
		Scope          string      `json:"scope,omitempty"`
		DueMonth       string      `json:"due_month,omitempty"`
		FundingSources []string    `json:"funding_sources" nullable:"false"`
		DocumentNos    []string    `json:"document_nos" nullable:"false"` // 指标文号
		Suppliers      []string    `json:"suppliers" nullable:"false"`
		RegisterFigures
		InvestmentRate *string         `json:"investment_rate,omitempty"` // 投资完成率 = certified ÷ plan, percent
		PaymentRate    *string         `json:"payment_rate,omitempty"`    // 资金支付率 = executed ÷ approved of the year, percent
		Entry          *ProgressEntry  `json:"entry,omitempty"`           // the newest
		State          string          `json:"state"`
		BegunOn        accounting.Date `json:"begun_on,omitzero"`
		FinishedOn     accounting.Date `json:"finished_on,omitzero"`
	}

	// RegisterFigures are the money of the register; nil is unknown or does not apply, never zero.
	RegisterFigures struct {
		Plan            *accounting.Money `json:"plan,omitempty"`
		Issued          *accounting.Money `json:"issued,omitempty"` // 下达指标 of the year
		Contracts       *accounting.Money `json:"contracts,omitempty"`
		Certified       *accounting.Money `json:"certified,omitempty"` // 累计完成投资, works only
		Works           *accounting.Money `json:"works,omitempty"`     // of it
		Equipment       *accounting.Money `json:"equipment,omitempty"`
		Deferred        *accounting.Money `json:"deferred,omitempty"`
		Other           *accounting.Money `json:"other,omitempty"`
		Payable         *accounting.Money `json:"payable,omitempty"`
		Advance         *accounting.Money `json:"advance,omitempty"`
		Retention       *accounting.Money `json:"retention,omitempty"`
		ExecutedTotal   *accounting.Money `json:"executed_total,omitempty"`
		BudgetRest      *accounting.Money `json:"budget_rest,omitempty"`      // 指标余额: issued and not executed
		CertifiedBefore *accounting.Money `json:"certified_before,omitempty"` // 自开工至上年底完成投资
		CertifiedYear   *accounting.Money `json:"certified_year,omitempty"`   // 本年完成投资
		CertifiedMonth  *accounting.Money `json:"certified_month,omitempty"`  // 本月完成投资
	}
)

// each lists the columns in the order in which they are added up.
func (f *RegisterFigures) each() []**accounting.Money {
	return []**accounting.Money{&f.Plan, &f.Issued, &f.Contracts, &f.Certified, &f.Works, &f.Equipment, &f.Deferred, &f.Other, &f.Payable, &f.Advance, &f.Retention, &f.ExecutedTotal, &f.BudgetRest,
		&f.CertifiedBefore, &f.CertifiedYear, &f.CertifiedMonth}
}

func (f *RegisterFigures) add(o RegisterFigures) {
	others := o.each()
	for i, mine := range f.each() {
		*mine = plus(*mine, *others[i])
	}
}

// RegisterOf makes the register as it stood at the end of a day, in one transaction, of the projects the reader reads.
// Codes: date_invalid.
func RegisterOf(ctx context.Context, db *bun.DB, book accounting.BookID, asOf accounting.Date) (*ProjectRegister, error) {
	r := &ProjectRegister{AsOf: asOf, Rows: []RegisterRow{}}
	err := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		s, err := readStandings(ctx, tx, book, asOf)
		if err != nil {
			return err
		}
		facts, err := readRegisterFacts(ctx, tx, book, asOf)
		if err != nil {
			return err
		}
		shown := map[accounting.ProjectID]bool{}
		for _, x := range s.all {
			if !x.mine {
				continue
			}
			row := facts.row(x)
			row.No, row.Top = len(r.Rows)+1, !shown[x.Parent]
			shown[x.ID] = true
			if row.Top {
				r.Total.add(row.RegisterFigures)
			}
			r.Rows = append(r.Rows, row)
		}
		return nil
	})
	return r, err
}

type registerFacts struct {
	now, lastYear, lastMonth map[string]Figures
	parts                    map[accounting.ProjectID]RegisterFigures
	sources, numbers         map[accounting.ProjectID][]string
	contracts                map[accounting.ProjectID][]Contract
	name                     map[accounting.ProjectID]string
}

func readRegisterFacts(ctx context.Context, tx bun.Tx, book accounting.BookID, asOf accounting.Date) (*registerFacts, error) {
	f := &registerFacts{parts: map[accounting.ProjectID]RegisterFigures{}, sources: map[accounting.ProjectID][]string{}, numbers: map[accounting.ProjectID][]string{}, contracts: map[accounting.ProjectID][]Contract{}, name: map[accounting.ProjectID]string{}}
	for day, figures := range map[accounting.Date]*map[string]Figures{asOf: &f.now, accounting.NewDate(asOf.Year(), 1, 1).AddDays(-1): &f.lastYear, monthOf(asOf).AddDays(-1): &f.lastMonth} {
		r := Reconciliation{}
		if err := r.addProjects(ctx, tx, ReconcileQuery{Book: book, AsOf: day}); err != nil {
			return nil, err
		}
		*figures = map[string]Figures{}
		for _, row := range r.Projects {
			(*figures)[row.Code] = row.Figures
		}
	}
	contracts, err := Contracts(ctx, tx, book, "")
	if err != nil {
		return nil, err
	}
	for _, k := range contracts {
		if !k.SignedOn.After(asOf) {
			f.contracts[k.Node] = append(f.contracts[k.Node], k)
		}
	}
	var names []struct {
		Node           accounting.ProjectID
		Source, Number string
	}
	err = tx.NewRaw(`select b.project_id as node, s.name as source, coalesce(n.document_no, '') as number from accounting.budget_lines b
		join projects.funding_sources s on s.book_id = b.book_id and s.code = b.funding_source
		left join (projects.budget_numbers n join projects.documents d on d.book_id = n.book_id and d.document_id = n.document_id and d.content::jsonb ->> 'date' <= ?1) on n.book_id = b.book_id and n.budget_line in (b.code, b.budget_line_id::text)
		where b.book_id = ?0 and b.project_id is not null order by 2, 3`, book, asOf.String()).Scan(ctx, &names)
	for _, n := range names {
		f.sources[n.Node], f.numbers[n.Node] = append(f.sources[n.Node], n.Source), append(f.numbers[n.Node], n.Number)
	}
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	return f, f.readParts(ctx, tx, book, asOf)
}

// readParts says what the certified investment is made of, without what hand-over and transfer did with it: the cost of
// projects.project_figures as of a day.
func (f *registerFacts) readParts(ctx context.Context, tx bun.Tx, book accounting.BookID, asOf accounting.Date) error {
	var rows []struct {
		Node                              accounting.ProjectID
		Works, Equipment, Deferred, Other accounting.Money
	}
	err := tx.NewRaw(`with moved as (
			select l.project_id, l.account, coalesce(o.source, v.source) as event, sum(l.debit) as debit, sum(l.credit) as credit
			from accounting.lines l join accounting.vouchers v on v.book_id = l.book_id and v.period = l.period and v.number = l.number
			left join accounting.reversals r on r.book_id = v.book_id and r.by_period = v.period and r.by_number = v.number
			left join accounting.vouchers o on o.book_id = r.book_id and o.period = r.period and o.number = r.number
			where l.book_id = ?0 and l.project_id is not null and l.period % 100 <> 14 and v.date <= ?1 and l.account in ('1613.01', '1613.02', '1613.03', '1613.04', '1613.05', '1601', '1801') group by 1, 2, 3)
		select m.project_id as node,
			coalesce(sum(m.debit - m.credit) filter (where m.account = '1613.01' and m.event not in ('T1', 'T2', 'T3', 'T4')), 0)
				- coalesce(sum(m.credit) filter (where m.account = '1613.01' and m.event = 'T4'), 0) as works,
			coalesce(sum(m.debit - m.credit) filter (where m.account = '1613.02' and m.event not in ('T1', 'T2', 'T3', 'T4')), 0) as equipment,
			coalesce(sum(m.debit - m.credit) filter (where m.account = '1613.03' and m.event not in ('T1', 'T2', 'T3', 'T4')), 0) as deferred,
			coalesce(sum(m.debit - m.credit) filter (where m.account in ('1613.04', '1613.05') and m.event not in ('T1', 'T2', 'T3', 'T4')), 0)
				+ coalesce(sum(m.debit) filter (where m.account = '1613.05' and m.event = 'T4'), 0)
				+ coalesce(sum(m.debit - m.credit) filter (where m.account in ('1601', '1801') and m.event not in ('T2', 'O1')), 0) as other
		from moved m group by m.project_id`, book, asOf).Scan(ctx, &rows)
	for _, r := range rows {
		f.parts[r.Node] = RegisterFigures{Works: &r.Works, Equipment: &r.Equipment, Deferred: &r.Deferred, Other: &r.Other}
	}
	return fault.FromSQL(err)
}

func (f *registerFacts) row(x *standing) RegisterRow {
	row := RegisterRow{Code: x.Code, Project: x.NameZH, Leaders: told(x.leaders), Leads: x.answers(), Cooperating: told(x.with), Unit: x.unit, Scope: scopeOf(x.Node), DueMonth: x.DueMonth,
		Entry: x.lastEntry(), State: x.state(), FinishedOn: x.finishedOn()}
	f.name[x.ID] = x.NameZH
	if !x.Parent.IsZero() && f.name[x.Parent] != "" {
		row.Project, row.Part = f.name[x.Parent], x.NameZH
		f.name[x.ID] = row.Project // of a part's parts the programme stays the same
	}
	for _, m := range x.milestones {
		if m.Milestone == "in_progress" {
			row.BegunOn = m.Day
			break
		}
	}
	n := f.now[x.Code]
	g := &row.RegisterFigures
	g.Plan, g.Certified, g.Payable, g.Advance, g.Retention, g.ExecutedTotal = n.Plan, n.Certified, n.Payable, n.Advance, n.Retention, n.ExecutedTotal
	if n.Approved != nil {
		issued := n.Approved.Sub(*n.ToIssue)
		rest := accounting.Sum(*n.Available, *n.Frozen, *n.HeldByContract, *n.HeldByRequest)
		g.Issued, g.BudgetRest = &issued, &rest
		row.PaymentRate = rate(n.Executed, n.Approved)
	}
	row.InvestmentRate = rate(n.Certified, n.Plan)
	if n.Certified != nil {
		before, lastMonth := moneyOf(f.lastYear[x.Code].Certified), moneyOf(f.lastMonth[x.Code].Certified)
		year, month := n.Certified.Sub(before), n.Certified.Sub(lastMonth)
		g.CertifiedBefore, g.CertifiedYear, g.CertifiedMonth = &before, &year, &month
		g.Works, g.Equipment, g.Deferred, g.Other = new(accounting.Money), new(accounting.Money), new(accounting.Money), new(accounting.Money)
	}
	f.within(x, &row, n.Certified != nil)
	row.FundingSources, row.DocumentNos, row.Suppliers = told(row.FundingSources), told(row.DocumentNos), told(row.Suppliers)
	return row
}

// within adds what a project and those below it have: contracts, sources, numbers and what the investment is made of.
func (f *registerFacts) within(x *standing, row *RegisterRow, works bool) {
	if works {
		row.add(f.parts[x.ID])
	}
	row.FundingSources, row.DocumentNos = append(row.FundingSources, f.sources[x.ID]...), append(row.DocumentNos, f.numbers[x.ID]...)
	for _, k := range f.contracts[x.ID] {
		row.Suppliers = append(row.Suppliers, k.Supplier)
		row.Contracts = plus(row.Contracts, &k.Price)
	}
	for _, child := range x.children {
		f.within(child, row, works)
	}
}

func moneyOf(m *accounting.Money) accounting.Money {
	if m == nil {
		return accounting.Money{}
	}
	return *m
}

// rate is a part of a whole in percent; nil where either is unknown or the whole is nothing.
func rate(part, whole *accounting.Money) *string {
	if part == nil || whole == nil || whole.IsZero() {
		return nil
	}
	text := percentOf(part.Decimal(), whole.Decimal()).StringFixed(2)
	return &text
}

// told are names without repetition and without the empty one, in their order.
func told(names []string) []string {
	all := []string{}
	for _, n := range names {
		if n != "" && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// scopeOf is what the notice says of a programme 建设内容; empty where it says nothing.
func scopeOf(n Node) string {
	var said struct {
		Body string `json:"body"`
	}
	_ = json.Unmarshal(n.SeedRef, &said) // a node that came without a notice has none
	return said.Body
}

// registerHeadings are the columns of public-finance rules 4.3 with those of the monthly return.
var registerHeadings = []string{"序号", "项目编码", "项目名称", "子项目", "责任领导", "牵头单位", "配合单位", "核算单位", "建设内容", "完成时限", "计划投资", "资金来源", "指标文号", "下达指标", "合同单位", "合同金额", "形象进度（%）",
	"累计完成投资", "其中：建安", "其中：设备", "其中：待摊", "其中：其他", "应付款", "预付余额", "质保金余额", "累计支付", "指标余额", "投资完成率（%）", "资金支付率（%）", "存在问题", "下步措施", "填报人", "填报日期",
	"状态", "开工日期", "竣工日期", "自开工至上年底完成投资", "本年完成投资", "本月完成投资"}

var stateNames = map[string]string{"in_progress": "在办", "finished": "办结", "suspended": "暂停", "cancelled": "终止"}

func (r RegisterRow) cells() []any {
	units := make([]string, len(r.Leads))
	for i, u := range r.Leads {
		units[i] = u.Name
	}
	list := func(names []string) string { return strings.Join(names, "、") }
	var plan any = "无计划数"
	if r.Plan != nil {
		plan = *r.Plan
	}
	percent, problems, measures, person, day := any(""), "", "", "", accounting.Date{}
	if e := r.Entry; e != nil {
		percent, problems, measures, person, day = decimal.RequireFromString(e.Percent), e.Problems, e.Measures, e.Person, e.Date
	}
	return []any{r.No, r.Code, r.Project, r.Part, list(r.Leaders), list(units), list(r.Cooperating), r.Unit.Name, r.Scope, r.DueMonth, plan, list(r.FundingSources), list(r.DocumentNos), cell(r.Issued), list(r.Suppliers),
		cell(r.Contracts), percent, cell(r.Certified), cell(r.Works), cell(r.Equipment), cell(r.Deferred), cell(r.Other), cell(r.Payable), cell(r.Advance), cell(r.Retention), cell(r.ExecutedTotal), cell(r.BudgetRest),
		rateCell(r.InvestmentRate), rateCell(r.PaymentRate), problems, measures, person, dayCell(day), stateNames[r.State], dayCell(r.BegunOn), dayCell(r.FinishedOn), cell(r.CertifiedBefore), cell(r.CertifiedYear), cell(r.CertifiedMonth)}
}

func cell(m *accounting.Money) any {
	if m == nil {
		return ""
	}
	return *m
}

func dayCell(d accounting.Date) any {
	if d.IsZero() {
		return ""
	}
	return d
}

func rateCell(text *string) any {
	if text == nil {
		return ""
	}
	return decimal.RequireFromString(*text)
}

// table is the register as it is written: its rows and, last, its total.
func (r *ProjectRegister) table() [][]any {
	rows := make([][]any, len(r.Rows), len(r.Rows)+1)
	for i, row := range r.Rows {
		rows[i] = row.cells()
	}
	total := RegisterRow{RegisterFigures: r.Total}.cells()
	total[0], total[2] = "", "合计（子项目已含在项目内，不重复计）"
	if r.Total.Plan == nil {
		total[10] = ""
	}
	return append(rows, total)
}

// WriteWorkbook writes the register for a spreadsheet.
func (r *ProjectRegister) WriteWorkbook(w io.Writer) error {
	return lists.WriteList(w, "项目资金台账", registerHeadings, r.table())
}

// WriteCSV writes the register as a text table, UTF-8 with a mark; no text of it becomes a formula.
func (r *ProjectRegister) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fault.Internal(err)
	}
	c := csv.NewWriter(w)
	for _, cells := range append([][]any{headingCells(registerHeadings)}, r.table()...) {
		texts := make([]string, len(cells))
		for i, v := range cells {
			switch v := v.(type) {
			case string:
				texts[i] = PlainCell(v)
			case decimal.Decimal:
				texts[i] = v.StringFixed(2)
			default:
				texts[i] = fmt.Sprint(v)
			}
		}
		if err := c.Write(texts); err != nil {
			return fault.Internal(err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fault.Internal(err)
	}
	return nil
}

func headingCells(headings []string) []any {
	cells := make([]any, len(headings))
	for i, h := range headings {
		cells[i] = h
	}
	return cells
}
