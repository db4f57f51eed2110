package api_test

import (
	"testing"
)

// A unit files how far the work is; the inspection sees it on the board with the point it makes, looks who is late, and takes the
// register home.
func dayOfTheInspection(t *testing.T, h *house) {
	clerk, inspector := h.at(t, "clerk-107"), h.at(t, "inspector")
	inspector.visits("/inspection").same("how far the lights were", inspector.figure("项目", "2025-07", "形象进度（%）"), "60.00%（2025-06）")
	late := inspector.visits("/overdue?kind=progress_entry").figure("逾期清单", "2025-07", "依据")
	clerk.visits("/progress").press(`main td a[href^="/progress/2025-07"]`).writes("month", "2026-10", "percent", "72.5", "problems", "灯杆到货滞后", "measures", "约谈供货单位", "date", "2026-11-05").press(`form[action="/progress/2025-07"] p.buttons button.main`).sees("2026-10 的进度已填报", "72.50%")
	inspector.visits("/inspection").same("how far the lights are", inspector.figure("项目", "2025-07", "形象进度（%）"), "72.50%（2026-10）")
	inspector.follows("72.50%（2026-10）").sees("灯杆到货滞后", "约谈供货单位")
	inspector.visits("/inspection/2025-07").sees("亮灯规则", "逾期")
	if now := inspector.visits("/overdue?kind=progress_entry").figure("逾期清单", "2025-07", "依据"); now == late {
		t.Errorf("the month that is filed is still owed: %s", now)
	}
	register := inspector.visits("/inspection").downloads(`main a[href^="/api/v1/project-register?"][href*="xlsx"]`)
	found := false
	for _, rows := range sheets(t, h.read(register)) {
		for _, row := range rows {
			for _, cell := range row {
				found = found || cell == "灯杆到货滞后"
			}
		}
	}
	if !found {
		t.Error("the register does not say what the unit filed")
	}
	inspector.visits("/payment-days").sees("中位数")
}
