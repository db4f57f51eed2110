package projects

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// indicatorList takes in the province's indicators: each number 文号 becomes one budget document that another budget officer
// approves. Budget lines that are missing are made; what a number said once does not change.
var indicatorList = listType{
	form: lists.Form{Kind: "indicators", NameZH: "指标", NameEN: "indicators", Columns: []lists.Column{
		{Field: "number", Heading: "文号", Also: []string{"指标文号", "本级指标文号", "预算文号"}, Type: lists.TextColumn, Required: true, Example: "红财指〔2025〕31号"},
		{Field: "year", Heading: "年度", Also: []string{"预算年度"}, Type: lists.IdentifierColumn, Required: true, Example: "2025"},
		{Field: "project", Heading: "项目代码", Also: []string{"预算项目代码", "项目编码"}, Type: lists.IdentifierColumn, Required: true, Example: "640303251234500000001", Help: "外部代码或本系统代码"},
		{Field: "name", Heading: "项目名称", Also: []string{"预算项目名称", "预算项目"}, Type: lists.TextColumn},
		{Field: "unit", Heading: "单位", Also: []string{"预算单位", "单位名称"}, Type: lists.TextColumn, Help: "本系统核算单位的代码或名称"},
		{Field: "nature", Heading: "资金性质", Type: lists.TextColumn, Required: true, Example: "一般公共预算", Help: "一般公共预算、政府性基金"},
		{Field: "functional", Heading: "功能分类", Also: []string{"支出功能分类", "功能科目"}, Type: lists.IdentifierColumn, Example: "2100302"},
		{Field: "economic", Heading: "经济分类", Also: []string{"政府经济分类", "部门经济分类", "经济科目"}, Type: lists.IdentifierColumn, Example: "50401"},
		{Field: "amount", Heading: "金额", Also: []string{"指标金额", "下达金额"}, Type: lists.AmountColumn, Required: true, Example: "8600000.00", Help: "负数为追减"},
		{Field: "origin", Heading: "预算来源", Also: []string{"指标类型"}, Type: lists.TextColumn, Help: "年初预算、追加；不填为年初预算"},
		{Field: "source", Heading: "资金来源", Type: lists.TextColumn, Help: "本系统资金来源的代码或名称；新指标且有多种来源时须填"},
		{Field: "day", Heading: "下达日期", Also: []string{"日期", "文件日期"}, Type: lists.DayColumn, Help: "不填为导入当日"},
	}},
	roles:   []string{"budget_officer"},
	compare: compareIndicators,
}

var natures = map[string]accounting.FundNature{"一般公共预算": accounting.GeneralPublicBudget, "一般公共预算资金": accounting.GeneralPublicBudget, "政府性基金": accounting.GovernmentFund, "政府性基金预算": accounting.GovernmentFund,
	"政府性基金预算资金": accounting.GovernmentFund}

var origins = map[string]IndicatorOrigin{"": OriginalBudget, "年初预算": OriginalBudget, "年初": OriginalBudget, "当年预算": OriginalBudget, "追加": AddedBudget, "预算调整": AddedBudget, "追减": AddedBudget, "预算调剂": AddedBudget, "调整": AddedBudget}

type (
	// indicatorPaper is all rows of one number.
	indicatorPaper struct {
		number string
		place  int
		day    accounting.Date
		origin IndicatorOrigin
		rows   []indicatorOf
	}

	// indicatorOf is a row with its budget line; one without identity is still to be made.
	indicatorOf struct {
		place  int
		line   *plannedLine
		amount accounting.Money
	}

	// plannedLine is a budget line that is there, or will be.
	plannedLine struct {
		accounting.BudgetLine
		node      *Node
		external  string // what the source calls it: year, project code, nature and classes
		made      bool
		available accounting.Money
		net       accounting.Money // what the new numbers of the list come to on it
	}

	// indicatorReading is a list with what is there.
	indicatorReading struct {
		*importing
		year     int
		today    accounting.Date
		nodes    map[string]*Node        // by the list's code
		lines    map[string]*plannedLine // by external key
		known    []*plannedLine
		codes    map[string]bool
		sources  []FundingSource
		external map[string]uuid.UUID
	}
)

func compareIndicators(ctx context.Context, i *importing) (takeIn, error) {
	r := &indicatorReading{importing: i, nodes: map[string]*Node{}, lines: map[string]*plannedLine{}, codes: map[string]bool{}, external: map[string]uuid.UUID{}}
	if err := r.whatIsThere(ctx); err != nil {
		return nil, err
	}
	papers := r.papers()
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	here, err := r.numbersHere(ctx)
	if err != nil {
		return nil, err
	}
	fresh := r.compareNumbers(papers, here)
	r.checkReductions(ctx, fresh)
	return func(ctx context.Context, tx bun.Tx) error {
		for n, p := range fresh {
			if err := r.draftNumber(ctx, tx, p); err != nil {
				return inRow(p.place, err)
			}
			i.progress(n+1, len(fresh))
		}
		return nil
	}, nil
}

