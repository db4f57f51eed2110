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

// DocumentKind is what sort of document it is; projects.steps() in the database has the steps of each.
type DocumentKind string

// Flow is the row of desks a document passes.
type Flow string

const (
	WorksFlow Flow = "works" // five desks
	SmallFlow Flow = "small" // villages and small direct payments: maker, checker, payer
)

// Document 单据 is what people draft, review, approve and carry out. Its content is canonical JSON; an act binds to the
// hash of exactly that. Its state moves only by Take.
type Document struct {
	bun.BaseModel `bun:"table:projects.documents,alias:document" json:"-"`

	Book      accounting.BookID    `bun:"book_id,pk" json:"-"`
	ID        uuid.UUID            `bun:"document_id,pk" json:"id"`
	Kind      DocumentKind         `json:"kind"`
	Number    string               `json:"number"`
	Unit      accounting.UnitID    `bun:"unit_id" json:"unit_id"`
	Node      accounting.ProjectID `bun:"node_id,nullzero" json:"node_id,omitzero"`
	Flow      Flow                 `json:"flow"`
	Amount    *accounting.Money    `json:"amount,omitempty"` // yuan
	Content   json.RawMessage      `bun:"content,type:text" json:"content"`
	Hash      accounting.Hash      `bun:"content_hash" json:"hash"`
	State     string               `json:"state"`
	Round     int                  `json:"round"`
	CreatedBy accounting.PersonID  `json:"created_by"`
	CreatedAt time.Time            `json:"created_at"`
	Since     time.Time            `json:"since"` // when it came to its present desk
}

// Paper is what every document carries besides its own figures.
type Paper struct {
	Unit        string            `json:"unit,omitempty"` // code of the unit whose document it is; empty: the project's accounting unit, else the maker's
	Date        accounting.Date   `json:"date"`
	DocumentNo  string            `json:"document_no,omitempty"` // 文号
	Memo        string            `json:"memo,omitempty"`
	Attachments []accounting.Hash `json:"attachments,omitempty"` // files stored before, by their SHA-256
}

func (p Paper) paper() Paper { return p }

// Content is what a document of one kind says. Inputs are written into the document as they are, so they carry json tags.
type Content interface {
	paper() Paper
	// about finds what the document is about and refuses what no such document says.
	about(ctx context.Context, r resolver) (about, error)
}

// completed is a content with figures that follow from what its maker states. They are computed when it is written, once,
// and a maker who states others is refused with the arithmetic. The answer is a copy: what was asked stays as it came.
type completed interface {
	complete(ctx context.Context, r resolver) (Content, error)
}

// about is what the books of documents keep of a content: the node decides who leads it and who reads it.
type about struct {
	node   string            // code; empty: of no project
	flow   Flow              // empty: works
	amount *accounting.Money // what it comes to, in yuan
}

// effect is what an act brings about beside the new state: postings, registers. It runs in the act's transaction.
type effect func(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error)

// documentType is a kind of document: how its numbers begin, what it says and what its acts bring about.
type documentType struct {
	kind    DocumentKind
	prefix  string
	zh, en  string
	content func() Content
	events  []string          // of an EventPaper: those it may say
	effects map[string]effect // by verb, when the state has moved
}

// DocumentForm is a kind of document as it is offered.
type DocumentForm struct {
	Kind   DocumentKind
	Prefix string
	NameZH string
	NameEN string
	New    func() Content // an empty content to read a request into
	Events []string       // names of the events it may say, where it says one
}

// DocumentForms lists the kinds of documents.
func DocumentForms() []DocumentForm {
	forms := make([]DocumentForm, len(documentTypes))
	for i, t := range documentTypes {
		forms[i] = DocumentForm{t.kind, t.prefix, t.zh, t.en, t.content, t.events}
	}
	return forms
}

func documentTypeOf(kind DocumentKind) (documentType, error) {
	for _, t := range documentTypes {
		if t.kind == kind {
			return t, nil
		}
	}
	return documentType{}, fault.Invalid("document_invalid", "there is no kind of document %q", kind)
}

