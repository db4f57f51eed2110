package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// session holds what every connection of the service asks of the server when it is opened. A DSN may choose other
// timeouts (reports take longer), but not the first two: bun writes arguments into the statement, and its quoting is
// only right with standard_conforming_strings; and a business day ends at midnight in China.
var session = map[string]string{
	"standard_conforming_strings":         "on",
	"timezone":                            "Asia/Shanghai",
	"lock_timeout":                        "3s",
	"statement_timeout":                   "60s",
	"idle_in_transaction_session_timeout": "60s",
	"jit":                                 "off", // compiling a plan costs more than any of our statements takes
}

// poolSize leaves room for a second instance and for tools below PostgreSQL's usual 100. Each book's worker keeps one.
const poolSize = 32

// graceAfterTimeout is how much later than statement_timeout the client stops waiting by itself.
const graceAfterTimeout = 2 * time.Second

// OpenDB opens a pool for the service, tests and tools. It connects at the first use.
func OpenDB(dsn string) (*bun.DB, error) {
	cfg, err := config(dsn)
	if err != nil {
		return nil, err
	}
	limit, err := parseTimeout(cfg.Runtime["statement_timeout"])
	if err != nil {
		return nil, err
	}
	if limit > 0 {
		limit += graceAfterTimeout
	}
	db, err := open(cfg, limit)
	if err != nil {
		return nil, err
	}
	// Left alone, database/sql closes all but two idle connections and opens a new one for each request that finds none: a
	// burst would spend the server's time on starting sessions, and a larger one would use up max_connections.
	db.SetMaxOpenConns(poolSize)
	db.SetMaxIdleConns(poolSize)
	return bun.NewDB(db, pgdialect.New()), nil
}

// OpenOwner opens a pool for Up: the same settings, but statements may take as long as they need.
func OpenOwner(dsn string) (*sql.DB, error) {
	cfg, err := config(dsn)
	if err != nil {
		return nil, err
	}
	cfg.Runtime["statement_timeout"] = "0"
	cfg.Runtime["idle_in_transaction_session_timeout"] = "0"
	return open(cfg, 0)
}

func config(dsn string) (pq.Config, error) {
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		return cfg, fmt.Errorf("database address: %w", err)
	}
	set := maps.Clone(session)
	for k, v := range cfg.Runtime {
		k = strings.ToLower(k) // as the server reads them: TimeZone and timezone are one
		if k != "standard_conforming_strings" && k != "timezone" {
			set[k] = v
		}
	}
	cfg.Runtime = set
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	return cfg, nil
}

func open(cfg pq.Config, limit time.Duration) (*sql.DB, error) {
	c, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	c.Dialer(&dialer{limit: limit})
	return sql.OpenDB(c), nil
}

// parseTimeout reads a PostgreSQL time setting: milliseconds, or a number with one of the units ms, s, min.
func parseTimeout(s string) (time.Duration, error) {
	unit := time.Millisecond
	digits := strings.TrimSpace(s)
	for _, u := range []struct {
		suffix string
		unit   time.Duration
	}{{"ms", time.Millisecond}, {"min", time.Minute}, {"s", time.Second}} {
		if d, ok := strings.CutSuffix(digits, u.suffix); ok {
			digits, unit = strings.TrimSpace(d), u.unit
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("database address: statement_timeout %q: write it as 500ms, 60s or 5min", s)
	}
	return time.Duration(n) * unit, nil
}

// dialer makes connections that do not wait for ever. When the network swallows packets, lib/pq answers an expired
// context by opening a second connection to cancel the first, but nothing ends the read on the first one; a query
// with a deadline of half a second was seen hanging after 25 seconds.
type dialer struct {
	net   net.Dialer
	limit time.Duration // 0: wait as long as it takes
}

func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.net.DialContext(ctx, network, address)
	if err != nil || d.limit == 0 {
		return c, err
	}
	return &impatientConn{Conn: c, limit: d.limit}, nil
}

func (d *dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// impatientConn gives each read and write its own deadline: the server answers within statement_timeout or not at all.
// A connection idle in the pool is not being read, so it lives as long as it likes.
type impatientConn struct {
	net.Conn
	limit time.Duration
	outer time.Time // lib/pq's deadline while it logs in; it may be the earlier one
}

func (c *impatientConn) SetDeadline(t time.Time) error {
	c.outer = t
	return c.Conn.SetDeadline(t)
}

func (c *impatientConn) deadline() time.Time {
	t := time.Now().Add(c.limit)
	if !c.outer.IsZero() && c.outer.Before(t) {
		return c.outer
	}
	return t
}

func (c *impatientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(c.deadline()); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *impatientConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(c.deadline()); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
