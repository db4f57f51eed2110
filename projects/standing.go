package projects

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// standing is how far a node of the tree has come by a day, besides its money: what documents and entries say.
	standing struct {
		Node
		unit       PartyUnit // that keeps its books
		leaders    []string  // 责任领导: its own or, where it names none, those of the nearest node above
		leads      []PartyUnit
		with       []string // 配合单位
		children   []*standing
		milestones []Milestone     // in order
		entries    []ProgressEntry // the counting one of each month, newest first
		mine       bool            // the reader reads its books
	}

	// PartyUnit is a unit that answers for something. Without a code it is none of the book's units.
	PartyUnit struct {
		Code string `json:"code,omitempty"`
		Name string `json:"name"`

		id accounting.UnitID
	}

	// standings are those of a book by a day, a parent before its children.
	standings struct {
		all  []*standing
		asOf accounting.Date
		due  int // day of the next month until which an entry is filed
	}
)

// finishes are the milestones after which nothing more is built.
var finishes = []string{"completed", "accepted", "final_account", "capitalised", "closed", "cancelled"}

// readStandings reads the tree as it stood at the end of a day.
func readStandings(ctx context.Context, db bun.IDB, book accounting.BookID, asOf accounting.Date) (*standings, error) {
	s := &standings{asOf: asOf}
	nodes, err := Tree(ctx, db, book)
	if err != nil {
		return nil, err
	}
	entries, err := ProgressEntries(ctx, db, ProgressQuery{Book: book, AsOf: asOf})
	if err != nil {
		return nil, err
	}
	var reached []struct {
		Milestone
		Node accounting.ProjectID `bun:"node_id"`
	}
	err = db.NewRaw(`select m.node_id, m.milestone, m.day, m.document_id from projects.node_milestones m where m.book_id = ? and m.day <= ? order by m.node_id, m.ordinal`, book, asOf).Scan(ctx, &reached)
	if err == nil {
		err = db.NewRaw(`select projects.progress_due_day(?)`, book).Scan(ctx, &s.due)
	}
	var units []accounting.Unit
	if err == nil {
		err = db.NewSelect().Model(&units).Where("book_id = ?", book).Scan(ctx)
	}
	var mine []struct{ NodeID accounting.ProjectID }
	if err == nil {
		err = db.NewRaw(`select n.node_id from projects.nodes n where n.book_id = ? and ((select current_setting('mingzhang.reads', true) = 'all') or n.node_id in (select projects.readable_projects()))`, book).Scan(ctx, &mine)
	}
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	named, unit := map[string]PartyUnit{}, map[accounting.UnitID]PartyUnit{}
	for _, u := range units {
		unit[u.ID] = PartyUnit{u.Code, u.Name, u.ID}
		named[u.Name] = unit[u.ID]
	}
	at := make(map[accounting.ProjectID]*standing, len(nodes))
	for _, n := range nodes {
		x := &standing{Node: n, unit: unit[n.Unit]}
		if up := at[n.Parent]; up != nil {
			up.children = append(up.children, x)
			x.leaders, x.leads, x.with = up.leaders, up.leads, up.with
		}
		x.nameParties(named)
		at[n.ID] = x
		s.all = append(s.all, x)
	}
	for _, m := range reached {
		at[m.Node].milestones = append(at[m.Node].milestones, m.Milestone)
	}
	for _, e := range entries {
		at[e.node].entries = append(at[e.node].entries, e)
	}
	for _, n := range mine {
		at[n.NodeID].mine = true
	}
	return s, nil
}

// nameParties takes the own parties of a node where it names any.
func (x *standing) nameParties(named map[string]PartyUnit) {
	of := map[PartyRole][]string{}
	for _, p := range x.Parties {
		of[p.Role] = append(of[p.Role], p.Name)
	}
	if len(of[Leader]) > 0 {
		x.leaders = of[Leader]
	}
	if len(of[Cooperating]) > 0 {
		x.with = of[Cooperating]
	}
	if len(of[Lead]) > 0 {
		x.leads = nil
		for _, name := range of[Lead] {
			x.leads = append(x.leads, PartyUnit{named[name].Code, name, named[name].id})
		}
	}
}

