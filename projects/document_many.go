package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// DraftMany makes documents of one kind and takes a first step of each, all in one command: a clerk's stack of papers. Either all
// are there or none. Codes: those of Draft and Take.
func DraftMany(ctx context.Context, db *bun.DB, c accounting.Command, kind DocumentKind, verb string, contents []Content) (int, error) {
	c.Name, c.Body = string(kind)+".draft_many", contents
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (int, error) {
		for _, content := range contents {
			d, err := draft(ctx, tx, c, kind, content)
			if err != nil {
				return 0, err
			}
			if _, err := take(ctx, tx, c, Step{Document: d.ID, Verb: verb, Hash: d.Hash}); err != nil {
				return 0, err
			}
		}
		return len(contents), nil
	})
}
