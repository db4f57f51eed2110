package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mingzhang/api"
	"mingzhang/migrations"
)

func doctorCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look at the installation: engine, settings, clock, disk, backups, roles, migrations, room for coming years, sizes",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				d := &doctor{db: db, options: o}
				for _, look := range []func(context.Context) error{d.engine, d.settings, d.schema, d.roles, d.partitions, d.clock, d.timeService, d.lastPosting, d.disk, d.backups, d.books, d.sizes} {
					if err := look(ctx); err != nil {
						return err
					}
				}
				if d.failed {
					return errChecksFailed
				}
				return nil
			})
		},
	}
}

// doctor prints a line for each thing it looks at: ok, warn (soon) or FAIL (now), with what to do.
type doctor struct {
	*options
	db     *database
	failed bool
}

func (d *doctor) ok(format string, args ...any)   { fmt.Printf("ok    "+format+"\n", args...) }
func (d *doctor) warn(format string, args ...any) { fmt.Printf("warn  "+format+"\n", args...) }
func (d *doctor) fail(format string, args ...any) {
	d.failed = true
	fmt.Printf("FAIL  "+format+"\n", args...)
}

func (d *doctor) engine(ctx context.Context) error {
	var version string
	var major int
	if err := d.db.NewRaw(`select current_setting('server_version'), current_setting('server_version_num')::int / 10000`).Scan(ctx, &version, &major); err != nil {
		return err
	}
	where := "of your own"
	if d.db.cluster != nil {
		where = "private"
	}
	if major < 15 {
		d.fail("PostgreSQL %s is too old: 15 is needed, see Upgrade", version)
		return nil
	}
	d.ok("PostgreSQL %s, %s; program %s", version, where, programVersion())
	return nil
}

func (d *doctor) settings(ctx context.Context) error {
	if err := migrations.CheckServer(ctx, d.db.DB); err != nil {
		d.fail("server settings and login: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	} else {
		d.ok("server settings and login are safe")
	}
	var checksums, autovacuum, archive, buffers, connections, wal string
	err := d.db.NewRaw(`select current_setting('data_checksums'), current_setting('autovacuum'), current_setting('archive_mode'), current_setting('shared_buffers'),
		current_setting('max_connections'), current_setting('max_wal_size')`).Scan(ctx, &checksums, &autovacuum, &archive, &buffers, &connections, &wal)
	if err != nil {
		return err
	}
	if autovacuum != "on" {
		d.fail("autovacuum is off: tables grow and plans go wrong; turn it on")
	}
	if checksums != "on" {
		d.warn("data checksums are off: a decaying disk is not noticed; stop the server and run pg_checksums --enable")
	}
	d.ok("shared_buffers %s, max_connections %s, max_wal_size %s, WAL archiving %s", buffers, connections, wal, archive)
	return nil
}

func (d *doctor) schema(ctx context.Context) error {
	if err := migrations.Check(ctx, d.db.DB.DB); err != nil {
		d.fail("migrations: %v", err)
		return nil
	}
	var last string
	if err := d.db.NewRaw(`select max(name collate "C") from migrations.applied`).Scan(ctx, &last); err != nil {
		return err
	}
	d.ok("the database is up to date: %s", strings.TrimSuffix(last, ".tx.up.sql"))
	return nil
}

// partitions warns while there is time: the service cannot make partitions, a migration must.
func (d *doctor) partitions(ctx context.Context) error {
	var last int
	err := d.db.NewRaw(`select coalesce(min(l.year), 0) from (select i.inhparent, max(right(c.relname, 4)::int) as year
		from pg_catalog.pg_class c join pg_catalog.pg_inherits i on i.inhrelid = c.oid join pg_catalog.pg_partitioned_table p on p.partrelid = i.inhparent
		where c.relnamespace = 'accounting'::regnamespace and c.relkind = 'r' group by i.inhparent) l`).Scan(ctx, &last)
	if err != nil {
		return err
	}
	switch ahead := last - time.Now().Year(); {
	case ahead < 2:
		d.fail("journal partitions reach to %d only: a migration has to add years, install a newer program", last)
	case ahead < 4:
		d.warn("journal partitions reach to %d: a newer program adds years", last)
	default:
		d.ok("journal partitions reach to %d", last)
	}
	return nil
}

func (d *doctor) backups(ctx context.Context) error {
	state, there, err := api.Backups(ctx, d.db)
	if err != nil || !there {
		return err
	}
	const how = "mingzhang backup FILE, or serve --backup-dir DIR for every night"
	switch {
	case state.Good == nil:
		d.warn("no good backup yet: %s", how)
	case state.Late():
		d.warn("the last good backup is %d hours old (%s): %s", int(state.Age.Hours()), state.Good.File, how)
	default:
		d.ok("the last good backup is %d hours old: %s, %s%s", int(state.Age.Hours()), state.Good.File, bytesText(*state.Good.Size), d.besideTheData(state.Good.File))
	}
	if state.Good != nil {
		if info, err := os.Stat(state.Good.File); err != nil || info.Size() != *state.Good.Size {
			d.warn("%s is not there any more as it was written; make sure that it was moved on purpose", state.Good.File)
		}
	}
	if state.Trouble != "" {
		d.warn("the last attempt to back up is no good one: %s", state.Trouble)
	}
	return nil
}
