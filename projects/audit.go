package projects

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// The 审计三表 and what stands beside them: accounts, balances and vouchers of one set of books, one accounting unit and one
// year, in the columns auditors' programs take (public-finance rules, 6.3). Amounts are yuan, days YYYYMMDD.

// AuditQuery says whose books of which year are wanted. A zero unit stands for all.
type AuditQuery struct {
	Book accounting.BookID
	Unit accounting.UnitID
	Year int
}

// AuditColumn is a column with what it means, as the data dictionary 数据字典 says it.
type AuditColumn struct{ Name, Type, Meaning string }

// AuditTable is one table: its sheet and file are called alike.
type AuditTable struct {
	Name    string
	Key     string // in addresses
	Columns []AuditColumn
	rows    func(*auditing, func(...any) error) error
}

// auditing is one run over the books of a transaction, with the names and sums it gathers.
type auditing struct {
	ctx      context.Context //nolint:containedctx // of one call
	tx       bun.Tx
	q        AuditQuery
	book     accounting.Book
	units    []accounting.Unit
	accounts map[string]accounting.Account
	nodes    map[accounting.ProjectID]auditNode
	lines    map[accounting.BudgetLineID]auditLine
	orders   map[accounting.VoucherNo]string
	papers   map[string]string // number of a document by its identity
	at       time.Time

	vouchers map[string]*auditSums // by basis, of the vouchers written
	balances map[string]*auditSums // of the leaf accounts written
	numbers  map[accounting.Period]*numberRange
}

type (
	auditSums   struct{ debit, credit accounting.Money }
	numberRange struct{ first, last, count int }

	auditNode struct{ Code, Name, Kind, Type, UnitCode, UnitName string }
	auditLine struct{ Code, Class, Nature, Source, Numbers string }
)

// basisNames are the three kinds of books, as audit tables call them.
var basisNames = map[string]string{"financial": "财务会计", "budgetary": "预算会计", "authority": "预算指标"}

var sideNames = map[accounting.Side]string{accounting.Debit: "借", accounting.Credit: "贷"}

// AuditTables are the tables in the order auditors take them in.
func AuditTables() []AuditTable {
	return []AuditTable{
		{"电子账簿", "book", auditBookColumns, (*auditing).bookRows},
		{"会计科目", "accounts", auditAccountColumns, (*auditing).accountRows},
		{"科目余额及发生额", "balances", auditBalanceColumns, (*auditing).balanceRows},
		{"记账凭证", "vouchers", auditVoucherColumns, (*auditing).voucherRows},
		{"辅助项", "dimensions", auditDimensionColumns, (*auditing).dimensionRows},
	}
}

// audit gathers the names that the rows need. Codes: book_unknown, period_unknown when the year was never opened.
func audit(ctx context.Context, tx bun.Tx, q AuditQuery) (*auditing, error) {
	a := &auditing{ctx: ctx, tx: tx, q: q, accounts: map[string]accounting.Account{}, nodes: map[accounting.ProjectID]auditNode{}, lines: map[accounting.BudgetLineID]auditLine{}, orders: map[accounting.VoucherNo]string{}, papers: map[string]string{},
		vouchers: map[string]*auditSums{}, balances: map[string]*auditSums{}, numbers: map[accounting.Period]*numberRange{}}
	var err error
	if a.book, err = accounting.FindBook(ctx, tx, q.Book); err != nil {
		return nil, err
	}
	if _, err = openPeriods(ctx, tx, q.Book, q.Year); err != nil {
		return nil, err
	}
	if a.units, err = accounting.Units(ctx, tx, q.Book); err != nil {
		return nil, err
	}
	a.units = slices.DeleteFunc(a.units, func(u accounting.Unit) bool { return !q.Unit.IsZero() && u.ID != q.Unit })
	if err = tx.NewRaw(`select now()`).Scan(ctx, &a.at); err != nil {
		return nil, fault.FromSQL(err)
	}
	accounts, err := accounting.Accounts(ctx, tx, q.Book)
	for _, x := range accounts {
		a.accounts[x.Code] = x
	}
	if err == nil {
		err = a.names()
	}
	for basis := range basisNames {
		a.vouchers[basis], a.balances[basis] = &auditSums{}, &auditSums{}
	}
	return a, err
}

