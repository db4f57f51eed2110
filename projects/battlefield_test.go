package projects_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/uptrace/bun"
)

// battlefield is a superuser's transaction in which everything of a table but one guard is out of the way.
type battlefield struct {
	t       *testing.T
	tx      bun.Tx
	columns map[string][]column // of each table
}

type column struct {
	Name, Type string
	Needed     bool
}

// values of each type, for what a row must have and nothing looks at.
var values = map[string]string{"bigint": "640303", "uuid": "'00000000-0000-0000-0000-000000000001'", "text": "'x'", "integer": "1", "numeric": "1", "bytea": "sha256('x')", "date": "'2025-03-01'",
	"boolean": "false", "jsonb": "'{}'", "timestamp with time zone": "now()", "text[]": "'{}'", "accounting.yuan": "1"}

// row writes a row of a table in which the columns of the list "name=value, …" have those values; an empty value stands for
// any.
func (b *battlefield) row(table, list string) string {
	b.t.Helper()
	if b.columns[table] == nil {
		var found []column
		err := b.tx.NewRaw(`select attname as name, coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text as type, attnotnull and not atthasdef as needed from pg_attribute a join pg_type t on t.oid = a.atttypid
			where attrelid = ?::regclass and attnum > 0 and not attisdropped and attgenerated = ''`, table).Scan(b.t.Context(), &found)
		if err != nil {
			b.t.Fatal(err)
		}
		b.columns[table] = found
	}
	said := map[string]string{}
	for _, pair := range strings.Split(list, ", ") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		said[name] = value
	}
	var names, row []string
	for _, c := range b.columns[table] {
		v, named := said[c.Name]
		if !named && !c.Needed {
			continue
		}
		if v == "" {
			v = values[c.Type]
		}
		if v == "" {
			b.t.Fatalf("%s.%s: the test has no value of type %s", table, c.Name, c.Type)
		}
		names, row = append(names, c.Name), append(row, v)
	}
	return fmt.Sprintf("insert into %s (%s) values (%s)", table, strings.Join(names, ", "), strings.Join(row, ", "))
}

var rowInText = regexp.MustCompile(`<row(?: of ([\w.]+))?([^>]*)>`)

func (b *battlefield) fight(g guard, statements string) *pq.Error {
	b.t.Helper()
	statements = rowInText.ReplaceAllStringFunc(statements, func(text string) string {
		m := rowInText.FindStringSubmatch(text)
		if m[1] == "" {
			m[1] = g.Table
		}
		return b.row(m[1], m[2])
	})
	b.must("savepoint fight")
	defer b.must("rollback to savepoint fight")
	_, err := b.tx.Tx.ExecContext(b.t.Context(), statements)
	var refused *pq.Error
	if err != nil && !errors.As(err, &refused) {
		b.t.Fatalf("%s: %v", statements, err)
	}
	return refused
}

func (b *battlefield) must(statements string) {
	b.t.Helper()
	if _, err := b.tx.Tx.ExecContext(b.t.Context(), statements); err != nil {
		b.t.Fatalf("%s: %v", statements, err)
	}
}

// alone takes all other guards of a table away, so that whoever refuses is the one that is left. Triggers are attacked in a
// session that replicates: those that do not always fire would not.
func (b *battlefield) alone(g guard) {
	b.t.Helper()
	b.must(fmt.Sprintf(`do $$ declare r record; begin
		for r in select k.conrelid::regclass as rel, k.conname from pg_constraint k where (k.conrelid = '%[1]s'::regclass or k.confrelid = '%[1]s'::regclass) and k.contype in ('f', 'c') and k.conparentid = 0
				and (k.conrelid, k.conname) <> ('%[1]s'::regclass, '%[2]s') order by k.contype desc loop
			execute format('alter table %%s drop constraint %%I', r.rel, r.conname);
		end loop;
		for r in select k.conname from pg_constraint k where k.conrelid = '%[1]s'::regclass and k.contype in ('p', 'u') and k.conname <> '%[2]s' and '%[3]s' in ('p', 'u', 'i') loop
			execute format('alter table %[1]s drop constraint %%I', r.conname);
		end loop;
		for r in select c.oid::regclass as index from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = '%[1]s'::regclass and i.indisunique and c.relname <> '%[2]s' and '%[3]s' in ('p', 'u', 'i')
				and not exists (select from pg_constraint k where k.conindid = c.oid) loop
			execute format('drop index %%s', r.index);
		end loop;
		for r in select t.tgname from pg_trigger t where t.tgrelid = '%[1]s'::regclass and not t.tgisinternal and t.tgname <> '%[2]s' loop
			execute format('alter table %[1]s disable trigger %%I', r.tgname);
		end loop;
	end $$`, g.Table, g.Name, g.Kind))
	if g.Kind == "t" {
		b.must(`set local session_replication_role = replica`)
	}
}
