package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
)

// manifestOf reads an archive as any program could: a tar with a text in it.
func manifestOf(t *testing.T, name string) (m manifest) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err != nil {
			t.Fatalf("no manifest in %s: %v", name, err)
		}
		if h.Name == manifestMember {
			if err := json.NewDecoder(r).Decode(&m); err != nil {
				t.Fatal(err)
			}
			return m
		}
	}
}

func (m manifest) lastNumber(period int) int {
	for _, p := range m.Books[0].Periods {
		if p.Period == period {
			return p.LastNumber
		}
	}
	return 0
}

// The machine is lost while clerks work; what the last archive holds comes back as it was known then, and the next voucher takes
// the next number.
func TestBackupUnderLoadComesBack(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	s := p.serve()
	token := p.systemToken()

	var posted atomic.Int64
	var clerks sync.WaitGroup
	enough := make(chan struct{})
	for c := range 4 {
		clerks.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-enough:
					return
				default:
				}
				if _, err := s.post(token, fmt.Sprintf("load-%d-%d", c, i)); err != nil {
					t.Errorf("post: %v", err)
					return
				}
				posted.Add(1)
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for posted.Load() < 20 {
		time.Sleep(5 * time.Millisecond)
	}
	before := posted.Load()
	t.Log(p.run("backup", "books.tar"))
	after := posted.Load()
	for posted.Load() < after+20 { // work goes on: the archive is of a moment in the middle
		time.Sleep(5 * time.Millisecond)
	}
	close(enough)
	clerks.Wait()
	m := manifestOf(t, p.path("books.tar"))
	if n := m.lastNumber(202603); int64(n) < before || after == before {
		t.Errorf("the archive's last number is %d; %d were posted before the backup, %d while it ran", n, before, after-before)
	}
	if len(m.Books) != 1 || m.Books[0].CompleteTo == nil {
		t.Fatalf("the archive does not say up to when it is complete: %+v", m.Books)
	}
	known := m.Books[0].CompleteTo.Format(time.RFC3339Nano)
	report := []string{"reconcile", "--as-of", "2026-12-31", "--known-at", known, "--format", "json"}
	want := p.run(report...)
	s.stop()
	if err := os.RemoveAll(p.path("var")); err != nil {
		t.Fatal(err)
	}

	t.Log(p.run("restore", "books.tar", "--data-dir", "new"))
	if got := p.run(append(report, "--data-dir", "new")...); got != want || len(got) < 1000 {
		t.Errorf("the reconciliation as known at %s differs: %d bytes before, %d after", known, len(want), len(got))
	}
	if out := p.run("verify", "--data-dir", "new"); strings.Contains(out, "FAIL") {
		t.Error(out)
	}
	out := p.run("doctor", "--data-dir", "new")
	for _, line := range strings.Split(out, "\n") {
		if strings.Contains(line, "roles") && !strings.HasPrefix(line, "ok") || strings.HasPrefix(line, "FAIL") {
			t.Error(line)
		}
	}
	again := p.serve("--data-dir", "new")
	number, err := again.post(p.systemToken("--data-dir", "new"), "after the restore")
	if err != nil || number != m.lastNumber(202603)+1 {
		t.Errorf("the next voucher takes number %d (%v), the archive ended with %d", number, err, m.lastNumber(202603))
	}
	p.refused("target_not_empty", "restore", "books.tar", "--data-dir", "new")
	p.refused("file_exists", "backup", "books.tar", "--data-dir", "new")
}

