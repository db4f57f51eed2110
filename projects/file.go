package projects

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// File 附件 is a file handed in, kept once under the hash of its bytes.
type File struct {
	bun.BaseModel `bun:"table:projects.files,alias:file" json:"-"`

	Book      accounting.BookID   `bun:"book_id,pk" json:"-"`
	Hash      accounting.Hash     `bun:"sha256,pk" json:"hash"`
	Size      int64               `json:"size"`       // bytes
	MediaType string              `json:"media_type"` // told by the content, never by the name
	Name      string              `json:"name"`       // as it was first handed in
	StoredBy  accounting.PersonID `json:"stored_by"`
}

// FileLimit is the largest file taken, in bytes.
const FileLimit = 200 << 20

// StoreFile takes a file in: its bytes first, then its row, so that a broken upload leaves no file behind. Bytes that are
// there already are kept once, and whoever hands them in may read and attach them too. The name is a plain file name.
// Codes: file_invalid, text_invalid.
func StoreFile(ctx context.Context, db *bun.DB, store *FileStore, c accounting.Command, name string, content io.Reader) (*File, error) {
	f := File{Book: c.Book, Name: name, StoredBy: c.By.Person}
	err := accounting.CheckText("name", name, 200)
	if err == nil {
		err = f.take(ctx, store, content)
	}
	if err != nil {
		return nil, accounting.Refuse(ctx, db, c, err)
	}
	c.Name, c.Body = "file.store", f.Hash
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*File, error) {
		_, err := tx.ExecContext(ctx, `select projects.keep_file(?, ?, ?, ?, ?, ?)`, f.Book, f.Hash[:], f.Size, f.MediaType, f.Name, f.StoredBy)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		return FindFile(ctx, tx, c.Book, c.By, f.Hash)
	})
}

// take reads the content to its end, tells its hash, size and media type and puts the bytes into the store.
func (f *File) take(ctx context.Context, store *FileStore, content io.Reader) error {
	spool, err := newSpool()
	if err != nil {
		return err
	}
	defer func() { _ = spool.Close() }()
	sum := sha256.New()
	if f.Size, err = io.Copy(io.MultiWriter(spool, sum), io.LimitReader(content, FileLimit+1)); err != nil {
		return fault.Invalid("file_invalid", "the upload broke off after %d bytes", f.Size).Wrap(err)
	}
	if f.Size == 0 || f.Size > FileLimit {
		return fault.Invalid("file_invalid", "%s has %d bytes or more; a file has 1 to %d (200 MB)", f.Name, f.Size, FileLimit)
	}
	f.Hash = accounting.Hash(sum.Sum(nil))
	if f.MediaType, err = mediaType(spool, f.Size, f.Name); err != nil {
		return err
	}
	if _, err = spool.Seek(0, io.SeekStart); err != nil {
		return fault.Internal(err)
	}
	return store.put(ctx, f.Book, f.Hash, f.MediaType, spool)
}

// newSpool is a file without a name for bytes on their way: it ends with the process, however that ends.
func newSpool() (*os.File, error) {
	spool, err := os.CreateTemp("", "mingzhang-file-")
	if err == nil {
		err = os.Remove(spool.Name())
	}
	if err != nil {
		return nil, noRoom(err)
	}
	return spool, nil
}

func noRoom(err error) error {
	return fault.Unavailable("unavailable", "there is no room for files on their way; repeat with the same key").Wrap(err)
}

// FindFile finds a file that somebody may read: its uploader, who reads all, who reads a document that carries it.
// Codes: file_unknown.
func FindFile(ctx context.Context, db bun.IDB, book accounting.BookID, who accounting.Actor, hash accounting.Hash) (*File, error) {
	var found []File
	err := db.NewSelect().Model(&found).Where("file.book_id = ? and file.sha256 = ?", book, hash[:]).
		Where(`(? or exists (select from projects.file_uploads u where u.book_id = file.book_id and u.sha256 = file.sha256 and u.person_id = ?)
			or exists (select from projects.document_files d where d.book_id = file.book_id and d.sha256 = file.sha256))`, who.ReadsAll(), who.Person).Scan(ctx)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	if len(found) == 0 {
		return nil, fault.NotFound("file_unknown", "there is no file %s for you; store it first", hash)
	}
	return &found[0], nil
}

// FetchFile answers a file with its bytes, checked against its hash before the first of them leaves. The caller closes them.
// Codes: file_unknown, file_damaged.
func FetchFile(ctx context.Context, db *bun.DB, store *FileStore, book accounting.BookID, who accounting.Actor, hash accounting.Hash) (*File, io.ReadCloser, error) {
	var f *File
	err := accounting.Read(accounting.WithReader(ctx, who), db, func(ctx context.Context, tx bun.Tx) (err error) {
		f, err = FindFile(ctx, tx, book, who, hash)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	spool, err := newSpool()
	if err != nil {
		return nil, nil, err
	}
	if err = store.check(ctx, book, hash, f.Size, spool); err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil && fault.Code(err) == "internal" {
		err = noRoom(err)
	}
	if err != nil {
		return nil, nil, errors.Join(err, spool.Close())
	}
	return f, spool, nil
}

// check reads a file whole and compares it with its hash. What writing comes to is no fault of the file and has no code.
// Codes: file_damaged.
func (s *FileStore) check(ctx context.Context, book accounting.BookID, hash accounting.Hash, size int64, into io.Writer) error {
	r, err := s.get(ctx, book, hash)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	sum := sha256.New()
	stored := &readFailure{r: r}
	n, err := io.Copy(io.MultiWriter(into, sum), stored)
	if stored.failed != nil {
		return notRead(hash, stored.failed)
	}
	if err != nil {
		return err
	}
	if n != size || accounting.Hash(sum.Sum(nil)) != hash {
		return damaged(hash, "is not what was stored")
	}
	return nil
}

// readFailure remembers why reading failed.
type readFailure struct {
	r      io.Reader
	failed error
}

func (f *readFailure) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.failed = err
	}
	return n, err
}

// attached refuses attachments that are not stored, or not for who attaches them: knowing a hash is not having the file.
// Codes: file_unknown.
func attached(ctx context.Context, tx bun.Tx, c accounting.Command, hashes ...accounting.Hash) error {
	for _, h := range hashes {
		if _, err := FindFile(ctx, tx, c.Book, c.By, h); err != nil {
			return err
		}
	}
	return nil
}

// VerifyFiles reads every stored file of a book and tells those that are gone or not what was stored. It answers how many
// there are.
func VerifyFiles(ctx context.Context, db *bun.DB, store *FileStore, book accounting.BookID, found func(accounting.Finding)) (int, error) {
	return EachDamagedFile(ctx, db, store, book, func(f File, how error) { found(accounting.Finding{Detail: f.Name + ": " + how.Error()}) })
}

// EachDamagedFile is VerifyFiles for whoever asks which files these are, because some damage is known already.
func EachDamagedFile(ctx context.Context, db *bun.DB, store *FileStore, book accounting.BookID, found func(f File, how error)) (int, error) {
	var files []File
	err := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		return fault.FromSQL(tx.NewSelect().Model(&files).Where("file.book_id = ?", book).Order("sha256").Scan(ctx))
	})
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		err := store.check(ctx, book, f.Hash, f.Size, io.Discard)
		if fault.Code(err) == "file_damaged" {
			found(f, err)
			err = nil
		}
		if err != nil {
			return 0, err
		}
	}
	return len(files), nil
}
