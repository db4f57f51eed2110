package pglocal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// osUser is who runs the server. PostgreSQL refuses root, so root hands its child to the account that the package
// created; anybody else runs the server as himself.
type osUser struct {
	uid, gid uint32
	groups   []uint32
	cred     *syscall.Credential // nil: no change of user
}

func serverUser() (osUser, error) {
	if os.Getuid() != 0 {
		u := osUser{uid: uint32(os.Getuid()), gid: uint32(os.Getgid())} //nolint:gosec // ids of Linux are 32 bits and not negative
		ids, err := os.Getgroups()
		for _, g := range ids {
			u.groups = append(u.groups, uint32(g)) //nolint:gosec // as above
		}
		return u, err
	}
	acc, err := user.Lookup(Admin)
	if err != nil {
		return osUser{}, fmt.Errorf("PostgreSQL does not run as root, and the OS user %s, which its package creates, is missing; "+
			"run this program as an ordinary user, or install PostgreSQL with: %s", Admin, InstallLine)
	}
	uid, err := strconv.ParseUint(acc.Uid, 10, 32)
	if err != nil {
		return osUser{}, fmt.Errorf("OS user %s: %w", Admin, err)
	}
	gid, err := strconv.ParseUint(acc.Gid, 10, 32)
	if err != nil {
		return osUser{}, fmt.Errorf("OS user %s: %w", Admin, err)
	}
	u := osUser{uid: uint32(uid), gid: uint32(gid)}
	u.groups = []uint32{u.gid}
	u.cred = &syscall.Credential{Uid: u.uid, Gid: u.gid}
	return u, nil
}

// own gives a file of ours to the server's user.
func (u osUser) own(path string) error {
	if u.cred == nil {
		return nil
	}
	return os.Lchown(path, int(u.uid), int(u.gid))
}

// paths are the files of one cluster. All but the socket lie below the data dir; a socket's path may have 107 bytes
// only, so it cannot.
type paths struct {
	data, fresh, log, lock, socket string
}

const port = "5432" // part of the socket's name, nothing listens on a network

func makePaths(dataDir string, u osUser) (paths, error) {
	if dataDir == "" {
		return paths{}, errors.New("no data folder was given: use --data-dir")
	}
	abs, err := filepath.Abs(dataDir)
	if err != nil {
		return paths{}, fmt.Errorf("data folder: %w", err)
	}
	root := filepath.Join(abs, "pg")
	for _, d := range []string{abs, root} {
		if err := makeOpen(d, u); err != nil {
			return paths{}, fmt.Errorf("data folder: %w; choose another folder with --data-dir", err)
		}
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return paths{}, fmt.Errorf("data folder: %w", err)
	}
	if err := searchable(root, u); err != nil {
		return paths{}, err
	}
	// The caller's id is part of the name: another user with the same path must not meet our folder.
	sum := sha256.Sum256([]byte(strconv.Itoa(os.Getuid()) + "\x00" + root))
	p := paths{
		data:   filepath.Join(root, "data"),
		fresh:  filepath.Join(root, "data.initdb"),
		log:    filepath.Join(root, "server.log"),
		lock:   filepath.Join(root, "lock"),
		socket: filepath.Join(os.TempDir(), "mingzhang-"+hex.EncodeToString(sum[:6])),
	}
	if n := len(filepath.Join(p.socket, ".s.PGSQL."+port)); n > 107 {
		return paths{}, fmt.Errorf("the path of the socket would have %d bytes, 107 are possible: set TMPDIR to a shorter folder", n)
	}
	return p, searchable(os.TempDir(), u)
}

// makeOpen makes a folder through which the server's user can pass, also under a strict umask. Names may be seen
// there, contents not: the server's own folder is 0700. A folder that exists keeps the mode that somebody gave it.
func makeOpen(dir string, u osUser) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil || u.cred == nil { //nolint:gosec // see above
		return err
	}
	return os.Chmod(dir, 0o755) //nolint:gosec // see above
}

// searchable checks that the server's user may pass through every folder above its data. Without this the failure is
// a bare "permission denied" from the start of a program that is plainly there.
func searchable(dir string, u osUser) error {
	if u.cred == nil {
		return nil // our own folders; the system's answer is right
	}
	for d := dir; ; d = filepath.Dir(d) {
		var st syscall.Stat_t
		if err := syscall.Stat(d, &st); err != nil {
			return fmt.Errorf("data folder: %s: %w", d, err)
		}
		bit := uint32(0o001)
		if st.Uid == u.uid {
			bit = 0o100
		} else if st.Gid == u.gid {
			bit = 0o010
		}
		if st.Mode&bit == 0 {
			return fmt.Errorf("the database server runs as OS user %s, and that user may not enter %s (mode %04o); "+
				"choose another folder with --data-dir, or open this one with: chmod o+x %s", Admin, d, st.Mode&0o777, d)
		}
		if d == filepath.Dir(d) {
			return nil
		}
	}
}

// makeSocketDir makes the folder that is the cluster's only door. Whoever can enter it can log in, and the folder for
// temporary files is open to all, so what is there already must be exactly ours.
func makeSocketDir(dir string, u osUser) error {
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		return u.own(dir)
	}
	if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("socket folder: %w", err)
	}
	var st syscall.Stat_t
	if err := syscall.Lstat(dir, &st); err != nil {
		return fmt.Errorf("socket folder: %w", err)
	}
	mine := st.Uid == u.uid || int(st.Uid) == os.Getuid()
	if st.Mode&syscall.S_IFMT != syscall.S_IFDIR || !mine || st.Mode&0o077 != 0 {
		return fmt.Errorf("socket folder %s belongs to somebody else or is open to others; remove it, or set TMPDIR to a folder of your own", dir)
	}
	return u.own(dir)
}

// lockFile waits for the exclusive lock on a file. The system drops it when the process ends, however it ends.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("another program holds %s: %w", path, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
