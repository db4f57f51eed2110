package pglocal

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// fakeServer is a folder whose programs only state a version.
func fakeServer(t *testing.T, version int) string {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + strconv.Itoa(version) + ".3 (Debian 1.2)'\n"
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestChooseBinaries(t *testing.T) {
	t.Parallel()
	v9, v14, v15, v17 := fakeServer(t, 9), fakeServer(t, 14), fakeServer(t, 15), fakeServer(t, 17)
	empty := t.TempDir()
	for _, tt := range []struct {
		name string
		dirs []string
		data int
		want string
		says string
	}{
		{"takes the newest for new data", []string{v15, v9, v17, empty}, 0, v17, ""},
		{"takes the version of the data", []string{v15, v17}, 15, v15, ""},
		{"runs old data with its own version", []string{v14, v17}, 14, v14, ""},
		{"refuses data of a version that is not here", []string{v15, v17}, 16, "", "made by PostgreSQL 16, and here is only 15, 17; nothing was changed"},
		{"refuses a version too old for new data", []string{v9, v14}, 0, "", "15 or newer is needed, and here is only 9, 14; try: sudo apt-get install"},
		{"says how to install", []string{empty, "/nowhere"}, 0, "", "sudo apt-get install -y --no-install-recommends postgresql"},
		{"says so too when data are there", nil, 15, "", "sudo apt-get install -y --no-install-recommends postgresql"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := chooseBinaries(t.Context(), tt.dirs, tt.data)
			if got != tt.want {
				t.Errorf("took %s, want %s", got, tt.want)
			}
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want %q", err, tt.says)
			}
		})
	}
}

func TestSocketPathTooLong(t *testing.T) {
	t.Setenv("TMPDIR", "/tmp/"+strings.Repeat("x", 100))
	u, err := serverUser()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "mingzhang-test-") //nolint:usetesting // TMPDIR is what is tested
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	u.cred = nil // the folders are not the point here
	if _, err := makePaths(dir, u); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("a socket path beyond the system's limit: %v", err)
	}
}
