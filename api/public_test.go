package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// Everybody reads how far the programmes are: to the fen what the books say at the end of the last closed month, in words,
// bars and as data, and nothing about payees, accounts or people.
func TestPublicProgress(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	r := b.nobody(t)
	r.get("/sign-in").follows("无需登录：查看民生实事进度公开").sees("截至 2025-09-30", "10 项民生实事：计划 27,720.00 万元，已支付 7,161.75 万元（25.84%）", "2 项通知未载明计划金额",
		"计划 860.00 万元，已支付 534.00 万元（62.09%），完成投资 480.00 万元，形象进度 78.00%（2025-09 填报）", "无计划数，已支付 5.00 万元", "不含无计划数的项目：城乡居民医保缴费奖补、城乡居民基础养老金县级补助")
	checkPage(t, r)
	all := r.text
	var told projects.Publication
	r.json("/public/progress", &told)
	for _, row := range reconciled(t, b, told.AsOf.String()).Projects {
		x, _ := told.Find(row.Code)
		if x == nil {
			t.Fatalf("%s is not given out", row.Code)
		}
		if got, want := figuresText(x.Plan, &x.Paid, x.Certified), figuresText(row.Plan, row.ExecutedTotal, row.Certified); got != want {
			t.Errorf("%s: %s is given out, the books say %s", row.Code, got, want)
		}
	}
	data, err := json.Marshal(told)
	b.must(err)
	all += string(data)
	for _, lang := range []string{"en", "zh"} {
		r.get("/public?lang=" + lang)
		for _, x := range told.Projects {
			if r.get("/public/" + x.Code); r.status != http.StatusOK {
				t.Errorf("%s: %d", r.at, r.status)
			}
			checkPage(t, r)
			all += r.text
		}
	}
	r.get("/public/2025-10").sees("分项进度（65 项）", "村项目 065", "分项没有各自的计划数")
	r.get("/public?format=csv")
	all += r.text

	var secrets []string
	b.must(b.db.NewRaw(`select x from (select name from projects.payees union select account_number from projects.payee_accounts union select name from accounting.persons union select code from accounting.persons where length(code) > 5
		union select name from projects.node_parties where role in ('leader', 'supervisor', 'contractor') union select number from projects.documents where length(number) > 8 union select number from projects.contracts) as s (x) where length(x) > 1`).Scan(t.Context(), &secrets))
	if len(secrets) < 100 {
		t.Fatalf("only %d names and numbers to look for", len(secrets))
	}
	for _, secret := range secrets {
		if strings.Contains(all, secret) {
			t.Errorf("%q is given out", secret)
		}
	}
}

func figuresText(all ...*accounting.Money) string {
	var said []string
	for _, m := range all {
		if m == nil {
			said = append(said, "unknown")
		} else {
			said = append(said, m.String())
		}
	}
	return strings.Join(said, " ")
}

// The bureau switches it off by two persons, and then there is neither page, data nor a link to them.
func TestPublicProgressIsSwitchedOff(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	maker, checker := b.reads(t, "budget"), b.reads(t, "budget-head")
	maker.get("/settings").sees("进度公开", "公开")
	b.document(t, maker, checker, "/documents/new?kind=setting", map[string]string{"date": "2026-04-01", "public_progress": "not_published"})
	maker.get("/settings").sees("不公开")
	again := serve(t, b.db, pgtest.Service(t, b.db)) // which has nothing in mind
	r := again.nobody(t)
	if r.get("/public"); r.status != http.StatusNotFound {
		t.Errorf("the page: %d %s", r.status, words(r.page))
	}
	r.sees("没有公开的进度")
	if a := again.send(http.MethodGet, "/api/v1/public/progress", "", "", ""); a.status != http.StatusNotFound || a.code() != "not_published" {
		t.Errorf("the data: %d %s", a.status, a.body)
	}
	if r.get("/sign-in"); strings.Contains(r.text, "/public") {
		t.Error("the sign-in still leads there")
	}
}

// Whoever has not signed in sees no row of what is kept from units either, whatever a handler asks: only the one function answers,
// in its own columns.
func TestNobodyReadsNothingElse(t *testing.T) {
	t.Parallel()
	db := demonstrated(t)
	service := pgtest.Service(t, db)
	var tables []string
	err := db.NewRaw(`select c.oid::regclass::text from pg_class c where c.relrowsecurity and c.relnamespace::regnamespace::text in ('accounting', 'projects', 'api') order by 1`).Scan(t.Context(), &tables)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"accounting.lines", "accounting.turnover", "accounting.vouchers", "projects.documents", "projects.payment_lines", "projects.payment_requests", "projects.contracts", "projects.progress_entries", "projects.bank_accounts"} {
		if !slices.Contains(tables, table) {
			t.Errorf("%s is not guarded", table)
		}
	}
	for _, table := range tables {
		var seen int
		if err := service.NewRaw(`select count(*) from `+table).Scan(t.Context(), &seen); err == nil && seen > 0 {
			t.Errorf("%s: %d rows without anybody asking", table, seen)
		}
	}
	var columns string
	if err := db.NewRaw(`select array_to_string(proargnames, ' ') from pg_proc where proname = 'published_progress'`).Scan(t.Context(), &columns); err != nil {
		t.Fatal(err)
	}
	if want := "book_id book_name demo as_of code parent works name_zh name_en due_month leads plan paid certified percent percent_month"; columns != want {
		t.Errorf("it gives out %s, want %s", columns, want)
	}
	all, err := projects.Publications(t.Context(), service)
	if err != nil || len(all) != 1 || all[0].Book != seeds.DemoBook || len(all[0].Projects) < 80 {
		t.Errorf("given out: %d, %v", len(all), err)
	}
}
