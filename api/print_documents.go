package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

func (s *Server) printDocument(ctx context.Context, in *getDocumentRequest) (*printResponse, error) {
	id, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	var name string
	out, err := s.print(ctx, "", time.Time{}, func(ctx context.Context, p printing) (form, error) {
		d, err := projects.FindDocument(ctx, p.tx, p.who.Book, id)
		if err != nil {
			return nil, err
		}
		name = d.Number
		signatures, err := p.signatures(ctx, d)
		if err != nil {
			return nil, err
		}
		if d.Kind == "payment_request" {
			return p.requestForm(ctx, d, signatures)
		}
		return p.documentSheet(ctx, d, signatures)
	})
	if err != nil {
		return nil, err
	}
	out.ContentDisposition = inlineAs(name)
	return out, nil
}

// signatures are the acts on a document in the order they were done.
func (p printing) signatures(ctx context.Context, d *projects.Document) ([]paper.Signature, error) {
	acts, err := projects.Acts(ctx, p.tx, p.who.Book, d.ID)
	if err != nil {
		return nil, err
	}
	known, err := namesOf(ctx, p.tx, p.who.Book)
	return each(acts, func(a projects.Act) paper.Signature {
		sign := paper.Signature{Office: word(roleWords, a.Role), Act: word(verbWords, a.Verb), Name: known[a.Person].Name, At: a.At.In(shanghai).Format("2006-01-02 15:04"), Remark: a.Reason}
		if !a.OnBehalfOf.IsZero() {
			sign.Name += "（代 " + known[a.OnBehalfOf].Name + "）"
		}
		if a.OutsideName != "" {
			sign.Name, sign.Outside = a.OutsideName, true
			sign.Remark = strings.TrimSpace(fmt.Sprintf("%s %s，由 %s 核对原件 %s", a.OutsideOffice, a.OutsideDate, known[a.Person].Name, a.Reason))
		}
		return sign
	}), err
}

func (p printing) requestForm(ctx context.Context, d *projects.Document, signatures []paper.Signature) (form, error) {
	f, err := projects.ReadPaymentForm(ctx, p.tx, d)
	if err != nil {
		return nil, err
	}
	q := f.Request
	r := paper.Request{
		Number: d.Number, Date: q.Date, Year: q.Date.Year(), Unit: f.Unit.Code + " " + f.Unit.Name, Project: f.Node.Code + " " + f.Node.NameZH, Kind: word(paymentWords, q.Payment), Purpose: q.Purpose,
		EconomicClass: q.EconomicClass, Works: f.Node.Type == projects.Works, State: word(stateWords, d.State), Signatures: signatures, Warnings: each(q.Warnings, inChinese),
	}
	if d.Amount != nil {
		r.Amount = *d.Amount
	}
	for _, l := range f.Budget {
		r.Lines = append(r.Lines, requestLine(l, f))
	}
	for _, l := range f.Payees {
		r.Payees = append(r.Payees, paper.RequestPayee{Name: l.Name, Account: l.Account, Bank: l.Bank, BankCode: l.BankCode, For: word(lineWords, l.For), State: word(stateWords, l.State), OrderNumber: l.OrderNumber, Amount: l.Amount})
	}
	r.Invoices = each(q.Invoices, func(v projects.InvoiceUse) paper.RequestInvoice {
		return paper.RequestInvoice{Number: v.Number, Code: v.Code, Date: v.Date, Amount: v.Amount, Use: v.Use}
	})
	if f.Contract != nil {
		r.Contract = requestContract(*f.Contract, r.Amount, d.State)
	}
	r.Attachments, err = p.fileNames(ctx, q.Attachments)
	return func(font *paper.Font, in paper.Imprint) ([]byte, error) { return paper.PrintRequest(font, in, r) }, err
}

// requestLine shows what is available before and after the request: its money is taken off what is available when it is
// approved, and not at all where a contract holds it already.
func requestLine(l projects.FormLine, f *projects.PaymentForm) paper.RequestLine {
	out := paper.RequestLine{DocumentNos: l.DocumentNos, Line: l.BudgetLine, FundNature: word(natureWords, l.FundNature), Source: l.Source, FunctionalClass: l.FunctionalClass, Before: l.Available, ThisTime: l.ThisTime, After: l.Available}
	switch {
	case f.Contract != nil:
		out.FunctionalClass = strings.TrimSpace(out.FunctionalClass + "\n合同占用内支付")
	case f.Reserved:
		out.Before = l.Available.Add(l.ThisTime)
	default:
		out.After = l.Available.Sub(l.ThisTime)
	}
	return out
}

