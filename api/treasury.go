package api

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

const (
	treasuryListPath = base + "/treasury-lists/{import}"
	treasurySheet    = base + "/treasury-reconciliation/{month}"
	csvType          = "text/csv; charset=utf-8"
)

// ConfirmedPaymentOutput is what the confirmation of a list came to for one row.
type ConfirmedPaymentOutput struct {
	projects.ConfirmedPayment
	Receipts []ReceiptOutput `json:"receipts,omitempty"`
}

type (
	treasuryListRequest struct {
		Import string `path:"import" format:"uuid" doc:"of the import"`
	}
	treasuryListResponse struct {
		Body struct {
			Payments []projects.TreasuryPayment `json:"payments" nullable:"false"`
		}
	}
	confirmListRequest struct {
		KeyHeader
		Import string `path:"import" format:"uuid" doc:"of the import"`
		Body   struct {
			VoucherNos []string `json:"voucher_nos,omitempty" maxItems:"10000" doc:"支付凭证号 of the rows; none: all that match an ordered line"`
		}
	}
	confirmListResponse struct {
		Body struct {
			Payments []ConfirmedPaymentOutput `json:"payments" nullable:"false" doc:"each by itself: what is refused is named, the rest is confirmed"`
		}
	}
	openItemsRequest struct {
		State string `query:"state" enum:"open,explained,cleared" doc:"open: without a reason; explained: carried; all when left out"`
		Month Month  `query:"month" doc:"all when left out"`
		AsOf  Day    `query:"as_of" doc:"ages are counted to this day; today when left out"`
	}
	openItemsResponse struct {
		Body struct {
			Items []projects.TreasuryItem `json:"items" nullable:"false"`
		}
	}
	explainItemRequest struct {
		KeyHeader
		ID   string `path:"id" format:"uuid"`
		Body projects.ItemReason
	}
	explainItemResponse struct {
		Body projects.ItemReason
	}
	treasurySheetRequest struct {
		Month  Month  `path:"month"`
		Format string `query:"format" enum:"json,xlsx" default:"json"`
	}
	fileOrJSON struct {
		ContentType        string `header:"Content-Type"`
		ContentDisposition string `header:"Content-Disposition"`
		Body               any
	}
	paymentExportRequest struct {
		State  string `query:"state" enum:"approved,ordered" default:"approved" doc:"ordered: and not confirmed yet"`
		Format string `query:"format" enum:"xlsx,csv" default:"xlsx" doc:"csv: UTF-8 with a mark"`
	}
)

func (s *Server) treasuryRoutes(api huma.API) {
	tagged := func(id, method, path, summary string, roles []string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"Treasury"}, DefaultStatus: http.StatusOK, Metadata: map[string]any{rolesKey: roles}}
	}
	binary := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	operation(s, api, tagged("get-treasury-list", http.MethodGet, treasuryListPath, "国库支付清单 The rows a list brought, with the lines they are of and why", wholeBook), s.treasuryList)
	operation(s, api, tagged("confirm-treasury-list", http.MethodPost, treasuryListPath+"/confirm", "按清单确认 Confirm the lines that a list's rows are of, as another person than who took it in", orderDesks), s.confirmList)
	operation(s, api, tagged("list-open-items", http.MethodGet, base+"/open-items", "未达事项 What the books and the treasury's list do not say alike", wholeBook), s.openItems)
	operation(s, api, tagged("explain-open-item", http.MethodPost, base+"/open-items/{id}/explain", "Name the reason and the owner of an open item; earlier ones stay as its history", []string{"budget_officer", "treasury_officer"}), s.explainItem)
	sheet := tagged("get-treasury-reconciliation", http.MethodGet, treasurySheet, "支出对账 Executed against the treasury's list, per budget line", wholeBook)
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[projects.TreasurySheet](), true, "")
	sheet.Responses = map[string]*huma.Response{"200": {Description: "The sheet", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}, workbookType: binary}}}
	operation(s, api, sheet, s.treasurySheet)
	export := tagged("export-payments", http.MethodGet, base+"/payment-exports", "导出支付申请 Request lines in the shape of the provincial system, with full accounts; who took which file is noted", orderDesks)
	export.Responses = map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{workbookType: binary, "text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	operation(s, api, export, s.exportPayments)
}

func (s *Server) treasuryList(ctx context.Context, in *treasuryListRequest) (*treasuryListResponse, error) {
	out, book := &treasuryListResponse{}, by(ctx).Book
	list, err := accounting.ParseID(in.Import)
	if err != nil {
		return nil, err
	}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Payments, err = projects.TreasuryPayments(ctx, tx, book, list)
		return err
	})
}

func (s *Server) confirmList(ctx context.Context, in *confirmListRequest) (*confirmListResponse, error) {
	list, err := accounting.ParseID(in.Import)
	if err != nil {
		return nil, err
	}
	all, err := projects.ConfirmTreasuryList(ctx, s.db, by(ctx).command(in.Key, ""), list, projects.ConfirmTreasury{VoucherNos: in.Body.VoucherNos})
	if err != nil {
		return nil, err
	}
	out := &confirmListResponse{}
	out.Body.Payments = each(all, func(p projects.ConfirmedPayment) ConfirmedPaymentOutput {
		return ConfirmedPaymentOutput{p, each(p.Receipts, receiptOutput)}
	})
	return out, nil
}

func (s *Server) openItems(ctx context.Context, in *openItemsRequest) (*openItemsResponse, error) {
	out, q := &openItemsResponse{}, projects.ItemQuery{Book: by(ctx).Book, State: projects.ItemState(in.State), Month: in.Month.Period, AsOf: in.AsOf.Date}
	if q.AsOf.IsZero() {
		today := time.Now()
		q.AsOf = accounting.NewDate(today.Year(), today.Month(), today.Day())
	}
	return out, accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body.Items, err = projects.TreasuryItems(ctx, tx, q)
		return err
	})
}

func (s *Server) explainItem(ctx context.Context, in *explainItemRequest) (*explainItemResponse, error) {
	item, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	return &explainItemResponse{in.Body}, projects.ExplainItem(ctx, s.db, by(ctx).command(in.Key, ""), item, in.Body)
}

func (s *Server) treasurySheet(ctx context.Context, in *treasurySheetRequest) (*fileOrJSON, error) {
	var sheet *projects.TreasurySheet
	book := by(ctx).Book
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		sheet, err = projects.Sheet(ctx, tx, book, in.Month.Period)
		return err
	})
	if err != nil || in.Format != "xlsx" {
		return &fileOrJSON{"application/json", "", sheet}, err
	}
	var b bytes.Buffer
	err = sheet.WriteWorkbook(&b)
	return saved(workbookType, "支出对账-"+sheet.Month+".xlsx", b.Bytes()), err
}

func (s *Server) exportPayments(ctx context.Context, in *paymentExportRequest) (*fileOrJSON, error) {
	file, err := projects.ExportPayments(ctx, s.db, by(ctx).command("", ""), in.State, in.Format)
	if err != nil {
		return nil, err
	}
	return saved(map[string]string{"xlsx": workbookType, "csv": csvType}[in.Format], file.Name+"."+in.Format, file.Content), nil
}

// saved is a file to be saved under a name.
func saved(kind, name string, content []byte) *fileOrJSON {
	return &fileOrJSON{kind, "attachment; filename*=UTF-8''" + url.PathEscape(name), content}
}
