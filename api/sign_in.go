package api

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// Reach is how requests come to the service, which only its operator knows.
type Reach struct {
	Loopback bool // it listens on this machine's own address only
	Proxy    bool // a proxy with TLS stands in front: browsers see https, and the proxy says from where they come
}

// ReachedBy tells the service how it is reached. Without it, it believes nobody and gives out cookies for TLS only.
func (s *Server) ReachedBy(e *echo.Echo, r Reach) {
	s.reach = r
	if r.Proxy {
		e.IPExtractor = echo.ExtractIPFromXFFHeader()
	}
}

// visit is from where a request comes.
type visit struct {
	address string
	local   bool // from this machine to this machine: a demonstration's published password counts
}

// visitOf reads it. A proxy that nobody told us of gives itself away by its headers.
func (s *Server) visitOf(c echo.Context) visit {
	v := visit{address: c.RealIP()}
	ip := net.ParseIP(v.address)
	h := c.Request().Header
	v.local = s.reach.Loopback && !s.reach.Proxy && ip != nil && ip.IsLoopback() && h.Get("X-Forwarded-For") == "" && h.Get("Forwarded") == "" && h.Get("Via") == ""
	return v
}

// account is what a sign-in needs to know of one. It is never shown to anybody as it is.
type account struct {
	Account      string
	PersonID     accounting.PersonID
	PasswordHash string
	Usable       bool // neither disabled nor left nor its start password out of date
	MustChange   bool
	Demo         bool
	Secret       string
	LastStep     int64
	CodeSet      string
	found        bool
}

func (a account) secondFactor() bool { return a.Secret != "" || a.CodeSet != "" }

func (s *Server) account(ctx context.Context, book accounting.BookID, name string) (account, error) {
	var a account
	err := s.db.NewRaw(`select a.account, a.person_id, coalesce(a.password_hash, '') as password_hash, b.kind = 'demo' as demo, a.start_until is not null as must_change,
			a.disabled_at is null and a.password_hash is not null and coalesce(a.start_until > now(), true)
			and not exists (select from projects.departures d where d.book_id = a.book_id and d.person_id = a.person_id and d.left_on <= current_date) as usable,
			coalesce(f.secret, '') as secret, coalesce(f.last_step, 0) as last_step, coalesce(f.code_set::text, '') as code_set
		from api.accounts a join accounting.books b using (book_id) left join api.second_factors f using (book_id, account)
		where a.book_id = ? and a.account = ?`, book, name).Scan(ctx, &a)
	if errors.Is(err, sql.ErrNoRows) {
		return a, nil
	}
	a.found = err == nil
	return a, fault.FromSQL(err)
}

// attempt is one try to get in.
type attempt struct {
	book     accounting.BookID
	name     string // as it was typed
	password string
	code     string // of the second factor
	again    bool   // a session shows its password once more, which its second factor has let in already
	visit
}

var errSignIn = fault.Denied("sign_in_refused", "name, password or code is wrong, or the account cannot be used")

// signIn checks an attempt and writes it down. Whatever is wrong, the answer is the same and costs the same work. It is
// written before the password is looked at, and counted again afterwards, so that guesses at one moment count each other.
// Codes: sign_in_refused, sign_in_locked, busy.
func (s *Server) signIn(ctx context.Context, try attempt) (account, error) {
	a, known, err := s.named(ctx, try)
	if err != nil {
		return a, err
	}
	shown := a.Account
	if !a.found {
		// People type passwords where the name belongs.
		digest := sha256.Sum256([]byte(try.name))
		shown = "?" + hex.EncodeToString(digest[:8])
	}
	now := time.Time{}
	if known {
		if err := s.locked(ctx, try, shown, now); err != nil {
			return a, err
		}
		if now, err = s.note(ctx, try, shown, "tried"); err != nil {
			return a, err
		}
	}
	hash, right := nobodysHash, false
	if a.PasswordHash != "" {
		hash = a.PasswordHash
	}
	if err := s.hashing.wait(ctx, func() { right = passwordMatches(hash, try.password) }); err != nil {
		return a, err
	}
	if !known {
		return a, errSignIn
	}
	if err := s.locked(ctx, try, shown, now); err != nil {
		return a, err
	}
	right = right && a.Usable && (!a.Demo || try.local)
	if right && a.secondFactor() && !try.again {
		if right, err = s.takeCode(ctx, try.book, a, try.code); err != nil {
			return a, err
		}
	}
	outcome := "refused"
	switch {
	case right && try.again:
		outcome = "confirmed"
	case right:
		outcome = "signed_in"
	}
	if _, err := s.note(ctx, try, shown, outcome); err != nil {
		return a, err
	}
	if !right {
		return a, errSignIn
	}
	return a, nil
}

// named finds the account that was typed, and says whether there is such a book at all.
func (s *Server) named(ctx context.Context, try attempt) (a account, known bool, err error) {
	if err := s.db.NewRaw(`select exists (select from accounting.books where book_id = ?)`, try.book).Scan(ctx, &known); err != nil {
		return a, false, fault.FromSQL(err)
	}
	if projects.AccountName.MatchString(try.name) {
		a, err = s.account(ctx, try.book, try.name)
	}
	return a, known, err
}

// locked refuses while a name or an address is locked, as of a moment; zero is now. A refusal is written down once a minute.
func (s *Server) locked(ctx context.Context, try attempt, shown string, moment time.Time) error {
	var until bun.NullTime
	var wait int
	err := s.db.NewRaw(`select u, coalesce(ceil(extract(epoch from u - clock_timestamp())), 0)::int from (select coalesce(?::timestamptz, clock_timestamp())) as x (moment)
		cross join api.locked_until(?, ?, ?, x.moment) u`, bun.NullTime{Time: moment}, try.book, shown, try.address).Scan(ctx, &until, &wait)
	if err != nil || until.IsZero() {
		return fault.FromSQL(err)
	}
	_, err = s.db.ExecContext(ctx, `insert into api.sign_ins (book_id, sign_in_id, account, address, outcome) select ?0, ?1, ?2, ?3, 'locked'
		where not exists (select from api.sign_ins s where s.book_id = ?0 and s.account = ?2 and s.address = ?3 and s.outcome = 'locked' and s.at > clock_timestamp() - interval '1 minute')`,
		try.book, accounting.NewID(), shown, try.address)
	if err != nil {
		return fault.FromSQL(err)
	}
	refused := fault.Denied("sign_in_locked", "too many wrong attempts; again from %s", until.In(shanghai).Format(time.TimeOnly))
	refused.Facts = json.RawMessage(fmt.Sprintf(`{"retry_after":%d}`, max(wait, 1)))
	return refused
}

// shanghai is the time of the day that people here read on the clock.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func (s *Server) note(ctx context.Context, try attempt, shown, outcome string) (at time.Time, err error) {
	err = s.db.NewRaw(`insert into api.sign_ins (book_id, sign_in_id, account, address, outcome) values (?, ?, ?, ?, ?) returning at`,
		try.book, accounting.NewID(), shown, try.address, outcome).Scan(ctx, &at)
	return at, fault.FromSQL(err)
}

// fromElsewhere refuses what a page of another site makes a browser send: by Sec-Fetch-Site, or Origin of older browsers.
func fromElsewhere(r *http.Request) error {
	if err := new(http.CrossOriginProtection).Check(r); err != nil {
		return fault.Denied("cross_site", "the request comes from another site")
	}
	return nil
}
