package projects

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Notice 督查通报 is what the inspection office says of a month: how the lead units rank and by which formula, who is late and
	// why, and what stands in the way. Money is as of the month's end, entries and what is overdue as of the notice's day.
	Notice struct {
		Month       string            `json:"month"` // 2025-09
		Date        accounting.Date   `json:"date"`
		AsOf        accounting.Date   `json:"as_of"`
		KnownAt     time.Time         `json:"known_at"`          // when the books were asked
		Demands     []string          `json:"demands,omitempty"` // 工作要求, as the drafter wrote them
		Formula     LightFormula      `json:"formula"`
		Units       []OverviewGroup   `json:"units" nullable:"false"` // who is furthest behind first; without a plan last
		Total       OverviewGroup     `json:"total"`                  // joint programmes once
		Programmes  []NoticeProgramme `json:"programmes" nullable:"false"`
		Overdue     []OverdueItem     `json:"overdue" nullable:"false"`
		WithoutPlan []string          `json:"without_plan" nullable:"false"`
	}

	// NoticeProgramme is a programme with why it is late.
	NoticeProgramme struct {
		OverviewRow
		Reasons []NoticeReason `json:"reasons" nullable:"false"` // of a yellow or red light
	}

	// NoticeReason is a point with what it rests on.
	NoticeReason struct {
		Rule   string `json:"rule"` // lag, unspent, document, or a kind of what is overdue
		ZH     string `json:"zh"`
		EN     string `json:"en"`
		Basis  string `json:"basis"`  // what it can be looked up in: ledger, entries, project, document
		Source string `json:"source"` // code of the project, or number of the document
	}

	// waitingDocument is a document at a desk.
	waitingDocument struct {
		Node   accounting.ProjectID
		Kind   DocumentKind
		Number string
		Days   int
	}
)

const (
	demandsLimit  = 2000
	mostDocuments = 3 // of a programme, that have waited longest
)

// composeNotice asks the books. Codes: notice_invalid.
func composeNotice(ctx context.Context, tx bun.Tx, book accounting.BookID, month accounting.Period, day accounting.Date, demands []string) (*Notice, error) {
	if month.Month() < 1 || month.Month() > 12 || day.IsZero() {
		return nil, fault.Invalid("notice_invalid", "a notice is of a month of the calendar and has a day")
	}
	if utf8.RuneCountInString(strings.Join(demands, "")) > demandsLimit {
		return nil, fault.Invalid("notice_invalid", "demands: at most %d characters", demandsLimit)
	}
	asOf := accounting.NewDate(month.Year(), time.Month(month.Month()), 1).LastOfMonth()
	if !asOf.Before(day) {
		return nil, fault.Invalid("notice_invalid", "the month %s ends on %s: its notice is of a later day than %s", month, asOf, day)
	}
	o, err := overviewIn(ctx, tx, book, asOf)
	if err != nil {
		return nil, err
	}
	s, err := readStandings(ctx, tx, book, day)
	if err != nil {
		return nil, err
	}
	n := &Notice{Month: month.String(), Date: day, AsOf: asOf, Demands: demands, Formula: o.Formula, Units: o.ByUnit, Total: o.Total, WithoutPlan: o.WithoutPlan, Programmes: make([]NoticeProgramme, len(o.Programmes))}
	if err := tx.NewRaw(`select transaction_timestamp()`).Scan(ctx, &n.KnownAt); err != nil {
		return nil, fault.FromSQL(err)
	}
	n.KnownAt = n.KnownAt.UTC()
	if n.Overdue, err = s.allOverdue(ctx, tx, book); err != nil {
		return nil, err
	}
	waiting, err := waitingDocuments(ctx, tx, book, day)
	if err != nil {
		return nil, err
	}
	above, at := s.programmes(), map[string]*standing{}
	for _, x := range s.all {
		at[x.Code] = x
	}
	for i, row := range o.Programmes {
		row.Entry = at[row.Code].entryUntil(month)
		n.Programmes[i] = NoticeProgramme{row, []NoticeReason{}}
		if row.Light == Yellow || row.Light == Red {
			n.Programmes[i].reasons(n.Overdue, waiting, at, above)
		}
	}
	return n, nil
}

