package projects

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

var auditBalanceColumns = []AuditColumn{
	{"会计年度", "整数", ""}, {"会计期间号", "整数", "1–12 月份，13 调整期，14 年末结转期"}, {"科目编号", "文本", ""}, {"科目名称", "文本", ""}, {"是否末级", "文本", "否：其下级科目之和"}, {"辅助项编号", "文本", "项目编号；空：该科目所有项目之和"}, {"辅助项名称", "文本", "项目名称"}, {"币种", "文本", "CNY"},
	{"期初余额方向", "文本", "借、贷、平"}, {"期初余额", "金额", "期初为存量，不是发生额"}, {"借方发生额", "金额", "红字为负"}, {"贷方发生额", "金额", "红字为负"}, {"借方累计", "金额", "本年 1 月起"}, {"贷方累计", "金额", "本年 1 月起"}, {"期末余额方向", "文本", ""}, {"期末余额", "金额", ""}, {"会计体系", "文本", ""},
}

// auditCell is an account, alone or of a project.
type auditCell struct {
	account string
	project accounting.ProjectID
}

// balanceRows are every month of every account with movement or a balance, then those of its projects.
func (a *auditing) balanceRows(put func(...any) error) error {
	moves := map[accounting.Period]map[auditCell]auditSums{}
	var rows []struct {
		Period        accounting.Period
		Account       string
		ProjectID     accounting.ProjectID
		Debit, Credit accounting.Money
	}
	err := a.tx.NewRaw(`select t.period, t.account, t.project_id, sum(t.debit) as debit, sum(t.credit) as credit from accounting.turnover t join accounting.ledgers g on g.book_id = t.book_id and g.project_id = t.project_id
		where t.book_id = ?0 and t.period <= ?1 and (?2 or g.unit_id = ?3) group by 1, 2, 3`, a.q.Book, a.q.Year*100+14, a.q.Unit.IsZero(), a.q.Unit).Scan(a.ctx, &rows)
	if err != nil {
		return fault.FromSQL(err)
	}
	last := accounting.Period(0)
	for _, r := range rows {
		if r.Period.Year() == a.q.Year {
			last = max(last, r.Period)
		}
		for _, c := range a.above(r.Account, r.ProjectID) {
			if moves[r.Period] == nil {
				moves[r.Period] = map[auditCell]auditSums{}
			}
			m := moves[r.Period][c]
			m.debit, m.credit = m.debit.Add(r.Debit), m.credit.Add(r.Credit)
			moves[r.Period][c] = m
		}
	}
	running, year := map[auditCell]accounting.Money{}, map[auditCell]auditSums{}
	for period, cells := range moves {
		for c, m := range cells {
			if period.Year() < a.q.Year {
				running[c] = running[c].Add(m.debit).Sub(m.credit)
			}
		}
	}
	for month := 1; month <= 14; month++ {
		period := accounting.Period(a.q.Year*100 + month)
		if period > last || month == 13 && moves[period] == nil {
			continue
		}
		if err := a.monthRows(period, running, year, moves[period], put); err != nil {
			return err
		}
	}
	return nil
}

// above are the sums a project's account counts in: its own, its project's roll-up, and both over all projects.
func (a *auditing) above(account string, project accounting.ProjectID) []auditCell {
	cells := []auditCell{{account, project}, {account, accounting.ProjectID{}}}
	if parent, _, sub := strings.Cut(account, "."); sub {
		cells = append(cells, auditCell{parent, project}, auditCell{parent, accounting.ProjectID{}})
	}
	return cells
}

func (a *auditing) monthRows(period accounting.Period, running map[auditCell]accounting.Money, year map[auditCell]auditSums, moved map[auditCell]auditSums, put func(...any) error) error {
	var cells []auditCell
	for c := range running {
		cells = append(cells, c)
	}
	for c := range moved {
		if _, there := running[c]; !there {
			cells = append(cells, c)
		}
	}
	slices.SortFunc(cells, func(x, y auditCell) int {
		return cmp.Or(strings.Compare(x.account, y.account), strings.Compare(a.nodes[x.project].Code, a.nodes[y.project].Code))
	})
	for _, c := range cells {
		opening, m := running[c], moved[c]
		total := year[c]
		total.debit, total.credit = total.debit.Add(m.debit), total.credit.Add(m.credit)
		closing := opening.Add(m.debit).Sub(m.credit)
		running[c], year[c] = closing, total
		if opening.IsZero() && closing.IsZero() && total.debit.IsZero() && total.credit.IsZero() {
			continue
		}
		x := a.accounts[c.account]
		if x.Leaf && c.project.IsZero() {
			s := a.balances[x.Basis]
			s.debit, s.credit = s.debit.Add(m.debit), s.credit.Add(m.credit)
		}
		node := a.nodes[c.project]
		side, amount := sided(opening)
		endSide, end := sided(closing)
		if err := put(period.Year(), period.Month(), c.account, x.NameZH, yes(x.Leaf), node.Code, node.Name, a.book.Currency, side, amount, m.debit, m.credit, total.debit, total.credit, endSide, end, basisNames[x.Basis]); err != nil {
			return err
		}
	}
	return nil
}

