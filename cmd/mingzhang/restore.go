package main

import (
	"archive/tar"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
	"mingzhang/projects"
)

func restoreCommand(o *options) *cobra.Command {
	var identity string
	cmd := &cobra.Command{
		Use:   "restore FILE --data-dir NEW",
		Short: "Bring an archive back into an empty folder, and check sums, roots and files before it is opened",
		Long: "Brings an archive back into an empty folder with a private PostgreSQL of its own, or, with OWNER_DATABASE_URL, into an empty database\n" +
			"(the files still go into the folder). The schema is brought up to this program's, so this is also the way to a newer PostgreSQL.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("data-dir") {
				return errors.New("say into which new folder: --data-dir NEW")
			}
			ids, err := readIdentities(identity)
			if err != nil {
				return err
			}
			r := &restoring{options: o, name: args[0], ids: ids, show: byteProgress, say: func(format string, a ...any) { fmt.Printf(format+"\n", a...) }}
			return r.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&identity, "identity", "", "file of the private key, for an encrypted archive")
	return cmd
}

// unfinished marks a folder in which a restore began and did not end well. No program opens it.
const unfinished = "restore.unfinished"

// restoring is one restore on its way.
type restoring struct {
	*options
	name string
	ids  []age.Identity
	show progressOf
	say  func(format string, a ...any)

	archive *os.File
	size    int64
	target  target
}

// target is the database that is filled.
type target struct {
	dsn     string
	cluster *pglocal.Cluster // nil for a database of the operator's own
	server  string
	major   int
}

// run refuses all it can before it makes anything.
func (r *restoring) run(ctx context.Context) (err error) {
	start := time.Now()
	if r.archive, err = os.Open(r.name); err != nil {
		return fmt.Errorf("the archive: %w", err)
	}
	defer func() { _ = r.archive.Close() }()
	info, err := r.archive.Stat()
	if err != nil {
		return err
	}
	r.size = info.Size()
	if err := emptyFolder(r.dataDir); err != nil {
		return err
	}
	m, err := r.read("check", nil)
	if err != nil {
		return err
	}
	lacking, err := r.suits(ctx, m)
	if err != nil {
		return err
	}
	r.say("archive   %s, whole; made %s by mingzhang %s on PostgreSQL %s: %.1f s", bytesText(r.size), m.Made.Format(time.RFC3339), m.Program, m.PostgreSQL, time.Since(start).Seconds())
	mark := filepath.Join(r.dataDir, unfinished)
	if err := makeMark(r.dataDir, mark); err != nil {
		return err
	}
	if err = r.fill(ctx, m, lacking); err != nil {
		return fmt.Errorf("%w\nnothing opens the unfinished %s: remove it before you restore again", err, r.dataDir)
	}
	if err := errors.Join(os.Remove(mark), syncFolder(r.dataDir)); err != nil {
		return err
	}
	r.say("restored  in %.1f s%s; mingzhang serve --data-dir %s", time.Since(start).Seconds(), withoutText(m.Lacking), r.dataDir)
	return toldLacking(m.Lacking)
}

// read goes through the archive once.
func (r *restoring) read(what string, use func(h *tar.Header, content io.Reader) error) (*manifest, error) {
	if _, err := r.archive.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	file, stop := r.show.reader(what, r.archive, r.size)
	defer stop()
	plain, err := openPlain(file, r.ids)
	if err != nil {
		return nil, err
	}
	return readArchive(plain, use)
}

// emptyFolder refuses a folder with something in it. A disk's own lost+found is nothing.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("the new folder: %w", err)
	}
	for _, e := range entries {
		if e.Name() == unfinished {
			return refuse("target_not_empty", "%s was left by a restore that did not end well; remove it, or name another folder", dir)
		}
		if e.Name() != "lost+found" {
			return refuse("target_not_empty", "%s is not empty (%s): a restore goes into a new folder, and never over books that are there", dir, e.Name())
		}
	}
	return nil
}

func makeMark(dir, mark string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the database server's own user passes through; what is in it is closed
		return fmt.Errorf("the new folder: %w", err)
	}
	f, err := os.OpenFile(mark, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return fmt.Errorf("the new folder: %w", err)
	}
	return errors.Join(f.Sync(), f.Close(), syncFolder(dir))
}

