package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations/pgtest"
)

// neighbours is a bureau with two units, each with a project, vouchers, documents and people of its own: 101 has 2025-05-01
// and 2025-06, 202 has 2025-07.
type neighbours struct {
	*bureau
	people map[string]colleague // by unit and role: "101 project_clerk"
	papers map[string]string    // identity of a submitted document of each unit
	hash   string               // of the document of 101
	file   string               // that it carries, and no other
}

// unitRoles are the roles that read their own unit's books and documents only.
var unitRoles = []string{"project_clerk", "project_head", "supervisor", "lead_approver"}

func newNeighbours(t *testing.T) neighbours {
	t.Helper()
	n := neighbours{bureau: newBureau(t), papers: map[string]string{}}
	other := accounting.UnitID{UUID: accounting.NewID()}
	n.must(accounting.AddUnit(t.Context(), n.db, accounting.Unit{Book: book, ID: other, Code: "202", Name: "交通局", Kind: accounting.Administrative}))
	n.made("/projects", `{"code":"2025-07","kind":"project","name_zh":"项目","type":"works","unit":"202"}`)
	n.made("/budget-lines", `{"project":"2025-07","fiscal_year":2025,"fund_nature":"general_public_budget","funding_source":"county"}`)
	n.event("approval", `"budget_line":"2025-07/2025","amount":"70000.00"`)
	n.event("issue", `"budget_line":"2025-07/2025","amount":"7000.00"`)
	desks := []desk{{"budget", n.head.Unit, "budget_officer"}}
	for _, role := range unitRoles {
		desks = append(desks, desk{"101 " + role, n.head.Unit, role}, desk{"202 " + role, other, role})
	}
	n.people = n.staff(desks...)
	n.file = n.store("budget_officer", "101.pdf", "%PDF-1.7 of 101").Hash
	for unit, project := range map[string]string{"202": "2025-07", "101": "2025-06"} {
		paper := strings.ReplaceAll(fmt.Sprintf(budgetPaper, "10.00"), "2025-06", project)
		if unit == "101" {
			paper = strings.ReplaceAll(paper, hashOf(paperFile), n.file)
		}
		var d api.DocumentOutput
		n.people["budget"].does(http.MethodPost, "/documents/budget", paper, &d)
		var taken struct{ Document api.DocumentOutput }
		n.people["budget"].does(http.MethodPost, "/documents/"+d.ID+"/submit", `{"hash":"`+d.Hash+`"}`, &taken)
		n.papers[unit] = d.ID
		if unit == "101" {
			n.hash = d.Hash
		}
	}
	return n
}

// dealings puts a contract and a payment request of unit 101 there, as far as their addresses need them.
func (n neighbours) dealings() {
	n.t.Helper()
	for _, q := range []string{
		`insert into projects.documents (book_id, document_id, kind, number, unit_id, node_id, flow, amount, content, content_hash, state, created_by)
			select book_id, gen_random_uuid(), k.kind, k.number, unit_id, node_id, 'works', 1, '{"node":"2025-06","payment":"fees","sources":[]}', sha256('x'), 'draft', created_by
			from projects.documents d, (values ('contract', 'HT-2025-0001'), ('payment_request', 'ZF-2025-0001')) as k (kind, number) where d.document_id = '` + n.papers["101"] + `'`,
		`insert into projects.contracts (book_id, contract_id, number, node_id, name, type, supplier, credit_code, payee, signed_on, original_price, price, funded, draw_by, progress_rate, settled_rate, retention_rate,
			defects_months, advance_terms) select book_id, document_id, 'CN-1', node_id, '合同', 'works', '某公司', '', '', '2025-03-01', 1, 1, 1, 'order', 80, 97, 3, 12, 0 from projects.documents where number = 'HT-2025-0001'`,
		`insert into projects.bank_accounts (book_id, bank_account_id, number, bank, ledger_account, unit_id, registered_by) select book_id, document_id, '6402', '某银行', '1002.01', unit_id, created_by
			from projects.documents where number = 'HT-2025-0001'`,
	} {
		_, err := pgtest.Superuser(n.t, n.db).ExecContext(n.t.Context(), q)
		n.must(err)
	}
}

