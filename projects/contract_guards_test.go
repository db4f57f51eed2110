package projects_test

import (
	"context"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// half certifies half of the clinic, with its advance paid.
func (b *contractBureau) half() {
	b.t.Helper()
	b.mustCarry("contract", clinicContract())
	b.pay("advance", "R-1", "2025-03-01", "2340000.00")
	b.mustCarry("certificate", percentDone("2025-06-20", "CN-1", "50"))
}

// What the functions of a contract refuse is refused by its row too, even to the owner of the table: each attack is alone
// against the rule it would break.
func TestAttacksOnTheRowOfAContract(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.half() // certified 3,900,000.00, recouped 1,170,000.00, kept 117,000.00, payable 2,613,000.00
	super := pgtest.Superuser(t, b.db)
	for _, tt := range []struct{ rule, change string }{
		{"advance_within_terms", "advance_held = 0.01"},
		{"advance_within_terms", "advance_terms = 2339999.99"},
		{"recouped_within_advance", "advance_paid = 1169999.99, advance_terms = 1169999.99"},
		{"certified_within_price", "price = 3899999.99, funded = 1"},
		{"certified_adds_up", "certified_payable = certified_payable + 0.01"},
		{"certified_adds_up", "certified = certified - 0.01"},
		{"certified_adds_up", "retention_kept = retention_kept - 0.01"},
		{"certified_adds_up", "claimed = 0.01"},
		{"paid_within_certified", "payable_held = 2613000.01"},
		{"paid_within_certified", "payable_paid = 2613000.01"},
		{"retention_within_rate", "retention_kept = 117000.01, certified_payable = 2612999.99"},
		{"retention_within_rate", "retention_rate = 2.9"},
		{"retention_of_works_at_most_three_percent", "retention_rate = 3.01"},
		{"retention_within_kept", "retention_held = 117000.01"},
		{"retention_within_kept", "retention_paid = 100000.00, retention_forfeited = 17000.01"},
		{"returned_within_claim", "claim_returned = 0.01"},
		{"funded_within_price", "funded = 7800000.01"},
		{"settled_is_whole", "state = 'settled', advance_paid = advance_recouped"},
		{"settled_is_whole", "settled_price = 3900000.00"},
		{"settled_is_whole", "state = 'settled', settled_price = 3899999.99, settled_on = '2025-12-01', advance_paid = advance_recouped"},
		{"settled_closes_advance", "state = 'settled', settled_price = certified, settled_on = '2025-12-01'"},
		{"terminated_has_day", "state = 'terminated'"},
		{"contracts_payable_held_check", "payable_held = -0.01"},
		{"contracts_advance_held_check", "advance_held = -0.01"},
	} {
		_, err := super.ExecContext(t.Context(), "update projects.contracts set "+tt.change)
		if fault.Code(fault.FromSQL(err)) != "value_invalid" {
			t.Errorf("%s: %v", tt.change, err)
			continue
		}
		tx, err := super.BeginTx(t.Context(), nil)
		b.must(err)
		_, err = tx.ExecContext(t.Context(), "alter table projects.contracts drop constraint "+tt.rule)
		b.must(err)
		if _, err = tx.ExecContext(t.Context(), "update projects.contracts set "+tt.change); err != nil {
			t.Errorf("%s breaks another rule than %s: %v", tt.change, tt.rule, err)
		}
		b.must(tx.Rollback())
	}
	for _, change := range []string{
		"update projects.contract_items set certified_amount = amount + 0.01", "update projects.contract_items set certified_percent = 100.01",
		"update projects.contract_items set quantity = 1, unit_price = 2", "update projects.certificates set net = net + 0.01", "update projects.contract_funding set amount = 1",
		"delete from projects.contracts", "truncate projects.certificate_items", "delete from projects.settlements where false; delete from projects.certificates",
		"insert into projects.certificates select book_id, contract_id, contract_id, number, day, gross, recouped, retained, deducted, net, certified, payable_now, formula from projects.certificates",
		"insert into projects.settlements values (640303, gen_random_uuid(), (select contract_id from projects.contracts), '2025-12-01', 3000000, 3900000, 899999.99, 0, 0, null, 0)",
	} {
		if _, err := super.ExecContext(t.Context(), change); err == nil {
			t.Errorf("allowed: %s", change)
		}
	}
	service := pgtest.Service(t, b.db)
	for _, change := range []string{
		"update projects.contracts set payable_held = 1", "insert into projects.contract_items select * from projects.contract_items", "update projects.certificates set net = net",
		"select projects.add_certificate(c, c.contract_id, '2025-12-01', '{}', false) from projects.contracts c", "select projects.fund_contract(640303, gen_random_uuid(), gen_random_uuid(), '[]', 1)",
	} {
		if _, err := service.ExecContext(t.Context(), change); err == nil {
			t.Errorf("the service may: %s", change)
		}
	}
	if k := b.contract("CN-1"); k.CertifiedPayable.String() != "2613000.00" {
		t.Errorf("after the attacks %+v", k)
	}
}

// A function of a contract carries out a document at its last signature, and once.
func TestContractFunctionsNeedTheirDocument(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.half()
	doc, err := b.draft("certificate", percentDone("2025-07-20", "CN-1", "10"))
	b.must(err)
	done, err := projects.Documents(t.Context(), b.db, projects.DocumentQuery{Book: book, Kind: "certificate", State: "certified", Limit: 1})
	b.must(err)
	for _, tt := range []struct{ name, call, code string }{
		{"a draft certificate", "certify_contract(640303, '" + doc.ID.String() + "')", "step_not_allowed"},
		{"a certificate again", "certify_contract(640303, '" + done[0].ID.String() + "')", "step_not_allowed"},
		{"a certificate as a settlement", "settle_contract(640303, '" + done[0].ID.String() + "')", "step_not_allowed"},
		{"a contract again", "conclude_contract(640303, '" + b.contract("CN-1").ID.String() + "')", "duplicate"},
		{"nothing to hold", "move_on_contract(640303, '" + b.contract("CN-1").ID.String() + "', 'payable', 'hold', 0)", "contract_exceeded"},
		{"a claim to hold", "move_on_contract(640303, '" + b.contract("CN-1").ID.String() + "', 'claim', 'hold', 1)", "contract_exceeded"},
		{"no contract", "move_on_contract(640303, '" + doc.ID.String() + "', 'payable', 'hold', 1)", "document_unknown"},
	} {
		if _, err := b.db.ExecContext(t.Context(), "select projects."+tt.call); fault.Code(fault.FromSQL(err)) != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Each kind of money on a contract is held, given back, paid and returned within what there is, and a refusal shows the sum.
func TestRoomOfAContract(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.half() // payable now 85 % × 3,900,000 − 1,170,000 = 2,145,000
	for _, s := range []struct{ act, kind, amount, code string }{
		{"hold", "payable", "2145000.01", "contract_exceeded"},
		{"hold", "payable", "2145000.00", ""},
		{"hold", "payable", "0.01", "contract_exceeded"},
		{"release", "payable", "2145000.01", "contract_exceeded"},
		{"release", "payable", "145000.00", ""},
		{"pay", "payable", "2000000.01", "contract_exceeded"},
		{"pay", "payable", "2000000.00", ""},
		{"return", "payable", "2000000.01", "contract_exceeded"},
		{"return", "payable", "500000.00", ""},
		{"hold", "payable", "645000.00", ""},
		{"hold", "payable", "0.01", "contract_exceeded"},
		{"hold", "retention", "117000.01", "contract_exceeded"},
		{"hold", "retention", "117000.00", ""},
		{"pay", "retention", "117000.00", ""},
		{"return", "retention", "117000.01", "contract_exceeded"},
		{"return", "retention", "17000.00", ""},
		{"hold", "advance", "0.01", "contract_exceeded"},
		{"return", "advance", "1170000.01", "contract_exceeded"},
		{"return", "advance", "1170000.00", ""},
		{"hold", "advance", "1170000.00", ""},
	} {
		if err := b.room(s.act, s.kind, s.amount); fault.Code(err) != s.code {
			t.Errorf("%s %s %s: %v", s.act, s.kind, s.amount, err)
		}
	}
}

// Of two requests that each fit alone, one is held: the second waits for the first and then sees what it left.
func TestTwoRequestsForOnePayable(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.half()
	k := b.contract("CN-1")
	first, err := b.db.BeginTx(t.Context(), nil)
	b.must(err)
	b.must(projects.ContractRoom["hold"](t.Context(), first, book, k.ID, "payable", yuan("1500000.00")))
	var second error
	var wait sync.WaitGroup
	wait.Go(func() {
		second = b.db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			return projects.ContractRoom["hold"](ctx, tx, book, k.ID, "payable", yuan("1500000.00"))
		})
	})
	for waiting := 0; waiting == 0; { // until it stands behind the first
		b.must(b.db.NewRaw(`select count(*) from pg_locks where not granted`).Scan(t.Context(), &waiting))
	}
	b.must(first.Commit())
	if wait.Wait(); fault.Code(second) != "contract_exceeded" {
		t.Errorf("both held: %v", second)
	}
	if k = b.contract("CN-1"); !k.PayableHeld.Equal(accounting.MustMoney("1500000.00")) {
		t.Errorf("held %s", k.PayableHeld)
	}
}
