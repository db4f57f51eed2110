package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/seeds"
)

// More people and tokens than a page holds: the page leads to the rest, counts all, finds one on whatever page it stands, and the
// file has all.
func TestLongListsOfTheSettings(t *testing.T) {
	b := demonstration(t)
	admin := b.reads(t, "admin")
	var unit accounting.UnitID
	b.must(b.db.NewRaw(`select unit_id from accounting.units where book_id = ? and code = '101'`, seeds.DemoBook).Scan(t.Context(), &unit))
	for i := range 130 {
		b.must(accounting.AddPerson(t.Context(), b.db, accounting.Person{Book: seeds.DemoBook, ID: accounting.PersonID{UUID: accounting.NewID()}, Code: fmt.Sprintf("zz-%03d", i), Name: fmt.Sprintf("某人%03d", i), Unit: unit}))
	}
	for i := range 102 {
		in := api.NewToken{Person: "budget", Role: "budget_officer", Valid: time.Hour}
		if i == 0 {
			in.Person, in.Role = "treasury", "treasury_officer"
		}
		_, err := api.CreateToken(t.Context(), b.db, accounting.Command{Book: seeds.DemoBook, Key: fmt.Sprint("token ", i), Name: "token.create", By: accounting.Actor{Person: personOf(t, b, in.Person)}}, in)
		b.must(err)
	}
	for _, list := range []struct {
		path, file, last, words string
	}{{"/settings/people", "people", "某人129", "某人129"}, {"/settings/tokens", "tokens", "", "国库股"}} {
		admin.get(list.path)
		first := rowsOf(admin)
		if first != 100 || list.last != "" && strings.Contains(admin.text, list.last) {
			t.Errorf("%s shows %d rows", list.path, first)
		}
		all := strings.Count(admin.file(list.path+"?format=csv"), "\n") - 1
		if rest := rowsOf(admin.follows("下一页")); first+rest != all || rest < 1 {
			t.Errorf("%s has %d rows and %d on the next page, its file %d", list.path, first, rest, all)
		}
		if admin.sees(fmt.Sprint(all)).follows("回到第一页"); rowsOf(admin) != 100 {
			t.Errorf("%s: the first page has %d rows", list.path, rowsOf(admin))
		}
		if found := rowsOf(admin.get(list.path + "?q=" + list.words)); found < 1 || found > 20 {
			t.Errorf("%s: %q is in %d rows", list.path, list.words, found)
		}
	}
}

// rowsOf counts the rows of a page's first list.
func rowsOf(r *reader) (n int) {
	for table := range nodes(r.page, "table") {
		for body := range nodes(table, "tbody") {
			for range nodes(body, "tr") {
				n++
			}
		}
		return n
	}
	return 0
}
