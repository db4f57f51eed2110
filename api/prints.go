package api

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

const pdfType = "application/pdf"

// printResponse is a PDF that the browser shows.
type printResponse struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

// printRoutes are the forms as PDF. Each is a GET, so that a page links to it.
func (s *Server) printRoutes(api huma.API) {
	printed := func(id, path, summary string, roles []string) huma.Operation {
		op := huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Prints"}, DefaultStatus: http.StatusOK,
			Responses: map[string]*huma.Response{"200": {Description: "the form", Content: map[string]*huma.MediaType{pdfType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}}
		if roles != nil {
			op.Metadata = map[string]any{rolesKey: roles}
		}
		return op
	}
	operation(s, api, printed("print-document", "/documents/{id}/print", "支付申请单, or the sheet of any other document", nil), s.printDocument)
	operation(s, api, printed("print-month", "/periods/{period}/vouchers/print", "A month's vouchers to be bound: cover 封面, 科目汇总表, vouchers", nil), s.printMonth)
	operation(s, api, printed("print-statement", "/accounts/{account}/statement/print", "明细账 with 承前页 and 过次页", nil), s.printStatement)
	operation(s, api, printed("print-reconciliation", "/reconciliation/print", "对账单 Plan, authority, documents and payments of each project", nil), s.printReconciliation)
	operation(s, api, printed("print-budget-execution", "/budget-execution/print", "预算执行情况表 How far the year's authority is used, in 万元", nil), s.printExecution)
	operation(s, api, printed("print-project-register", "/project-register/print", "项目资金台账 on A3, in 万元", nil), s.printRegister)
	operation(s, api, printed("print-notice", "/notices/{id}/print", "督查通报 as it was issued", nil), s.printNotice)
	operation(s, api, printed("print-bank-reconciliation", "/bank-reconciliation/{account}/{month}/print", "余额调节表", nil), s.printBankSheet)
	operation(s, api, printed("print-treasury-reconciliation", "/treasury-reconciliation/{month}/print", "支出对账", wholeBook), s.printTreasurySheet)
	operation(s, api, printed("print-payment-order", "/payment-requests/{number}/lines/{line}/print", "国库集中支付凭证 of an ordered line", nil), s.printOrder)
	operation(s, api, printed("print-voucher", "/vouchers/{period}/{number}/print", "记账凭证 A voucher on paper", nil), s.printVoucher)
}

// face is the font of all prints. It is read at the first print, and again while it is missing: it may be installed meanwhile.
var face struct {
	sync.Mutex
	font *paper.Font
}

func printFace() (*paper.Font, error) {
	face.Lock()
	defer face.Unlock()
	var err error
	if face.font == nil {
		face.font, err = paper.LoadFont(paper.FontFiles...)
	}
	return face.font, err
}

// form makes a print once what it shows is read.
type form func(*paper.Font, paper.Imprint) ([]byte, error)

// printing is what a print is made from: the reader's view of the books, in one transaction.
type printing struct {
	tx      bun.Tx
	who     caller
	imprint paper.Imprint
}

// print reads what a form shows, then makes it. Codes: font_missing.
func (s *Server) print(ctx context.Context, name string, known time.Time, read func(context.Context, printing) (form, error)) (*printResponse, error) {
	font, err := printFace()
	if err != nil {
		return nil, err
	}
	who := by(ctx)
	p := printing{who: who}
	var draw form
	err = accounting.ReadKnown(ctx, s.db, who.Book, known, func(ctx context.Context, tx bun.Tx) (err error) {
		p.tx = tx
		if p.imprint, err = imprintOf(ctx, tx, who); err != nil {
			return err
		}
		draw, err = read(ctx, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	content, err := draw(font, p.imprint)
	return &printResponse{pdfType, inlineAs(name), content}, err
}

func inlineAs(name string) string { return "inline; filename*=UTF-8''" + url.PathEscape(name+".pdf") }

// imprintOf says whose book it is and who prints when.
func imprintOf(ctx context.Context, tx bun.Tx, who caller) (paper.Imprint, error) {
	in := paper.Imprint{PrintedAt: time.Now().In(shanghai)}
	book, err := accounting.FindBook(ctx, tx, who.Book)
	if err != nil {
		return in, err
	}
	in.Book, in.Demo = book.Name, book.Kind == accounting.DemoBook
	names, err := namesOf(ctx, tx, who.Book)
	in.PrintedBy = names[who.Person].Name
	return in, err
}

// nodeNames are the projects of vouchers by name.
func (p printing) nodeNames(ctx context.Context, vouchers ...accounting.Posted) (map[accounting.ProjectID]projects.ProjectName, error) {
	seen := map[accounting.ProjectID]bool{}
	var ids []accounting.ProjectID
	for _, v := range vouchers {
		for _, l := range v.Lines {
			if !seen[l.Project] {
				seen[l.Project], ids = true, append(ids, l.Project)
			}
		}
	}
	return projects.ProjectNames(ctx, p.tx, p.who.Book, ids)
}
