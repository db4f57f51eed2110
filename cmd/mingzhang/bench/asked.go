package bench

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/seeds"
)

// page is measured by its visits in turn; the limit is for all of them together.
type page struct {
	name   string
	limit  time.Duration
	visits []visit
}

// known is what the addresses name: the project with the most vouchers and one with contracts, and what hangs on them.
type known struct {
	Big, Unit        string // project and its unit
	Works, WorksUnit string
	Contract         string
	Account          string // 明细账: that with the most lines
	Month            string // of the most vouchers
	Amount, Words    string // of one voucher
	Waiting          string // document that waits for the head of the unit
	Vouchers, Lines  int
	Documents        int
}

func (o *PageOptions) pages(ctx context.Context) ([]page, error) {
	var k known
	err := accounting.Read(accounting.WithReader(ctx, accounting.Operator), o.DB, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`with big as (select x.project_id, count(*) from accounting.lines x where x.book_id = ?0 group by 1 order by 2 desc limit 1),
				works as (select c.node_id, c.number from projects.contracts c where c.book_id = ?0 order by c.certified desc limit 1)
			select b.code as big, (select u.code from accounting.units u where u.book_id = ?0 and u.unit_id = b.unit_id) as unit, w.code as works, (select u.code from accounting.units u where u.book_id = ?0 and u.unit_id = w.unit_id) as works_unit,
				works.number as contract, (select x.account from accounting.lines x where x.book_id = ?0 group by 1 order by count(*) desc limit 1) as account,
				(select v.period / 100 || '-' || lpad((v.period % 100)::text, 2, '0') from accounting.vouchers v where v.book_id = ?0 and v.period % 100 <= 12 group by v.period order by count(*) desc limit 1) as month,
				(select to_char(x.debit, 'FM9999999990.00') from accounting.lines x where x.book_id = ?0 and x.project_id = big.project_id and x.debit > 0 order by x.period desc, x.number limit 1) as amount,
				(select v.memo from accounting.vouchers v join accounting.lines x on x.book_id = v.book_id and x.period = v.period and x.number = v.number where v.book_id = ?0 and x.project_id = big.project_id order by v.period desc, v.number limit 1) as words,
				(select d.document_id from projects.documents d where d.book_id = ?0 and d.node_id = big.project_id and d.kind = 'payment_request' and d.state = 'filed' order by d.document_id limit 1) as waiting,
				(select count(*) from accounting.vouchers v where v.book_id = ?0) as vouchers, (select count(*) from accounting.lines x where x.book_id = ?0) as lines, (select count(*) from projects.documents d where d.book_id = ?0) as documents
			from big join accounting.ledgers b on b.book_id = ?0 and b.project_id = big.project_id, works join accounting.ledgers w on w.book_id = ?0 and w.project_id = works.node_id`, seeds.DemoBook).Scan(ctx, &k)
	})
	if err != nil {
		return nil, fmt.Errorf("a demonstration that was scaled up is measured: %w", err)
	}
	o.say("the book has %d vouchers, %d lines and %d documents", k.Vouchers, k.Lines, k.Documents)
	return k.pages(), nil
}

// by lets each of some persons open an address.
func by(path string, accounts ...string) (visits []visit) {
	for _, a := range accounts {
		visits = append(visits, visit{a, path})
	}
	return visits
}

func (k known) pages() (all []page) {
	head, clerk, worksClerk := "head-"+k.Unit, "clerk-"+k.Unit, "clerk-"+k.WorksUnit
	add := func(name string, limit time.Duration, visits ...[]visit) {
		p := page{name: name, limit: limit}
		for _, v := range visits {
			p.visits = append(p.visits, v...)
		}
		all = append(all, p)
	}
	add("overview", pageLimit, by("/projects", "auditor", "budget", "inspector", clerk, worksClerk))
	add("overview, all open", reportLimit, by("/projects?open=all", "auditor", clerk))
	limits := map[string]time.Duration{"ledger": reportLimit, "vouchers": headLimit, "reconciliation": reportLimit}
	for _, tab := range []string{"", "funds", "contracts", "certificates", "payments", "progress", "ledger", "vouchers", "files", "reconciliation"} {
		add(strings.TrimSpace("project "+tab), cmp.Or(limits[tab], pageLimit), by("/projects/"+k.Big+"?tab="+tab, "auditor", head), by("/projects/"+k.Works+"?tab="+tab, "auditor", worksClerk))
	}
	add("desk", pageLimit, by("/desk", head, clerk, "treasury", "payer", "budget", "auditor"))
	add("review", pageLimit, by("/documents/"+k.Waiting+"/review?verb=review", head))
	add("document", pageLimit, by("/documents/"+k.Waiting, head, clerk, "auditor"))
	add("payments", pageLimit, by("/payments", "treasury", "payer", "auditor", clerk))
	add("trial balance", pageLimit, by("/trial-balance", "auditor", "accountant", clerk), by("/trial-balance?as_of="+k.Month+"-15", "auditor"), by("/trial-balance?unit="+k.Unit, "auditor"))

	find := func(path, words string) string { return path + url.QueryEscape(words) }
	add("vouchers", headLimit, by("/vouchers", "auditor", "accountant", clerk), by("/vouchers?from=&to=", "auditor", clerk), by("/vouchers?from="+k.Month+"&to="+k.Month+"&unit="+k.Unit, "auditor"))
	add("vouchers of project", headLimit, by("/vouchers?from=&to=&project="+k.Big, "auditor", head))
	add("vouchers by words", headLimit, by(find("/vouchers?from=&to=&search=", k.Words), "auditor", clerk), by("/vouchers?from=&to=&search=none+such", "auditor"))
	add("vouchers by amount", headLimit, by("/vouchers?from=&to=&search="+k.Amount, "auditor", clerk))
	add("documents", headLimit, by("/documents", "auditor", clerk), by("/documents?kind=payment_request", "auditor", clerk), by("/documents?kind=contract", "auditor"), by("/documents?project="+k.Big, "auditor", head))
	add("account", headLimit, by("/accounts/"+k.Account, "auditor", clerk), by("/accounts/"+k.Account+"?project="+k.Big, head))
	add("lines", headLimit, by("/lines?account=9401", "auditor", clerk), by("/lines?account=9301.01&account=9101&project="+k.Big, "auditor"))
	add("reconciliation", reportLimit, by("/reconciliation", "auditor", "accountant", clerk), by("/reconciliation/"+k.Works, "auditor"))
	add("contracts", headLimit, by("/contracts", "auditor", worksClerk), by("/contracts/"+url.PathEscape(k.Contract), worksClerk))
	add("payees", headLimit, by("/payees", "auditor", clerk))
	add("budget", headLimit, by("/budget", "budget", "auditor", clerk))
	add("new request", headLimit, by("/documents/new?kind=payment_request&node="+k.Big, clerk))
	return all
}
