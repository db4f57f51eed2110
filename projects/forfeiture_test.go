package projects_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// Retention is forfeited by a document of two persons that says why: the contract keeps less, the ledger owes less, and no
// more than what nobody asked for. Past the document nobody forfeits what a contract made here keeps.
func TestRetentionIsForfeitedByDocument(t *testing.T) {
	t.Parallel()
	b := newContractBureau(t)
	b.half() // 117,000.00 kept
	forfeit := func(amount, why string) *projects.Completion {
		c := &projects.Completion{EventPaper: projects.EventPaper{Paper: paperOf("2025-08-01"), Node: "2025-05", Event: "ForfeitRetention",
			Input: json.RawMessage(fmt.Sprintf(`{"project":"2025-05","contract":"CN-1","amount":"%s","cost":"1613.01"}`, amount))}}
		c.Memo = why
		return c
	}
	if _, err := b.draft("completion", forfeit("10000.00", "")); fault.Code(err) != "reason_required" {
		t.Errorf("without a reason: %v", err)
	}
	doc, err := b.draft("completion", forfeit("17000.00", "缺陷未修复"))
	b.must(err)
	_, err = b.clerk.take(doc, "submit")
	b.must(err)
	if k := b.contract("CN-1"); !k.RetentionForfeited.IsZero() {
		t.Errorf("forfeited before its approval: %s", k.RetentionForfeited)
	}
	if _, err := b.clerk.take(doc, "approve"); err == nil {
		t.Error("its maker approved it")
	}
	taken, err := b.lead.take(doc, "approve")
	b.must(err)
	if k := b.contract("CN-1"); k.RetentionForfeited.String() != "17000.00" || k.RetentionKept.String() != "117000.00" || len(taken.Receipts) != 1 {
		t.Errorf("forfeited %s of %s, %d vouchers", k.RetentionForfeited, k.RetentionKept, len(taken.Receipts))
	}
	var owed accounting.Money
	b.must(b.db.NewRaw(`select sum(l.credit - l.debit) from accounting.lines l where l.account in ('2307.01', '2502.01')`).Scan(t.Context(), &owed))
	if owed.String() != "100000.00" {
		t.Errorf("the ledger owes a retention of %s", owed)
	}
	more, err := b.draft("completion", forfeit("100000.01", "缺陷未修复"))
	b.must(err)
	if _, err = b.clerk.take(more, "submit"); err == nil {
		_, err = b.lead.take(more, "approve")
	}
	if err == nil || !strings.Contains(err.Error(), "0.01") {
		t.Errorf("a fen more than is kept: %v", err)
	}
	e := projects.ForfeitRetention{Head: b.on("2025-08-02"), Project: "2025-05", Contract: projects.Ref("CN-1"), Amount: yuan("1.00"), Cost: "1613.01"}
	if _, err := b.record(&e); fault.Code(err) != "document_invalid" {
		t.Errorf("past the document: %v", err)
	}
}
