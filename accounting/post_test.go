package accounting_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
)

// Each row: situation → code; "" means posted. A refused voucher leaves no voucher, no line and no balance.
func TestPostRefuses(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	c.approve(t, 0, "2025-01-20", "100.00")
	m := accounting.MustMoney
	contract := func(d accounting.Dims) accounting.Dims {
		d.Subject = accounting.Subject{ID: accounting.SubjectID{UUID: accounting.NewID()}, Kind: accounting.Contract, Code: "HT-" + accounting.NewID().String()}
		return d
	}
	unregistered := contract(c.on(0))
	unregistered.Subject.Code = ""
	hold := func(d accounting.Dims, amount string) []accounting.Line {
		plain := d
		plain.Subject = accounting.Subject{}
		return []accounting.Line{accounting.Dr("9301.03", m(amount), d), accounting.Cr("9301.01", m(amount), plain)}
	}
	other := c.on(1)
	other.Project = c.project[0]
	next := accounting.Dims{Project: c.project[0], BudgetLine: c.nextLine[0]}
	classed := c.at(0)
	classed.EconomicClass = "30201"
	for _, tt := range []struct {
		name   string
		change func(v *accounting.Voucher)
		code   string
	}{
		{"holds for a contract", func(v *accounting.Voucher) { v.Lines = hold(contract(c.on(0)), "60.00") }, ""},
		{"refuses one fen more than is left", func(v *accounting.Voucher) { v.Lines = hold(contract(c.on(0)), "40.01") }, "budget_exceeded"},
		{"holds exactly the rest", func(v *accounting.Voucher) { v.Lines = hold(contract(c.on(0)), "40.00") }, ""},
		{"refuses a contract that is not registered", func(v *accounting.Voucher) { v.Lines = hold(unregistered, "1.00") }, "subject_unknown"},
		{"refuses an unknown account", func(v *accounting.Voucher) { v.Lines[0].Account = "9999" }, "account_unknown"},
		{"refuses a missing budget line", func(v *accounting.Voucher) { v.Lines[0].BudgetLine = accounting.BudgetLineID{} }, "dimension_required"},
		{"refuses a superfluous budget line", func(v *accounting.Voucher) {
			v.Lines = []accounting.Line{accounting.Dr("1613.01", m("1.00"), c.on(0)), accounting.Cr("3001", m("1.00"), c.at(0))}
		}, "dimension_not_allowed"},
		{"refuses a superfluous subject", func(v *accounting.Voucher) {
			v.Lines[0].Subject = contract(c.on(0)).Subject
		}, "dimension_not_allowed"},
		{"refuses a budget line of another project", func(v *accounting.Voucher) { v.Lines[0].Dims, v.Lines[1].Dims = other, other }, "budget_line_mismatch"},
		{"refuses a budget line of another year", func(v *accounting.Voucher) { v.Lines[0].Dims, v.Lines[1].Dims = next, next }, "budget_line_mismatch"},
		{"refuses an unknown budget line", func(v *accounting.Voucher) { v.Lines[0].BudgetLine = accounting.BudgetLineID{UUID: accounting.NewID()} }, "budget_line_unknown"},
		{"refuses an unknown project", func(v *accounting.Voucher) {
			d := accounting.Dims{Project: accounting.ProjectID{UUID: accounting.NewID()}}
			v.Lines = []accounting.Line{accounting.Dr("1613.01", m("1.00"), d), accounting.Cr("3001", m("1.00"), d)}
		}, "project_unknown"},
		{"refuses sides that differ", func(v *accounting.Voucher) { v.Lines[0].Debit = m("5.01") }, "voucher_unbalanced"},
		{"refuses zero", func(v *accounting.Voucher) { v.Lines[0].Debit, v.Lines[1].Credit = m("0.00"), m("0.00") }, "amount_invalid"},
		{"refuses a debit and credit in one line", func(v *accounting.Voucher) { v.Lines[0].Credit = m("5.00") }, "amount_invalid"},
		{"refuses negative amounts", func(v *accounting.Voucher) { v.Lines[0].Debit, v.Lines[1].Credit = m("-5.00"), m("-5.00") }, "line_negative"},
		{"refuses one line alone", func(v *accounting.Voucher) { v.Lines = v.Lines[:1] }, "voucher_empty"},
		{"refuses a project that borrows from another", func(v *accounting.Voucher) { v.Lines[1].Dims = c.on(1) }, "voucher_unbalanced"},
		{"refuses a missing economic class", func(v *accounting.Voucher) {
			v.Lines = []accounting.Line{accounting.Dr("5901", m("1.00"), c.at(0)), accounting.Cr("3001", m("1.00"), c.at(0))}
		}, "economic_class_required"},
		{"refuses a superfluous economic class", func(v *accounting.Voucher) {
			v.Lines = []accounting.Line{accounting.Dr("1613.01", m("1.00"), classed), accounting.Cr("3001", m("1.00"), c.at(0))}
		}, "economic_class_not_allowed"},
		{"refuses a reviewer who prepared it", func(v *accounting.Voucher) { v.ReviewedBy = v.PreparedBy }, "same_person"},
		{"refuses a stranger", func(v *accounting.Voucher) { v.PreparedBy = accounting.PersonID{UUID: accounting.NewID()} }, "person_unknown"},
		{"refuses a voucher without paper", func(v *accounting.Voucher) { v.Attachments = 0 }, "attachment_required"},
		{"refuses a day in no period", func(v *accounting.Voucher) { v.Date = accounting.MustDate("2031-01-01") }, "period_unknown"},
		{"refuses an event in the closing period", func(v *accounting.Voucher) {
			v.Date, v.Period = accounting.MustDate("2025-12-31"), 202514
		}, "period_event"},
		{"refuses a clearing account that keeps a rest", func(v *accounting.Voucher) {
			v.Lines = []accounting.Line{accounting.Dr("9601", m("1.00"), c.on(0)), accounting.Cr("9101", m("1.00"), c.on(0))}
		}, "clearing_not_zero"},
		{"refuses a control character", func(v *accounting.Voucher) { v.Memo = "a\x00b" }, "text_invalid"},
		{"refuses handing over more than was built", func(v *accounting.Voucher) {
			v.Lines = []accounting.Line{accounting.Dr("1801", m("1.00"), c.at(0)), accounting.Cr("1613.01", m("1.00"), c.at(0))}
		}, "balance_exceeded"},
		{"refuses a correction without its red voucher", func(v *accounting.Voucher) {
			v.Kind, v.Refers = accounting.Correction, &accounting.VoucherNo{Period: 202501, Number: 1}
		}, "kind_not_allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := c.voucher("2025-03-03", "I3+", accounting.Dr("9201", m("5.00"), c.on(0)), accounting.Cr("9101", m("5.00"), c.on(0)))
			tt.change(&v)
			before := c.count(t)
			_, err := c.post(v)
			if got := fault.Code(err); got != tt.code {
				t.Fatalf("code %q, want %q: %v", got, tt.code, err)
			}
			want := before
			if tt.code == "" {
				want++
			}
			if got := c.count(t); got != want {
				t.Errorf("%d vouchers, want %d", got, want)
			}
		})
	}
}

