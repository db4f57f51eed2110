package api_test

import (
	"testing"
)

// A unit's clerk asks for money, takes the request back and files it mended; its head returns a contract that is priced wrongly, and
// signs it when it is mended.
func dayOfTheUnit(t *testing.T, h *house) {
	clerk, head := h.at(t, "clerk-106"), h.at(t, "head-106")
	clerk.visits("/budget?year=2026").same("what is free in the morning", clerk.figure("指标", "2025-05/2026", "可用"), "8,000.00")

	clerk.visits("/desk").follows("支付申请").writes("date", "2026-11-20", "node", "2025-05", "payment", "fees", "purpose", "检测费", "economic_class", "31005",
		"sources.0.budget_line", "2025-05/2026", "sources.0.amount", "9,000.00", "payees.0.payee", "SK-2025-0002", "payees.0.amount", "9,000.00", "payees.0.kind", "other")
	clerk.sees("合计 9,000.00").follows("保存草稿").sees("已保存", "指标 2025-05/2026 可用 8,000.00，本次 9,000.00，超出 1,000.00", "2025-05 大河乡卫生院综合楼", "示例监理公司", "31005 基础设施建设")
	clerk.follows("修改").writes("sources.0.amount", "1,250.00", "payees.0.amount", "1,250.00").follows("保存草稿").sees("人民币壹仟贰佰伍拾元整")
	request, number := clerk.document(), clerk.numbered()
	clerk.does("填报").sees("已填报")
	clerk.visits("/desk").same("where the request is", clerk.figure("我发起的", number, "状态"), "已填报")
	clerk.visits("/documents/"+request).does("撤回", "reason", "附件不全").sees("已撤回")
	clerk.visits("/documents/" + request).does("填报").sees("已填报")

	head.visits("/documents/" + request).does("复核").sees("已复核")
	h.at(t, "budget").visits("/desk").follows(number).does("财政审核").sees("已审核")

	contract := clerk.contracts("HT-05-9", "10")
	number = clerk.numbered()
	head.visits("/desk").same("what waits for the head", head.figure("待我签订", number, "金额"), "1,000.00")
	head.visits("/documents/"+contract).does("退回", "reason", "单价与中标通知书不符").sees("已退回")
	clerk.visits("/documents/"+contract).sees("单价与中标通知书不符").follows("修改").writes("items.0.unit_price", "20", "price", "2,000.00", "funding.0.amount", "2,000.00").follows("保存草稿").does("提交").sees("已提交")
	head.visits("/desk").same("what waits for the head", head.figure("待我签订", number, "金额"), "2,000.00")
	head.visits("/documents/" + contract).does("签订").sees("已签订")
}

// contracts drafts a small contract and hands it in.
func (c *chromium) contracts(number, unitPrice string) (document string) {
	c.t.Helper()
	c.visits("/desk").follows("合同").writes("date", "2026-11-02", "node", "2025-05", "number", number, "name", "附属工程", "type", "works", "supplier.name", "示例建筑有限公司", "supplier.payee", "SK-2025-0001", "price", "1,000.00",
		"items.0.code", "1", "items.0.name", "围墙", "items.0.unit", "米", "items.0.quantity", "100", "items.0.unit_price", unitPrice,
		"funding.0.budget_line", "2025-05/2026", "funding.0.amount", "1,000.00", "advance_rate", "30", "retention_rate", "3", "defects_months", "12")
	c.follows("保存草稿").sees("已保存", "围墙")
	document = c.document()
	c.does("提交").sees("已提交")
	return document
}
