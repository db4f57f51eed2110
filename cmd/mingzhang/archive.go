package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"time"
)

// An archive is a tar, which any tool opens: the database as pg_dump wrote it, every attachment at its place in the store of
// files, manifest.json with what the archive holds and the SHA-256 of each member, and as the last member the SHA-256 of all that
// stands before it. Encrypted, it is that tar inside one age file. So an archive can be read without this program.
const (
	archiveFormat  = 2 // what this program reads; it writes 2 only where files are lacking, which 1 does not know
	wholeFormat    = 1
	databaseMember = "database.dump"
	filesFolder    = "files/"
	manifestMember = "manifest.json"
	endMember      = "end"
	endSize        = 2048 // the end's header and its one block, and the two empty blocks that close a tar
	manifestLimit  = 256 << 20
)

// refusal is why an archive, or the place for it, is not used; operators search for its code.
type refusal struct{ code, detail string }

func (r *refusal) Error() string { return r.detail + " (" + r.code + ")" }

func refuse(code, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// errCut is met at the end of a file that should go on.
var errCut = refuse("archive_cut", "the archive is cut short: it ends before its end; copy it again or take another one")

func damagedArchive(format string, args ...any) error {
	return refuse("archive_damaged", "the archive is damaged: "+format+"; take another one", args...)
}

// archiveWriter adds members and remembers what they were.
type archiveWriter struct {
	out     io.Writer
	sum     hash.Hash // of all that stands before the end
	tar     *tar.Writer
	members []member
}

func newArchiveWriter(out io.Writer) *archiveWriter {
	sum := sha256.New()
	return &archiveWriter{out: out, sum: sum, tar: tar.NewWriter(io.MultiWriter(out, sum))}
}

// add writes a member of a size in bytes; write gives its content.
func (a *archiveWriter) add(name string, size int64, made time.Time, write func(io.Writer) error) error {
	if err := a.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: made.Truncate(time.Second)}); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(a.tar, sum)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := a.tar.Flush(); err != nil { // it was shorter than its size
		return fmt.Errorf("write %s: %w", name, err)
	}
	a.members = append(a.members, member{name, size, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// finish writes the manifest and the end.
func (a *archiveWriter) finish(m *manifest) error {
	m.Members = a.members
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := a.add(manifestMember, int64(len(text)), m.Made, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	_, err = a.out.Write(end(a.sum))
	return err
}

// end is how an archive ends whose other bytes have that sum. It depends on nothing else, so every bit of it can be compared.
func end(sum hash.Hash) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	text := hex.EncodeToString(sum.Sum(nil)) + "\n"
	_ = w.WriteHeader(&tar.Header{Name: endMember, Size: int64(len(text)), Mode: 0o600, Format: tar.FormatUSTAR}) // a buffer takes everything
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.Bytes()
}

// beforeEnd sums all that passes but the last bytes, which are kept.
type beforeEnd struct {
	sum  hash.Hash
	last []byte
}

func (d *beforeEnd) Write(p []byte) (int, error) {
	d.last = append(d.last, p...)
	if n := len(d.last) - endSize; n > 0 {
		d.sum.Write(d.last[:n])
		d.last = append(d.last[:0], d.last[n:]...)
	}
	return len(p), nil
}

// readArchive reads an archive whole and answers what it holds once every byte is known to be what was written. A member's content
// goes to use as it is read, before that is known; use may be nil. Codes: archive_unknown, archive_damaged, archive_cut.
func readArchive(plain io.Reader, use func(h *tar.Header, content io.Reader) error) (*manifest, error) {
	passed := &beforeEnd{sum: sha256.New()}
	in := io.TeeReader(plain, passed)
	m, err := readMembers(tar.NewReader(in), use)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return nil, readingFailed(err, "behind its end")
	}
	if bytes.Index(passed.last, []byte(endMember+"\x00")) > 0 {
		return nil, errCut // the end began, later than it would in a whole archive
	}
	if !bytes.Equal(passed.last, end(passed.sum)) {
		return nil, damagedArchive("its frame is not what was written")
	}
	return m, nil
}

// readMembers walks the members to the end and compares each with the manifest.
func readMembers(t *tar.Reader, use func(h *tar.Header, content io.Reader) error) (*manifest, error) {
	var seen []member
	var m *manifest
	last := "its first byte"
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil, errCut // the end itself stops this loop
		}
		if err != nil && len(seen) == 0 && errors.Is(err, tar.ErrHeader) {
			return nil, refuse("archive_unknown", "this is no archive of mingzhang, or its first bytes are damaged")
		}
		if err != nil {
			return nil, readingFailed(err, "after "+last)
		}
		last = h.Name
		if h.Name == endMember {
			if m == nil {
				return nil, damagedArchive("its manifest is missing")
			}
			_, err := io.Copy(io.Discard, t)
			if err == nil {
				_, err = t.Next()
			}
			if !errors.Is(err, io.EOF) {
				return nil, readingFailed(err, "at its end")
			}
			return m, compareMembers(seen, m.Members)
		}
		one, text, err := readMember(t, h, use)
		if err != nil {
			return nil, err
		}
		seen = append(seen, one)
		if h.Name == manifestMember {
			m = &manifest{}
			if err := json.Unmarshal(text, m); err != nil {
				return nil, damagedArchive("its manifest cannot be read")
			}
			seen = seen[:len(seen)-1]
		}
	}
}

// readMember reads one member to its end; the manifest's text is kept.
func readMember(t *tar.Reader, h *tar.Header, use func(h *tar.Header, content io.Reader) error) (member, []byte, error) {
	sum := sha256.New()
	content := &memberReader{r: io.TeeReader(t, sum)}
	var text []byte
	var err error
	switch {
	case h.Name == manifestMember && h.Size > manifestLimit:
		return member{}, nil, damagedArchive("its manifest is too large")
	case h.Name == manifestMember:
		text, err = io.ReadAll(content)
	case use != nil:
		err = use(h, content)
	}
	if content.failed == nil && err == nil {
		_, err = io.Copy(io.Discard, content)
	}
	if content.failed != nil { // reading failed, whatever its user made of that
		return member{}, nil, readingFailed(content.failed, "in "+h.Name)
	}
	return member{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))}, text, err
}

// memberReader remembers why reading failed.
type memberReader struct {
	r      io.Reader
	failed error
}

func (m *memberReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		m.failed = err
	}
	return n, err
}

// readingFailed says by name why the bytes of an archive could not be read on.
func readingFailed(err error, where string) error {
	var r *refusal
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case err == nil, errors.Is(err, tar.ErrHeader):
		return damagedArchive("no member can be read %s", where)
	default:
		return fmt.Errorf("the archive cannot be read %s: %w", where, err)
	}
}

func compareMembers(seen, told []member) error {
	for i, t := range told {
		if i >= len(seen) {
			return damagedArchive("%s is missing", t.Name)
		}
		if seen[i] != t {
			return damagedArchive("%s is not what was written: it has SHA-256 %s, the manifest says %s of %s", seen[i].Name, seen[i].SHA256, t.SHA256, t.Name)
		}
	}
	if len(seen) > len(told) || len(told) == 0 || !slices.ContainsFunc(told, func(m member) bool { return m.Name == databaseMember }) {
		return damagedArchive("its members are not those of the manifest")
	}
	return nil
}
