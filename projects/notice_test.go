package projects_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// A notice ranks the lead units with its evidence, is drafted by one and issued by another as it was shown, and stays what it was
// when the books change.
func TestNoticeOfAMonth(t *testing.T) {
	t.Parallel()
	b, desks := inspected(t)
	wu, cai, dong := desks["wu project_clerk"], desks["cai inspector"], desks["dong inspector"]
	in := percent("2025-05", "2025-01", "10.00", "2025-02-03")
	in.Problems, in.Measures = "征地未完成", "专题协调"
	_, err := wu.files(in)
	b.must(err)
	of := projects.NewNotice{Month: 202501, Date: accounting.MustDate("2025-02-10"), Demands: []string{"限期整改"}}
	for name, x := range map[string]struct {
		by   desk
		in   projects.NewNotice
		code string
	}{
		"a clerk":                    {wu, of, "role_not_held"},
		"within the month":           {cai, projects.NewNotice{Month: 202501, Date: accounting.MustDate("2025-01-31")}, "notice_invalid"},
		"a closing period":           {cai, projects.NewNotice{Month: 202513, Date: accounting.MustDate("2026-01-31")}, "notice_invalid"},
		"a day to come":              {cai, projects.NewNotice{Month: 202501, Date: accounting.MustDate("2125-01-31")}, "step_not_allowed"},
		"demands without an end":     {cai, projects.NewNotice{Month: 202501, Date: of.Date, Demands: []string{strings.Repeat("请", 2000), "请"}}, "notice_invalid"},
		"somebody who lends no role": {cai, projects.NewNotice{Month: 202501, Date: of.Date, OnBehalfOf: accounting.PersonID{UUID: accounting.NewID()}}, "role_not_held"},
	} {
		_, err := projects.DraftNotice(t.Context(), b.db, x.by.command(), x.in)
		if refuses(t, err, x.code, ""); t.Failed() {
			t.Fatal(name)
		}
	}
	first, err := projects.DraftNotice(t.Context(), b.db, cai.command(), of)
	b.must(err)
	draft, err := projects.DraftNotice(t.Context(), b.db, cai.command(), of)
	b.must(err)
	said, err := draft.Says()
	b.must(err)
	if len(said.Units) != 3 || said.Units[2].Name != "人社局" || said.Units[2].Lag != nil || said.Total.Plan.String() != "400.00" || len(said.Total.Programmes) != 3 {
		t.Errorf("ranking %+v, total %+v", said.Units, said.Total)
	}
	var road, clinic projects.NoticeProgramme
	for _, p := range said.Programmes {
		switch p.Code {
		case "2025-08":
			road = p
		case "2025-05":
			clinic = p
		}
	}
	rules := ""
	for _, r := range road.Reasons {
		rules += r.Rule + " " + r.Basis + " " + r.Source + "; "
	}
	if rules != "lag ledger 2025-08; unspent ledger 2025-08; progress_entry entries 2025-08; " || !strings.Contains(road.Reasons[1].ZH, "300.00") || !strings.Contains(road.Reasons[2].ZH, "已逾期 5 天") {
		t.Errorf("the road is late: %s %+v", rules, road.Reasons)
	}
	if clinic.Entry == nil || clinic.Entry.Problems != "征地未完成" || len(said.Issues()) != 1 {
		t.Errorf("entry %+v, problems %+v", clinic.Entry, said.Issues())
	}
	issue := func(by desk, k *projects.KeptNotice, hash accounting.Hash) error {
		_, err := projects.IssueNotice(t.Context(), b.db, by.command(), projects.IssuedNotice{ID: k.ID, Hash: hash})
		return err
	}
	refuses(t, issue(dong, first, first.Hash), "step_not_allowed", "only a draft")
	refuses(t, issue(dong, draft, accounting.Hash{1}), "document_changed", "")
	refuses(t, issue(cai, draft, draft.Hash), "same_person", "")
	refuses(t, issue(wu, draft, draft.Hash), "role_not_held", "")
	b.must(issue(dong, draft, draft.Hash))
	refuses(t, issue(dong, draft, draft.Hash), "step_not_allowed", "only a draft")

	b.mustRecord(&projects.Approve{Head: b.on("2025-01-25"), Draw: draw("2025-08/2025", "50.00")}, &projects.Issue{Head: b.on("2025-01-25"), Draw: draw("2025-08/2025", "50.00")})
	kept, err := projects.FindNotice(t.Context(), b.db, book, draft.ID)
	b.must(err)
	if kept.Content != draft.Content || kept.Hash != draft.Hash || kept.State != "issued" || kept.Issue != 1 || kept.Drafter != "cai" || kept.Decider != "dong" {
		t.Errorf("kept is %s no. %d by %s and %s", kept.State, kept.Issue, kept.Drafter, kept.Decider)
	}
	again, err := projects.DraftNotice(t.Context(), b.db, cai.command(), of)
	b.must(err)
	if !strings.Contains(again.Content, "已下达未支付 350.00 元") || strings.Contains(kept.Content, "350.00") {
		t.Error("the notice does not follow the books while it is drafted, or does afterwards")
	}
}

