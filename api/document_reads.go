package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// SignerOutput is a person as documents show one.
type SignerOutput struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// DocumentOutput is a document as it stands.
type DocumentOutput struct {
	ID        string          `json:"id" format:"uuid"`
	Kind      string          `json:"kind"`
	Number    string          `json:"number" doc:"编号, such as ZF-2025-0007"`
	Unit      string          `json:"unit" doc:"code of the unit whose document it is"`
	Project   string          `json:"project,omitempty" doc:"code of the project it is about"`
	Flow      string          `json:"flow" doc:"works: five desks, small: three"`
	Amount    *Amount         `json:"amount,omitempty"`
	State     string          `json:"state"`
	Round     int             `json:"round" doc:"rises with each return to the maker"`
	Hash      string          `json:"hash" doc:"SHA-256 of the content; an act is on exactly this"`
	CreatedBy SignerOutput    `json:"created_by"`
	CreatedAt time.Time       `json:"created_at"`
	Since     time.Time       `json:"since" doc:"at its present desk"`
	Content   json.RawMessage `json:"content,omitempty" doc:"what it says; left out in lists"`
}

// ActOutput is what one person did on a document.
type ActOutput struct {
	Ordinal    int               `json:"ordinal"`
	Round      int               `json:"round"`
	Verb       string            `json:"verb"`
	Duty       string            `json:"duty"`
	From       string            `json:"from"`
	To         string            `json:"to"`
	Person     SignerOutput      `json:"person" doc:"who acted; of an outside act, who checked it"`
	Unit       string            `json:"unit" doc:"code"`
	Role       string            `json:"role"`
	OnBehalfOf *SignerOutput     `json:"on_behalf_of,omitempty" doc:"who delegated the role"`
	Hash       string            `json:"hash" doc:"of the content that was shown"`
	Reason     string            `json:"reason,omitempty"`
	At         time.Time         `json:"at"`
	Outside    *OutsideActOutput `json:"outside,omitempty" doc:"an act of somebody without an account, on paper"`
}

// OutsideActOutput is a signature on paper.
type OutsideActOutput struct {
	ID        string       `json:"id,omitempty" format:"uuid" doc:"while it waits for who checks it"`
	Verb      string       `json:"verb,omitempty" doc:"while it waits for who checks it"`
	Name      string       `json:"name"`
	Office    string       `json:"office"`
	Date      string       `json:"date" format:"date"`
	Paper     string       `json:"paper" doc:"SHA-256 of the scan"`
	EnteredBy SignerOutput `json:"entered_by"`
}

// DeskTimeOutput is how long a document stood at a desk.
type DeskTimeOutput struct {
	State   string `json:"state"`
	Seconds int64  `json:"seconds"`
}

// DocumentDetail is a document with all that happened to it.
type DocumentDetail struct {
	DocumentOutput
	Acts        []ActOutput        `json:"acts" nullable:"false"`
	OutsideActs []OutsideActOutput `json:"outside_acts" nullable:"false" doc:"signatures on paper that wait for the second person"`
	DeskTimes   []DeskTimeOutput   `json:"desk_times" nullable:"false"`
	Verbs       []string           `json:"verbs" nullable:"false" doc:"what the sender's role can do with it now"`
}

