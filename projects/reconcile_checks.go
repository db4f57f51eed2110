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

// addChecks judges every project by the lines, whatever the kept balances say.
func (r *Reconciliation) addChecks(ctx context.Context, db bun.IDB, q ReconcileQuery) error {
	report, err := accounting.Verify(ctx, db, accounting.VerifyOptions{Book: q.Book, Only: []string{"authority_identity", "voucher_balance", "positions_equal_lines", "turnover_equal_lines", "roots"}})
	if err != nil {
		return err
	}
	active, err := activePeriods(ctx, db, q.Book)
	if err != nil {
		return err
	}
	supplements, err := r.supplements(ctx, db, q)
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
		covered := p.planCovers(supplements[p.id])
		p.Checks = append(p.Checks, covered)
		r.OK = r.OK && covered.OK
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
	for _, open := range openAccounts {
		rows, err := accounting.SubjectBalances(ctx, db, accounting.SubjectQuery{Book: q.Book, AsOf: q.AsOf, Known: q.Known, Unit: q.Unit, Account: open.account})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if !row.Balance.IsZero() {
				r.OpenItems = append(r.OpenItems, OpenItem{Kind: open.kind, Project: row.ProjectCode, Subject: row.SubjectCode, Amount: row.Balance, Unit: row.UnitCode, Since: row.Since, ID: row.Subject.UUID})
			}
		}
	}
	return nil
}