// count is the number of vouchers; their lines and commands must agree with it.
func (c *county) count(t testing.TB) int {
	t.Helper()
	var n, counted, commands int
	err := c.db.NewRaw(`select (select count(*) from accounting.vouchers), (select coalesce(sum(last_number), 0) from accounting.periods), (select count(*) from accounting.commands)`).Scan(t.Context(), &n, &counted, &commands)
	if err != nil {
		t.Fatal(err)
	}
	if n != counted || n != commands {
		t.Fatalf("%d vouchers, %d numbers given, %d commands", n, counted, commands)
	}
	return n
}

func TestKeyMakesItHappenOnce(t *testing.T) {
	t.Parallel()
	c := newCounty(t, pgtest.Open(t))
	ctx := t.Context()
	m := accounting.MustMoney("7.00")
	v := c.voucher("2025-02-01", "I1", accounting.Dr("9201", m, c.on(0)), accounting.Cr("9101", m, c.on(0)))
	cmd := c.command("voucher.post")
	cmd.Body = "seven"
	first, err := c.books.Post(ctx, cmd, v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.books.Post(ctx, cmd, v)
	if err != nil || again.No != first.No || again.Digest != first.Digest || !again.Replayed || !again.RecordedAt.Equal(first.RecordedAt) {
		t.Errorf("repeat answered %+v, %v; first was %+v", again, err, first)
	}
	cmd.Body = "eight"
	if _, err := c.books.Post(ctx, cmd, v); fault.Code(err) != "key_reused" {
		t.Errorf("another body under the key: %v", err)
	}
	cmd.Body = "seven"
	// The same key through a document's transaction finds the batch worker's answer.
	_, err = accounting.Do(ctx, c.db, cmd, func(ctx context.Context, tx bun.Tx) (accounting.Receipt, error) {
		t.Error("ran again")
		return accounting.Receipt{}, nil
	})
	if err != nil {
		t.Errorf("through Do: %v", err)
	}
	if n := c.count(t); n != 1 {
		t.Errorf("%d vouchers", n)
	}
}