type (
	documentResponse struct{ Body DocumentOutput }
	takenResponse    struct {
		Body struct {
			Document DocumentOutput  `json:"document"`
			From     string          `json:"from" doc:"state it was in"`
			Complete bool            `json:"complete" doc:"false: it needs more approvers"`
			Receipts []ReceiptOutput `json:"receipts" nullable:"false" doc:"of the vouchers the act posted"`
		}
	}
	enteredResponse struct {
		Body struct {
			ID string `json:"id" format:"uuid" doc:"outside_act of the step that checks it"`
		}
	}
	getDocumentRequest struct {
		ID string `path:"id" format:"uuid"`
	}
	documentDetailResponse struct{ Body DocumentDetail }

	listDocumentsRequest struct {
		Kind    string `query:"kind" maxLength:"40"`
		State   string `query:"state" maxLength:"40"`
		Project string `query:"project" maxLength:"40" doc:"code"`
		Limit   int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		Number  string `query:"number" maxLength:"40" doc:"begins so"`
		Before  string `query:"before" format:"uuid" doc:"next of the page before"`
	}
	listDocumentsResponse struct {
		Body struct {
			Documents []DocumentOutput `json:"documents" nullable:"false"`
			Next      string           `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
)

func (in *listDocumentsRequest) query(book accounting.BookID) projects.DocumentQuery {
	return projects.DocumentQuery{Book: book, Kind: projects.DocumentKind(in.Kind), State: in.State, Node: in.Project, Number: in.Number, Limit: in.Limit + 1}
}

// sumDocuments is the head of listDocuments: how many there are on all pages and what they come to.
func (s *Server) sumDocuments(ctx context.Context, in *listDocumentsRequest) (n int, sum accounting.Money, err error) {
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		n, sum, err = projects.SumDocuments(ctx, tx, in.query(by(ctx).Book))
		return err
	})
	return n, sum, err
}

func (s *Server) listDocuments(ctx context.Context, in *listDocumentsRequest) (*listDocumentsResponse, error) {
	who, q := by(ctx), in.query(by(ctx).Book)
	if in.Before != "" {
		var err error
		if q.Before, err = accounting.ParseID(in.Before); err != nil {
			return nil, err
		}
	}
	out := &listDocumentsResponse{}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		found, err := projects.Documents(ctx, tx, q)
		if err != nil {
			return err
		}
		names, err := namesOf(ctx, tx, who.Book)
		if err != nil {
			return err
		}
		if len(found) > in.Limit { // one more was asked for than the page holds
			found = found[:in.Limit]
			out.Body.Next = found[in.Limit-1].ID.String()
		}
		out.Body.Documents = make([]DocumentOutput, len(found))
		for i := range found {
			if out.Body.Documents[i], err = s.documentOutput(ctx, who.Book, &found[i], names); err != nil {
				return err
			}
			out.Body.Documents[i].Content = nil
		}
		return nil
	})
	return out, err
}

func (s *Server) getDocument(ctx context.Context, in *getDocumentRequest) (*documentDetailResponse, error) {
	id, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	out := &documentDetailResponse{}
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body, err = s.documentDetail(ctx, tx, by(ctx), id)
		return err
	})
	return out, err
}

func (s *Server) documentDetail(ctx context.Context, tx bun.Tx, who caller, id uuid.UUID) (out DocumentDetail, err error) {
	d, err := projects.FindDocument(ctx, tx, who.Book, id)
	if err != nil {
		return out, err
	}
	names, err := namesOf(ctx, tx, who.Book)
	if err != nil {
		return out, err
	}
	if out.DocumentOutput, err = s.documentOutput(ctx, who.Book, d, names); err != nil {
		return out, err
	}
	acts, err := projects.Acts(ctx, tx, who.Book, id)
	if err != nil {
		return out, err
	}
	out.Acts = make([]ActOutput, len(acts))
	for i, a := range acts {
		if out.Acts[i], err = s.actOutput(ctx, who.Book, a, names); err != nil {
			return out, err
		}
	}
	waiting, err := projects.WaitingOutsideActs(ctx, tx, who.Book, id)
	if err != nil {
		return out, err
	}
	out.OutsideActs = each(waiting, func(w projects.WaitingOutsideAct) OutsideActOutput {
		return OutsideActOutput{w.ID.String(), w.Verb, w.Name, w.Office, w.Day.String(), w.Paper.String(), names[w.EnteredBy]}
	})
	times, err := projects.DeskTimes(ctx, tx, who.Book, id)
	if err != nil {
		return out, err
	}
	out.DeskTimes = each(times, func(t projects.DeskTime) DeskTimeOutput { return DeskTimeOutput{t.State, int64(t.Stood.Seconds())} })
	out.Verbs, err = projects.PossibleVerbs(ctx, tx, who.Book, id, who.Actor)
	return out, err
}

// names are the book's persons as documents show them.
type names map[accounting.PersonID]SignerOutput

func namesOf(ctx context.Context, db bun.IDB, book accounting.BookID) (names, error) {
	persons, err := accounting.Persons(ctx, db, book)
	all := make(names, len(persons))
	for _, p := range persons {
		all[p.ID] = SignerOutput{p.Code, p.Name}
	}
	return all, err
}

func (s *Server) documentAnswer(ctx context.Context, who caller, d *projects.Document, err error) (*documentResponse, error) {
	if err != nil {
		return nil, err
	}
	known, err := namesOf(ctx, s.db, who.Book)
	if err != nil {
		return nil, err
	}
	out, err := s.documentOutput(ctx, who.Book, d, known)
	return &documentResponse{out}, err
}

func (s *Server) takenAnswer(ctx context.Context, who caller, taken *projects.Taken) (*takenResponse, error) {
	d, err := s.documentAnswer(ctx, who, taken.Document, nil)
	if err != nil {
		return nil, err
	}
	out := &takenResponse{}
	out.Body.Document, out.Body.From, out.Body.Complete, out.Body.Receipts = d.Body, taken.From, taken.Complete, each(taken.Receipts, receiptOutput)
	return out, nil
}

func (s *Server) documentOutput(ctx context.Context, book accounting.BookID, d *projects.Document, known names) (DocumentOutput, error) {
	out := DocumentOutput{
		ID: d.ID.String(), Kind: string(d.Kind), Number: d.Number, Flow: string(d.Flow), Amount: amount(d.Amount), State: d.State, Round: d.Round, Hash: d.Hash.String(),
		CreatedBy: known[d.CreatedBy], CreatedAt: d.CreatedAt, Since: d.Since, Content: d.Content,
	}
	var err error
	if out.Unit, err = s.directory.code(ctx, book, "unit", d.Unit.UUID); err != nil {
		return out, err
	}
	out.Project, err = s.directory.code(ctx, book, "node", d.Node.UUID)
	return out, err
}

func (s *Server) actOutput(ctx context.Context, book accounting.BookID, a projects.Act, known names) (ActOutput, error) {
	out := ActOutput{Ordinal: a.Ordinal, Round: a.Round, Verb: a.Verb, Duty: a.Duty, From: a.FromState, To: a.ToState, Person: known[a.Person], Role: a.Role, Hash: a.DocumentHash.String(), Reason: a.Reason, At: a.At}
	if !a.OnBehalfOf.IsZero() {
		lender := known[a.OnBehalfOf]
		out.OnBehalfOf = &lender
	}
	if a.PaperHash != nil {
		out.Outside = &OutsideActOutput{Name: a.OutsideName, Office: a.OutsideOffice, Date: a.OutsideDate.String(), Paper: a.PaperHash.String(), EnteredBy: known[a.EnteredBy]}
	}
	var err error
	out.Unit, err = s.directory.code(ctx, book, "unit", a.Unit.UUID)
	return out, err
}
