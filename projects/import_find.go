package projects

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// FindImport finds a list that was taken in. Codes: list_unknown.
func FindImport(ctx context.Context, db bun.IDB, book accounting.BookID, list uuid.UUID) (*Import, error) {
	var found []Import
	err := db.NewSelect().Model(&found).Where("import.book_id = ? and import.import_id = ?", book, list).Scan(ctx)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return nil, fault.NotFound("list_unknown", "there is no such list for you")
	}
	return found[0].said(), nil
}

// ListProfile is the profile that is kept for a source; the zero one when none is.
func ListProfile(ctx context.Context, db bun.IDB, book accounting.BookID, kind ListKind, source string) (p lists.Profile, err error) {
	var kept []string
	err = db.NewRaw(`select profile from projects.list_profiles where book_id = ? and kind = ? and source = ?`, book, kind, source).Scan(ctx, &kept)
	if err != nil || len(kept) == 0 {
		return p, fault.FromSQL(err)
	}
	return p, json.Unmarshal([]byte(kept[0]), &p)
}
