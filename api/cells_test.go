package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations/pgtest"
	"mingzhang/seeds"
)

// newNoticeBureau is the notice's own tree in a real book.
func newNoticeBureau(t *testing.T) *bureau {
	t.Helper()
	db := pgtest.Open(t)
	b := serve(t, db, db)
	_, err := seeds.InitBook(t.Context(), db, "640303", "红寺堡区财政局", true, accounting.MustDate("2025-07-01"))
	b.must(err)
	var head accounting.PersonID
	b.must(db.NewRaw(`select person_id from accounting.persons where code = 'budget-head'`).Scan(t.Context(), &head))
	b.head = accounting.Actor{Person: head}
	b.tokens["budget_officer"] = b.tokenOf(api.NewToken{Person: "budget-head", Role: "budget_officer", Valid: time.Hour})
	b.tokens["system"] = b.tokenOf(api.NewToken{Person: "budget-head", Role: "system", Valid: time.Hour})
	b.tokens["auditor"] = b.tokenOf(api.NewToken{Person: "treasury", Role: "treasury_officer", Valid: time.Hour}) // a new book has no auditor yet; the treasury reads as much
	return b
}

// cells are all figures, reasons, checks and open items of the reconciliation, each under its place.
func (b *bureau) cells() map[string]string {
	b.t.Helper()
	var report map[string]any
	b.get("/reconciliation?as_of=2025-12-31", &report)
	all := map[string]string{}
	var walk func(place string, value any)
	walk = func(place string, value any) {
		switch v := value.(type) {
		case map[string]any:
			if code, ok := v["code"].(string); ok {
				place += " " + code
			}
			for k, x := range v {
				walk(place+"."+k, x)
			}
		case []any:
			for i, x := range v {
				name := fmt.Sprint(place, "[", i, "]")
				if row, ok := x.(map[string]any); ok && row["code"] != nil {
					name = place // rows are told apart by their code
				}
				walk(name, x)
			}
		default:
			text, _ := json.Marshal(v)
			all[place] = string(text)
		}
	}
	walk("", report)
	return all
}

func sum(t testing.TB, text, plus string) string {
	t.Helper()
	var m accounting.Money
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%s plus %s: %v", text, plus, err)
	}
	out, _ := json.Marshal(m.Add(accounting.MustMoney(plus)))
	return string(out)
}

// One voucher changes the cells it is about, in its project and in those above, and no other.
func TestOneVoucherChangesItsCellsOnly(t *testing.T) {
	t.Parallel()
	b := newNoticeBureau(t)
	project, above := b.aProjectOfWorks()
	line := project + "/2025"
	b.made("/budget-lines", `{"project":"`+project+`","fiscal_year":2025,"fund_nature":"general_public_budget","funding_source":"county"}`)
	const figures = `{"date":"2025-03-05","document_no":"红财发〔2025〕1号","prepared_by":"budget","attachments":1,"budget_line":"`
	b.made("/events/approval", figures+line+`","amount":"500000.00"}`)

	at := func(account, side, amount string) string {
		return `{"account":"` + account + `","project":"` + project + `","budget_line":"` + line + `","` + side + `":"` + amount + `"}`
	}
	without := func(account, side, amount string) string {
		return `{"account":"` + account + `","project":"` + project + `","` + side + `":"` + amount + `"}`
	}
	class := func(line string) string { return line[:len(line)-1] + `,"economic_class":"30201"}` }
	for _, c := range []struct {
		name, lines string
		changes     map[string]string // figure -> difference
		reasons     map[string]string
	}{
		{"authority is issued", at("9301.01", "debit", "300000.00") + "," + at("9201", "credit", "300000.00"),
			map[string]string{"to_issue": "-300000.00", "available": "300000.00"}, map[string]string{"to_issue": "-300000.00", "available": "300000.00"}},
		{"fees are paid", without("1613.03", "debit", "12345.67") + "," + at("4001.01", "credit", "12345.67") + "," +
			class(at("7101", "debit", "12345.67")) + "," + at("6001", "credit", "12345.67") + "," + at("9401", "debit", "12345.67") + "," + at("9301.01", "credit", "12345.67"),
			map[string]string{"available": "-12345.67", "executed": "12345.67", "executed_total": "12345.67", "certified": "12345.67", "plan_minus_executed": "-12345.67"}, map[string]string{"available": "-12345.67"}},
	} {
		want := b.cells()
		places := []string{".projects " + project + ".", ".projects " + project + ".own.", ".total."}
		for _, code := range above {
			places = append(places, ".projects "+code+".")
		}
		changed := 0
		for _, place := range places {
			for figure, by := range c.changes {
				if old := want[place+figure]; old != "null" { // an unknown plan, or a figure that does not apply, stays so
					want[place+figure], changed = sum(t, old, by), changed+1
				}
			}
			for reason, by := range c.reasons {
				if old, there := want[place+"reasons."+reason]; there {
					want[place+"reasons."+reason] = sum(t, old, by)
				}
			}
		}
		if changed < len(c.changes)*3-1 {
			t.Fatalf("%s: only %d cells are predicted to change", c.name, changed)
		}
		b.made("/vouchers", `{"date":"2025-06-30","memo":"`+c.name+`","prepared_by":"budget","attachments":1,"lines":[`+c.lines+`]}`)
		if diff := cmp.Diff(want, b.cells()); diff != "" {
			t.Errorf("%s: cells other than predicted (-predicted +found):\n%s", c.name, diff)
		}
	}
	if a := b.send(http.MethodGet, "/api/v1/reconciliation?as_of=2025-12-31&format=csv", b.tokens["auditor"], "", ""); a.header.Get("Content-Type") != "text/csv; charset=utf-8" || string(a.body[:3]) != "\ufeff" {
		t.Errorf("as CSV: %q", a.header.Get("Content-Type"))
	}
}

// aProjectOfWorks picks a project that has its unit and something above it, and all that is above.
func (b *bureau) aProjectOfWorks() (code string, above []string) {
	b.t.Helper()
	var tree struct{ Projects []api.NodeOutput }
	b.get("/projects", &tree)
	parents := map[string]string{}
	for _, n := range tree.Projects {
		parents[n.Code] = n.Parent
	}
	for _, n := range tree.Projects {
		if n.Type == "works" && n.Unit != "" && n.Parent != "" && !slices.Contains(slices.Collect(maps.Values(parents)), n.Code) {
			code = n.Code
		}
	}
	if code == "" {
		b.t.Fatal("the notice has no such project")
	}
	for up := parents[code]; up != ""; up = parents[up] {
		above = append(above, up)
	}
	return code, above
}
