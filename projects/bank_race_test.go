package projects_test

import (
	"testing"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// bankDoors is the fund's bureau with a door at which commands wait.
type bankDoors struct {
	bankingBureau
	*doors
}

func newBankDoors(t *testing.T) bankDoors {
	t.Helper()
	b := newBankingBureau(t)
	d := bankDoors{b, &doors{&payingBureau{contractBureau: &contractBureau{bureau: b.bureau}}, pgtest.Superuser(t, b.db), 0}}
	_, err := d.super.ExecContext(t.Context(), atTheDoor)
	b.must(err)
	return d
}

// closing confirms the close of a month that was proposed as it stands.
func (d *doors) closing(month accounting.Period, by desk) racer {
	d.t.Helper()
	in := d.mustPropose(month)
	return racer{by, func(c accounting.Command) error {
		_, err := projects.CloseMonth(d.t.Context(), d.db, c, in)
		return err
	}}
}

func (d *doors) withdrawing(i *projects.Import, by desk) racer {
	return racer{by, func(c accounting.Command) error {
		_, err := projects.WithdrawImport(d.t.Context(), d.db, c, i.ID, projects.Withdrawal{Reason: "拿错了"})
		return err
	}}
}

// inEitherOrder lets two acts come upon each other both ways; the codes are those of one and other.
func inEitherOrder(t *testing.T, meets func(t *testing.T, oneFirst bool) (one, other string), first, second [2]string) {
	t.Helper()
	for name, oneFirst := range map[string]bool{"one first": true, "other first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := second
			if oneFirst {
				want = first
			}
			if one, other := meets(t, oneFirst); [2]string{one, other} != want {
				t.Errorf("answers %q and %q, want %q", one, other, want)
			}
		})
	}
}

func (d *doors) meetIn(oneFirst bool, one, other racer) (codeOne, codeOther string) {
	d.t.Helper()
	if oneFirst {
		codes := d.meet(beforeCommit, one, other)
		return codes[0], codes[1]
	}
	codes := d.meet(beforeCommit, other, one)
	return codes[1], codes[0]
}

// A statement is withdrawn while its month is closed: whoever comes second waits. The close that came second does without
// the statement; the withdrawal that came second is refused.
func TestWithdrawalMeetsTheClose(t *testing.T) {
	t.Parallel()
	inEitherOrder(t, func(t *testing.T, withdrawalFirst bool) (string, string) {
		t.Helper()
		d := newBankDoors(t)
		i, err := d.brings("2025-01", "2025-01-04,捐款,甲,,,10.00,10.00,1\n")
		d.must(err)
		one, other := d.meetIn(withdrawalFirst, d.withdrawing(i, d.hai), d.closing(202501, d.tian))
		if s := d.sheet("2025-01"); s.Kept == nil || (s.Bank == nil) != withdrawalFirst {
			t.Errorf("kept %+v", s)
		}
		if found, _ := d.sheetsCheck(); found != "" {
			t.Error(found)
		}
		d.noDeadlock()
		return one, other
	}, [2]string{"", ""}, [2]string{"list_stays", ""})
}

// The same of a treasury list: the kept sheet is without it, or it stays.
func TestWithdrawalOfATreasuryListMeetsTheClose(t *testing.T) {
	t.Parallel()
	inEitherOrder(t, func(t *testing.T, withdrawalFirst bool) (string, string) {
		t.Helper()
		d := newDoors(t)
		d.needsLists()
		list := d.payer.bringsList("2025-01", unknownOne)
		for _, i := range d.items(projects.OpenState) {
			d.explain(i.ID, "跨月")
		}
		one, other := d.meetIn(withdrawalFirst, d.withdrawing(list, d.treasury), d.closing(202501, d.finance))
		if s := d.sheet(202501); s.Kept == nil || s.ListTaken == withdrawalFirst {
			t.Errorf("kept %+v", s)
		}
		d.noDeadlock()
		return one, other
	}, [2]string{"", ""}, [2]string{"list_stays", ""})
}

