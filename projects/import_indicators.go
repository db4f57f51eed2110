package projects

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// indicatorList takes in the province's indicators: each number 文号 becomes one budget document that another budget officer
// approves. Budget lines that are missing are made; what a number said once does not change. The same list again brings back
// only what was rejected or withdrawn since.
var indicatorList = listType{
	form: lists.Form{Kind: "indicators", NameZH: "指标", NameEN: "indicators", Columns: []lists.Column{
		{Field: "number", Heading: "文号", Also: []string{"指标文号", "本级指标文号", "预算文号"}, Type: lists.TextColumn, Required: true, Example: "红财指〔2025〕31号"},
		{Field: "year", Heading: "年度", Also: []string{"预算年度"}, Type: lists.IdentifierColumn, Required: true, Example: "2025"},
		{Field: "project", Heading: "项目代码", Also: []string{"预算项目代码", "项目编码"}, Type: lists.IdentifierColumn, Required: true, Example: "640303251234500000001", Help: "外部代码或本系统代码"},
		{Field: "name", Heading: "项目名称", Also: []string{"预算项目名称", "预算项目"}, Type: lists.TextColumn, Help: "填写时核对"},
		{Field: "unit", Heading: "单位", Also: []string{"预算单位", "单位名称"}, Type: lists.TextColumn, Help: "填写时核对：本系统核算单位的代码或名称"},
		{Field: "nature", Heading: "资金性质", Type: lists.TextColumn, Required: true, Example: "一般公共预算", Help: "一般公共预算、政府性基金"},
		{Field: "functional", Heading: "功能分类", Also: []string{"支出功能分类", "功能科目"}, Type: lists.IdentifierColumn, Example: "2100302"},
		{Field: "economic", Heading: "经济分类", Also: []string{"政府经济分类", "部门经济分类", "经济科目"}, Type: lists.IdentifierColumn, Example: "50401"},
		{Field: "amount", Heading: "金额", Also: []string{"指标金额", "下达金额"}, Type: lists.AmountColumn, Required: true, Example: "8600000.00", Help: "负数为追减"},
		{Field: "origin", Heading: "预算来源", Also: []string{"指标类型"}, Type: lists.TextColumn, Help: "年初预算、追加；不填为年初预算"},
		{Field: "source", Heading: "资金来源", Type: lists.TextColumn, Help: "本系统资金来源的代码或名称；新指标且有多种来源时须填"},
		{Field: "day", Heading: "下达日期", Also: []string{"日期", "文件日期"}, Type: lists.DayColumn, Help: "不填为导入当日"},
	}},
	roles: []string{"budget_officer"}, gathers: true,
	compare: compareIndicators,
}

var origins = map[string]IndicatorOrigin{"": OriginalBudget, "年初预算": OriginalBudget, "年初": OriginalBudget, "当年预算": OriginalBudget,
	"追加": AddedBudget, "追减": AddedBudget, "预算调整": AddedBudget, "预算调剂": AddedBudget, "调整": AddedBudget}

type (
	// indicatorPaper is all rows of one number.
	indicatorPaper struct {
		number string
		place  int
		day    accounting.Date // zero: the list does not say
		origin IndicatorOrigin
		rows   []indicatorOf
	}

	// indicatorOf is a row with its budget line.
	indicatorOf struct {
		place  int
		line   *plannedLine
		amount accounting.Money // yuan; below zero: a reduction
	}

	// indicatorReading is a list with what is there.
	indicatorReading struct {
		*importing
		year     int
		today    accounting.Date
		nodes    map[string]*Node // by the list's code, or ours
		calls    map[string]string
		units    []accounting.Unit
		sources  []FundingSource
		external map[string]uuid.UUID // budget line by what the source calls it
		byName   map[string]*plannedLine
		of       map[accounting.ProjectID][]*plannedLine
		keys     []string // what the list calls budget lines, in its order
		lines    map[string]*plannedLine
		told     map[string]bool // disagreements of names
	}
)

func compareIndicators(ctx context.Context, i *importing) (takeIn, error) {
	if i.id != uuid.Nil { // of two who bring lists at once the second compares with what the first has brought
		if _, err := i.db.ExecContext(ctx, `select pg_advisory_xact_lock(hashtextextended('indicator list', ?))`, i.c.Book); err != nil {
			return nil, fault.FromSQL(err)
		}
	}
	r := &indicatorReading{importing: i, nodes: map[string]*Node{}, calls: map[string]string{}, external: map[string]uuid.UUID{}, byName: map[string]*plannedLine{},
		of: map[accounting.ProjectID][]*plannedLine{}, lines: map[string]*plannedLine{}, told: map[string]bool{}}
	if err := r.whatIsThere(ctx); err != nil {
		return nil, err
	}
	papers := r.papers()
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	fresh, err := r.compareNumbers(ctx, papers)
	if err != nil {
		return nil, err
	}
	if err := r.checkReductions(ctx, fresh); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx bun.Tx) error {
		if err := r.makeLines(ctx, tx, fresh); err != nil {
			return err
		}
		paper, err := r.paper(ctx)
		if err != nil {
			return err
		}
		for n, p := range fresh {
			if err := r.draftNumber(ctx, tx, p, paper); err != nil {
				return inRow(p.place, err)
			}
			i.progress(n+1, len(fresh))
		}
		return nil
	}, nil
}

// plain is a number or name without what people write differently: brackets, full-width digits, spaces. The database has the
// same in projects.plain_number.
var plain = strings.NewReplacer("[", "〔", "]", "〕", "【", "〔", "】", "〕", "（", "〔", "）", "〕", "(", "〔", ")", "〕", "［", "〔", "］", "〕", "﹝", "〔", "﹞", "〕",
	"０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9", " ", "", "\u3000", "")

// papers groups the rows by their number, wherever they stand.
func (r *indicatorReading) papers() (papers []*indicatorPaper) {
	byNumber := map[string]*indicatorPaper{}
	for _, rec := range r.list.Records {
		number := rec.Text("number")
		origin, known := origins[rec.Text("origin")]
		amount, _ := rec.Amount("amount")
		year, err := strconv.Atoi(strings.TrimSuffix(rec.Text("year"), "年"))
		if r.year == 0 {
			r.year = year
		}
		switch {
		case err != nil || year < 2000 || year > 2999:
			r.wrong(rec.Place, "年度 %q is no year such as 2025", rec.Text("year"))
			continue
		case year != r.year:
			r.wrong(rec.Place, "年度 %d, the rows above say %d: one list is of one year", year, r.year)
			continue
		case !known:
			r.wrong(rec.Place, "预算来源 %q is neither 年初预算 nor 追加", rec.Text("origin"))
			continue
		case amount.IsZero():
			r.wrong(rec.Place, "%s issues nothing", number)
			continue
		}
		p := byNumber[plain.Replace(number)]
		if p == nil {
			p = &indicatorPaper{number: number, place: rec.Place, day: rec.Day("day"), origin: origin}
			byNumber[plain.Replace(number)], papers = p, append(papers, p)
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
