package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/projects"
)

const nodePath = base + "/projects"

// Inputs of the commands on the tree.
type (
	NodeInput struct {
		Code         string       `json:"code" maxLength:"40" doc:"2025-05-01; sorts behind its parent's"`
		Parent       string       `json:"parent,omitempty" maxLength:"40" doc:"code of the node above"`
		NameZH       string       `json:"name_zh" maxLength:"200"`
		NameEN       string       `json:"name_en,omitempty" maxLength:"200"`
		Kind         string       `json:"kind" enum:"programme,project,subproject,site,village,fund"`
		Type         string       `json:"type" enum:"works,subsidy,investment,fund,award"`
		DueMonth     string       `json:"due_month,omitempty" maxLength:"7" doc:"2025-12"`
		StatedAmount *Amount      `json:"stated_amount,omitempty" doc:"what the notice says"`
		Approximate  bool         `json:"approximate,omitempty" doc:"the notice says about"`
		Target       *Amount      `json:"target,omitempty" doc:"what a fund aims at; no plan"`
		Parties      []PartyInput `json:"parties,omitempty" maxItems:"100"`
		Unit         string       `json:"unit,omitempty" maxLength:"64" doc:"code of its accounting unit, for life, when it is known"`
	}

	PartyInput struct {
		Role string `json:"role" enum:"leader,lead,cooperating,supervisor,contractor"`
		Name string `json:"name" maxLength:"100"`
	}

	NamesInput struct {
		NameZH string `json:"name_zh" maxLength:"200"`
		NameEN string `json:"name_en,omitempty" maxLength:"200"`
	}

	PartiesInput struct {
		Parties []PartyInput `json:"parties" maxItems:"100" nullable:"false"`
	}

	DatesInput struct {
		DueMonth string `json:"due_month" maxLength:"7" doc:"2025-12; empty: not known"`
	}

	UnitInput struct {
		Unit string `json:"unit" maxLength:"64" doc:"code of an accounting unit; it stays for life"`
	}
)

type (
	createNodeRequest struct {
		KeyHeader
		Body NodeInput
	}
	nodeRequest[B any] struct {
		KeyHeader
		Code string `path:"code" maxLength:"40"`
		Body B
	}
)

func (s *Server) nodeRoutes(api huma.API) {
	command := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: nodePath + path, Summary: summary, Tags: []string{"Projects"}, DefaultStatus: http.StatusCreated,
			MaxBodyBytes: bodyLimit, Metadata: map[string]any{rightKey: rightArrange}}
	}
	operation(s, api, command("create-project", "", "Add a programme, project or site"), s.createNode)
	operation(s, api, command("rename-project", "/{code}/rename", "Mend the names; the code stays"), s.renameNode)
	operation(s, api, command("set-project-parties", "/{code}/parties", "责任主体 Replace who answers for it"), s.setParties)
	operation(s, api, command("set-project-dates", "/{code}/dates", "Say when it is due"), s.setDates)
	operation(s, api, command("set-project-unit", "/{code}/unit", "核算单位 Give it its accounting unit, once and for life"), s.setUnit)
	operation(s, api, huma.Operation{OperationID: "list-projects", Method: http.MethodGet, Path: nodePath, Summary: "The tree of projects with their plans, by code", Tags: []string{"Projects"}}, s.listNodes)
}

func (s *Server) createNode(ctx context.Context, in *createNodeRequest) (*nodeResponse, error) {
	b := in.Body
	n, err := projects.CreateNode(ctx, s.db, by(ctx).command(in.Key, ""), projects.NewNode{
		Code: b.Code, Parent: b.Parent, NameZH: b.NameZH, NameEN: b.NameEN, Kind: projects.NodeKind(b.Kind), Type: projects.NodeType(b.Type), DueMonth: b.DueMonth,
		StatedAmount: b.StatedAmount.money(), Approximate: b.Approximate, Target: b.Target.money(), Parties: parties(b.Parties), Unit: b.Unit})
	return s.nodeAnswer(ctx, n, err)
}

func (s *Server) renameNode(ctx context.Context, in *nodeRequest[NamesInput]) (*nodeResponse, error) {
	n, err := projects.RenameNode(ctx, s.db, by(ctx).command(in.Key, ""), projects.NodeNames{Node: in.Code, NameZH: in.Body.NameZH, NameEN: in.Body.NameEN})
	return s.nodeAnswer(ctx, n, err)
}

