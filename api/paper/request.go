package paper

import (
	"fmt"

	"mingzhang/accounting"
)

type (
	// Request 支付申请单 (public-finance-rules 4.1). Amounts are yuan.
	Request struct {
		Number        string
		Date          accounting.Date
		Year          int
		Unit          string // code and name
		Project       string // code and name
		Kind          string // 款项类别
		Purpose       string // 用途
		EconomicClass string
		Works         bool // 是否基建
		State         string
		Lines         []RequestLine
		Contract      *RequestContract
		Payees        []RequestPayee
		Invoices      []RequestInvoice
		Amount        accounting.Money
		Attachments   []string
		Signatures    []Signature
		Warnings      []string
	}

	// RequestLine is a budget line that is drawn on.
	RequestLine struct {
		DocumentNos, Line, FundNature, Source, FunctionalClass string
		Before, ThisTime, After                                accounting.Money // 可用指标余额, 本次申请, 申请后余额
	}

	// RequestContract is how the contract stands when the form is printed.
	RequestContract struct {
		Number, Name, Supplier                                                                       string
		Price, Certified, CertifiedPayable, Recouped, Retained, Deducted, Paid, PayableNow, ThisTime accounting.Money
		Rate, Formula, PaidShare                                                                     string
	}

	// RequestPayee is a payee line.
	RequestPayee struct {
		Name, Account, Bank, BankCode, For, State, OrderNumber string
		Amount                                                 accounting.Money
	}

	// RequestInvoice is the use of an invoice.
	RequestInvoice struct {
		Number, Code string
		Date         accounting.Date
		Amount, Use  accounting.Money
	}

	// Signature is what one person did on a document.
	Signature struct {
		Office  string // 经办人, 单位财务, …
		Act     string
		Name    string
		At      string
		Remark  string
		Outside bool // on paper, by somebody without an account
	}
)

// PrintRequest prints a 支付申请单.
func PrintRequest(f *Font, in Imprint, r Request) ([]byte, error) {
	p := newPress(f, in, "支付申请单 "+r.Number, portrait)
	p.onSheet = func() {
		p.heading("支付申请单", 17)
		p.row([]Cell{{Text: "编号：" + r.Number, Share: 1, bare: true}, {Text: "申请日期：" + Day(r.Date), Share: 1, Align: middle, bare: true}, {Text: "单位：元", Share: 1, Align: right, bare: true}})
	}
	p.newSheet()
	p.row([]Cell{label("申请单位", 13), value(r.Unit, 47), label("预算年度", 13), value(fmt.Sprint(r.Year), 27)})
	p.row([]Cell{label("预算项目", 13), value(r.Project, 47), label("款项类别", 13), value(r.Kind, 27)})
	p.row([]Cell{label("用途（摘要）", 13), value(r.Purpose, 47), label("单据状态", 13), value(r.State, 27)})
	works := "否"
	if r.Works {
		works = "是"
	}
	p.row([]Cell{label("部门经济分类", 13), value(r.EconomicClass, 20), label("支付方式", 10), value("国库集中支付", 17), label("结算方式", 13), value("转账", 12), label("是否基建", 9), value(works, 6)})
	p.requestLines(r.Lines)
	if r.Contract != nil {
		p.requestContract(*r.Contract)
	}
	p.requestPayees(r)
	p.requestInvoices(r.Invoices)
	p.row([]Cell{label("附件", 13), value(attachmentText(r.Attachments), 87)})
	for _, w := range r.Warnings {
		p.row([]Cell{label("提示", 13), value(w, 87)})
	}
	p.signed(r.Signatures)
	const toSign = "\n\n\n　　　　年　月　日"
	p.rows([]Cell{value("经办人："+toSign, 1), value("单位财务："+toSign, 1), value("单位负责人（章）："+toSign, 1), value("业务股室："+toSign, 1), value("国库股："+toSign, 1)})
	return p.bytes()
}

func attachmentText(names []string) string {
	text := fmt.Sprintf("附单据 %d 张", len(names))
	for i, n := range names {
		text += fmt.Sprintf("\n%d. %s", i+1, n)
	}
	return text
}

