package lists_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// converted is a text table as LibreOffice saves it, in a format and with its columns read as told: 2 is text, 1 what it looks
// like.
func converted(t *testing.T, format, content, columns string) []byte {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatalf("%v: run `make test`, which installs it", err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "list.csv"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+folder+"/profile", "--headless", "--infilter=CSV:44,34,76,1,"+columns, "--convert-to", format, "--outdir", folder, filepath.Join(folder, "list.csv"))
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	made, err := os.ReadFile(filepath.Join(folder, "list."+format))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

const savedCSV = "红寺堡区支付清单（单位：元）\n支付凭证号,日期,收款人,账号,金额,退回标志\n0017,2025-03-14,某建筑公司,6402000000000000123,\"2,340,000.00\",否\n0018,2025-07-11,某监理公司,6402,150000000.01,是\n合计,,,,152340000.01,\n"

// A workbook LibreOffice saved is read like one of ours: days are counts, amounts numbers; what was kept as text has its zeros,
// and a total may be a formula. A number with too many digits for a number has lost them, which is seen; an old workbook is refused by name.
func TestWorkbookMadeByLibreOffice(t *testing.T) {
	t.Parallel()
	l := understood(t, converted(t, "xlsx", strings.Replace(savedCSV, "152340000.01", "=E3+E4", 1), "1/2/2/1/3/2/4/2/5/1/6/2"), lists.Profile{})
	same(t, l, "3 0017 2025-03-14 某建筑公司 6402000000000000123 2340000.00 false", "4 0018 2025-07-11 某监理公司 6402 150000000.01 true")
	if len(l.Confirmed) != 1 || l.Measure != lists.Yuan {
		t.Errorf("totals %v confirmed, measure %s", l.Confirmed, l.Measure)
	}
	_, problems, err := read(t, converted(t, "xlsx", savedCSV, ""), lists.Profile{})
	if err != nil || len(problems) == 0 || problems[0].Cell != "D3" || !strings.Contains(problems[0].Detail, "has lost its digits after the fifteenth") {
		t.Errorf("an account number as a number: %v %v", err, problems)
	}
	if _, _, err = read(t, converted(t, "xls", savedCSV, ""), lists.Profile{}); fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), ".xls") {
		t.Errorf("an old workbook: %v", err)
	}
}
