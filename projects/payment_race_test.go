package projects_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// What happens when two acts on payments meet. That they meet is asked of the server: the first is held open, and the second
// is seen waiting for exactly that session before the first may go on.

// racer is somebody's act, made anew under the key it is given.
type racer struct {
	by desk
	do func(c accounting.Command) error
}

// doors is where the first act is kept: all done but not committed, or in the middle, when it takes its voucher's number.
type doors struct {
	*payingBureau
	super  *bun.DB
	number int // of contracts and months, so that each meeting has its own
}

// atTheDoor keeps a command whose key begins with "first" right before it commits.
const atTheDoor = `
	create function public.at_the_door() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(7); return new; end $$;
	create trigger at_the_door before update on accounting.commands for each row when (new.key like 'first%') execute function public.at_the_door()`

func newDoors(t *testing.T) *doors {
	t.Helper()
	b := newPayingBureau(t)
	d := &doors{b, pgtest.Superuser(t, b.db), 0}
	_, err := d.super.ExecContext(t.Context(), atTheDoor)
	b.must(err)
	return d
}

// blockedBy waits until a session waits for the one with this process id, and tells its own.
func (d *doors) blockedBy(pid int) (blocked int) {
	d.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		var pids []int
		d.must(d.super.NewRaw(`select pid from pg_stat_activity where ? = any (pg_blocking_pids(pid))`, pid).Scan(d.t.Context(), &pids))
		if len(pids) > 0 {
			return pids[0]
		}
		if time.Now().After(end) {
			d.t.Fatalf("nobody ever waited for session %d", pid)
		}
	}
}

func (d *doors) isClosed(period accounting.Period) (closed bool) {
	d.t.Helper()
	d.must(d.db.NewRaw(`select state = 'closed' from accounting.periods where period = ?`, period).Scan(d.t.Context(), &closed))
	return closed
}

// meet lets second come upon first and answers the code of each.
func (d *doors) meet(hold string, first, second racer) (codes [2]string) {
	d.t.Helper()
	tx, err := d.super.BeginTx(d.t.Context(), nil)
	d.must(err)
	release := sync.OnceFunc(func() { _ = tx.Rollback() })
	defer release()
	var keeper int
	d.must(tx.NewRaw(`select pg_backend_pid()`).Scan(d.t.Context(), &keeper))
	_, err = tx.ExecContext(d.t.Context(), hold)
	d.must(err)
	var wait sync.WaitGroup
	for i, r := range []racer{first, second} {
		c := r.by.command()
		c.Key = []string{"first ", "second "}[i] + c.Key
		wait.Go(func() { codes[i] = fault.Code(r.do(c)) })
		keeper = d.blockedBy(keeper)
	}
	release()
	wait.Wait()
	return codes
}

const (
	beforeCommit = `select pg_advisory_xact_lock(7)`
	atTheNumber  = `select 1 from accounting.periods for update`
)

func (d *doors) taking(doc *projects.Document, who desk, verb string) racer {
	return racer{who, func(c accounting.Command) error {
		_, err := projects.Take(d.t.Context(), d.db, c, projects.Step{Document: doc.ID, Verb: verb, Hash: doc.Hash, Reason: "because"})
		return err
	}}
}

func (d *doors) confirming(doc *projects.Document, who desk, line int) racer {
	return racer{who, func(c accounting.Command) error {
		_, err := projects.ConfirmLine(d.t.Context(), d.db, c, doc.Number, line)
		return err
	}}
}

func (d *doors) giving(up bool, doc *projects.Document, line int) racer {
	who := d.payer
	if up {
		who = d.treasury
	}
	return racer{who, func(c accounting.Command) error {
		if !up {
			return projects.FailLine(d.t.Context(), d.db, c, doc.Number, line, "户名不符")
		}
		_, err := projects.CancelLine(d.t.Context(), d.db, c, doc.Number, line, accounting.MustDate("2025-03-20"))
		return err
	}}
}