// belongings are the objects that stand in addresses, by the beginning of the address: one of unit 101, which is foreign to
// 202, and one that is not there. An address of no unit's objects has a row without them. The longest beginning counts.
func (n neighbours) belongings() map[string][2]string {
	return map[string][2]string{
		"/api/v1/documents/{id}":                  {n.papers["101"], "0190a6c2-7d3e-7000-8000-000000000001"},
		"/api/v1/vouchers/{period}/{number}":      {"2025-03/1", "2025-03/99"},
		"/api/v1/projects/{code}":                 {"2025-06", "2025-99"},
		"/api/v1/contracts/{number}":              {"CN-1", "CN-9"},
		"/api/v1/payment-requests/{number}":       {"ZF-2025-0001", "ZF-2025-0009"},
		"/api/v1/funds/{code}":                    {"2025-06", "2025-99"},
		"/api/v1/files/{hash}":                    {n.file, emptyHash},
		"/api/v1/plan-lines/{id}":                 {},
		"/api/v1/treasury-lists/{import}":         {},
		"/api/v1/treasury-reconciliation/{month}": {},
		"/api/v1/open-items/{id}":                 {},
		"/api/v1/bank-accounts/{account}":         {"6402", "6409"},
		"/api/v1/bank-reconciliation/{account}":   {"6402", "6409"},
		"/api/v1/imports/{id}":                    {}, // of the treasury and the bank: who reads every unit's books withdraws them
		"/api/v1/list-kinds/{kind}":               {},
		"/api/v1/accounts/{account}":              {},
		"/api/v1/periods/{period}":                {},
		"/api/v1/audit-tables/{table}":            {},
		"/api/v1/years/{year}":                    {},
		"/api/v1/persons/{code}":                  {"clerk", "nobody"},
		"/api/v1/units/{code}":                    {},
		"/api/v1/notices/{id}":                    {}, // a draft is the bureau's, what is issued everybody's: see TestNoticesStay
		"/api/v1/tokens/{id}":                     {}, // a person's, not a unit's: see TestTokensAreListedAndRevoked
		"/api/v1/sign-in-accounts/{account}":      {}, // the administrator's
	}
}

// body is a request that gets as far as looking the object up.
func (n neighbours) body(op operation) string {
	switch {
	case op.method == http.MethodGet:
		return ""
	case op.method == http.MethodPut:
		return fmt.Sprintf(budgetPaper, "10.00")
	case op.ID == "reverse-voucher":
		return `{"date":"2025-04-01","reason":"错","prepared_by":"clerk"}`
	case op.ID == "correct-voucher":
		return `{"reason":"错","voucher":` + voucher("2025-05-01", "2025-07") + `}`
	case op.ID == "enter-outside-act":
		return `{"verb":"supervise","hash":"` + n.hash + `","name":"某","office":"某公司","date":"2025-03-01","paper":"` + n.hash + `"}`
	case op.ID == "enter-receipt", op.ID == "cancel-line":
		return map[string]string{"enter-receipt": `{"date":"2025-03-01","serial":"1"}`, "cancel-line": `{"date":"2025-03-01"}`}[op.ID]
	case op.ID == "explain-bank-item":
		return `{"reason":"跨月","owner":"clerk"}`
	case op.ID == "file-progress":
		return `{"month":"2025-03","percent":"20.00","date":"2025-04-02"}`
	case op.ID == "fail-line":
		return `{"reason":"退票"}`
	case op.ID == "ask-reissue":
		return `{"account":"6402-0001","reason":"重发"}`
	default:
		return `{"hash":"` + n.hash + `","reason":"因故"}`
	}
}

