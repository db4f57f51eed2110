package api_test

import (
	"strings"
)

// closes asks for a close and takes it back for a reason.
func (s *scribe) closes() {
	s.as("budget-head").proposes("2025-10").sees("已申请结账")
	s.fills("budget", "/periods/2025-10", "/periods/2025-10/withdraw-close", map[string]any{"reason": 400})
}

// measures measures the work of a contract whose number is hostile; whoever supervises it has no account and signs on paper.
func (s *scribe) measures(contract string) {
	var of struct{ Content struct{ Number string } }
	s.as("auditor").json("/documents/"+contract, &of)
	s.agreements(of.Content.Number)
	id := s.drafts(filled{"clerk-106", "certificate", "", map[string]string{"date": "2026-03-05", "contract": of.Content.Number, "items.0.code": "1", "items.0.quantity": "1", "deductions.0.kind": "fine", "deductions.0.note": s.text(200), "deductions.0.amount": "5"}}, "clerk-106")
	s.field, s.file = "paper", "签字页.txt"
	paper := "/documents/" + id + "/paper"
	s.fills("clerk-106", paper, paper, map[string]any{"name": 100, "office": 100, "date": "2026-03-06"})
	s.step("head-106", id, "supervise")
}

// agreements drafts what changes and ends a contract, and a village's record.
func (s *scribe) agreements(contract string) {
	s.drafts(filled{"clerk-106", "change_order", "", map[string]string{"contract": contract, "items.0.code": "9", "items.0.name": s.text(200), "items.0.amount": "5", "fund.0.budget_line": "2025-05/2026", "fund.0.amount": "5"}})
	s.drafts(filled{"clerk-106", "settlement", "", map[string]string{"contract": contract, "settled_price": "800"}})
	s.drafts(filled{"clerk-106", "termination", "", map[string]string{"contract": contract}})
	village := s.villageOf(s.ink.t)
	s.drafts(filled{"clerk-" + village.unit, "village_record", "", map[string]string{"node": village.code, "voted_on": "2026-03-01", "published_on": "2026-03-02", "date": "2026-03-10", "mode": "grants", "county": "5"}})
}

// rest types into what is left: a document is changed, lines of a bank are taken apart and put together, a list goes out again.
func (s *scribe) rest() {
	draft := s.drafts(filled{"clerk-106", "milestone", "", map[string]string{"node": "2025-05", "milestone": "in_progress"}})
	s.fills("clerk-106", "/documents/"+draft+"/edit", "/documents/"+draft+"/edit", map[string]any{"memo": 160, "document_no": 30})

	const number = "6402000000000000199"
	treasury, page := s.as("treasury"), "/bank/"+number+"/2026-03"
	heading := "交易日期,摘要,对方户名,借方发生额,贷方发生额,余额,交易流水号\n"
	bring := func(month, rows string) {
		s.as("budget").uploads("bank-statement", map[string]string{"source": s.text(100), "month": month, "account": number}, month+".csv", heading+rows)
		s.types(s.as("budget"), "/imports", nil)
	}
	s.fills("treasury", page+"/matches/1", page+"/matches/1", map[string]any{"reason": 400})
	pair := map[string]any{"because": 400}
	for n := range nodes(treasury.page, "option") {
		for name, said := range map[string]string{"bank_item": "银行已收、单位未收 3,000.00", "our_item": "单位已收、银行未收 3,000.00"} {
			if strings.Contains(words(n), said) {
				pair[name] = attribute(n, "value")
			}
		}
	}
	s.types(treasury, page+"/matches", pair)
	bring("2026-04", "2026-04-05,手续费,,1.00,,3000.23,20260405001\n")
	statement := ""
	for n := range nodes(treasury.get("/imports?kind=bank-statement").page, "tr") {
		for a := range nodes(n, "a") {
			if to := attribute(a, "href"); strings.HasPrefix(to, "/imports/0") && strings.Contains(words(n), "2026-04") {
				statement = to
			}
		}
	}
	s.fills("treasury", statement, statement+"/withdraw", map[string]any{"reason": 400})

	payer := s.as("payer")
	for a := range nodes(payer.get("/treasury/items?month=2026-08").page, "a") {
		if to := attribute(a, "href"); strings.HasPrefix(to, "/treasury/items/") {
			s.fills("payer", to, to, map[string]any{"reason": 400, "owner": "clerk-106"})
			break
		}
	}
	s.fills("payer", "/periods?year=2026", "/years/2026/return-requests", map[string]any{"reason": 400})
	s.starts()
}

// starts makes a real book of hostile names, and its first person looks at it.
func (s *scribe) starts() {
	s.offersFirstStart()
	r := s.nobody(s.ink.t).get("/first-start")
	fields := map[string]any{"code": "640303", "book_name": 60, "notice": "true"}
	for name := range firstForm() {
		if strings.HasPrefix(name, "person.") {
			fields[name] = 60
		}
	}
	s.types(r, "/first-start", fields)
	var passwords []string
	for td := range nodes(r.page, "td") {
		if text := words(td); len(text) == 19 && strings.Count(text, "-") == 3 {
			passwords = append(passwords, text)
		}
	}
	s.types(r, "/first-start", nil)
	r.fills("/sign-in", map[string]string{"book": "640303", "account": "admin", "password": passwords[0]})
	r.get("/desk").fills("/password", map[string]string{"old": passwords[0], "new": "管理员自己的口令0001", "again": "管理员自己的口令0001"})
	for _, path := range []string{"/desk", "/settings/people", "/settings/units", "/projects"} {
		s.page(r.get(path))
	}
	s.print(r, "cover", "/api/v1/project-register/print?as_of=2026-11-26")
}