// small makes an archive without a database, for the reader alone.
func small(t *testing.T, keys []age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	var out io.WriteCloser = unclosed{&b}
	if len(keys) > 0 {
		var err error
		if out, err = age.Encrypt(&b, keys...); err != nil {
			t.Fatal(err)
		}
	}
	a := newArchiveWriter(out)
	made := time.Date(2026, 1, 31, 2, 30, 0, 0, time.UTC)
	put := func(name string, content []byte) {
		if err := a.add(name, int64(len(content)), made, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			t.Fatal(err)
		}
	}
	put(databaseMember, bytes.Repeat([]byte("PGDMP"), 30_000))
	put("files/640303/ab/abcd", []byte("发票"))
	if err := errors.Join(a.finish(&manifest{Format: archiveFormat, Made: made}), out.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readBack(archive []byte, ids ...age.Identity) error {
	plain, err := openPlain(bytes.NewReader(archive), ids)
	if err == nil {
		_, err = readArchive(plain, nil)
	}
	return err
}

// code is the name of a refusal; other errors have none and do not do.
func code(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.code
	}
	return fmt.Sprint(err)
}

// One bit of the archive flipped, anywhere, is noticed, and so is an end that comes too early.
func TestDamagedArchivesAreRefusedByName(t *testing.T) {
	t.Parallel()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	open, sealed := small(t, nil), small(t, []age.Recipient{id.Recipient()})
	for name, err := range map[string]error{"open": readBack(open), "sealed": readBack(sealed, id), "sealed, one of two keys": readBack(sealed, other, id)} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, tt := range []struct {
		name, want string
		err        error
	}{
		{"another's key", "archive_wrong_key", readBack(sealed, other)},
		{"no key", "archive_encrypted", readBack(sealed)},
		{"an empty file", "archive_cut", readBack(nil)},
		{"another file", "archive_unknown", readBack(bytes.Repeat([]byte("photo of a cat "), 100))},
		{"something behind the end", "archive_damaged", readBack(append(bytes.Clone(open), 'x'))},
	} {
		if got := code(tt.err); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	flips, cuts := 0, 0
	for at := 0; at < len(open); at += 401 {
		damaged := bytes.Clone(open)
		damaged[at] ^= 1 << (at % 8)
		if got := code(readBack(damaged)); got != "archive_damaged" && (got != "archive_unknown" || at >= 512) {
			t.Errorf("a bit flipped at %d of %d: %s", at, len(open), got)
		}
		flips++
	}
	for at := len(open) - endSize; at < len(open); at += 3 { // the end, padding and all
		damaged := bytes.Clone(open)
		damaged[at] ^= 0x10
		if got := code(readBack(damaged)); got != "archive_damaged" {
			t.Errorf("a bit flipped at %d of %d: %s", at, len(open), got)
		}
	}
	for length := 1; length < len(open); length += 1009 {
		if got := code(readBack(open[:length])); got != "archive_cut" {
			t.Errorf("cut to %d of %d: %s", length, len(open), got)
		}
		cuts++
	}
	const lastPiece = 64<<10 + 16
	for at := 0; at < len(sealed); at += 1511 {
		damaged := bytes.Clone(sealed)
		damaged[at] ^= 1 << (at % 8)
		want := "archive_damaged"
		got := code(readBack(damaged, id))
		if got != want && (at > 300 || got != "archive_wrong_key" && got != "archive_unknown") && (at < len(sealed)-lastPiece || got != "archive_cut") {
			t.Errorf("sealed, a bit flipped at %d of %d: %s", at, len(sealed), got)
		}
		flips++
	}
	for length := 1; length < len(sealed); length += 1511 {
		if got := code(readBack(sealed[:length], id)); got != "archive_cut" {
			t.Errorf("sealed, cut to %d of %d: %s", length, len(sealed), got)
		}
		cuts++
	}
	if flips < 400 || cuts < 200 {
		t.Errorf("%d flips and %d cuts are few", flips, cuts)
	}
}

// What is refused is refused before anything is made, by the command too; the private key opens what the public one closed.
func TestRestoreRefusesBeforeItMakesAnything(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.refused("there are no books below", "backup", "none.tar", "--data-dir", "nowhere")
	p.run("init", "--book", "640303", "--name", "红寺堡区财政局")
	public := strings.TrimSpace(p.run("backup", "keygen", "night.key"))
	p.run("backup", "keygen", "other.key")
	p.refused("file exists", "backup", "keygen", "night.key")
	p.refused("key_invalid", "backup", "x.age", "--recipient", "age1nonsense")
	p.run("backup", "books.tar.age", "--recipient", public)
	p.run("backup", "books.tar")
	archive, err := os.ReadFile(p.path("books.tar"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"cut.tar": archive[:len(archive)/2], "flipped.tar": flip(archive, len(archive)/2)} {
		if err := os.WriteFile(p.path(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.refused("archive_cut", "restore", "cut.tar", "--data-dir", "new")
	p.refused("archive_damaged", "restore", "flipped.tar", "--data-dir", "new")
	p.refused("archive_encrypted", "restore", "books.tar.age", "--data-dir", "new")
	p.refused("archive_wrong_key", "restore", "books.tar.age", "--data-dir", "new", "--identity", "other.key")
	p.refused("say into which new folder", "restore", "books.tar")
	newer := bytes.Replace(archive, []byte(`"0000_database.tx.up.sql"`), []byte(`"9999_database.tx.up.sql"`), 1)
	if err := os.WriteFile(p.path("newer.tar"), resealed(t, newer), 0o600); err != nil {
		t.Fatal(err)
	}
	p.refused("archive_newer", "restore", "newer.tar", "--data-dir", "new")
	if _, err := os.Stat(p.path("new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a refused restore made its folder: %v", err)
	}
	leftovers, _ := filepath.Glob(p.path(".*")) // the pattern is well-formed
	if len(leftovers) > 0 {
		t.Errorf("backups left %v", leftovers)
	}
	p.run("restore", "books.tar.age", "--data-dir", "new", "--identity", "night.key")
	if out := p.run("doctor", "--data-dir", "new"); !strings.Contains(out, "book 640303 红寺堡区财政局: 0 vouchers") {
		t.Error(out)
	}
	if err := os.WriteFile(p.path("new/"+unfinished), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.refused("did not end well", "doctor", "--data-dir", "new")
}

func flip(archive []byte, at int) []byte {
	damaged := bytes.Clone(archive)
	damaged[at] ^= 4
	return damaged
}

// resealed gives a changed archive a right frame, as its maker could.
func resealed(t *testing.T, archive []byte, change ...func(*manifest)) []byte {
	t.Helper()
	var b bytes.Buffer
	a := newArchiveWriter(&b)
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Name == manifestMember {
			var m manifest
			err := json.Unmarshal(content, &m)
			for _, c := range change {
				c(&m)
			}
			if err := errors.Join(err, a.finish(&m)); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		if err := a.add(h.Name, h.Size, h.ModTime, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			t.Fatal(err)
		}
	}
}

// The service backs itself up: at once when the last night was missed, under the day's name; the oldest go, strangers stay.
func TestNights(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.run("init", "--book", "640303", "--name", "红寺堡区财政局")
	nights := p.path("nights")
	if err := os.Mkdir(nights, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mingzhang-2025-01-01.tar", "mingzhang-2025-01-02.tar", "notes.txt", "mingzhang-2025-01-03.tar.copy"} {
		if err := os.WriteFile(filepath.Join(nights, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.refused("is no folder", "serve", "--backup-dir", "nowhere")
	p.refused("is no time such as 02:30", "serve", "--backup-dir", nights, "--backup-at", "half past two")
	s := p.serve("--backup-dir", nights, "--backup-keep", "2")
	today := filepath.Join(nights, "mingzhang-"+time.Now().In(china).Format(time.DateOnly)+".tar")
	oldest := filepath.Join(nights, "mingzhang-2025-01-01.tar")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, missing := os.Stat(today)
		_, old := os.Stat(oldest)
		if missing == nil && errors.Is(old, os.ErrNotExist) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no backup of today, or too many kept: %v %v\n%s", missing, old, s.log)
		}
	}
	for _, name := range []string{"mingzhang-2025-01-02.tar", "notes.txt", "mingzhang-2025-01-03.tar.copy"} {
		if _, err := os.Stat(filepath.Join(nights, name)); err != nil {
			t.Error(err)
		}
	}
	if _, text := s.get("/readyz"); text != "ready\nbackup: 0 hours old\n" {
		t.Errorf("readyz: %q", text)
	}
	if out := p.run("doctor"); !strings.Contains(out, "ok    the last good backup is 0 hours old") {
		t.Error(out)
	}
	s.stop()
	p.run("restore", today, "--data-dir", "new")
}

func TestNightsAreDueByTheClockOfChina(t *testing.T) {
	t.Parallel()
	n := &nights{at: 2*time.Hour + 30*time.Minute, dir: "d"}
	for now, want := range map[string]string{
		"2026-01-31T02:29:59+08:00": "2026-01-30T02:30:00+08:00",
		"2026-01-31T02:30:00+08:00": "2026-01-31T02:30:00+08:00",
		"2025-12-31T18:31:00Z":      "2026-01-01T02:30:00+08:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.due(at).Format(time.RFC3339); got != want {
			t.Errorf("at %s the last night due is %s, want %s", now, got, want)
		}
	}
}

func TestBytesText(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 kB", 5 << 20: "5.0 MB", 3<<30 + 1<<29: "3.5 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%s: %s, want %s", strconv.FormatInt(n, 10), got, want)
		}
	}
}
