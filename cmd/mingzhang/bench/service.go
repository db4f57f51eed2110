package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

// service is this very program, started as everybody starts it, on one database of the cluster.
type service struct {
	place    *place
	database string
	token    string
	address  string
	posted   atomic.Int64 // vouchers it answered as posted
	runs     atomic.Int64 // makes keys of one load differ from those of another
	process  *os.Process
	ended    chan struct{}
}

func newService(p *place, database, token string) *service {
	return &service{place: p, database: database, token: token}
}

func (s *service) pid() int {
	if s.process == nil {
		return 0
	}
	return s.process.Pid
}

// start runs it, if it does not run yet, and waits until it says where it listens.
func (s *service) start(ctx context.Context) error {
	if s.process != nil {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	logName := filepath.Join(s.place.dir, "service-"+s.database+".log")
	log, err := os.Create(logName) //nolint:gosec // in our own folder
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command(program, "serve", "--listen", "127.0.0.1:0") //nolint:gosec,noctx // ourselves; ended by stop, in good order
	cmd.Env = append(os.Environ(), "DATABASE_URL="+s.place.cluster.DSN(migrations.App, s.database))
	cmd.Stdout, cmd.Stderr = write, log
	// A killed bench takes it along; a Ctrl-C in the terminal reaches it by us only, after the load has ended.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread() // the death signal belongs to the thread that started the child: it is kept until then
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(ended)
		}
	}()
	err = <-started
	_ = write.Close()
	if err != nil {
		return errors.Join(err, read.Close())
	}
	s.process, s.ended = cmd.Process, ended
	said := make(chan string, 1)
	go func() {
		out := bufio.NewReader(read)
		line, _ := out.ReadString('\n')
		said <- line
		_, _ = out.WriteTo(io.Discard)
		_ = read.Close()
	}()
	select {
	case line := <-said:
		_, rest, found := strings.Cut(line, "http://")
		if !found {
			text, _ := os.ReadFile(logName) //nolint:gosec // in our own folder
			return fmt.Errorf("the service did not start: %s%s", line, text)
		}
		s.address, _, _ = strings.Cut(rest, " ")
		return nil
	case <-time.After(30 * time.Second):
		return errors.New("the service did not say within 30 s where it listens")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends it in good order; what does not end within its own patience is killed.
func (s *service) stop() error {
	if s.process == nil {
		return nil
	}
	select {
	case <-s.ended:
		return fmt.Errorf("the service on %s had ended by itself", s.database)
	default:
	}
	_ = s.process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
		s.process = nil
		return nil
	case <-time.After(30 * time.Second):
		_ = s.process.Kill()
		<-s.ended
		s.process = nil
		return fmt.Errorf("the service on %s did not stop within 30 s", s.database)
	}
}

// open logs in to the database of the service, as administrator: the judge sees all units.
func (s *service) open() (*bun.DB, error) {
	return migrations.OpenDB(s.place.cluster.DSN(pglocal.Admin, s.database))
}
