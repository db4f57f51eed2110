package projects

import (
	"context"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// ProjectName is what a reader calls a project and the unit whose books it is in.
type ProjectName struct {
	Code string
	Name string
	Unit string
}

// ProjectNames finds the names of projects; without any it finds those of all.
func ProjectNames(ctx context.Context, db bun.IDB, book accounting.BookID, of []accounting.ProjectID) (map[accounting.ProjectID]ProjectName, error) {
	ids := make([]string, len(of))
	for i, id := range of {
		ids[i] = id.String()
	}
	var rows []struct {
		ID          accounting.ProjectID `bun:"node_id"`
		ProjectName `bun:",extend"`
	}
	err := db.NewRaw(`select n.node_id, n.code, n.name_zh as name, coalesce(u.name, '') as unit from projects.nodes n
			left join accounting.ledgers l on l.book_id = n.book_id and l.project_id = n.node_id left join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id
		where n.book_id = ? and (? = 0 or n.node_id = any (?::uuid[]))`, book, len(ids), pq.Array(ids)).Scan(ctx, &rows)
	names := make(map[accounting.ProjectID]ProjectName, len(rows))
	for _, r := range rows {
		names[r.ID] = r.ProjectName
	}
	return names, fault.FromSQL(err)
}