// sided is a balance as its side and an amount above zero.
func sided(m accounting.Money) (string, accounting.Money) {
	switch m.Sign() {
	case 1:
		return "借", m
	case -1:
		return "贷", m.Neg()
	}
	return "平", m
}

var auditVoucherColumns = []AuditColumn{
	{"单位代码", "文本", "项目的核算单位"}, {"单位名称", "文本", ""}, {"会计年度", "整数", ""}, {"会计月份", "整数", "13 调整期，14 年末结转期"}, {"凭证日期", "文本", "YYYYMMDD"}, {"凭证种类", "文本", "记"}, {"凭证编号", "整数", "每月从 1 起连续，不空不重"}, {"行号", "整数", "分录序号"}, {"摘要", "文本", ""},
	{"科目编号", "文本", ""}, {"科目名称", "文本", ""}, {"科目全称", "文本", ""}, {"借方发生额", "金额", "红字为负"}, {"贷方发生额", "金额", "红字为负"}, {"对方科目编码", "文本", "同一凭证同一会计体系另一方的科目，以分号隔开"}, {"对方科目名称", "文本", ""}, {"币种", "文本", "CNY"}, {"汇率", "文本", "1"}, {"数量", "文本", "未登记，为空"}, {"单价", "文本", "未登记，为空"}, {"结算方式", "文本", "未登记，为空"},
	{"附件数", "整数", "附单据张数"}, {"制单人员", "文本", ""}, {"审核人员", "文本", ""}, {"记账人员", "文本", ""}, {"出纳人员", "文本", "未登记，为空"}, {"财务主管", "文本", "未登记，为空"}, {"源凭证号", "文本", "冲销或更正的凭证"}, {"记账标志", "文本", "是：导出的都已记账"}, {"作废标志", "文本", "否：不作废，只红字冲销"}, {"冲销凭证号", "文本", "冲销本凭证的红字凭证"},
	{"是否结转", "文本", "年末结转凭证"}, {"是否为预算账", "文本", "预算会计为是"}, {"会计体系", "文本", ""}, {"业务事项", "文本", "事项代码"}, {"单据编号", "文本", "来源单据"}, {"支付单据编号", "文本", "国库集中支付凭证号"}, {"功能科目代码", "文本", ""}, {"经济科目代码", "文本", "部门经济分类"}, {"资金性质", "文本", ""}, {"指标来源", "文本", "资金来源"}, {"支付方式", "文本", ""},
	{"预算项目代码", "文本", ""}, {"预算项目名称", "文本", ""}, {"项目分类", "文本", ""}, {"指标编号", "文本", ""}, {"指标文号名称", "文本", "文号，以分号隔开"}, {"往来对象", "文本", "合同、申请、批次、注资"}, {"凭证指纹", "文本", "SHA-256"},
}

var (
	typeNames    = map[string]string{"works": "工程", "subsidy": "补贴", "investment": "投资", "fund": "基金", "award": "奖补"}
	subjectNames = map[accounting.SubjectKind]string{accounting.Contract: "合同", accounting.Request: "支付申请", accounting.Batch: "补贴批次", accounting.Injection: "注资"}
)

