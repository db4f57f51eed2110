package projects_test

import (
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// bringing is somebody's list, kept at the door like other acts.
func (d *doors) bringing(r projects.ImportRequest, by desk) racer {
	return racer{by, func(c accounting.Command) error {
		_, err := projects.TakeIn(d.t.Context(), d.db, d.files, c, r, func(int, int) {})
		return err
	}}
}

// confirmingList confirms a list of one row and answers what became of that.
func (d *doors) confirmingList(list *projects.Import, by desk) racer {
	return racer{by, func(c accounting.Command) error {
		all, err := projects.ConfirmTreasuryList(d.t.Context(), d.db, c, list.ID, projects.ConfirmTreasury{})
		if err == nil && len(all) == 1 && !all[0].Confirmed {
			return fault.Conflict(all[0].Code, "%s", all[0].Detail)
		}
		return err
	}}
}

const (
	unknownOne = "64030325000001,2025-01-14,某公司,6402-9999,10.00,,,,"
	unknownTwo = "64030325000002,2025-01-15,某公司,6402-9999,20.00,,,,"
)

// Lists of the treasury that are brought at once: the second waits for the first, and each row is there once.
func TestTreasuryListsMeet(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		second []string
		lists  int
		code   string
	}{
		"the same list":      {[]string{unknownOne}, 1, ""},
		"a longer one":       {[]string{unknownOne, unknownTwo}, 2, ""},
		"one that disagrees": {[]string{"64030325000001,2025-01-14,某公司,6402-9999,10.01,,,,"}, 1, "list_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoors(t)
			codes := d.meet(beforeCommit, d.bringing(d.payer.treasuryList("2025-01", unknownOne), d.payer), d.bringing(d.treasury.treasuryList("2025-01", x.second...), d.treasury))
			if codes != [2]string{"", x.code} {
				t.Errorf("answers %q", codes)
			}
			if lists, rows := d.countAll(`select count(*) from projects.imports`), d.countAll(`select count(*) from projects.treasury_payments`); lists != x.lists || rows != x.lists {
				t.Errorf("%d lists, %d rows", lists, rows)
			}
			d.noDeadlock()
		})
	}
}

// A list and the close of its month: whoever comes second waits. A list that came first is looked at by the close; one that
// came second is late, and what it shows is carried by the next month.
func TestTreasuryListMeetsTheClose(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		listFirst bool
		codes     [2]string
	}{"the list first": {true, [2]string{"", "close_blocked"}}, "the close first": {false, [2]string{"", ""}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoors(t)
			d.needsLists()
			closes := d.closing(202501, d.finance)
			brings := d.bringing(d.payer.treasuryList("2025-01", unknownOne), d.payer)
			first, second := closes, brings
			if x.listFirst {
				first, second = brings, closes
			}
			if codes := d.meet(beforeCommit, first, second); codes != x.codes {
				t.Errorf("answers %q", codes)
			}
			if !x.listFirst && d.blocking(202502) != 1 {
				t.Errorf("what came late does not stand in the way of the next month")
			}
			d.noDeadlock()
		})
	}
}

// One line, by the list and by its receipt at once: it is paid once, whoever comes first.
func TestConfirmingByListAndByReceiptMeet(t *testing.T) {
	t.Parallel()
	for name, byListFirst := range map[string]bool{"the list first": true, "the receipt first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoors(t)
			doc, order := d.orderedFees("100.00")
			list := d.payer.bringsList("2025-03", order+",2025-03-14,"+builder+","+contractorAccount+",100.00,,,,")
			d.must(projects.EnterReceipt(t.Context(), d.db, d.payer.command(), doc.Number, 1, projects.Receipt{Date: accounting.MustDate("2025-03-14"), Serial: order}))
			first, second := d.confirming(doc, d.finance, 1), d.confirmingList(list, d.treasury)
			if byListFirst {
				first, second = second, first
			}
			if codes := d.meet(atTheNumber, first, second); codes != [2]string{"", "step_not_allowed"} {
				t.Errorf("answers %q", codes)
			}
			if n := d.countAll(`select count(*) from accounting.lines where account = '9401'`); n != 1 {
				t.Errorf("paid %d times", n)
			}
			if got := d.kinds(projects.OpenState); got != "" {
				t.Errorf("open: %s", got)
			}
			d.noDeadlock()
		})
	}
}
