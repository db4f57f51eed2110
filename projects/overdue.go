package projects

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// OverdueKind is what is owed.
type OverdueKind string

const (
	EntryOverdue        OverdueKind = "progress_entry" // 进度未填报
	CompletionOverdue   OverdueKind = "completion"     // 逾期未完成: the notice's date has passed
	FinalAccountOverdue OverdueKind = "final_account"  // 竣工财务决算逾期
	RetentionOverdue    OverdueKind = "retention"      // 质保金到期未返还
	RepaymentOverdue    OverdueKind = "repayment"      // 多付款逾期未收回
)

// OverdueItem is what somebody owes since a day.
type OverdueItem struct {
	Kind     OverdueKind       `json:"kind"`
	Project  string            `json:"project"` // code
	Name     string            `json:"name"`
	Owes     []PartyUnit       `json:"owes" nullable:"false"` // any of joint leads
	Leaders  []string          `json:"leaders" nullable:"false"`
	Due      accounting.Date   `json:"due"`   // the last day in time, of the earliest month
	Since    accounting.Date   `json:"since"` // the first day too late
	Days     int               `json:"days"`  // overdue on the day asked about
	Months   []string          `json:"months,omitempty"`
	Contract string            `json:"contract,omitempty"`
	Amount   *accounting.Money `json:"amount,omitempty"` // yuan
	WhyZH    string            `json:"why_zh"`
	WhyEN    string            `json:"why_en"`
}

// OverdueItems lists what is overdue at the end of a day, what has been longest first, as far as who asks reads the projects.
func OverdueItems(ctx context.Context, db bun.IDB, book accounting.BookID, asOf accounting.Date) ([]OverdueItem, error) {
	s, err := readStandings(ctx, db, book, asOf)
	if err != nil {
		return nil, err
	}
	return s.allOverdue(ctx, db, book)
}

func (s *standings) allOverdue(ctx context.Context, db bun.IDB, book accounting.BookID) ([]OverdueItem, error) {
	items := s.overdue()
	more, err := s.overdueMoney(ctx, db, book)
	if err != nil {
		return nil, err
	}
	items = append(items, more...)
	slices.SortStableFunc(items, func(a, b OverdueItem) int {
		return cmp.Or(strings.Compare(a.Since.String(), b.Since.String()), cmp.Compare(a.Project, b.Project))
	})
	return items, nil
}

// spans says months, those that follow each other as one span.
func spans(months []accounting.Period, separator, span string) string {
	var said []string
	for i := 0; i < len(months); {
		j := i
		for j+1 < len(months) && accounting.NewDate(months[j].Year(), time.Month(months[j].Month())+1, 1).Period() == months[j+1] {
			j++
		}
		if j == i {
			said = append(said, months[i].String())
		} else {
			said = append(said, fmt.Sprintf(span, months[i], months[j], j-i+1))
		}
		i = j + 1
	}
	return strings.Join(said, separator)
}

// overdue are entries that were not filed and works and programmes that are not finished by the notice's month.
func (s *standings) overdue() []OverdueItem {
	items := []OverdueItem{}
	for _, x := range s.all {
		if !x.mine {
			continue
		}
		if months := s.missing(x); len(months) > 0 {
			names := make([]string, len(months))
			for i, m := range months {
				names[i] = m.String()
			}
			i := s.item(EntryOverdue, x, s.entryDue(months[0]), fmt.Sprintf("未填报进度：%s；每月进度应于次月 %d 日前填报", spans(months, "、", "%s 至 %s（%d 个月）"), s.due),
				fmt.Sprintf("no progress entry of %s; a month's entry is filed until day %d of the next", spans(months, ", ", "%s to %s (%d months)"), s.due))
			i.Months = names
			items = append(items, i)
		}
		if end := x.ends(); !end.IsZero() && end.Before(s.asOf) && x.finishedOn().IsZero() && x.state() != "cancelled" {
			done, doneEN := "尚未填报形象进度", "no progress was filed"
			if e := x.lastEntry(); e != nil {
				done, doneEN = fmt.Sprintf("%s 填报形象进度 %s%%", e.Month, e.Percent), fmt.Sprintf("%s %% by the entry of %s", e.Percent, e.Month)
			}
			if x.state() == "suspended" {
				done, doneEN = "已暂停，"+done, "suspended, "+doneEN
			}
			items = append(items, s.item(CompletionOverdue, x, end, fmt.Sprintf("应于 %s 完成，无完工或验收单据，%s", x.DueMonth, done), fmt.Sprintf("due in %s, no document says it is finished, %s", x.DueMonth, doneEN)))
		}
	}
	return items
}

