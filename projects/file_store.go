package projects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/gcerrors"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// FileStore keeps the bytes of files under the hash of what they are, each once for a book.
type FileStore struct{ bucket *blob.Bucket }

// OpenFileFolder keeps files in a folder, which it makes. What an upload that was killed left behind is swept away.
func OpenFileFolder(dir string) (*FileStore, error) {
	if err := sweep(dir); err != nil {
		return nil, err
	}
	// Unfinished files stand beside the finished ones, because a file is moved to its name within one file system only.
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, fmt.Errorf("the folder of files %s cannot be used: %w", dir, err)
	}
	return &FileStore{bucket}, nil
}

// OpenFileStore keeps files where a URL of gocloud.dev/blob says, such as s3://bucket?region=…
func OpenFileStore(ctx context.Context, url string) (*FileStore, error) {
	bucket, err := blob.OpenBucket(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("the store of files %s cannot be used: %w", url, err)
	}
	return &FileStore{bucket}, nil
}

// Close lets go of the store.
func (s *FileStore) Close() error { return s.bucket.Close() }

// leftOver is when an unfinished file is nobody's any more: no upload takes that long.
const leftOver = 24 * time.Hour

func sweep(dir string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".tmp") {
			return err
		}
		info, err := entry.Info()
		if err == nil && time.Since(info.ModTime()) > leftOver {
			err = root.Remove(path)
		}
		return err
	})
}

// place is the key of a file: folders of one book, parted by the hash's first byte so that none grows too long to list.
func place(book accounting.BookID, hash accounting.Hash) string {
	return fmt.Sprintf("%d/%02x/%s", book, hash[0], hash)
}

// put writes the bytes under their hash, whole or not at all. What is there already is written again: the same bytes, or a
// damaged file mended.
func (s *FileStore) put(ctx context.Context, book accounting.BookID, hash accounting.Hash, mediaType string, content io.Reader) error {
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var local *os.File
	w, err := s.bucket.NewWriter(ctx, place(book, hash), &blob.WriterOptions{ContentType: mediaType, BeforeWrite: func(as func(any) bool) error {
		as(&local)
		return nil
	}})
	if err != nil {
		return notStored(err)
	}
	_, err = io.Copy(w, content)
	if err == nil && local != nil {
		err = local.Sync() // the row that follows outlives a power cut, so the bytes must
	}
	if err != nil {
		giveUp() // closing a writer whose context ended takes back what was written
	}
	if closing := w.Close(); err == nil {
		err = closing
	}
	return notStored(err)
}

// get opens the bytes under a hash, unchecked. Codes: file_damaged.
func (s *FileStore) get(ctx context.Context, book accounting.BookID, hash accounting.Hash) (io.ReadCloser, error) {
	r, err := s.bucket.NewReader(ctx, place(book, hash), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, damaged(hash, "is gone from the store")
	}
	return r, notRead(hash, err)
}

// notRead parts a disk that does not give one file back, which a repetition does not mend, from a store that does not answer.
func notRead(hash accounting.Hash, err error) error {
	for _, why := range []syscall.Errno{syscall.EIO, syscall.EBADMSG, syscall.EUCLEAN, syscall.EISDIR, syscall.EACCES} {
		if errors.Is(err, why) {
			return damaged(hash, "cannot be read ("+why.Error()+")")
		}
	}
	return notStored(err)
}

// notStored is what a store that does not answer comes to: nothing was done, the sender may repeat.
func notStored(err error) error {
	if err == nil {
		return nil
	}
	return fault.Unavailable("unavailable", "the store of files does not answer; repeat with the same key").Wrap(err)
}

func damaged(hash accounting.Hash, how string) error {
	return fault.ByCode("file_damaged", fmt.Sprintf("file %s %s: restore it from the backup", hash, how), nil)
}