// suits refuses an archive that this program or this server cannot take; it answers what migrations the archive's schema lacks.
func (r *restoring) suits(ctx context.Context, m *manifest) ([]string, error) {
	if m.Format > archiveFormat {
		return nil, refuse("archive_newer", "the archive is of format %d, and this program knows %d: install mingzhang %s or newer", m.Format, archiveFormat, m.Program)
	}
	lacking, err := migrations.Lacking(m.Migrations)
	if err != nil {
		return nil, refuse("archive_newer", "%v; the archive was made by mingzhang %s", err, m.Program)
	}
	if r.target.dsn = os.Getenv("OWNER_DATABASE_URL"); r.target.dsn != "" {
		err = r.target.look(ctx)
	} else if os.Getenv("DATABASE_URL") != "" {
		err = errors.New("restore needs OWNER_DATABASE_URL: the service's own login may change nothing")
	} else {
		var bin string
		if bin, err = pglocal.BinDir(ctx); err == nil {
			r.target.major = pglocal.Major(ctx, bin)
		}
	}
	if err != nil {
		return nil, err
	}
	if r.target.major < m.Major {
		return nil, refuse("postgresql_older", "the archive comes from PostgreSQL %d, and here is %d: install %d or newer", m.Major, r.target.major, m.Major)
	}
	return lacking, nil
}

// look asks the operator's own server for its version, and refuses a database with something in it.
func (t *target) look(ctx context.Context) error {
	db, err := migrations.OpenOwner(t.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var there sql.NullString
	err = db.QueryRowContext(ctx, `select current_setting('server_version_num')::int / 10000, current_setting('server_version'),
		(select string_agg(nspname, ', ' order by nspname) from pg_catalog.pg_namespace where nspname in ('accounting', 'projects', 'api', 'migrations'))`).Scan(&t.major, &t.server, &there)
	if err == nil && there.Valid {
		err = refuse("target_not_empty", "the database of OWNER_DATABASE_URL has the schemas %s already: a restore goes into an empty database", there.String)
	}
	return err
}

// fill makes the database, loads it, stores the files and checks everything. Whatever fails leaves the mark where it is.
func (r *restoring) fill(ctx context.Context, m *manifest, lacking []string) (err error) {
	start := time.Now()
	if r.target.dsn == "" {
		if r.target.cluster, err = pglocal.Start(ctx, pglocal.Options{DataDir: r.dataDir}); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.target.cluster.Stop()) }()
		if err := r.target.cluster.EnsureDatabase(ctx, databaseName); err != nil {
			return err
		}
		r.target.dsn = r.target.cluster.DSN(pglocal.Admin, databaseName)
	}
	db, err := migrations.OpenOwner(r.target.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := migrations.PrepareRoles(ctx, db); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, `select current_setting('server_version')`).Scan(&r.target.server); err != nil {
		return err
	}
	r.say("server    PostgreSQL %s: %.1f s", r.target.server, time.Since(start).Seconds())
	if err := r.load(ctx, m); err != nil {
		return err
	}
	if err := r.migrate(ctx, db, m, lacking); err != nil {
		return err
	}
	return r.verify(ctx, db, m)
}

// load reads the archive a second time, now into the database and the store of files.
func (r *restoring) load(ctx context.Context, m *manifest) (err error) {
	files, err := r.openFiles(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	start := time.Now()
	var database time.Duration
	_, err = r.read("restore", func(h *tar.Header, content io.Reader) error {
		if h.Name == databaseMember {
			defer func() { database = time.Since(start) }()
			return r.loadDatabase(ctx, content)
		}
		book, hash, err := filePlace(h.Name)
		if err != nil {
			return err
		}
		return files.Restore(ctx, book, hash, h.Size, content)
	})
	if err != nil {
		return err
	}
	r.say("database  %d tables, %d rows: %.1f s", len(m.Tables), m.rows(), database.Seconds())
	n, size := m.files()
	r.say("files     %d, %s%s: %.1f s", n, bytesText(size), withoutText(m.Lacking), (time.Since(start) - database).Seconds())
	return nil
}

// loadDatabase is all or nothing. Everything comes to belong to the owner, whoever logs in; rights are part of the dump.
func (r *restoring) loadDatabase(ctx context.Context, dump io.Reader) error {
	program, err := pglocal.ClientTool(ctx, "pg_restore", r.target.major)
	if err != nil {
		return err
	}
	cmd, err := clientCommand(ctx, program, r.target.dsn, "--exit-on-error", "--single-transaction", "--no-owner", "--role="+migrations.Owner, "--dbname="+databaseOf(r.target.dsn))
	if err != nil {
		return err
	}
	cmd.Stdin = dump
	return runClient(cmd)
}

// filePlace reads where a file of an archive belongs: files/BOOK/ab/abcd…
func filePlace(name string) (accounting.BookID, accounting.Hash, error) {
	parts := strings.Split(strings.TrimPrefix(name, filesFolder), "/")
	if len(parts) == 3 && strings.HasPrefix(name, filesFolder) {
		book, err := strconv.ParseInt(parts[0], 10, 64)
		sum, wrong := hex.DecodeString(parts[2])
		if f := (projects.File{Book: accounting.BookID(book)}); err == nil && wrong == nil && len(sum) == len(f.Hash) {
			f.Hash = accounting.Hash(sum)
			if filesFolder+f.Place() == name {
				return f.Book, f.Hash, nil
			}
		}
	}
	return 0, accounting.Hash{}, damagedArchive("%s has no place in a store of files", name)
}
