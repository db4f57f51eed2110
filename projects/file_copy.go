package projects

import (
	"context"
	"errors"
	"io"

	"mingzhang/accounting"
)

// Place is where a file stands in the store, and in an archive of it: BOOK/first byte of the hash/hash.
func (f File) Place() string { return place(f.Book, f.Hash) }

// Copy writes a stored file out, for a backup. What was written counts only when no error comes: the bytes are compared with
// the hash at their end. Errors without a code come from where it is written to. Codes: file_damaged, unavailable.
func (s *FileStore) Copy(ctx context.Context, f File, into io.Writer) error {
	return s.check(ctx, f.Book, f.Hash, f.Size, into)
}

// errNotThatFile is met by a file of a backup that is not what its name says.
var errNotThatFile = errors.New("its bytes are not those of its name")

// Restore puts the bytes of a file that has its row already, or will have it, back into the store, and reads them again from there.
func (s *FileStore) Restore(ctx context.Context, book accounting.BookID, hash accounting.Hash, size int64, content io.Reader) error {
	if err := s.put(ctx, book, hash, "", content); err != nil {
		return err
	}
	if err := s.check(ctx, book, hash, size, io.Discard); err != nil {
		return errors.Join(errNotThatFile, err)
	}
	return nil
}
