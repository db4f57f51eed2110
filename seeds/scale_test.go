package seeds

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// scaled adds a copy of the demonstration's size, which the books hold as they hold the rest; a real book is refused.
func scaled(t *testing.T, db *bun.DB) {
	t.Helper()
	books := accounting.NewBooks(db)
	defer books.Close()
	vouchers, documents := ask[int](t, db, `select count(*) from accounting.vouchers where book_id = ?`, DemoBook), ask[int](t, db, `select count(*) from projects.documents where book_id = ?`, DemoBook)
	vouchers -= vouchers % 2 // a payment is two
	s, err := Scale(t.Context(), books, db, accounting.Book{ID: DemoBook, Kind: accounting.DemoBook}, 1, func(int, Scaled) {})
	if err != nil {
		t.Fatal(err)
	}
	if s.Projects != 1 || s.Vouchers != vouchers || s.Documents != documents {
		t.Errorf("%d vouchers, %d documents: added %+v", vouchers, documents, s)
	}
	if again, err := Scale(t.Context(), books, db, accounting.Book{ID: DemoBook, Kind: accounting.DemoBook}, 1, func(int, Scaled) {}); err != nil || again.Vouchers != vouchers || again.Documents != documents {
		t.Errorf("once more: %+v %v", again, err)
	}
	if _, err := Scale(t.Context(), books, db, accounting.Book{ID: 640303, Kind: accounting.RealBook}, 1, func(int, Scaled) {}); fault.Code(err) != "forbidden" {
		t.Errorf("a real book: %v", err)
	}
	err = accounting.Read(accounting.WithReader(t.Context(), accounting.Operator), db, func(ctx context.Context, tx bun.Tx) error {
		report, err := accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: DemoBook})
		if err == nil && !report.OK() {
			t.Errorf("the books do not hold: %+v", report)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
