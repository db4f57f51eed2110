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

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Roles that persons hold.
var Roles = []string{"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin"}

// systemRole 接口账户 is a program of the bureau: it alone posts without a document, and no person holds it.
const systemRole = "system"

// TokenRoles are the roles a token can be made for.
var TokenRoles = append(slices.Clone(Roles), systemRole)

// CreateToken makes a bearer token by which a program acts for a person in a role. It is shown once; only its hash is kept.
// Codes: person_unknown, role_unknown.
func CreateToken(ctx context.Context, db *bun.DB, c accounting.Command, personCode, role string, valid time.Duration) (string, error) {
	if !slices.Contains(TokenRoles, role) {
		return "", fault.Invalid("role_unknown", "%q is none of the roles %s", role, strings.Join(TokenRoles, ", "))
	}
	token := fmt.Sprintf("mz_%d_%s", c.Book, base64.RawURLEncoding.EncodeToString(random()))
	hash := sha256.Sum256([]byte(token))
	c.Body = []string{personCode, role}
	_, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (string, error) {
		done, err := tx.NewRaw(`insert into api.tokens (book_id, token_hash, person_id, role, expires_at)
			select book_id, ?, person_id, ?, now() + make_interval(secs => ?) from accounting.persons where book_id = ? and code = ?`,
			hash[:], role, valid.Seconds(), c.Book, personCode).Exec(ctx)
		if err != nil {
			return "", err
		}
		if n, _ := done.RowsAffected(); n == 0 {
			return "", fault.Invalid("person_unknown", "this book has no person with the code %s", personCode)
		}
		return "made", nil
	})
	return token, err
}

func random() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return b
}

// callerOf looks a token up. Whatever is wrong with it, the answer is the same.
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
	err = db.NewRaw(`select t.person_id, p.unit_id, t.role from api.tokens t join accounting.persons p on p.book_id = t.book_id and p.person_id = t.person_id
		where t.book_id = ? and t.token_hash = ? and t.revoked_at is null and t.expires_at > now()`, book, hash[:]).Scan(ctx, &c.Person, &c.Unit, &c.Role)
	if errors.Is(err, sql.ErrNoRows) {
		return caller{}, refused
	}
	return c, fault.FromSQL(err)
}
