package pglocal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// InstallLine is what a person types when PostgreSQL is missing; tests and the Makefile print the same words.
const InstallLine = "sudo apt-get install -y --no-install-recommends postgresql"

// oldest is the first version with everything the migrations use (views that run with their caller's rights).
const oldest = 15

// BinDir is the folder of the newest usable server programs on this machine.
func BinDir(ctx context.Context) (string, error) { return chooseBinaries(ctx, binaryDirs(ctx), 0) }

// Major is the major version of the server programs in a folder.
func Major(ctx context.Context, bin string) int { return serverVersion(ctx, bin) }

// ClientTool finds a client program (pg_dump, pg_restore) of a server's major version, or of the next newer one there is. Such
// programs work with older servers than themselves, never with newer ones.
func ClientTool(ctx context.Context, name string, major int) (string, error) {
	best, bestVersion := "", 0
	for _, d := range binaryDirs(ctx) {
		path := filepath.Join(d, name)
		v := majorOf(ctx, path)
		if v >= major && (best == "" || v < bestVersion) {
			best, bestVersion = path, v
		}
	}
	if best == "" {
		return "", fmt.Errorf("%s of PostgreSQL %d or newer is not on this machine; install it with: sudo apt-get install -y --no-install-recommends postgresql-client-%d", name, major, major)
	}
	return best, nil
}

// binaryDirs lists where server binaries may be: Debian keeps them out of the PATH, one folder per version.
func binaryDirs(ctx context.Context) []string {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well-formed
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, name := range []string{"postgres", "pg_dump"} {
		if p, err := exec.LookPath(name); err == nil {
			if p, err = filepath.EvalSymlinks(p); err == nil {
				dirs = append(dirs, filepath.Dir(p))
			}
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// chooseBinaries picks the version of the data folder, or the newest if there is no data yet (want 0).
func chooseBinaries(ctx context.Context, dirs []string, want int) (string, error) {
	best, bestVersion := "", 0
	var seen []string
	for _, d := range dirs {
		v := serverVersion(ctx, d)
		if v == 0 {
			continue
		}
		seen = append(seen, strconv.Itoa(v))
		if (want == 0 && v >= oldest && v > bestVersion) || (v == want && best == "") {
			best, bestVersion = d, v
		}
	}
	switch {
	case best != "":
		return best, nil
	case want != 0 && len(seen) > 0:
		return "", fmt.Errorf("the data were made by PostgreSQL %d, and here is only %s; nothing was changed. "+
			"Install version %d beside it, or move the data over with pg_upgrade", want, strings.Join(seen, ", "), want)
	case len(seen) > 0:
		return "", fmt.Errorf("PostgreSQL %d or newer is needed, and here is only %s; try: %s",
			oldest, strings.Join(seen, ", "), InstallLine)
	}
	return "", errors.New("no PostgreSQL server binaries were found on this machine; install them with: " + InstallLine)
}

var versionNumber = regexp.MustCompile(`\) (\d+)`)

// serverVersion is the major version of the server in a folder, 0 if there is none to run.
func serverVersion(ctx context.Context, dir string) int {
	if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	return majorOf(ctx, filepath.Join(dir, "postgres"))
}

// majorOf asks a program of PostgreSQL for its major version, 0 if it is not there.
func majorOf(ctx context.Context, program string) int {
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return 0
	}
	m := versionNumber.FindSubmatch(out)
	if m == nil {
		return 0
	}
	v, _ := strconv.Atoi(string(m[1])) // digits only
	return v
}

// dataVersion is the major version that made a data folder, 0 when the folder is absent or empty and may be made.
func dataVersion(data string) (int, error) {
	b, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err == nil {
		v, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			return 0, fmt.Errorf("%s/PG_VERSION says %q, which is no version; nothing was changed", data, b)
		}
		return v, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("data folder: %w", err)
	}
	entries, err := os.ReadDir(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("data folder: %w", err)
	}
	if len(entries) > 0 {
		return 0, fmt.Errorf("%s is not empty and not a PostgreSQL data folder; nothing was changed. "+
			"Choose another folder with --data-dir", data)
	}
	return 0, nil
}
