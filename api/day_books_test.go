package api_test

import (
	"os"
	"path/filepath"
	"testing"
)

// The accountant follows a figure of the trial balance to its statement, the voucher, the document and its file, and back; takes a wrong
// freeze back and says the right one; looks what stands in the way of a close.
func dayOfTheAccountant(t *testing.T, h *house) {
	budget, second, accountant := h.at(t, "budget"), h.at(t, "budget-head"), h.at(t, "accountant")
	const wrongFreeze = "误冻结，应冻结卫生院项目"
	notice := filepath.Join(t.TempDir(), "冻结依据.txt")
	h.must(os.WriteFile(notice, []byte(wrongFreeze), 0o600))
	budget.visits("/budget?year=2026").follows("冻结").writes("date", "2026-11-12", "document_no", "红财预〔2026〕33号", "input.budget_line", "2025-02/2026", "input.amount", "700.00").gives(`input[name="attachments.files"]`, notice)
	freeze := budget.follows("保存草稿").does("提交").document()
	number := budget.numbered()
	second.visits("/documents/" + freeze).does("审批").sees("已审批")

	accountant.visits("/trial-balance?as_of=2026-11-30&basis=authority&by=budget_line")
	accountant.follows("9301.02 可执行指标 冻结").sees("明细账", "700.00")
	statement := accountant.path()
	accountant.press(`main td a[href^="/vouchers/2026-11/"]`).sees("财务会计", "预算会计", "预算指标", "9301.02", "700.00")
	voucher := accountant.path()
	accountant.follows("预算文件 "+number).sees("红财预〔2026〕33号", "冻结依据.txt")
	if file := h.read(accountant.downloads(`main a[href^="/api/v1/files/"]`)); string(file) != wrongFreeze {
		t.Errorf("the file says %q", file)
	}
	accountant.press(`main tbody a[href^="/vouchers/2026-11/"]`).same("back at the voucher", accountant.path(), voucher)
	accountant.press(`main a[href^="` + statement + `"]`).sees("明细账")

	accountant.visits(voucher).follows("冲销并更正").writes("date", "2026-11-13", "reason", "冻结错了指标", "right.event", "Freeze").gives(`input[name="attachments.files"]`, notice).follows("显示该事项的内容")
	accountant.writes("right.input.budget_line", "2025-05/2026", "right.input.amount", "700.00").follows("保存草稿").does("提交").sees("已提交")
	treasury := h.at(t, "treasury")
	treasury.visits("/documents/"+accountant.document()).follows("审批").sees("-700.00", "700.00").press(`form.entry p.buttons button.main`).sees("已审批")
	budget.visits("/budget?year=2026").same("what is frozen by mistake", budget.figure("指标", "2025-02/2026", "冻结"), "0.00")
	budget.same("what is frozen", budget.figure("指标", "2025-05/2026", "冻结"), "700.00")
	accountant.visits(voucher).sees("被冲销于")

	accountant.visits("/periods?year=2026").visits("/periods/2026-11").sees("阻碍结账的事项", "2026-10").follows("先结 2026-10").sees("会计期间 2026-10")
	accountant.visits("/vouchers?from=2026-11&to=2026-11&search=700.00").sees("冻结")
}