// For every address with an object in it, people of another unit get the same answer as for an object that is not there;
// a new address without a row fails.
func TestForeignObjectsAnswerLikeAbsentOnes(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t)
	n.dealings()
	belongings, tried := n.belongings(), 0
	for _, op := range n.operations() {
		if !strings.Contains(op.path, "{") {
			continue
		}
		beginning := ""
		for b := range belongings {
			if strings.HasPrefix(op.path, b) && len(b) > len(beginning) {
				beginning = b
			}
		}
		if beginning == "" {
			t.Errorf("%s %s: no row says whose objects these are", op.method, op.path)
			continue
		}
		objects := belongings[beginning]
		if objects[0] == "" {
			continue
		}
		for _, role := range unitRoles {
			if !slices.Contains(n.allowed(op), role) {
				continue
			}
			tried++
			stranger, own := n.people["202 "+role], n.people["101 "+role]
			ask := func(c colleague, object string) answer {
				a := c.send(op.method, strings.TrimPrefix(objectPath(beginning, object)+example.Replace(strings.TrimPrefix(op.path, beginning)), "/api/v1")+"?as_of=2025-12-31", n.body(op))
				a.body = []byte(plain(a.body, object))
				return a
			}
			foreign, absent := ask(stranger, objects[0]), ask(stranger, objects[1])
			if foreign.status != absent.status || string(foreign.body) != string(absent.body) || foreign.status < 400 || foreign.status == http.StatusForbidden || foreign.code() == "request_invalid" {
				t.Errorf("%s by a %s of another unit: a foreign object gets %d %s, an absent one %d %s", op.ID, role, foreign.status, foreign.body, absent.status, absent.body)
			}
			// A line that is not ordered has no payment voucher to print; that it is not tells that it is there.
			if a := ask(own, objects[0]); string(a.body) == string(absent.body) || op.method == http.MethodGet && a.status != http.StatusOK && (op.ID != "print-payment-order" || a.code() != "step_not_allowed") {
				t.Errorf("%s by a %s of the own unit: %d %s; the row tests nothing", op.ID, role, a.status, a.body)
			}
		}
	}
	if tried < 30 {
		t.Errorf("only %d pairs of an address and a role were tried", tried)
	}
}

// objectPath puts an object, which may have two parts, into the beginning of an address.
func objectPath(beginning, object string) string {
	for _, part := range strings.Split(object, "/") {
		open, end := strings.Index(beginning, "{"), strings.Index(beginning, "}")
		beginning = beginning[:open] + part + beginning[end+1:]
	}
	return beginning
}

// plain is an answer without the name of the object that was asked for.
func plain(body []byte, object string) string {
	text := string(body)
	for _, name := range []string{object, strings.Replace(object, "/", " 记-000", 1), strings.Replace(object, "/", " 记-00", 1)} {
		text = strings.ReplaceAll(text, name, "*")
	}
	return text
}

// What people of a unit name in a command is theirs, or it is not there.
func TestForeignProjectsAreNotThereForCommands(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t)
	byHand := func(project string) string {
		return strings.ReplaceAll(`{"date":"2025-03-05","lines":[{"account":"1601","project":"*","debit":"1.00"},{"account":"3501","project":"*","credit":"1.00"}]}`, "*", project)
	}
	correction := func(number string) string {
		return `{"date":"2025-03-05","voucher":"2025-03 记-` + number + `","reason":"错"}`
	}
	for _, x := range []struct{ path, own, foreign, absent, code string }{
		{"/documents/manual-voucher", byHand("2025-07"), byHand("2025-05-01"), byHand("2024-01"), "project_unknown"},
		{"/documents/correction", correction("0003"), correction("0001"), correction("0099"), "voucher_unknown"},
	} {
		clerk := n.people["202 project_clerk"]
		mask := strings.NewReplacer("2025-05-01", "*", "2024-01", "*", "0001", "*", "0099", "*")
		foreign, absent := clerk.send(http.MethodPost, x.path, x.foreign), clerk.send(http.MethodPost, x.path, x.absent)
		if mask.Replace(string(foreign.body)) != mask.Replace(string(absent.body)) || foreign.code() != x.code {
			t.Errorf("%s: a foreign project gets %s, an absent one %s", x.path, foreign.body, absent.body)
		}
		if a := clerk.send(http.MethodPost, x.path, x.own); a.status != http.StatusCreated {
			t.Errorf("%s with an own project: %d %s", x.path, a.status, a.body)
		}
	}
}

