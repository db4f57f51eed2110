package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// judge says whether the speed was honest: every invariant of the books holds, and there is one command for each voucher
// that was answered as posted, no more and no fewer.
func (r *run) judge(ctx context.Context) error {
	var errs []error
	for _, name := range []string{mainDatabase, freshDatabase, unanalysedDatabase} {
		if s := r.services[name]; s.posted.Load() > 0 {
			if err := s.judge(ctx, r); err != nil {
				errs = append(errs, fmt.Errorf("database %s: %w", name, err))
			}
		}
	}
	return errors.Join(append(errs, r.place.judgeLimit(ctx))...)
}

func (s *service) judge(ctx context.Context, r *run) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var commands, vouchers int64
	if err := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select (select count(*) from accounting.commands where book_id = ?0 and name = 'voucher.post'), (select count(*) from accounting.vouchers where book_id = ?0)`, book).Scan(ctx, &commands, &vouchers)
	}); err != nil {
		return err
	}
	posted := s.posted.Load()
	r.say("%s: %d vouchers answered as posted, %d commands, %d vouchers", s.database, posted, commands, vouchers)
	if commands != posted || vouchers != posted {
		err = fmt.Errorf("%d vouchers were answered as posted, there are %d commands and %d vouchers", posted, commands, vouchers)
	}
	var report accounting.Report
	if failed := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) (err error) {
		report, err = accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: book})
		return err
	}); failed != nil {
		return errors.Join(err, failed)
	}
	for _, c := range report.Checks {
		for _, f := range c.Findings {
			err = errors.Join(err, fmt.Errorf("%s: %s", c.Name, f))
		}
	}
	r.say("%s: verify, %d checks over %d vouchers", s.database, len(report.Checks), report.Vouchers)
	return err
}

// judgeLimit asks the limit's own check: the yardstick must not be short of work either.
func (p *place) judgeLimit(ctx context.Context) error {
	db, err := p.connect(limitDatabase)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	text, err := scripts.ReadFile("limit/check.sql")
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, string(text))
	if err != nil {
		return fmt.Errorf("check of the limit: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var what, difference string
		if err := rows.Scan(&what, &difference); err != nil {
			return err
		}
		if difference != "0" {
			err = errors.Join(err, fmt.Errorf("limit: %s: %s", what, difference))
		}
	}
	return errors.Join(err, rows.Err())
}
