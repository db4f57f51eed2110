package api

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type (
	dayRequest struct {
		AsOf Day `query:"as_of" doc:"the end of this day; today when left out"`
	}
	overdueResponse struct {
		Body struct {
			AsOf  Day                    `json:"as_of"`
			Items []projects.OverdueItem `json:"items" nullable:"false" doc:"what has been overdue longest first"`
		}
	}
	overviewResponse   struct{ Body projects.Overview }
	paymentDaysRequest struct {
		Unit   string `query:"unit" maxLength:"64" doc:"code"`
		Month  Month  `query:"month" doc:"in which the payment was confirmed"`
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		Before string `query:"before" format:"uuid" doc:"next of the page before"`
	}
	paymentDaysResponse struct {
		Body struct {
			Payments []projects.PaymentDays `json:"payments" nullable:"false" doc:"newest first"`
			Next     string                 `json:"next,omitempty" doc:"left out on the last page"`
		}
	}
	unitDaysRequest struct {
		Unit  string `query:"unit" maxLength:"64" doc:"code"`
		Month Month  `query:"month" doc:"in which the payments were confirmed"`
	}
	unitDaysResponse struct {
		Body struct {
			Units []projects.UnitDays `json:"units" nullable:"false" doc:"newest month first"`
		}
	}
	projectRegisterRequest struct {
		AsOf   Day    `query:"as_of" doc:"the end of this day; today when left out"`
		Format string `query:"format" enum:"json,xlsx,csv" default:"json" doc:"csv: UTF-8 with a mark"`
	}
)

func (s *Server) inspectionRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Inspection"}}
	}
	operation(s, api, read("list-overdue", "/overdue", "逾期清单 What is overdue: who owes it, since when and why"), s.overdue)
	overview := read("get-overview", "/overview", "督查总览 The programmes by leader and by lead unit, with their lights and how each came about")
	overview.Metadata = map[string]any{rolesKey: wholeBook}
	operation(s, api, overview, s.overview)
	operation(s, api, read("list-payment-days", "/payment-days", "支付时长 The days each payment request stood at the unit, at finance, waiting for cash and at the bank"), s.paymentDays)
	operation(s, api, read("list-payment-days-by-unit", "/payment-days/by-unit", "支付时长 Median and longest by unit and month of the payments that were confirmed"), s.unitDays)
	register := read("get-project-register", "/project-register", "项目资金台账 Every project with its money, contracts and progress")
	register.Responses = map[string]*huma.Response{"200": {Description: "The register", Content: map[string]*huma.MediaType{
		"application/json": {Schema: api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[projects.ProjectRegister](), true, "")},
		workbookType:       {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}, "text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	operation(s, api, register, s.projectRegister)
}

// dayOrToday is the day asked about.
func dayOrToday(d Day) accounting.Date {
	if !d.IsZero() {
		return d.Date
	}
	now := time.Now()
	return accounting.NewDate(now.Year(), now.Month(), now.Day())
}

func (s *Server) overdue(ctx context.Context, in *dayRequest) (*overdueResponse, error) {
	out, book := &overdueResponse{}, by(ctx).Book
	out.Body.AsOf = Day{dayOrToday(in.AsOf)}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Items, err = projects.OverdueItems(ctx, tx, book, out.Body.AsOf.Date)
		return err
	})
}

func (s *Server) overview(ctx context.Context, in *dayRequest) (*overviewResponse, error) {
	o, err := projects.OverviewOf(ctx, s.db, by(ctx).Book, dayOrToday(in.AsOf))
	if err != nil {
		return nil, err
	}
	return &overviewResponse{*o}, nil
}

func (s *Server) paymentDays(ctx context.Context, in *paymentDaysRequest) (*paymentDaysResponse, error) {
	out := &paymentDaysResponse{}
	q := projects.PaymentDaysQuery{Book: by(ctx).Book, Month: in.Month.Period, Limit: in.Limit + 1}
	var err error
	if q.Unit, err = s.unitID(ctx, q.Book, in.Unit); err != nil {
		return nil, err
	}
	if in.Before != "" {
		if q.Before, err = accounting.ParseID(in.Before); err != nil {
			return nil, err
		}
	}
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Payments, err = projects.DaysOfPayments(ctx, tx, q)
		return err
	})
	if len(out.Body.Payments) > in.Limit { // one more was asked for than the page holds
		out.Body.Payments = out.Body.Payments[:in.Limit]
		out.Body.Next = out.Body.Payments[in.Limit-1].ID.String()
	}
	return out, err
}

func (s *Server) unitDays(ctx context.Context, in *unitDaysRequest) (*unitDaysResponse, error) {
	out := &unitDaysResponse{}
	q := projects.PaymentDaysQuery{Book: by(ctx).Book, Month: in.Month.Period}
	var err error
	if q.Unit, err = s.unitID(ctx, q.Book, in.Unit); err != nil {
		return nil, err
	}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Units, err = projects.DaysByUnit(ctx, tx, q)
		return err
	})
}

func (s *Server) projectRegister(ctx context.Context, in *projectRegisterRequest) (*fileOrJSON, error) {
	day := dayOrToday(in.AsOf)
	r, err := projects.RegisterOf(ctx, s.db, by(ctx).Book, day)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	switch in.Format {
	case "xlsx":
		err = r.WriteWorkbook(&b)
		return saved(workbookType, "项目资金台账-"+day.String()+".xlsx", b.Bytes()), err
	case "csv":
		err = r.WriteCSV(&b)
		return saved(csvType, "项目资金台账-"+day.String()+".csv", b.Bytes()), err
	}
	return &fileOrJSON{"application/json", "", r}, nil
}
