package pglocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// settings are production's. They go on the command line, where neither ALTER SYSTEM nor an edited file reaches: the
// first three are what makes an acknowledged voucher survive a power cut.
var settings = map[string]string{
	"fsync":                       "on",
	"synchronous_commit":          "on",
	"full_page_writes":            "on",
	"shared_buffers":              "256MB",
	"max_wal_size":                "4GB",
	"checkpoint_timeout":          "15min",
	"max_connections":             "100",
	"standard_conforming_strings": "on",
	"timezone":                    "Asia/Shanghai",
	"log_timezone":                "Asia/Shanghai",
	"listen_addresses":            "",
	"unix_socket_permissions":     "0700",
	// Statements carry account numbers in their text, and the detail of an error repeats the row.
	"log_min_error_statement": "panic",
	"log_error_verbosity":     "terse",
}

const (
	startLimit = 15 * time.Second
	maxLog     = 16 << 20
)

// server is the child process.
type server struct {
	pid  int
	done chan struct{}
}

// initdb makes the cluster beside its final place and moves it there when it is whole: a kill in the middle leaves no
// half data folder that would look like a broken ledger. What a killed attempt left never ran and is cleared away.
func (c *Cluster) initdb(ctx context.Context, more []string) error {
	if err := os.RemoveAll(c.paths.fresh); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := os.Mkdir(c.paths.fresh, 0o700); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := c.user.own(c.paths.fresh); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	// Collation C compares bytes, so an upgrade of the C library can never reorder, and so break, an index.
	args := append([]string{"-D", c.paths.fresh, "-U", Admin, "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C",
		"--lc-messages=C", "--data-checksums", "--auth-local=trust", "--auth-host=reject"}, more...)
	cmd := exec.CommandContext(ctx, filepath.Join(c.BinDir, "initdb"), args...) //nolint:gosec // the binary was found by us
	cmd.Env, cmd.Dir = environment(c.BinDir), "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.user.cred}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	// An empty folder may be there already; Rename replaces that and nothing else.
	if err := os.Rename(c.paths.fresh, c.paths.data); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	return nil
}

// launch starts the server and waits until it answers. After a kill -9 of a postmaster its last children still hold
// the shared memory, or its lock file still names a dying process, for a moment: the start is repeated until then.
func (c *Cluster) launch(ctx context.Context, more map[string]string) error {
	set := maps.Clone(settings)
	maps.Copy(set, more)
	set["unix_socket_directories"] = c.SocketDir
	if st, err := os.Stat(c.paths.log); err == nil && st.Size() > maxLog {
		_ = os.Rename(c.paths.log, c.paths.log+".old") // worst case the log grows on
	}
	deadline := time.Now().Add(startLimit)
	for {
		said, err := c.try(ctx, set)
		if err == nil {
			return nil
		}
		again := strings.Contains(said, "shared memory block") || strings.Contains(said, "lock file")
		if ctx.Err() != nil || !again || time.Now().After(deadline) {
			return fmt.Errorf("PostgreSQL did not start: %w; the end of %s:\n%s", err, c.paths.log, said)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// try is one attempt. It returns what the server wrote to its log if it did not come up.
func (c *Cluster) try(ctx context.Context, set map[string]string) (said string, err error) {
	log, err := os.OpenFile(c.paths.log, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	from, err := log.Seek(0, 2)
	if err != nil {
		return "", err
	}
	args := []string{"-D", c.paths.data, "-p", port}
	for _, k := range slices.Sorted(maps.Keys(set)) {
		args = append(args, "-c", k+"="+set[k])
	}
	s, err := c.spawn(args, log)
	if err != nil {
		return "", err
	}
	for {
		if err = c.ready(ctx); err == nil {
			c.server = s
			return "", nil
		}
		select {
		case <-s.done:
			return tail(log, from), errors.New("the server ended")
		case <-ctx.Done():
			_ = s.stop(context.WithoutCancel(ctx), c.paths)
			return tail(log, from), ctx.Err()
		case <-time.After(10 * time.Millisecond): // crash recovery may take long: no limit while the server lives
		}
	}
}

// spawn starts the process so that it cannot outlive us. The death signal belongs to the OS thread that started the
// child, so that thread is kept until the child has ended. Its own process group keeps a Ctrl-C in the terminal from
// the server: we are the ones who stop it, last.
func (c *Cluster) spawn(args []string, log *os.File) (*server, error) {
	cmd := exec.Command(filepath.Join(c.BinDir, "postgres"), args...) //nolint:gosec,noctx // lives until Stop, not until a context ends
	cmd.Env, cmd.Dir = environment(c.BinDir), c.paths.data
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.user.cred, Setpgid: true, Pdeathsig: syscall.SIGINT}
	s := &server{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(s.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	s.pid = cmd.Process.Pid
	return s, nil
}

// stop asks for a fast shutdown. If the server needs longer than the context allows it is left to finish: killing it
// would only buy a crash recovery at the next start.
func (s *server) stop(ctx context.Context, p paths) error {
	select {
	case <-s.done: // its number may belong to another process by now
	default:
		if err := syscall.Kill(s.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop PostgreSQL: %w", err)
		}
	}
	select {
	case <-s.done:
		_ = os.Remove(p.socket) // empty now; a leftover does no harm
		return nil
	case <-ctx.Done():
		return fmt.Errorf("PostgreSQL (process %d) is still writing its data out: %w", s.pid, ctx.Err())
	}
}

// environment is all that the server sees of ours: our secrets are none of its business.
func environment(bin string) []string {
	return []string{"PATH=" + bin + ":/usr/bin:/bin", "LC_ALL=C.UTF-8"}
}

func tail(f *os.File, from int64) string {
	b := make([]byte, 4096)
	n, _ := f.ReadAt(b, from) // io.EOF is the ordinary case
	return strings.TrimSpace(string(b[:n]))
}
