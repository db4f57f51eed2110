package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Subtree is a project with everything below it, as far as the reader of the transaction reads their books; none: there is no
// such project for them.
func Subtree(ctx context.Context, tx bun.IDB, book accounting.BookID, code string) ([]accounting.ProjectID, error) {
	var rows []struct {
		ID accounting.ProjectID `bun:"node_id"`
	}
	err := tx.NewRaw(`with recursive t as (
			select n.node_id from projects.nodes n where n.book_id = ?0 and n.code = ?1
			union all select n.node_id from t join projects.nodes n on n.book_id = ?0 and n.parent_id = t.node_id
		) select t.node_id from t where coalesce(current_setting('mingzhang.reads', true), '') = 'all' or t.node_id in (select projects.readable_projects())`, book, code).Scan(ctx, &rows)
	ids := make([]accounting.ProjectID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, fault.FromSQL(err)
}
