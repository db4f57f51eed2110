package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// WaitingDocument is a document that waits for somebody, with what that person can do to bring it on.
type WaitingDocument struct {
	Document `bun:",extend"`
	Verbs    []string `bun:",array"`
}

// backward are the verbs that bring a document back; that one could is no reason for it to wait on one's desk.
var backward = []string{"return", "reject", "recall", "cancel_order", "withdraw"}

// Waiting 待办 lists what waits for a person in a role, what has waited longest first: as far as role, state and duties
// tell, as PossibleVerbs does for one document. At most limit are listed. The first conditions say nothing that those after them do
// not say as well: they let the index find the few documents that are worth the question.
func Waiting(ctx context.Context, db bun.IDB, book accounting.BookID, who accounting.Actor, limit int) ([]WaitingDocument, error) {
	var waiting []WaitingDocument
	err := db.NewRaw(`with steps as materialized (select s.* from projects.steps() s where s.verb not in (?5) and (?3 = any (s.roles) or 'outside' = any (s.roles)) and not projects.is_left_to_admin(?0, s.kind, s.duty, ?3))
		select d.*, v.verbs from projects.documents d cross join lateral (
			select array_agg(distinct s.verb order by s.verb) as verbs from steps s where s.kind = d.kind and s.from_state = d.state and s.flow in ('', d.flow)
				and (?3 = any (s.roles) and (s.from_state <> 'draft' or d.created_by = ?1)
						and not exists (select from projects.duties x where x.book_id = d.book_id and x.document_id = d.document_id and x.person_id = ?1 and x.duty <> s.duty)
						and not (s.from_state = s.to_state and exists (select from projects.acts a where a.book_id = d.book_id and a.document_id = d.document_id and a.round = d.round and a.verb = s.verb and a.unit_id = ?2))
					or exists (select from projects.outside_acts o where o.book_id = d.book_id and o.document_id = d.document_id and o.verb = s.verb
						and o.checked_by is null and o.entered_by <> ?1 and o.document_hash = d.content_hash))) v
		where d.book_id = ?0 and (exists (select from steps s where s.kind = d.kind and s.from_state = d.state and s.flow in ('', d.flow) and ?3 = any (s.roles) and (s.from_state <> 'draft' or d.created_by = ?1))
				or d.document_id in (select o.document_id from projects.outside_acts o where o.book_id = ?0 and o.checked_by is null))
			and (?3 not in ('project_clerk', 'project_head') or d.unit_id = ?2) and v.verbs is not null and projects.reaches(d, ?3, ?2)
		order by d.since limit ?4`, book, who.Person, who.Unit, who.Role, limit, bun.List(backward)).Scan(ctx, &waiting)
	return waiting, fault.FromSQL(err)
}

// Sent 我发起的 lists what a person wrote and others have on their desks, newest first.
func Sent(ctx context.Context, db bun.IDB, book accounting.BookID, person accounting.PersonID, limit int) ([]Document, error) {
	var sent []Document
	err := db.NewSelect().Model(&sent).Where("book_id = ? and created_by = ? and state <> 'draft' and (kind, state) in (select s.kind, s.from_state from projects.steps() s where s.verb not in ('withdraw', 'reopen'))", book, person).
		OrderExpr("document_id desc").Limit(int64(limit)).Scan(ctx)
	return sent, fault.FromSQL(err)
}