// requestContract is how the contract stands, with the share of the price that is paid once this is.
func requestContract(k projects.Contract, thisTime accounting.Money, state string) *paper.RequestContract {
	paid := accounting.Sum(k.AdvancePaid, k.PayablePaid, k.RetentionPaid)
	out := &paper.RequestContract{Number: k.Number, Name: k.Name, Supplier: k.Supplier, Price: k.Price, Certified: k.Certified, CertifiedPayable: k.CertifiedPayable, Recouped: k.AdvanceRecouped, Retained: k.RetentionKept,
		Deducted: k.Deducted, Paid: paid, PayableNow: k.PayableNow, ThisTime: thisTime, Formula: inChinese(k.PayableFormula)}
	rate, price := k.ProgressRate, k.Price
	if k.SettledPrice != nil {
		rate, price = k.SettledRate, *k.SettledPrice
	}
	out.Rate = rate.String() + "%"
	if state != "confirmed" {
		paid = paid.Add(thisTime)
	}
	if !price.IsZero() {
		out.PaidShare = paid.Decimal().Mul(decimal.NewFromInt(100)).DivRound(price.Decimal(), 2).StringFixed(2) + "%"
	}
	return out
}

// fileNames are the names of attached files; one the reader may not see shows the beginning of its hash.
func (p printing) fileNames(ctx context.Context, hashes []accounting.Hash) ([]string, error) {
	names := make([]string, len(hashes))
	for i, h := range hashes {
		f, err := projects.FindFile(ctx, p.tx, p.who.Book, p.who.Actor, h)
		switch {
		case err == nil:
			names[i] = f.Name
		case fault.Code(err) == "file_unknown":
			names[i] = h.String()[:12]
		default:
			return nil, err
		}
	}
	return names, nil
}

func (p printing) documentSheet(ctx context.Context, d *projects.Document, signatures []paper.Signature) (form, error) {
	sheet := paper.Sheet{Title: kindWord(d.Kind), Number: d.Number, State: word(stateWords, d.State), Amount: d.Amount, Signatures: signatures}
	var said struct {
		Date        accounting.Date   `json:"date"`
		Attachments []accounting.Hash `json:"attachments"`
	}
	err := json.Unmarshal(d.Content, &said)
	if err == nil {
		sheet.Date = said.Date
		sheet.Facts, err = factsOf(d.Content)
	}
	if err != nil {
		return nil, fault.Internal(err)
	}
	sheet.Facts, err = p.namedFiles(ctx, sheet.Facts, said.Attachments)
	if err != nil {
		return nil, err
	}
	units, err := accounting.Units(ctx, p.tx, p.who.Book)
	if err != nil {
		return nil, err
	}
	for _, u := range units {
		if u.ID == d.Unit {
			sheet.Unit = u.Code + " " + u.Name
		}
	}
	if !d.Node.IsZero() {
		names, err := projects.ProjectNames(ctx, p.tx, p.who.Book, []accounting.ProjectID{d.Node})
		if err != nil {
			return nil, err
		}
		sheet.Project = strings.TrimSpace(names[d.Node].Code + " " + names[d.Node].Name)
	}
	return func(font *paper.Font, in paper.Imprint) ([]byte, error) { return paper.PrintSheet(font, in, sheet) }, nil
}

// namedFiles puts the names of the attached files in the place of their hashes.
func (p printing) namedFiles(ctx context.Context, facts []paper.Fact, hashes []accounting.Hash) ([]paper.Fact, error) {
	names, err := p.fileNames(ctx, hashes)
	for i, h := range hashes {
		for j := range facts {
			if err == nil && facts[j].Value == h.String() {
				facts[j].Value = names[i]
			}
		}
	}
	return facts, err
}

func kindWord(kind projects.DocumentKind) string {
	for _, f := range projects.DocumentForms() {
		if f.Kind == kind {
			return f.NameZH
		}
	}
	return string(kind)
}