func (d *doors) reissuing(doc *projects.Document, line int) racer {
	d.must(projects.AskReissue(d.t.Context(), d.db, d.payer.command(), doc.Number, line, projects.Reissue{Account: wagesAccount, Reason: "改付"}))
	return racer{d.treasury, func(c accounting.Command) error {
		return projects.ApproveReissue(d.t.Context(), d.db, c, doc.Number, line)
	}}
}

func (d *doors) refunding(doc *projects.Document, amount string, to projects.RefundTo) racer {
	back := d.mustDraft("refund", &projects.RefundForm{Paper: paperOf("2025-04-01"), Request: doc.Number, Line: 1, Amount: yuan(amount), To: to})
	d.mustTake(back, d.clerk, "submit")
	return d.taking(back, d.treasury, "approve")
}

// fees is a request beside contracts whose two lines come to 30 and 70 of each 100 yuan.
func (d *doors) fees(amount string) *projects.PaymentRequest {
	q := d.request("fees", "", amount)
	part := accounting.RoundToMoney(yuan(amount).Decimal().Mul(*rate("0.3")))
	q.Payees = []projects.PayeeLine{{Payee: d.payee, Account: wagesAccount, Amount: part, Kind: "wages"}, {Payee: d.payee, Account: contractorAccount, Amount: yuan(amount).Sub(part), Kind: "works"}}
	return q
}

func (d *doors) reviewed(q *projects.PaymentRequest) *projects.Document {
	doc := d.mustDraft("payment_request", q)
	d.mustTake(doc, d.clerk, "file")
	d.mustTake(doc, d.head, "review")
	return d.mustTake(doc, d.finance, "finance_review").Document
}

func (d *doors) ordered(q *projects.PaymentRequest) *projects.Document {
	doc := d.approved(q)
	return d.mustTake(doc, d.payer, "order").Document
}

// receipted is an ordered request with the receipts of both lines entered.
func (d *doors) receipted(q *projects.PaymentRequest) *projects.Document {
	doc := d.ordered(q)
	for line := range q.Payees {
		d.must(projects.EnterReceipt(d.t.Context(), d.db, d.payer.command(), doc.Number, line+1, projects.Receipt{Date: accounting.MustDate("2025-03-12"), Serial: fmt.Sprint(doc.Number, "/", line)}))
	}
	return doc
}

// agreed is a contract of its own of 1,000.00, with 300.00 of advance.
func (d *doors) agreed() string {
	d.number++
	a := clinicContract()
	a.Number, a.Price, a.Items[0].Amount, a.Funding[0].Amount = fmt.Sprint("CN-", d.number), yuan("1000.00"), money("1000.00"), money("1000.00")
	d.mustCarry("contract", a)
	return a.Number
}

// towards takes a document of a contract past all desks but the last.
func (d *doors) towards(kind projects.DocumentKind, content projects.Content, second, last string) racer {
	doc := d.mustDraft(kind, content)
	d.mustTake(doc, d.clerk, "submit")
	d.mustTake(doc, d.head, second)
	return d.taking(doc, d.lead, last)
}