// whatIsThere reads projects, budget lines, codes and sources once.
func (r *indicatorReading) whatIsThere(ctx context.Context) error {
	if err := r.db.NewRaw(`select current_date`).Scan(ctx, &r.today); err != nil {
		return fault.FromSQL(err)
	}
	r.year, _ = strconv.Atoi(r.list.Records[0].Text("year"))
	nodes, err := Tree(ctx, r.db, r.c.Book)
	if err != nil {
		return err
	}
	byID := map[accounting.ProjectID]*Node{}
	for n := range nodes {
		r.nodes[nodes[n].Code], byID[nodes[n].ID] = &nodes[n], &nodes[n]
	}
	var codes []struct {
		Code         string
		ProjectID    uuid.UUID
		BudgetLineID uuid.UUID
	}
	zero := uuid.Nil.String()
	err = r.db.NewRaw(`select code, coalesce(project_id, ?) as project_id, coalesce(budget_line_id, ?) as budget_line_id from projects.external_codes where book_id = ? and system = ?`, zero, zero, r.c.Book, r.request.Source).Scan(ctx, &codes)
	if err != nil {
		return fault.FromSQL(err)
	}
	for _, c := range codes {
		if n := byID[accounting.ProjectID{UUID: c.ProjectID}]; n != nil {
			r.nodes[c.Code] = n
		} else {
			r.external[c.Code] = c.BudgetLineID
		}
	}
	var lines []accounting.BudgetLine
	if err := r.db.NewSelect().Model(&lines).Where("book_id = ?", r.c.Book).Scan(ctx); err != nil {
		return fault.FromSQL(err)
	}
	for _, b := range lines {
		r.codes[b.Code] = true
		r.known = append(r.known, &plannedLine{BudgetLine: b, node: byID[b.Project], made: true})
	}
	return fault.FromSQL(r.db.NewSelect().Model(&r.sources).Where("book_id = ?", r.c.Book).Scan(ctx))
}

// papers groups the rows by their number, wherever they stand.
func (r *indicatorReading) papers() (papers []*indicatorPaper) {
	byNumber := map[string]*indicatorPaper{}
	for _, rec := range r.list.Records {
		number := rec.Text("number")
		origin, known := origins[rec.Text("origin")]
		amount, _ := rec.Amount("amount")
		switch {
		case rec.Text("year") != strconv.Itoa(r.year):
			r.wrong(rec.Place, "year %s, the rows above say %d: one list is of one year", rec.Text("year"), r.year)
			continue
		case !known:
			r.wrong(rec.Place, "预算来源 %q is neither 年初预算 nor 追加", rec.Text("origin"))
			continue
		case amount.IsZero():
			r.wrong(rec.Place, "%s issues nothing", number)
			continue
		}
		p := byNumber[number]
		if p == nil {
			p = &indicatorPaper{number: number, place: rec.Place, day: rec.Day("day"), origin: origin}
			if p.day.IsZero() {
				p.day = r.today
			}
			if p.day.Year() != r.year {
				r.wrong(rec.Place, "%s of %s: an indicator of %d is issued in its year; say its 下达日期", number, p.day, r.year)
			}
			byNumber[number] = p
			papers = append(papers, p)
		}
		if p.origin != origin || !rec.Day("day").IsZero() && rec.Day("day") != p.day {
			r.wrong(rec.Place, "%s has one 预算来源 and one 下达日期: row %d says otherwise", number, p.place)
		}
		if line := r.lineOf(rec); line != nil {
			p.rows = append(p.rows, indicatorOf{rec.Place, line, amount})
		}
	}
	return papers
}