// reasons are the points of a programme: the lag itself, money that was issued and is not spent, dates that have passed at or
// below it, and the documents of it that have waited longest.
func (p *NoticeProgramme) reasons(overdue []OverdueItem, waiting []waitingDocument, at map[string]*standing, above map[accounting.ProjectID]string) {
	add := func(rule, basis, source, zh, en string) {
		p.Reasons = append(p.Reasons, NoticeReason{rule, zh, en, basis, source})
	}
	for _, x := range p.Points {
		if x.Rule == "lag" && x.Light != Green {
			add("lag", "ledger", p.Code, x.ZH, x.EN)
		}
	}
	f := p.figures
	if unspent := accounting.Sum(*f.Available, *f.Frozen, *f.HeldByContract, *f.HeldByRequest); unspent.Sign() > 0 {
		var zh, en []string
		for _, x := range []struct {
			m      *accounting.Money
			zh, en string
		}{{f.Available, "可用", "available"}, {f.Frozen, "冻结", "frozen"}, {f.HeldByContract, "合同占用", "held by contracts"}, {f.HeldByRequest, "支付占用", "held by requests"}} {
			if x.m.Sign() > 0 {
				zh, en = append(zh, x.zh+" "+grouped(*x.m)), append(en, x.en+" "+grouped(*x.m))
			}
		}
		add("unspent", "ledger", p.Code, fmt.Sprintf("已下达未支付 %s 元：%s", grouped(unspent), strings.Join(zh, "，")), fmt.Sprintf("issued and not spent %s: %s", grouped(unspent), strings.Join(en, ", ")))
	}
	for _, i := range overdue {
		if above[at[i.Project].ID] != p.Code {
			continue
		}
		basis := "project"
		if i.Kind == EntryOverdue {
			basis = "entries"
		}
		add(string(i.Kind), basis, i.Project, fmt.Sprintf("%s，已逾期 %d 天", i.WhyZH, i.Days), fmt.Sprintf("%s, %d days overdue", i.WhyEN, i.Days))
	}
	for found := 0; len(waiting) > 0 && found < mostDocuments; waiting = waiting[1:] {
		w := waiting[0]
		if above[w.Node] != p.Code {
			continue
		}
		found++
		t, _ := documentTypeOf(w.Kind)
		add("document", "document", w.Number, fmt.Sprintf("%s %s 已等待 %d 天未办", t.zh, w.Number, w.Days), fmt.Sprintf("%s %s has waited for %d days", t.en, w.Number, w.Days))
	}
}

// programmes says of each node under which programme it stands.
func (s *standings) programmes() map[accounting.ProjectID]string {
	above := make(map[accounting.ProjectID]string, len(s.all))
	for _, x := range s.all { // parents stand before their children
		if above[x.ID] = x.Code; !x.Parent.IsZero() {
			above[x.ID] = above[x.Parent]
		}
	}
	return above
}

// entryUntil is the newest entry of a month or one before.
func (x *standing) entryUntil(month accounting.Period) *ProgressEntry {
	i := slices.IndexFunc(x.entries, func(e ProgressEntry) bool { return e.period <= month })
	if i < 0 {
		return nil
	}
	return &x.entries[i]
}

// waitingDocuments are those of projects that somebody but their maker has to deal with, what has waited longest first.
func waitingDocuments(ctx context.Context, db bun.IDB, book accounting.BookID, day accounting.Date) (waiting []waitingDocument, err error) {
	err = db.NewRaw(`select d.node_id as node, d.kind, d.number, ?1::date - d.since::date as days from projects.documents d
		where d.book_id = ?0 and d.node_id is not null and d.since::date <= ?1
			and exists (select from projects.steps() s where s.kind = d.kind and s.flow in ('', d.flow) and s.from_state = d.state and s.duty not in ('prepare', 'file', 'confirm'))
		order by d.since, d.number`, book, day).Scan(ctx, &waiting)
	return waiting, fault.FromSQL(err)
}

// Place is where a unit of Units ranks, who is equally late in one place; 0: it has no plan.
func (n *Notice) Place(unit int) int {
	lag := n.Units[unit].Lag
	if lag == nil {
		return 0
	}
	return 1 + slices.IndexFunc(n.Units, func(u OverviewGroup) bool { return u.Lag != nil && *u.Lag == *lag })
}

// Issues are the problems and measures of the newest entries, which the notice repeats.
func (n *Notice) Issues() (rows []NoticeProgramme) {
	for _, p := range n.Programmes {
		if p.Entry != nil && strings.TrimSpace(p.Entry.Problems+p.Entry.Measures) != "" {
			rows = append(rows, p)
		}
	}
	return rows
}
