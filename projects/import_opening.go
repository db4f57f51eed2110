package projects

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// Opening lists gather in one document of the month's end: each kind fills its own part of it, and a list brought again
// replaces that part. Sending the document to its second person is an act of its own.
var (
	openingIndicatorList = listType{
		form: lists.Form{Kind: "opening-indicators", NameZH: "期初指标", NameEN: "opening indicators", Columns: []lists.Column{
			{Field: "project", Heading: "项目代码", Type: lists.TextColumn, Required: true, Example: "2025-05"},
			{Field: "budget_line", Heading: "指标代码", Also: []string{"指标"}, Type: lists.TextColumn, Example: "2025-05/2025", Help: "不填为项目代码/年度"},
			{Field: "year", Heading: "年度", Also: []string{"预算年度"}, Type: lists.NumberColumn, Required: true, Example: "2025"},
			{Field: "nature", Heading: "资金性质", Type: lists.TextColumn, Example: "一般公共预算", Help: "一般公共预算或政府性基金，不填为前者"},
			{Field: "source", Heading: "资金来源代码", Also: []string{"资金来源"}, Type: lists.TextColumn, Required: true, Example: "county"},
			{Field: "class", Heading: "功能分类", Also: []string{"支出功能分类"}, Type: lists.IdentifierColumn, Example: "2100302"},
			{Field: "approved", Heading: "批复", Also: []string{"批复金额", "调整后预算"}, Type: lists.AmountColumn, Required: true},
			{Field: "issued", Heading: "已下达", Also: []string{"下达金额", "已下达指标"}, Type: lists.AmountColumn, Required: true},
			{Field: "frozen", Heading: "冻结", Type: lists.AmountColumn},
			{Field: "executed", Heading: "本年已执行", Also: []string{"已执行", "本年累计支出"}, Type: lists.AmountColumn, Required: true},
			{Field: "available", Heading: "可用", Also: []string{"可用指标", "指标结余"}, Type: lists.AmountColumn, Help: "填写时核对：已下达−冻结−合同占用−已执行"},
		}},
		roles: []string{"budget_officer"}, monthly: true, ownDays: true, gathers: true, compare: compareOpenIndicators,
	}
	openingContractList = listType{
		form:  lists.Form{Kind: "opening-contracts", NameZH: "期初合同", NameEN: "opening contracts", Columns: append(append([]lists.Column{}, contractList.form.Columns...), openingContractColumns...)},
		roles: []string{"budget_officer"}, monthly: true, ownDays: true, gathers: true, compare: compareOpenContracts,
	}
	openingBalanceList = listType{
		form: lists.Form{Kind: "opening-balances", NameZH: "期初余额", NameEN: "opening balances", Columns: []lists.Column{
			{Field: "project", Heading: "项目代码", Type: lists.TextColumn, Help: "带指标的科目可不填"},
			{Field: "account", Heading: "科目", Also: []string{"科目编号", "科目代码"}, Type: lists.TextColumn, Required: true, Example: "1613.01", Help: "3001 须填；随指标和合同的科目不填"},
			{Field: "budget_line", Heading: "指标代码", Also: []string{"指标"}, Type: lists.TextColumn, Help: "4001、6001、7xxx 填"},
			{Field: "subject", Heading: "对象", Type: lists.TextColumn, Help: "2307.02 填注资文件编号"},
			{Field: "class", Heading: "经济分类", Type: lists.IdentifierColumn, Help: "5xxx、7xxx 填"},
			{Field: "balance", Heading: "余额", Also: []string{"期末余额"}, Type: lists.AmountColumn, Required: true, Help: "按科目的余额方向；反方向为负"},
		}},
		roles: []string{"budget_officer"}, monthly: true, ownDays: true, gathers: true, compare: compareBalances,
	}
)

