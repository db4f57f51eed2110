package projects_test

import (
	"errors"
	"testing"

	"github.com/lib/pq"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// Settings of the book are changed by two persons, take effect once, and for the next payment.
func TestSettingsNeedTwoPersons(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	desks := b.desks([2]string{"gu", "admin"}, [2]string{"ma", "budget_officer"}, [2]string{"li", "budget_officer"}, [2]string{"wu", "project_clerk"})
	gu, ma, li, wu := desks["gu admin"], desks["ma budget_officer"], desks["li budget_officer"], desks["wu project_clerk"]
	in := func() projects.Settings {
		s, err := projects.SettingsOf(t.Context(), b.db, book)
		b.must(err)
		return s
	}
	if s := in(); s.Flows[0].MinimumPersons != 5 || s.Flows[1].MinimumPersons != 3 || s.Flows[1].UpTo != nil || len(s.ApprovalBands) != 0 {
		t.Errorf("before anybody set them: %+v", s)
	}
	bands := []projects.ApprovalBand{{FromAmount: yuan("1000000.00"), Approvers: 2}, {FromAmount: yuan("5000000.00"), Approvers: 3}}
	set := &projects.Setting{Paper: paperOf("2025-02-01"), ApprovalBands: &bands,
		Flows: []projects.FlowSetting{{Flow: projects.WorksFlow, MinimumPersons: 6}, {Flow: projects.SmallFlow, MinimumPersons: 4, UpTo: money("50000.00")}}}
	if _, err := projects.Draft(t.Context(), b.db, wu.command(), "setting", set); fault.Code(err) != "role_not_held" {
		t.Errorf("a clerk: %v", err)
	}
	doc, err := projects.Draft(t.Context(), b.db, ma.command(), "setting", set)
	b.must(err)
	_, err = ma.take(doc, "submit")
	b.must(err)
	for name, refused := range map[string]struct {
		by   desk
		code string
	}{"its maker": {ma, "duty_taken"}, "the administrator": {gu, "role_not_held"}} {
		if _, err := refused.by.take(doc, "approve"); fault.Code(err) != refused.code {
			t.Errorf("approved by %s: %v", name, err)
		}
	}
	if s := in(); s.Flows[0].MinimumPersons != 5 {
		t.Errorf("in effect before its approval: %+v", s)
	}
	past := func(sql string) string {
		_, err := b.db.ExecContext(t.Context(), sql, book, doc.ID)
		var p *pq.Error
		if errors.As(err, &p) {
			return string(p.Code)
		}
		return ""
	}
	if code := past(`select projects.put_in_effect(?, ?)`); code != "AC043" {
		t.Errorf("put in effect without an approval: %q", code)
	}
	_, err = li.take(doc, "approve")
	b.must(err)
	if s := in(); s.Flows[0].MinimumPersons != 6 || s.Flows[1].MinimumPersons != 4 || !s.Flows[1].UpTo.Equal(yuan("50000.00")) || len(s.ApprovalBands) != 2 || s.ApprovalBands[1].Approvers != 3 {
		t.Errorf("in effect: %+v", s)
	}
	// The bands are stated all together; what a later document does not state stays.
	fewer := []projects.ApprovalBand{{FromAmount: yuan("0.00"), Approvers: 2}}
	later, err := projects.Draft(t.Context(), b.db, gu.command(), "setting", &projects.Setting{Paper: paperOf("2025-03-01"), ApprovalBands: &fewer})
	b.must(err)
	_, err = gu.take(later, "submit")
	b.must(err)
	_, err = li.take(later, "approve")
	b.must(err)
	if s := in(); s.Flows[0].MinimumPersons != 6 || len(s.ApprovalBands) != 1 {
		t.Errorf("after a later document: %+v", s)
	}
	if code := past(`select projects.put_in_effect(?, ?)`); code != "AC043" {
		t.Errorf("an old document put in effect again: %q", code)
	}
	for name, sql := range map[string]string{
		"a flow": `insert into projects.flows (book_id, flow, minimum_persons) select ?, 'works', 3 where ?::text <> ''`, "a changed flow": `update projects.flows set minimum_persons = 3 where book_id = ? and ?::text <> ''`,
		"a band": `insert into projects.approval_bands select ?, 7, 1 where ?::text <> ''`, "no band": `delete from projects.approval_bands where book_id = ? and ?::text <> ''`,
	} {
		if code := past(sql); code != "42501" {
			t.Errorf("%s past the documents: %q", name, code)
		}
	}
}

// What no flow can be is refused when it is written.
func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	ma := b.desks([2]string{"ma", "budget_officer"})["ma budget_officer"]
	bands := func(all ...projects.ApprovalBand) projects.Setting { return projects.Setting{ApprovalBands: &all} }
	flows := func(all ...projects.FlowSetting) projects.Setting { return projects.Setting{Flows: all} }
	works := projects.FlowSetting{Flow: projects.WorksFlow, MinimumPersons: 5}
	for name, s := range map[string]projects.Setting{
		"nothing":                    {},
		"two persons":                flows(projects.FlowSetting{Flow: projects.SmallFlow, MinimumPersons: 2}),
		"ten persons":                flows(projects.FlowSetting{Flow: projects.WorksFlow, MinimumPersons: 10}),
		"a flow there is not":        flows(projects.FlowSetting{Flow: "fast", MinimumPersons: 3}),
		"a flow twice":               flows(works, works),
		"a largest amount of works":  flows(projects.FlowSetting{Flow: projects.WorksFlow, MinimumPersons: 5, UpTo: money("1.00")}),
		"a largest amount of zero":   flows(projects.FlowSetting{Flow: projects.SmallFlow, MinimumPersons: 3, UpTo: money("0.00")}),
		"no approver":                bands(projects.ApprovalBand{FromAmount: yuan("1.00")}),
		"six approvers":              bands(projects.ApprovalBand{FromAmount: yuan("1.00"), Approvers: 6}),
		"an amount below zero":       bands(projects.ApprovalBand{FromAmount: yuan("-1.00"), Approvers: 1}),
		"less than no hours":         {PayeeWaitHours: new(-1)},
		"more than thirty days":      {PayeeWaitHours: new(721)},
		"an amount twice, by a text": bands(projects.ApprovalBand{FromAmount: yuan("1"), Approvers: 1}, projects.ApprovalBand{FromAmount: yuan("1.00"), Approvers: 2}),
	} {
		s.Paper = projects.Paper{Date: accounting.MustDate("2025-02-01")}
		if _, err := projects.Draft(t.Context(), b.db, ma.command(), "setting", &s); fault.Code(err) != "document_invalid" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// How long a changed account waits is a setting; without one it is a day. What was registered before keeps its day.
func TestWaitingTimeOfAChangedAccountIsASetting(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	further := func(number string) {
		doc := b.mustDraft("payee", &projects.PayeeForm{Paper: paperOf("2025-02-01"), Code: b.payee, Name: "宁夏某建筑公司", Kind: "company", Accounts: []projects.BankAccount{{Number: number, Bank: "建行"}}})
		b.mustTake(doc, b.clerk, "submit")
		b.mustTake(doc, b.head, "approve")
	}
	other := desk{b.bureau, accounting.Actor{Person: b.bureau.head, Unit: b.unit, Role: "budget_officer"}, "head"}
	_, err := pgtest.Superuser(t, b.db).ExecContext(t.Context(), `insert into projects.role_grants (book_id, grant_id, person_id, unit_id, role, from_day) values (?, gen_random_uuid(), ?, ?, 'budget_officer', '2025-01-01')`,
		book, other.who.Person, b.unit)
	b.must(err)
	set := func(hours int) {
		doc, err := projects.Draft(t.Context(), b.db, b.finance.command(), "setting", &projects.Setting{Paper: paperOf("2025-02-01"), PayeeWaitHours: &hours})
		b.must(err)
		b.mustTake(doc, b.finance, "submit")
		b.mustTake(doc, other, "approve")
	}
	waits := map[string]int{}
	further("6402-0098")
	set(0)
	further("6402-0097")
	set(720)
	further("6402-0096")
	var rows []struct {
		AccountNumber string
		Hours         int
	}
	b.must(b.db.NewRaw(`select account_number, round(extract(epoch from usable_from - clock_timestamp()) / 3600)::int as hours from projects.payee_accounts`).Scan(t.Context(), &rows))
	for _, r := range rows {
		waits[r.AccountNumber] = r.Hours
	}
	if waits[contractorAccount] != 0 || waits["6402-0098"] != 24 || waits["6402-0097"] != 0 || waits["6402-0096"] != 720 {
		t.Errorf("hours to wait: %v", waits)
	}
	for account, code := range map[string]string{"6402-0098": "payee_waiting", "6402-0097": "", "6402-0096": "payee_waiting"} {
		q := b.request("fees", "", "100.00")
		q.Payees[0].Account = account
		if _, err := b.draft("payment_request", q); fault.Code(err) != code {
			t.Errorf("paying to %s: %v", account, err)
		}
	}
}
