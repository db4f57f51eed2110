package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// ProgressDue is a project as those see it who report on it each month.
type ProgressDue struct {
	Project  string          // code
	Name     string          // in zh
	NameEN   string          // may be empty
	Depth    int             // in the tree
	Answers  []PartyUnit     // any of joint leads
	DueMonth string          // 2025-12; empty: not known
	State    string          // in_progress, finished, suspended, cancelled
	Owes     bool            // an entry of every month
	Due      accounting.Date // the last day on which the entry of the month is in time
	Missing  []string        // months whose entry is overdue
	Entry    *ProgressEntry  // of the month
	Last     *ProgressEntry  // the newest
}

// ProgressBoard lists the projects the context's reader reads, by code, with what was said of a month and what is overdue at the
// end of a day.
func ProgressBoard(ctx context.Context, db bun.IDB, book accounting.BookID, month accounting.Period, asOf accounting.Date) ([]ProgressDue, error) {
	s, err := readStandings(ctx, db, book, asOf)
	if err != nil {
		return nil, err
	}
	depth := map[accounting.ProjectID]int{}
	var board []ProgressDue
	for _, x := range s.all {
		if !x.mine {
			continue
		}
		if above, there := depth[x.Parent]; there {
			depth[x.ID] = above + 1
		} else {
			depth[x.ID] = 0
		}
		p := ProgressDue{Project: x.Code, Name: x.NameZH, NameEN: x.NameEN, Depth: depth[x.ID], Answers: x.answers(), DueMonth: x.DueMonth, State: x.state(), Due: s.entryDue(month), Last: x.lastEntry()}
		p.Owes = x.DueMonth != "" && p.State == "in_progress"
		for _, m := range s.missing(x) {
			p.Missing = append(p.Missing, m.String())
		}
		for i := range x.entries {
			if x.entries[i].period == month {
				p.Entry = &x.entries[i]
			}
		}
		board = append(board, p)
	}
	return board, nil
}

// EntryMonth is the month that is reported on at a day: the one before, as long as its entry is in time, else the day's own.
func EntryMonth(ctx context.Context, db bun.IDB, book accounting.BookID, day accounting.Date) (accounting.Period, error) {
	settings, err := SettingsOf(ctx, db, book)
	if err != nil {
		return 0, err
	}
	if day.Day() <= settings.ProgressDueDay {
		return monthOf(day).AddDays(-1).Period(), nil
	}
	return day.Period(), nil
}
