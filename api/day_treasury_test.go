package api_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const paymentList = `form[action="/payments/treasury-list"] p.buttons button`

// The treasury: what is filed is approved and ordered at once; a returned payment is ordered again by two persons; the list that the
// demonstration writes is imported and confirmed by the other person, and the books have spent it.
func dayOfTheTreasury(t *testing.T, h *house) {
	reviewer, payer := h.at(t, "treasury"), h.at(t, "payer")
	for reviewer.visits("/desk"); strings.Contains(reviewer.said(), "待我审批"); reviewer.visits("/desk") {
		reviewer.press(`main tbody th a`).does("审批").sees("已审批")
	}
	budget := h.at(t, "budget")
	budget.visits("/budget?year=2026").same("what the fee holds", budget.figure("指标", "2025-05/2026", "支付占用"), "1,250.00")

	payer.visits("/payments").ticks(`main input[name=id]`).follows("核对并下达所选").sees("3,250.00", "人民币叁仟贰佰伍拾元整").press(`form.entry p.buttons button.main`).sees("已下达支付")
	fee, subsidy := h.lineOf(t, "检测费"), h.lineOf(t, "十一月调增")
	payer.visits(fee).writes("reason", "账户户名不符").press(`form[action="` + fee + `/fail"] p.buttons button.main`).sees("退票已登记")
	payer.visits("/payments").same("what came back", payer.figure("退票，待处理", strings.Split(fee, "/")[2], "金额"), "1,250.00")
	payer.visits(fee).writes("account", "0002", "reason", "户名已更正").press(`form[action="` + fee + `/reissue"] p.buttons button.main`).sees("已申请重发")
	reviewer.visits(fee).press(`form[action="` + fee + `/approve-reissue"] p.buttons button.main`).sees("已重新下达支付令")

	list := payer.visits("/payments").downloads(paymentList)
	payer.visits("/imports").follows("导入国库支付清单").writes("source", "国库", "month", "2026-11").gives(`input[name="file.files"]`, list).follows("预览").sees("新增 2 条", "3,250.00")
	payer.press(`form[action="/imports"] p.buttons button.main`).sees("已导入").follows("看清单各行").sees("由另一位国库人员确认")
	reviewer.visits(payer.path()).follows("确认全部对上的 2 笔，3,250.00 元").sees("确认结果", "已确认")
	for _, line := range []string{fee, subsidy} {
		payer.visits(line).same("the state of "+line, payer.fact("状态"), "已到账")
	}
	budget.visits("/budget?year=2026").same("what the fee has cost", budget.figure("指标", "2025-05/2026", "已支付"), "234,050.00")
	budget.same("what the subsidies have cost", budget.figure("指标", "2025-02/2026", "已支付"), "2,000.00")
	payer.visits("/treasury/sheet?month=2026-11").same("what the treasury and the books say alike", payer.figure("支出对账", "合计", "双方一致"), "3,250.00")
	payer.visits("/months/2026-11").visits("/treasury/items?month=2026-11")
}

// The unit's own account: the bank's statement is brought in, its lines find the books', what is left is explained, and both sides of
// the reconciliation come to the same.
func dayOfTheBank(t *testing.T, h *house) {
	const number = "6402000000000000199"
	budget, treasury := h.at(t, "budget"), h.at(t, "treasury")
	budget.visits("/bank").writes("number", number, "bank", "某银行", "ledger_account", "1002.01", "project", "2025-10-002").press(`form[action="/bank"] p.buttons button.main`).sees("已登记")
	statement := filepath.Join(t.TempDir(), "三月.csv")
	h.must(os.WriteFile(statement, []byte("交易日期,摘要,对方户名,借方发生额,贷方发生额,余额,交易流水号\n2026-03-12,退款,某村集体,,3000.00,3000.00,20260312001\n2026-03-21,结息,,,1.23,3001.23,20260321001\n"), 0o600))
	treasury.visits("/imports").follows("导入银行对账单").writes("source", "某银行", "account", number, "month", "2026-03").gives(`input[name="file.files"]`, statement).follows("预览").sees("新增 2 条")
	treasury.press(`form[action="/imports"] p.buttons button.main`).sees("已导入").follows("余额调节表").sees("金额和日期", "结息", "未说明")
	treasury.same("the bank's balance", treasury.figure("余额调节表", "账面余额", "金额"), "3,000.00")
	treasury.ticks(`main input[name=id]`).writes("reason", "银行结息，下月入账", "owner", "clerk-101").press(`form[action="/bank/` + number + `/2026-03"] p.buttons button.main`).sees("已写明原因和责任人：1 条")
}

// lineOf is the page of the only line of the request for a purpose.
func (h *house) lineOf(t *testing.T, purpose string) string {
	t.Helper()
	var number string
	h.must(h.db.NewRaw(`select number from projects.documents where kind = 'payment_request' and content::jsonb ->> 'purpose' = ?`, purpose).Scan(t.Context(), &number))
	return "/payments/" + number + "/lines/1"
}