// What was issued cannot be changed by anybody, drafts are the bureau's, and one person cannot be both hands whatever writes the row.
func TestNoticesStay(t *testing.T) {
	t.Parallel()
	b, desks := inspected(t)
	cai, dong := desks["cai inspector"], desks["dong inspector"]
	drafts := func(month accounting.Period, day string) *projects.KeptNotice {
		k, err := projects.DraftNotice(t.Context(), b.db, cai.command(), projects.NewNotice{Month: month, Date: accounting.MustDate(day)})
		b.must(err)
		return k
	}
	january := drafts(202501, "2025-02-10")
	_, err := projects.IssueNotice(t.Context(), b.db, dong.command(), projects.IssuedNotice{ID: january.ID, Hash: january.Hash})
	b.must(err)
	drafts(202502, "2025-03-10")
	sees := func(who accounting.Actor) (n int) {
		service := pgtest.Service(t, b.db)
		b.must(accounting.Read(accounting.WithReader(t.Context(), who), service, func(ctx context.Context, tx bun.Tx) error {
			all, err := projects.Notices(ctx, tx, book)
			n = len(all)
			return err
		}))
		return n
	}
	if bureau, unit := sees(cai.who), sees(desks["wu project_clerk"].who); bureau != 2 || unit != 1 {
		t.Errorf("the bureau sees %d, a unit %d", bureau, unit)
	}
	var nobody int
	b.must(pgtest.Service(t, b.db).NewRaw(`select count(*) from projects.notices`).Scan(t.Context(), &nobody))
	if nobody != 0 {
		t.Errorf("nobody sees %d", nobody)
	}
	super := pgtest.Superuser(t, b.db)
	for name, sql := range map[string]string{
		"its text":            `update projects.notices set content = '{}', content_hash = sha256('{}') where state = 'issued'`,
		"its state":           `update projects.notices set state = 'withdrawn', issue = null where state = 'issued'`,
		"its row":             `delete from projects.notices where state = 'issued'`,
		"all rows":            `truncate projects.notices`,
		"a draft's text":      `update projects.notices set content = '{}', content_hash = sha256('{}') where state = 'draft'`,
		"issued by its maker": `update projects.notices set state = 'issued', issue = 9, decided_by = drafted_by, decided_at = now() where state = 'draft'`,
		"another hash":        `update projects.notices set state = 'issued', issue = 9, decided_by = gen_random_uuid(), decided_at = now(), content_hash = sha256('x') where state = 'draft'`,
	} {
		if _, err := super.ExecContext(t.Context(), sql); err == nil {
			t.Errorf("%s is changed", name)
		}
	}
}

// Units that are equally late share a place, and one without a plan has none.
func TestPlacesInTheRanking(t *testing.T) {
	t.Parallel()
	late, less := "81.74", "73.33"
	n := projects.Notice{Units: make([]projects.OverviewGroup, 5)}
	n.Units[0].Lag, n.Units[1].Lag, n.Units[2].Lag, n.Units[3].Lag = &late, &late, &less, &less
	for i, want := range []int{1, 1, 3, 3, 0} {
		if got := n.Place(i); got != want {
			t.Errorf("unit %d has place %d, want %d", i, got, want)
		}
	}
}