// lineOf finds the budget line of a row, or plans it; nil: it is wrong.
func (r *indicatorReading) lineOf(rec lists.Record) *plannedLine {
	node, nature := r.nodes[rec.Text("project")], natures[rec.Text("nature")]
	switch {
	case node == nil:
		r.wrong(rec.Place, "项目代码 %s %s is not known here: say which project it is (external code), or make the project", rec.Text("project"), rec.Text("name"))
		return nil
	case nature == "":
		r.wrong(rec.Place, "资金性质 %q is neither 一般公共预算 nor 政府性基金", rec.Text("nature"))
		return nil
	case node.Unit.IsZero():
		r.wrong(rec.Place, "project %s has no accounting unit yet", node.Code)
		return nil
	}
	key := strings.Join([]string{rec.Text("year"), rec.Text("project"), rec.Text("nature"), rec.Text("functional"), rec.Text("economic")}, "/")
	if l := r.lines[key]; l != nil {
		return l
	}
	var fits []*plannedLine
	for _, l := range r.known {
		if id := r.external[key]; id != uuid.Nil {
			if l.ID.UUID == id {
				fits = []*plannedLine{l}
				break
			}
			continue
		}
		if l.Project == node.ID && l.FiscalYear == r.year && l.FundNature == nature && (rec.Text("functional") == "" || l.FunctionalClass == "" || l.FunctionalClass == rec.Text("functional")) {
			fits = append(fits, l)
		}
	}
	if len(fits) > 1 {
		r.wrong(rec.Place, "%d budget lines fit %s: give one of them the external code %s", len(fits), node.Code, key)
		return nil
	}
	if len(fits) == 0 {
		l := r.plan(rec, node, nature)
		if l == nil {
			return nil
		}
		r.known = append(r.known, l)
		fits = []*plannedLine{l}
	}
	if fits[0].external == "" {
		fits[0].external = key
	}
	r.lines[key] = fits[0]
	return fits[0]
}

// plan is a budget line that is to be made.
func (r *indicatorReading) plan(rec lists.Record, node *Node, nature accounting.FundNature) *plannedLine {
	source := ""
	for _, s := range r.sources {
		if said := rec.Text("source"); len(r.sources) == 1 && said == "" || said == s.Code || said == s.Name {
			source = s.Code
		}
	}
	if source == "" {
		r.wrong(rec.Place, "project %s gets a new budget line: 资金来源 %q is none of this book's", node.Code, rec.Text("source"))
		return nil
	}
	code := fmt.Sprintf("%s/%d", node.Code, r.year)
	if r.codes[code] && rec.Text("functional") != "" {
		code += "/" + rec.Text("functional")
	}
	for n := 2; r.codes[code]; n++ {
		code = fmt.Sprintf("%s/%d-%d", node.Code, r.year, n)
	}
	r.codes[code] = true
	return &plannedLine{node: node, BudgetLine: accounting.BudgetLine{Book: r.c.Book, ID: accounting.BudgetLineID{UUID: accounting.NewID()}, Project: node.ID, FiscalYear: r.year, Code: code,
		FundNature: nature, FundingSource: source, FunctionalClass: rec.Text("functional")}}
}

// numberHere is what a number says here: yuan by budget line, and whether a list brought it.
type numberHere struct {
	amounts  map[string]accounting.Money
	byList   bool
	document string
}

