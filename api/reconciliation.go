package api

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	reconciliationRequest struct {
		AsOf   Day       `query:"as_of" required:"true" doc:"last day looked at"`
		Known  time.Time `query:"known_at" doc:"as the books knew it at this moment; now when left out"`
		Unit   string    `query:"unit" maxLength:"64" doc:"code of one accounting unit; all when left out"`
		Format string    `query:"format" enum:"json,csv" default:"json" doc:"csv: UTF-8 with a mark, with as-of, known-at and SHA-256 in its head"`
		Accept string    `header:"Accept"`
	}
	reconciliationResponse struct {
		ContentType string `header:"Content-Type"`
		Body        any
	}
)

func (s *Server) reconciliationRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "get-reconciliation", Method: http.MethodGet, Path: base + "/reconciliation", Summary: "Spend against plan per project, with its checks", Tags: []string{"Reports"},
		Responses: map[string]*huma.Response{"200": {Description: "The report", Content: map[string]*huma.MediaType{
			"application/json": {Schema: reconciliationSchema(api.OpenAPI().Components.Schemas)},
			"text/csv":         {Schema: &huma.Schema{Type: huma.TypeString}},
		}}}}, s.reconciliation)
}

// reconciliationSchema is the report's, with the figures that may be unknown.
func reconciliationSchema(r huma.Registry) *huma.Schema {
	schema := r.Schema(reflect.TypeFor[projects.Reconciliation](), true, "")
	figures := r.Map()["Figures"]
	row := r.Map()["ProjectRow"]
	for name, f := range figures.Properties {
		f.Nullable = true
		row.Properties[name].Nullable = true // the same figures, written beside the project's code
	}
	row.Properties["reasons"] = &huma.Schema{AnyOf: []*huma.Schema{row.Properties["reasons"], {Type: "null"}}}
	return schema
}

func (s *Server) reconciliation(ctx context.Context, in *reconciliationRequest) (*reconciliationResponse, error) {
	report, err := s.reconcile(ctx, in, false)
	if err != nil {
		return nil, err
	}
	if in.Format != "csv" && !strings.HasPrefix(in.Accept, "text/csv") {
		return &reconciliationResponse{"application/json", report}, nil
	}
	var text bytes.Buffer
	if err := report.WriteCSV(&text); err != nil {
		return nil, err
	}
	return &reconciliationResponse{"text/csv; charset=utf-8", text.Bytes()}, nil
}

// reconcile makes the report as far as who asks reads the books.
func (s *Server) reconcile(ctx context.Context, in *reconciliationRequest, keptOnly bool) (*projects.Reconciliation, error) {
	q := projects.ReconcileQuery{Book: by(ctx).Book, AsOf: in.AsOf.Date, Known: in.Known, KeptOnly: keptOnly}
	var err error
	if q.Unit, err = s.unitID(ctx, q.Book, in.Unit); err != nil {
		return nil, err
	}
	if who := by(ctx); !who.ReadsAll() {
		if !q.Unit.IsZero() && q.Unit != who.Unit {
			return nil, notFound("unit", in.Unit)
		}
		// The report of one unit shows that unit's rows only; its checks look at all lines, so it reads as the operator.
		q.Unit, ctx = who.Unit, accounting.WithReader(ctx, accounting.Operator)
	}
	return projects.Reconcile(ctx, s.db, q)
}