func (s *standings) item(kind OverdueKind, x *standing, due accounting.Date, zh, en string) OverdueItem {
	i := OverdueItem{Kind: kind, Project: x.Code, Name: x.NameZH, Owes: x.answers(), Leaders: x.leaders, Due: due, Since: due.AddDays(1), WhyZH: zh, WhyEN: en}
	if i.Leaders == nil {
		i.Leaders = []string{}
	}
	i.Days = daysBetween(due, s.asOf)
	return i
}

// daysBetween counts the days from one to a later one.
func daysBetween(from, to accounting.Date) int {
	a, b := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC), time.Date(to.Year(), to.Month(), to.Day(), 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a) / (24 * time.Hour))
}

// overdueMoney are final accounts that are due three months after acceptance (R19), retention that is due and nobody has asked
// for, and what was paid too much and has not come back.
func (s *standings) overdueMoney(ctx context.Context, db bun.IDB, book accounting.BookID) ([]OverdueItem, error) {
	at := map[string]*standing{}
	for _, x := range s.all {
		at[x.Code] = x
	}
	var rows []struct {
		Kind, Project, Contract string
		Due                     accounting.Date
		Amount                  *accounting.Money
		Day                     accounting.Date
	}
	// What was done about a contract later than the day asked about is not looked back on: the contract's row is of now.
	err := db.NewRaw(`select x.* from (
			select 'final_account' as kind, n.code as project, '' as contract, (m.day + interval '3 months')::date as due, null::numeric as amount, m.day
				from projects.node_milestones m join projects.nodes n on n.book_id = m.book_id and n.node_id = m.node_id
				where m.book_id = ?0 and m.milestone = 'accepted' and m.day <= ?1
					and not exists (select from projects.final_accounts f where f.book_id = m.book_id and f.node_id = m.node_id and f.approved_on <= ?1)
			union all
			select 'retention', n.code, c.number, (f.day + make_interval(months => c.defects_months))::date, c.retention_kept - c.retention_held - c.retention_paid - c.retention_forfeited, f.day
				from projects.contracts c join projects.nodes n on n.book_id = c.book_id and n.node_id = c.node_id
				cross join lateral (select coalesce((select m.day from projects.node_milestones m where m.book_id = c.book_id and m.node_id = c.node_id and m.milestone = 'accepted'), c.settled_on)) as f (day)
				where c.book_id = ?0 and c.retention_kept > c.retention_held + c.retention_paid + c.retention_forfeited
			union all
			select 'repayment', n.code, c.number, t.overpaid_due, c.claimed - c.claim_returned, t.day
				from projects.settlements t join projects.contracts c on c.book_id = t.book_id and c.contract_id = t.contract_id
				join projects.nodes n on n.book_id = c.book_id and n.node_id = c.node_id
				where t.book_id = ?0 and c.claimed > c.claim_returned) x
		where x.due < ?1 order by x.due, x.project, x.contract`, book, s.asOf).Scan(ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	var items []OverdueItem
	for _, r := range rows {
		x := at[r.Project]
		var zh, en string
		switch OverdueKind(r.Kind) {
		case FinalAccountOverdue:
			zh, en = fmt.Sprintf("%s 验收，竣工财务决算应于三个月内批复", r.Day), fmt.Sprintf("accepted on %s, its final account is approved within three months", r.Day)
		case RetentionOverdue:
			zh, en = fmt.Sprintf("合同 %s 质保金 %s 元已到期，未申请返还", r.Contract, grouped(*r.Amount)), fmt.Sprintf("retention of %s on contract %s is due, nobody has asked for it", grouped(*r.Amount), r.Contract)
		case RepaymentOverdue:
			zh, en = fmt.Sprintf("合同 %s 多付 %s 元，结算后三十日内未收回", r.Contract, grouped(*r.Amount)), fmt.Sprintf("%s was paid too much on contract %s and has not come back within thirty days", grouped(*r.Amount), r.Contract)
		case EntryOverdue, CompletionOverdue: // not of this query
		}
		i := s.item(OverdueKind(r.Kind), x, r.Due, zh, en)
		if x.unit.Name != "" {
			i.Owes = []PartyUnit{x.unit} // who keeps the books settles them
		}
		i.Contract, i.Amount = r.Contract, r.Amount
		items = append(items, i)
	}
	return items, nil
}
