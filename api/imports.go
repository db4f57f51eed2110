package api

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

const importsPath = base + "/imports"

// ImportInput says which stored file is which list.
type ImportInput struct {
	Kind    string         `json:"kind" maxLength:"40" doc:"one of the kinds of lists"`
	Source  string         `json:"source" minLength:"1" maxLength:"100" doc:"where it comes from, such as 省一体化; its columns are remembered by this"`
	File    string         `json:"file" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the stored file"`
	Profile *lists.Profile `json:"profile,omitempty" doc:"sheet, headings by field, measure: where the list does not say them itself"`
	Month   string         `json:"month,omitempty" pattern:"^\\d{4}-\\d{2}$" doc:"of a list that covers one"`
	Account string         `json:"account,omitempty" maxLength:"100" doc:"of a bank statement: the number of the account"`
	Project string         `json:"project,omitempty" maxLength:"64" doc:"of villages: code of the programme they are of"`
}

// ListKindOutput is a kind of list with its columns.
type ListKindOutput struct {
	Kind    string             `json:"kind"`
	NameZH  string             `json:"name_zh"`
	NameEN  string             `json:"name_en"`
	Columns []ListColumnOutput `json:"columns" nullable:"false"`
}

// ListColumnOutput is a column of a list.
type ListColumnOutput struct {
	Field    string   `json:"field"`
	Heading  string   `json:"heading"`
	Also     []string `json:"also,omitempty" doc:"headings that are known too"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
}

type (
	previewRequest struct{ Body ImportInput }
	importRequest  struct {
		KeyHeader
		Body ImportInput
	}
	previewResponse struct{ Body *projects.ImportPreview }
	importResponse  struct{ Body *projects.Import }
	withdrawRequest struct {
		KeyHeader
		ID   string `path:"id" format:"uuid" doc:"of the import"`
		Body projects.Withdrawal
	}
	importsRequest struct {
		Kind string `query:"kind" maxLength:"40"`
	}
	importsResponse struct {
		Body struct {
			Imports []projects.Import `json:"imports" nullable:"false"`
		}
	}
	listKindsResponse struct {
		Body struct {
			Kinds []ListKindOutput `json:"kinds" nullable:"false"`
		}
	}
	templateRequest struct {
		Kind string `path:"kind" maxLength:"40"`
	}
	workbookResponse struct {
		ContentType        string `header:"Content-Type"`
		ContentDisposition string `header:"Content-Disposition"`
		Body               []byte
	}
	externalCodeRequest struct {
		KeyHeader
		Body projects.NewExternalCode
	}
	externalCodeResponse struct{ Body *projects.ExternalCode }
)

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) importRoutes(api huma.API) {
	importers := map[string]any{rolesKey: projects.Importers("")}
	tagged := func(id, method, path, summary string, status int, metadata map[string]any) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"Lists"}, DefaultStatus: status, Metadata: metadata}
	}
	operation(s, api, tagged("preview-import", http.MethodPost, importsPath+"/preview", "预览导入 What a list would do: what was understood, what differs, what is wrong", http.StatusOK, importers), s.previewImport)
	operation(s, api, tagged("import-list", http.MethodPost, importsPath, "导入 Take a list in, all of it or nothing", http.StatusCreated, importers), s.importList)
	operation(s, api, tagged("list-imports", http.MethodGet, importsPath, "Lists taken in, newest first", http.StatusOK, nil), s.listImports)
	operation(s, api, tagged("withdraw-import", http.MethodPost, importsPath+"/{id}/withdraw", "撤回 Withdraw a treasury list or a bank statement taken in by mistake, as another person than who took it in", http.StatusOK,
		map[string]any{rolesKey: []string{"budget_officer", "treasury_officer"}}), s.withdrawImport)
	operation(s, api, tagged("list-list-kinds", http.MethodGet, base+"/list-kinds", "Kinds of lists and their columns", http.StatusOK, nil), s.listKinds)
	template := tagged("get-list-template", http.MethodGet, base+"/list-kinds/{kind}/template", "模板 An empty list to fill in", http.StatusOK, nil)
	template.Responses = map[string]*huma.Response{"200": {Description: "a workbook", Content: map[string]*huma.MediaType{workbookType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	operation(s, api, template, s.listTemplate)
	operation(s, api, tagged("set-external-code", http.MethodPost, base+"/external-codes", "外部代码 Say what another system calls a project or budget line", http.StatusCreated, map[string]any{rightKey: rightArrange}), s.setExternalCode)
}

func (in ImportInput) request() (r projects.ImportRequest, err error) {
	r = projects.ImportRequest{Kind: projects.ListKind(in.Kind), Source: in.Source, Profile: in.Profile, Account: in.Account, Project: in.Project}
	if err = r.File.UnmarshalText([]byte(in.File)); err != nil || in.Month == "" {
		return r, err
	}
	month, err := accounting.ParsePeriod(in.Month)
	r.Month = &month
	return r, err
}

// mayImport refuses a kind of list that is another role's.
func mayImport(who caller, kind projects.ListKind) error {
	for _, role := range projects.Importers(kind) {
		if role == who.Role {
			return nil
		}
	}
	return fault.Denied("forbidden", "role %s takes in no list of the kind %s", who.Role, kind)
}

func (s *Server) previewImport(ctx context.Context, in *previewRequest) (*previewResponse, error) {
	who := by(ctx)
	r, err := in.Body.request()
	if err == nil {
		err = mayImport(who, r.Kind)
	}
	if err != nil {
		return nil, err
	}
	p, err := projects.PreviewImport(ctx, s.db, s.files, who.Book, who.Actor, r)
	return &previewResponse{p}, err
}

func (s *Server) importList(ctx context.Context, in *importRequest) (*importResponse, error) {
	who := by(ctx)
	c := who.command(in.Key, "list.import")
	r, err := in.Body.request()
	if err == nil {
		err = mayImport(who, r.Kind)
	}
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	i, err := projects.TakeIn(ctx, s.db, s.files, c, r, func(int, int) {})
	return &importResponse{i}, err
}

func (s *Server) withdrawImport(ctx context.Context, in *withdrawRequest) (*importResponse, error) {
	c := by(ctx).command(in.Key, "list.withdraw")
	id, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	i, err := projects.WithdrawImport(ctx, s.db, c, id, in.Body)
	return &importResponse{i}, err
}

func (s *Server) listImports(ctx context.Context, in *importsRequest) (*importsResponse, error) {
	out, book := &importsResponse{}, by(ctx).Book
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Imports, err = projects.Imports(ctx, tx, book, projects.ListKind(in.Kind), 200)
		return err
	})
}

func (s *Server) listKinds(context.Context, *struct{}) (*listKindsResponse, error) {
	out := &listKindsResponse{}
	for _, f := range projects.ListForms() {
		kind := ListKindOutput{Kind: f.Kind, NameZH: f.NameZH, NameEN: f.NameEN}
		for _, c := range f.Columns {
			kind.Columns = append(kind.Columns, ListColumnOutput{c.Field, c.Heading, c.Also, string(c.Type), c.Required})
		}
		out.Body.Kinds = append(out.Body.Kinds, kind)
	}
	return out, nil
}

func (s *Server) listTemplate(_ context.Context, in *templateRequest) (*workbookResponse, error) {
	for _, f := range projects.ListForms() {
		if f.Kind == in.Kind {
			var b bytes.Buffer
			err := f.WriteTemplate(&b)
			return workbook(f.NameZH, b.Bytes()), err
		}
	}
	return nil, fault.NotFound("list_kind_unknown", "there is no kind of list %q", in.Kind)
}

// workbook is a workbook to be saved under a name.
func workbook(name string, content []byte) *workbookResponse {
	return &workbookResponse{workbookType, "attachment; filename*=UTF-8''" + url.PathEscape(name+".xlsx"), content}
}

func (s *Server) setExternalCode(ctx context.Context, in *externalCodeRequest) (*externalCodeResponse, error) {
	code, err := projects.SetExternalCode(ctx, s.db, by(ctx).command(in.Key, ""), in.Body)
	return &externalCodeResponse{code}, err
}
