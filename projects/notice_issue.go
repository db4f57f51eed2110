package projects

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// NewNotice is what the drafter of a notice says; all else the books say.
	NewNotice struct {
		Month      accounting.Period   `json:"month"`
		Date       accounting.Date     `json:"date"`
		Demands    []string            `json:"demands,omitempty"`
		OnBehalfOf accounting.PersonID `json:"on_behalf_of,omitzero"`
	}

	// IssuedNotice names the very text that is issued.
	IssuedNotice struct {
		ID         uuid.UUID           `json:"id"`
		Hash       accounting.Hash     `json:"hash"`
		OnBehalfOf accounting.PersonID `json:"on_behalf_of,omitzero"`
	}

	// KeptNotice is a notice as it is kept.
	KeptNotice struct {
		bun.BaseModel `bun:"table:projects.notices,alias:notice" json:"-"`

		Book      accounting.BookID   `bun:"book_id,pk" json:"-"`
		ID        uuid.UUID           `bun:"notice_id,pk" json:"id"`
		Month     accounting.Period   `json:"-"`
		Day       accounting.Date     `json:"date"`
		State     string              `json:"state"`                                // draft, issued, withdrawn
		Issue     int                 `bun:"issue,nullzero" json:"issue,omitempty"` // 第 n 期 of the year
		Content   string              `json:"-"`
		Hash      accounting.Hash     `bun:"content_hash" json:"hash"`
		DraftedBy accounting.PersonID `json:"-"`
		DraftedAt time.Time           `json:"drafted_at"`
		DecidedBy accounting.PersonID `bun:"decided_by,nullzero" json:"-"`
		DecidedAt *time.Time          `json:"decided_at,omitempty"`

		Drafter string `bun:",scanonly" json:"drafted_by"`           // name
		Decider string `bun:",scanonly" json:"decided_by,omitempty"` // name
	}
)

// Says is the notice itself.
func (k *KeptNotice) Says() (*Notice, error) {
	var n Notice
	if err := json.Unmarshal([]byte(k.Content), &n); err != nil {
		return nil, fault.Internal(err)
	}
	return &n, nil
}

// DraftNotice makes the notice of a month from what the books say now; a former draft of the month is withdrawn.
// Codes: notice_invalid, role_not_held, step_not_allowed.
func DraftNotice(ctx context.Context, db *bun.DB, c accounting.Command, in NewNotice) (*KeptNotice, error) {
	c.Name, c.Body = "notice.draft", in
	id, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (uuid.UUID, error) {
		n, err := composeNotice(ctx, tx, c.Book, in.Month, in.Date, in.Demands)
		if err != nil {
			return uuid.Nil, err
		}
		text, err := json.Marshal(n)
		if err != nil {
			return uuid.Nil, fault.Internal(err)
		}
		id := accounting.NewID()
		_, err = tx.ExecContext(ctx, `select projects.draft_notice(?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, id, in.Month, in.Date, string(text), c.By.Person, c.By.Unit, c.By.Role, nullable(in.OnBehalfOf.UUID))
		return id, fault.FromSQL(err)
	})
	if err != nil {
		return nil, err
	}
	return keptNotice(ctx, db, c, id)
}

// keptNotice reads a notice for who has drafted or issued it.
func keptNotice(ctx context.Context, db *bun.DB, c accounting.Command, id uuid.UUID) (k *KeptNotice, err error) {
	err = accounting.Read(accounting.WithReader(ctx, c.By), db, func(ctx context.Context, tx bun.Tx) (err error) {
		k, err = FindNotice(ctx, tx, c.Book, id)
		return err
	})
	return k, err
}

// IssueNotice issues a draft of somebody else. Codes: step_not_allowed, document_changed, same_person, role_not_held.
func IssueNotice(ctx context.Context, db *bun.DB, c accounting.Command, in IssuedNotice) (*KeptNotice, error) {
	c.Name, c.Body, c.Target = "notice.issue", in, in.ID
	_, err := accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (issue int, err error) {
		err = tx.NewRaw(`select projects.issue_notice(?, ?, ?, ?, ?, ?, ?)`, c.Book, in.ID, in.Hash[:], c.By.Person, c.By.Unit, c.By.Role, nullable(in.OnBehalfOf.UUID)).Scan(ctx, &issue)
		return issue, fault.FromSQL(err)
	})
	if err != nil {
		return nil, err
	}
	return keptNotice(ctx, db, c, in.ID)
}

// Notices lists them, the newest first, as far as who asks reads them.
func Notices(ctx context.Context, db bun.IDB, book accounting.BookID) ([]KeptNotice, error) {
	return readNotices(ctx, db, book, uuid.Nil)
}

// FindNotice finds one. Codes: notice_unknown.
func FindNotice(ctx context.Context, db bun.IDB, book accounting.BookID, id uuid.UUID) (*KeptNotice, error) {
	found, err := readNotices(ctx, db, book, id)
	if err == nil && len(found) == 0 {
		err = fault.NotFound("notice_unknown", "there is no notice %s for you", id)
	}
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

func readNotices(ctx context.Context, db bun.IDB, book accounting.BookID, id uuid.UUID) ([]KeptNotice, error) {
	all := []KeptNotice{}
	q := db.NewSelect().Model(&all).ColumnExpr("?TableColumns, d.name as drafter, coalesce(x.name, '') as decider").
		Join("join accounting.persons as d on d.book_id = notice.book_id and d.person_id = notice.drafted_by").
		Join("left join accounting.persons as x on x.book_id = notice.book_id and x.person_id = notice.decided_by").
		Where("notice.book_id = ?", book).OrderExpr("notice.month desc, notice.drafted_at desc")
	if id != uuid.Nil {
		q = q.Where("notice.notice_id = ?", id)
	}
	return all, fault.FromSQL(q.Scan(ctx))
}
