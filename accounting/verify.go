package accounting

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// VerifyOptions says what to verify; the login must see all units of the book.
type VerifyOptions struct {
	Book     BookID
	Only     []string                         // names of checks; empty: all
	Progress func(check string, done, of int) // told after each period of a check; may be nil
}

// Finding is one breach of an invariant, with the figures to look for.
type Finding struct {
	Voucher    *VoucherNo // the voucher, if it is about one
	Period     Period     // zero: the whole book
	Project    string     // code
	BudgetLine string     // code
	Account    string
	Difference *Money // in yuan: what is stored or found less what it should be
	Detail     string
}

func (f Finding) String() string {
	var parts []string
	say := func(name, value string) {
		if value != "" {
			parts = append(parts, strings.TrimSpace(name+" "+value))
		}
	}
	if f.Voucher != nil {
		say("", f.Voucher.String())
	} else if f.Period != 0 {
		say("period", f.Period.String())
	}
	say("project", f.Project)
	say("budget line", f.BudgetLine)
	say("account", f.Account)
	if f.Difference != nil {
		say("difference", f.Difference.String())
	}
	say("", f.Detail)
	return strings.Join(parts, ", ")
}

// CheckResult is the outcome of one named check.
type CheckResult struct {
	Name     string
	Promise  string    // what must hold
	Findings []Finding // at most findingsShown
	Count    int       // all findings
}

// Report is the outcome of Verify.
type Report struct {
	Book     BookID
	At       time.Time // the moment whose books were read
	Periods  int
	Vouchers int
	Checks   []CheckResult
}

// OK says whether every check holds.
func (r Report) OK() bool { return len(r.Failed()) == 0 }

// Failed names the checks that do not hold.
func (r Report) Failed() []string {
	var names []string
	for _, c := range r.Checks {
		if c.Count > 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// Findings of a check by name.
func (r Report) Findings(check string) []Finding {
	for _, c := range r.Checks {
		if c.Name == check {
			return c.Findings
		}
	}
	return nil
}

// findingsShown bounds what a wrecked book can make a report hold.
const findingsShown = 100

// check is one invariant. A check in SQL answers rows of findings; others are computed here.
type check struct {
	name    string
	promise string
	whole   bool   // over the book at once, because it is about balances of all periods; otherwise period by period
	query   string // ?0 book, ?1 period
	run     func(ctx context.Context, db bun.IDB, book BookID, period Period, found func(Finding)) error
}

// Verify computes every invariant of a book again from its lines and names what fails. It reads period by period and
// keeps no more than a page of vouchers in memory. Run it inside Read, or postings in between will look like breaches.
func Verify(ctx context.Context, db bun.IDB, o VerifyOptions) (Report, error) {
	report := Report{Book: o.Book}
	// also periods that have no row of their own but hold vouchers, lines or turnover
	periods, err := collect(ctx, db, fragment{`select p.period from accounting.periods p where p.book_id = ?0
		union select distinct v.period from accounting.vouchers v where v.book_id = ?0 and v.period between 200001 and 999914
		union select distinct t.period from accounting.turnover t where t.book_id = ?0 order by 1`, []any{o.Book}}, func(p *Period) []any { return []any{p} })
	if err != nil {
		return report, err
	}
	report.Periods = len(periods)
	if err := db.NewRaw(`select now(), count(*) from accounting.vouchers where book_id = ? and period between 200001 and 999914`, o.Book).Scan(ctx, &report.At, &report.Vouchers); err != nil {
		return report, fault.FromSQL(err)
	}
	for _, c := range checks {
		if len(o.Only) > 0 && !slices.Contains(o.Only, c.name) {
			continue
		}
		result := CheckResult{Name: c.name, Promise: c.promise}
		found := func(f Finding) {
			if result.Count++; result.Count <= findingsShown {
				result.Findings = append(result.Findings, f)
			}
		}
		over := periods
		if c.whole {
			over = []Period{0}
		}
		for i, p := range over {
			if err := c.over(ctx, db, o.Book, p, found); err != nil {
				return report, fmt.Errorf("check %s, period %s: %w", c.name, p, err)
			}
			if o.Progress != nil {
				o.Progress(c.name, i+1, len(over))
			}
		}
		report.Checks = append(report.Checks, result)
	}
	return report, nil
}

func (c check) over(ctx context.Context, db bun.IDB, book BookID, period Period, found func(Finding)) error {
	if c.run != nil {
		return c.run(ctx, db, book, period, found)
	}
	type row struct {
		period, number                     sql.NullInt64
		project, line, account, diff, text sql.NullString
	}
	query := `select q.period, q.number, g.code, b.code, q.account, round(q.difference::numeric, 2)::text, q.detail from (` + c.query + `) q(period, number, project_id, budget_line_id, account, difference, detail)
		left join accounting.ledgers g on g.book_id = ?0 and g.project_id = q.project_id left join accounting.budget_lines b on b.book_id = ?0 and b.budget_line_id = q.budget_line_id order by 1, 2, 3, 4, 5`
	for r, err := range stream(ctx, db, fragment{query, []any{book, period}}, func(r *row) []any {
		return []any{&r.period, &r.number, &r.project, &r.line, &r.account, &r.diff, &r.text}
	}) {
		if err != nil {
			return err
		}
		f := Finding{Period: Period(r.period.Int64), Project: r.project.String, BudgetLine: r.line.String, Account: r.account.String, Detail: r.text.String}
		if r.number.Valid {
			f.Voucher = voucherNo(r.period, r.number)
		}
		if r.diff.Valid {
			f.Difference = new(Money)
			if err := f.Difference.Scan(r.diff.String); err != nil {
				return err
			}
		}
		found(f)
	}
	return nil
}
