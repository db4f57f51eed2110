package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"mingzhang/accounting"
	"mingzhang/api/paper"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// What prints call the codes of documents. Prints are in Chinese only, as the forms people sign are.
var (
	stateWords = map[string]string{
		"draft": "草稿", "submitted": "已提交", "filed": "已提交", "measured": "已计量", "supervisor_signed": "监理已签认", "verified": "已核实", "reviewed": "已复核", "unit_reviewed": "单位已审核",
		"finance_reviewed": "财政已审核", "signed": "已签订", "approved": "已批准", "waiting_for_cash": "待库款", "ordered": "已下达支付", "confirmed": "已到账", "posted": "已记账", "certified": "已核定",
		"effective": "已生效", "granted": "已授予", "registered": "已登记", "locked": "已锁定", "publicised": "已公示", "returned": "已退回", "rejected": "不予同意", "withdrawn": "已作废",
		"failed": "退票", "cancelled": "已撤销",
	}
	roleWords = map[string]string{
		"budget_officer": "预算股", "treasury_officer": "国库股", "project_clerk": "经办人", "project_head": "单位负责人", "supervisor": "监理", "lead_approver": "牵头单位审批人", "auditor": "审计", "inspector": "督查",
		"admin": "系统管理员", "system": "系统", "outside": "外部人员",
	}
	paymentWords = map[projects.PaymentKind]string{
		"advance": "预付款", "progress": "进度款", "settlement": "结算款", "retention": "质保金", "fees": "待摊费用", "equipment": "设备款", "other": "其他", "direct_grant": "直接拨付", "subsidy": "补贴", "injection": "注资", "written_off": "待核销支出",
	}
	lineWords   = map[string]string{"wages": "农民工工资", "works": "工程款", "other": "其他"}
	natureWords = map[accounting.FundNature]string{accounting.GeneralPublicBudget: "一般公共预算", accounting.GovernmentFund: "政府性基金"}

	bankWords = map[string]string{"bank_in": "银行已收、单位未收", "bank_out": "银行已付、单位未付", "unit_in": "单位已收、银行未收", "unit_out": "单位已付、银行未付", "beginning": "期初差异"}
	sideWords = map[string]string{"ours": "仅账面", "theirs": "仅国库", "both": "两方不符"}
	openWords = map[string]string{ //nolint:gosec // passed on, not a password
		"request_approved_not_paid": "已批未付申请", "overpayment_to_return": "多付款待收回", "subsidy_approved_not_paid": "补贴已核未发", "injection_not_passed_on": "注资款待转付",
		string(projects.PaidNotBooked): "已付未记", string(projects.CameBack): "已退未记", string(projects.NotInList): "已记未列", string(projects.DisagreesItem): "两方不符",
	}

	// valueWords are the choices documents make, by the name of what is chosen.
	valueWords = map[string]string{
		"type works": "工程", "type goods": "货物", "type services": "服务", "draw_by order": "按次序支付", "draw_by shares": "按份额支付", "measure yuan": "元", "measure wan": "万元",
		"kind fine": "罚款", "kind supplied_material": "甲供材", "kind utilities": "水电费", "kind other": "其他", "kind wages": "农民工工资", "kind works": "工程款",
		"kind company": "企业", "kind person": "个人", "kind wages_account": "农民工工资专户", "kind government": "行政事业单位", "kind village": "村集体",
		"milestone approved": "立项", "milestone in_progress": "开工", "milestone completed": "完工", "milestone accepted": "验收", "milestone capitalised": "转固", "milestone closed": "销号", "milestone suspended": "停工", "milestone cancelled": "取消",
		"to request": "待重新支付", "to contract": "恢复合同应付", "to available": "恢复可用指标", "mode builds": "乡镇建设", "mode grants": "直接拨付", "flow works": "工程类", "flow small": "小额类",
	}

	// fieldWords names what documents say, by the names of their content.
	fieldWords = map[string]string{ //nolint:gosec // credit and credit_code are no credentials
		"account": "账号（科目）", "accounts": "账户", "adjustment": "调整", "advance": "预付款", "advance_paid": "已付预付款", "advance_rate": "预付比例%", "advance_recouped": "已扣回预付款", "advances": "预付款", "agreement": "协议",
		"amount": "金额", "approval_bands": "审批额度", "approved": "批复数", "approvers": "审批人数", "asset": "资产", "assets": "资产", "attachments": "附件", "available": "可用数", "balance": "余额", "balances": "余额",
		"bank": "开户银行", "bank_code": "行号", "batch": "批次", "bridging": "衔接资金", "budget_line": "预算指标", "budget_lines": "预算指标", "carried": "结转", "certificate_no": "期次", "certified": "已计量", "children": "子项目",
		"claims": "应收款", "class": "资产类别", "code": "编码", "contract": "合同", "contracts": "合同", "cost": "成本", "count": "人（户）数", "county": "县级资金", "credit": "贷方", "credit_code": "统一社会信用代码", "cumulative": "累计",
		"cut_retained": "审减质保金", "cut_unpaid": "审减未付", "date": "日期", "debit": "借方", "debited": "借记科目", "decrease": "调减", "deducted": "其他扣款", "deductions": "其他扣款", "defects_months": "缺陷责任期（月）", "deferred": "待摊投资",
		"document_no": "文号", "documents": "文件", "draw_by": "资金次序", "economic_class": "部门经济分类", "end": "终止", "equipment": "设备投资", "estimate_change": "概算变更文号", "event": "业务", "executed": "已支出", "expected_income": "预计年收益",
		"expense": "费用科目", "expenses": "费用", "flow": "流程", "flows": "流程", "from": "自", "from_amount": "起点金额", "frozen": "冻结数", "full": "全部切块", "fund": "落实资金", "funded": "已落实资金", "funding": "资金落实",
		"gross": "本期计量", "handed_over": "已交付", "held": "占用数", "increase": "调增", "indicators": "预算指标", "injection": "注资", "input": "业务内容", "investee": "被投资单位", "invoices": "发票", "issued": "下达数", "items": "清单",
		"kind": "类别", "labour": "投工投劳", "left_on": "离岗日期", "lender": "授权人", "line": "收款明细行", "lines": "分录", "measure": "计量单位", "measured": "已计量", "memo": "摘要", "milestone": "节点", "minimum_persons": "最少经手人数",
		"mode": "建设方式", "money": "货币资金", "month": "月份", "name": "名称", "net": "应付净额", "node": "项目", "note": "说明", "number": "编号", "origin": "来源", "other": "其他", "over_one_year": "一年以上", "overpaid": "多付款",
		"overpaid_due": "多付款退回期限", "own_bank": "退至本单位账户", "owner": "权属单位", "paid": "已付", "paid_on": "付款日期", "parent": "上级", "parts": "切块明细", "payable": "应付款", "payables": "应付款", "payee": "收款人", "payee_wait_hours": "收款账户等待期（小时）",
		"payees": "收款人", "payment": "款项类别", "percent": "比例%", "period": "期间", "person": "人员", "prepared_by": "制单人", "previous": "上期累计", "price": "合同金额", "price_after": "变更后金额", "price_before": "变更前金额",
		"progress_rate": "进度款比例%", "project": "项目", "projects": "项目", "published_at": "公示地点", "published_from": "公示开始", "published_on": "公示日期", "published_until": "公示截止", "purpose": "用途", "quantity": "数量", "quarter": "季度",
		"quarters": "分季用款", "rate": "标准（元）", "reason": "理由", "recoup_at_settlement": "结算时扣回", "recoup_rate": "扣回比例%", "recouped": "扣回预付款", "release": "释放占用", "request": "支付申请", "reset": "重置口令", "rest": "剩余",
		"retained": "扣留质保金", "retention": "质保金", "retention_kept": "已扣质保金", "retention_paid": "已返质保金", "retention_rate": "质保金比例%", "right": "更正后业务", "role": "角色", "rows": "明细", "second_factor_roles": "须动态码的角色",
		"self_raised": "自筹资金", "settled_on": "结算日期", "settled_price": "结算金额", "settled_rate": "结算后付款比例%", "share": "份额", "source": "资金来源", "sources": "资金来源", "standing": "现记科目", "step": "取整单位", "subject": "辅助核算",
		"successor": "接替人", "supplier": "供应商", "to": "至", "to_write_off": "待核销", "total": "合计", "totals": "合计", "township": "乡镇", "transferred_out": "转出投资", "treasury_lists": "国库清单起始月", "type": "类型", "unfunded": "未落实资金",
		"unit": "单位", "unit_price": "单价", "unpaid": "未付", "until": "截止", "up_to": "上限", "use": "本次使用", "uses": "资金占用", "value": "价值", "voted_on": "议决日期", "voucher": "凭证", "warnings": "提示", "weight": "权重",
		"works": "建安投资", "written_off": "已核销", "year": "年度", "progress_due_day": "进度填报截止日（次月）", "lights": "亮灯标准", "yellow": "黄灯（落后百分点）", "red": "红灯（落后百分点）", "public_progress": "进度公开",
	}
)

