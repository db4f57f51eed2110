package projects_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// A unit's clerk who names the own unit on the document does not write about the projects of others: a milestone of theirs
// would make their retention due. Which unit keeps or leads the project decides, and the bureau's officers write of all.
func TestUnitsWriteOfTheirOwnProjects(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM")
	b.node("2025-06", "INS")
	b.node("2025-07", "ADM")
	b.node("2025-09", "")
	b.parties("2025-07", projects.Party{Role: projects.Lead, Name: "卫生院"})
	var ins accounting.UnitID
	b.readAll(func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select unit_id from accounting.units where book_id = ? and code = 'INS'`, book).Scan(ctx, &ins)
	})
	b.must(projects.FirstRoles(t.Context(), b.db, book, accounting.MustDate("2025-01-01"), projects.RoleHolder{Person: b.clerk, Unit: ins, Role: "project_clerk"}))
	clerk := desk{b, accounting.Actor{Person: b.clerk, Unit: ins, Role: "project_clerk"}, "clerk"}
	accepted := func(node string) *projects.MilestonePaper {
		p := &projects.MilestonePaper{Paper: paperOf("2025-06-01"), Node: node, Milestone: "accepted"}
		p.Unit = "INS"
		return p
	}
	var own *projects.Document
	for _, tt := range []struct{ node, code string }{{"2025-05", "document_unknown"}, {"2025-06", ""}, {"2025-07", ""}, {"2025-09", ""}} {
		doc, err := projects.Draft(t.Context(), b.db, clerk.command(), "milestone", accepted(tt.node))
		if fault.Code(err) != tt.code {
			t.Errorf("on %s: %v, want %q", tt.node, err, tt.code)
		}
		if own == nil {
			own = doc
		}
	}
	if _, err := projects.Revise(t.Context(), b.db, clerk.command(), own.ID, accepted("2025-05")); fault.Code(err) != "document_unknown" {
		t.Errorf("turned into one about another unit's project: %v", err)
	}
}
