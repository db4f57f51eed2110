package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"mingzhang/projects"
)

// prints are the forms that have to show something of what was typed.
var prints = []string{"request", "document", "order", "voucher", "month", "ledger", "register", "notice", "reconciliation", "bank", "treasury"}

// looks opens everything that anybody can open, takes every table and prints every form, and wants each kind of place to have shown
// something of what was typed.
func (s *scribe) looks(request, line, notice string) {
	t, auditor := s.ink.t, s.as("auditor")
	for _, id := range s.papers {
		s.page(auditor.get("/documents/" + id))
		s.page(auditor.get("/documents/" + id + "?lang=en"))
		s.page(auditor.get("/documents/" + id + "?lang=zh"))
		s.print(auditor, "document "+id, "/api/v1/documents/"+id+"/print")
	}
	s.print(auditor, "request "+request, "/api/v1/documents/"+request+"/print")
	s.print(auditor, "notice", "/api/v1"+notice+"/print")
	s.print(auditor, "order", "/api/v1/payment-requests/"+strings.Split(line, "/")[2]+"/lines/1/print")
	var posted struct {
		Vouchers []struct {
			Voucher, Memo, Period string
			Number                int
		}
	}
	auditor.json("/vouchers?from=2026-03&to=2026-03&limit=100", &posted)
	chosen := url.Values{}
	for i, v := range posted.Vouchers {
		layout := []string{"a4", "two_on_a4", "240x140"}[i%3]
		here := "/vouchers/" + v.Period + "/" + fmt.Sprint(v.Number)
		s.page(auditor.get(here))
		s.print(auditor, "voucher "+v.Period+" "+fmt.Sprint(v.Number), "/api/v1"+here+"/print?layout="+layout)
		chosen.Add("voucher", v.Period+"/"+fmt.Sprint(v.Number))
	}
	s.download(auditor, "/api/v1/voucher-files?"+chosen.Encode())
	for _, layout := range []string{"a4", "two_on_a4", "240x140"} {
		s.print(auditor, "month "+layout, "/api/v1/periods/2026-03/vouchers/print?layout="+layout)
	}
	for _, account := range []string{"1601", "9301", "9401"} {
		s.print(auditor, "ledger "+account, "/api/v1/accounts/"+account+"/statement/print?as_of=2026-12-31&project=2025-05")
	}
	s.print(auditor, "register", "/api/v1/project-register/print?as_of=2026-11-26")
	s.print(auditor, "reconciliation", "/api/v1/reconciliation/print?as_of=2026-11-26")
	s.print(auditor, "execution", "/api/v1/budget-execution/print?as_of=2026-11-26")
	s.print(auditor, "bank", "/api/v1/bank-reconciliation/6402000000000000199/2026-03/print")
	s.print(auditor, "treasury", "/api/v1/treasury-reconciliation/2026-08/print")
	for _, act := range []string{"account.disable", "bank.unmatch"} { // what is done without a document is told by the log
		s.page(auditor.get("/log?name=" + act))
	}
	looked := map[string]bool{}
	for _, account := range []string{"auditor", "budget", "treasury", "clerk-106", "payer", "admin", "inspector"} {
		r := s.as(account)
		r.eachPage("/desk", func() {
			s.page(r)
			for a := range nodes(r.page, "a") {
				to, err := url.Parse(attribute(a, "href"))
				if err != nil || to.Host != "" || !to.Query().Has("format") && !strings.HasPrefix(to.Path, "/api/v1/") {
					continue
				}
				kind := identities.ReplaceAllString(to.Path, "#") + " " + to.Query().Get("kind") + " " + to.Query().Get("tab") + " " + to.Query().Get("format")
				if looked[kind] || strings.HasPrefix(to.Path, "/api/v1/public") {
					continue
				}
				looked[kind] = true
				s.download(r, to.String())
			}
		})
	}
	places := map[string]int{}
	for number := range s.given {
		if !s.seen[number]["page"] {
			t.Errorf("no page shows text %s: %s", number, s.given[number])
		}
		for place := range s.seen[number] {
			places[place]++
		}
	}
	t.Logf("%d texts by %d forms, shown by %v; %d kinds of tables and prints were taken", len(s.given), len(s.took), places, len(looked))
	for _, form := range prints {
		if places["print of "+form] == 0 {
			t.Errorf("no print of %s shows any text", form)
		}
	}
	s.tookAll()
}