func (a *auditing) names() error {
	var nodes []struct {
		ID                                         accounting.ProjectID `bun:"node_id"`
		Code, Name, Kind, Type, UnitCode, UnitName string
	}
	if err := a.tx.NewRaw(`select n.node_id, n.code, n.name_zh as name, n.kind, n.type, coalesce(u.code, '') as unit_code, coalesce(u.name, '') as unit_name from projects.nodes n
		left join accounting.ledgers g on g.book_id = n.book_id and g.project_id = n.node_id left join accounting.units u on u.book_id = g.book_id and u.unit_id = g.unit_id where n.book_id = ?`, a.q.Book).Scan(a.ctx, &nodes); err != nil {
		return fault.FromSQL(err)
	}
	for _, n := range nodes {
		a.nodes[n.ID] = auditNode{n.Code, n.Name, n.Kind, n.Type, n.UnitCode, n.UnitName}
	}
	var lines []struct {
		ID                                   accounting.BudgetLineID `bun:"budget_line_id"`
		Code, Class, Nature, Source, Numbers string
	}
	if err := a.tx.NewRaw(`select b.budget_line_id, b.code, b.functional_class as class, case b.fund_nature when 'government_fund' then '政府性基金' else '一般公共预算' end as nature, coalesce(f.name, b.funding_source) as source,
			coalesce((select string_agg(distinct n.document_no, '；' order by n.document_no) from projects.budget_numbers n where n.book_id = b.book_id and n.budget_line = b.code and n.document_no <> ''), '') as numbers
		from accounting.budget_lines b left join projects.funding_sources f on f.book_id = b.book_id and f.code = b.funding_source where b.book_id = ?`, a.q.Book).Scan(a.ctx, &lines); err != nil {
		return fault.FromSQL(err)
	}
	for _, b := range lines {
		a.lines[b.ID] = auditLine{b.Code, b.Class, b.Nature, b.Source, b.Numbers}
	}
	var orders []struct {
		Period      accounting.Period
		Number      int
		OrderNumber string
	}
	if err := a.tx.NewRaw(`select v.period, v.number, v.order_number from projects.line_vouchers v where v.book_id = ? and v.period between ? and ?`, a.q.Book, a.q.Year*100+1, a.q.Year*100+14).Scan(a.ctx, &orders); err != nil {
		return fault.FromSQL(err)
	}
	for _, o := range orders {
		a.orders[accounting.VoucherNo{Period: o.Period, Number: o.Number}] = o.OrderNumber
	}
	var papers []struct{ ID, Number string }
	err := a.tx.NewRaw(`select d.document_id::text as id, d.number from projects.documents d where d.book_id = ? and exists (select from accounting.vouchers v where v.book_id = d.book_id and v.source_document = d.document_id and v.period between ? and ?)`,
		a.q.Book, a.q.Year*100+1, a.q.Year*100+14).Scan(a.ctx, &papers)
	for _, p := range papers {
		a.papers[p.ID] = p.Number
	}
	return fault.FromSQL(err)
}

var auditBookColumns = []AuditColumn{
	{"电子账簿编号", "文本", "账套代码-核算单位代码-会计年度"}, {"电子账簿名称", "文本", ""}, {"会计核算单位", "文本", "核算单位名称"}, {"组织机构代码", "文本", "统一社会信用代码；未登记的为空"}, {"单位性质", "文本", "行政单位、事业单位、企业、其他"}, {"行业", "文本", "未登记，为空"},
	{"开发单位", "文本", ""}, {"版本号", "文本", "导出格式的版本"}, {"本位币", "文本", "CNY"}, {"会计年度", "整数", ""}, {"标准版本号", "文本", "未经一致性验证，为空"}, {"科目结构", "文本", "各级科目代码的位数"}, {"行政区划代码", "文本", "账套编号"}, {"行政区划名称", "文本", "账套名称"}, {"是否含预算账", "文本", "是"},
}

var unitKinds = map[string]string{"administrative": "行政单位", "institution": "事业单位", "enterprise": "企业", "other": "其他"}

