package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// Inputs of the commands on people and units. What somebody may do is granted by a document of the kind role_grant.
type (
	NewPersonInput struct {
		Code string `json:"code" maxLength:"64" doc:"stays for life"`
		Name string `json:"name" maxLength:"100"`
		Unit string `json:"unit" maxLength:"64" doc:"code"`
	}

	NewUnitInput struct {
		Code string `json:"code" maxLength:"64" doc:"stays for life"`
		Name string `json:"name" maxLength:"100"`
		Kind string `json:"kind" enum:"administrative,institution,enterprise,other"`
	}

	NameInput struct {
		Name string `json:"name" maxLength:"100"`
	}
)

// RoleOutput is a role of a unit that a person holds.
type RoleOutput struct {
	Unit       string `json:"unit" doc:"code"`
	Role       string `json:"role"`
	OnBehalfOf string `json:"on_behalf_of,omitempty" doc:"code of the person who lent it"`
	From       string `json:"from" format:"date"`
	Until      string `json:"until,omitempty" doc:"its last day; left out while open"`
}

type (
	newPersonRequest struct {
		KeyHeader
		Body NewPersonInput
	}
	newUnitRequest struct {
		KeyHeader
		Body NewUnitInput
	}
	renameRequest struct {
		KeyHeader
		Code string `path:"code" maxLength:"64"`
		Body NameInput
	}
	personRequest struct {
		Code string `path:"code" maxLength:"64"`
	}
	personResponse struct{ Body PersonOutput }
	unitResponse   struct{ Body UnitOutput }
	rolesResponse  struct {
		Body struct {
			Roles []RoleOutput `json:"roles" nullable:"false"`
		}
	}
)

// administrators register people: who hands out duties has none with money (R25).
var administrators = []string{"admin"}

func (s *Server) peopleRoutes(api huma.API) {
	command := func(id, path, summary string, status int, metadata map[string]any) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: base + path, Summary: summary, Tags: []string{"People"}, DefaultStatus: status, MaxBodyBytes: bodyLimit, Metadata: metadata}
	}
	byAdministrator, arranged := map[string]any{rolesKey: administrators}, map[string]any{rightKey: rightArrange}
	operation(s, api, command("add-person", "/persons", "人员 Register a person of a unit", http.StatusCreated, byAdministrator), s.addPerson)
	operation(s, api, command("rename-person", "/persons/{code}/rename", "Mend a person's name", http.StatusOK, byAdministrator), s.renamePerson)
	operation(s, api, command("add-unit", "/units", "核算单位 Register an accounting unit", http.StatusCreated, arranged), s.addUnit)
	operation(s, api, command("rename-unit", "/units/{code}/rename", "Mend a unit's name", http.StatusOK, arranged), s.renameUnit)
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"People"}}
	}
	operation(s, api, read("list-roles-of-person", "/persons/{code}/roles", "角色 What a person may act as today"), s.rolesOfPerson)
	operation(s, api, read("get-handover", "/persons/{code}/handover", "移交清单 What a person hands over"), s.handover)
}

func (s *Server) addPerson(ctx context.Context, in *newPersonRequest) (*personResponse, error) {
	p, err := projects.AddPerson(ctx, s.db, by(ctx).command(in.Key, ""), projects.NewPerson{Code: in.Body.Code, Name: in.Body.Name, Unit: in.Body.Unit})
	return s.personAnswer(ctx, p, err)
}

func (s *Server) renamePerson(ctx context.Context, in *renameRequest) (*personResponse, error) {
	p, err := projects.RenamePerson(ctx, s.db, by(ctx).command(in.Key, ""), projects.Renaming{Code: in.Code, Name: in.Body.Name})
	return s.personAnswer(ctx, p, err)
}

func (s *Server) addUnit(ctx context.Context, in *newUnitRequest) (*unitResponse, error) {
	u, err := projects.AddUnit(ctx, s.db, by(ctx).command(in.Key, ""), projects.NewUnit{Code: in.Body.Code, Name: in.Body.Name, Kind: accounting.UnitKind(in.Body.Kind)})
	return unitAnswer(u, err)
}

func (s *Server) renameUnit(ctx context.Context, in *renameRequest) (*unitResponse, error) {
	u, err := projects.RenameUnit(ctx, s.db, by(ctx).command(in.Key, ""), projects.Renaming{Code: in.Code, Name: in.Body.Name})
	return unitAnswer(u, err)
}

func unitAnswer(u *accounting.Unit, err error) (*unitResponse, error) {
	if err != nil {
		return nil, err
	}
	return &unitResponse{UnitOutput{u.Code, u.Name, string(u.Kind)}}, nil
}

func (s *Server) personAnswer(ctx context.Context, p *accounting.Person, err error) (*personResponse, error) {
	if err != nil {
		return nil, err
	}
	unit, err := s.directory.code(ctx, p.Book, "unit", p.Unit.UUID)
	return &personResponse{PersonOutput{p.Code, p.Name, unit}}, err
}

func (s *Server) rolesOfPerson(ctx context.Context, in *personRequest) (*rolesResponse, error) {
	who := by(ctx)
	p, err := projects.ReadablePerson(ctx, s.db, who.Actor, who.Book, in.Code)
	if err != nil {
		return nil, err
	}
	held, err := projects.RolesHeld(ctx, s.db, who.Book, p.ID)
	if err != nil {
		return nil, err
	}
	out := &rolesResponse{}
	out.Body.Roles = each(held, roleOutput)
	return out, nil
}

