package api_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"sync"
	"testing"

	"mingzhang/migrations"
	"mingzhang/migrations/pgtest"
)

// cutter stands between service and database. When a call that carries the marked text has gone out, it waits until the
// database has answered, so that the commit is done, throws the answer away and cuts the connection.
type cutter struct {
	server string // socket of the database

	mu   sync.Mutex
	mark []byte
	cuts int
}

// newCutter listens and gives the DSN that leads through it.
func newCutter(t testing.TB, dsn string) (*cutter, string) {
	t.Helper()
	place := regexp.MustCompile(`host='([^']*)' port=(\d+)`)
	m := place.FindStringSubmatch(dsn)
	if m == nil {
		t.Fatalf("DSN %s names no socket", dsn)
	}
	c := &cutter{server: m[1] + "/.s.PGSQL." + m[2]}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(t.Context(), client)
		}
	}()
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return c, place.ReplaceAllString(dsn, "host="+host+" port="+port)
}

func (c *cutter) cutReplyTo(mark string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mark = []byte(mark)
}

// marked says whether the text is in a call, once.
func (c *cutter) marked(call []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mark == nil || !bytes.Contains(call, c.mark) {
		return false
	}
	c.mark = nil
	c.cuts++
	return true
}

func (c *cutter) carry(ctx context.Context, client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := new(net.Dialer).DialContext(ctx, "unix", c.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var mu sync.Mutex
	cut := false
	go func() { // what the service says
		buffer := make([]byte, 1<<20)
		for {
			n, err := client.Read(buffer)
			if err != nil {
				_ = server.Close()
				return
			}
			mu.Lock() // before the call goes out, so that no answer can slip through
			cut = cut || c.marked(buffer[:n])
			mu.Unlock()
			if _, err := server.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	buffer := make([]byte, 1<<20)
	readyForQuery := []byte{'Z', 0, 0, 0, 5, 'I'} // outside a transaction: what was called is committed
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		mu.Lock()
		dropping := cut
		mu.Unlock()
		switch {
		case dropping && bytes.HasSuffix(buffer[:n], readyForQuery):
			return
		case dropping:
		default:
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
}

// newCutBureau is a bureau whose service reaches its database through a cutter.
func newCutBureau(t *testing.T) (*bureau, *cutter) {
	t.Helper()
	direct := newBureau(t)
	c, dsn := newCutter(t, pgtest.DSN(t, direct.db, migrations.App))
	served, err := migrations.OpenDB(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = served.Close() })
	b := serve(t, direct.db, served)
	b.tokens = direct.tokens
	return b, c
}

// A command of several statements commits at its end: there too the repeat answers what was done.
func TestLostAnswerToACommitIsFoundAgain(t *testing.T) {
	t.Parallel()
	b, c := newCutBureau(t)
	before := b.written()
	for i := range 20 {
		send := func() answer {
			return b.send(http.MethodPost, "/api/v1/projects", b.tokens["budget_officer"], fmt.Sprint("node-", i), fmt.Sprintf(`{"code":"2026-%02d","kind":"project","name_zh":"项目","type":"works"}`, i))
		}
		c.cutReplyTo("COMMIT")
		if a := send(); a.status != http.StatusServiceUnavailable || a.code() != "outcome_unknown" {
			t.Fatalf("%d: the answer was lost, got %d %s", i, a.status, a.body)
		}
		if a := send(); a.status != http.StatusCreated {
			t.Fatalf("%d: the repeat got %d %s", i, a.status, a.body)
		}
	}
	if after := b.written(); c.cuts != 20 || after[1] != before[1]+20 {
		t.Errorf("%d answers were cut; commands were %d and are %d", c.cuts, before[1], after[1])
	}
}

// The answer to a commit is lost, 200 times: the service does not know and says so, and the repeat finds what was done.
func TestLostAnswersLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	b, c := newCutBureau(t)
	const times = 200
	before := b.written()
	for i := range times {
		key := fmt.Sprintf("lost-answer-%d.", i)
		send := func() answer {
			return b.send(http.MethodPost, "/api/v1/vouchers", b.tokens["system"], key, voucher("1000.00", fmt.Sprintf("%d.00", i+1)))
		}
		c.cutReplyTo(key)
		if a := send(); a.status != http.StatusServiceUnavailable || a.code() != "outcome_unknown" {
			t.Fatalf("%d: the answer was lost, got %d %s", i, a.status, a.body)
		}
		var stored int
		b.must(b.db.NewRaw(`select (answer ->> 'number')::int from accounting.commands where book_id = ? and key = ?`, book, key).Scan(t.Context(), &stored))
		again := send()
		if again.status != http.StatusCreated || numberOf(t, again) != fmt.Sprint(stored) || !bytes.Contains(again.body, []byte(`"replayed":true`)) {
			t.Fatalf("%d: the repeat of voucher %d got %d %s", i, stored, again.status, again.body)
		}
	}
	if c.cuts != times {
		t.Errorf("%d answers were cut, not %d", c.cuts, times)
	}
	if after := b.written(); after != [2]int{before[0] + times, before[1] + times} {
		t.Errorf("vouchers and commands were %d and are %d after %d vouchers", before, after, times)
	}
	var lines, amounts int
	b.must(b.db.NewRaw(`select count(*), count(distinct debit) from accounting.lines where date = '2025-04-01' and debit > 0`).Scan(t.Context(), &lines, &amounts))
	if lines != times || amounts != times {
		t.Errorf("%d debit lines with %d amounts, not %d", lines, amounts, times)
	}
}
