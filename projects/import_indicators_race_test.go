package projects_test

import (
	"strings"
	"testing"
)

const (
	clinicFirst = "红财指〔2025〕7号,2025,2025-05,,,一般公共预算,2100302,31001,10.00,追加,2025-03-01"
	clinicNext  = "红财指〔2025〕8号,2025,2025-05,,,一般公共预算,2100302,31001,20.00,追加,2025-03-01"
)

// Two officers who bring lists of indicators at once: the second waits for the first and compares with what it brought, so each
// number is one document and each new budget line is made once.
func TestIndicatorListsMeet(t *testing.T) {
	t.Parallel()
	onFund := func(row, class string) string {
		return strings.NewReplacer("一般公共预算,2100302", "政府性基金,"+class).Replace(row)
	}
	for name, x := range map[string]struct {
		first, second           string
		lists, documents, lines int
		code                    string
	}{
		"the same list":           {clinicFirst, clinicFirst, 1, 1, 2, ""},
		"a longer one":            {clinicFirst, clinicFirst + "\n" + clinicNext, 2, 2, 2, ""},
		"one that disagrees":      {clinicFirst, "红财指[2025]7号,2025,2025-05,,,一般公共预算,2100302,31001,10.01,追加,2025-03-01", 1, 1, 2, "list_invalid"},
		"both make a budget line": {onFund(clinicFirst, ""), onFund(clinicNext, "2100302"), 2, 2, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoors(t)
			codes := d.meet(beforeCommit, d.bringing(d.finance.indicators(x.first), d.finance), d.bringing(d.second.indicators(x.second), d.second))
			if codes != [2]string{"", x.code} {
				t.Errorf("answers %q", codes)
			}
			lists, documents, lines := d.countAll(`select count(*) from projects.imports`), d.countAll(`select count(*) from projects.documents where kind = 'budget'`), d.countAll(`select count(*) from accounting.budget_lines`)
			if lists != x.lists || documents != x.documents || lines != x.lines {
				t.Errorf("%d lists, %d documents, %d budget lines", lists, documents, lines)
			}
			d.noDeadlock()
		})
	}
}

// A list's number and the same number typed by hand are approved at once: the second waits at the number, however it is written,
// and is refused.
func TestListAndTypedNumberMeet(t *testing.T) {
	t.Parallel()
	for name, listFirst := range map[string]bool{"the list first": true, "the typed one first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoors(t)
			b := &budgetBureau{bureau: d.bureau, ma: d.finance, li: d.second}
			row := `[{"budget_line":"2025-05/2025","amount":"10.00"}]`
			list := b.typed("红财指〔2025〕7号", "Indicators", `{"rows":`+row+`}`)
			typed := b.typed("红财指［2025］7号", "Supplement", `{"budget_line":"2025-05/2025","amount":"10.00"}`)
			first, second := list, typed
			if !listFirst {
				first, second = typed, list
			}
			before := d.countAll(`select count(*) from accounting.vouchers`)
			if codes := d.meet(beforeCommit, d.taking(first, d.second, "approve"), d.taking(second, d.second, "approve")); codes != [2]string{"", "document_no_used"} {
				t.Errorf("answers %q", codes)
			}
			if n := d.countAll(`select count(*) from accounting.vouchers`) - before; n != 1 {
				t.Errorf("%d vouchers", n)
			}
			d.noDeadlock()
		})
	}
}
