package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// FilesBehind are the files of a document (a zero one: of none) and those of the given hashes, as far as the reader of the
// transaction reads a document that carries them.
func FilesBehind(ctx context.Context, tx bun.IDB, book accounting.BookID, document uuid.UUID, hashes []accounting.Hash) (files []File, err error) {
	bytes := make([][]byte, len(hashes))
	for i, h := range hashes {
		bytes[i] = h[:]
	}
	err = tx.NewSelect().Model(&files).Where("file.book_id = ?", book).
		Where(`exists (select from projects.document_files d where d.book_id = file.book_id and d.sha256 = file.sha256 and (d.document_id = ? or d.sha256 = any (?::bytea[])))`, document, pq.Array(bytes)).
		Order("name", "sha256").Scan(ctx)
	return files, fault.FromSQL(err)
}
