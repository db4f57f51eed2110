package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"mingzhang/api"
)

// day is so many days from today, as the bureau counts them.
func day(after int) string {
	return time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)).AddDate(0, 0, after).Format(time.DateOnly)
}

// signs drafts a document, submits it and has it approved by another.
func (c colleague) signs(kind, content string, by colleague) answer {
	c.b.t.Helper()
	var d api.DocumentOutput
	c.does(http.MethodPost, "/documents/"+kind, content, &d)
	hash := `{"hash":"` + d.Hash + `"}`
	if a := c.send(http.MethodPost, "/documents/"+d.ID+"/submit", hash); a.status != http.StatusOK {
		return a
	}
	return by.send(http.MethodPost, "/documents/"+d.ID+"/approve", hash)
}

// A newcomer is registered by the administrator, gets a role by a document of two, and hands over when leaving.
func TestPeopleComeAndGo(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	people := b.colleagues("admin", "budget_officer", "project_head", "project_clerk")
	admin, officer, head, clerk := people["admin"], people["budget_officer"], people["project_head"], people["project_clerk"]

	var unit api.UnitOutput
	officer.does(http.MethodPost, "/units", `{"code":"203","name":"水务","kind":"administrative"}`, &unit)
	officer.does(http.MethodPost, "/units/203/rename", `{"name":"水务局"}`, &unit)
	var person api.PersonOutput
	admin.does(http.MethodPost, "/persons", `{"code":"su","name":"某","unit":"101"}`, &person)
	admin.does(http.MethodPost, "/persons/su/rename", `{"name":"苏"}`, &person)
	if unit != (api.UnitOutput{Code: "203", Name: "水务局", Kind: "administrative"}) || person != (api.PersonOutput{Code: "su", Name: "苏", Unit: "101"}) {
		t.Errorf("the unit is %+v, the person %+v", unit, person)
	}
	for _, x := range []struct {
		who              colleague
		path, body, code string
	}{
		{admin, "/persons", `{"code":"su","name":"又","unit":"101"}`, "duplicate"},
		{admin, "/persons", `{"code":"gu","name":"顾","unit":"999"}`, "unit_unknown"},
		{admin, "/persons/nobody/rename", `{"name":"无"}`, "person_unknown"},
		{admin, "/units", `{"code":"204","name":"某","kind":"other"}`, "forbidden"},
		{officer, "/persons", `{"code":"gu","name":"顾","unit":"101"}`, "forbidden"},
		{officer, "/units", `{"code":"101","name":"某","kind":"other"}`, "duplicate"},
		{officer, "/units", `{"code":"204","name":"某","kind":"club"}`, "request_invalid"},
	} {
		if a := x.who.send(http.MethodPost, x.path, x.body); a.code() != x.code {
			t.Errorf("%s %s: %d %s, want %s", x.path, x.body, a.status, a.body, x.code)
		}
	}

	grant := fmt.Sprintf(`{"date":%q,"unit":"101","person":"su","role":"project_clerk","from":%q,"until":%q}`, day(0), day(0), day(9))
	if a := admin.signs("role-grant", grant, head); a.status != http.StatusOK {
		t.Fatalf("granting: %d %s", a.status, a.body)
	}
	var roles struct{ Roles []api.RoleOutput }
	head.does(http.MethodGet, "/persons/su/roles", "", &roles)
	if len(roles.Roles) != 1 || roles.Roles[0] != (api.RoleOutput{Unit: "101", Role: "project_clerk", From: day(0), Until: day(9)}) {
		t.Errorf("su holds %+v", roles.Roles)
	}
	if a := officer.signs("delegation", fmt.Sprintf(`{"date":%q,"role":"budget_officer","to":"admin","from":%q,"until":%q}`, day(0), day(0), day(1)), head); a.code() != "roles_conflict" {
		t.Errorf("money lent to the administrator: %d %s", a.status, a.body)
	}
	if a := officer.signs("delegation", fmt.Sprintf(`{"date":%q,"role":"budget_officer","to":"su","from":%q,"until":%q}`, day(0), day(0), day(1)), head); a.status != http.StatusOK {
		t.Errorf("lending: %d %s", a.status, a.body)
	}
	head.does(http.MethodGet, "/persons/su/roles", "", &roles)
	if len(roles.Roles) != 2 || roles.Roles[1].OnBehalfOf != "budget_officer" {
		t.Errorf("su may act as %+v", roles.Roles)
	}

	var draft api.DocumentOutput
	clerk.does(http.MethodPost, "/documents/milestone", `{"date":"2025-04-01","node":"2025-06","milestone":"approved"}`, &draft)
	leave := fmt.Sprintf(`{"date":%q,"person":"project_clerk","left_on":%q,"successor":"su"}`, day(0), day(0))
	if a := admin.signs("departure", leave, head); a.status != http.StatusOK {
		t.Fatalf("leaving: %d %s", a.status, a.body)
	}
	if a := clerk.send(http.MethodPost, "/documents/"+draft.ID+"/submit", `{"hash":"`+draft.Hash+`"}`); a.status == http.StatusOK {
		t.Errorf("who left submits: %d %s", a.status, a.body)
	}
	var list api.HandoverOutput
	head.does(http.MethodGet, "/persons/project_clerk/handover?as_of=2025-12-31", "", &list)
	if len(list.Open) != 1 || list.Open[0].Number != draft.Number || list.Successor == nil || list.Successor.Code != "su" || list.LeftOn != day(0) ||
		len(list.Roles) != 1 || !list.Roles[0].SuccessorHoldsIt || list.Periods[2].LastNumber != 2 || len(list.Balances) != 3 {
		t.Errorf("the handover shows %+v", list)
	}
	head.does(http.MethodGet, "/persons/project_clerk/handover", "", &list) // as of today
}
