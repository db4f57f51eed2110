package lists_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mingzhang/accounting"
	"mingzhang/projects/lists"
)

// office lets LibreOffice save a file as another kind, as a clerk would.
func office(t *testing.T, name string, content []byte, kind string) []byte {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("soffice is missing: apt-get install -y libreoffice-calc-nogui")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	convert := exec.CommandContext(t.Context(), program, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", kind, "--outdir", out,
		filepath.Join(dir, name))
	if said, err := convert.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	found, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("LibreOffice made %v", found)
	}
	made, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// What we write, LibreOffice opens and saves again as a workbook or a text table, and it is read as it was.
func TestListsThatLibreOfficeSaved(t *testing.T) {
	t.Parallel()
	rows := [][]any{
		{"0017", accounting.MustDate("2025-03-14"), "某建筑公司", "6402000000000000123", accounting.MustMoney("2307692.31"), "否"},
		{"0018", accounting.MustDate("2025-07-11"), "某监理公司", "0640200000000000001", accounting.MustMoney("420000.50"), "是"},
	}
	var ours bytes.Buffer
	if err := lists.WriteList(&ours, "支付", []string{"支付凭证号", "日期", "收款人", "账号", "金额", "退回标志"}, rows); err != nil {
		t.Fatal(err)
	}
	for _, way := range [][]string{{"xlsx"}, {"ods", "xlsx"}, {"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"}} {
		content, name := ours.Bytes(), "list.xlsx"
		for _, kind := range way {
			content = office(t, name, content, kind)
			name = "list." + kind
		}
		same(t, understood(t, content, lists.Profile{}), "2 0017 2025-03-14 某建筑公司 6402000000000000123 2307692.31 false", "3 0018 2025-07-11 某监理公司 0640200000000000001 420000.50 true")
	}
}
