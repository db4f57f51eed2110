package seeds

import (
	"testing"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
)

// A new book begins with an administrator and with two of each desk that makes and checks, so that roles can be granted,
// budgets approved and payments ordered by different persons; nobody is without a role.
func TestNewBooksBeginWithRoles(t *testing.T) {
	db := pgtest.Open(t)
	for range 2 { // the second run gives nothing twice
		if _, err := InitBook(t.Context(), db, "640303", "红寺堡区财政局", false, accounting.MustDate("2025-07-01")); err != nil {
			t.Fatal(err)
		}
	}
	for role, want := range map[string]int{"admin": 1, "budget_officer": 2, "treasury_officer": 3} {
		if n := ask[int](t, db, `select count(*) from projects.role_grants where role = ? and document_id is null`, role); n != want {
			t.Errorf("%d persons begin as %s, want %d", n, role, want)
		}
	}
	if n := ask[int](t, db, `select count(*) from accounting.persons p where not exists (select from projects.role_grants g where g.person_id = p.person_id)`); n != 0 {
		t.Errorf("%d persons of a new book have no role", n)
	}
}