func (a *auditing) bookRows(put func(...any) error) error {
	for _, u := range a.units {
		if a.q.Unit.IsZero() && !a.hasBooks(u.Code) {
			continue
		}
		if err := put(a.book.Code+"-"+u.Code+"-"+strconv.Itoa(a.q.Year), a.book.Name+" "+u.Name, u.Name, "", unitKinds[string(u.Kind)], "", "明账", "1", a.book.Currency, a.q.Year, "", "4-2", strconv.Itoa(int(a.q.Book)), a.book.Name, "是"); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditing) hasBooks(unit string) bool {
	for _, n := range a.nodes {
		if n.UnitCode == unit {
			return true
		}
	}
	return false
}

var auditAccountColumns = []AuditColumn{
	{"科目编号", "文本", ""}, {"科目名称", "文本", ""}, {"科目全称", "文本", "上级科目名称/科目名称"}, {"科目级次", "整数", "1 或 2"}, {"上级科目编码", "文本", ""}, {"科目类型", "文本", ""}, {"余额方向", "文本", "借或贷"}, {"是否末级", "文本", "是或否；只有末级科目有分录"},
	{"会计体系", "文本", "财务会计、预算会计、预算指标"}, {"辅助核算标志", "文本", "是或否"}, {"辅助核算项", "文本", "项目；指标；往来对象；部门经济分类"},
}

func (a *auditing) accountRows(put func(...any) error) error {
	for _, code := range slices.Sorted(maps.Keys(a.accounts)) {
		x := a.accounts[code]
		level, parent := 1, ""
		if p, _, sub := strings.Cut(code, "."); sub {
			level, parent = 2, p
		}
		dimensions := []string{}
		if x.Leaf {
			dimensions = append(dimensions, "项目")
		}
		if x.TakesLine {
			dimensions = append(dimensions, "指标")
		}
		if x.TakesSubject != "" {
			dimensions = append(dimensions, "往来对象")
		}
		if x.TakesClass {
			dimensions = append(dimensions, "部门经济分类")
		}
		if err := put(code, x.NameZH, a.fullName(code), level, parent, x.Type, sideNames[x.NormalSide], yes(x.Leaf), basisNames[x.Basis], yes(len(dimensions) > 0), strings.Join(dimensions, "；")); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditing) fullName(code string) string {
	if parent, _, sub := strings.Cut(code, "."); sub && a.accounts[parent].NameZH != "" {
		return a.accounts[parent].NameZH + "/" + a.accounts[code].NameZH
	}
	return a.accounts[code].NameZH
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

var auditDimensionColumns = []AuditColumn{{"辅助类型编码", "文本", "01 项目、02 指标、03 收款人"}, {"辅助类型名称", "文本", ""}, {"辅助编码", "文本", ""}, {"辅助名称", "文本", ""}, {"上级编码", "文本", "指标所属的项目"}, {"备注", "文本", "指标：文号；项目：核算单位"}}

func (a *auditing) dimensionRows(put func(...any) error) error {
	var rows []struct{ Type, TypeName, Code, Name, Above, Note string }
	err := a.tx.NewRaw(`select '01' as type, '项目' as type_name, n.code, n.name_zh as name, coalesce(p.code, '') as above, coalesce(u.name, '') as note from projects.nodes n
			left join projects.nodes p on p.book_id = n.book_id and p.node_id = n.parent_id left join accounting.ledgers g on g.book_id = n.book_id and g.project_id = n.node_id left join accounting.units u on u.book_id = g.book_id and u.unit_id = g.unit_id
			where n.book_id = ?0 and (?1 or g.unit_id = ?2)
		union all select '02', '指标', b.code, b.code, n.code, coalesce((select string_agg(distinct d.document_no, '；' order by d.document_no) from projects.budget_numbers d where d.book_id = b.book_id and d.budget_line = b.code), '') from accounting.budget_lines b
			join accounting.ledgers g on g.book_id = b.book_id and g.project_id = b.project_id join projects.nodes n on n.book_id = b.book_id and n.node_id = b.project_id where b.book_id = ?0 and (?1 or g.unit_id = ?2)
		union all select distinct '03', '收款人', y.code, y.name, '', '' from projects.payees y where y.book_id = ?0 and (?1 or exists (select from projects.payment_lines l join projects.documents d on d.book_id = l.book_id and d.document_id = l.document_id
			where l.book_id = y.book_id and l.payee_id = y.payee_id and d.unit_id = ?2))
		order by 1, 3`, a.q.Book, a.q.Unit.IsZero(), a.q.Unit).Scan(a.ctx, &rows)
	for _, r := range rows {
		if err := put(r.Type, r.TypeName, r.Code, r.Name, r.Above, r.Note); err != nil {
			return err
		}
	}
	return fault.FromSQL(err)
}
