package projects

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// DocumentVerb is something people do with a document, with the roles that may on some kind of it. projects.steps() in the
// database decides for the kind and the state it is in; this list lets a program see beforehand what is offered to whom.
type DocumentVerb struct {
	Name   string
	NameZH string
	NameEN string
	Roles  []string
}

// Documents are written by those who have a desk; auditors and inspectors read.
var desks = []string{"budget_officer", "treasury_officer", "project_clerk", "project_head", "lead_approver", "supervisor", "admin"}

// DocumentVerbs lists what can be done with documents. A verb that somebody outside may sign on paper is every desk's,
// because whoever compares the paper with the document need not be able to sign it.
func DocumentVerbs() []DocumentVerb {
	return []DocumentVerb{
		{"submit", "提交", "Submit", []string{"budget_officer", "treasury_officer", "project_clerk", "project_head", "lead_approver", "admin"}},
		{"file", "填报", "File", []string{"project_clerk"}},
		{"sign", "签订", "Sign", []string{"project_head"}},
		{"supervise", "监理签认", "Sign as the supervisor", desks},
		{"verify", "核实", "Verify", []string{"project_head"}},
		{"certify", "核定", "Certify", []string{"lead_approver"}},
		{"review", "复核", "Review", desks},
		{"finance_review", "财政审核", "Review for the bureau", []string{"budget_officer"}},
		{"lead_approve", "牵头单位审批", "Approve as a lead unit", []string{"lead_approver"}},
		{"countersign", "会签", "Sign beside the approver, on paper", desks},
		{"approve", "审批", "Approve", []string{"budget_officer", "treasury_officer", "project_head", "lead_approver", "admin"}},
		{"publish", "公示", "Publish", []string{"project_head"}},
		{"lock", "锁定", "Lock", []string{"lead_approver"}},
		{"post", "记账", "Post", []string{"budget_officer", "treasury_officer", "project_head"}},
		{"wait", "待拨", "Wait for cash", []string{"treasury_officer"}},
		{"order", "下达支付令", "Order the payment", []string{"treasury_officer"}},
		{"return", "退回", "Return to the maker", []string{"budget_officer", "treasury_officer", "project_head", "lead_approver", "supervisor"}},
		{"reject", "不予同意", "Reject", []string{"budget_officer", "treasury_officer", "project_head", "admin"}},
		{"recall", "撤回", "Take back before it is ordered", []string{"project_clerk"}},
		{"cancel_order", "撤销支付令", "Cancel what is left of an order", []string{"treasury_officer"}},
		{"withdraw", "作废", "Withdraw for good", []string{"budget_officer", "treasury_officer", "project_clerk", "project_head", "lead_approver", "admin"}},
	}
}

// drafters are the roles that make documents of a kind.
var drafters = map[DocumentKind][]string{
	"budget": {"budget_officer"}, "year_end": {"budget_officer"},
	"contract": {"project_clerk"}, "change_order": {"project_clerk"}, "settlement": {"project_clerk"}, "termination": {"project_clerk"},
	"certificate": {"project_clerk"}, "payment_request": {"project_clerk"}, "subsidy_batch": {"project_clerk"},
	"completion": {"project_clerk"}, "final_account": {"project_clerk"}, "milestone": {"project_clerk"},
	"payee": {"project_clerk", "treasury_officer"}, "fund": {"project_clerk", "treasury_officer"}, "refund": {"project_clerk", "treasury_officer"},
	"allocation": {"budget_officer"}, "cash_plan": {"budget_officer"}, "injection_record": {"project_clerk"}, "village_record": {"project_clerk"},
	"opening": {"budget_officer"},
	// of the first three the budget officer only while the book has no administrator
	"role_grant": {"admin", "budget_officer"}, "departure": {"admin", "budget_officer"}, "account": {"admin", "budget_officer"}, "setting": {"admin", "budget_officer"},
	"delegation":     {"budget_officer", "treasury_officer", "project_clerk", "project_head", "lead_approver"},
	"manual_voucher": {"budget_officer", "treasury_officer", "project_clerk"}, "correction": {"budget_officer", "treasury_officer", "project_clerk"},
}

