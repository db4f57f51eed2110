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
// tell, as PossibleVerbs does for one document. At most limit are listed. What may wait is found in the index by kind, state
// and unit, and is judged in its order until the list is full.
func Waiting(ctx context.Context, db bun.IDB, book accounting.BookID, who accounting.Actor, limit int) ([]WaitingDocument, error) {
	var waiting []WaitingDocument
	err := db.NewRaw(`with steps as materialized (select s.* from projects.steps() s where s.verb not in (?5) and (?3 = any (s.roles) or 'outside' = any (s.roles)) and not projects.is_left_to_admin(?0, s.kind, s.duty, ?3)),
		found as materialized (
			select d.document_id, d.since from (select distinct s.kind, s.from_state, s.flow from steps s where ?3 = any (s.roles)) p
			cross join lateral (select x.document_id, x.since from projects.documents x where x.book_id = ?0 and x.kind = p.kind and x.state = p.from_state and p.flow in ('', x.flow)
				and (p.from_state <> 'draft' or x.created_by = ?1) and (?3 not in ('project_clerk', 'project_head') or x.unit_id = ?2) offset 0) d
			union select x.document_id, x.since from projects.outside_acts o join projects.documents x on x.book_id = o.book_id and x.document_id = o.document_id where o.book_id = ?0 and o.checked_by is null)
		select d.*, v.verbs from (select f.document_id, f.since from found f order by f.since, f.document_id offset 0) f
		cross join lateral (select x.* from projects.documents x where x.book_id = ?0 and x.document_id = f.document_id and projects.reaches(x, ?3, ?2) offset 0) d
		cross join lateral (
			select array_agg(distinct s.verb order by s.verb) as verbs from steps s where s.kind = d.kind and s.from_state = d.state and s.flow in ('', d.flow)
				and (?3 = any (s.roles) and (s.from_state <> 'draft' or d.created_by = ?1)
						and not exists (select from projects.duties x where x.book_id = d.book_id and x.document_id = d.document_id and x.person_id = ?1 and x.duty <> s.duty)
						and not (s.from_state = s.to_state and exists (select from projects.acts a where a.book_id = d.book_id and a.document_id = d.document_id and a.round = d.round and a.verb = s.verb and a.unit_id = ?2))
					or exists (select from projects.outside_acts o where o.book_id = d.book_id and o.document_id = d.document_id and o.verb = s.verb
						and o.checked_by is null and o.entered_by <> ?1 and o.document_hash = d.content_hash))) v
		where v.verbs is not null order by f.since, f.document_id limit ?4`, book, who.Person, who.Unit, who.Role, limit, bun.List(backward)).Scan(ctx, &waiting)
	return waiting, fault.FromSQL(err)
}

// Sent 我发起的 lists what a person wrote and others have on their desks, newest first.
func Sent(ctx context.Context, db bun.IDB, book accounting.BookID, person accounting.PersonID, limit int) ([]Document, error) {
	var sent []Document
	err := db.NewSelect().Model(&sent).Where("book_id = ? and created_by = ? and state <> 'draft' and (kind, state) in (select s.kind, s.from_state from projects.steps() s where s.verb not in ('withdraw', 'reopen'))", book, person).
		OrderExpr("document_id desc").Limit(int64(limit)).Scan(ctx)
	return sent, fault.FromSQL(err)
}