func word[K ~string](words map[K]string, code K) string {
	if said, known := words[code]; known {
		return said
	}
	return string(code)
}

var verbWords = func() map[string]string {
	words := map[string]string{"complete": "办结", "reopen": "重新办理"}
	for _, v := range projects.DocumentVerbs() {
		words[v.Name] = v.NameZH
	}
	return words
}()

var eventWords = func() map[string]string {
	words := map[string]string{}
	for _, e := range projects.Events() {
		words[e.Name] = e.NameZH
	}
	return words
}()

// moneyFields are the names under which documents state amounts.
var moneyFields = func() map[string]bool {
	names, seen := map[string]bool{}, map[reflect.Type]bool{}
	var walk func(of reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] || plain(of) {
			return
		}
		seen[of] = true
		for _, p := range parts(of) {
			if p.typ == moneyType {
				names[p.name] = true
			}
			walk(p.typ)
		}
	}
	for _, f := range projects.DocumentForms() {
		walk(reflect.TypeOf(f.New()))
	}
	for _, e := range projects.Events() {
		walk(reflect.TypeOf(e.New()))
	}
	return names
}()

// factsOf lists what a content says, one fact a value; parts of lists carry their place.
func factsOf(content json.RawMessage) ([]paper.Fact, error) {
	var facts []paper.Fact
	d := json.NewDecoder(strings.NewReader(string(content)))
	d.UseNumber()
	return facts, tell(d, "", "", &facts)
}

