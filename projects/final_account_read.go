package projects

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// FinalAccountState is where the final account of a project stands, with what it would say if it were drawn up now.
type FinalAccountState struct {
	Project    string           `json:"project"`
	Proposed   FinalAccount     `json:"proposed"` // from the books; assets at their present value
	Open       []OpenCommitment `json:"open"`     // work not certified yet, which a hand-over waits for
	AcceptedOn accounting.Date  `json:"accepted_on,omitzero"`
	DueOn      accounting.Date  `json:"due_on,omitzero"` // three months after acceptance (R19)
	Overdue    bool             `json:"overdue"`         // approved later, or not yet approved after that day: a warning
	ApprovedOn accounting.Date  `json:"approved_on,omitzero"`
	Document   uuid.UUID        `json:"document,omitzero"` // the approved one
}

// OpenCommitment is work a contract still owes.
type OpenCommitment struct {
	Contract string           `json:"contract"`
	Amount   accounting.Money `json:"amount"` // yuan
	Said     string           `json:"said"`   // the arithmetic
}

// FinalAccountOf tells where the final account of a project stands. Codes: project_unknown.
func FinalAccountOf(ctx context.Context, db bun.IDB, book accounting.BookID, who accounting.Actor, project string) (FinalAccountState, error) {
	c, err := resolver{db, accounting.Command{Book: book, By: who}}.onProject(ctx, project, nil)
	if err != nil {
		return FinalAccountState{}, err
	}
	s := FinalAccountState{Project: c.code, Open: []OpenCommitment{}}
	if s.Proposed, err = proposeFinalAccount(ctx, db, book, c); err != nil {
		return s, err
	}
	if err := db.NewRaw(`select * from projects.undelivered(?, ?) order by contract`, book, c.project).Scan(ctx, &s.Open); err != nil {
		return s, fault.FromSQL(err)
	}
	if s.AcceptedOn, _, err = acceptedOn(ctx, db, book, c.project); err != nil || s.AcceptedOn.IsZero() {
		return s, err
	}
	err = db.NewRaw(`select (?::date + interval '3 months')::date as due_on, coalesce(f.approved_on, current_date) > (?::date + interval '3 months')::date as overdue, f.approved_on, f.document_id as document
		from (select 1) one left join projects.final_accounts f on f.book_id = ? and f.node_id = ?`, s.AcceptedOn, s.AcceptedOn, book, c.project).Scan(ctx, &s.DueOn, &s.Overdue, &s.ApprovedOn, &s.Document)
	return s, fault.FromSQL(err)
}

// proposeFinalAccount draws a final account up from the books.
func proposeFinalAccount(ctx context.Context, db bun.IDB, book accounting.BookID, c eventCell) (FinalAccount, error) {
	f := FinalAccount{Node: c.code}
	var figures []struct {
		Side, Item string
		Amount     accounting.Money
	}
	if err := db.NewRaw(`select * from projects.project_figures(?, ?) order by side, item`, book, c.project).Scan(ctx, &figures); err != nil {
		return f, fault.FromSQL(err)
	}
	places := map[string]*accounting.Money{
		"cost works": &f.Cost.Works, "cost equipment": &f.Cost.Equipment, "cost deferred": &f.Cost.Deferred, "cost other": &f.Cost.Other, "cost to_write_off": &f.Cost.ToWriteOff, "cost adjustment": &f.Cost.Adjustment,
		"use handed_over": &f.Uses.HandedOver, "use transferred_out": &f.Uses.TransferredOut, "use written_off": &f.Uses.WrittenOff, "use rest": &f.Uses.Rest, "use advances": &f.Uses.Advances,
		"use claims": &f.Uses.Claims, "use money": &f.Uses.Money, "use expenses": &f.Uses.Expenses,
		"source payables": &f.Sources.Payables, "source retention": &f.Sources.Retention, "source carried": &f.Sources.Carried,
	}
	for _, x := range figures {
		if source, ok := strings.CutPrefix(x.Item, "funding "); ok && x.Side == "source" {
			f.Sources.Funding = append(f.Sources.Funding, SourceAmount{source, x.Amount})
		} else {
			*places[x.Side+" "+x.Item] = x.Amount
		}
	}
	if err := db.NewRaw(`select current_date`).Scan(ctx, &f.Date); err != nil {
		return f, fault.FromSQL(err)
	}
	err := db.NewRaw(`select asset_id as asset, coalesce(settled_value, value) as value from projects.assets where book_id = ? and node_id = ? order by handed_over_on, document_id, ordinal`, book, c.project).Scan(ctx, &f.Assets)
	return f, fault.FromSQL(err)
}