func (p *press) requestLines(lines []RequestLine) {
	shares := []float64{16, 21, 12, 10, 11, 15, 15, 15}
	var rows [][]Cell
	for _, l := range lines {
		rows = append(rows, []Cell{value(l.DocumentNos, 16), value(l.Line, 21), value(l.FundNature, 12), value(l.Source, 10), value(l.FunctionalClass, 11), yuanCell(l.Before, 15), yuanCell(l.ThisTime, 15), yuanCell(l.After, 15)})
	}
	p.table([][]Cell{headCells([]string{"指标文号", "预算指标", "资金性质", "资金来源", "功能分类", "可用指标余额", "本次申请", "申请后余额"}, shares)}, rows, nil)
}

func (p *press) requestContract(k RequestContract) {
	pair := func(name string, m accounting.Money) []Cell { return []Cell{label(name, 13), yuanCell(m, 20.3)} }
	three := func(a, b, c []Cell) { p.row(append(append(a, b...), c...)) }
	p.row([]Cell{label("合同", 13), value(k.Number+" "+k.Name, 53.6), label("供应商", 13), value(k.Supplier, 20.3)})
	three(pair("合同金额", k.Price), pair("累计完成投资", k.Certified), pair("累计应付净额", k.CertifiedPayable))
	three(pair("扣回预付款", k.Recouped), pair("扣留质保金", k.Retained), pair("其他扣款", k.Deducted))
	three(pair("累计已付", k.Paid), pair("本期可付", k.PayableNow), pair("本次支付", k.ThisTime))
	p.row([]Cell{label("应付比例", 13), {Text: k.Rate, Share: 20.3, Align: right}, label("付款后累计", 13), {Text: k.PaidShare, Share: 20.3, Align: right}, value("（合同数为打印时数）", 33.3)})
	p.row([]Cell{label("可付算式", 13), value(k.Formula, 87)})
}

func (p *press) requestPayees(r Request) {
	var rows [][]Cell
	for _, l := range r.Payees {
		bank, kind := l.Bank, l.For
		if l.BankCode != "" {
			bank += "\n行号 " + l.BankCode
		}
		if l.State != "" {
			kind += "\n" + l.State
		}
		if l.OrderNumber != "" {
			kind += "\n" + l.OrderNumber
		}
		rows = append(rows, []Cell{value(l.Name, 30), value(l.Account, 24), value(bank, 25), {Text: kind, Share: 22, Align: middle}, yuanCell(l.Amount, 17)})
	}
	shares := []float64{30, 24, 25, 22, 17}
	p.table([][]Cell{headCells([]string{"收款人全称", "账号", "开户银行", "款项性质", "金额"}, shares)}, rows, nil)
	p.rows([]Cell{label("金额合计（大写）", 30), value(r.Amount.Words(), 71), {Text: "¥" + Yuan(r.Amount), Share: 17, Figure: true}})
}

func (p *press) requestInvoices(all []RequestInvoice) {
	if len(all) == 0 {
		return
	}
	shares := []float64{30, 20, 18, 16, 16}
	var rows [][]Cell
	for _, v := range all {
		rows = append(rows, []Cell{value(v.Number, 30), value(v.Code, 20), {Text: Day(v.Date), Share: 18, Align: middle}, yuanCell(v.Amount, 16), yuanCell(v.Use, 16)})
	}
	p.table([][]Cell{headCells([]string{"发票号码", "发票代码", "开票日期", "发票金额", "本次使用"}, shares)}, rows, nil)
}

// signed lists who did what on a document, as the books keep it.
func (p *press) signed(all []Signature) {
	if len(all) == 0 {
		return
	}
	shares := []float64{16, 14, 22, 20, 28}
	var rows [][]Cell
	for _, s := range all {
		name := s.Name
		if s.Outside {
			name += "（纸质签署）"
		}
		rows = append(rows, []Cell{value(s.Office, 16), value(s.Act, 14), value(name, 22), value(s.At, 20), value(s.Remark, 28)})
	}
	p.table([][]Cell{headCells([]string{"岗位", "办理", "签署人", "时间", "意见"}, shares)}, rows, nil)
}
