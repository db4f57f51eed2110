package projects_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// LibreOffice adds the register's workbook up again: the rows of programmes come to its total, in every column of amounts.
func TestRegisterAddsUpInLibreOffice(t *testing.T) {
	t.Parallel()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatalf("%v: run `make test`, which installs it", err)
	}
	b := clinicBooks(t)
	b.node("2025-06", "ADM", 2025)
	_, err = projects.AddPlanLine(t.Context(), b.db, b.command(), projects.NewPlanLine{Node: "2025-06", Amount: money("0.30")})
	b.must(err)
	b.mustRecord(projects.Approve{Head: b.on("2025-01-20"), Draw: draw("2025-06/2025", "0.30")}, projects.Issue{Head: b.on("2025-01-20"), Draw: draw("2025-06/2025", "0.10")})
	r, err := projects.RegisterOf(accounting.WithReader(t.Context(), accounting.Operator), b.db, book, accounting.MustDate("2025-12-31"))
	b.must(err)
	var book bytes.Buffer
	b.must(r.WriteWorkbook(&book))
	f, err := excelize.OpenReader(&book)
	b.must(err)
	last := len(r.Rows) + 2
	amounts := map[int]string{11: r.Total.Plan.String(), 14: r.Total.Issued.String(), 18: r.Total.Certified.String(), 19: r.Total.Works.String(), 23: r.Total.Payable.String(), 25: r.Total.Retention.String(),
		26: r.Total.ExecutedTotal.String(), 27: r.Total.BudgetRest.String(), 38: r.Total.CertifiedYear.String()}
	for column := range amounts {
		name, err := excelize.ColumnNumberToName(column)
		b.must(err)
		b.must(f.SetCellFormula("项目资金台账", fmt.Sprint(name, last+1), fmt.Sprintf(`SUMIF($D2:$D%[2]d,"",%[1]s2:%[1]s%[2]d)`, name, last-1)))
	}
	folder := t.TempDir()
	b.must(f.SaveAs(filepath.Join(folder, "register.xlsx")))
	run := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+folder+"/profile", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false", "--outdir", folder, filepath.Join(folder, "register.xlsx"))
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(folder, "register.csv"))
	b.must(err)
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	b.must(err)
	if len(lines) < last+1 {
		t.Fatalf("LibreOffice has %d lines: %s", len(lines), text)
	}
	for column, want := range amounts {
		total, again := accounting.MustMoney(plainNumber(lines[last-1][column-1])), accounting.MustMoney(plainNumber(lines[last][column-1]))
		if total.String() != want || !again.Equal(total) {
			t.Errorf("column %s: the total is %s, the workbook says %s and adds up to %s", lines[0][column-1], want, total, again)
		}
	}
	if works := r.Total.Works.Add(*r.Total.Equipment).Add(*r.Total.Deferred).Add(*r.Total.Other); !works.Equal(*r.Total.Certified) {
		t.Errorf("the parts of the investment come to %s, it is %s", works, r.Total.Certified)
	}
}

// plainNumber is a number without the format it is shown in.
func plainNumber(text string) string { return strings.ReplaceAll(text, ",", "") }