// A list is withdrawn while it confirms: it is confirmed and stays, or is gone and confirms nothing.
func TestWithdrawalMeetsTheConfirmation(t *testing.T) {
	t.Parallel()
	inEitherOrder(t, func(t *testing.T, withdrawalFirst bool) (string, string) {
		t.Helper()
		d := newDoors(t)
		_, order := d.orderedFees("100.00")
		list := d.payer.bringsList("2025-03", order+",2025-03-14,"+builder+","+contractorAccount+",100.00,,,,")
		withdraws, confirms := d.withdrawing(list, d.finance), d.confirmingList(list, d.treasury)
		defer d.noDeadlock()
		if withdrawalFirst {
			codes := d.meet(beforeCommit, withdraws, confirms)
			return codes[0], codes[1]
		}
		codes := d.meet(atTheNumber, confirms, withdraws)
		return codes[1], codes[0]
	}, [2]string{"", "step_not_allowed"}, [2]string{"list_stays", ""})
}

// Two lines are matched by hand while their month is closed: whoever comes second waits. A match that came second counts
// from the next month, and the kept sheet has both lines open.
func TestHandMatchMeetsTheClose(t *testing.T) {
	t.Parallel()
	inEitherOrder(t, func(t *testing.T, matchFirst bool) (string, string) {
		t.Helper()
		d := newBankDoors(t)
		d.receives("2025-01-03", "1000.00", "捐款")
		d.mustBring("2025-01", "2025-01-30,捐款,甲,,,1000.00,1000.00,1\n")
		pair := projects.BankPair{Bank: d.item("2025-01", "bank_in", "1000.00"), Ours: d.item("2025-01", "unit_in", "1000.00"), Reason: "回单为证"}
		matches := racer{d.tian, func(c accounting.Command) error {
			return projects.MatchBankItems(t.Context(), d.db, c, fundNumber, pair)
		}}
		one, other := d.meetIn(matchFirst, matches, d.closing(202501, d.hai))
		if s := d.sheet("2025-01"); s.Kept == nil || (len(s.Items) == 0) != matchFirst || (len(s.Matches) == 1) != matchFirst {
			t.Errorf("kept %s", short(s))
		}
		if s := d.sheet("2025-02"); len(s.Items) != 0 {
			t.Errorf("the month after: %s", short(s))
		}
		if found, _ := d.sheetsCheck(); found != "" {
			t.Error(found)
		}
		d.noDeadlock()
		return one, other
	}, [2]string{"", ""}, [2]string{"", ""})
}

// One line of the bank is matched by hand with two of ours at once: one of them is.
func TestHandMatchesMeet(t *testing.T) {
	t.Parallel()
	d := newBankDoors(t)
	d.receives("2025-01-03", "1000.00", "捐款")
	d.receives("2025-01-04", "1000.00", "捐款")
	d.mustBring("2025-01", "2025-01-30,捐款,甲,,,1000.00,1000.00,1\n")
	bank := d.item("2025-01", "bank_in", "1000.00")
	var racers []racer
	for _, i := range d.sheet("2025-01").Items {
		if i.Side == "unit_in" {
			racers = append(racers, racer{d.tian, func(c accounting.Command) error {
				return projects.MatchBankItems(t.Context(), d.db, c, fundNumber, projects.BankPair{Bank: bank, Ours: i.ID, Reason: "回单为证"})
			}})
		}
	}
	if codes := d.meet(beforeCommit, racers[0], racers[1]); codes != [2]string{"", "document_unknown"} {
		t.Errorf("answers %q", codes)
	}
	d.noDeadlock()
}

// The same statement is brought twice at once: the second waits and gets the first one's answer.
func TestSameStatementTwiceAtOnce(t *testing.T) {
	t.Parallel()
	d := newBankDoors(t)
	r := d.statement("2025-03", bankHeading+"2025-03-04,捐款,甲,,,1000.00,1000.00,1\n")
	if codes := d.meet(beforeCommit, d.bringing(r, d.tian), d.bringing(r, d.tian)); codes != [2]string{"", ""} {
		t.Errorf("answers %q", codes)
	}
	if n := d.countAll(`select count(*) * 10 + (select count(*) from projects.bank_lines) from projects.imports`); n != 11 {
		t.Errorf("lists and lines: %d", n)
	}
	d.noDeadlock()
}
