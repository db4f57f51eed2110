package pglocal_test

import (
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"mingzhang/migrations/pglocal"
)

// refused expects Start to say all the parts and to change nothing below dir.
func refused(t *testing.T, dir string, parts ...string) {
	t.Helper()
	before := listing(t, dir)
	c, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir, InitdbArgs: quick})
	if err == nil {
		_ = c.Stop()
		t.Fatalf("started; it should refuse with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the refusal does not say %q: %v", p, err)
		}
	}
	if after := listing(t, dir); after != before {
		t.Errorf("files before:\n%s\nafter the refusal:\n%s", before, after)
	}
}

// listing is every file below pg/data with its contents.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	root := filepath.Join(dir, "pg", "data")
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all.WriteString(path + ": " + string(b) + "\n")
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return all.String()
}

func fill(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	data := filepath.Join(dir, "pg", "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(data, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefusesDataOfAnotherVersion(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	fill(t, dir, map[string]string{"PG_VERSION": "99\n", "ledger": "ten years"})
	refused(t, dir, "made by PostgreSQL 99", "nothing was changed")
}

func TestRefusesAFolderOfSomethingElse(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	fill(t, dir, map[string]string{"photo": "cat"})
	refused(t, dir, "not a PostgreSQL data folder", "--data-dir")
	dir = tempDir(t)
	fill(t, dir, map[string]string{"PG_VERSION": "fifteen"})
	refused(t, dir, "no version")
}

func TestTellsWhichFolderIsClosed(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		return // only root starts the server as another user, so only root can meet a closed folder of its own
	}
	closed := filepath.Join(tempDir(t), "home")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	refused(t, filepath.Join(closed, "var"), closed+" (mode 0700)", "--data-dir", "chmod o+x")
}

// The folder for temporary files is open to all: somebody may have made the socket folder before us to listen in.
func TestRefusesAForeignSocketFolder(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	c := start(t, dir)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(c.SocketDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.SocketDir, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(c.SocketDir) })
	_, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "open to others") {
		t.Errorf("an open socket folder: %v", err)
	}
	if err := os.Remove(c.SocketDir); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(tempDir(t), c.SocketDir); err != nil {
		t.Fatal(err)
	}
	if _, err = pglocal.Start(t.Context(), pglocal.Options{DataDir: dir}); err == nil {
		t.Error("a link in place of the socket folder was followed")
	}
}

// After a crash and a restart of the machine the note of the last run may name a socket that serves other books now.
func TestNeverTakesAnotherClusterForItsOwn(t *testing.T) {
	t.Parallel()
	other, dir := start(t, tempDir(t)), tempDir(t)
	c := start(t, dir)
	sqlDo(t, c, "create table ours ()")
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	note := strings.Join([]string{"999999999", filepath.Join(dir, "pg", "data"), "1", "5432", other.SocketDir, "", ""}, "\n")
	path := filepath.Join(dir, "pg", "data", "postmaster.pid")
	if err := os.WriteFile(path, []byte(note), 0o600); err != nil {
		t.Fatal(err)
	}
	var owner syscall.Stat_t
	if err := syscall.Stat(filepath.Dir(path), &owner); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, int(owner.Uid), int(owner.Gid)); err != nil {
		t.Fatal(err)
	}
	again := start(t, dir)
	if again.Adopted {
		t.Error("it adopted the cluster of another folder")
	}
	sqlDo(t, again, "table ours")
}

func TestSaysWhyTheServerDidNotStart(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	_, err := pglocal.Start(t.Context(), pglocal.Options{DataDir: dir, InitdbArgs: quick, Settings: map[string]string{"shared_buffers": "many"}})
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "shared_buffers"`) {
		t.Errorf("the server's own words are missing: %v", err)
	}
	start(t, dir) // and what it made until then serves the next start
}

// A root whose umask closes new folders to everybody is common on servers.
func TestStrictUmask(t *testing.T) {
	dir := filepath.Join(tempDir(t), "var")
	defer syscall.Umask(syscall.Umask(0o077))
	start(t, dir)
}

// A kill in the middle of initdb leaves its half-made folder beside the place of the data.
func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	half := filepath.Join(dir, "pg", "data.initdb")
	if err := os.MkdirAll(half, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

// TestWorksForAnOrdinaryUser runs other tests of this binary as the least privileged user of the system.
func TestWorksForAnOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		return // all tests of this run are that proof
	}
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(tempDir(t), "pglocal.test") // the original lies in a folder of root
	copyFile(t, os.Args[0], binary)
	cmd := exec.CommandContext(t.Context(), binary, "-test.v",
		"-test.run=^(TestFirstStartMakesASafeCluster|TestSecondStartAdoptsAndLeavesAlone|TestKilledServerKeepsWhatWasCommitted|TestKilledParentTakesTheServerAlong)$")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := strings.Count(string(out), "--- PASS"); n != 4 {
		t.Errorf("%d of 4 tests ran:\n%s", n, out)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	src, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(dst, src); err != nil {
		t.Fatal(err)
	}
	if err := dst.Close(); err != nil {
		t.Fatal(err)
	}
}