// openDraft is the opening document of the month's end that is at its maker's desk; nil: none yet.
func (i *importing) openDraft(ctx context.Context) (d *Document, o OpeningBook, err error) {
	o.Date = i.monthEnd()
	var found []Document
	err = i.db.NewSelect().Model(&found).Where("document.book_id = ? and document.kind = 'opening' and document.state in ('draft', 'returned') and document.content::jsonb ->> 'date' = ?", i.c.Book, o.Date.String()).Order("number").Limit(1).Scan(ctx)
	if err != nil || len(found) == 0 {
		return nil, o, fault.FromSQL(err)
	}
	o, err = contentOf[OpeningBook](&found[0])
	return &found[0], o, err
}

func (i *importing) monthEnd() accounting.Date {
	m := *i.request.Month
	return accounting.NewDate(m.Year(), time.Month(m.Month()+1), 1).AddDays(-1)
}

// gathers puts a part into the document of the month's end, or into a new one.
func (i *importing) gathers(ctx context.Context, tx bun.Tx, put func(o *OpeningBook)) error {
	d, o, err := i.openDraft(ctx)
	if err != nil {
		return err
	}
	put(&o)
	o.Memo, o.Attachments = "期初余额", append(without(o.Attachments, i.request.File), i.request.File)
	if d == nil {
		_, err := draft(ctx, tx, i.c, "opening", &o)
		return err
	}
	now, err := describe(ctx, tx, i.c, &o)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `select projects.revise(?, ?, null, ?, ?, ?, ?, ?, ?)`, i.c.Book, d.ID, now.Flow, now.Amount, string(now.Content), i.c.By.Person, i.c.By.Unit, i.c.By.Role)
	return fault.FromSQL(err)
}

func without(hashes []accounting.Hash, one accounting.Hash) (rest []accounting.Hash) {
	for _, h := range hashes {
		if h != one {
			rest = append(rest, h)
		}
	}
	return rest
}