// states are those of a request and its lines.
func (d *doors) states(doc *projects.Document) string {
	all := []string{d.now(doc).State}
	var lines []string
	d.read(func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select state from projects.payment_lines where document_id = ? order by round, line_no`, doc.ID).Scan(ctx, &lines)
	})
	return strings.Join(append(all, lines...), " ")
}

// registersDiffer names what contracts and requests keep otherwise than the ledger; of a contract whose money came back to
// what is available the authority held is left out.
const registersDiffer = `
	with ledger as (
		select subject_id, coalesce(sum(debit - credit) filter (where account = '1214.02'), 0) as advance, coalesce(sum(credit - debit) filter (where account = '2302.02'), 0) as owed,
			coalesce(sum(credit - debit) filter (where account in ('2307.01', '2502.01')), 0) as kept, coalesce(sum(debit - credit) filter (where account = '1218'), 0) as claim,
			coalesce(sum(debit - credit) filter (where account = '9301.04'), 0) as requested, coalesce(sum(credit - debit) filter (where account in ('2303', '2307.03')), 0) as batch
		from accounting.positions where subject_id <> '00000000-0000-0000-0000-000000000000' group by 1)
	select format('contract %s: %s / %s', c.number, row(c.advance_paid - c.advance_recouped, c.certified_payable - c.payable_paid, c.retention_kept - c.retention_paid - c.retention_forfeited, c.claimed - c.claim_returned),
			row(l.advance, l.owed, l.kept, l.claim)) from projects.contracts c left join ledger l on l.subject_id = c.contract_id
		where (c.advance_paid - c.advance_recouped, c.certified_payable - c.payable_paid, c.retention_kept - c.retention_paid - c.retention_forfeited, c.claimed - c.claim_returned)
			is distinct from (coalesce(l.advance, 0), coalesce(l.owed, 0), coalesce(l.kept, 0), coalesce(l.claim, 0))
	union all
	select format('contract %s holds %s, its requests %s', c.number, c.advance_held + c.payable_held + c.retention_held, r.held) from projects.contracts c
		cross join lateral (select coalesce(sum(q.held), 0) as held from projects.payment_requests q where q.contract_id = c.contract_id) r where c.advance_held + c.payable_held + c.retention_held <> r.held
	union all
	select format('request %s holds %s, in the books %s', d.number, r.held, l.requested) from (select document_id, sum(held) as held from projects.payment_requests group by 1) r
		join projects.documents d using (document_id) left join ledger l on l.subject_id = r.document_id where r.held <> coalesce(l.requested, 0)
	union all
	select format('request %s: lines paid %s, request %s', d.number, l.paid, r.paid) from (select document_id, round, sum(paid) as paid from projects.payment_lines group by 1, 2) l
		join projects.payment_requests r using (document_id, round) join projects.documents d using (document_id) where l.paid <> r.paid`

// agree holds contracts and requests against the ledger, and the ledger against itself.
func (d *doors) agree() {
	d.t.Helper()
	var differ []string
	d.must(d.super.NewRaw(registersDiffer).Scan(d.t.Context(), &differ))
	for _, text := range differ {
		d.t.Error(text)
	}
	report, err := projects.Reconcile(d.t.Context(), d.db, projects.ReconcileQuery{Book: book, AsOf: accounting.MustDate("2025-12-31")})
	d.must(err)
	if !report.OK {
		d.t.Error("the books do not reconcile")
	}
}

// noDeadlock asks the server once nobody is connected any more, when everybody has told their part.
func (d *doors) noDeadlock() {
	d.t.Helper()
	d.books.Close()
	d.must(d.db.Close())
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var others, deadlocks int
		d.must(d.super.NewRaw(`select (select count(*) from pg_stat_activity where datname = current_database() and usename <> current_user and backend_type = 'client backend') as others,
			deadlocks from pg_stat_database where datname = current_database()`).Scan(d.t.Context(), &others, &deadlocks))
		if deadlocks > 0 {
			d.t.Errorf("%d deadlocks", deadlocks)
		}
		if others == 0 || deadlocks > 0 {
			return
		}
		if time.Now().After(end) {
			d.t.Fatalf("%d others stay connected", others)
		}
	}
}

// meeting is two acts that can meet, the codes of (one, other) by who comes first, and where the request stands then.
type meeting struct {
	make                 func(d *doors) (one, other racer, about *projects.Document)
	oneFirst, otherFirst [2]string
	afterOne, afterOther string
	silent               bool // one of them posts nothing, so it can be held before its commit only
	finally              func(d *doors, about *projects.Document)
}

const notAllowed = "step_not_allowed"

var meetings = map[string]meeting{
	"approving and recalling": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.reviewed(d.fees("100.00"))
			return d.taking(doc, d.treasury, "approve"), d.taking(doc, d.clerk, "recall"), doc
		},
		oneFirst: [2]string{"", ""}, afterOne: "returned cancelled cancelled", otherFirst: [2]string{notAllowed, ""}, afterOther: "returned", silent: true,
	},
	"approving and rejecting": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.reviewed(d.fees("100.00"))
			return d.taking(doc, d.treasury, "approve"), d.taking(doc, d.payer, "reject"), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "approved approved approved", otherFirst: [2]string{notAllowed, ""}, afterOther: "rejected", silent: true,
	},
	"two approving one request": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.reviewed(d.fees("100.00"))
			return d.taking(doc, d.treasury, "approve"), d.taking(doc, d.payer, "approve"), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "approved approved approved", otherFirst: [2]string{notAllowed, ""}, afterOther: "approved approved approved",
	},
	"two requests on a line that has enough for one": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.reviewed(d.request("fees", "", "5000000.00"))
			other := d.reviewed(d.request("fees", "", "5000000.00"))
			return d.taking(doc, d.treasury, "approve"), d.taking(other, d.payer, "approve"), doc
		},
		oneFirst: [2]string{"", "budget_exceeded"}, afterOne: "approved approved", otherFirst: [2]string{"budget_exceeded", ""}, afterOther: "finance_reviewed",
		finally: func(d *doors, _ *projects.Document) { // make room again
			var approved []uuid.UUID
			d.must(d.super.NewRaw(`select document_id from projects.documents where state = 'approved' and amount = 5000000`).Scan(d.t.Context(), &approved))
			for _, id := range approved {
				d.mustTake(d.now(&projects.Document{ID: id}), d.clerk, "recall")
			}
		},
	},
	"two advances of which the contract has one": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			number := d.agreed()
			doc, other := d.reviewed(d.request("advance", number, "200.00")), d.reviewed(d.request("advance", number, "200.00"))
			return d.taking(doc, d.treasury, "approve"), d.taking(other, d.treasury, "approve"), doc
		},
		oneFirst: [2]string{"", "contract_exceeded"}, afterOne: "approved approved", otherFirst: [2]string{"contract_exceeded", ""}, afterOther: "finance_reviewed",
	},
	"taking the order back and confirming": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.receipted(d.fees("100.00"))
			return d.taking(doc, d.payer, "cancel_order"), d.confirming(doc, d.treasury, 1), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "returned cancelled cancelled", otherFirst: [2]string{notAllowed, ""}, afterOther: "ordered confirmed ordered",
	},
	"the bank sending back and confirming": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.receipted(d.fees("100.00"))
			return d.giving(false, doc, 1), d.confirming(doc, d.treasury, 1), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "ordered failed ordered", otherFirst: [2]string{notAllowed, ""}, afterOther: "ordered confirmed ordered", silent: true,
	},
	"giving one line up and confirming the other": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.receipted(d.fees("100.00"))
			d.must(projects.FailLine(d.t.Context(), d.db, d.payer.command(), doc.Number, 2, "户名不符"))
			return d.giving(true, doc, 2), d.confirming(doc, d.treasury, 1), doc
		},
		afterOne: "confirmed confirmed cancelled", afterOther: "confirmed confirmed cancelled",
		finally: func(d *doors, about *projects.Document) {
			var ended int
			d.must(d.super.NewRaw(`select count(*) from projects.acts where document_id = ? and verb = 'complete'`, about.ID).Scan(d.t.Context(), &ended))
			if ended != 1 {
				d.t.Errorf("the request ended %d times", ended)
			}
		},
	},
	"ordering and recalling": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.approved(d.fees("100.00"))
			return d.taking(doc, d.payer, "order"), d.taking(doc, d.clerk, "recall"), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "ordered ordered ordered", otherFirst: [2]string{notAllowed, ""}, afterOther: "returned cancelled cancelled", silent: true,
	},
	"two confirming one line": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.receipted(d.fees("100.00"))
			return d.confirming(doc, d.treasury, 1), d.confirming(doc, d.finance, 1), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "ordered confirmed ordered", otherFirst: [2]string{notAllowed, ""}, afterOther: "ordered confirmed ordered",
	},
	"confirming both lines": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.receipted(d.fees("100.00"))
			return d.confirming(doc, d.treasury, 1), d.confirming(doc, d.finance, 2), doc
		},
		afterOne: "confirmed confirmed confirmed", afterOther: "confirmed confirmed confirmed",
	},
	"ordering again and giving up": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.receipted(d.fees("100.00"))
			d.must(projects.FailLine(d.t.Context(), d.db, d.payer.command(), doc.Number, 1, "户名不符"))
			return d.reissuing(doc, 1), d.giving(true, doc, 1), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "ordered ordered ordered", otherFirst: [2]string{notAllowed, ""}, afterOther: "ordered cancelled ordered", silent: true,
	},
	"ordering one line again and another coming back": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.receipted(d.fees("100.00"))
			_, err := projects.ConfirmLine(d.t.Context(), d.db, d.treasury.command(), doc.Number, 1)
			d.must(err)
			d.must(projects.FailLine(d.t.Context(), d.db, d.payer.command(), doc.Number, 2, "户名不符"))
			return d.reissuing(doc, 2), d.refunding(doc, "30.00", projects.PayAgain), doc
		},
		afterOne: "ordered failed ordered", afterOther: "ordered failed ordered", silent: true,
	},
	"money coming back twice": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.paid(d.request("fees", "", "100.00"), "2025-03-14")
			return d.refunding(doc, "60.00", projects.BackAvailable), d.refunding(doc, "60.00", projects.BackAvailable), doc
		},
		oneFirst: [2]string{"", "payment_exceeded"}, afterOne: "confirmed confirmed", otherFirst: [2]string{"payment_exceeded", ""}, afterOther: "confirmed confirmed",
	},
	"money coming back to be paid again and for good": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			doc := d.paid(d.request("fees", "", "100.00"), "2025-03-14")
			return d.refunding(doc, "100.00", projects.PayAgain), d.refunding(doc, "60.00", projects.BackAvailable), doc
		},
		oneFirst: [2]string{"", notAllowed}, afterOne: "ordered failed", otherFirst: [2]string{"payment_exceeded", ""}, afterOther: "confirmed confirmed",
	},
	"certifying and approving a request": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			number := d.agreed()
			d.mustCarry("certificate", percentDone("2025-03-01", number, "50"))
			doc := d.reviewed(d.request("progress", number, "400.00"))
			return d.towards("certificate", percentDone("2025-03-05", number, "20"), "verify", "certify"), d.taking(doc, d.treasury, "approve"), doc
		},
		afterOne: "approved approved", afterOther: "approved approved",
		finally: func(d *doors, _ *projects.Document) {
			if k := d.contract(fmt.Sprint("CN-", d.number)); k.PayableNow.String() != "195.00" || k.PayableHeld.String() != "400.00" {
				d.t.Errorf("payable now %s, held %s; 85 %% of 700.00 less 400.00 is 195.00", k.PayableNow, k.PayableHeld)
			}
		},
	},
	"cutting a contract and approving a request": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			number := d.agreed()
			doc := d.reviewed(d.request("advance", number, "300.00"))
			cut := &projects.ChangeOrder{Paper: paperOf("2025-03-05"), Contract: number, Release: draws("2025-05/2025", "800.00")}
			return d.towards("change_order", cut, "review", "approve"), d.taking(doc, d.treasury, "approve"), doc
		},
		oneFirst: [2]string{"", "budget_exceeded"}, afterOne: "finance_reviewed", otherFirst: [2]string{"contract_exceeded", ""}, afterOther: "approved approved",
	},
	"settling and approving a request": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			number := d.agreed()
			d.mustCarry("certificate", percentDone("2025-03-01", number, "50"))
			doc := d.reviewed(d.request("progress", number, "400.00"))
			cut := &projects.Settlement{Paper: paperOf("2025-03-05"), Contract: number, SettledPrice: yuan("300.00")}
			return d.towards("settlement", cut, "review", "approve"), d.taking(doc, d.treasury, "approve"), doc
		},
		oneFirst: [2]string{"", "contract_exceeded"}, afterOne: "finance_reviewed", otherFirst: [2]string{"contract_exceeded", ""}, afterOther: "approved approved",
	},
	"ending a contract and approving its advance": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			number := d.agreed()
			doc := d.reviewed(d.request("advance", number, "300.00"))
			end := &projects.Termination{Paper: paperOf("2025-03-05"), Contract: number, Reason: "承包人违约"}
			return d.towards("termination", end, "review", "approve"), d.taking(doc, d.treasury, "approve"), doc
		},
		oneFirst: [2]string{"", "contract_exceeded"}, afterOne: "finance_reviewed", otherFirst: [2]string{"advance_open", ""}, afterOther: "approved approved",
	},
	"closing the month and confirming": {
		make: func(d *doors) (racer, racer, *projects.Document) {
			d.number++
			q := d.request("fees", "", "100.00")
			q.Date = accounting.NewDate(2025, time.Month(d.number), 10)
			doc := d.ordered(q)
			month := accounting.Period(202500 + d.number)
			d.must(projects.EnterReceipt(d.t.Context(), d.db, d.payer.command(), doc.Number, 1, projects.Receipt{Date: accounting.NewDate(2025, time.Month(d.number), 20), Serial: doc.Number}))
			if month > 202501 && !d.isClosed(month-1) { // what came before the month's close was posted into it
				_, err := d.closePeriod(month - 1)
				d.must(err)
			}
			return d.closing(month, d.finance), d.confirming(doc, d.treasury, 1), doc
		},
		afterOne: "confirmed confirmed", otherFirst: [2]string{"close_outdated", ""}, afterOther: "confirmed confirmed", silent: true,
		finally: func(d *doors, about *projects.Document) {
			var paid []string
			d.must(d.super.NewRaw(`select date::text from accounting.vouchers where source_document = ? and source = 'P4'`, about.ID).Scan(d.t.Context(), &paid))
			if first := accounting.NewDate(2025, time.Month(d.number+1), 1); len(paid) != 1 || d.number%2 == 1 && paid[0] != first.String() {
				d.t.Errorf("posted on %v, when the close came first that is %s", paid, first)
			}
		},
	},
}

// Whoever of two comes second waits for the first and is answered by what the first has done; nothing is half done.
func TestActsOnPaymentsMeet(t *testing.T) {
	t.Parallel()
	for name, m := range meetings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoors(t)
			for _, hold := range []string{beforeCommit, atTheNumber} {
				if hold == atTheNumber && m.silent {
					continue
				}
				for _, x := range []struct {
					first, after string
					codes        [2]string
				}{{"one", m.afterOne, m.oneFirst}, {"other", m.afterOther, m.otherFirst}} {
					one, other, about := m.make(d)
					var codes [2]string
					if x.first == "one" {
						codes = d.meet(hold, one, other)
					} else {
						back := d.meet(hold, other, one)
						codes = [2]string{back[1], back[0]}
					}
					if codes != x.codes {
						t.Errorf("%s, the %s first: answers %q, want %q", hold, x.first, codes, x.codes)
					}
					if state := d.states(about); state != x.after {
						t.Errorf("%s, the %s first: the request is %q, want %q", hold, x.first, state, x.after)
					}
					if m.finally != nil {
						m.finally(d, about)
					}
					d.agree()
				}
			}
			d.noDeadlock()
		})
	}
}
