package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// eventRoutes are the events of the bureau as commands, in the order of the event table. The body is the event's input
// with the preparer named by code; the sender's token is the reviewer.
var eventRoutes = []struct {
	path, summary string
	new           func() projects.Event
}{
	{"opening", "O1 期初 Opening balances", func() projects.Event { return new(projects.Opening) }},
	{"approval", "I1 预算批复 Budget approved", func() projects.Event { return new(projects.Approve) }},
	{"issue", "I2 指标下达 Authority issued", func() projects.Event { return new(projects.Issue) }},
	{"indicators", "I1、I2、I3 指标 Indicators of one number, on many budget lines", func() projects.Event { return new(projects.Indicators) }},
	{"supplement", "I3+ 追加 Supplement", func() projects.Event { return new(projects.Supplement) }},
	{"reduction", "I3- 追减 Reduction", func() projects.Event { return new(projects.Reduce) }},
	{"transfer", "I4 调剂 Transfer between projects", func() projects.Event { return new(projects.Transfer) }},
	{"split", "I4s 切块 Split to children", func() projects.Event { return new(projects.Split) }},
	{"freeze", "I5 冻结 Freeze", func() projects.Event { return new(projects.Freeze) }},
	{"thaw", "I5 解冻 Thaw", func() projects.Event { return new(projects.Thaw) }},
	{"commitment", "I6 合同签订 Contract signed", func() projects.Event { return new(projects.Commit) }},
	{"release", "I6r 释放合同占用 Contract hold released", func() projects.Event { return new(projects.Release) }},
	{"request-approval", "I7 支付申请审核通过 Payment request approved", func() projects.Event { return new(projects.HoldForRequest) }},
	{"request-return", "I7r 支付申请退回 Payment request returned", func() projects.Event { return new(projects.ReturnRequest) }},
	{"advance-payment", "P1 支付预付款 Advance paid", func() projects.Event { return new(projects.PayAdvance) }},
	{"certificate", "P2 计量结算 Valuation agreed", func() projects.Event { return new(projects.Certify) }},
	{"settlement-cut", "P2d 结算审减 Downward settlement", func() projects.Event { return new(projects.CutSettlement) }},
	{"progress-payment", "P3 支付进度款、结算款 Progress or settlement paid", func() projects.Event { return new(projects.PayProgress) }},
	{"cost-payment", "P4 支付待摊、设备、其他投资 Fees, equipment, other paid", func() projects.Event { return new(projects.PayCost) }},
	{"retention-payment", "P5 返还质保金 Retention returned", func() projects.Event { return new(projects.ReturnRetention) }},
	{"retention-forfeit", "P5f 质保金没收 Retention forfeited", func() projects.Event { return new(projects.ForfeitRetention) }},
	{"refund", "P6 当年退回、退票 Returned in the same year", func() projects.Event { return new(projects.Refund) }},
	{"refund-earlier-year", "P7 以前年度退回 Earlier year's money back", func() projects.Event { return new(projects.RefundEarlierYear) }},
	{"apportionment", "T1 分摊待摊投资 Deferred investment apportioned", func() projects.Event { return new(projects.Apportion) }},
	{"pass-down", "T1s 上级费用分摊到子项目 Parent's fees passed down", func() projects.Event { return new(projects.PassDown) }},
	{"pass-down-clearing", "T1s 完工清理内部结转 Passed-down fees cleared", func() projects.Event { return new(projects.ClearPassedDown) }},
	{"hand-over", "T2 交付使用 Handed over, own asset", func() projects.Event { return new(projects.HandOver) }},
	{"transfer-out", "T3 转出 Handed over to another body", func() projects.Event { return new(projects.TransferOut) }},
	{"write-off", "T4 核销 Written off", func() projects.Event { return new(projects.WriteOff) }},
	{"write-off-payment", "T4 支付待核销支出 Paid and written off", func() projects.Event { return new(projects.PayWrittenOff) }},
	{"asset-adjustment", "T5 决算调整暂估 Provisional value adjusted", func() projects.Event { return new(projects.AdjustAsset) }},
	{"overpayment-claim", "H1 多付工程款转应收 Overpayment claimed", func() projects.Event { return new(projects.ClaimOverpayment) }},
	{"overpayment-return", "H2 多付款当年收回 Overpayment back", func() projects.Event { return new(projects.OverpaymentBack) }},
	{"subsidy-list", "B1 补贴名单核定 Subsidy list approved", func() projects.Event { return new(projects.ApproveList) }},
	{"subsidy-payment", "B2 补贴发放 Subsidy paid", func() projects.Event { return new(projects.PaySubsidy) }},
	{"grant", "G1 直接拨付 Direct grant", func() projects.Event { return new(projects.Grant) }},
	{"injection", "K1 资本金注入 Capital injection in the budget", func() projects.Event { return new(projects.Inject) }},
	{"injection-receipt", "K2a 收到预算外注资款 Injection outside the budget received", func() projects.Event { return new(projects.ReceiveInjection) }},
	{"injection-pass-on", "K2b 转付预算外注资款 Injection outside the budget passed on", func() projects.Event { return new(projects.PassOnInjection) }},
	{"fund-receipt", "R1 基金收款 Fund receives money", func() projects.Event { return new(projects.FundReceipt) }},
	{"relief", "R2 救助发放 Relief paid", func() projects.Event { return new(projects.Relief) }},
	{"year-end-budgetary", "Y1 年末结转 预算会计 Year end, budgetary", func() projects.Event { return new(projects.CloseBudgetary) }},
	{"year-end-financial", "Y2 年末结转 财务会计 Year end, financial", func() projects.Event { return new(projects.CloseFinancial) }},
	{"year-end-authority", "Y3 指标结转 Year end, authority", func() projects.Event { return new(projects.CarryAuthority) }},
	{"carry-in", "Y4 上年结转转入 Carried in from last year", func() projects.Event { return new(projects.CarryIn) }},
	{"lapse", "Y5 结余收回 Rest lapses", func() projects.Event { return new(projects.Lapse) }},
}