// contentOf reads what a document says.
func contentOf[T any](d *Document) (T, error) {
	var content T
	if err := json.Unmarshal(d.Content, &content); err != nil {
		return content, fault.Internal(err)
	}
	return content, nil
}

// Draft makes a document of a kind. Codes: role_not_held, document_invalid and those of the kind's content.
func Draft(ctx context.Context, db *bun.DB, c accounting.Command, kind DocumentKind, content Content) (*Document, error) {
	c.Name, c.Body = string(kind)+".draft", content
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Document, error) {
		return draft(ctx, tx, c, kind, content)
	})
}

// draft is Draft within a transaction.
func draft(ctx context.Context, tx bun.Tx, c accounting.Command, kind DocumentKind, content Content) (*Document, error) {
	t, err := documentTypeOf(kind)
	if err != nil {
		return nil, err
	}
	d, err := describe(ctx, tx, c, content)
	if err != nil {
		return nil, err
	}
	err = tx.NewRaw(`select projects.draft(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, accounting.NewID(), kind, t.prefix, content.paper().Date.Year(),
		d.Unit, nullable(d.Node.UUID), d.Flow, d.Amount, string(d.Content), c.By.Person, c.By.Unit, c.By.Role).Scan(ctx, &d.Number)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	return documentByNumber(ctx, tx, c.Book, d.Number)
}

// Revise changes what a document says, at its maker's desk only: a filed one is recalled first. Codes: document_unknown,
// step_not_allowed and those of the kind's content.
func Revise(ctx context.Context, db *bun.DB, c accounting.Command, id uuid.UUID, content Content) (*Document, error) {
	c.Name, c.Body, c.Target = "document.revise", content, id
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Document, error) {
		d, err := describe(ctx, tx, c, content)
		if err != nil {
			return nil, err
		}
		if _, err = tx.ExecContext(ctx, `select projects.revise(?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Book, id, nullable(d.Node.UUID), d.Flow, d.Amount, string(d.Content),
			c.By.Person, c.By.Unit, c.By.Role); err != nil {
			return nil, fault.FromSQL(err)
		}
		return FindDocument(ctx, tx, c.Book, id)
	})
}

// describe checks a content and finds whose document it is.
func describe(ctx context.Context, tx bun.Tx, c accounting.Command, content Content) (Document, error) {
	d := Document{Book: c.Book, Unit: c.By.Unit, Flow: WorksFlow}
	p := content.paper()
	if p.Date.IsZero() {
		return d, fault.Invalid("date_invalid", "date: the day of the document is missing")
	}
	for _, t := range []struct {
		field, text string
		most        int
	}{{"memo", p.Memo, 500}, {"document_no", p.DocumentNo, 100}} { // both go into the summary of the voucher
		if t.text == "" {
			continue
		}
		if err := accounting.CheckText(t.field, t.text, t.most); err != nil {
			return d, err
		}
	}
	if err := attached(ctx, tx, c, p.Attachments...); err != nil {
		return d, err
	}
	if made, ok := content.(completed); ok {
		var err error
		if content, err = made.complete(ctx, resolver{tx, c}); err != nil {
			return d, err
		}
	}
	a, err := content.about(ctx, resolver{tx, c})
	if err != nil {
		return d, err
	}
	if a.flow != "" {
		d.Flow = a.flow
	}
	d.Amount = a.amount
	if a.node != "" {
		n, err := FindNode(ctx, tx, c.Book, a.node)
		if err != nil {
			return d, err
		}
		if d.Node = n.ID; !n.Unit.IsZero() {
			d.Unit = n.Unit
		}
	}
	if p.Unit != "" {
		if err := tx.NewRaw(`select unit_id from accounting.units where book_id = ? and code = ?`, c.Book, p.Unit).Scan(ctx, &d.Unit); err != nil {
			return d, fault.NotFound("unit_unknown", "there is no unit %q", p.Unit)
		}
	}
	d.Content, err = json.Marshal(content)
	if err != nil {
		return d, fault.Internal(err)
	}
	return d, nil
}

func nullable(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}
