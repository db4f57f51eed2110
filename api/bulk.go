package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

const (
	bulkPath   = voucherPath + "/bulk"
	bulkAtMost = 1000
)

// BulkInput is many vouchers. Each is judged by itself, so the request is read voucher by voucher.
type BulkInput struct {
	Vouchers []VoucherInput `json:"vouchers" minItems:"1" maxItems:"1000" nullable:"false"`
}

// BulkResult answers one voucher of a bulk by its ordinal: a receipt or a problem.
type BulkResult struct {
	Ordinal int            `json:"ordinal" doc:"from 1"`
	Receipt *ReceiptOutput `json:"receipt,omitempty"`
	Problem *Problem       `json:"problem,omitempty"`
}

type (
	bulkRequest struct {
		KeyHeader
		RawBody []byte `contentType:"application/json"`
	}
	bulkResponse struct {
		Body struct {
			Results []BulkResult `json:"results" nullable:"false"`
		}
	}
)

func (s *Server) bulkRoute(api huma.API) {
	op := huma.Operation{OperationID: "post-vouchers", Method: http.MethodPost, Path: bulkPath, Summary: "Post up to 1,000 vouchers, each answered by itself", Tags: []string{"Vouchers"},
		MaxBodyBytes: bulkBodyLimit, SkipValidateBody: true, Metadata: map[string]any{rightKey: rightPost}, RequestBody: body(api, reflect.TypeFor[BulkInput]())}
	registry := api.OpenAPI().Components.Schemas
	one := validator{registry, registry.Schema(reflect.TypeFor[VoucherInput](), true, ""), &huma.Operation{Metadata: map[string]any{schemasKey: registry}, RequestBody: body(api, reflect.TypeFor[VoucherInput]())}}
	operation(s, api, op, func(ctx context.Context, in *bulkRequest) (*bulkResponse, error) { return s.postVouchers(ctx, in, one) })
}

// body describes a request body that the handler reads itself.
func body(api huma.API, t reflect.Type) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: api.OpenAPI().Components.Schemas.Schema(t, true, "")}}}
}

// postVouchers gives each voucher a key of its own, made from the request's key and its ordinal, so that a repeat of the
// request posts only what is missing.
func (s *Server) postVouchers(ctx context.Context, in *bulkRequest, one validator) (*bulkResponse, error) {
	var texts struct {
		Vouchers []json.RawMessage `json:"vouchers"`
	}
	if err := strictly(in.RawBody, &texts); err != nil {
		return nil, err
	}
	if n := len(texts.Vouchers); n < 1 || n > bulkAtMost {
		return nil, fault.Invalid("request_invalid", "%d vouchers; a request brings 1 to %d", n, bulkAtMost)
	}
	who, out := by(ctx), &bulkResponse{}
	out.Body.Results = make([]BulkResult, len(texts.Vouchers))
	all := make([]accounting.Posting, 0, len(texts.Vouchers))
	place := make([]int, 0, len(texts.Vouchers))
	for i, text := range texts.Vouchers {
		out.Body.Results[i].Ordinal = i + 1
		p, err := s.bulkPosting(ctx, who, in.Key+"/"+strconv.Itoa(i+1), text, one)
		if err != nil {
			out.Body.Results[i].Problem = s.problem(ctx, err)
			continue
		}
		all, place = append(all, p), append(place, i)
	}
	for j, o := range s.books.PostAll(ctx, all) {
		if result := &out.Body.Results[place[j]]; o.Err != nil {
			result.Problem = s.problem(ctx, o.Err)
		} else {
			r := receiptOutput(o.Receipt)
			result.Receipt = &r
		}
	}
	return out, nil
}

func (s *Server) bulkPosting(ctx context.Context, who caller, key string, text json.RawMessage, one validator) (accounting.Posting, error) {
	var in VoucherInput
	if p := one.read(languageOf(ctx), text, &in); p != nil {
		p.Title = title(p.Code, languageOf(ctx))
		return accounting.Posting{}, p
	}
	p, err := s.posting(ctx, who, key, &in)
	if err != nil {
		return p, accounting.Refuse(ctx, s.db, p.Command, err)
	}
	return p, nil
}

// validator reads a value of a request that the framework does not read, by the same rules.
type validator struct {
	registry huma.Registry
	schema   *huma.Schema
	op       *huma.Operation // describes the value as if it were a body
}

func (v validator) read(lang string, text []byte, into any) *Problem {
	var parsed any
	read := jsonFormat().Unmarshal
	err := read(text, &parsed)
	var found huma.ValidateResult
	if err == nil {
		huma.Validate(v.registry, v.schema, huma.NewPathBuffer([]byte("body"), len("body")), huma.ModeWriteToServer, parsed, &found)
		if len(found.Errors) == 0 {
			err = read(text, into)
		}
	}
	if err != nil {
		found.Errors = append(found.Errors, &huma.ErrorDetail{Location: "body", Message: err.Error()})
	}
	if len(found.Errors) == 0 {
		return nil
	}
	p := &Problem{Status: http.StatusBadRequest, Code: "request_invalid"}
	p.explain(v.op, lang, found.Errors)
	return p
}
