package api

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// A session ends 12 h after the sign-in, or 30 min after it was last seen; its row says so, and the database's clock.
const (
	sessionLife = "12 hours"
	sessionIdle = "30 minutes"
)

// The cookie's name over TLS lets no other site of the domain set it. On this machine alone there is no TLS to demand.
const (
	cookieName      = "__Host-mingzhang"
	localCookieName = "mingzhang"
)

// session is somebody signed in, in the role the session has chosen. It is read at each request, so what has ended since
// counts at the next.
type session struct {
	Account      string
	PersonID     accounting.PersonID
	UnitID       accounting.UnitID
	Role         string // empty: none chosen yet
	OnBehalfOf   accounting.PersonID
	SecondFactor bool // the sign-in has shown one
	BeganAt      time.Time
	MustChange   bool // its password is a start password
	Held         bool // the role is held today
	Asks         bool // the role asks for a second factor
	Stale        bool // not written for a minute when it was seen last
	book         accounting.BookID
	hash         []byte
}

func (s *Server) cookieName() string {
	if s.reach.Loopback && !s.reach.Proxy {
		return localCookieName
	}
	return cookieName
}

// cookie gives the browser a session, or takes it away when the text is empty. Only this service's own pages send it.
func (s *Server) cookie(text string) string {
	c := http.Cookie{Name: s.cookieName(), Value: text, //nolint:gosec // Secure wherever there is TLS: not on this machine alone
		Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.cookieName() == cookieName}
	if text == "" {
		c.MaxAge = -1
	}
	return c.String()
}

// newSessionText makes what a cookie carries: the book, so that its rows are found with it, and 256 random bits.
func newSessionText(book accounting.BookID) string {
	return strconv.FormatInt(int64(book), 10) + "." + base64.RawURLEncoding.EncodeToString(random())
}

func sessionHash(text string) []byte {
	hash := sha256.Sum256([]byte(text))
	return hash[:]
}

// openSession signs an account in and sweeps its sessions that have run out.
func (s *Server) openSession(ctx context.Context, book accounting.BookID, a account, address string) (text string, err error) {
	text = newSessionText(book)
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, `delete from api.sessions where book_id = ? and account = ? and (began_at < now() - ?::interval or seen_at < now() - ?::interval)`, book, a.Account, sessionLife, sessionIdle)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `insert into api.sessions (book_id, session_hash, account, second_factor, address) values (?, ?, ?, ?, ?)`, book, sessionHash(text), a.Account, a.secondFactor(), address)
		return err
	})
	return text, fault.FromSQL(err)
}

// session finds who a cookie is. Whatever is wrong with it, the answer is the same. Codes: unauthorized.
func (s *Server) session(ctx context.Context, text string) (session, error) {
	var v session
	refused := fault.Denied("unauthorized", "no valid session; sign in")
	number, _, _ := strings.Cut(text, ".")
	book, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return v, refused
	}
	v.book, v.hash = accounting.BookID(book), sessionHash(text)
	err = s.db.NewRaw(`select s.account, a.person_id, s.unit_id, coalesce(s.role, '') as role, s.on_behalf_of, s.second_factor, s.began_at, a.start_until is not null as must_change,
			coalesce(projects.holds(s.book_id, a.person_id, s.unit_id, s.role, s.on_behalf_of), false) as held, coalesce(s.role = any (projects.second_factor_roles(s.book_id)), false) as asks,
			s.seen_at < now() - interval '1 minute' as stale
		from api.sessions s join api.accounts a using (book_id, account)
		where s.book_id = ? and s.session_hash = ? and s.began_at > now() - ?::interval and s.seen_at > now() - ?::interval and a.disabled_at is null and a.password_hash is not null
			and not exists (select from projects.departures d where d.book_id = a.book_id and d.person_id = a.person_id and d.left_on <= current_date)`,
		v.book, v.hash, sessionLife, sessionIdle).Scan(ctx, &v)
	if errors.Is(err, sql.ErrNoRows) {
		return v, refused
	}
	if err == nil && v.Stale {
		_, err = s.db.ExecContext(ctx, `update api.sessions set seen_at = now() where book_id = ? and session_hash = ?`, v.book, v.hash)
	}
	return v, fault.FromSQL(err)
}

// renew gives a session a new identity and changes it, so that whoever saw the old cookie has nothing of the new rights. When
// it began stays. A session that has ended meanwhile does not come back. Codes: unauthorized.
func (s *Server) renew(ctx context.Context, v session, change string, args ...any) (text string, err error) {
	text = newSessionText(v.book)
	query := `update api.sessions set session_hash = ?` + change + ` where book_id = ? and session_hash = ?`
	changed, err := s.changed(ctx, query, append(append([]any{sessionHash(text)}, args...), v.book, v.hash)...)
	if err == nil && !changed {
		err = fault.Denied("unauthorized", "the session has ended; sign in")
	}
	return text, err
}

// act is something a session does to its own account, kept in the operation log under a key of its own: what is asked holds
// passwords and codes, so it is no part of the command, and neither is the answer.
func (s *Server) act(ctx context.Context, v session, name string, run func(context.Context, bun.Tx) error) error {
	c := accounting.Command{Book: v.book, Key: "session/" + uuid.NewString(), Name: name, By: accounting.Actor{Person: v.PersonID, Unit: v.UnitID, Role: v.Role}, Body: v.Account}
	_, err := accounting.Do(ctx, s.db, c, func(ctx context.Context, tx bun.Tx) (string, error) { return v.Account, run(ctx, tx) })
	return err
}

// mayAct says what keeps a session from anything but its own affairs.
func (v session) mayAct() error {
	switch {
	case v.MustChange:
		return fault.Denied("password_change_needed", "account %s has a start password; change it first", v.Account)
	case v.Role == "":
		return fault.Denied("role_needed", "account %s has not chosen a role", v.Account)
	case !v.Held:
		return fault.Denied("role_not_held", "role %s is not held any more", v.Role)
	case v.Asks && !v.SecondFactor:
		return fault.Denied("second_factor_needed", "role %s asks for a second factor", v.Role)
	default:
		return nil
	}
}

// bySession finds who sends a request with a cookie. A command by cookie carries a header that no form of another site can
// send, and comes from no other site.
func (s *Server) bySession(ctx context.Context, c huma.Context) (caller, error) {
	cookie, err := huma.ReadCookie(c, s.cookieName())
	if err != nil {
		return caller{}, fault.Denied("unauthorized", "no valid token or session")
	}
	if c.Method() != http.MethodGet {
		if err := fromElsewhere(humaecho.Unwrap(c).Request()); err != nil {
			return caller{}, err
		}
		if c.Header("Idempotency-Key") == "" {
			return caller{}, fault.Invalid("key_required", "a command carries an Idempotency-Key")
		}
	}
	v, err := s.session(ctx, cookie.Value)
	if err != nil {
		return caller{}, err
	}
	return caller{Actor: accounting.Actor{Person: v.PersonID, Unit: v.UnitID, Role: v.Role}, Book: v.book, OnBehalfOf: v.OnBehalfOf, session: v}, nil
}
