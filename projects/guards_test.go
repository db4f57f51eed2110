package projects_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/migrations/pgtest"
)

// guard is a rule of the catalogue that keeps rows of this schema, or a trigger elsewhere that calls this schema.
type guard struct {
	Table, Name string
	Kind        string // c check, f foreign key, p primary key, u unique, i unique index, t trigger
	Definition  string
	Columns     []string `bun:",array"` // it is about; of a trigger: whose update it is for
}

func (g guard) key() string { return strings.TrimPrefix(g.Table, "projects.") + " " + g.Name }

// guards lists every guard there is.
func guards(t *testing.T, db bun.IDB) (all []guard) {
	t.Helper()
	err := db.NewRaw(`select k.conrelid::regclass::text as "table", k.conname as name, k.contype as kind, pg_get_constraintdef(k.oid) as definition,
				array(select a.attname::text from unnest(k.conkey) x join pg_attribute a on a.attrelid = k.conrelid and a.attnum = x) as columns
			from pg_constraint k where k.connamespace = 'projects'::regnamespace and k.conrelid <> 0 and k.conparentid = 0 and k.contype in ('c', 'f', 'p', 'u', 'x')
		union all
		select i.indrelid::regclass::text, c.relname, 'i', pg_get_indexdef(i.indexrelid), array(select a.attname::text from unnest(i.indkey::int2[]) x join pg_attribute a on a.attrelid = i.indrelid and a.attnum = x)
			from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = 'projects'::regnamespace and i.indisunique and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
		union all
		select t.tgrelid::regclass::text, t.tgname, 't', pg_get_triggerdef(t.oid), array(select a.attname::text from unnest(t.tgattr::int2[]) x join pg_attribute a on a.attrelid = t.tgrelid and a.attnum = x)
			from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
			where not t.tgisinternal and t.tgparentid = 0 and (c.relnamespace = 'projects'::regnamespace or p.pronamespace = 'projects'::regnamespace)
		order by 1, 3, 2`).Scan(t.Context(), &all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// attack breaks one guard: statements in which <row …> writes a row of its table that is nothing but what is said, and the
// SQLSTATE that refuses it.
type attack struct{ statements, state string }

var rules = []struct {
	check *regexp.Regexp
	value func(m []string) string
}{
	{regexp.MustCompile(`^CHECK \(\(\(?(\w+)\)?(?:::\w+)? > \(?0\)?(?:::\w+)?\)\)$`), func([]string) string { return "0" }},
	{regexp.MustCompile(`^CHECK \(\(\(?(\w+)\)?(?:::\w+)? >= \(?0\)?(?:::\w+)?\)\)$`), func([]string) string { return "-1" }},
	{regexp.MustCompile(`^CHECK \(\(\(?(\w+)\)?(?:::\w+)? <> \(?0\)?(?:::\w+)?\)\)$`), func([]string) string { return "0" }},
	{regexp.MustCompile(`^CHECK \(\((\w+) <> ''::text\)\)$`), func([]string) string { return "''" }},
	{regexp.MustCompile(`^CHECK \(\(\(length\((\w+)\) >= 1\) AND \(length\(\w+\) <= \d+\)\)\)$`), func([]string) string { return "''" }},
	{regexp.MustCompile(`^CHECK \(\(\(length\((\w+)\) >= 1\) AND \(length\(\w+\) <= (\d+)\)\)\)$`), func(m []string) string { n, _ := strconv.Atoi(m[2]); return fmt.Sprintf("repeat('x',%d)", n+1) }},
	{regexp.MustCompile(`^CHECK \(\(octet_length\((\w+)\) = 32\)\)$`), func([]string) string { return "'\\x00'" }},
	{regexp.MustCompile(`^CHECK \(\((\w+) = ANY \(ARRAY\[.*\]\)\)\)$`), func([]string) string { return "'none of these'" }},
	{regexp.MustCompile(`^CHECK \(\((\w+) ~ .*\)\)$`), func([]string) string { return "'!'" }},
	{regexp.MustCompile(`^CHECK \(\(\((\w+) >= (\d+)\) AND \((?:\w+) <= (\d+)\)\)\)$`), func(m []string) string { n, _ := strconv.Atoi(m[3]); return strconv.Itoa(n + 1) }},
}

// attacks are those of a guard: from the table of attacks, or by its form. None: nobody attacks it.
func (g guard) attacks() []attack {
	if found := theirAttacks[g.key()]; found != nil {
		return found
	}
	const unique, foreign, check = "23505", "23503", "23514"
	switch g.Kind {
	case "c":
		for _, r := range rules {
			if m := r.check.FindStringSubmatch(g.Definition); m != nil {
				return []attack{{fmt.Sprintf("<row %s=%s>", m[1], r.value(m)), check}}
			}
		}
	case "f":
		return []attack{{"<row " + g.given() + ", book_id=999>", foreign}} // which has no rows to refer to
	case "p", "u":
		return []attack{{"<row " + g.given() + ">; <row " + g.given() + ">", unique}}
	case "i":
		if !strings.Contains(g.Definition, " WHERE ") && !slices.Contains(g.Columns, "") {
			return []attack{{"<row " + g.given() + ">; <row " + g.given() + ">", unique}}
		}
	case "t":
		return g.finality()
	}
	return nil
}

// given names the columns of a key, so that those that may be empty are not.
func (g guard) given() string {
	named := make([]string, len(g.Columns))
	for i, c := range g.Columns {
		named[i] = c + "="
	}
	return strings.Join(named, ", ")
}

// finality are the attacks on a trigger that only says that rows stay as they are.
func (g guard) finality() (all []attack) {
	final := map[string]string{"registry_grows": "AC034", "journal_is_final": "AC033"}
	m := regexp.MustCompile(`BEFORE (.*) ON .* FUNCTION accounting\.(\w+)\(\)$`).FindStringSubmatch(g.Definition)
	if m == nil || final[m[2]] == "" {
		return nil
	}
	state := final[m[2]]
	for _, verb := range strings.Split(m[1], " OR ") {
		switch {
		case verb == "DELETE":
			all = append(all, attack{"<row>; delete from " + g.Table, state})
		case verb == "TRUNCATE":
			all = append(all, attack{"truncate " + g.Table, state})
		case verb == "UPDATE":
			all = append(all, attack{"<row>; update " + g.Table + " set book_id = book_id", state})
		case strings.HasPrefix(verb, "UPDATE OF "):
			for _, c := range g.Columns {
				all = append(all, attack{fmt.Sprintf("<row>; update %s set %s = %[2]s", g.Table, c), state})
			}
		}
	}
	return all
}

func (g guard) drop() string {
	switch g.Kind {
	case "t":
		return fmt.Sprintf(`drop trigger %s on %s`, g.Name, g.Table)
	case "i":
		return `drop index projects.` + g.Name
	}
	return fmt.Sprintf(`alter table %s drop constraint %s`, g.Table, g.Name)
}

// Every guard on what documents keep is attacked as the owner of the tables could: it refuses, and it alone; once it is
// dropped, the same attack passes. A guard that nobody attacks is found.
func TestEveryGuardIsAttacked(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	super := pgtest.Superuser(t, b.db)
	all := guards(t, super)
	columns := map[string][]column{}
	known := map[string]bool{}
	for _, g := range all {
		known[g.key()] = true
		found := g.attacks()
		if len(found) == 0 {
			t.Errorf("nobody attacks %s: %s", g.key(), g.Definition)
			continue
		}
		tx, err := super.BeginTx(t.Context(), nil)
		b.must(err)
		f := &battlefield{t, tx, columns}
		f.alone(g)
		for _, a := range found {
			refused := f.fight(g, a.statements)
			switch {
			case refused == nil:
				t.Errorf("%s: %s passes", g.key(), a.statements)
			case string(refused.Code) != a.state, g.Kind != "t" && refused.Constraint != g.Name:
				t.Errorf("%s: %s is refused by %q: %s %s", g.key(), a.statements, refused.Constraint, refused.Code, refused.Message)
			}
		}
		f.must(g.drop())
		for _, a := range found {
			if refused := f.fight(g, a.statements); refused != nil {
				t.Errorf("%s dropped: %s still refused: %s %s", g.key(), a.statements, refused.Code, refused.Message)
			}
		}
		b.must(tx.Rollback())
	}
	for key := range theirAttacks {
		if !known[key] {
			t.Errorf("there is no guard %s to attack", key)
		}
	}
	if len(all) < 300 {
		t.Errorf("only %d guards were found", len(all))
	}
	t.Logf("%d guards", len(all))
}