// tell reads one value of a content, keeping the order in which it says things.
func tell(d *json.Decoder, name, field string, facts *[]paper.Fact) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	within := func(part string) string {
		if name == "" {
			return part
		}
		return name + " · " + part
	}
	switch t := token.(type) {
	case json.Delim:
		for i := 1; d.More(); i++ {
			part, field := name+fmt.Sprintf(" %d", i), field
			if t == '{' {
				key, err := d.Token()
				if err != nil {
					return err
				}
				field, _ = key.(string)
				part = within(word(fieldWords, field))
			}
			if err := tell(d, part, field, facts); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	case bool:
		*facts = append(*facts, paper.Fact{Name: name, Value: map[bool]string{true: "是", false: "否"}[t]})
	case nil:
	default:
		*facts = append(*facts, paper.Fact{Name: name, Value: said(field, fmt.Sprint(t))})
	}
	return nil
}

// said shows a choice as the word people know, and an amount as ledgers print it.
func said(field, text string) string {
	switch field {
	case "event":
		return word(eventWords, text)
	case "warnings":
		return inChinese(text)
	case "quantity", "previous", "cumulative", "count", "rate", "unit_price":
		return web.Grouped(text)
	case "payment":
		return word(paymentWords, projects.PaymentKind(text))
	case "role", "second_factor_roles":
		return word(roleWords, text)
	}
	if _, cents, _ := strings.Cut(text, "."); moneyFields[field] && len(cents) == 2 { // a number or a memo may look like an amount
		if m, err := accounting.ParseMoney(text); err == nil {
			return paper.Yuan(m)
		}
	}
	if choice, known := valueWords[field+" "+text]; known {
		return choice
	}
	return text
}

// inChinese says in Chinese what the books note in English beside their figures: how what is payable is reckoned, what whoever
// approves should know, what the treasury's list and the books do not say alike.
func inChinese(noted string) string { return web.Said("zh", noted) }

var checkWords = map[string]string{
	"authority_identity": "指标平衡", "balanced_financial": "财务会计借贷平衡", "balanced_budgetary": "预算会计借贷平衡", "balanced_authority": "预算指标借贷平衡", "positions_equal_lines": "余额与分录相符",
	"turnover_equal_lines": "发生额与分录相符", "root_equals_vouchers": "封账摘要与凭证相符", "plan_covers_approved": "批复不超计划",
}
