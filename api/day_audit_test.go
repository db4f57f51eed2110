package api_test

import (
	"archive/zip"
	"bytes"
	"os"
	"strings"
	"testing"
)

// The auditor takes the three tables home, and two vouchers with their files as one archive; asks what the books said of a day and when;
// finds who confirmed a payment.
func dayOfTheAuditor(t *testing.T, h *house) {
	auditor := h.at(t, "auditor")
	workbook := auditor.visits("/audit?year=2026").downloads(`main a[href^="/api/v1/audit-tables?year=2026"]`)
	if rows := sheets(t, h.read(workbook))["记账凭证"]; len(rows) < 100 {
		t.Errorf("%d rows of vouchers", len(rows))
	}

	auditor.visits("/vouchers?from=2026-11&to=2026-11").ticks(`main tbody tr:nth-child(-n+2) input[type=checkbox]`)
	archive := h.read(auditor.downloads(`form[action="/api/v1/voucher-files"] p.buttons button`))
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	h.must(err)
	var names []string
	for _, f := range files.File {
		names = append(names, f.Name)
	}
	if len(names) < 3 || !strings.Contains(strings.Join(names, " "), ".pdf") {
		t.Errorf("the archive of two vouchers holds %v", names)
	}

	auditor.visits("/reconciliation?as_of=2026-11-30").same("what is spent today", auditor.figure("项目数字", "2025-02 ", "累计已支付"), "242,000.00")
	auditor.writes("known_at", "2026-11-01 00:00").press(`form.filter p.buttons button`)
	auditor.sees("数字").visits("/reconciliation?as_of=2025-12-31&columns=all")

	auditor.visits("/log?name=payment.confirm").sees("确认到账", "示例·国库股审核")
	var raw []string
	h.must(h.db.NewRaw(`select distinct name from accounting.commands`).Scan(t.Context(), &raw))
	said := auditor.visits("/log").said()
	for _, name := range raw {
		if strings.Contains(said, "\t"+name+"\t") {
			t.Errorf("the log says %s", name)
		}
	}
	auditor.visits("/log?of=refusals").visits("/lines?account=9401&as_of=2026-11-30&figure=balance").sees("2,000.00")
}

// read is what lies in a file that was downloaded.
func (h *house) read(file string) []byte {
	content, err := os.ReadFile(file)
	h.must(err)
	return content
}
