package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"mingzhang/api"
)

func TestReportsShowTheBooks(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	for range 3 {
		b.made("/vouchers", voucher())
	}
	before := time.Now()
	b.made("/vouchers", voucher("1000.00", "7.00"))

	balance := func(query string) string {
		var out struct{ Rows []api.TrialBalanceRow }
		b.get("/trial-balance?as_of=2025-06-30&account=9301.01"+query, &out)
		if len(out.Rows) == 0 {
			return ""
		}
		last := out.Rows[len(out.Rows)-1]
		return last.Project + last.BudgetLine + " " + last.Closing.String()
	}
	for query, want := range map[string]string{
		"":                " 603007.00",
		"&by=budget_line": "2025-05-012025-05-01/2025 603007.00",
		"&by=project&project=2025-05-01&unit=101&basis=authority": "2025-05-01 603007.00",
		"&project=2025-06": "",
		"&known_at=" + url.QueryEscape(before.Format(time.RFC3339Nano)): " 603000.00",
	} {
		if got := balance(query); got != want {
			t.Errorf("trial balance %s: %q, want %q", query, got, want)
		}
	}

	for _, path := range []string{"/accounts/9301.01/statement", "/projects/2025-05-01/ledger"} {
		var whole, part api.StatementOutput
		b.get(path+"?as_of=2025-06-30", &whole)
		paged := []api.StatementLineOutput{}
		for next := ""; ; next = part.Next {
			part = api.StatementOutput{}
			b.get(path+"?as_of=2025-06-30&limit=2&next="+next, &part)
			paged = append(paged, part.Lines...)
			if part.Next == "" {
				break
			}
		}
		if a, b := jsonOf(t, whole.Lines), jsonOf(t, paged); a != b || len(whole.Lines) < 5 {
			t.Errorf("%s: pages give\n%s, the whole is\n%s", path, b, a)
		}
		if last := whole.Lines[len(whole.Lines)-1]; path[1] == 'a' && last.Balance.String() != "603007.00" {
			t.Errorf("%s ends with %+v", path, last)
		}
	}

	var vouchers, page struct {
		Vouchers []api.VoucherOutput
		Next     string
	}
	b.get("/vouchers", &vouchers)
	seen := []api.VoucherOutput{}
	for next := ""; ; next = page.Next {
		page.Next, page.Vouchers = "", nil
		b.get("/vouchers?limit=2&next="+url.QueryEscape(next), &page)
		seen = append(seen, page.Vouchers...)
		if page.Next == "" {
			break
		}
	}
	var one api.VoucherOutput
	b.get("/vouchers/2025-04/4", &one)
	if got := jsonOf(t, seen); got != jsonOf(t, vouchers.Vouchers) || len(seen) != 6 || jsonOf(t, seen[5]) != jsonOf(t, one) || one.PreparedBy != "clerk" || one.ReviewedBy != "head" {
		t.Errorf("vouchers by pages: %s, one: %+v", got, one)
	}
}

func TestLogAndRegistersAreRead(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.post("/vouchers", voucher("1000.00", "999999999.00"))
	b.post("/vouchers", voucher(`"2025-05-01"`, `"2024-01"`))
	type page struct {
		Commands []api.CommandOutput
		Refusals []api.RefusalOutput
		Next     string
	}
	count := b.written()[1]
	seen := map[string]bool{}
	for next, rounds := "", 0; rounds <= count; rounds++ {
		var p page
		b.get("/log/commands?limit=3&next="+next, &p)
		for _, c := range p.Commands {
			seen[c.Key] = true
		}
		if next = p.Next; next == "" {
			break
		}
	}
	if len(seen) != count {
		t.Errorf("the log shows %d of %d commands", len(seen), count)
	}
	var refused page
	b.get("/log/refusals?actor=head&name=voucher.post", &refused)
	if len(refused.Refusals) != 2 || refused.Refusals[0].Code != "project_unknown" || refused.Refusals[1].Code != "budget_exceeded" {
		t.Errorf("refusals: %+v", refused.Refusals)
	}
	for path, list := range map[string]string{"/units": "units", "/persons": "persons", "/accounts": "accounts", "/budget-lines": "budget_lines", "/periods": "periods", "/projects": "projects"} {
		var out map[string][]map[string]any
		b.get(path, &out)
		if len(out[list]) == 0 {
			t.Errorf("%s shows nothing", path)
		}
	}
	var found struct{ Blockers []api.BlockerOutput }
	b.get("/periods/2025-02/blockers", &found)
	if len(found.Blockers) != 1 || found.Blockers[0].Name != "earlier_period_open" {
		t.Errorf("blockers: %+v", found.Blockers)
	}
	for _, path := range []string{"/vouchers/2025-04/99", "/accounts/8888/statement?as_of=2025-06-30", "/projects/2024-01/ledger?as_of=2025-06-30", "/log/commands?next=x", "/trial-balance?as_of=2025-06-30&known_at=2999-01-01T00:00:00Z"} {
		if a := b.send(http.MethodGet, "/api/v1"+path, b.tokens["inspector"], "", ""); a.status < 400 || a.status > 404 || a.code() == "" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

// A node is made and mended by commands, each of which answers the node as it is then.
func TestTreeIsArrangedByCommands(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.made("/projects", `{"code":"2025-07","kind":"project","name_zh":"甲","type":"subsidy","stated_amount":"80.00","parties":[{"role":"lead","name":"民政局"}]}`)
	b.made("/projects/2025-07/rename", `{"name_zh":"乙","name_en":"B"}`)
	b.made("/projects/2025-07/parties", `{"parties":[{"role":"leader","name":"王某"},{"role":"lead","name":"教育局"}]}`)
	b.made("/projects/2025-07/dates", `{"due_month":"2025-12"}`)
	b.made("/projects/2025-07/unit", `{"unit":"101"}`)
	var line api.PlanLineOutput
	b.must(json.Unmarshal(b.made("/projects/2025-07/plan-lines", `{"rate":"80.5","unit":"人"}`).body, &line))
	if line.Planned != nil {
		t.Errorf("a plan without quantity comes to %s", line.Planned)
	}
	b.must(json.Unmarshal(b.made("/plan-lines/"+line.ID+"/quantity", `{"quantity":"3"}`).body, &line))
	if line.Planned == nil || line.Planned.String() != "241.50" {
		t.Errorf("planned %v", line.Planned)
	}
	var tree struct{ Projects []api.NodeOutput }
	b.get("/projects", &tree)
	got := jsonOf(t, tree.Projects[len(tree.Projects)-1])
	want := `{"code":"2025-07","name_zh":"乙","name_en":"B","kind":"project","type":"subsidy","unit":"101","due_month":"2025-12","stated_amount":"80.00","parties":[{"role":"lead","name":"教育局"},{"role":"leader","name":"王某"}],"plan":"241.50"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
