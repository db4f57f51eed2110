package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"mingzhang/api"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

// An inspector drafts the notice of a month from the board, another issues it; everybody reads it, and page, data and paper say
// the same.
func TestNoticeOnItsPages(t *testing.T) {
	t.Parallel()
	b := demonstration(t)
	cai, dong, clerk := b.reads(t, "inspector"), b.reads(t, "inspector-head"), b.reads(t, "clerk-105")
	cai.get("/inspection").follows("督查通报").sees("督查通报〔2025〕第 1 期", "2025-09", "已签发", "示例·督查室负责人")
	if cai.fills("/notices", map[string]string{"month": "2025-10", "date": "2025-10-31"}).sees("2025-10 到 2025-10-31 才结束"); cai.status != http.StatusUnprocessableEntity {
		t.Errorf("a month that is not over: %d", cai.status)
	}
	cai.fills("/notices", map[string]string{"month": "2025-10", "date": "2025-11-10", "demands": "限期整改\n补报进度"}).sees("通报已起草", "草稿", "限期整改", "草稿由另一名督查人员签发", "一次")
	page := strings.TrimSuffix(cai.at, "?done=notice_drafted")
	if strings.Contains(cai.text, page+"/issue") {
		t.Error("the drafter is offered to issue it")
	}
	cai.send(page+"/issue", map[string][]string{"key": {"own"}, "hash": {strings.Repeat("0", 64)}, "confirmed": {"true"}}).sees("单据内容已变更")
	if clerk.get("/notices"); strings.Contains(clerk.text, page) {
		t.Error("a unit sees the draft")
	}
	if clerk.get(page); clerk.status != http.StatusNotFound {
		t.Errorf("a unit opens the draft: %d", clerk.status)
	}
	dong.get(page).fills(page+"/issue", nil).sees("请勾选确认后再签发")
	sent := dong.get(page).form(page + "/issue")
	sent.Set("confirmed", "true")
	dong.send(page+"/issue", sent).sees("通报已签发", "督查通报〔2025〕第 2 期")
	dong.send(page+"/issue", sent).sees("通报已签发") // a second click does it once
	var listed struct{ Notices []api.NoticeOutput }
	clerk.get("/notices").sees("督查通报〔2025〕第 2 期").get(page).sees("示例·督查室负责人", "补报进度")
	clerk.json("/notices", &listed)
	var kept api.NoticeOutput
	clerk.json("/notices/"+listed.Notices[0].ID.String(), &kept)
	clerk.json("/notices/"+listed.Notices[1].ID.String(), &struct{}{})

	var board projects.Overview
	dong.json("/overview?as_of=2025-10-31", &board)
	want, err := json.Marshal(board.ByUnit)
	b.must(err)
	got, err := json.Marshal(kept.Notice.Units)
	b.must(err)
	if string(got) != string(want) {
		t.Errorf("the notice ranks\n%s\nthe board\n%s", got, want)
	}
	late := 0
	for _, p := range kept.Notice.Programmes {
		if red := p.Light == projects.Red || p.Light == projects.Yellow; red != (len(p.Reasons) > 0) {
			t.Errorf("%s has the light %s and %d reasons", p.Code, p.Light, len(p.Reasons))
		}
		late += len(p.Reasons)
	}
	if late < 8 || len(kept.Notice.Overdue) == 0 || len(kept.Notice.Issues()) == 0 {
		t.Errorf("%d reasons, %d overdue, %d problems", late, len(kept.Notice.Overdue), len(kept.Notice.Issues()))
	}
	text := bare(b.printer(t, "clerk-105", "project_clerk").print("notice", "/notices/"+kept.ID.String()+"/print"))
	for _, said := range []string{"督查通报〔2025〕第2期", "关于2025年10月重点项目推进情况的通报", "合计只计一次", "补报进度", kept.Hash.String(), paper.Wan(*kept.Notice.Total.Plan), "示例·督查室负责人"} {
		if !strings.Contains(text, bare(said)) {
			t.Errorf("the paper does not say %q: %.600s", said, text)
		}
	}
	for _, u := range kept.Notice.Units {
		if u.Lag != nil && !strings.Contains(text, bare(u.Name)) || u.Lag != nil && !strings.Contains(text, *u.Lag) {
			t.Errorf("the paper lacks %s %s", u.Name, *u.Lag)
		}
	}
	for _, p := range kept.Notice.Programmes {
		for _, r := range p.Reasons {
			if !strings.Contains(text, bare(r.ZH)) {
				t.Errorf("the paper lacks %q", r.ZH)
			}
		}
	}
}
