package accounting

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// posting is a voucher made ready for accounting.post: each parameter's piece is written once, by the goroutine that
// brings the voucher, so that the batch worker only joins pieces.
type posting struct {
	voucher     Voucher
	command     Command
	requestHash Hash
	perVoucher  [voucherParameters]string
	perLine     [lineParameters]string
	declares    []SubjectID // subjects it registers
	special     bool        // a reversal or an opening goes first in its call
	done        chan result
}

type result struct {
	receipt Receipt
	err     error
}

const (
	voucherParameters = 18 // p_key … p_line_count, in the order of accounting.post
	lineParameters    = 10 // p_line_no … p_credit; p_voucher stands before them
)

// postStatement calls the one door for postings.
var postStatement = func() string {
	names := make([]string, 1+voucherParameters+1+lineParameters)
	for i := range names {
		names[i] = "$" + strconv.Itoa(i+1)
	}
	return "select ordinal, outcome, period, number, recorded_at, digest, code, detail, facts, answer from accounting.post(" + strings.Join(names, ", ") + ")"
}()

// prepare writes the pieces of a voucher. Errors are those of Voucher.wellFormed.
func prepare(v Voucher, c Command) (*posting, error) {
	if err := v.wellFormed(); err != nil {
		return nil, err
	}
	p := &posting{voucher: v, command: c, special: v.kind() == Reversal || v.kind() == Opening}
	if c.Key != "" {
		p.requestHash = c.requestHash()
	}
	refersPeriod, refersNumber := "null", "null"
	if v.Refers != nil {
		refersPeriod, refersNumber = strconv.Itoa(int(v.Refers.Period)), strconv.Itoa(v.Refers.Number)
	}
	documents := make([]byte, 0, len(v.Documents)*len(Hash{}))
	for _, h := range v.Documents {
		documents = append(documents, h[:]...)
	}
	p.perVoucher = [voucherParameters]string{
		quoted(c.Key), quoted(c.Name), bytea(p.requestHash[:]), c.Target.String(),
		v.Date.String(), strconv.Itoa(int(v.period())), string(v.kind()), quoted(v.Source), v.Document.String(), quoted(v.Memo), bytea(documents),
		v.PreparedBy.String(), v.ReviewedBy.String(), v.PostedBy.String(), strconv.Itoa(v.Attachments), refersPeriod, refersNumber, strconv.Itoa(len(v.Lines)),
	}
	var b [lineParameters]strings.Builder
	for i, l := range v.Lines {
		if i > 0 {
			for j := range b {
				b[j].WriteByte(',')
			}
		}
		kind := 0
		if l.Subject.Code != "" {
			kind = l.Subject.Kind.number()
			p.declares = append(p.declares, l.Subject.ID)
		}
		for j, piece := range [lineParameters]string{
			strconv.Itoa(i + 1), quoted(l.Account), l.Project.String(), l.BudgetLine.String(), l.Subject.ID.String(), strconv.Itoa(kind), quoted(l.Subject.Code),
			quoted(l.EconomicClass), l.Debit.String(), l.Credit.String(),
		} {
			b[j].WriteString(piece)
		}
	}
	for j := range lineParameters {
		p.perLine[j] = b[j].String()
	}
	return p, nil
}

// quoted writes a text as an element of a PostgreSQL array.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func bytea(b []byte) string { return `"\\x` + hex.EncodeToString(b) + `"` }

// arguments joins the pieces of a call. Without keys the vouchers are part of the caller's own transaction.
func arguments(book BookID, ps []*posting, keyed bool) []any {
	args := make([]any, 0, 1+voucherParameters+1+lineParameters)
	args = append(args, int64(book))
	for j := range voucherParameters {
		if j == 0 && !keyed {
			args = append(args, nil)
			continue
		}
		args = append(args, array(ps, func(p *posting) string { return p.perVoucher[j] }))
	}
	ordinals := make([]string, len(ps))
	for i, p := range ps {
		ordinals[i] = strings.TrimSuffix(strings.Repeat(strconv.Itoa(i+1)+",", len(p.voucher.Lines)), ",")
	}
	args = append(args, "{"+strings.Join(ordinals, ",")+"}")
	for j := range lineParameters {
		args = append(args, array(ps, func(p *posting) string { return p.perLine[j] }))
	}
	return args
}

