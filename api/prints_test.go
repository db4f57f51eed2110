package api_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/api/paper"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// demonstration is the demonstration's book, served, with who prints.
type demonstration struct {
	*bureau
	token string
}

func newDemonstration(t *testing.T, person, role string) demonstration {
	t.Helper()
	db := pgtest.Open(t)
	b := serve(t, db, pgtest.Service(t, db))
	files, err := projects.OpenFileFolder(t.TempDir())
	b.must(err)
	books := accounting.NewBooks(db)
	t.Cleanup(books.Close)
	b.must(seeds.Demonstrate(t.Context(), books, db, files))
	token, err := api.CreateToken(t.Context(), db, accounting.Command{Book: seeds.DemoBook, Key: "token", Name: "token.create", By: accounting.Actor{Person: personOf(t, b, person)}}, api.NewToken{Person: person, Role: role, Valid: time.Hour})
	b.must(err)
	return demonstration{b, token}
}

func personOf(t *testing.T, b *bureau, code string) (id accounting.PersonID) {
	t.Helper()
	b.must(b.db.NewRaw(`select person_id from accounting.persons where book_id = ? and code = ?`, seeds.DemoBook, code).Scan(t.Context(), &id))
	return id
}

// print fetches a form, keeps it among the test's artifacts and gives its text as a reader's program finds it.
func (d demonstration) print(name, path string) string {
	d.t.Helper()
	a := d.send(http.MethodGet, "/api/v1"+path, d.token, "", "")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/pdf" {
		d.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	return pdfText(d.t, name, a.body)
}

func pdfText(t testing.TB, name string, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.ArtifactDir(), name+".pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", file, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (Debian package poppler-utils): %v", err)
	}
	return string(text)
}

// The prints of the demonstration say what its books say.
func TestPrintsOfTheDemonstration(t *testing.T) {
	t.Parallel()
	d := newDemonstration(t, "treasury", "treasury_officer")
	t.Run("documents", func(t *testing.T) { d.printsDocuments() })
	t.Run("vouchers", func(t *testing.T) { d.printsVouchers() })
	t.Run("ledgers", func(t *testing.T) { d.printsLedgers() })
	t.Run("sheets", func(t *testing.T) { d.printsSheets() })
}

// says fails for each text that a print has not; spaces do not count, because cells wrap.
func (d demonstration) says(name, text string, all ...string) {
	d.t.Helper()
	text = bare(text)
	for _, part := range append(all, "演示账套，不作凭据", "示例账套（红寺堡区2025年民生实事）", "打印：示例·国库股审核", "第1/") {
		if !strings.Contains(text, bare(part)) {
			d.t.Errorf("%s does not say %q:\n%s", name, part, text)
		}
	}
}

func bare(text string) string { return strings.Join(strings.Fields(text), "") }

func (d demonstration) printsDocuments() {
	var docs []projects.Document
	d.must(d.db.NewSelect().Model(&docs).Where("book_id = ?", seeds.DemoBook).Order("number").Scan(d.t.Context()))
	kinds := map[projects.DocumentKind]int{}
	for i := range docs {
		doc := &docs[i]
		if kinds[doc.Kind]++; kinds[doc.Kind] > 1 && doc.Kind != "payment_request" {
			continue
		}
		all := []string{doc.Number}
		if doc.Amount != nil {
			all = append(all, paper.Yuan(*doc.Amount), doc.Amount.Words())
		}
		if doc.Kind == "payment_request" {
			f, err := projects.ReadPaymentForm(d.t.Context(), d.db, doc)
			d.must(err)
			for _, l := range f.Payees {
				all = append(all, l.Name, paper.Yuan(l.Amount))
				if l.OrderNumber != "" {
					order := d.print("order-"+l.OrderNumber, fmt.Sprintf("/payment-requests/%s/lines/%d/print", doc.Number, l.LineNo))
					d.says(l.OrderNumber, order, l.OrderNumber, l.Name, l.Account, paper.Yuan(l.Amount), l.Amount.Words(), doc.Number, l.Voucher)
				}
			}
			if f.Contract != nil {
				all = append(all, f.Contract.Number, paper.Yuan(f.Contract.Price), paper.Yuan(f.Contract.PayableNow))
			}
		}
		d.says(doc.Number, d.print(doc.Number, "/documents/"+doc.ID.String()+"/print"), all...)
	}
}

func (d demonstration) printsVouchers() {
	layouts := []string{"a4", "two_on_a4", "240x140"}
	i := 0
	for v, err := range accounting.Vouchers(d.t.Context(), d.db, accounting.VoucherQuery{Book: seeds.DemoBook, From: 202503, To: 202503}) {
		d.must(err)
		layout := layouts[i%3]
		i++
		all := []string{fmt.Sprintf("记字第 %04d 号", v.No.Number), v.Memo, v.PreparedBy.Name, v.ReviewedBy.Name, v.PostedBy.Name}
		for _, l := range v.Lines {
			all = append(all, l.Account+l.AccountName, paper.Yuan(l.Debit.Add(l.Credit)))
		}
		d.says(v.No.String(), d.print(fmt.Sprintf("voucher-%s-%d-%s", v.No.Period, v.No.Number, layout), fmt.Sprintf("/vouchers/%s/%d/print?layout=%s", v.No.Period, v.No.Number, layout)), all...)
	}
	balance, err := accounting.TrialBalance(d.t.Context(), d.db, accounting.TrialBalanceQuery{Book: seeds.DemoBook, From: 202503, AsOf: accounting.MustDate("2025-03-31")})
	d.must(err)
	all := []string{"会计凭证封面", fmt.Sprintf("%d 张", i), "科目汇总表"}
	for _, r := range balance {
		for _, m := range []accounting.Money{r.Debit, r.Credit} {
			if r.Leaf && !m.IsZero() {
				all = append(all, r.Account+r.Name, paper.Yuan(m))
			}
		}
	}
	for _, layout := range layouts {
		d.says(layout, d.print("month-"+layout, "/periods/2025-03/vouchers/print?layout="+layout), all...)
	}
}

func (d demonstration) printsLedgers() {
	for _, account := range []string{"9401", "9301", "4001.01", "2302.02", "1002.02"} {
		st, err := accounting.AccountStatement(d.t.Context(), d.db, accounting.StatementQuery{Book: seeds.DemoBook, Account: account, AsOf: accounting.MustDate("2025-12-31")})
		d.must(err)
		a := st.Accounts[0]
		all := []string{account + a.Name + "明细账", "期初余额"}
		if !a.Debit.IsZero() {
			all = append(all, paper.Yuan(a.Debit))
		}
		if !a.Credit.IsZero() {
			all = append(all, paper.Yuan(a.Credit))
		}
		for l, err := range st.Lines {
			d.must(err)
			all = append(all, strings.TrimPrefix(paper.Yuan(l.Balance), "-"))
		}
		d.says(account, d.print("ledger-"+account, "/accounts/"+account+"/statement/print?as_of=2025-12-31"), all...)
	}
}

func (d demonstration) printsSheets() {
	d.print("reconciliation", "/reconciliation/print?as_of=2025-12-31")
	d.print("execution", "/budget-execution/print?as_of=2025-12-31")
	d.print("execution-march", "/budget-execution/print?as_of=2025-03-31")
	d.print("treasury", "/treasury-reconciliation/2025-03/print")
}