// Lists and reports show a unit its own rows only; the auditor sees all.
func TestListsAndReportsShowOwnRows(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t)
	n.dealings()
	clerk, auditor := n.people["202 project_clerk"], colleague{n.bureau, n.head, n.tokens["auditor"]}
	read := func(c colleague, path string, out any) {
		a := c.send(http.MethodGet, path, "")
		if a.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		n.must(json.Unmarshal(a.body, out))
	}
	type rows struct {
		Documents []struct{ Project string }
		Requests  []struct{ Project string }
		Vouchers  []struct{ Lines []struct{ Project string } }
		Lines     []struct{ Project string }
		Rows      []struct{ Project string }
	}
	for path, count := range map[string][2]int{ // of the clerk, of the auditor
		"/documents": {1, 4}, "/payment-requests": {0, 1}, "/payment-requests?project=2025-07": {0, 0}, "/payment-requests?state=draft&unit=101": {0, 1}, "/vouchers": {2, 4}, "/accounts/9201/statement?as_of=2025-12-31": {2, 4},
		"/trial-balance?as_of=2025-12-31&account=9201&by=project": {1, 2}, "/trial-balance?as_of=2025-12-31&account=9201&by=project&unit=101": {0, 1},
		"/trial-balance?as_of=2025-12-31&account=9201&by=project&known_at=2000-01-01T00:00:00Z": {0, 0},
	} {
		for i, who := range []colleague{clerk, auditor} {
			var r rows
			read(who, path, &r)
			projects := []string{}
			for _, d := range append(r.Documents, r.Requests...) {
				projects = append(projects, d.Project)
			}
			for _, v := range r.Vouchers {
				projects = append(projects, v.Lines[0].Project)
			}
			for _, l := range append(r.Lines, r.Rows...) {
				projects = append(projects, l.Project)
			}
			foreign := slices.ContainsFunc(projects, func(p string) bool { return p != "2025-07" })
			if len(projects) != count[i] || i == 0 && foreign {
				t.Errorf("%s shows %v to the %s, want %d", path, projects, []string{"clerk of 202", "auditor"}[i], count[i])
			}
		}
	}
	var report struct {
		Projects []struct{ Code string }
		OK       bool `json:"ok"`
	}
	read(clerk, "/reconciliation?as_of=2025-12-31", &report)
	if len(report.Projects) != 1 || report.Projects[0].Code != "2025-07" || !report.OK {
		t.Errorf("the reconciliation shows the clerk of 202 %+v", report)
	}
	foreign, absent := clerk.send(http.MethodGet, "/reconciliation?as_of=2025-12-31&unit=101", ""), clerk.send(http.MethodGet, "/reconciliation?as_of=2025-12-31&unit=999", "")
	if foreign.code() != "unit_unknown" || strings.ReplaceAll(string(foreign.body), "101", "999") != string(absent.body) {
		t.Errorf("the reconciliation of another unit: %s, of none: %s", foreign.body, absent.body)
	}
	// Once 202 leads 2025-06, its people see what belongs to that, and nothing of 2025-05-01.
	n.made("/projects/2025-06/parties", `{"parties":[{"role":"lead","name":"交通局"}]}`)
	var led rows
	read(clerk, "/documents", &led)
	read(clerk, "/payment-requests", &led)
	if len(led.Documents) != 4 || len(led.Requests) != 1 {
		t.Errorf("the clerk of the lead unit sees %+v", led.Documents)
	}
	if a := clerk.send(http.MethodGet, "/projects/2025-06/ledger?as_of=2025-12-31", ""); a.status != http.StatusOK {
		t.Errorf("the ledger of a project that is led: %d %s", a.status, a.body)
	}
	if a := clerk.send(http.MethodGet, "/vouchers/2025-03/1", ""); a.code() != "voucher_unknown" {
		t.Errorf("a voucher of a project that is not led: %d %s", a.status, a.body)
	}
}
