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

// printing is the demonstration's book, served, with who prints.
type printing struct {
	*bureau
	token string
}

func newDemonstration(t *testing.T, person, role string) printing {
	t.Helper()
	db := demonstrated(t)
	return serve(t, db, pgtest.Service(t, db)).printer(t, person, role)
}

// printer is somebody of the demonstration who prints.
func (b *bureau) printer(t *testing.T, person, role string) printing {
	t.Helper()
	token, err := api.CreateToken(t.Context(), b.db, accounting.Command{Book: seeds.DemoBook, Key: "token", Name: "token.create", By: accounting.Actor{Person: personOf(t, b, person)}}, api.NewToken{Person: person, Role: role, Valid: time.Hour})
	b.must(err)
	return printing{b, token}
}

func personOf(t *testing.T, b *bureau, code string) (id accounting.PersonID) {
	t.Helper()
	b.must(b.db.NewRaw(`select person_id from accounting.persons where book_id = ? and code = ?`, seeds.DemoBook, code).Scan(t.Context(), &id))
	return id
}

// print fetches a form, keeps it among the test's artifacts and gives its text as a reader's program finds it.
func (d printing) print(name, path string) string {
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
func (d printing) says(name, text string, all ...string) {
	d.t.Helper()
	text = bare(text)
	for _, part := range append(all, "演示账套，不作凭据", "示例账套（红寺堡区2025年民生实事）", "打印：示例·国库股审核", "第1/") {
		if !strings.Contains(text, bare(part)) {
			d.t.Errorf("%s does not say %q:\n%s", name, part, text)
		}
	}
}

func bare(text string) string { return strings.Join(strings.Fields(text), "") }

func (d printing) printsDocuments() {
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

func (d printing) printsVouchers() {
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

func (d printing) printsLedgers() {
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

func (d printing) printsSheets() {
	ctx, day := d.t.Context(), accounting.MustDate("2025-12-31")
	report, err := projects.Reconcile(ctx, d.db, projects.ReconcileQuery{Book: seeds.DemoBook, AsOf: day})
	d.must(err)
	all := []string{"项目资金对账单", "截至2025年12月31日", "全部核对通过"}
	figures := func(row []string, of []*accounting.Money) string {
		for _, m := range of {
			if m == nil {
				row = append(row, "–")
			} else {
				row = append(row, paper.Yuan(*m))
			}
		}
		return strings.Join(row, "")
	}
	for _, x := range report.Projects {
		all = append(all, figures([]string{x.Code, x.Name}, x.Printed())+"符")
	}
	all = append(all, figures([]string{"合计"}, report.Total.Printed()))
	d.says("reconciliation", d.print("reconciliation", "/reconciliation/print?as_of=2025-12-31"), all...)

	for _, asOf := range []string{"2025-03-31", "2025-12-31"} {
		d.executes(asOf)
	}
	d.registers()
	sheet, err := projects.Sheet(ctx, d.db, seeds.DemoBook, 202503)
	d.must(err)
	all = []string{"2025年3月", "合计" + paper.Yuan(sheet.Total.Ours) + paper.Yuan(sheet.Total.Theirs)}
	for _, l := range sheet.Lines {
		all = append(all, l.BudgetLine+l.Project+l.Name+paper.Yuan(l.Ours)+paper.Yuan(l.Theirs)+paper.Yuan(l.Both)+paper.Yuan(l.OnlyOurs)+paper.Yuan(l.OnlyTheirs))
	}
	d.says("treasury", d.print("treasury", "/treasury-reconciliation/2025-03/print"), all...)
}

// registers prints the 台账, whose figures are those of the register.
func (d printing) registers() {
	r, err := projects.RegisterOf(d.t.Context(), d.db, seeds.DemoBook, accounting.MustDate("2025-12-31"))
	d.must(err)
	var all []string
	for _, x := range r.Rows {
		all = append(all, x.Code+x.Project+x.Part)
		for _, m := range []*accounting.Money{x.Plan, x.Issued, x.Contracts, x.Certified, x.ExecutedTotal, x.BudgetRest} {
			if m != nil {
				all = append(all, paper.Wan(*m))
			}
		}
	}
	all = append(all, "合计"+paper.Wan(*r.Total.Plan)+paper.Wan(*r.Total.Issued), paper.Wan(*r.Total.ExecutedTotal)+paper.Wan(*r.Total.BudgetRest))
	d.says("register", d.print("register", "/project-register/print?as_of=2025-12-31"), all...)
}

// executes prints the budget execution, whose figures are those of the reconciliation and of the ledger.
func (d printing) executes(asOf string) {
	ctx, day := d.t.Context(), accounting.MustDate(asOf)
	e, err := projects.ExecuteBudget(ctx, d.db, seeds.DemoBook, day, accounting.UnitID{})
	d.must(err)
	report, err := projects.Reconcile(ctx, d.db, projects.ReconcileQuery{Book: seeds.DemoBook, AsOf: day})
	d.must(err)
	st, err := accounting.AccountStatement(ctx, d.db, accounting.StatementQuery{Book: seeds.DemoBook, Account: "9401", From: accounting.NewDate(day.Year(), day.Month(), 1), AsOf: day})
	d.must(err)
	month := st.Accounts[0].Debit.Sub(st.Accounts[0].Credit)
	for name, pair := range map[string][2]accounting.Money{
		"调整后预算": {e.Total.Adjusted, *report.Total.Approved}, "本年累计支出": {e.Total.Year, *report.Total.Executed}, "合同占用": {e.Total.HeldByContract, *report.Total.HeldByContract},
		"在途申请": {e.Total.HeldByRequest, *report.Total.HeldByRequest}, "已下达指标": {e.Total.Issued, report.Total.Approved.Sub(*report.Total.ToIssue)}, "本月支出": {e.Total.Month, month},
		"年初预算、调整": {accounting.Sum(e.Total.Original, e.Total.Added, e.Total.Cut, e.Total.Moved), e.Total.Adjusted},
	} {
		if !pair[0].Equal(pair[1]) {
			d.t.Errorf("%s as of %s: the execution says %s, the ledger %s", name, asOf, pair[0], pair[1])
		}
	}
	all := []string{"单位：万元", "序时进度" + e.TimeShare.StringFixed(2)}
	for _, u := range append(e.Rows, e.Total) {
		all = append(all, paper.Wan(u.Adjusted)+paper.Wan(u.Issued)+paper.Wan(u.HeldByContract)+paper.Wan(u.HeldByRequest)+paper.Wan(u.Month)+paper.Wan(u.Year)+paper.Wan(u.Rest))
	}
	d.says("execution", d.print("execution-"+asOf, "/budget-execution/print?as_of="+asOf), all...)
}

// The 余额调节表 of an account says what the sheet of the API says.
func TestPrintOfABankSheet(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t)
	n.dealings()
	a := n.people["101 project_clerk"].send(http.MethodGet, "/bank-reconciliation/6402/2025-03/print", "")
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	text := bare(pdfText(t, "bank", a.body))
	for _, want := range []string{"银行存款余额调节表", "单位：住建局2025年3月", "账号：6402", "单位账面余额0.00对账单余额对账单未到"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "演示") {
		t.Error("a real book is marked as a demonstration")
	}
}
