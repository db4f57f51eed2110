package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Publication 公开 is what everybody may read of a book: how far its programmes are at the end of the last closed month. It has
	// no payee, no account and no person.
	Publication struct {
		Book        accounting.BookID  `json:"book"`
		Name        string             `json:"name"`
		Demo        bool               `json:"demonstration,omitempty"` // invented but for the plans
		AsOf        accounting.Date    `json:"as_of"`
		Projects    []PublishedProject `json:"projects" nullable:"false"` // a parent before its children
		Total       PublishedTotal     `json:"total"`
		WithoutPlan []string           `json:"without_plan" nullable:"false"` // programmes 无计划数
	}

	// PublishedProject is a programme or a part of one with all that is below it.
	PublishedProject struct {
		Code         string            `json:"code"`
		Parent       string            `json:"parent,omitempty"`
		NameZH       string            `json:"name_zh"`
		NameEN       string            `json:"name_en,omitempty"`
		DueMonth     string            `json:"due_month,omitempty"`
		Leads        []string          `json:"leads" nullable:"false"`     // 牵头单位, where the project names its own
		Plan         *accounting.Money `json:"plan,omitempty"`             // left out: 无计划数
		Paid         accounting.Money  `json:"paid"`                       // of all years
		PaidShare    *string           `json:"paid_percent,omitempty"`     // of the plan
		Certified    *accounting.Money `json:"certified,omitempty"`        // 完成投资, of works only
		Progress     *string           `json:"progress_percent,omitempty"` // 形象进度
		ProgressOf   string            `json:"progress_month,omitempty"`   // the month it was reported for
		Parts        int               `json:"parts"`                      // directly below it
		PartsPlanned int               `json:"parts_with_plan"`            // of those
	}

	// PublishedTotal is over the programmes; those without a plan are in Paid only.
	PublishedTotal struct {
		Plan       *accounting.Money `json:"plan,omitempty"`
		Paid       accounting.Money  `json:"paid"`
		PaidOfPlan accounting.Money  `json:"paid_of_plan"`
		PaidShare  *string           `json:"paid_percent,omitempty"`
		Certified  *accounting.Money `json:"certified,omitempty"`
	}
)

// publishedRow is a row of projects.published_progress, the only thing that is read without a reader.
type publishedRow struct {
	BookID         accounting.BookID
	BookName       string
	AsOf           accounting.Date
	Demo           bool
	Code, Parent   string
	Works          bool
	NameZH, NameEN string
	DueMonth       string
	Leads          []string `bun:",array"`
	Plan           *accounting.Money
	Paid           accounting.Money
	Certified      *accounting.Money
	Percent        *string
	PercentMonth   *accounting.Period
}

// Publications are the books that give out how far their programmes are and have closed a month. It needs no reader: the
// database function it asks gives out nothing else.
func Publications(ctx context.Context, db bun.IDB) ([]Publication, error) {
	var rows []publishedRow
	if err := db.NewRaw(`select * from projects.published_progress()`).Scan(ctx, &rows); err != nil {
		return nil, fault.FromSQL(err)
	}
	var all []Publication
	for from := 0; from < len(rows); {
		to := from
		for to < len(rows) && rows[to].BookID == rows[from].BookID {
			to++
		}
		all = append(all, published(rows[from:to]))
		from = to
	}
	return all, nil
}

// published adds a book's projects up from below, as the reconciliation does.
func published(rows []publishedRow) Publication {
	p := Publication{Book: rows[0].BookID, Name: rows[0].BookName, Demo: rows[0].Demo, AsOf: rows[0].AsOf, Projects: make([]PublishedProject, len(rows)), WithoutPlan: []string{}}
	tree, place := make([]plannedNode[string], len(rows)), make(map[string]int, len(rows))
	for i, r := range rows {
		tree[i], place[r.Code] = plannedNode[string]{r.Code, r.Parent, r.Plan}, i
		p.Projects[i] = PublishedProject{Code: r.Code, Parent: r.Parent, NameZH: r.NameZH, NameEN: r.NameEN, DueMonth: r.DueMonth, Leads: r.Leads, Paid: r.Paid, Certified: r.Certified, Progress: r.Percent}
		if r.PercentMonth != nil {
			p.Projects[i].ProgressOf = r.PercentMonth.String()
		}
		if r.Leads == nil {
			p.Projects[i].Leads = []string{}
		}
	}
	for i, plan := range inclusivePlans(tree) {
		p.Projects[i].Plan = plan
	}
	for i := len(rows) - 1; i >= 0; i-- { // codes sort a parent before its children
		x := &p.Projects[i]
		x.PaidShare = shareOf(&x.Paid, x.Plan)
		if x.Parent == "" {
			continue
		}
		above := &p.Projects[place[x.Parent]]
		above.Paid, above.Certified = above.Paid.Add(x.Paid), plus(above.Certified, x.Certified)
		above.Parts++
		if x.Plan != nil {
			above.PartsPlanned++
		}
	}
	for _, x := range p.Projects {
		if x.Parent == "" {
			p.add(x)
		}
	}
	p.Total.PaidShare = shareOf(&p.Total.PaidOfPlan, p.Total.Plan)
	return p
}

func (p *Publication) add(x PublishedProject) {
	t := &p.Total
	t.Plan, t.Paid, t.Certified = plus(t.Plan, x.Plan), t.Paid.Add(x.Paid), plus(t.Certified, x.Certified)
	if x.Plan == nil {
		p.WithoutPlan = append(p.WithoutPlan, x.Code)
		return
	}
	t.PaidOfPlan = t.PaidOfPlan.Add(x.Paid)
}

// shareOf is a part in percent with two decimals; nil where there is no plan.
func shareOf(part, plan *accounting.Money) *string {
	share := Percent(part, plan)
	if share == nil {
		return nil
	}
	text := share.StringFixed(2)
	return &text
}

// Find gives a project and what is directly below it; nil: it is not there.
func (p *Publication) Find(code string) (found *PublishedProject, parts []PublishedProject) {
	for i := range p.Projects {
		switch {
		case p.Projects[i].Code == code:
			found = &p.Projects[i]
		case code != "" && p.Projects[i].Parent == code:
			parts = append(parts, p.Projects[i])
		}
	}
	return found, parts
}

// Programmes are those of the notice.
func (p *Publication) Programmes() (tops []PublishedProject) {
	for _, x := range p.Projects {
		if x.Parent == "" {
			tops = append(tops, x)
		}
	}
	return tops
}
