package main

import (
	"slices"
	"strings"
	"testing"

	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

// With a PostgreSQL of one's own a login that only reads makes the archive, and a member of the owner, no superuser, restores it
// into an empty database. Everybody has the same rights there as before.
func TestBackupOfADatabaseOfOnesOwn(t *testing.T) {
	t.Parallel()
	from, into := pgtest.Open(t), pgtest.Unmigrated(t)
	super := pgtest.Superuser(t, from)
	for _, s := range []string{
		"create role backup_reader login bypassrls in role pg_read_all_data",
		"create role ledger_dba login in role mingzhang_owner",
	} {
		if _, err := super.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var name string
	if err := into.NewRaw("select current_database()").Scan(t.Context(), &name); err != nil {
		t.Fatal(err)
	}
	if err := migrations.GrantDatabase(t.Context(), into, name); err != nil { // as docs/OPERATIONS.md lets the superuser do
		t.Fatal(err)
	}

	source := newProgram(t)
	source.env = append(source.env, "DATABASE_URL="+pgtest.DSN(t, from, migrations.App))
	source.run("init", "--book", "640303", "--name", "红寺堡区财政局", "--notice")
	source.refused("BACKUP_DATABASE_URL", "backup", "own.tar")
	reader := *source
	reader.env = append(slices.Clone(source.env), "BACKUP_DATABASE_URL="+pgtest.DSN(t, from, "backup_reader"))
	reader.run("backup", "own.tar")
	dba := *source
	dba.env = append(slices.Clone(source.env), "OWNER_DATABASE_URL="+pgtest.DSN(t, from, "ledger_dba"))
	dba.run("backup", "dba.tar")
	if m, of := manifestOf(t, source.path("own.tar")), manifestOf(t, source.path("dba.tar")); m.Books[0].CompleteTo == nil || len(m.Tables) != len(of.Tables) || m.Tables["accounting.ledgers"] < 10 {
		t.Errorf("the reading login backs up %d tables of %d, %v", len(m.Tables), len(of.Tables), m.Books)
	}
	// The tests' server is fast because it forgets, which doctor fails; the other lines are those of any server.
	source.refused("FAIL  server settings and login: the database server runs with fsync = off", "doctor")
	source.refused("ok    the last good backup is 0 hours old", "doctor")
	source.refused("OWNER_DATABASE_URL", "restore", "own.tar", "--data-dir", "new")
	dba.refused("target_not_empty", "restore", "own.tar", "--data-dir", "new")

	target := newProgram(t)
	target.env = append(target.env, "OWNER_DATABASE_URL="+pgtest.DSN(t, into, "ledger_dba"))
	target.run("restore", source.path("own.tar"), "--data-dir", "new")
	target.env = append(target.env, "DATABASE_URL="+pgtest.DSN(t, into, migrations.App))
	target.refused("have their rights and no more", "doctor")
	const rights = `select string_agg(x, E'\n' order by x) from (
		select c.oid::regclass::text || ' ' || c.relowner::regrole::text || ' ' || coalesce(array_to_string(array(select a::text from unnest(c.relacl) a order by 1), ','), '') || c.relrowsecurity
			from pg_class c where c.relnamespace in ('accounting'::regnamespace, 'projects'::regnamespace, 'api'::regnamespace, 'migrations'::regnamespace)
		union all select p.oid::regprocedure::text || ' ' || p.proowner::regrole::text || ' ' || coalesce(array_to_string(array(select a::text from unnest(p.proacl) a order by 1), ','), '')
			from pg_proc p where p.pronamespace in ('accounting'::regnamespace, 'projects'::regnamespace, 'api'::regnamespace)
		union all select pol.polrelid::regclass::text || ' ' || pol.polname || ' ' || pol.polroles::regrole[]::text from pg_policy pol
		union all select t.tgrelid::regclass::text || ' ' || t.tgname || ' ' || t.tgenabled::text from pg_trigger t where not t.tgisinternal
		union all select d.defaclrole::regrole::text || ' ' || d.defaclobjtype::text || ' ' || d.defaclacl::text from pg_default_acl d) s(x)`
	var before, after string
	if err := super.NewRaw(rights).Scan(t.Context(), &before); err != nil {
		t.Fatal(err)
	}
	if err := into.NewRaw(rights).Scan(t.Context(), &after); err != nil {
		t.Fatal(err)
	}
	if before != after || len(before) < 10_000 {
		b, a := strings.Split(before, "\n"), strings.Split(after, "\n")
		for i := range min(len(b), len(a)) {
			if b[i] != a[i] {
				t.Errorf("rights before:\n%s\nand after:\n%s", b[i], a[i])
				break
			}
		}
		t.Errorf("%d rights before, %d after", len(b), len(a))
	}
}
