package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// A second factor is a code of the moment (TOTP, RFC 6238: SHA-1, six digits, 30 s) or one of ten codes printed beforehand.
// Either is as good as the other: not everybody has a telephone, or may bring it in.
const (
	codePeriod     = 30 // seconds
	codeSkew       = 1  // periods that a device's clock may be off
	oneTimeCodes   = 10
	oneTimeCodeLen = 10 // bytes: 80 bits
)

// stepOf finds the period whose code it is, later than the last one taken; 0 if it is none. A code counts once.
func stepOf(secret, code string, last int64, now time.Time) (int64, error) {
	present := now.Unix() / codePeriod
	var found int64
	for step := present - codeSkew; step <= present+codeSkew; step++ {
		want, err := totp.GenerateCodeCustom(secret, time.Unix(step*codePeriod, 0), totp.ValidateOpts{Period: codePeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fault.Internal(err)
		}
		if step > last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found, nil
}

// takeCode takes a code of the account's second factor, once: two requests with one code meet in the row, and one wins.
func (s *Server) takeCode(ctx context.Context, book accounting.BookID, a account, code string) (bool, error) {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	if len(code) == 6 && a.Secret != "" {
		step, err := stepOf(a.Secret, code, a.LastStep, time.Now())
		if err != nil || step == 0 {
			return false, err
		}
		return s.changed(ctx, `update api.second_factors set last_step = ?0 where book_id = ?1 and account = ?2 and last_step < ?0`, step, book, a.Account)
	}
	if a.CodeSet == "" {
		return false, nil
	}
	return s.changed(ctx, `update api.one_time_codes set used_at = clock_timestamp() where book_id = ? and account = ? and code_hash = ? and code_set = ? and used_at is null`,
		book, a.Account, oneTimeHash(book, a.Account, code), a.CodeSet)
}

func (s *Server) changed(ctx context.Context, query string, args ...any) (bool, error) {
	done, err := s.db.ExecContext(ctx, query, args...)
	if err != nil {
		return false, fault.FromSQL(err)
	}
	n, err := done.RowsAffected()
	return n == 1, fault.FromSQL(err)
}

// oneTimeHash is what is kept of a printed code: 80 random bits need no slow digest.
func oneTimeHash(book accounting.BookID, name, code string) []byte {
	hash := sha256.Sum256(fmt.Appendf(nil, "%d/%s/%s", book, name, code))
	return hash[:]
}

// offerSecret makes a secret that waits for its first code. It is shown once.
func (s *Server) offerSecret(ctx context.Context, v session) (secret, url string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Mingzhang", AccountName: fmt.Sprintf("%s@%d", v.Account, v.book), Period: codePeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", "", fault.Internal(err)
	}
	err = s.act(ctx, v, "second_factor.offer", func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into api.second_factors (book_id, account, waiting_secret) values (?, ?, ?)
			on conflict (book_id, account) do update set waiting_secret = excluded.waiting_secret`, v.book, v.Account, key.Secret())
		return err
	})
	return key.Secret(), key.URL(), err
}

// confirmSecret makes the waiting secret the account's, by a code that its device shows. Codes: second_factor_invalid.
func (s *Server) confirmSecret(ctx context.Context, v session, code string) error {
	return s.act(ctx, v, "second_factor.confirm", func(ctx context.Context, tx bun.Tx) error {
		var waiting []string
		if err := tx.NewRaw(`select waiting_secret from api.second_factors where book_id = ? and account = ? and waiting_secret is not null for update`, v.book, v.Account).Scan(ctx, &waiting); err != nil {
			return err
		}
		if len(waiting) == 0 {
			return fault.Invalid("second_factor_invalid", "no secret waits to be confirmed; ask for one first")
		}
		step, err := stepOf(waiting[0], strings.ReplaceAll(code, " ", ""), 0, time.Now())
		if err != nil {
			return err
		}
		if step == 0 {
			return fault.Invalid("second_factor_invalid", "this is not the code of the moment")
		}
		_, err = tx.ExecContext(ctx, `update api.second_factors set secret = waiting_secret, waiting_secret = null, last_step = ? where book_id = ? and account = ?`, step, v.book, v.Account)
		return err
	})
}

// printCodes makes ten one-time codes in place of those before, which count no more. They are shown once.
func (s *Server) printCodes(ctx context.Context, v session) ([]string, error) {
	codes := make([]string, oneTimeCodes)
	for i := range codes {
		codes[i] = randomCode(oneTimeCodeLen)
	}
	set := uuid.New()
	return codes, s.act(ctx, v, "second_factor.print_codes", func(ctx context.Context, tx bun.Tx) error {
		for _, code := range codes {
			_, err := tx.ExecContext(ctx, `insert into api.one_time_codes (book_id, account, code_hash, code_set) values (?, ?, ?, ?)`,
				v.book, v.Account, oneTimeHash(v.book, v.Account, strings.ReplaceAll(code, "-", "")), set)
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `insert into api.second_factors (book_id, account, code_set) values (?, ?, ?)
			on conflict (book_id, account) do update set code_set = excluded.code_set`, v.book, v.Account, set)
		return err
	})
}
