package migrations_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"mingzhang/migrations/pglocal"
	"mingzhang/migrations/pgtest"
)

var update = flag.Bool("update", false, "rewrite schema.sql from the migrations")

const schemaFile = "schema.sql"

// TestSchema keeps schema.sql, which a reviewer reads in place of the sum of all migrations, equal to what they make.
func TestSchema(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	version := ask(t, db, "select (current_setting('server_version_num')::int / 10000)::text")
	head := fmt.Sprintf("-- PostgreSQL %s, written by: go test ./migrations -run Schema -update\n", version)
	got := head + dump(t, pgtest.Tool(t, db, "pg_dump"), pgtest.DSN(t, db, pglocal.Admin))
	if *update {
		if err := os.WriteFile(schemaFile, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	want := string(b)
	if !strings.HasPrefix(want, head) {
		// Each version writes the same schema in other words. The file is kept with one; the others still migrate.
		t.Logf("%s was written by another version of PostgreSQL than %s, so it is not compared", schemaFile, version)
		return
	}
	if got != want {
		g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
		i := 0
		for i < min(len(g), len(w))-1 && g[i] == w[i] {
			i++
		}
		t.Errorf("the migrations make another schema than %s; if that is meant, run: go test ./migrations -run Schema -update\n"+
			"first difference, line %d\n in the file: %s\n migrated:    %s", schemaFile, i+1, w[i], g[i])
	}
}

var (
	// Comments and the random words of \restrict differ from run to run and from one minor version to the next.
	noise      = regexp.MustCompile(`(?m)^(--.*|\\(un)?restrict .*|SET [a-z_]+ = .*|SELECT pg_catalog\.set_config.*)\n`)
	blankLines = regexp.MustCompile(`\n{3,}`)
)

func dump(t testing.TB, pgDump, dsn string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), pgDump, "--schema-only", "--exclude-schema=migrations", "--dbname="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(noise.ReplaceAllString(string(out), ""), "\n\n")) + "\n"
}
