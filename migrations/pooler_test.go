package migrations_test

import (
	"database/sql"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// pooler is a connection pooler reduced to what CheckServer must notice. It speaks just enough of the protocol:
// it answers logins itself and passes simple queries on to a server connection that it takes for one transaction.
type pooler struct {
	target        string // DSN of the server
	perSession    bool   // each client has a server connection of its own
	keepsSettings bool   // what the client asks for at login reaches the server
	spare         int    // server connections opened beforehand and handed out in turn

	limit int // of server connections; 0 is none

	mu     sync.Mutex
	opened int
	free   []net.Conn // first in, first out, so that a client rarely meets the same one again
}

// start listens and returns the DSN of the pooler. Everything ends with the test.
func (p *pooler) start(t testing.TB) string {
	t.Helper()
	cfg, err := pq.NewConfig(p.target)
	if err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
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
			t.Cleanup(func() { _ = client.Close() })
			go func() { _ = p.serve(client, cfg) }() // a broken client is the client's problem
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "host=127.0.0.1 port=" + port + " sslmode=disable user=" + cfg.User + " dbname=" + cfg.Database
}

func (p *pooler) serve(client net.Conn, cfg pq.Config) error {
	login, err := readBody(client)
	if err != nil {
		return err
	}
	if !p.keepsSettings {
		login = []byte("\x00\x03\x00\x00user\x00" + cfg.User + "\x00database\x00" + cfg.Database + "\x00\x00")
	}
	for range p.spare {
		s, err := dialServer(cfg, login)
		if err != nil {
			return err
		}
		p.put(s)
	}
	if _, err := client.Write([]byte("R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I")); err != nil {
		return err
	}
	var server net.Conn // held while in a transaction
	for {
		kind, body, err := readMessage(client)
		if err != nil || kind == 'X' {
			return err
		}
		if server == nil {
			if server, err = p.get(cfg, login); err != nil {
				return err
			}
		}
		if err := writeMessage(server, kind, body); err != nil {
			return err
		}
		for kind = 0; kind != 'Z'; {
			if kind, body, err = readMessage(server); err != nil {
				return err
			}
			if err := writeMessage(client, kind, body); err != nil {
				return err
			}
		}
		if body[0] == 'I' && !p.perSession {
			p.put(server)
			server = nil
		}
	}
}

func (p *pooler) get(cfg pq.Config, login []byte) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.limit > 0 && p.opened == p.limit && len(p.free) == 0 { // as a real one lets a client wait
		p.mu.Unlock()
		time.Sleep(time.Millisecond)
		p.mu.Lock()
	}
	if len(p.free) > 0 && !p.perSession {
		s := p.free[0]
		p.free = p.free[1:]
		return s, nil
	}
	p.opened++
	return dialServer(cfg, login)
}

func (p *pooler) put(s net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, s)
}

// dialServer logs in and reads until the server is ready for a query.
func dialServer(cfg pq.Config, login []byte) (net.Conn, error) {
	s, err := net.Dial("unix", filepath.Join(cfg.Host, ".s.PGSQL."+strconv.Itoa(int(cfg.Port)))) //nolint:noctx // a local socket
	if err != nil {
		return nil, err
	}
	if err := writeBody(s, login); err != nil {
		return nil, err
	}
	for kind := byte(0); kind != 'Z'; {
		if kind, _, err = readMessage(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func readMessage(r io.Reader) (kind byte, body []byte, err error) {
	var k [1]byte
	if _, err := io.ReadFull(r, k[:]); err != nil {
		return 0, nil, err
	}
	body, err = readBody(r)
	return k[0], body, err
}

func readBody(r io.Reader) ([]byte, error) {
	var n [4]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(n[:])-4)
	_, err := io.ReadFull(r, body)
	return body, err
}

func writeMessage(w io.Writer, kind byte, body []byte) error {
	if _, err := w.Write([]byte{kind}); err != nil {
		return err
	}
	return writeBody(w, body)
}

func writeBody(w io.Writer, body []byte) error {
	n := binary.BigEndian.AppendUint32(nil, uint32(len(body)+4))
	_, err := w.Write(append(n, body...))
	return err
}

// bunOf opens a database without any of our settings.
func bunOf(t testing.TB, c *pq.Connector) *bun.DB {
	t.Helper()
	db := bun.NewDB(sql.OpenDB(c), pgdialect.New())
	t.Cleanup(func() { _ = db.Close() })
	return db
}
