package projects_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// owned are the open items of a person at the end of a day, in words.
func (b *bureau) owned(who accounting.Actor, day string) string {
	b.t.Helper()
	var words []string
	b.must(accounting.Read(accounting.WithReader(b.t.Context(), who), b.db, func(ctx context.Context, tx bun.Tx) error {
		items, err := projects.OwnedItems(ctx, tx, book, who.Person, accounting.MustDate(day))
		for _, i := range items {
			words = append(words, i.Kind+" "+i.Day.String()+" "+i.Amount.String()+" "+i.Reason)
		}
		return err
	}))
	return strings.Join(words, ", ")
}

// Whoever was named as the owner of what is open is told of it until it is cleared, and nobody else.
func TestOwnersAreToldOfWhatIsOpen(t *testing.T) {
	t.Parallel()
	b := newBankingBureau(t)
	b.receives("2025-03-03", "1000.00", "捐款")
	b.helps("2025-03-31", "50.00")
	b.mustBring("2025-03", "2025-03-04,捐款,甲,0101,,1000.00,1000.00,20250303001\n2025-03-31,结息,,,,1.23,1001.23,20250331001\n")
	for _, i := range b.sheet("2025-03").Items {
		b.must(projects.ExplainBankItem(t.Context(), b.db, b.tian.command(), fundNumber, 202503, i.ID, projects.BankItemReason{Reason: "跨月", Owner: "wu"}))
	}
	if got, want := b.owned(b.wu.command().By, "2025-03-31"), "bank 2025-03-31 50.00 跨月, bank 2025-03-31 1.23 跨月"; got != want && got != "bank 2025-03-31 1.23 跨月, bank 2025-03-31 50.00 跨月" {
		t.Errorf("the owner is told %q, want %q", got, want)
	}
	if got := b.owned(b.tian.command().By, "2025-03-31"); got != "" {
		t.Errorf("who named the owner is told %q", got)
	}
	b.receives("2025-04-02", "1.23", "结息")
	b.mustBring("2025-04", "2025-04-01,救助,丁,0104,50.00,,951.23,20250401001\n")
	if got := b.owned(b.wu.command().By, "2025-04-30"); got != "" {
		t.Errorf("after both are cleared the owner is told %q", got)
	}
}

func TestOwnersAreToldOfTheTreasurysItems(t *testing.T) {
	t.Parallel()
	b := newPayingBureau(t)
	b.payer.bringsList("2025-03", "64030325000003,2025-03-19,某超市,6402-9999,70.00,,,办公用品,", "合计,,,,70.00,,,,")
	items := b.items(projects.OpenState)
	if len(items) != 1 {
		t.Fatalf("open: %v", items)
	}
	b.explain(items[0].ID, "他单位支付")
	var tian accounting.Actor
	b.must(b.db.NewRaw(`select person_id as person, unit_id as unit, 'budget_officer' as role from accounting.persons where book_id = ? and code = 'tian'`, book).Scan(t.Context(), &tian.Person, &tian.Unit, &tian.Role))
	if got, want := b.owned(tian, "2025-03-31"), "treasury 2025-03-19 70.00 他单位支付"; got != want {
		t.Errorf("the owner is told %q, want %q", got, want)
	}
	if got := b.owned(b.treasury.command().By, "2025-03-31"); strings.Contains(got, "70.00") && b.treasury.command().By.Person != tian.Person {
		t.Errorf("who does not own it is told %q", got)
	}
}
