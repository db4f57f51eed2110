package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// overHTTP are hands that do everything by the API, each person by an own token.
type overHTTP struct {
	t      *testing.T
	db     *bun.DB
	url    string
	admin  accounting.Actor
	tokens map[string]string
	last   accounting.Date // of the latest act: the books are reconciled as of it
	asked  int
}

// The ten programmes go through 2025, its end and the next year by the API alone; the books reconcile after every step that
// posts.
func TestStoryByTheAPI(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	files, err := projects.OpenFileFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, e := api.New(db, files, slog.New(slog.DiscardHandler))
	web := httptest.NewServer(e)
	t.Cleanup(func() { web.Close(); s.Close() })
	persons, err := seeds.OpenDemonstration(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	h := &overHTTP{t: t, db: db, url: web.URL + "/api/v1", admin: persons["admin"], tokens: map[string]string{}}
	if err := seeds.Tell(t.Context(), h, db); err != nil {
		t.Fatal(err)
	}
	if h.asked < 140 {
		t.Errorf("reconciled %d times only", h.asked)
	}
	for month, open := range map[accounting.Period]int{202510: 0, 202511: 1, 202512: 2, 202601: 0} {
		sheet, err := h.BankSheet(t.Context(), "9999-2001", month)
		if err != nil {
			t.Fatal(err)
		}
		if sheet.BankSide == nil || !sheet.Adjusted.Equal(*sheet.BankSide) || len(sheet.Items) != open {
			t.Errorf("%s: the bank's sheet is %+v", month, sheet)
		}
	}
	var report struct {
		Projects []struct {
			Code  string
			Own   map[string]*string
			Total map[string]*string
		}
	}
	h.get(t.Context(), "/reconciliation?as_of=2026-12-31", &report)
	if len(report.Projects) == 0 {
		t.Error("the reconciliation shows no project")
	}
}

func (h *overHTTP) token(by seeds.Seat) string {
	key := by.Person + " " + by.Role
	if h.tokens[key] == "" {
		token, err := api.CreateToken(h.t.Context(), h.db, accounting.Command{Book: seeds.DemoBook, Key: "token " + key, Name: "token.create", By: h.admin}, api.NewToken{Person: by.Person, Role: by.Role, Valid: time.Hour})
		if err != nil {
			h.t.Fatal(err)
		}
		h.tokens[key] = token
	}
	return h.tokens[key]
}

// send sends a request and reads its answer; a refusal is an error with its code.
func (h *overHTTP) send(ctx context.Context, method, path, key string, by seeds.Seat, contentType string, body []byte, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, h.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+h.token(by))
	if len(body) > 0 {
		r.Header.Set("Content-Type", contentType)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

func (h *overHTTP) get(ctx context.Context, path string, out any) {
	h.t.Helper()
	if err := h.send(ctx, http.MethodGet, path, "", seeds.Seat{Person: "auditor", Role: "auditor"}, "", nil, out); err != nil {
		h.t.Fatal(err)
	}
}

func (h *overHTTP) post(ctx context.Context, path, key string, by seeds.Seat, body, out any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return h.send(ctx, http.MethodPost, path, key, by, "application/json", text, out)
}

// reconciled asks for the reconciliation as of the last act, every check of which must hold.
func (h *overHTTP) reconciled(ctx context.Context, on accounting.Date) error {
	if h.last.Before(on) {
		h.last = on
	}
	h.asked++
	var report struct {
		Projects []struct {
			Code   string
			Checks []struct {
				Name, Detail string
				OK           bool
			}
		}
	}
	h.get(ctx, "/reconciliation?as_of="+h.last.String(), &report)
	var wrong []error
	for _, p := range report.Projects {
		for _, c := range p.Checks {
			if !c.OK {
				wrong = append(wrong, fmt.Errorf("%s: %s: %s", p.Code, c.Name, c.Detail))
			}
		}
	}
	return errors.Join(wrong...)
}

type posted struct {
	Document projects.Document
	Receipts []struct {
		Period string
		Number int
	}
}

func (p posted) numbers() []accounting.VoucherNo {
	numbers := make([]accounting.VoucherNo, len(p.Receipts))
	for i, r := range p.Receipts {
		period, err := accounting.ParsePeriod(r.Period)
		if err != nil {
			panic(err) // the API writes periods as it reads them
		}
		numbers[i] = accounting.VoucherNo{Period: period, Number: r.Number}
	}
	return numbers
}

func (h *overHTTP) BudgetLine(ctx context.Context, key string, by seeds.Seat, in projects.NewBudgetLine) error {
	return h.post(ctx, "/budget-lines", key, by, map[string]any{"project": in.Node, "fiscal_year": in.FiscalYear, "fund_nature": in.FundNature, "funding_source": in.FundingSource}, nil)
}

// eventPaths are the addresses of the events that no document brings about yet.
var eventPaths = map[string]string{
	"Opening": "opening", "ApproveList": "subsidy-list", "ReceiveInjection": "injection-receipt", "PassOnInjection": "injection-pass-on", "FundReceipt": "fund-receipt", "Relief": "relief",
	"ForfeitRetention": "retention-forfeit", "AdjustAsset": "asset-adjustment",
}

func (h *overHTTP) Event(ctx context.Context, key string, preparedBy, by seeds.Seat, e projects.Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	var body map[string]any
	if err := json.Unmarshal(text, &body); err != nil {
		return err
	}
	body["prepared_by"], body["attachments"] = preparedBy.Person, 1
	on, _ := body["date"].(string)
	if err := h.post(ctx, "/events/"+eventPaths[reflect.TypeOf(e).Name()], key, seeds.Seat{Person: by.Person, Role: "system"}, body, nil); err != nil {
		return err
	}
	return h.reconciled(ctx, accounting.MustDate(on))
}

func (h *overHTTP) Draft(ctx context.Context, key string, by seeds.Seat, kind projects.DocumentKind, content projects.Content) (*projects.Document, error) {
	var d struct {
		ID, Number, State, Flow, Hash string
		Kind                          projects.DocumentKind
		Content                       json.RawMessage
	}
	if err := h.post(ctx, "/documents/"+strings.ReplaceAll(string(kind), "_", "-"), key, by, content, &d); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(d.ID)
	if err != nil {
		return nil, err
	}
	made := projects.Document{ID: id, Kind: d.Kind, Number: d.Number, State: d.State, Flow: projects.Flow(d.Flow), Content: d.Content}
	return &made, made.Hash.UnmarshalText([]byte(d.Hash))
}

func (h *overHTTP) Take(ctx context.Context, key string, by seeds.Seat, d *projects.Document, verb, reason string, on accounting.Date) ([]accounting.VoucherNo, error) {
	var p struct {
		Receipts []struct {
			Period string
			Number int
		}
	}
	err := h.post(ctx, "/documents/"+d.ID.String()+"/"+verb, key, by, map[string]any{"hash": d.Hash, "reason": reason, "date": on}, &p)
	if err != nil {
		return nil, err
	}
	if len(p.Receipts) == 0 { // the books are as they were
		return nil, nil
	}
	return posted{Receipts: p.Receipts}.numbers(), h.reconciled(ctx, on)
}

func (h *overHTTP) Store(ctx context.Context, key string, by seeds.Seat, name, text string) (hash accounting.Hash, err error) {
	var f struct{ Hash string }
	if err := h.send(ctx, http.MethodPost, "/files?name="+name, key, by, "application/octet-stream", []byte(text), &f); err != nil {
		return hash, err
	}
	return hash, hash.UnmarshalText([]byte(f.Hash))
}

func (h *overHTTP) SignOutside(ctx context.Context, key string, entered, checked seeds.Seat, s projects.OutsideSignature) error {
	var made struct{ ID string }
	path := "/documents/" + s.Document.String()
	if err := h.post(ctx, path+"/outside-acts", key+"/enter", entered, s, &made); err != nil {
		return err
	}
	return h.post(ctx, path+"/"+s.Verb, key, checked, map[string]any{"hash": s.Hash, "outside_act": made.ID}, nil)
}

func (h *overHTTP) Pay(ctx context.Context, key string, entered, checked seeds.Seat, request string, line int, on accounting.Date) ([]accounting.VoucherNo, error) {
	path := fmt.Sprintf("/payment-requests/%s/lines/%d", request, line)
	if err := h.post(ctx, path+"/receipt", key+"/receipt", entered, map[string]any{"date": on, "serial": key}, nil); err != nil {
		return nil, err
	}
	var p posted
	if err := h.send(ctx, http.MethodPost, path+"/confirm", key, checked, "", nil, &p); err != nil {
		return nil, err
	}
	return p.numbers(), h.reconciled(ctx, on)
}

func (h *overHTTP) Reissue(ctx context.Context, key string, asked, agreed seeds.Seat, request string, line int, account, reason string) error {
	path := fmt.Sprintf("/payment-requests/%s/lines/%d", request, line)
	if err := h.post(ctx, path+"/reissue", key+"/ask", asked, map[string]any{"account": account, "reason": reason}, nil); err != nil {
		return err
	}
	return h.send(ctx, http.MethodPost, path+"/approve-reissue", key, agreed, "", nil, nil)
}

func (h *overHTTP) Progress(ctx context.Context, key string, by seeds.Seat, in projects.NewProgress) error {
	return h.post(ctx, "/projects/"+in.Node+"/progress", key, by, map[string]any{"month": in.Month.String(), "percent": in.Percent.String(), "problems": in.Problems, "measures": in.Measures, "date": in.Date}, nil)
}

func (h *overHTTP) CloseMonth(ctx context.Context, key string, proposed, confirmed seeds.Seat, month accounting.Period) error {
	var listed struct {
		Periods []struct {
			Period   string
			Vouchers int
		}
	}
	h.get(ctx, "/periods", &listed)
	asked, path := map[string]int{}, "/periods/"+month.String()
	for _, p := range listed.Periods {
		if p.Period == month.String() {
			asked["vouchers"] = p.Vouchers
		}
	}
	var p struct{ Number int }
	if err := h.post(ctx, path+"/close-proposals", key+"/propose", proposed, asked, &p); err != nil {
		return err
	}
	return h.post(ctx, path+"/close", key, confirmed, map[string]int{"proposal": p.Number}, nil)
}

func (h *overHTTP) Notice(ctx context.Context, key string, drafted, issued seeds.Seat, in projects.NewNotice) error {
	var made struct{ ID, Hash string }
	if err := h.post(ctx, "/notices", key+"/draft", drafted, map[string]any{"month": in.Month.String(), "date": in.Date, "demands": in.Demands}, &made); err != nil {
		return err
	}
	return h.post(ctx, "/notices/"+made.ID+"/issue", key, issued, map[string]string{"hash": made.Hash}, nil)
}

func (h *overHTTP) BankAccount(ctx context.Context, key string, by seeds.Seat, in projects.NewBankAccount) error {
	return h.post(ctx, "/bank-accounts", key, by, in, nil)
}

func (h *overHTTP) Import(ctx context.Context, key string, by seeds.Seat, in projects.ImportRequest) error {
	return h.post(ctx, "/imports", key, by, map[string]any{"kind": in.Kind, "source": in.Source, "file": in.File, "month": in.Month.String(), "account": in.Account}, nil)
}

func (h *overHTTP) ExplainBankItem(ctx context.Context, key string, by seeds.Seat, number string, month accounting.Period, item uuid.UUID, because projects.BankItemReason) error {
	return h.post(ctx, fmt.Sprintf("/bank-reconciliation/%s/%s/items/%s/reason", number, month, item), key, by, because, nil)
}

func (h *overHTTP) BankSheet(ctx context.Context, number string, month accounting.Period) (*projects.BankReconciliation, error) {
	var sheet projects.BankReconciliation
	return &sheet, h.send(ctx, http.MethodGet, fmt.Sprintf("/bank-reconciliation/%s/%s", number, month), "", seeds.Seat{Person: "auditor", Role: "auditor"}, "", nil, &sheet)
}

func (h *overHTTP) Entries(ctx context.Context, account, project string, until accounting.Date) (all []seeds.Entry, err error) {
	var out struct {
		Lines []struct {
			Voucher, Date string
			Debit, Credit accounting.Money
		}
	}
	h.get(ctx, fmt.Sprintf("/accounts/%s/statement?project=%s&from=%d-01-01&as_of=%s", account, project, seeds.FirstYear, until), &out)
	for _, l := range out.Lines {
		e := seeds.Entry{Date: accounting.MustDate(l.Date), Amount: l.Debit.Sub(l.Credit)}
		month, number, _ := strings.Cut(l.Voucher, " 记-")
		if e.No.Period, err = accounting.ParsePeriod(month); err != nil {
			return nil, err
		}
		if e.No.Number, err = strconv.Atoi(number); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func (h *overHTTP) Assets(ctx context.Context, project string) (ids []uuid.UUID, err error) {
	var found struct{ Assets []struct{ ID uuid.UUID } }
	h.get(ctx, "/projects/"+project+"/assets", &found)
	for _, a := range found.Assets {
		ids = append(ids, a.ID)
	}
	return ids, nil
}