// tookAll wants every page that takes a form to have taken hostile texts, or to say why it takes none.
func (s *scribe) tookAll() {
	t := s.ink.t
	keys := slices.Collect(maps.Keys(s.took))
	for _, f := range projects.DocumentForms() {
		if !slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(key, "/documents/new "+string(f.Kind)+" ") }) {
			t.Errorf("no hostile text is in a document of the kind %s", f.Kind)
		}
	}
	for _, p := range s.server.Pages() {
		address := regexp.MustCompile(`:[a-z]+`).ReplaceAllString(regexp.QuoteMeta(p.Path), `[^/]+`)
		form := regexp.MustCompile(`^` + address + ` `)
		took := slices.ContainsFunc(keys, form.MatchString)
		why, none := withoutText[p.Path]
		switch {
		case p.Method != http.MethodPost:
		case !took && !none:
			t.Errorf("POST %s took no hostile text: type some, or say in withoutText why there is none to type", p.Path)
		case took && none:
			t.Errorf("POST %s took hostile texts: it is not without (%s)", p.Path, why)
		}
	}
}

// refusals are the forms that take no text when they are filled in by chance, as TestHostileTextsInEveryForm fills them in, and why.
// What they take when they are filled in rightly is seen by TestHostileTextsComeOutWhole.
var refusals = map[string]string{
	"/sign-in": "nobody is called so", "/first-start": "its review is no page of its own", "/bank": "a unit and a project of another", "/imports/new": "a list without a file", "/years/#/return-requests": "it answers where it was sent",
	"/settings/codes": "a code is of one thing, not of two", "/settings/projects/new": "a due month that is none", "/settings/projects/#/dates": "a due month that is none", "/settings/projects/#/plan": "a lump sum beside a rate",

	"/documents/new account": "an account's name has letters and digits", "/documents/new allocation": "weights and values that do not go together", "/documents/new certificate": "no contract chosen", "/documents/new change_order": "no contract chosen",
	"/documents/new contract": "terms that do not add up", "/documents/new correction": "no such voucher", "/documents/new departure": "nobody takes over from himself", "/documents/new final_account": "cost and sources that do not add up",
	"/documents/new injection_record": "no share of one in a hundred of an investee's", "/documents/new manual_voucher": "a line with debit and credit", "/documents/new milestone": "a milestone that was reached", "/documents/new opening": "no indicator",
	"/documents/new payee": "a bank's number has digits", "/documents/new payment_request": "an economic class has digits", "/documents/new refund": "no such request", "/documents/new role_grant": "two roles that no one person has",
	"/documents/new setting": "limits that do not go together", "/documents/new settlement": "no contract chosen", "/documents/new subsidy_batch": "a month that is none", "/documents/new termination": "no contract chosen", "/documents/new village_record": "no village's project",
}

// withoutText are the forms into which no free text is typed that comes out anywhere.
var withoutText = map[string]string{
	"/sign-in": "what is refused comes back, and it is known what may come in", "/sign-out": "no text", "/demonstration": "an account is chosen", "/role": "a role is chosen",
	"/password": "passwords are shown to nobody", "/second-factor": "digits", "/me/codes": "no text", "/me/sessions": "no text",
	"/review": "documents are chosen and one step is taken on all, without a word", "/payments/treasury-list": "no text", "/settings/accounts/start-password": "a document is chosen", "/settings/tokens/revoke": "a token is chosen",
	"/imports/new": "a list is read first and taken by /imports: hostile lists are sent in TestPagesOfLists", "/imports/preview": "the columns of a list are chosen",
	"/treasury/lists/:id/confirm": "lines are chosen", "/bank/:account/match": "no text", "/periods/:period/close-proposals": "a box is ticked", "/periods/:period/close": "a box is ticked", "/years": "a year",
}
