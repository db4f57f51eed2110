package api

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// RequestOutput is a payment request in a list.
type RequestOutput struct {
	ID         string    `json:"id" format:"uuid"`
	Number     string    `json:"number"`
	Unit       string    `json:"unit" doc:"code of the unit whose request it is"`
	Project    string    `json:"project" doc:"code"`
	Payment    string    `json:"payment" doc:"what the money is for: advance, progress, settlement, retention, fees, …"`
	Purpose    string    `json:"purpose" doc:"用途"`
	Contract   string    `json:"contract,omitempty"`
	Flow       string    `json:"flow" doc:"works: five desks, small: three"`
	State      string    `json:"state"`
	Round      int       `json:"round" doc:"rises with each return to the maker"`
	Amount     Amount    `json:"amount"`
	Held       Amount    `json:"held" doc:"reserved by its approval and not paid yet"`
	Paid       Amount    `json:"paid"`
	PayableNow *Amount   `json:"payable_now,omitempty" doc:"本期可付 of its contract, besides what approved requests hold"`
	Since      time.Time `json:"since" doc:"at its present desk"`
	DaysAtDesk int       `json:"days_at_desk" doc:"whole days"`
}

type (
	listRequestsRequest struct {
		Unit     string `query:"unit" maxLength:"40" doc:"code"`
		State    string `query:"state" maxLength:"40"`
		Project  string `query:"project" maxLength:"40" doc:"code"`
		Contract string `query:"contract" maxLength:"60" doc:"its number"`
		Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		Before   string `query:"before" format:"uuid" doc:"next of the page before"`
	}
	listRequestsResponse struct {
		Body struct {
			Requests []RequestOutput `json:"requests" nullable:"false"`
			Next     string          `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
)

func (s *Server) listRequests(ctx context.Context, in *listRequestsRequest) (*listRequestsResponse, error) {
	out, book := &listRequestsResponse{}, by(ctx).Book
	q := projects.RequestQuery{Book: book, State: in.State, Node: in.Project, Contract: in.Contract, Limit: in.Limit + 1}
	var err error
	if q.Unit, err = s.unitID(ctx, book, in.Unit); err != nil {
		return nil, err
	}
	if in.Before != "" {
		if q.Before, err = accounting.ParseID(in.Before); err != nil {
			return nil, err
		}
	}
	var found []projects.RequestRow
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		found, err = projects.Requests(ctx, tx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found) > in.Limit { // one more was asked for than the page holds
		found = found[:in.Limit]
		out.Body.Next = found[in.Limit-1].ID.String()
	}
	out.Body.Requests = make([]RequestOutput, len(found))
	for i, r := range found {
		if out.Body.Requests[i], err = s.requestOutput(ctx, book, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Server) requestOutput(ctx context.Context, book accounting.BookID, r projects.RequestRow) (RequestOutput, error) {
	out := RequestOutput{
		ID: r.ID.String(), Number: r.Number, Payment: string(r.Payment), Purpose: r.Purpose, Contract: r.Contract, Flow: string(r.Flow), State: r.State, Round: r.Round,
		Amount: Amount{r.Amount}, Held: Amount{r.Held}, Paid: Amount{r.Paid}, PayableNow: amount(r.PayableNow), Since: r.Since, DaysAtDesk: r.DaysAtDesk,
	}
	var err error
	if out.Unit, err = s.directory.code(ctx, book, "unit", r.Unit.UUID); err != nil {
		return out, err
	}
	out.Project, err = s.directory.code(ctx, book, "node", r.Node.UUID)
	return out, err
}
