package projects

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// verified are the checks of accounting.Verify that reconcile shows per project, under the name it shows them by. A
// finding belongs to the check whose detail it starts with.
var verified = []struct{ name, check, detail string }{
	{"authority_identity", "authority_identity", ""},
	{"balanced_financial", "voucher_balance", "financial"},
	{"balanced_budgetary", "voucher_balance", "budgetary"},
	{"balanced_authority", "voucher_balance", "authority"},
	{"positions_equal_lines", "positions_equal_lines", ""},
	{"turnover_equal_lines", "turnover_equal_lines", ""},
	{"root_equals_vouchers", "roots", ""},
}

// addChecks judges every project: by the lines, whatever the kept balances say, or by these alone. What a plan covers is
// judged either way.
func (r *Reconciliation) addChecks(ctx context.Context, db bun.IDB, q ReconcileQuery) error {
	supplements, err := r.supplements(ctx, db, q)
	if err != nil {
		return err
	}
	r.OK = true
	if q.KeptOnly {
		err = r.addKept(ctx, db, q)
	} else {
		err = r.addVerified(ctx, db, q)
	}
	if err != nil {
		return err
	}
	for i := range r.Projects {
		p := &r.Projects[i]
		covered := p.planCovers(supplements[p.id])
		p.Checks = append(p.Checks, covered)
		r.OK = r.OK && covered.OK
	}
	return nil
}

// keptChecks are judged by the turnover that is kept per month, which costs the same however many vouchers there are.
var keptChecks = []string{"kept_authority_identity", "kept_balanced_financial", "kept_balanced_budgetary", "kept_balanced_authority"}

// addKept adds those up.
func (r *Reconciliation) addKept(ctx context.Context, db bun.IDB, q ReconcileQuery) error {
	var rows []struct {
		ProjectID                                 accounting.ProjectID
		Line                                      string
		Identity, Financial, Budgetary, Authority accounting.Money
	}
	err := db.NewRaw(`select t.project_id, coalesce(b.code, '') as line, t.identity, t.financial, t.budgetary, t.authority from (
			select x.project_id, case when x.account >= '9' then x.budget_line_id end as budget_line_id,
				coalesce(sum(x.credit - x.debit) filter (where x.account = '9101'), 0) - coalesce(sum(x.debit - x.credit) filter (where x.account in ('9201', '9401') or x.account like '9301.%'), 0) as identity,
				coalesce(sum(x.debit - x.credit) filter (where x.account < '6'), 0) as financial, coalesce(sum(x.debit - x.credit) filter (where x.account >= '6' and x.account < '9'), 0) as budgetary,
				coalesce(sum(x.debit - x.credit) filter (where x.account >= '9'), 0) as authority
			from accounting.turnover x where x.book_id = ?0 group by 1, 2) t
		left join accounting.budget_lines b on b.book_id = ?0 and b.budget_line_id = t.budget_line_id
		where t.identity <> 0 or t.financial <> 0 or t.budgetary <> 0 or t.authority <> 0 order by 1, 2`, q.Book).Scan(ctx, &rows)
	if err != nil {
		return fault.FromSQL(err)
	}
	for i := range r.Projects {
		p := &r.Projects[i]
		for n, name := range keptChecks {
			c := Check{Name: name, OK: true}
			for _, row := range rows {
				off := []accounting.Money{row.Identity, row.Financial, row.Budgetary, row.Authority}[n]
				if row.ProjectID == p.id && !off.IsZero() {
					c.OK, c.Detail = false, strings.TrimSpace(fmt.Sprintf("project %s %s", p.Code, row.Line))+fmt.Sprintf(": difference %s", off)
					break
				}
			}
			p.Checks = append(p.Checks, c)
			r.OK = r.OK && c.OK
		}
	}
	return nil
}

// addVerified computes the checks of accounting.Verify again from every line.
func (r *Reconciliation) addVerified(ctx context.Context, db bun.IDB, q ReconcileQuery) error {
	report, err := accounting.Verify(ctx, db, accounting.VerifyOptions{Book: q.Book, Only: []string{"authority_identity", "voucher_balance", "positions_equal_lines", "turnover_equal_lines", "roots"}})
	if err != nil {
		return err
	}
	active, err := activePeriods(ctx, db, q.Book)
	if err != nil {
		return err
	}
	r.OK = report.OK()
	for i := range r.Projects {
		p := &r.Projects[i]
		for _, v := range verified {
			c := Check{Name: v.name, OK: true}
			for _, f := range report.Findings(v.check) {
				mine := f.Project == p.Code || f.Project == "" && slices.Contains(active[p.id], f.Period)
				if mine && strings.HasPrefix(f.Detail, v.detail) {
					c.OK, c.Detail = false, f.String()
					break
				}
			}
			p.Checks = append(p.Checks, c)
		}
	}
	return nil
}

