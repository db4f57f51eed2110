package projects_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// list stores a text table as somebody and asks to take it in.
func (d desk) list(kind projects.ListKind, content string) projects.ImportRequest {
	d.b.t.Helper()
	f, err := d.store("list.csv", content)
	d.b.must(err)
	return projects.ImportRequest{Kind: kind, Source: "省一体化", File: f.Hash}
}

func (d desk) takesIn(r projects.ImportRequest) (*projects.Import, error) {
	return projects.TakeIn(d.b.t.Context(), d.b.db, d.b.files, d.command(), r, func(int, int) {})
}

func (d desk) previews(r projects.ImportRequest) *projects.ImportPreview {
	d.b.t.Helper()
	p, err := projects.PreviewImport(d.b.t.Context(), d.b.db, d.b.files, book, d.who, r)
	d.b.must(err)
	return p
}

func (b *bureau) countAll(query string) (n int) {
	b.t.Helper()
	b.must(pgtest.Superuser(b.t, b.db).NewRaw(query).Scan(b.t.Context(), &n))
	return n
}

func importingBureau(t *testing.T) (*bureau, map[string]desk) {
	b := newBureau(t)
	b.node("2025-10", "ADM")
	return b, b.desks([2]string{"wu", "project_clerk"}, [2]string{"ma", "project_head"}, [2]string{"li", "lead_approver"}, [2]string{"bai", "budget_officer"}, [2]string{"tian", "treasury_officer"})
}

const twoPayees = "收款人名称,类型,账号,开户银行\n甲公司,企业,6402001,某银行\n甲公司,企业,6402002,某银行\n乙村,村集体,6402003,某银行\n"

// Payees of a list are registrations that wait for a second person; the list brought again asks for nothing twice.
func TestPayeesByList(t *testing.T) {
	t.Parallel()
	b, desks := importingBureau(t)
	wu := desks["wu project_clerk"]
	r := wu.list("payees", twoPayees)
	if p := wu.previews(r); p.Counts[projects.NewRow] != 2 || len(p.Problems) > 0 {
		t.Fatalf("preview %+v", p)
	}
	if n := b.countAll(`select count(*) from projects.documents`); n != 0 {
		t.Fatalf("a preview made %d documents", n)
	}
	first, err := wu.takesIn(r)
	b.must(err)
	again, err := wu.takesIn(r)
	b.must(err)
	if first.Rows != 3 || first.Added != 2 || again.ID != first.ID {
		t.Errorf("taken in as %+v, again as %+v", first, again)
	}
	if n := b.countAll(`select count(*) from projects.documents where kind = 'payee' and state = 'submitted'`); n != 2 {
		t.Errorf("%d registrations wait", n)
	}
	other := wu.list("payees", twoPayees+"丙公司,,6402004,某银行\n乙村,村集体,6402005,某银行\n")
	if p := wu.previews(other); p.Counts[projects.NewRow] != 1 || p.Counts[projects.SameRow] != 1 || p.Counts[projects.ChangedRow] != 1 || strings.Contains(p.Differences[0].Detail, "6402005") {
		t.Errorf("the longer list: %+v", p)
	}
}

// One bad row, the last, and nothing of the list is there.
func TestListIsTakenInWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b, desks := importingBureau(t)
	wu, bai := desks["wu project_clerk"], desks["bai budget_officer"]
	_, err := wu.takesIn(wu.list("payees", twoPayees+"丙公司,银行,6402004,某银行\n"))
	if fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), `row 5: 类型 "银行"`) {
		t.Errorf("said %v", err)
	}
	villages := bai.list("villages", "项目代码,项目名称,核算单位代码\n2025-10-001,甲村,ADM\n2025-10-002,乙村,NONE\n")
	villages.Project = "2025-10"
	if _, err = bai.takesIn(villages); fault.Code(err) != "unit_unknown" || !strings.Contains(err.Error(), "row 3: ") {
		t.Errorf("said %v", err)
	}
	if n := b.countAll(`select (select count(*) from projects.documents) + (select count(*) from projects.imports) + (select count(*) from projects.nodes where code like '2025-10-%')`); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
}