// answers are the units that owe what a node owes: those that lead it, else the one that keeps its books.
func (x *standing) answers() []PartyUnit {
	switch {
	case len(x.leads) > 0:
		return x.leads
	case x.unit.Name != "":
		return []PartyUnit{x.unit}
	}
	return []PartyUnit{}
}

// finishedOn is the day a node was finished by a document; without one, works are not finished, and other programmes
// are when their entry says so. A node whose children are all finished is finished with the last of them.
func (x *standing) finishedOn() (day accounting.Date) {
	for _, m := range x.milestones {
		if slices.Contains(finishes, m.Milestone) {
			return m.Day
		}
	}
	if x.Type != Works {
		for i := len(x.entries) - 1; i >= 0; i-- {
			if e := x.entries[i]; e.Percent == "100.00" {
				if end := accounting.NewDate(e.period.Year(), time.Month(e.period.Month()), 1).LastOfMonth(); end.Before(e.Date) {
					return end
				}
				return e.Date
			}
		}
	}
	for _, child := range x.children {
		done := child.finishedOn()
		if done.IsZero() {
			return accounting.Date{}
		}
		if done.After(day) {
			day = done
		}
	}
	return day
}

// state is where a node stands: 办结, 暂停, 终止, 在办.
func (x *standing) state() string {
	if n := len(x.milestones); n > 0 && (x.milestones[n-1].Milestone == "suspended" || x.milestones[n-1].Milestone == "cancelled") {
		return x.milestones[n-1].Milestone
	}
	if !x.finishedOn().IsZero() {
		return "finished"
	}
	return "in_progress"
}

// begins is the first day of a node's period: it was approved or begun by a document, else the year in which it is due.
func (x *standing) begins(year int) accounting.Date {
	for _, m := range x.milestones {
		if m.Milestone == "approved" || m.Milestone == "in_progress" {
			return m.Day
		}
	}
	if end := x.ends(); !end.IsZero() {
		year = end.Year()
	}
	return accounting.NewDate(year, time.January, 1)
}

// ends is the last day of the month in which a node is due; zero when no day is known.
func (x *standing) ends() accounting.Date {
	p, err := accounting.ParsePeriod(x.DueMonth)
	if err != nil {
		return accounting.Date{}
	}
	return accounting.NewDate(p.Year(), time.Month(p.Month()), 1).LastOfMonth()
}

// lastEntry is the newest entry; nil when none was filed.
func (x *standing) lastEntry() *ProgressEntry {
	if len(x.entries) == 0 {
		return nil
	}
	return &x.entries[0]
}

// missing are the months whose entry is overdue. Entries are owed by what is due on a date of its own (the notice's
// programmes, and whatever else was given one), from the month it begins in to the one it is finished in, not while it
// is suspended.
func (s *standings) missing(x *standing) (months []accounting.Period) {
	if x.DueMonth == "" {
		return nil
	}
	filed := map[accounting.Period]bool{}
	for _, e := range x.entries {
		filed[e.period] = true
	}
	last := s.asOf
	if done := x.finishedOn(); !done.IsZero() && done.Before(last) {
		last = done
	}
	for first := monthOf(x.begins(s.asOf.Year())); !first.After(last); first = first.LastOfMonth().AddDays(1) {
		month := first.Period()
		if s.entryDue(month).Before(s.asOf) && !filed[month] && !x.suspendedIn(first) {
			months = append(months, month)
		}
	}
	return months
}

// entryDue is the last day on which the entry of a month is in time.
func (s *standings) entryDue(month accounting.Period) accounting.Date {
	return accounting.NewDate(month.Year(), time.Month(month.Month())+1, s.due)
}

// suspendedIn says whether a node was suspended for the whole of a month.
func (x *standing) suspendedIn(first accounting.Date) bool {
	suspended := false
	for _, m := range x.milestones {
		switch {
		case !m.Day.After(first):
			suspended = m.Milestone == "suspended"
		case !m.Day.After(first.LastOfMonth()):
			return false
		}
	}
	return suspended
}

func monthOf(d accounting.Date) accounting.Date { return accounting.NewDate(d.Year(), d.Month(), 1) }
