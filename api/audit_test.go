package api_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/seeds"
)

// fetch is what somebody downloads.
func (r *reader) fetch(path string) []byte {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+path, nil)
	r.must(err)
	res, err := r.client.Do(req)
	r.must(err)
	defer func() { _ = res.Body.Close() }()
	content, err := io.ReadAll(res.Body)
	r.must(err)
	if res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %d %s", path, res.StatusCode, content)
	}
	return content
}

// unpacked are the files of an archive by name.
func unpacked(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func table(t *testing.T, content []byte) (rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// sheets are a workbook's sheets as LibreOffice reads them.
func sheets(t *testing.T, workbook []byte) map[string][]map[string]string {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatalf("%v: run `make test`, which installs it", err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "book.xlsx"), workbook, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), soffice, "-env:UserInstallation=file://"+folder+"/profile", "--headless", "--convert-to", `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1`, "--outdir", folder, filepath.Join(folder, "book.xlsx"))
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	names, err := filepath.Glob(filepath.Join(folder, "book-*.csv"))
	if err != nil || len(names) == 0 {
		t.Fatal("no sheets", err)
	}
	all := map[string][]map[string]string{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "book-"), ".csv")] = table(t, content)
	}
	return all
}

func inYuan(t *testing.T, text string) accounting.Money {
	t.Helper()
	if text == "" {
		return accounting.Money{}
	}
	m, err := accounting.ParseMoney(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The audit tables, as a workbook that LibreOffice reads and as CSV files, say the same; vouchers balance in each basis, move
// the balances, and the control sheet's sums and fingerprints are those of the files.
func TestAuditTablesAddUp(t *testing.T) {
	b := demonstration(t)
	r := b.reads(t, "auditor").get("/audit?year=2025").sees("审计三表", "记账凭证", "数据字典")
	for _, unit := range []string{"", "106"} {
		t.Run("unit "+unit, func(t *testing.T) {
			files := unpacked(t, r.fetch("/api/v1/audit-tables?format=zip&year=2025&unit="+unit))
			book := sheets(t, r.fetch("/api/v1/audit-tables?year=2025&unit="+unit))
			vouchers, balances := table(t, files["记账凭证.csv"]), table(t, files["科目余额及发生额.csv"])
			if len(vouchers) < 20 || len(table(t, files["会计科目.csv"])) < 50 || len(table(t, files["数据字典.csv"])) < 80 {
				t.Fatalf("%d lines of vouchers", len(vouchers))
			}
			sameRows(t, "记账凭证", vouchers, book["记账凭证"])
			sameRows(t, "科目余额及发生额", balances, book["科目余额及发生额"])
			sums := map[string][2]accounting.Money{}
			perVoucher := map[string]accounting.Money{}
			for _, v := range book["记账凭证"] {
				s := sums[v["会计体系"]]
				s[0], s[1] = s[0].Add(inYuan(t, v["借方发生额"])), s[1].Add(inYuan(t, v["贷方发生额"]))
				sums[v["会计体系"]] = s
				key := v["会计月份"] + "/" + v["凭证编号"] + "/" + v["会计体系"]
				perVoucher[key] = perVoucher[key].Add(inYuan(t, v["借方发生额"])).Sub(inYuan(t, v["贷方发生额"]))
			}
			for key, off := range perVoucher {
				if !off.IsZero() {
					t.Errorf("voucher %s is off by %s", key, off)
				}
			}
			control := table(t, files["控制表.csv"])
			for _, row := range control {
				switch {
				case row["项目"] == "凭证合计":
					if s := sums[row["名称"]]; s[0].String() != row["数值一"] || s[1].String() != row["数值二"] || !s[0].Equal(s[1]) {
						t.Errorf("%v: the lines come to %s and %s", row, s[0], s[1])
					}
				case row["项目"] == "凭证减余额表" && (row["数值一"] != "0.00" || row["数值二"] != "0.00"):
					t.Errorf("%v", row)
				case row["项目"] == "文件":
					if sum := sha256.Sum256(files[row["名称"]]); hex.EncodeToString(sum[:]) != row["数值二"] || fmt.Sprint(len(table(t, files[row["名称"]]))) != row["数值一"] {
						t.Errorf("%v: another fingerprint or number of rows", row)
					}
				case row["项目"] == "凭证编号" && unit == "" && row["备注"] != "断号 0 个":
					t.Errorf("%v", row)
				}
			}
			sameRows(t, "控制表", withoutMoment(control), withoutMoment(book["控制表"]))
		})
	}
	b.balancesAreTheTrialBalance(t, table(t, r.fetch("/api/v1/audit-tables/balances?year=2025")))
	clerk := b.reads(t, "clerk-105")
	for _, v := range table(t, clerk.fetch("/api/v1/audit-tables/vouchers?year=2025")) {
		if v["单位代码"] != "105" {
			t.Fatalf("a clerk of 105 takes a voucher of %s", v["单位代码"])
		}
	}
}

func withoutMoment(rows []map[string]string) (kept []map[string]string) {
	for _, r := range rows {
		if r["项目"] != "导出时刻" {
			kept = append(kept, r)
		}
	}
	return kept
}

// sameRows compares a sheet as LibreOffice reads it with the CSV file.
func sameRows(t *testing.T, name string, file, sheet []map[string]string) {
	t.Helper()
	if len(file) != len(sheet) {
		t.Fatalf("%s: %d rows in the file, %d in the workbook", name, len(file), len(sheet))
	}
	for i := range file {
		for column, text := range file[i] {
			got := sheet[i][column]
			plain := strings.TrimPrefix(text, "'")
			if text != got && plain != got && (!strings.HasSuffix(plain, "0") || strings.TrimSuffix(strings.TrimRight(plain, "0"), ".") != got) {
				t.Fatalf("%s, row %d, %s: file %q, workbook %q", name, i+1, column, text, got)
			}
		}
	}
}

// balancesAreTheTrialBalance compares December's balances with the trial balance.
func (b *bureau) balancesAreTheTrialBalance(t *testing.T, rows []map[string]string) {
	t.Helper()
	found := map[string]string{}
	for _, r := range rows {
		if r["会计期间号"] == "12" && r["辅助项编号"] == "" {
			found[r["科目编号"]] = r["期末余额方向"] + r["期末余额"] + " " + r["借方累计"] + " " + r["贷方累计"]
		}
	}
	trial, err := accounting.TrialBalance(t.Context(), b.db, accounting.TrialBalanceQuery{Book: seeds.DemoBook, AsOf: accounting.MustDate("2025-12-31")})
	b.must(err)
	for _, r := range trial {
		closing := r.Closing
		if r.Normal == accounting.Credit {
			closing = closing.Neg()
		}
		side := map[int]string{1: "借", -1: "贷", 0: "平"}[closing.Sign()]
		if closing.Sign() < 0 {
			closing = closing.Neg()
		}
		if want := side + closing.String() + " " + r.Debit.String() + " " + r.Credit.String(); found[r.Account] != want {
			t.Errorf("%s: audit table %q, trial balance %q", r.Account, found[r.Account], want)
		}
	}
}

// Chosen vouchers come as one archive, each with its printed form and the very bytes of its files.
func TestChosenVouchersComeWithTheirFiles(t *testing.T) {
	b := demonstration(t)
	paper := b.carries("2025-03", 7, b.reads(t, "budget"))
	r := b.reads(t, "auditor").get("/vouchers?from=2025-03&to=2025-03").sees("所选凭证及附件打包下载")
	files := unpacked(t, r.fetch("/api/v1/voucher-files?"+url.Values{"voucher": {"2025-03/7", "2025-02/1"}}.Encode()))
	if string(files["2025-03-0007/附件01-回单.pdf"]) != paper || !bytes.HasPrefix(files["2025-03-0007/记账凭证.pdf"], []byte("%PDF")) || !bytes.HasPrefix(files["2025-02-0001/记账凭证.pdf"], []byte("%PDF")) || len(table(t, files["凭证.csv"])) < 8 {
		t.Errorf("the archive has %v", slices.Collect(maps.Keys(files)))
	}
	r.get("/vouchers/2025-03/7").sees("附件", "回单.pdf").follows("回单.pdf")
	if r.text != paper {
		t.Errorf("the file is %q", r.text)
	}
	clerk := b.reads(t, "clerk-105")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/api/v1/voucher-files?voucher=2025-03/7", nil)
	b.must(err)
	res, err := clerk.client.Do(req)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("a clerk takes another unit's voucher: %d", res.StatusCode)
	}
}

// carries gives the document of a voucher a paper, as if it had come with it.
func (b *bureau) carries(period string, number int, by *reader) string {
	b.t.Helper()
	content := "%PDF-1.7 回单"
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/api/v1/files?name="+url.QueryEscape("回单.pdf"), strings.NewReader(content))
	b.must(err)
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Idempotency-Key", "paper")
	req.Header.Set("Origin", b.url)
	res, err := by.client.Do(req)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusCreated {
		b.t.Fatalf("the paper is not taken: %d", res.StatusCode)
	}
	p, err := accounting.ParsePeriod(period)
	b.must(err)
	sum := sha256.Sum256([]byte(content))
	_, err = pgtest.Superuser(b.t, b.db).ExecContext(b.t.Context(), `insert into projects.document_files (book_id, document_id, sha256) select v.book_id, v.source_document, ? from accounting.vouchers v where v.book_id = ? and v.period = ? and v.number = ?`, sum[:], seeds.DemoBook, p, number)
	b.must(err)
	return content
}
