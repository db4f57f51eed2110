package api_test

import (
	"os"
	"path/filepath"
	"testing"
)

// The lead unit approves a contract and certifies its first part, which the supervisor has signed and the head has verified; it locks a
// batch of subsidies that has hung for a week, and the clerk asks for its money.
func dayOfTheLeadUnit(t *testing.T, h *house) {
	lead, clerk, head := h.at(t, "lead-106"), h.at(t, "clerk-106"), h.at(t, "head-106")
	lead.visits("/desk").follows("HT-2026-0001").follows("审批").sees("2,000.00", "人民币贰仟元整").press(`form.entry p.buttons button.main`).sees("已审批")
	clerk.visits("/budget?year=2026").same("what the contract holds", clerk.figure("指标", "2025-05/2026", "合同占用"), "2,000.00")
	clerk.same("what is free", clerk.figure("指标", "2025-05/2026", "可用"), "6,000.00")

	clerk.visits("/contracts/HT-05-9").follows("新建计量支付证书").writes("date", "2026-11-10", "items.0.quantity", "50").follows("保存草稿").sees("已保存", "1,000.00")
	certificate := clerk.does("提交").sees("已提交", "已计量").document()
	h.at(t, "supervisor-1").visits("/desk").follows(clerk.numbered()).does("监理签认").sees("已签认")
	head.visits("/documents/" + certificate).does("核实").sees("已核实")
	lead.visits("/desk").follows(clerk.numbered()).follows("核定").sees("970.00", "人民币玖佰柒拾元整", "2307.01", "1613.01")
	lead.press(`form.entry p.buttons button.main`).sees("已核定")
	clerk.visits("/contracts/HT-05-9").same("what may be asked for", clerk.fact("本期可付"), "800.00")
	signatureOnPaper(t, clerk, head)

	clerk, head, lead = h.at(t, "clerk-103"), h.at(t, "head-103"), h.at(t, "lead-103")
	clerk.visits("/desk").follows("补贴批次").writes("date", "2026-11-20", "node", "2025-02", "code", "BT-02-11", "month", "2026-11", "count", "100", "rate", "20", "economic_class", "30305",
		"published_at", "人社局公示栏", "published_from", "2026-11-10", "published_until", "2026-11-18").follows("保存草稿").sees("2,000.00")
	batch := clerk.does("提交").sees("已提交").document()
	head.visits("/documents/" + batch).does("公示").sees("已公示")
	lead.visits("/documents/" + batch).does("锁定").sees("已锁定")
	clerk.visits("/subsidies").same("what the batch is owed", clerk.figure("补助发放", "BT-02-11", "金额"), "2,000.00")
	clerk.follows("申请支付").writes("date", "2026-11-20", "purpose", "十一月调增", "sources.0.budget_line", "2025-02/2026", "sources.0.amount", "2,000.00", "payees.0.payee", "SK-2025-0004", "payees.0.amount", "2,000.00", "payees.0.kind", "other")
	request := clerk.follows("保存草稿").does("填报").sees("已填报").document()
	head.visits("/documents/" + request).does("复核").sees("已复核")
	h.at(t, "budget").visits("/documents/" + request).does("财政审核").sees("已审核")
}

// signatureOnPaper is the supervisor's, who has no account this time: the clerk enters the scan, the head compares it.
func signatureOnPaper(t *testing.T, clerk, head *chromium) {
	t.Helper()
	scan := filepath.Join(t.TempDir(), "监理签认.txt")
	if err := os.WriteFile(scan, []byte("监理签认 第2期"), 0o600); err != nil {
		t.Fatal(err)
	}
	certificate := clerk.follows("新建计量支付证书").writes("date", "2026-11-15", "items.0.quantity", "10").follows("保存草稿").does("提交").sees("已计量").document()
	clerk.follows("登记纸质签字").writes("signed", "supervise", "name", "示例·总监", "office", "示例监理公司", "date", "2026-11-16").press(`form.entry p.buttons button.main`).sees("请附签字页的扫描件")
	clerk.gives(`input[name="paper.files"]`, scan).press(`form.entry p.buttons button.main`).sees("纸质签字已登记", "示例·总监")
	head.visits("/documents/"+certificate).does("监理签认").sees("已签认", "监理已签认", "示例·总监（示例监理公司，2026-11-16 纸质签字")
	head.does("核实").sees("已核实")
}
