package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	openYearRequest struct {
		KeyHeader
		Year int `path:"year" minimum:"2024" maximum:"2040" doc:"the years a book can hold"`
	}
	proposeCloseRequest struct {
		KeyHeader
		Period Month `path:"period"`
		Body   struct {
			Vouchers int `json:"vouchers" minimum:"0" doc:"how many vouchers of the period the sender has seen; refused when there are others"`
		}
	}
	withdrawCloseRequest struct {
		KeyHeader
		Period Month `path:"period"`
		Number int   `path:"number" minimum:"1" maximum:"9999999"`
		Body   struct {
			Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"why; the proposer reads it"`
		}
	}
	closePeriodRequest struct {
		KeyHeader
		Period Month `path:"period"`
		Body   struct {
			Proposal int `json:"proposal" minimum:"1" maximum:"9999999" doc:"number of the proposal that is confirmed, which another person made"`
		}
	}
	closeProposalsRequest struct {
		Period Month `path:"period"`
	}
	blockersRequest struct {
		Period Month `path:"period"`
	}

	openYearResponse struct {
		Body struct {
			Year int `json:"year"`
		}
	}
	rootResponse struct {
		Body struct {
			Period   string `json:"period"`
			Root     string `json:"root" doc:"root of the tree over the period's vouchers (RFC 6962); keep it outside"`
			Vouchers int    `json:"vouchers"`
		}
	}
	closeProposalResponse  struct{ Body CloseProposalOutput }
	closeProposalsResponse struct {
		Body struct {
			Proposals []CloseProposalOutput `json:"proposals" nullable:"false" doc:"the first made first"`
		}
	}
	blockersResponse struct {
		Body struct {
			Blockers []BlockerOutput `json:"blockers" nullable:"false" doc:"none: the period can be closed"`
		}
	}
	periodsResponse struct {
		Body struct {
			Periods []PeriodOutput `json:"periods" nullable:"false"`
		}
	}
)

// BlockerOutput is what stands in the way of closing a period, with its figures.
type BlockerOutput struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// PeriodOutput is a period of the book.
type PeriodOutput struct {
	Period      string               `json:"period"`
	Closed      bool                 `json:"closed"`
	Vouchers    int                  `json:"vouchers"`
	Root        string               `json:"root,omitempty"`
	ClosedAt    *time.Time           `json:"closed_at,omitempty"`
	ClosedBy    string               `json:"closed_by,omitempty" doc:"code of the person who confirmed the close"`
	ClosedByOne bool                 `json:"closed_by_one,omitempty" doc:"closed before two persons were needed, by closed_by alone"`
	Proposal    *CloseProposalOutput `json:"proposal,omitempty" doc:"of an open period the proposal that stands; of a closed one that which was confirmed"`
}

// CloseProposalOutput is a proposal to close a period, and what became of it.
type CloseProposalOutput struct {
	Period      string     `json:"period"`
	Number      int        `json:"number" doc:"of the period: 1, 2, …"`
	Vouchers    int        `json:"vouchers" doc:"of the period when it was proposed"`
	VouchersNow int        `json:"vouchers_now" doc:"others: the proposal cannot be confirmed any more, and is made anew"`
	ProposedBy  string     `json:"proposed_by" doc:"code of a person"`
	ProposedAt  time.Time  `json:"proposed_at"`
	Outcome     string     `json:"outcome,omitempty" enum:"confirmed,withdrawn,outdated" doc:"none: it stands; outdated: vouchers came in and it was proposed anew"`
	EndedBy     string     `json:"ended_by,omitempty" doc:"code of the person who confirmed or withdrew it, or proposed anew"`
	EndedAt     *time.Time `json:"ended_at,omitempty"`
	Reason      string     `json:"reason,omitempty" doc:"why it was withdrawn"`
}

// overtaken says that vouchers came in since, so that the proposal stands and cannot be confirmed.
func (p *CloseProposalOutput) overtaken() bool { return p.Outcome == "" && p.VouchersNow != p.Vouchers }

func closeProposalOutput(p accounting.CloseProposal) CloseProposalOutput {
	o := CloseProposalOutput{Period: p.Period.String(), Number: p.Number, Vouchers: p.Vouchers, VouchersNow: p.VouchersNow, ProposedBy: p.By.Code, ProposedAt: p.At, Outcome: string(p.Outcome), EndedBy: p.EndedBy.Code, Reason: p.Because}
	if p.Outcome != "" {
		o.EndedAt = &p.EndedAt
	}
	return o
}

func (s *Server) periodRoutes(api huma.API) {
	command := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + path, Summary: summary, Tags: []string{"Periods"}, DefaultStatus: http.StatusOK, Metadata: map[string]any{rightKey: rightArrange}}
	}
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Periods"}}
	}
	operation(s, api, command("open-year", "/years/{year}/open", "Open the fourteen periods of a year"), s.openYear)
	operation(s, api, command("propose-close", "/periods/{period}/close-proposals", "结账申请 Propose to close a period, which another person confirms"), s.proposeClose)
	operation(s, api, command("withdraw-close", "/periods/{period}/close-proposals/{number}/withdraw", "撤回结账申请 Withdraw a proposal to close a period"), s.withdrawClose)
	operation(s, api, command("close-period", "/periods/{period}/close", "结账确认 Confirm another person's proposal and close the period for good"), s.closePeriod)
	operation(s, api, read("list-close-proposals", "/periods/{period}/close-proposals", "The proposals to close a period and what became of them"), s.closeProposals)
	blockers := read("list-blockers", "/periods/{period}/blockers", "What stands in the way of closing a period, in the whole book")
	blockers.Metadata = map[string]any{rolesKey: wholeBook}
	operation(s, api, blockers, s.blockers)
	operation(s, api, read("list-periods", "/periods", "The periods of the book"), s.periods)
}

func (s *Server) openYear(ctx context.Context, in *openYearRequest) (*openYearResponse, error) {
	year, err := accounting.OpenBookYear(ctx, s.db, by(ctx).command(in.Key, "year.open"), in.Year)
	if err != nil {
		return nil, err
	}
	out := &openYearResponse{}
	out.Body.Year = year
	return out, nil
}

func (s *Server) proposeClose(ctx context.Context, in *proposeCloseRequest) (*closeProposalResponse, error) {
	p, err := accounting.ProposeClose(ctx, s.db, by(ctx).command(in.Key, "period.propose_close"), accounting.CloseRequest{Period: in.Period.Period, Vouchers: in.Body.Vouchers})
	if err != nil {
		return nil, err
	}
	return &closeProposalResponse{closeProposalOutput(p)}, nil
}

func (s *Server) withdrawClose(ctx context.Context, in *withdrawCloseRequest) (*closeProposalResponse, error) {
	p, err := accounting.WithdrawClose(ctx, s.db, by(ctx).command(in.Key, "period.withdraw_close"), accounting.CloseConfirmation{Period: in.Period.Period, Proposal: in.Number, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	return &closeProposalResponse{closeProposalOutput(p)}, nil
}

func (s *Server) closePeriod(ctx context.Context, in *closePeriodRequest) (*rootResponse, error) {
	root, err := projects.CloseMonth(ctx, s.db, by(ctx).command(in.Key, "period.close"), accounting.CloseConfirmation{Period: in.Period.Period, Proposal: in.Body.Proposal})
	if err != nil {
		return nil, err
	}
	out := &rootResponse{}
	out.Body.Period, out.Body.Root, out.Body.Vouchers = root.Period.String(), root.Hash.String(), root.TreeSize
	return out, nil
}

func (s *Server) closeProposals(ctx context.Context, in *closeProposalsRequest) (*closeProposalsResponse, error) {
	found, err := accounting.CloseProposals(ctx, s.db, by(ctx).Book, in.Period.Period)
	if err != nil {
		return nil, err
	}
	out := &closeProposalsResponse{}
	out.Body.Proposals = each(found, closeProposalOutput)
	return out, nil
}

func (s *Server) blockers(ctx context.Context, in *blockersRequest) (*blockersResponse, error) {
	found, err := accounting.Blockers(ctx, s.db, by(ctx).Book, in.Period.Period)
	if err != nil {
		return nil, err
	}
	out := &blockersResponse{}
	out.Body.Blockers = each(found, func(b accounting.Blocker) BlockerOutput { return BlockerOutput(b) })
	return out, nil
}

func (s *Server) periods(ctx context.Context, _ *struct{}) (*periodsResponse, error) {
	found, err := accounting.Periods(ctx, s.db, by(ctx).Book)
	if err != nil {
		return nil, err
	}
	out := &periodsResponse{}
	out.Body.Periods = each(found, func(p accounting.PeriodState) PeriodOutput {
		o := PeriodOutput{Period: p.Period.String(), Closed: p.Closed, Vouchers: p.Vouchers}
		if p.Closed {
			o.Root, o.ClosedAt, o.ClosedBy, o.ClosedByOne = p.Root.String(), &p.ClosedAt, p.ClosedBy.Code, p.ClosedByOne
		}
		if p.Proposal != nil {
			proposal := closeProposalOutput(*p.Proposal)
			o.Proposal = &proposal
		}
		return o
	})
	return out, nil
}