// Two who bring the same list at once: it is taken in once, and both are told the same.
func TestSameListTwiceAtOnce(t *testing.T) {
	t.Parallel()
	b, desks := importingBureau(t)
	bai := desks["bai budget_officer"]
	r := bai.list("villages", "项目代码,项目名称,核算单位代码,外部项目代码\n2025-10-001,甲村,ADM,640303000001\n2025-10-002,乙村,ADM,640303000002\n")
	r.Project = "2025-10"
	var all sync.WaitGroup
	answers := make([]*projects.Import, 4)
	errs := make([]error, 4)
	commands := make([]accounting.Command, 4)
	for n := range answers {
		commands[n] = bai.command()
	}
	for n := range answers {
		all.Go(func() {
			answers[n], errs[n] = projects.TakeIn(t.Context(), b.db, b.files, commands[n], r, func(int, int) {})
		})
	}
	all.Wait()
	for n := range answers {
		if errs[n] != nil || answers[n].ID != answers[0].ID {
			t.Errorf("%d: %+v %v", n, answers[n], errs[n])
		}
	}
	if n := b.countAll(`select count(*) from projects.external_codes`); n != 2 {
		t.Errorf("%d codes", n)
	}
	short := bai.list("villages", "项目代码,项目名称,核算单位代码\n2025-10-001,甲村,ADM\n")
	if _, err := projects.PreviewImport(t.Context(), b.db, b.files, book, bai.who, short); fault.Code(err) != "node_unknown" {
		t.Errorf("without its programme: %v", err)
	}
	short.Project = "2025-10"
	if p := bai.previews(short); p.Counts[projects.MissingThere] != 1 || p.Counts[projects.SameRow] != 1 {
		t.Errorf("a list without a village: %+v", p)
	}
}

// A contract comes with its bill of quantities and waits for its signatures like any other.
func TestContractsByList(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	heading := "合同编号,项目代码,合同名称,合同类型,签订日期,供应商,合同金额,指标,质保金比例%,缺陷责任期（月）,清单编码,清单名称,计量单位,工程量,综合单价,合价\n"
	first := "WS-1,2025-05,综合楼,工程,2025-03-05,宁夏某建筑公司,4000.00,2025-05/2025,3,12,01,土方,立方米,100,20,2000.00\n"
	r := b.clerk.list("contracts", heading+first+"WS-1,,,,,,,,,,02,其余,,,,2000.00\n")
	_, err := b.clerk.takesIn(r)
	b.must(err)
	var docs []projects.Document
	b.must(accounting.Read(accounting.WithReader(t.Context(), accounting.Operator), b.db, func(ctx context.Context, tx bun.Tx) (err error) {
		docs, err = projects.Documents(ctx, tx, projects.DocumentQuery{Book: book, Kind: "contract", Limit: 9})
		return err
	}))
	if len(docs) != 1 || docs[0].State != "submitted" {
		t.Fatalf("%+v", docs)
	}
	b.mustTake(&docs[0], b.head, "sign")
	b.mustTake(&docs[0], b.lead, "approve")
	for name, c := range map[string]struct{ rows, want string }{
		"items that do not come to the price":   {strings.Replace(first, "WS-1", "WS-2", 1), "row 2: contract WS-2: items come to 2000.00, price 4000.00: -2000.00 apart"},
		"a quantity that does not make an item": {strings.Replace(strings.Replace(first, "WS-1", "WS-3", 1), "4000.00", "2000.00", 1) + "WS-3,,,,,,,,,,02,x,m,1,1,0.50\n", "items come to"},
		"a contract apart":                      {first + strings.ReplaceAll(first, "WS-1", "WS-4") + "WS-1,,,,,,,,,,02,其余,,,,2000.00\n", "row 4: contract WS-1 stands above already"},
	} {
		_, err := b.clerk.takesIn(b.clerk.list("contracts", heading+c.rows))
		if fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
