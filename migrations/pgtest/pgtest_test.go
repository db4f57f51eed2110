package pgtest_test

import (
	"testing"

	"mingzhang/migrations/pgtest"
)

func TestOpen(t *testing.T) {
	db := pgtest.Open(t)
	var who string
	if err := db.QueryRow("select current_user").Scan(&who); err != nil {
		t.Fatal(err)
	}
	if who != "mingzhang_app" {
		t.Errorf("logged in as %s", who)
	}
}