func array(ps []*posting, piece func(*posting) string) string {
	n := 2
	for _, p := range ps {
		n += len(piece(p)) + 1
	}
	var b strings.Builder
	b.Grow(n)
	b.WriteByte('{')
	for i, p := range ps {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(piece(p))
	}
	b.WriteByte('}')
	return b.String()
}

// callRows reads the answers of a call, by ordinal.
func callRows(rows *sql.Rows, ps []*posting) ([]result, error) {
	defer func() { _ = rows.Close() }() // the loop below reports what matters through rows.Err
	results := make([]result, len(ps))
	seen := 0
	for rows.Next() {
		var (
			ordinal              int
			outcome              string
			period, number       sql.NullInt64
			recorded             sql.NullTime
			digest               []byte
			code, detail         sql.NullString
			factsText, replyText []byte
		)
		if err := rows.Scan(&ordinal, &outcome, &period, &number, &recorded, &digest, &code, &detail, &factsText, &replyText); err != nil {
			return nil, err
		}
		seen++
		switch r := &results[ordinal-1]; outcome {
		case "posted":
			r.receipt = Receipt{No: VoucherNo{Period(period.Int64), int(number.Int64)}, RecordedAt: recorded.Time, Digest: Hash(digest)}
		case "replayed":
			r.receipt, r.err = receiptFrom(replyText)
		default:
			r.err = fault.ByCode(code.String, detail.String, factsText)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if seen != len(ps) {
		return nil, fmt.Errorf("accounting.post answered %d of %d vouchers", seen, len(ps))
	}
	return results, nil
}

// receiptFrom reads the answer a key got before.
func receiptFrom(answer []byte) (Receipt, error) {
	if answer == nil {
		return Receipt{}, fault.Unavailable("key_in_progress", "another run of this key has not ended; repeat with the same key")
	}
	var r Receipt
	if err := json.Unmarshal(answer, &r); err != nil || r.No.Number == 0 {
		return Receipt{}, fault.KeyReused("key_reused", "the key was used before by a command of another kind")
	}
	r.Replayed = true
	return r, nil
}

// Post is the one door for postings of a command that also moves documents: it joins the caller's transaction and posts
// all vouchers or, with the error of the first that is refused, none, because the caller rolls back.
// Codes: those of accounting.post, docs/ERRORS.md.
func Post(ctx context.Context, tx bun.Tx, vs ...Voucher) ([]Receipt, error) {
	receipts := make([]Receipt, 0, len(vs))
	ps := make([]*posting, 0, len(vs))
	for _, v := range vs {
		p, err := prepare(v, Command{Book: v.Book})
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	for len(ps) > 0 {
		n := independent(ps)
		rows, err := tx.Tx.QueryContext(ctx, postStatement, arguments(ps[0].voucher.Book, ps[:n], false)...)
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		results, err := callRows(rows, ps[:n])
		if err != nil {
			return nil, fault.FromSQL(err)
		}
		for _, r := range results {
			if r.err != nil {
				return nil, r.err
			}
			receipts = append(receipts, r.receipt)
		}
		ps = ps[n:]
	}
	return receipts, nil
}

// independent says how many of the waiting vouchers may share a call: accounting.post decides a call as a set, so what
// depends on an earlier voucher of it waits for the next one. The first voucher always goes.
func independent(ps []*posting) int {
	keys := make(map[string]bool, len(ps))
	var declared map[SubjectID]bool
	for i, p := range ps {
		if i > 0 {
			if p.voucher.Book != ps[0].voucher.Book || p.special || p.command.Key != "" && keys[p.command.Key] {
				return i
			}
			for _, l := range p.voucher.Lines {
				if declared[l.Subject.ID] {
					return i
				}
			}
		}
		keys[p.command.Key] = true
		for _, s := range p.declares {
			if declared == nil {
				declared = make(map[SubjectID]bool)
			}
			declared[s] = true
		}
	}
	return len(ps)
}
