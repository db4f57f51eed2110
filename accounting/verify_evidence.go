package accounting

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting/evidence"
	"mingzhang/accounting/fault"
)

// evidencePage is how many vouchers are held in memory while their digests are computed.
const evidencePage = 2000

// verifyDigests computes each voucher's digest again from what is stored, with a program other than the one that made it.
func verifyDigests(ctx context.Context, db bun.IDB, book BookID, period Period, found func(Finding)) error {
	for after := 0; ; {
		page, stored, err := evidenceOf(ctx, db, book, period, after, evidencePage)
		if err != nil {
			return err
		}
		for i, v := range page {
			if leaf := v.Leaf(); leaf != stored[i] {
				no := VoucherNo{period, v.Number}
				found(Finding{Voucher: &no, Period: period, Detail: fmt.Sprintf("stored digest %x, its fields give %x", stored[i], leaf)})
			}
		}
		if len(page) < evidencePage {
			return nil
		}
		after = page[len(page)-1].Number
	}
}

// Evidence is what a voucher's digest covers, as it is stored, with the stored digest. Code: voucher_unknown.
func Evidence(ctx context.Context, db bun.IDB, book BookID, no VoucherNo) (evidence.Voucher, Hash, error) {
	page, stored, err := evidenceOf(ctx, db, book, no.Period, no.Number-1, 1)
	if err != nil {
		return evidence.Voucher{}, Hash{}, err
	}
	if len(page) == 0 || page[0].Number != no.Number {
		return evidence.Voucher{}, Hash{}, fault.NotFound("voucher_unknown", "there is no voucher %s", no)
	}
	return page[0], stored[0], nil
}

// evidenceOf reads the next vouchers of a period, each with its lines, without any registry: only what is stored in them.
func evidenceOf(ctx context.Context, db bun.IDB, book BookID, period Period, after, limit int) ([]evidence.Voucher, []Hash, error) {
	rows, err := db.QueryContext(ctx, `select v.number, v.date::text, v.kind, v.source, v.source_document, v.memo, v.document_hashes, v.prepared_by, v.reviewed_by, v.posted_by,
			v.attachment_count, v.refers_period, v.refers_number, v.recorded_at, v.digest
		from accounting.vouchers v where v.book_id = ? and v.period = ? and v.number > ? order by v.number limit ?`, book, period, after, limit)
	if err != nil {
		return nil, nil, fault.FromSQL(err)
	}
	defer func() { _ = rows.Close() }()
	var (
		page   []evidence.Voucher
		stored []Hash
	)
	for rows.Next() {
		v := evidence.Voucher{Book: int64(book), Period: int(period)}
		var (
			hashes, digest []byte
			rp, rn         sql.NullInt64
		)
		if err := rows.Scan(&v.Number, &v.Date, &v.Kind, &v.Source, &v.Document, &v.Memo, &hashes, &v.PreparedBy, &v.ReviewedBy, &v.PostedBy, &v.Attachments, &rp, &rn, &v.RecordedAt, &digest); err != nil {
			return nil, nil, fault.FromSQL(err)
		}
		v.RefersPeriod, v.RefersNumber = int(rp.Int64), int(rn.Int64)
		for i := 0; i+len(Hash{}) <= len(hashes); i += len(Hash{}) {
			v.Documents = append(v.Documents, Hash(hashes[i:i+len(Hash{})]))
		}
		page, stored = append(page, v), append(stored, Hash(digest))
	}
	if err := rows.Err(); err != nil || len(page) == 0 {
		return nil, nil, fault.FromSQL(err)
	}
	return page, stored, addEvidenceLines(ctx, db, book, period, page)
}

func addEvidenceLines(ctx context.Context, db bun.IDB, book BookID, period Period, page []evidence.Voucher) error {
	rows, err := db.QueryContext(ctx, `select x.number, x.account, x.basis, x.project_id, x.budget_line_id, x.subject_id, x.economic_class, round(x.debit, 2)::text, round(x.credit, 2)::text
		from accounting.lines x where x.book_id = ? and x.period = ? and x.number between ? and ? order by x.number, x.line_no`, book, period, page[0].Number, page[len(page)-1].Number)
	if err != nil {
		return fault.FromSQL(err)
	}
	defer func() { _ = rows.Close() }()
	i := 0
	for rows.Next() {
		var (
			number int
			l      evidence.Line
		)
		if err := rows.Scan(&number, &l.Account, &l.Basis, &l.Project, &l.BudgetLine, &l.Subject, &l.EconomicClass, &l.Debit, &l.Credit); err != nil {
			return fault.FromSQL(err)
		}
		for i < len(page) && page[i].Number < number {
			i++
		}
		if i < len(page) && page[i].Number == number { // a line without a voucher is another check's finding
			page[i].Lines = append(page[i].Lines, l)
		}
	}
	return fault.FromSQL(rows.Err())
}

// verifyRoot computes the tree of a closed period again.
func verifyRoot(ctx context.Context, db bun.IDB, book BookID, period Period, found func(Finding)) error {
	type closing struct {
		state string
		root  []byte
		size  sql.NullInt64
	}
	rows, err := collect(ctx, db, fragment{`select p.state, p.root, p.tree_size from accounting.periods p where p.book_id = ? and p.period = ?`, []any{book, period}},
		func(c *closing) []any { return []any{&c.state, &c.root, &c.size} })
	if err != nil || len(rows) == 0 || rows[0].state != "closed" {
		return err
	}
	leaves, err := digests(ctx, db, book, period)
	if err != nil {
		return err
	}
	frozen := rows[0]
	if root := evidence.Root(leaves); string(root[:]) != string(frozen.root) || int(frozen.size.Int64) != len(leaves) {
		found(Finding{Period: period, Detail: fmt.Sprintf("frozen root %x over %d vouchers, the %d vouchers give %x", frozen.root, frozen.size.Int64, len(leaves), root)})
	}
	return nil
}
