package api_test

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"mingzhang/api"
	"mingzhang/seeds"
)

// starting is a demonstration whose operator may make a real book, seen by somebody who is not signed in.
func starting(t *testing.T) (*bureau, *reader) {
	t.Helper()
	b := demonstration(t)
	b.offersFirstStart()
	return b, b.nobody(t)
}

func (b *bureau) offersFirstStart() {
	b.t.Helper()
	units, err := seeds.Units()
	b.must(err)
	b.server.OfferFirstStart(api.FirstStart{Units: units, FirstYear: seeds.FirstYear, Notice: seeds.LoadPublished})
}

// nobody is a browser without a session.
func (b *bureau) nobody(t *testing.T) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	b.must(err)
	return &reader{t: t, url: b.url, client: http.Client{Jar: jar}}
}

// firstForm is the page's form, filled in.
func firstForm() map[string]string {
	said := map[string]string{"code": "640303", "book_name": "红寺堡区财政局", "notice": "true"}
	for code, name := range map[string]string{"admin": "马管理", "budget": "王经办", "budget-head": "李负责", "treasury": "张审核", "payer": "刘支付", "accountant": "陈会计"} {
		said["person."+code] = name
	}
	return said
}

// The operator at the machine makes the first real book once: what is wrong is said, passwords are on paper before the book is
// there, and a repeat makes nothing more.
func TestFirstStart(t *testing.T) {
	b, r := starting(t)
	r.get("/sign-in").sees("本机还没有真实账套").follows("首次使用：建立真实账套").sees("核算单位")
	form := r.form("/first-start")
	if !strings.Contains(form.Get("units"), "101 财政局") {
		t.Errorf("units offered: %q", form.Get("units"))
	}
	for name, value := range firstForm() {
		form.Set(name, value)
	}
	for field, wrong := range map[string]string{"code": "64030", "book_name": "", "person.payer": "王经办", "units": "", "notice": "true"} {
		was := form.Get(field)
		form.Set(field, wrong)
		if field == "notice" {
			form.Set("units", "101 财政局")
		}
		r.send("/first-start", form)
		if again := r.form("/first-start"); r.status != http.StatusUnprocessableEntity || again.Get("person.admin") != "马管理" || !strings.Contains(r.text, `id="problem"`) {
			t.Errorf("%s %q: %d %v", field, wrong, r.status, again)
		}
		if form.Set(field, was); field == "notice" {
			form.Set("units", r.get("/first-start").form("/first-start").Get("units"))
		}
	}
	form.Set("notice", "true")

	r.send("/first-start", form).sees("核对：红寺堡区财政局", "马管理", "初始口令", "640303")
	if n := count(t, b, `select count(*) from accounting.books where kind = 'real'`); n != 0 {
		t.Fatal("the review made a book")
	}
	var passwords []string
	for td := range nodes(r.page, "td") {
		if text := words(td); len(text) == 19 && strings.Count(text, "-") == 3 {
			passwords = append(passwords, text)
		}
	}
	if len(passwords) != 6 {
		t.Fatalf("passwords: %v", passwords)
	}
	confirmed := r.form("/first-start")
	if back := r.fills("/first-start", map[string]string{"back": "yes"}).form("/first-start"); r.status != http.StatusOK || back.Get("person.admin") != "马管理" || back.Get("notice") != "true" || count(t, b, `select count(*) from accounting.books where kind = 'real'`) != 0 {
		t.Errorf("back from the review: %d %v", r.status, back)
	}
	r.send("/first-start", form)
	if forged := r.form("/first-start"); true {
		forged.Set("proof", "AAAA-AAAA-AAAA-AAAA")
		r.send("/first-start", forged).sees("口令已打印")
		if count(t, b, `select count(*) from accounting.books where kind = 'real'`) != 0 {
			t.Fatal("without the review's proof a book was made")
		}
	}
	r.send("/first-start", confirmed).sees("账套已建立")
	if got := r.form("/sign-in"); got.Get("book") != "640303" || got.Get("account") != "admin" {
		t.Errorf("the sign-in is of %v", got)
	}
	r.send("/first-start", confirmed).sees("账套已建立") // a double click, or an answer that was lost
	if n := count(t, b, `select count(*) from accounting.books where kind = 'real'`); n != 1 {
		t.Errorf("%d real books", n)
	}
	if n := count(t, b, `select count(*) from projects.nodes where book_id = 640303 and parent_id is null`); n != 10 {
		t.Errorf("%d programmes of the notice", n)
	}
	if n := count(t, b, `select count(*) from accounting.commands where book_id = 640303 and name = 'account.open'`); n != 6 {
		t.Errorf("the log knows %d accounts", n)
	}
	if r.get("/first-start"); r.status != http.StatusNotFound {
		t.Errorf("the page afterwards: %d", r.status)
	}
	form.Set("code", "640300")
	if r.send("/first-start", form); r.status != http.StatusNotFound || count(t, b, `select count(*) from accounting.books where kind = 'real'`) != 1 {
		t.Errorf("a second real book: %d", r.status)
	}
	if r.get("/sign-in"); strings.Contains(r.text, "/first-start") {
		t.Error("the sign-in still offers it")
	}

	r.fills("/sign-in", map[string]string{"book": "640303", "account": "admin", "password": passwords[0]})
	if r.get("/desk"); r.at != "/password" {
		t.Fatalf("a start password leads to %s", r.at)
	}
	r.fills("/password", map[string]string{"old": passwords[0], "new": "管理员自己的口令0001", "again": "管理员自己的口令0001"})
	r.get("/settings/people").sees("王经办", "国库股", "马管理")
}

// From elsewhere, behind a proxy, or where the command line makes books, there is no such page.
func TestFirstStartIsOfThisMachineOnly(t *testing.T) {
	b := demonstration(t)
	r := b.nobody(t)
	for what, prepare := range map[string]func(){
		"not offered":    func() {},
		"behind a proxy": func() { b.offersFirstStart(); b.reach(api.Reach{Loopback: true, Proxy: true}) },
		"not loopback":   func() { b.offersFirstStart(); b.reach(api.Reach{}) },
	} {
		prepare()
		if r.get("/first-start"); r.status != http.StatusNotFound {
			t.Errorf("%s: the page %d", what, r.status)
		}
		if r.send("/first-start", map[string][]string{"code": {"640303"}}); r.status != http.StatusNotFound {
			t.Errorf("%s: the form %d", what, r.status)
		}
		if r.get("/sign-in"); strings.Contains(r.text, "/first-start") {
			t.Errorf("%s: the sign-in offers it", what)
		}
	}
}
