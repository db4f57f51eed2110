package main

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// stored lists the files in the store of a data folder, by their place in an archive.
func (p *program) stored(dataDir string) []string {
	p.t.Helper()
	names, err := filepath.Glob(p.path(dataDir + "/files/*/*/*"))
	if err != nil {
		p.t.Fatal(err)
	}
	for i := range names {
		if names[i], err = filepath.Rel(p.path(dataDir), names[i]); err != nil {
			p.t.Fatal(err)
		}
	}
	return names
}

// checked runs a command that prints its report and ends with status 1; it answers the report and what was said on standard error.
func (p *program) checked(args ...string) (report, said string) {
	p.t.Helper()
	var out, errs strings.Builder
	cmd := p.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != 1 {
		p.t.Errorf("mingzhang %s: %v, want exit status 1\n%s%s", strings.Join(args, " "), err, &out, &errs)
	}
	return out.String(), errs.String()
}

// members lists what is in an archive, and answers the bytes of one.
func members(t *testing.T, archive, of string) (names []string, content []byte) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, content
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
		if h.Name == of {
			if content, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Attachments that the disk spoiled do not cost the bureau its backup: the books and every whole file are saved, and whoever backs
// up, looks or restores is told which files are lacking, until they are mended.
func TestDamagedFilesDoNotPreventABackup(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.serve().stop()
	p.run("backup", "whole.tar")
	files := p.stored("var")
	if len(files) < 3 {
		t.Fatalf("the demonstration stores %v", files)
	}
	flipped, gone, unreadable, kept := files[0], files[1], files[2], files[3:]
	content, err := os.ReadFile(p.path("var/" + flipped))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(os.WriteFile(p.path("var/"+flipped), flip(content, len(content)/2), 0o600), os.Remove(p.path("var/"+gone)),
		os.Remove(p.path("var/"+unreadable)), os.Mkdir(p.path("var/"+unreadable), 0o700))
	if err != nil {
		t.Fatal(err)
	}

	told := func(what, said string, want int) {
		t.Helper()
		if strings.Count(said, "mingzhang: lacking files/") != want || want == 3 && (!strings.Contains(said, flipped) || !strings.Contains(said, gone) || !strings.Contains(said, unreadable)) {
			t.Errorf("%s names on standard error:\n%s", what, said)
		}
	}
	out, said := p.checked("backup", "books.tar")
	told("the backup", said, 3)
	if !strings.Contains(out, "WITHOUT 3 damaged") {
		t.Error(out)
	}
	m := manifestOf(t, p.path("books.tar"))
	if len(m.Lacking) != 3 || m.Format != 2 {
		t.Errorf("the manifest of format %d lacks %v", m.Format, m.Lacking)
	}
	want := slices.Concat([]string{databaseMember}, kept, []string{manifestMember, endMember})
	if names, _ := members(t, p.path("books.tar"), ""); !slices.Equal(names, want) {
		t.Errorf("the archive holds %v, want %v", names, want)
	}
	if out := p.run("doctor"); !strings.Contains(out, "ok    the last good backup is 0 hours old: "+p.path("whole.tar")) || !strings.Contains(out, "books.tar holds the database and all whole files, but lacks 3 damaged: "+flipped) {
		t.Error(out)
	}

	out, said = p.checked("restore", "books.tar", "--data-dir", "new")
	told("the restore", said, 3)
	if !strings.Contains(out, "checks hold") || !strings.Contains(out, "WITHOUT 3 damaged; mingzhang serve --data-dir new") {
		t.Error(out)
	}
	out, _ = p.checked("verify", "--data-dir", "new")
	if strings.Count(out, "FAIL") != 1 || strings.Count(out, "is gone from the store") != 3 {
		t.Error(out)
	}
	// Only what the archive itself says it lacks may be lacking.
	open, err := os.ReadFile(p.path("books.tar"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.path("silent.tar"), resealed(t, open, func(m *manifest) { m.Lacking = m.Lacking[1:] }), 0o600); err != nil {
		t.Fatal(err)
	}
	p.refused("1 files are not what their rows say", "restore", "silent.tar", "--data-dir", "other")

	// A whole archive gives the files back, and the next backup is whole.
	if err := os.Remove(p.path("var/" + unreadable)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{flipped, gone, unreadable} {
		_, content := members(t, p.path("whole.tar"), name)
		if err := os.WriteFile(p.path("var/"+name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.run("backup", "mended.tar")
	if out := p.run("doctor"); strings.Contains(out, "lacks") {
		t.Error(out)
	}
}

// Nights without some file do not push out the last nights that had it.
func TestNightsThatLackFilesLeaveTheWholeOnes(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.serve().stop()
	p.run("init", "--book", "640303", "--name", "红寺堡区财政局") // beside a real book the demonstration is not made anew, files and all
	if err := os.Remove(p.path("var/" + p.stored("var")[0])); err != nil {
		t.Fatal(err)
	}
	nights := p.path("nights")
	if err := os.Mkdir(nights, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mingzhang-2025-01-01.tar", "mingzhang-2025-01-02.tar", "mingzhang-2025-01-03-lacking.tar"} {
		if err := os.WriteFile(filepath.Join(nights, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := p.serve("--backup-dir", nights, "--backup-keep", "1")
	today := filepath.Join(nights, "mingzhang-"+time.Now().In(china).Format(time.DateOnly)+"-lacking.tar")
	there := func(name string) bool { _, err := os.Stat(name); return err == nil }
	for deadline := time.Now().Add(30 * time.Second); !there(today) || there(filepath.Join(nights, "mingzhang-2025-01-03-lacking.tar")); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			entries, _ := os.ReadDir(nights)
			t.Fatalf("no backup of today, or the one before is kept: %v\n%s", entries, s.log)
		}
	}
	s.stop()
	if !there(filepath.Join(nights, "mingzhang-2025-01-02.tar")) || there(filepath.Join(nights, "mingzhang-2025-01-01.tar")) {
		t.Error("of the whole archives the newest is not the one that is kept")
	}
	if !strings.Contains(s.log.String(), "the backup lacks files") {
		t.Error(s.log)
	}
	p.checked("restore", today, "--data-dir", "new")
}