// planCovers: what a plan's subtree has approved never exceeds the plan and its supplements.
func (p *ProjectRow) planCovers(supplement accounting.Money) Check {
	c := Check{Name: "plan_covers_approved", OK: true}
	if p.Plan == nil {
		c.Detail = "no plan stated"
		return c
	}
	limit := p.Plan.Add(supplement)
	if over := p.Approved.Sub(limit); over.Sign() > 0 {
		c.OK = false
		c.Detail = fmt.Sprintf("project %s, account 9101: approved %s, plan %s and supplements %s, over by %s", p.Code, p.Approved, p.Plan, supplement, over)
	}
	return c
}

// activePeriods are the periods each project has vouchers in: a broken root concerns whoever has vouchers under it.
func activePeriods(ctx context.Context, db bun.IDB, book accounting.BookID) (map[accounting.ProjectID][]accounting.Period, error) {
	var rows []struct {
		ProjectID accounting.ProjectID
		Period    accounting.Period
	}
	err := db.NewRaw(`select distinct project_id, period from accounting.turnover where book_id = ? and period between 200001 and 999914`, book).Scan(ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	active := make(map[accounting.ProjectID][]accounting.Period)
	for _, row := range rows {
		active[row.ProjectID] = append(active[row.ProjectID], row.Period)
	}
	return active, nil
}

// supplements of the as-of date's year, summed up the tree: what came by supplement (I3+), from another project (I4) or
// back from an earlier year (P7) was never in the plan.
func (r *Reconciliation) supplements(ctx context.Context, db bun.IDB, q ReconcileQuery) (map[accounting.ProjectID]accounting.Money, error) {
	var rows []struct {
		ProjectID accounting.ProjectID
		Amount    accounting.Money
	}
	err := db.NewRaw(`select l.project_id, sum(l.credit - l.debit) as amount from accounting.lines l
		join accounting.vouchers v on v.book_id = l.book_id and v.period = l.period and v.number = l.number and v.period between ?1 and ?2
		where l.book_id = ?0 and l.period between ?1 and ?2 and l.account = '9101' and v.source in ('I3+', 'I4', 'P7') and v.date <= ?3
		group by l.project_id having sum(l.credit - l.debit) > 0`,
		q.Book, q.AsOf.Year()*100+1, q.AsOf.Year()*100+14, q.AsOf).Scan(ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	sums := make(map[accounting.ProjectID]accounting.Money, len(rows))
	for _, row := range rows {
		sums[row.ProjectID] = row.Amount
	}
	place := make(map[string]accounting.ProjectID, len(r.Projects))
	for _, p := range r.Projects {
		place[p.Code] = p.id
	}
	for i := len(r.Projects) - 1; i >= 0; i-- {
		if p := r.Projects[i]; p.Parent != "" {
			sums[place[p.Parent]] = sums[place[p.Parent]].Add(sums[p.id])
		}
	}
	return sums, nil
}

// openAccounts are the sub-ledgers whose balance waits for somebody.
var openAccounts = []struct{ kind, account string }{
	{"request_approved_not_paid", "9301.04"},
	{"overpayment_to_return", "1218"},
	{"subsidy_approved_not_paid", "2303"},
	{"subsidy_approved_not_paid", "2307.03"},
	{"injection_not_passed_on", "2307.02"},
}

func (r *Reconciliation) addOpenItems(ctx context.Context, db bun.IDB, q ReconcileQuery) error {
	accounts := make([]string, len(openAccounts))
	for i, open := range openAccounts {
		accounts[i] = open.account
	}
	rows, err := accounting.SubjectBalances(ctx, db, accounting.SubjectQuery{Book: q.Book, AsOf: q.AsOf, Known: q.Known, Unit: q.Unit, Open: accounts})
	if err != nil {
		return err
	}
	for _, open := range openAccounts {
		for _, row := range rows {
			if row.Account == open.account {
				r.OpenItems = append(r.OpenItems, OpenItem{Kind: open.kind, Project: row.ProjectCode, Subject: row.SubjectCode, Amount: row.Balance, Unit: row.UnitCode, Since: row.Since, ID: row.Subject.UUID})
			}
		}
	}
	return nil
}
