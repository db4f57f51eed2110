package accounting

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// LogQuery picks entries of the operation log, newest first; zero values do not restrict.
type LogQuery struct {
	Book   BookID
	From   time.Time
	To     time.Time // exclusive
	Actor  PersonID
	Name   string // the verb
	Key    string
	Target uuid.UUID // commands only
	After  LogMark   // entries that follow this one
	Limit  int       // zero: all
}

// LogMark is a place in the operation log: many entries may share a moment, so the key tells them apart.
type LogMark struct {
	At  time.Time
	Key string
}

// LoggedCommand is a command that happened, with its answer.
type LoggedCommand struct {
	Key    string
	Name   string
	Actor  Signer
	At     time.Time
	Target uuid.UUID
	Answer json.RawMessage
}

// Refusal is an attempt that was refused; nothing else of it is in the books.
type Refusal struct {
	At     time.Time
	Actor  Signer
	Name   string
	Key    string
	Code   string
	Detail string
}

// Commands reads the operation log.
func Commands(ctx context.Context, db bun.IDB, q LogQuery) iter.Seq2[LoggedCommand, error] {
	sql, args := `select c.key, c.name, c.actor, coalesce(p.code, ''), coalesce(p.name, ''), c.at, c.target, coalesce(c.answer, 'null')::text
		from accounting.commands c left join accounting.persons p on p.book_id = c.book_id and p.person_id = c.actor`, q.where()
	return stream(ctx, db, fragment{sql + args.sql, args.args}, func(c *LoggedCommand) []any {
		return []any{&c.Key, &c.Name, &c.Actor.ID, &c.Actor.Code, &c.Actor.Name, &c.At, &c.Target, (*[]byte)(&c.Answer)}
	})
}

// Refusals reads the attempts that were refused.
func Refusals(ctx context.Context, db bun.IDB, q LogQuery) iter.Seq2[Refusal, error] {
	q.Target = uuid.Nil
	sql, args := `select c.at, c.actor, coalesce(p.code, ''), coalesce(p.name, ''), c.name, c.key, c.code, c.detail
		from accounting.refusals c left join accounting.persons p on p.book_id = c.book_id and p.person_id = c.actor`, q.where()
	return stream(ctx, db, fragment{sql + args.sql, args.args}, func(r *Refusal) []any {
		return []any{&r.At, &r.Actor.ID, &r.Actor.Code, &r.Actor.Name, &r.Name, &r.Key, &r.Code, &r.Detail}
	})
}

func (q LogQuery) where() fragment {
	w := fragment{` where c.book_id = ?`, []any{q.Book}}
	if !q.From.IsZero() {
		w.add(` and c.at >= ?`, q.From)
	}
	if !q.To.IsZero() {
		w.add(` and c.at < ?`, q.To)
	}
	if !q.Actor.IsZero() {
		w.add(` and c.actor = ?`, q.Actor)
	}
	if q.Name != "" {
		w.add(` and c.name = ?`, q.Name)
	}
	if q.Key != "" {
		w.add(` and c.key = ?`, q.Key)
	}
	if q.Target != uuid.Nil {
		w.add(` and c.target = ?`, q.Target)
	}
	if !q.After.At.IsZero() {
		w.add(` and (c.at < ? or c.at = ? and c.key > ?)`, q.After.At, q.After.At, q.After.Key)
	}
	w.add(` order by c.at desc, c.key`)
	if q.Limit > 0 {
		w.add(` limit ?`, q.Limit)
	}
	return w
}

// stream reads rows one by one as the caller asks for them; an error ends it. Until then the connection is busy, so a
// report that needs another query meanwhile reads in pages instead.
func stream[T any](ctx context.Context, db bun.IDB, q fragment, fields func(*T) []any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := db.QueryContext(ctx, q.sql, q.args...)
		if err != nil {
			yield(none, fault.FromSQL(err))
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var row T
			if err := rows.Scan(fields(&row)...); err != nil {
				yield(none, fault.FromSQL(err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, fault.FromSQL(err))
		}
	}
}

// collect reads all rows of a query that cannot be long.
func collect[T any](ctx context.Context, db bun.IDB, q fragment, fields func(*T) []any) ([]T, error) {
	var all []T
	for row, err := range stream(ctx, db, q, fields) {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}
