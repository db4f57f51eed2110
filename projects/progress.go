package projects

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// NewProgress 进度填报 is what a unit says of a month: how far the work is, what stands in its way and what is done next.
	NewProgress struct {
		Node       string              `json:"node"` // code
		Month      accounting.Period   `json:"month"`
		Percent    decimal.Decimal     `json:"percent"`            // 形象进度, 0 to 100, two decimals
		Problems   string              `json:"problems,omitempty"` // 存在问题
		Measures   string              `json:"measures,omitempty"` // 下步措施
		Reason     string              `json:"reason,omitempty"`   // why it is less than was said before
		Date       accounting.Date     `json:"date"`               // 填报日期
		OnBehalfOf accounting.PersonID `json:"on_behalf_of,omitzero"`
	}

	// ProgressEntry is an entry as it was filed. The last version of a month counts; the others stay readable.
	ProgressEntry struct {
		Project    string          `json:"project"` // code
		Name       string          `json:"name"`
		Month      string          `json:"month"` // 2025-03
		Version    int             `json:"version"`
		Superseded bool            `json:"superseded"` // a later version of the month counts
		Percent    string          `json:"percent"`    // two decimals
		Problems   string          `json:"problems,omitempty"`
		Measures   string          `json:"measures,omitempty"`
		Reason     string          `json:"reason,omitempty"`
		Date       accounting.Date `json:"date"`
		FiledBy    string          `json:"filed_by"` // code of the person
		Person     string          `json:"person"`   // whose name is this
		Unit       string          `json:"unit"`     // code
		UnitName   string          `json:"unit_name"`
		Role       string          `json:"role"`
		FiledAt    time.Time       `json:"filed_at"`

		node   accounting.ProjectID
		period accounting.Period
	}

	// ProgressQuery says which entries to list, newest month first; zero values do not restrict.
	ProgressQuery struct {
		Book     accounting.BookID
		Node     string // code
		Month    accounting.Period
		AsOf     accounting.Date // filed until this day
		Versions bool            // also those that a later one of the month replaced
		Limit    int
		Before   string // the Key of the last entry of the page before
	}
)

// Key is where an entry stands in a list.
func (e ProgressEntry) Key() string {
	return strings.Join([]string{e.Month, e.Project, strconv.Itoa(e.Version)}, "/")
}

// FileProgress files the entry of a month, which a clerk, head or lead approver of a unit may that keeps or leads the project; one of the same month before it stays as its former version.
// Codes: node_unknown (also of another unit's project), progress_invalid, progress_falls, role_not_held, text_invalid.
func FileProgress(ctx context.Context, db *bun.DB, c accounting.Command, in NewProgress) (*ProgressEntry, error) {
	c.Name, c.Body = "progress.file", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*ProgressEntry, error) {
		if err := in.check(); err != nil {
			return nil, err
		}
		n, err := FindNode(ctx, tx, c.Book, in.Node)
		if err != nil {
			return nil, err
		}
		if !c.By.ReadsAll() {
			var reads bool
			if err := tx.NewRaw(`select exists (select from projects.readable_projects() p where p = ?)`, n.ID).Scan(ctx, &reads); err != nil {
				return nil, fault.FromSQL(err)
			}
			if !reads {
				return nil, fault.NotFound("node_unknown", "there is no node %q in this book", in.Node)
			}
		}
		var version int
		err = tx.NewRaw(`select projects.file_progress(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, n.ID, in.Month, in.Percent, in.Problems, in.Measures, in.Reason, in.Date,
			c.By.Person, c.By.Unit, c.By.Role, nullable(in.OnBehalfOf.UUID)).Scan(ctx, &version)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		filed, err := ProgressEntries(ctx, tx, ProgressQuery{Book: c.Book, Node: in.Node, Month: in.Month, Limit: 1})
		if err != nil || len(filed) == 0 {
			return nil, fault.FromSQL(err)
		}
		return &filed[0], nil
	})
}

func (in NewProgress) check() error {
	switch {
	case in.Month.Month() < 1 || in.Month.Month() > 12:
		return fault.Invalid("progress_invalid", "%s: progress is of a month of the calendar", in.Month)
	case in.Date.IsZero():
		return fault.Invalid("progress_invalid", "an entry has the day it is filed on")
	case in.Percent.IsNegative() || in.Percent.GreaterThan(hundredPercent) || !in.Percent.Equal(in.Percent.Round(2)):
		return fault.Invalid("progress_invalid", "percent %s: 0 to 100 with two decimals", in.Percent)
	}
	for field, text := range map[string]string{"problems": in.Problems, "measures": in.Measures, "reason": in.Reason} {
		if text != "" {
			if err := accounting.CheckText(field, text, 2000); err != nil {
				return err
			}
		}
	}
	return nil
}

// ProgressEntries lists entries, as far as who asks reads the project: the newest month first.
func ProgressEntries(ctx context.Context, db bun.IDB, q ProgressQuery) ([]ProgressEntry, error) {
	entries := []ProgressEntry{}
	before, err := q.before()
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ProgressEntry `bun:",extend"`
		NodeID        accounting.ProjectID
		Period        accounting.Period
	}
	err = db.NewRaw(`select * from (select n.code as project, n.name_zh as name, to_char(make_date(e.month / 100, e.month % 100, 1), 'YYYY-MM') as month, e.version, e.percent::text as percent, e.problems, e.measures,
				e.reason, e.day as date, p.code as filed_by, p.name as person, u.code as unit, u.name as unit_name, e.role, e.filed_at, e.node_id, e.month as period,
				e.version < max(e.version) over (partition by e.node_id, e.month) as superseded
			from projects.progress_entries e
			join projects.nodes n on n.book_id = e.book_id and n.node_id = e.node_id
			join accounting.persons p on p.book_id = e.book_id and p.person_id = e.filed_by
			join accounting.units u on u.book_id = e.book_id and u.unit_id = e.unit_id
			where e.book_id = ?0 and (?1 = '' or n.code = ?1) and (?2 = 0 or e.month = ?2) and (?3::date is null or e.day <= ?3)) x
		where (?4 or not x.superseded) and (?5 = '' or (x.month, x.project, x.version) < (?5, ?6, ?7))
		order by x.month desc, x.project desc, x.version desc limit ?8`,
		q.Book, q.Node, q.Month, q.AsOf, q.Versions, before.month, before.project, before.version, limitOrAll(q.Limit)).Scan(ctx, &rows)
	for _, r := range rows {
		r.node, r.period = r.NodeID, r.Period
		entries = append(entries, r.ProgressEntry)
	}
	return entries, fault.FromSQL(err)
}

type progressKey struct {
	month, project string
	version        int
}

func (q ProgressQuery) before() (k progressKey, err error) {
	if q.Before == "" {
		return k, nil
	}
	parts := strings.Split(q.Before, "/")
	if len(parts) == 3 {
		k.month, k.project = parts[0], parts[1]
		k.version, err = strconv.Atoi(parts[2])
	}
	if len(parts) != 3 || err != nil {
		return k, fault.Invalid("progress_invalid", "before: %q is no place in this list", q.Before)
	}
	return k, nil
}

// limitOrAll is what a limit of a list says to the database: null is all.
func limitOrAll(limit int) any {
	if limit == 0 {
		return nil
	}
	return limit
}

var hundredPercent = decimal.NewFromInt(100)
