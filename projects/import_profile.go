package projects

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// ListProfile is the profile that is kept for a source; the zero one when none is.
func ListProfile(ctx context.Context, db bun.IDB, book accounting.BookID, kind ListKind, source string) (p lists.Profile, err error) {
	var kept []string
	err = db.NewRaw(`select profile from projects.list_profiles where book_id = ? and kind = ? and source = ?`, book, kind, source).Scan(ctx, &kept)
	if err != nil || len(kept) == 0 {
		return p, fault.FromSQL(err)
	}
	return p, json.Unmarshal([]byte(kept[0]), &p)
}
