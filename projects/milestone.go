package projects

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// MilestonePaper 项目节点单 says that a project has come to a point, on the document's day: approved, in_progress, completed,
// accepted 验收, capitalised, closed, suspended or cancelled. The final account brings its own about.
type MilestonePaper struct {
	Paper
	Node      string `json:"node"` // code
	Milestone string `json:"milestone"`
}

var milestoneDocument = documentType{
	kind: "milestone", prefix: "JD", zh: "项目节点单", en: "milestone document",
	content: func() Content { return new(MilestonePaper) },
	effects: map[string]effect{"approve": reachMilestone},
}

// milestones are those a milestone document may say.
var milestones = []string{"approved", "in_progress", "completed", "accepted", "capitalised", "closed", "suspended", "cancelled"}

func (m MilestonePaper) about(context.Context, resolver) (about, error) {
	if m.Node == "" {
		return about{}, fault.Invalid("document_invalid", "node: a milestone is a project's")
	}
	if !slices.Contains(milestones, m.Milestone) {
		return about{}, fault.Invalid("document_invalid", "milestone: one of %s, not %q", strings.Join(milestones, ", "), m.Milestone)
	}
	return about{node: m.Node}, nil
}

// reachMilestone enters it where it may follow. Codes: milestone_order, work_not_certified.
func reachMilestone(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, _ Step) ([]accounting.Receipt, error) {
	_, err := tx.ExecContext(ctx, `select projects.reach_milestone(?, ?)`, c.Book, d.ID)
	return nil, fault.FromSQL(err)
}

// Milestone is a point a project has come to.
type Milestone struct {
	bun.BaseModel `bun:"table:projects.node_milestones,alias:milestone" json:"-"`

	Milestone string          `json:"milestone"`
	Day       accounting.Date `json:"day"`
	Document  uuid.UUID       `bun:"document_id" json:"document"`
}

// Milestones lists them in order, as far as who asks reads the project. Codes: node_unknown.
func Milestones(ctx context.Context, db bun.IDB, book accounting.BookID, _ accounting.Actor, node string) ([]Milestone, error) {
	n, err := FindNode(ctx, db, book, node)
	if err != nil {
		return nil, err
	}
	reached := []Milestone{}
	err = db.NewSelect().Model(&reached).Where("book_id = ? and node_id = ?", book, n.ID).Order("ordinal").Scan(ctx)
	return reached, fault.FromSQL(err)
}

// acceptedOn is the day a project was accepted 验收 and the document that says so; zero while it is not.
func acceptedOn(ctx context.Context, db bun.IDB, book accounting.BookID, node accounting.ProjectID) (accounting.Date, uuid.UUID, error) {
	var reached []Milestone
	err := db.NewSelect().Model(&reached).Where("book_id = ? and node_id = ? and milestone = 'accepted'", book, node).Scan(ctx)
	if err != nil || len(reached) == 0 {
		return accounting.Date{}, uuid.Nil, fault.FromSQL(err)
	}
	return reached[0].Day, reached[0].Document, nil
}
