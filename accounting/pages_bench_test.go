package accounting_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

// BenchmarkPages measures the heads and pages of lists over 125,000 vouchers with a million lines.
func BenchmarkPages(b *testing.B) {
	s := million(b)
	var project accounting.ProjectID
	if err := s.db.NewRaw(`select project_id from accounting.ledgers where code = 'G-7'`).Scan(b.Context(), &project); err != nil {
		b.Fatal(err)
	}
	end, june := accounting.MustDate("2026-12-31"), accounting.Period(202606)
	cells := map[string]accounting.CellQuery{
		"account":            {Book: s.id, AsOf: end, Accounts: []string{"9401"}, From: accounting.Period(202601)},
		"account, all years": {Book: s.id, AsOf: end, Accounts: []string{"9401"}},
		"account, mid-month": {Book: s.id, AsOf: accounting.MustDate("2026-06-15"), Accounts: []string{"9401"}, From: accounting.Period(202601)},
		"several accounts":   {Book: s.id, AsOf: end, Accounts: []string{"9301.01", "9101"}, From: accounting.Period(202601)},
		"project":            {Book: s.id, AsOf: end, Projects: []accounting.ProjectID{project}},
		"project, account":   {Book: s.id, AsOf: end, Accounts: []string{"9401"}, Projects: []accounting.ProjectID{project}, From: accounting.Period(202601)},
	}
	for name, q := range cells {
		measure(b, "cell head/"+name, s, func(ctx context.Context, tx bun.Tx) error { _, err := accounting.SumCell(ctx, tx, q); return err })
		q.Limit = 101
		measure(b, "cell page/"+name, s, func(ctx context.Context, tx bun.Tx) error { _, err := accounting.CellLines(ctx, tx, q); return err })
		q.After = accounting.CellMark{No: accounting.VoucherNo{Period: june, Number: 2000}, LineNo: 1}
		measure(b, "cell later page/"+name, s, func(ctx context.Context, tx bun.Tx) error { _, err := accounting.CellLines(ctx, tx, q); return err })
	}
	statement := accounting.StatementQuery{Book: s.id, Account: "9401", AsOf: end}
	measure(b, "statement/first page", s, func(ctx context.Context, tx bun.Tx) error {
		_, err := accounting.PageStatement(ctx, tx, statement, nil, 100)
		return err
	})
	measure(b, "statement/later page", s, func(ctx context.Context, tx bun.Tx) error {
		p, err := accounting.PageStatement(ctx, tx, statement, &accounting.CellMark{No: accounting.VoucherNo{Period: june, Number: 2000}, LineNo: 7}, 100)
		if err == nil && len(p.Lines) != 100 {
			b.Errorf("%d lines", len(p.Lines))
		}
		return err
	})
	heads := accounting.NewVoucherHeads(s.db)
	b.Run("vouchers head/first", func(b *testing.B) {
		for b.Loop() {
			if _, err := accounting.NewVoucherHeads(s.db).Sum(b.Context(), accounting.Operator, accounting.VoucherQuery{Book: s.id}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, q := range map[string]accounting.VoucherQuery{
		"all":             {Book: s.id},
		"month":           {Book: s.id, From: june, To: june},
		"project":         {Book: s.id, Project: project},
		"unit, month":     {Book: s.id, Unit: s.unit, From: june, To: june},
		"unit, two years": {Book: s.id, Unit: s.unit},
		"search, month":   {Book: s.id, Search: "memo 77", From: june, To: june},
		"search, all":     {Book: s.id, Search: "memo 77"},
		"event, all":      {Book: s.id, Source: "M"},
		"amount, all":     {Book: s.id, Search: "1075.00"},
	} {
		measure(b, "vouchers head/"+name, s, func(ctx context.Context, _ bun.Tx) error {
			_, err := heads.Sum(ctx, accounting.Operator, q)
			return err
		})
		q.Limit = 51
		measure(b, "vouchers page/"+name, s, func(ctx context.Context, tx bun.Tx) error {
			for _, err := range accounting.Vouchers(ctx, tx, q) {
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	measure(b, "unit places", s, func(ctx context.Context, tx bun.Tx) error {
		_, err := accounting.UnitPlaces(ctx, tx, s.id, accounting.UnitID{}, accounting.VoucherNo{Period: june, Number: 2000})
		return err
	})
}

func measure(b *testing.B, name string, s *story, read func(ctx context.Context, tx bun.Tx) error) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		ctx := accounting.WithReader(b.Context(), accounting.Operator)
		for b.Loop() {
			if err := accounting.Read(ctx, s.db, read); err != nil {
				b.Fatal(err)
			}
		}
	})
}
