package projects_test

import (
	"strings"
	"testing"

	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// What is handed to the provincial system comes back on the treasury's list: the file itself, brought as that list, finds each
// of its lines. Who took which file is noted once.
func TestExportedRequestsComeBackOnTheList(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	q := b.request("fees", "", "100.00")
	q.Purpose = "=设计费"
	q.Payees = []projects.PayeeLine{{Payee: b.payee, Account: wagesAccount, Amount: yuan("30.00"), Kind: "wages"}, {Payee: b.payee, Account: contractorAccount, Amount: yuan("70.00"), Kind: "works"}}
	doc := b.approved(q)
	export := func(state, format string) *projects.PaymentExport {
		t.Helper()
		f, err := projects.ExportPayments(t.Context(), b.db, b.payer.command(), state, format)
		b.must(err)
		return f
	}
	if f := export("approved", "csv"); f.Rows != 2 || f.Total.String() != "100.00" || !strings.HasPrefix(string(f.Content), "\ufeff支付申请号,") || !strings.Contains(string(f.Content), ","+doc.Number+" =设计费\n") {
		t.Errorf("%d rows, %s\n%s", f.Rows, f.Total, f.Content)
	}
	b.mustTake(doc, b.payer, "order")
	if f := export("approved", "xlsx"); f.Rows != 0 {
		t.Errorf("%d rows are approved and not ordered", f.Rows)
	}
	first, again := export("ordered", "xlsx"), export("ordered", "xlsx")
	if first.Hash != again.Hash || first.Rows != 2 {
		t.Errorf("the same rows make two files")
	}
	if n := b.countAll(`select count(*) from projects.payment_exports`); n != 3 {
		t.Errorf("%d files are noted", n)
	}
	stored, err := b.payer.store("国库.xlsx", string(first.Content))
	b.must(err)
	r := b.payer.treasuryList("2025-03")
	r.File, r.Profile = stored.Hash, &lists.Profile{Headings: map[string]string{"day": "申请日期"}}
	i, err := b.payer.takesIn(r)
	b.must(err)
	for _, row := range b.rows(i) {
		if row.State != "matched" || row.Request != doc.Number {
			t.Errorf("%+v", row)
		}
	}
}
