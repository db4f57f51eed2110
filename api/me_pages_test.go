package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mingzhang/api"
)

// The own account: roles, one-time codes that sign in once, sessions that are ended from another machine.
func TestOwnAccount(t *testing.T) {
	b := demonstration(t)
	r := b.reads(t, "budget").get("/me").sees("本人账号", "预算股", "当前会话", "一次性码")
	if r.fills("/me/codes", map[string]string{"password": "nicht das Kennwort"}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.text, `id="password.wrong"`) || strings.Contains(r.text, "nicht das") {
		t.Errorf("a wrong password: %d", r.status)
	}
	r.get("/me").fills("/me/codes", map[string]string{"password": api.DemoPassword}).sees("10 个一次性码", "只显示这一次")
	var codes []string
	for td := range nodes(r.page, "td") {
		if text := words(td); strings.Count(text, "-") == 3 {
			codes = append(codes, text)
		}
	}
	if len(codes) != 10 {
		t.Fatalf("codes: %v", codes)
	}
	r.get("/me").sees("剩余一次性码 10")
	if strings.Contains(r.text, codes[0]) {
		t.Error("a code is shown again")
	}

	again := b.nobody(t)
	signIn := map[string]string{"book": "640303900", "account": "budget", "password": api.DemoPassword}
	if again.get("/sign-in").fills("/sign-in", signIn); again.status != http.StatusUnauthorized {
		t.Fatalf("without a code: %d", again.status)
	}
	signIn["code"] = codes[0]
	again.fills("/sign-in", signIn)
	again.get("/me").sees("剩余一次性码 9", "其他会话")
	if third := b.nobody(t).get("/sign-in").fills("/sign-in", signIn); third.status != http.StatusUnauthorized {
		t.Errorf("a code twice: %d", third.status)
	}
	again.get("/me").fills("/me/sessions", nil).sees("其他会话已结束", "当前会话")
	if r.get("/desk"); !strings.HasPrefix(r.at, "/sign-in") {
		t.Errorf("the ended session is at %s", r.at)
	}
	if r := b.nobody(t); r.send("/me/sessions", url.Values{}).at != "/sign-in" {
		t.Errorf("nobody's sessions: %s", r.at)
	}
}