func (s *Server) setParties(ctx context.Context, in *nodeRequest[PartiesInput]) (*nodeResponse, error) {
	n, err := projects.SetParties(ctx, s.db, by(ctx).command(in.Key, ""), projects.NodeParties{Node: in.Code, Parties: parties(in.Body.Parties)})
	return s.nodeAnswer(ctx, n, err)
}

func (s *Server) setDates(ctx context.Context, in *nodeRequest[DatesInput]) (*nodeResponse, error) {
	n, err := projects.SetDates(ctx, s.db, by(ctx).command(in.Key, ""), projects.NodeDates{Node: in.Code, DueMonth: in.Body.DueMonth})
	return s.nodeAnswer(ctx, n, err)
}

func (s *Server) setUnit(ctx context.Context, in *nodeRequest[UnitInput]) (*nodeResponse, error) {
	n, err := projects.SetAccountingUnit(ctx, s.db, by(ctx).command(in.Key, ""), projects.NodeUnit{Node: in.Code, Unit: in.Body.Unit})
	return s.nodeAnswer(ctx, n, err)
}

func parties(in []PartyInput) []projects.Party {
	return each(in, func(p PartyInput) projects.Party {
		return projects.Party{Role: projects.PartyRole(p.Role), Name: p.Name}
	})
}

// NodeOutput is a place in the tree. What is unknown is left out, never zero.
type NodeOutput struct {
	Code         string          `json:"code"`
	Parent       string          `json:"parent,omitempty"`
	NameZH       string          `json:"name_zh"`
	NameEN       string          `json:"name_en,omitempty"`
	Kind         string          `json:"kind"`
	Type         string          `json:"type"`
	Unit         string          `json:"unit,omitempty" doc:"code of its accounting unit"`
	DueMonth     string          `json:"due_month,omitempty"`
	StatedAmount *Amount         `json:"stated_amount,omitempty"`
	Approximate  bool            `json:"approximate,omitempty"`
	Target       *Amount         `json:"target,omitempty"`
	Parties      []PartyInput    `json:"parties" nullable:"false"`
	Plan         *Amount         `json:"plan,omitempty" doc:"in lists: its own plan or, where that is unknown, what its children come to"`
	Source       json.RawMessage `json:"source,omitempty" doc:"where each figure stands in the notice"`
}

type (
	nodeResponse  struct{ Body NodeOutput }
	nodesResponse struct {
		Body struct {
			Projects []NodeOutput `json:"projects" nullable:"false"`
		}
	}
)

func (s *Server) nodeAnswer(ctx context.Context, n *projects.Node, err error) (*nodeResponse, error) {
	if err != nil {
		return nil, err
	}
	out, err := s.nodeOutput(ctx, n)
	return &nodeResponse{out}, err
}

func (s *Server) listNodes(ctx context.Context, _ *struct{}) (*nodesResponse, error) {
	book := by(ctx).Book
	nodes, err := projects.Tree(ctx, s.db, book)
	if err != nil {
		return nil, err
	}
	plans, err := projects.Plans(ctx, s.db, book)
	if err != nil {
		return nil, err
	}
	planned := make(map[accounting.ProjectID]*accounting.Money, len(plans))
	for _, p := range plans {
		planned[p.Node] = p.Inclusive
	}
	out := &nodesResponse{}
	out.Body.Projects = make([]NodeOutput, len(nodes))
	for i := range nodes {
		if out.Body.Projects[i], err = s.nodeOutput(ctx, &nodes[i]); err != nil {
			return nil, err
		}
		out.Body.Projects[i].Plan = amount(planned[nodes[i].ID])
	}
	return out, nil
}

func (s *Server) nodeOutput(ctx context.Context, n *projects.Node) (NodeOutput, error) {
	out := NodeOutput{Code: n.Code, NameZH: n.NameZH, NameEN: n.NameEN, Kind: string(n.Kind), Type: string(n.Type), DueMonth: n.DueMonth,
		StatedAmount: amount(n.StatedAmount), Approximate: n.Approximate, Target: amount(n.Target)}
	out.Parties = each(n.Parties, func(p projects.NodeParty) PartyInput { return PartyInput{string(p.Role), p.Name} })
	if string(n.SeedRef) != "null" {
		out.Source = n.SeedRef
	}
	var err error
	if out.Parent, err = s.directory.code(ctx, n.Book, "node", n.Parent.UUID); err != nil {
		return out, err
	}
	out.Unit, err = s.directory.code(ctx, n.Book, "unit", n.Unit.UUID)
	return out, err
}