// compareParts tells what a list changes of its part of the document.
func compareParts[T any](i *importing, places map[string]int, was, now map[string]T) {
	for _, key := range sortedKeys(now) {
		before, there := was[key]
		switch {
		case !there:
			i.differs(places[key], key, NewRow, "")
		case sameJSON(before, now[key]):
			i.differs(places[key], key, SameRow, "")
		default:
			i.differs(places[key], key, ChangedRow, "the list replaces it")
		}
	}
	for _, key := range sortedKeys(was) {
		if _, there := now[key]; !there {
			i.differs(0, key, MissingThere, "the list does not have it; it is taken out of the document")
		}
	}
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func amountOf(r lists.Record, field string) accounting.Money {
	m, _ := r.Amount(field)
	return m
}

func optionalAmount(r lists.Record, field string) *accounting.Money {
	m, there := r.Amount(field)
	if !there {
		return nil
	}
	return &m
}

var fundNatures = map[string]accounting.FundNature{"": accounting.GeneralPublicBudget, "一般公共预算": accounting.GeneralPublicBudget, "一般公共预算资金": accounting.GeneralPublicBudget, "政府性基金": accounting.GovernmentFund, "政府性基金预算": accounting.GovernmentFund, "政府性基金预算资金": accounting.GovernmentFund}

// compareOpenIndicators registers budget lines that are not there yet: they hold nothing until the document is approved.
func compareOpenIndicators(ctx context.Context, i *importing) (takeIn, error) {
	_, before, err := i.openDraft(ctx)
	if err != nil {
		return nil, err
	}
	var list []OpeningIndicator
	var fresh []accounting.BudgetLine
	was, now, places := map[string]OpeningIndicator{}, map[string]OpeningIndicator{}, map[string]int{}
	for _, x := range before.Indicators {
		was[x.BudgetLine] = x
	}
	for _, r := range i.list.Records {
		nature, known := fundNatures[r.Text("nature")]
		if !known {
			i.wrong(r.Place, "资金性质 %q is neither 一般公共预算 nor 政府性基金", r.Text("nature"))
			continue
		}
		year := rateOf(r, "year").IntPart()
		line := accounting.BudgetLine{Book: i.c.Book, FiscalYear: int(year), Code: r.Text("budget_line"), FundNature: nature, FundingSource: r.Text("source"), FunctionalClass: r.Text("class")}
		known, err := i.lineOf(ctx, r, &line)
		if err != nil {
			return nil, inRow(r.Place, err)
		}
		if places[line.Code] != 0 {
			i.wrong(r.Place, "budget line %s stands in row %d already", line.Code, places[line.Code])
			continue
		}
		if !known {
			fresh = append(fresh, line)
		}
		x := OpeningIndicator{line.Code, amountOf(r, "approved"), amountOf(r, "issued"), amountOf(r, "frozen"), amountOf(r, "executed"), optionalAmount(r, "available")}
		list = append(list, x)
		now[x.BudgetLine], places[x.BudgetLine] = x, r.Place
	}
	compareParts(i, places, was, now)
	return func(ctx context.Context, tx bun.Tx) error {
		for _, line := range fresh {
			if err := accounting.AddBudgetLine(ctx, tx, line); err != nil {
				return inRow(places[line.Code], err)
			}
		}
		return i.gathers(ctx, tx, func(o *OpeningBook) { o.Indicators = list })
	}, nil
}

// lineOf completes a budget line and tells whether it is registered; one that is must be of the project and the year.
func (i *importing) lineOf(ctx context.Context, r lists.Record, line *accounting.BudgetLine) (known bool, err error) {
	n, err := FindNode(ctx, i.db, i.c.Book, r.Text("project"))
	if err != nil {
		return false, err
	}
	if n.Unit.IsZero() {
		return false, fault.Conflict("unit_missing", "node %s has no accounting unit yet; give it one first", n.Code)
	}
	line.ID, line.Project = accounting.BudgetLineID{UUID: accounting.NewID()}, n.ID
	if line.Code == "" {
		line.Code = n.Code + "/" + r.Text("year")
	}
	var there []accounting.BudgetLine
	if err := i.db.NewSelect().Model(&there).Where("book_id = ? and code = ?", i.c.Book, line.Code).Scan(ctx); err != nil {
		return false, fault.FromSQL(err)
	}
	if len(there) == 0 {
		return false, completeBudgetLine(ctx, i.db, n, line)
	}
	if x := there[0]; x.Project != line.Project || x.FiscalYear != line.FiscalYear || x.FundNature != line.FundNature {
		return true, fault.Invalid("budget_line_mismatch", "budget line %s is registered for another project, year or fund nature", line.Code)
	}
	return true, nil
}

func compareBalances(ctx context.Context, i *importing) (takeIn, error) {
	_, before, err := i.openDraft(ctx)
	if err != nil {
		return nil, err
	}
	key := func(b OpeningBalance) string {
		return strings.TrimSpace(strings.Join([]string{b.Project + b.BudgetLine, b.Account, b.Subject.Code, b.EconomicClass}, " "))
	}
	var list []OpeningBalance
	was, now, places := map[string]OpeningBalance{}, map[string]OpeningBalance{}, map[string]int{}
	for _, b := range before.Balances {
		was[key(b)] = b
	}
	for _, r := range i.list.Records {
		b := OpeningBalance{Account: r.Text("account"), Project: r.Text("project"), BudgetLine: r.Text("budget_line"), Subject: Ref(r.Text("subject")), EconomicClass: r.Text("class"), Balance: amountOf(r, "balance")}
		if err := mayState(b); err != nil {
			i.wrong(r.Place, "%s", err)
			continue
		}
		account := byCode[b.Account]
		if account.TakesLine {
			b.Project = ""
		}
		switch {
		case account.TakesLine != (b.BudgetLine != ""), account.TakesClass != (b.EconomicClass != ""), (account.TakesSubject != "") != (b.Subject.Code != ""), !account.TakesLine && b.Project == "":
			i.wrong(r.Place, "%s %s carries %s", account.Code, account.NameZH, carried(account))
		case places[key(b)] != 0:
			i.wrong(r.Place, "%s stands in row %d already", key(b), places[key(b)])
		default:
			list = append(list, b)
			now[key(b)], places[key(b)] = b, r.Place
		}
	}
	compareParts(i, places, was, now)
	return func(ctx context.Context, tx bun.Tx) error {
		return i.gathers(ctx, tx, func(o *OpeningBook) { o.Balances = list })
	}, nil
}
