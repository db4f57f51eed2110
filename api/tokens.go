package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// Roles that persons hold.
var Roles = []string{"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin"}

// systemRole 接口账户 is a program of the bureau: it alone posts without a document, and no person holds it.
const systemRole = "system"

// TokenRoles are the roles a token can be made for.
var TokenRoles = append(slices.Clone(Roles), systemRole)

// NewToken is what a token is for.
type NewToken struct {
	Person string // code
	Unit   string // code of the unit the role is of; empty: the person's own
	Role   string
	Valid  time.Duration
}

// CreateToken makes a bearer token by which a program acts for a person in a role of a unit. It is shown once; only its hash
// is kept. Whether the person holds the role is asked whenever the token is used. Codes: person_unknown, unit_unknown, role_unknown.
func CreateToken(ctx context.Context, db *bun.DB, c accounting.Command, in NewToken) (string, error) {
	if !slices.Contains(TokenRoles, in.Role) {
		return "", fault.Invalid("role_unknown", "%q is none of the roles %s", in.Role, strings.Join(TokenRoles, ", "))
	}
	token := fmt.Sprintf("mz_%d_%s", c.Book, base64.RawURLEncoding.EncodeToString(random()))
	hash := sha256.Sum256([]byte(token))
	c.Body = []string{in.Person, in.Unit, in.Role}
	_, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (string, error) {
		p, err := projects.FindPerson(ctx, tx, c.Book, in.Person)
		if err != nil {
			return "", err
		}
		unit := p.Unit
		if in.Unit != "" {
			if err := tx.NewRaw(`select unit_id from accounting.units where book_id = ? and code = ?`, c.Book, in.Unit).Scan(ctx, &unit); err != nil {
				return "", fault.NotFound("unit_unknown", "there is no unit %q", in.Unit)
			}
		}
		id := accounting.NewID()
		_, err = tx.ExecContext(ctx, `insert into api.tokens (book_id, token_id, token_hash, person_id, unit_id, role, expires_at) values (?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?))`,
			c.Book, id, hash[:], p.ID, unit, in.Role, in.Valid.Seconds())
		return id.String(), err
	})
	return token, err
}

// Token is a token as it is listed, never the token itself.
type Token struct {
	ID        uuid.UUID `bun:"token_id"`
	Person    string    // code
	Name      string
	Unit      string // code
	Role      string
	State     string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// inForce says of a token t that who stands behind it may act by it today: a program's role is nobody's, the others are held.
const inForce = `(not exists (select from projects.departures d where d.book_id = t.book_id and d.person_id = t.person_id and d.left_on <= current_date)
	and (t.role = 'system' or projects.holds(t.book_id, t.person_id, t.unit_id, t.role, null)))`

// Tokens lists the tokens of a person, or of all with a zero identity, newest first.
func Tokens(ctx context.Context, db bun.IDB, book accounting.BookID, person accounting.PersonID) ([]Token, error) {
	return tokens(ctx, db, book, person, uuid.Nil)
}

func tokens(ctx context.Context, db bun.IDB, book accounting.BookID, person accounting.PersonID, id uuid.UUID) ([]Token, error) {
	var all []Token
	err := db.NewRaw(`select t.token_id, p.code as person, p.name, u.code as unit, t.role, t.created_at, t.expires_at,
			case when t.revoked_at is not null then 'revoked' when t.expires_at <= now() then 'expired' when not `+inForce+` then 'role_not_held' else 'valid' end as state
		from api.tokens t join accounting.persons p using (book_id, person_id) join accounting.units u on u.book_id = t.book_id and u.unit_id = t.unit_id
		where t.book_id = ?0 and ?1 in (t.person_id, ?3) and ?2 in (t.token_id, ?3) order by t.created_at desc, t.token_id`, book, person, id, uuid.Nil).Scan(ctx, &all)
	return all, fault.FromSQL(err)
}

// RevokeToken ends a token, of a person or of anybody with a zero identity. A service that runs elsewhere goes by it within
// three seconds. Codes: token_unknown.
func RevokeToken(ctx context.Context, db *bun.DB, c accounting.Command, id uuid.UUID, person accounting.PersonID) (*Token, error) {
	c.Name, c.Target = "token.revoke", id
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Token, error) {
		_, err := tx.ExecContext(ctx, `update api.tokens set revoked_at = now() where book_id = ? and token_id = ? and ? in (person_id, ?) and revoked_at is null`, c.Book, id, person, uuid.Nil)
		if err != nil {
			return nil, err
		}
		found, err := tokens(ctx, tx, c.Book, person, id)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fault.NotFound("token_unknown", "there is no token %s", id)
		}
		return &found[0], nil
	})
}

func random() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return b
}

// callerOf looks a token up. Whatever is wrong with it, the answer is the same: also when the role is not held any more.
func callerOf(ctx context.Context, db *bun.DB, token string) (caller, error) {
	refused := fault.Denied("unauthorized", "no valid token")
	parts := strings.SplitN(token, "_", 3)
	if len(parts) != 3 || parts[0] != "mz" {
		return caller{}, refused
	}
	book, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return caller{}, refused
	}
	hash := sha256.Sum256([]byte(token))
	c := caller{Book: accounting.BookID(book)}
	err = db.NewRaw(`select t.person_id, t.unit_id, t.role from api.tokens t
		where t.book_id = ? and t.token_hash = ? and t.revoked_at is null and t.expires_at > now() and `+inForce, book, hash[:]).Scan(ctx, &c.Person, &c.Unit, &c.Role)
	if errors.Is(err, sql.ErrNoRows) {
		return caller{}, refused
	}
	return c, fault.FromSQL(err)
}
