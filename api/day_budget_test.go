package api_test

import (
	"slices"
	"testing"
)

// The budget officer registers a line and writes an indicator document for two; the second person sees what it will do and approves it,
// and the units find the money.
func dayOfTheBudget(t *testing.T, h *house) {
	officer, second := h.at(t, "budget"), h.at(t, "budget-head")
	officer.visits("/budget?year=2026").writes("line_project", "2025-02", "fiscal_year", "2026", "fund_nature", "general_public_budget", "funding_source", "county").press(`form[action="/budget/lines"] p.buttons button.main`)
	officer.sees("指标 2025-02/2026 已登记").same("what a new line has", officer.figure("指标", "2025-02/2026", "可用"), "0.00")

	officer.follows("指标批复下达").writes("date", "2026-11-03", "document_no", "红财预〔2026〕31号", "input.rows.0.budget_line", "2025-02/2026", "input.rows.0.amount", "20,000.00").follows("增加一行：明细")
	officer.writes("input.rows.1.budget_line", "2025-05/2026", "input.rows.1.amount", "3,000.00").sees("合计 23,000.00").follows("保存草稿").sees("已保存", "红财预〔2026〕31号")
	indicators := officer.does("提交").sees("已提交").document()
	number := officer.numbered()
	if offered := officer.all("main a.button", "innerText"); slices.Contains(offered, "审批") {
		t.Errorf("who wrote the document may approve it: %v", offered)
	}
	second.visits("/desk").same("what waits for the second person", second.figure("待我审批", number, "金额"), "23,000.00")
	second.visits("/documents/"+indicators).follows("审批").sees("23,000.00", "人民币贰万叁仟元整", "9101", "9301.01")
	second.same("what the line will have", second.figure("余额变化", "2025-02/2026", "办理后"), "20,000.00")
	second.press(`form.entry p.buttons button.main`).sees("已审批")
	h.at(t, "clerk-103").visits("/projects/2025-02").same("what the unit may draw on", h.at(t, "clerk-103").fact("可用"), "20,000.00")
	officer.visits("/budget?year=2026").same("what is free now", officer.figure("指标", "2025-05/2026", "可用"), "8,000.00")

	officer.follows("追减").writes("date", "2026-11-04", "document_no", "红财预〔2026〕32号", "input.budget_line", "2025-02/2026", "input.amount", "25,000.00", "input.from", "available").follows("保存草稿").does("提交")
	second.visits("/documents/"+officer.document()).follows("审批").sees("可用 20,000.00，本次 25,000.00，超出 5,000.00", "合同占用 0.00，支付占用 0.00，冻结 0.00，已支付 0.00；最多可减 20,000.00")
	if offered := second.all(`form.entry button.main`, "innerText"); len(offered) > 0 {
		t.Errorf("a reduction below zero may be approved: %v", offered)
	}
	second.visits("/documents/"+officer.document()).does("退回", "reason", "超过可用").sees("已退回")
	officer.visits("/documents/" + officer.document()).does("作废").sees("已作废")
}