func roleOutput(r projects.HeldRole) RoleOutput {
	out := RoleOutput{Unit: r.UnitCode, Role: r.Role, OnBehalfOf: r.Lender, From: r.From.String()}
	if !r.Until.IsZero() {
		out.Until = r.Until.String()
	}
	return out
}

// today is the day of the bureau.
func today() accounting.Date { return dayHere(time.Now()) }

// dayHere is the day of a moment by the calendar on the wall here.
func dayHere(t time.Time) accounting.Date {
	here := t.In(web.Shanghai)
	return accounting.NewDate(here.Year(), here.Month(), here.Day())
}

type (
	// HandedRoleOutput is a role that ends with the departure, or is held today.
	HandedRoleOutput struct {
		RoleOutput
		SuccessorHoldsIt bool `json:"successor_holds_it" doc:"otherwise it is granted first"`
	}

	// HandedPeriodOutput is a month of the year of the list.
	HandedPeriodOutput struct {
		Period     Month  `json:"period"`
		State      string `json:"state" enum:"open,closed"`
		LastNumber int    `json:"last_number" doc:"of its vouchers"`
	}

	// HandedBalanceOutput is what an account of a project of the unit holds, on its normal side.
	HandedBalanceOutput struct {
		Project string `json:"project" doc:"code"`
		Account string `json:"account"`
		Name    string `json:"name"`
		Balance Amount `json:"balance"`
	}

	// HandoverOutput is the list by which a person hands over.
	HandoverOutput struct {
		Person    PersonOutput          `json:"person"`
		LeftOn    string                `json:"left_on,omitempty" doc:"first day without the person; left out while no departure is recorded"`
		Successor *SignerOutput         `json:"successor,omitempty"`
		Roles     []HandedRoleOutput    `json:"roles" nullable:"false"`
		Open      []DocumentOutput      `json:"open" nullable:"false" doc:"documents the person made or acted on that are not at their end; newest first, at most 500"`
		Waiting   []DocumentOutput      `json:"waiting" nullable:"false" doc:"documents of others that stand at desks of the person's roles; newest first, at most 500"`
		Periods   []HandedPeriodOutput  `json:"periods" nullable:"false"`
		Balances  []HandedBalanceOutput `json:"balances" nullable:"false"`
	}
)

type (
	handoverRequest struct {
		Code string `path:"code" maxLength:"64"`
		AsOf Day    `query:"as_of" doc:"day of the balances; today when left out"`
	}
	handoverResponse struct{ Body HandoverOutput }
)

func (s *Server) handover(ctx context.Context, in *handoverRequest) (*handoverResponse, error) {
	who, asOf := by(ctx), today()
	if !in.AsOf.IsZero() {
		asOf = in.AsOf.Date
	}
	out := &handoverResponse{}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		h, err := projects.HandoverOf(ctx, tx, who.Actor, who.Book, in.Code, asOf)
		if err != nil {
			return err
		}
		known, err := namesOf(ctx, tx, who.Book)
		if err != nil {
			return err
		}
		out.Body, err = s.handoverOutput(ctx, h, known)
		return err
	})
	return out, err
}

func (s *Server) handoverOutput(ctx context.Context, h *projects.Handover, known names) (out HandoverOutput, err error) {
	p, err := s.personAnswer(ctx, &h.Person, nil)
	if err != nil {
		return out, err
	}
	out.Person = p.Body
	if !h.LeftOn.IsZero() {
		out.LeftOn = h.LeftOn.String()
	}
	if h.Successor != nil {
		out.Successor = &SignerOutput{h.Successor.Code, h.Successor.Name}
	}
	out.Roles = each(h.Roles, func(r projects.HandedRole) HandedRoleOutput {
		return HandedRoleOutput{roleOutput(projects.HeldRole{UnitCode: r.Unit, Role: r.Role, From: r.From, Until: r.Until}), r.SuccessorHoldsIt}
	})
	if out.Open, err = s.briefly(ctx, h.Person.Book, h.Open, known); err != nil {
		return out, err
	}
	if out.Waiting, err = s.briefly(ctx, h.Person.Book, h.Waiting, known); err != nil {
		return out, err
	}
	out.Periods = each(h.Periods, func(p accounting.PeriodState) HandedPeriodOutput {
		state := "open"
		if p.Closed {
			state = "closed"
		}
		return HandedPeriodOutput{Month{p.Period}, state, p.Vouchers}
	})
	out.Balances = each(h.Balances, func(r accounting.TrialBalanceRow) HandedBalanceOutput {
		return HandedBalanceOutput{r.ProjectCode, r.Account, r.Name, Amount{r.Closing}}
	})
	return out, nil
}

// briefly shows documents without what they say.
func (s *Server) briefly(ctx context.Context, book accounting.BookID, found []projects.Document, known names) ([]DocumentOutput, error) {
	out := make([]DocumentOutput, len(found))
	for i := range found {
		var err error
		if out[i], err = s.documentOutput(ctx, book, &found[i], known); err != nil {
			return nil, err
		}
		out[i].Content = nil
	}
	return out, nil
}