// numbersHere reads what numbers were brought about, or wait to be: by lists and by hand. Of a number that approves and issues
// the same money, it counts once.
func (r *indicatorReading) numbersHere(ctx context.Context) (map[string]*numberHere, error) {
	var rows []struct {
		DocumentNo, Event, Line, Number string
		Amount                          accounting.Money
	}
	err := r.db.NewRaw(`select k ->> 'document_no' as document_no, k ->> 'event' as event, coalesce(b.code, x.line) as line, d.number, x.amount
		from (select d.number, d.content::jsonb as k from projects.documents d where d.book_id = ?0 and d.kind = 'budget' and d.state not in ('withdrawn', 'rejected')) d
		cross join lateral (select w ->> 'budget_line' as line, (w ->> 'amount')::numeric as amount from jsonb_array_elements(k #> '{input,rows}') w where k ->> 'event' = 'Indicators' and (k #>> '{input,year}')::int = ?1
			union all select k #>> '{input,budget_line}', (k #>> '{input,amount}')::numeric * case when k ->> 'event' = 'Reduce' then -1 else 1 end where k ->> 'event' in ('Approve', 'Issue', 'Supplement', 'Reduce')) x
		left join accounting.budget_lines b on b.book_id = ?0 and b.budget_line_id::text = x.line order by 1, 2, 3`, r.c.Book, r.year).Scan(ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	here, approved := map[string]*numberHere{}, map[[2]string]bool{}
	for _, x := range rows {
		n := here[x.DocumentNo]
		if n == nil {
			n = &numberHere{amounts: map[string]accounting.Money{}, document: x.Number}
			here[x.DocumentNo] = n
		}
		at := [2]string{x.DocumentNo, x.Line}
		if n.byList = n.byList || x.Event == "Indicators"; x.Event == "Issue" && approved[at] {
			continue
		}
		approved[at] = approved[at] || x.Event == "Approve"
		n.amounts[x.Line] = n.amounts[x.Line].Add(x.Amount)
	}
	return here, nil
}

// compareNumbers tells which numbers are new, the same, changed, which is refused, or here only.
func (r *indicatorReading) compareNumbers(papers []*indicatorPaper, here map[string]*numberHere) (fresh []*indicatorPaper) {
	listed := map[string]bool{}
	for _, p := range papers {
		listed[p.number] = true
		there, total := map[string]accounting.Money{}, accounting.Money{}
		for _, row := range p.rows {
			there[row.line.Code], total = there[row.line.Code].Add(row.amount), total.Add(row.amount)
		}
		known := here[p.number]
		if known == nil {
			r.differs(p.place, p.number, NewRow, "%d rows, %s", len(p.rows), total)
			fresh = append(fresh, p)
			continue
		}
		if differs := differing(known.amounts, there); differs != "" {
			r.wrong(p.place, "%s is here by %s and says otherwise: %s; what a number said does not change, a supplement or reduction has its own", p.number, known.document, differs)
			continue
		}
		r.differs(p.place, p.number, SameRow, "")
	}
	var gone []string
	for number, n := range here {
		if n.byList && !listed[number] {
			gone = append(gone, number)
		}
	}
	slices.Sort(gone)
	for _, number := range gone {
		r.differs(0, number, MissingThere, "%s is here by %s and not in the list", number, here[number].document)
	}
	return fresh
}

// differing names budget lines of which two sides say otherwise, with both figures.
func differing(here, there map[string]accounting.Money) string {
	var lines, words []string
	for line := range here {
		lines = append(lines, line)
	}
	for line := range there {
		if _, both := here[line]; !both {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	for _, line := range lines {
		if !here[line].Equal(there[line]) {
			words = append(words, fmt.Sprintf("%s %s here, %s in the list", line, here[line], there[line]))
		}
	}
	return strings.Join(words[:min(len(words), 3)], "; ")
}

// checkReductions refuses what takes more of a line than is available on it, and says what may be cut.
func (r *indicatorReading) checkReductions(ctx context.Context, fresh []*indicatorPaper) {
	for _, p := range fresh {
		for _, row := range p.rows {
			row.line.net = row.line.net.Add(row.amount)
		}
	}
	for _, p := range fresh {
		for _, row := range p.rows {
			l := row.line
			if row.amount.Sign() >= 0 || l.net.Sign() >= 0 {
				continue
			}
			refused := fault.Conflict("budget_exceeded", "budget line %s: asked to cut %s", l.Code, l.net.Neg())
			if err := r.db.NewRaw(`select coalesce(sum(debit - credit), 0) from accounting.positions where book_id = ? and account = '9301.01' and budget_line_id = ?`, r.c.Book, l.ID).Scan(ctx, &l.available); err != nil || l.available.Cmp(l.net.Neg()) >= 0 {
				continue // what approves the document judges again
			}
			Reduce{Draw: Draw{l.Code, l.net.Neg()}, From: Available}.explain(ctx, r.resolver, refused)
			r.wrong(row.place, "%s", refused.Detail)
		}
	}
}

// draftNumber makes the budget lines that are missing, keeps what the source calls them, and drafts the document.
func (r *indicatorReading) draftNumber(ctx context.Context, tx bun.Tx, p *indicatorPaper) error {
	e := Indicators{Year: r.year, Origin: p.origin}
	for _, row := range p.rows {
		l := row.line
		if !l.made {
			if err := completeBudgetLine(ctx, tx, l.node, &l.BudgetLine); err != nil {
				return inRow(row.place, err)
			}
			if err := accounting.AddBudgetLine(ctx, tx, l.BudgetLine); err != nil {
				return inRow(row.place, err)
			}
			l.made = true
		}
		e.Rows = append(e.Rows, IndicatorRow{l.Code, row.amount})
	}
	for key, l := range r.lines {
		if r.external[key] == uuid.Nil && l.made {
			if err := setExternalCode(ctx, tx, r.c, ExternalCode{System: r.request.Source, Code: key, BudgetLine: l.ID.UUID}); err != nil {
				return err
			}
			r.external[key] = l.ID.UUID
		}
	}
	input, err := json.Marshal(map[string]any{"year": e.Year, "origin": e.Origin, "rows": e.Rows})
	if err != nil {
		return fault.Internal(err)
	}
	paper, err := r.paper(ctx)
	if err != nil {
		return err
	}
	paper.Date, paper.DocumentNo = p.day, p.number
	return r.draftAndSubmit(ctx, tx, "budget", &Budget{EventPaper{Paper: paper, Event: "Indicators", Input: input}})
}
