package api

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	reconciliationRequest struct {
		AsOf   string `query:"as_of" format:"date" required:"true" doc:"last day looked at"`
		Known  string `query:"known_at" format:"date-time" doc:"as the books knew it at this moment; now when left out"`
		Unit   string `query:"unit" maxLength:"64" doc:"code of one accounting unit; all when left out"`
		Format string `query:"format" enum:"json,csv" default:"json" doc:"csv: UTF-8 with a mark, with as-of, known-at and SHA-256 in its head"`
		Accept string `header:"Accept"`
	}
	reconciliationResponse struct {
		ContentType string `header:"Content-Type"`
		Body        any
	}
)

func (s *Server) reconciliationRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "get-reconciliation", Method: http.MethodGet, Path: "/api/v1/reconciliation", Summary: "Spend against plan per project, with its checks", Tags: []string{"Reports"}}, s.reconciliation)
}

func (s *Server) reconciliation(ctx context.Context, in *reconciliationRequest) (*reconciliationResponse, error) {
	who := by(ctx)
	q := projects.ReconcileQuery{Book: who.Book}
	var err error
	if q.AsOf, err = accounting.ParseDate(in.AsOf); err != nil {
		return nil, err
	}
	if in.Known != "" {
		if q.Known, err = time.Parse(time.RFC3339, in.Known); err != nil {
			return nil, err
		}
	}
	if in.Unit != "" {
		var id uuid.UUID
		if id, err = s.directory.find(ctx, who.Book, "unit", in.Unit); err != nil {
			return nil, err
		}
		q.Unit = accounting.UnitID{UUID: id}
	}
	report, err := projects.Reconcile(ctx, s.db, q)
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