// voucherRows are the lines of every voucher of the year, those of the unit's projects only.
func (a *auditing) voucherRows(put func(...any) error) error {
	year := accounting.Period(a.q.Year * 100)
	for v, err := range accounting.Vouchers(a.ctx, a.tx, accounting.VoucherQuery{Book: a.q.Book, From: year + 1, To: year + 14, Unit: a.q.Unit}) {
		if err != nil {
			return err
		}
		a.count(v.No)
		for i, l := range v.Lines {
			if !a.q.Unit.IsZero() && a.nodes[l.Project].UnitCode != a.units[0].Code {
				continue
			}
			s := a.vouchers[l.Basis]
			s.debit, s.credit = s.debit.Add(l.Debit), s.credit.Add(l.Credit)
			if err := put(a.voucherRow(v, i, l)...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *auditing) voucherRow(v accounting.Posted, i int, l accounting.PostedLine) []any {
	node, line := a.nodes[l.Project], a.lines[l.BudgetLine]
	otherCodes, otherNames := a.others(v, l)
	order, way, document, subject := a.orders[v.No], "", "", ""
	if order != "" {
		way = "国库集中支付"
	}
	if v.Document != uuid.Nil {
		document = a.papers[v.Document.String()]
	}
	if l.SubjectCode != "" {
		subject = subjectNames[l.SubjectKind] + " " + l.SubjectCode
	}
	return []any{node.UnitCode, node.UnitName, v.No.Period.Year(), v.No.Period.Month(), strings.ReplaceAll(v.Date.String(), "-", ""), "记", v.No.Number, i + 1, v.Memo,
		l.Account, l.AccountName, a.fullName(l.Account), l.Debit, l.Credit, otherCodes, otherNames, a.book.Currency, "1", "", "", "",
		v.Attachments, v.PreparedBy.Name, v.ReviewedBy.Name, v.PostedBy.Name, "", "", cited(v.Refers), "是", "否", cited(v.ReversedBy),
		yes(v.Kind == accounting.Closing), yes(l.Basis == "budgetary"), basisNames[l.Basis], v.Source, document, order, line.Class, l.EconomicClass, line.Nature, line.Source, way,
		node.Code, node.Name, typeNames[node.Type], line.Code, line.Numbers, subject, v.Digest.String()}
}

func cited(no *accounting.VoucherNo) string {
	if no == nil {
		return ""
	}
	return no.String()
}

// others are the accounts on the other side of a line, in its voucher and basis.
func (a *auditing) others(v accounting.Posted, l accounting.PostedLine) (codes, names string) {
	var found []string
	for _, o := range v.Lines {
		if o.Basis == l.Basis && o.Debit.IsZero() != l.Debit.IsZero() && !slices.Contains(found, o.Account) {
			found = append(found, o.Account)
		}
	}
	slices.Sort(found)
	for _, code := range found {
		names += "；" + a.accounts[code].NameZH
	}
	return strings.Join(found, "；"), strings.TrimPrefix(names, "；")
}

// count notes a voucher's number: within a month they have no gaps.
func (a *auditing) count(no accounting.VoucherNo) {
	r := a.numbers[no.Period]
	if r == nil {
		r = &numberRange{first: no.Number}
		a.numbers[no.Period] = r
	}
	r.last, r.count = no.Number, r.count+1
}

// controlRows are what the reader of the tables adds up again: rows and fingerprints of the files, debits and credits of each
// basis by vouchers and by balances, and the numbers of each month.
func (a *auditing) controlRows(files []AuditFile) [][]any {
	rows := [][]any{}
	for _, f := range files {
		rows = append(rows, []any{"文件", f.Name, "行数", f.Rows, "SHA-256", f.SHA256})
	}
	for _, basis := range []string{"financial", "budgetary", "authority"} {
		v, b := a.vouchers[basis], a.balances[basis]
		rows = append(rows, []any{"凭证合计", basisNames[basis], "借方", v.debit, "贷方", v.credit}, []any{"余额表发生额合计（末级）", basisNames[basis], "借方", b.debit, "贷方", b.credit})
		off := v.debit.Sub(b.debit).Add(v.credit.Sub(b.credit))
		rows = append(rows, []any{"凭证减余额表", basisNames[basis], "差额", off, "借贷之差", v.debit.Sub(v.credit)})
	}
	var periods []accounting.Period
	for p := range a.numbers {
		periods = append(periods, p)
	}
	slices.Sort(periods)
	for _, p := range periods {
		n := a.numbers[p]
		note := "按单位导出，编号为全账套编号"
		if a.q.Unit.IsZero() {
			note = fmt.Sprintf("断号 %d 个", n.last-n.first+1-n.count)
		}
		rows = append(rows, []any{"凭证编号", p.String(), "张数", n.count, "起止", fmt.Sprintf("%d–%d", n.first, n.last), note})
	}
	return rows
}
