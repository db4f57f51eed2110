package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// rootDir holds seeds and running clusters: in memory where there is room, so that a test suite writes no disk.
func rootDir() (string, error) {
	base := os.TempDir()
	var st syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &st); err == nil && st.Bavail*uint64(st.Bsize) > 512<<20 {
		base = "/dev/shm"
	}
	root := filepath.Join(base, "mingzhang-pgtest-"+strconv.Itoa(os.Getuid()))
	err := os.Mkdir(root, 0o755)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	var own syscall.Stat_t
	if err := syscall.Lstat(root, &own); err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	if int(own.Uid) != os.Getuid() || own.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		return "", fmt.Errorf("pgtest: %s is not a folder of ours; remove it", root)
	}
	return root, nil
}

// held keeps the locks of newRun from the garbage collector, which would close the files and so free the locks.
var held struct {
	sync.Mutex
	locks []func()
}

// newRun makes the folder of one running cluster and holds its lock until the process ends. Folders whose lock is
// free belong to processes that were killed together with their reaper; they are removed here.
func newRun(root string) (string, error) {
	old, _ := filepath.Glob(filepath.Join(root, "run-*.lock")) // the pattern is well-formed
	for _, l := range old {
		unlock, err := lock(l, false)
		if err != nil {
			continue // in use
		}
		_ = os.RemoveAll(strings.TrimSuffix(l, ".lock")) // what resists is tried again next time
		_ = os.Remove(l)
		unlock()
	}
	// The lock exists, locked, before the folder does: no sweeper takes a new folder for an abandoned one.
	for {
		dir := filepath.Join(root, "run-"+strconv.Itoa(os.Getpid())+"-"+strconv.FormatInt(time.Now().UnixNano(), 36))
		unlock, err := lock(dir+".lock", true)
		if err != nil {
			return "", err
		}
		held.Lock()
		held.locks = append(held.locks, unlock)
		held.Unlock()
		if _, err := os.Stat(dir + ".lock"); err != nil {
			continue // a sweeper came between the creation and the lock
		}
		return dir, os.Mkdir(dir, 0o755)
	}
}

// sweepSeeds forgets all but the last seeds in use: each edit of a migration makes one, and they live in memory.
func sweepSeeds(root string) {
	const keep = 3
	seeds, _ := filepath.Glob(filepath.Join(root, "seed-*[0-9a-f]")) // the pattern is well-formed
	used := func(path string) time.Time {
		st, err := os.Stat(path)
		if err != nil || !st.IsDir() {
			return time.Now() // the lock file, or gone: not ours to remove
		}
		return st.ModTime()
	}
	slices.SortFunc(seeds, func(a, b string) int { return used(b).Compare(used(a)) })
	for _, s := range seeds[min(keep, len(seeds)):] {
		_ = os.RemoveAll(s) // what resists is tried again next time
	}
}

// lock takes a file lock that ends with the process.
func lock(path string, wait bool) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("pgtest: lock %s: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
