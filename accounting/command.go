package accounting

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// Command is one act of one person that changes something. Its key makes it happen once, however often it is sent.
type Command struct {
	Book   BookID
	Key    string // chosen by the sender before the first attempt; kept for ever
	Name   string // the verb, as the operation log shows it: voucher.post, project.rename
	By     Actor
	Target uuid.UUID // the document it is about; zero when none
	Body   any       // what was asked, hashed: the same key with another body is refused
}

// attempts bounds the repeats of a transaction that lost a deadlock or a race on its key.
const attempts = 5

// Do is the one door for writes: it opens the transaction, takes the key, appends the command to the operation log, runs
// the use case and stores its answer. A repeat of the key gets the first answer; another body under the key is refused.
// A refusal leaves nothing but its line in accounting.refusals.
// Codes: key_required, key_reused (422), key_in_progress and busy (503, repeat), outcome_unknown (503, repeat with the same key).
func Do[A any](ctx context.Context, db *bun.DB, c Command, run func(ctx context.Context, tx bun.Tx) (A, error)) (A, error) {
	var answer A
	err := c.check()
	for attempt := 1; err == nil; attempt++ {
		answer, err = doOnce(ctx, db, c, run)
		if !fault.Retryable(err) || attempt == attempts || ctx.Err() != nil {
			break
		}
		time.Sleep(time.Duration(rand.Int64N(int64(attempt) * int64(10*time.Millisecond)))) //nolint:gosec // jitter, no secret
		err = nil
	}
	if err != nil {
		recordRefusal(ctx, db, c, err)
		var none A
		return none, err
	}
	return answer, nil
}

func doOnce[A any](ctx context.Context, db *bun.DB, c Command, run func(ctx context.Context, tx bun.Tx) (A, error)) (answer A, err error) {
	hash := c.requestHash()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return answer, fault.FromSQL(err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the error that led here is the one to tell
		}
	}()
	// The same statement says who reads: one round trip less in every command.
	taken, err := tx.ExecContext(ctx, `insert into accounting.commands (book_id, key, name, actor, at, request_hash, target)
		select ?, ?, ?, ?, clock_timestamp(), ?, ? from set_config('mingzhang.reads', ?, true) on conflict (book_id, key) do nothing`,
		c.Book, c.Key, c.Name, c.By.Person, hash[:], c.Target, c.By.reads())
	if err != nil {
		return answer, fault.FromSQL(err)
	}
	if n, _ := taken.RowsAffected(); n == 0 {
		if answer, err = firstAnswer[A](ctx, tx, c, hash); err != nil {
			return answer, err
		}
		return answer, fault.FromSQL(tx.Commit())
	}
	if answer, err = run(ctx, tx); err != nil {
		return answer, fault.FromSQL(err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return answer, fault.Internal(err)
	}
	if _, err = tx.ExecContext(ctx, `update accounting.commands set answer = ? where book_id = ? and key = ?`, string(text), c.Book, c.Key); err != nil {
		return answer, fault.FromSQL(err)
	}
	if err = tx.Commit(); err != nil {
		return answer, fault.OutcomeUnknown(err)
	}
	return answer, nil
}

// Note appends a command with its answer to the operation log of a transaction that is more than one command: what opens a book.
func Note(ctx context.Context, tx bun.Tx, c Command, answer any) error {
	if err := c.check(); err != nil {
		return err
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return fault.Internal(err)
	}
	hash := c.requestHash()
	_, err = tx.ExecContext(ctx, `insert into accounting.commands (book_id, key, name, actor, at, request_hash, target, answer) values (?, ?, ?, ?, clock_timestamp(), ?, ?, ?)`,
		c.Book, c.Key, c.Name, c.By.Person, hash[:], c.Target, string(text))
	return fault.FromSQL(err)
}

// firstAnswer is what the first run of the key answered.
func firstAnswer[A any](ctx context.Context, tx bun.Tx, c Command, hash Hash) (A, error) {
	var (
		answer A
		stored struct {
			RequestHash []byte
			Answer      sql.NullString
		}
	)
	err := tx.NewRaw(`select request_hash, answer from accounting.commands where book_id = ? and key = ?`, c.Book, c.Key).Scan(ctx, &stored.RequestHash, &stored.Answer)
	if err != nil {
		return answer, fault.FromSQL(err)
	}
	if string(stored.RequestHash) != string(hash[:]) {
		return answer, fault.KeyReused("key_reused", "key %s was used before with another request", c.Key)
	}
	if !stored.Answer.Valid {
		return answer, fault.Unavailable("key_in_progress", "another run of key %s has not ended; repeat with the same key", c.Key)
	}
	if err := json.Unmarshal([]byte(stored.Answer.String), &answer); err != nil {
		return answer, fault.Internal(err)
	}
	if receipts, ok := any(answer).([]Receipt); ok {
		for i := range receipts {
			receipts[i].Replayed = true
		}
	}
	return answer, nil
}

func (c Command) check() error {
	if c.Key == "" {
		return fault.Invalid("key_required", "a command carries an Idempotency-Key")
	}
	if len(c.Key) > 200 {
		return fault.Invalid("key_malformed", "the key has %d bytes, at most 200", len(c.Key))
	}
	if err := CheckText("key", c.Key, 200); err != nil {
		return fault.Invalid("key_malformed", "the key holds characters that are not allowed")
	}
	if c.By.Person.IsZero() {
		return fault.Denied("forbidden", "a command is some person's act")
	}
	return nil
}

// requestHash covers the business content: the verb, who acts on what, and the body. Struct fields are written in order,
// so equal requests hash equal.
func (c Command) requestHash() Hash {
	text, err := json.Marshal(struct {
		Name   string
		By     PersonID
		Target uuid.UUID
		Body   any
	}{c.Name, c.By.Person, c.Target, c.Body})
	if err != nil {
		panic("command body cannot be written as JSON: " + err.Error()) // a programming error: bodies are plain structs
	}
	return sha256.Sum256(text)
}

// recordRefusal keeps the attempt in a transaction of its own, after everything else of it was rolled back. Its failure
// must not hide the refusal, which is the answer.
func recordRefusal(ctx context.Context, db *bun.DB, c Command, refused error) {
	kind := fault.KindOf(refused)
	if kind == fault.KindUnavailable || kind == fault.KindInternal || c.Book == 0 {
		return
	}
	var f *fault.Error
	detail := refused.Error()
	if errors.As(refused, &f) {
		detail = f.Detail
	}
	_, _ = db.ExecContext(context.WithoutCancel(ctx), `insert into accounting.refusals (book_id, refusal_id, at, actor, name, key, code, detail) values (?, ?, clock_timestamp(), ?, ?, ?, ?, ?)`,
		c.Book, NewID(), c.By.Person, c.Name, c.Key, fault.Code(refused), detail)
}

// Refuse notes an attempt that was refused before it reached the books, and hands its error on.
func Refuse(ctx context.Context, db *bun.DB, c Command, refused error) error {
	recordRefusal(ctx, db, c, refused)
	return refused
}