const eventPath = base + "/events/"

type eventRequest struct {
	KeyHeader
	RawBody []byte `contentType:"application/json"`
}

func (s *Server) eventRoutes(api huma.API) {
	for _, route := range eventRoutes {
		op := huma.Operation{OperationID: "event-" + route.path, Method: http.MethodPost, Path: eventPath + route.path, Summary: route.summary, Tags: []string{"Events"},
			DefaultStatus: http.StatusCreated, MaxBodyBytes: bodyLimit, SkipValidateBody: true, Metadata: map[string]any{rightKey: rightPost}, RequestBody: body(api, reflect.TypeOf(route.new()).Elem())}
		operation(s, api, op, func(ctx context.Context, in *eventRequest) (*receiptsResponse, error) {
			return s.record(ctx, by(ctx), in, route.new())
		})
	}
}

func (s *Server) record(ctx context.Context, who caller, in *eventRequest, event projects.Event) (*receiptsResponse, error) {
	c := who.command(in.Key, "event."+event.EventCode())
	text, err := s.withIdentities(ctx, who.Book, in.RawBody)
	if err == nil {
		err = strictly(text, event)
	}
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	all, err := projects.Record(ctx, s.books, s.db, c, event)
	if err != nil {
		return nil, err
	}
	return receipts(all), nil
}

// withIdentities replaces what people write by what the event takes: the preparer's code and the period's text.
func (s *Server) withIdentities(ctx context.Context, book accounting.BookID, body []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := strictly(body, &fields); err != nil {
		return nil, err
	}
	var code string
	if err := json.Unmarshal(fields["prepared_by"], &code); err != nil || code == "" {
		return nil, fault.Invalid("request_invalid", "prepared_by: the code of the person who prepared it is missing")
	}
	id, err := s.directory.find(ctx, book, "person", code)
	if err != nil {
		return nil, err
	}
	fields["prepared_by"], _ = json.Marshal(id) // a UUID always has a text
	if text, there := fields["period"]; there {
		var m Month
		if err := json.Unmarshal(text, &m); err != nil {
			return nil, fault.Invalid("period_invalid", "period: %s is not a period such as 2025-13", text)
		}
		fields["period"], _ = json.Marshal(int(m.Period)) // a number always has a text
	}
	return json.Marshal(fields)
}

// strictly reads JSON of a known form: unknown fields and anything behind the value are refused, and what a field's own
// type says of it (an amount with a third decimal) is passed on.
func strictly(body []byte, into any) error {
	if err := plainTexts(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			return fault.Invalid("request_malformed", "something stands behind the JSON value")
		}
		return nil
	}
	var f *fault.Error
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &wrong):
		return fault.Invalid("request_invalid", "%s: a %s does not stand here", wrong.Field, wrong.Value)
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return fault.Invalid("request_invalid", "unknown field %s", strings.TrimPrefix(err.Error(), "json: unknown field "))
	default:
		return fault.Invalid("request_malformed", "the body is not readable JSON")
	}
}