// Drafters are the roles that make documents of a kind; of the empty kind: of any.
func Drafters(kind DocumentKind) []string {
	if kind != "" {
		return drafters[kind]
	}
	var all []string
	for _, d := range desks {
		for _, roles := range drafters {
			if slices.Contains(roles, d) && !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all
}

// DeskRoles are the roles that do something with documents.
func DeskRoles() []string { return slices.Clone(desks) }

// PossibleVerbs lists what a person in a role can do with a document now, as far as role, state and duties tell: the
// number of persons and the organisations are asked when it is done.
func PossibleVerbs(ctx context.Context, db bun.IDB, book accounting.BookID, document uuid.UUID, who accounting.Actor) ([]string, error) {
	verbs := []string{}
	err := db.NewRaw(`select distinct s.verb from projects.documents d join projects.steps() s on s.kind = d.kind and s.from_state = d.state and s.flow in ('', d.flow)
		where d.book_id = ?0 and d.document_id = ?1 and not projects.is_left_to_admin(d.book_id, d.kind, s.duty, ?4) and ?4 not in ('auditor', 'inspector') and projects.reaches(d, ?4, ?3)
			and (?4 = any (s.roles) and not exists (select from projects.duties x where x.book_id = d.book_id and x.document_id = d.document_id and x.person_id = ?2 and x.duty <> s.duty)
				or 'outside' = any (s.roles) and exists (select from projects.outside_acts o where o.book_id = d.book_id and o.document_id = d.document_id and o.verb = s.verb
					and o.checked_by is null and o.entered_by <> ?2 and o.document_hash = d.content_hash))
			and (projects.holds(d.book_id, ?2, ?3, ?4, null) or exists (select from projects.delegations g where g.book_id = d.book_id and g.to_person = ?2 and g.unit_id = ?3 and g.role = ?4
				and projects.holds(d.book_id, ?2, ?3, ?4, g.from_person)))
		order by s.verb`, book, document, who.Person, who.Unit, who.Role).Scan(ctx, &verbs)
	return verbs, fault.FromSQL(err)
}

// OutsideVerbs lists what somebody without an account may sign on paper now, of a document that whoever asks writes.
func OutsideVerbs(ctx context.Context, db bun.IDB, book accounting.BookID, document uuid.UUID, who accounting.Actor) ([]string, error) {
	verbs := []string{}
	err := db.NewRaw(`select distinct s.verb from projects.documents d join projects.steps() s on s.kind = d.kind and s.from_state = d.state and s.flow in ('', d.flow)
		where d.book_id = ? and d.document_id = ? and 'outside' = any (s.roles) and ? not in ('auditor', 'inspector') and projects.reaches(d, ?, ?) order by s.verb`, book, document, who.Role, who.Role, who.Unit).Scan(ctx, &verbs)
	return verbs, fault.FromSQL(err)
}

// WaitingOutsideAct is a signature on paper that somebody entered and nobody has checked yet.
type WaitingOutsideAct struct {
	ID        uuid.UUID           `bun:"outside_act_id"`
	Verb      string              `bun:"verb"`
	Name      string              `bun:"name"`
	Office    string              `bun:"office"`
	Day       accounting.Date     `bun:"day"`
	Paper     accounting.Hash     `bun:"paper_hash"`
	EnteredBy accounting.PersonID `bun:"entered_by"`
}

// WaitingOutsideActs lists the signatures on a document's present content that wait for the second person.
func WaitingOutsideActs(ctx context.Context, db bun.IDB, book accounting.BookID, document uuid.UUID) ([]WaitingOutsideAct, error) {
	var waiting []WaitingOutsideAct
	err := db.NewRaw(`select o.outside_act_id, o.verb, o.name, o.office, o.day, o.paper_hash, o.entered_by
		from projects.outside_acts o join projects.documents d on d.book_id = o.book_id and d.document_id = o.document_id and d.content_hash = o.document_hash
		where o.book_id = ? and o.document_id = ? and o.checked_by is null order by o.outside_act_id`, book, document).Scan(ctx, &waiting)
	return waiting, fault.FromSQL(err)
}
