package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// typedRows are as many rows of a form as are looked at while somebody types.
const typedRows = 50

// saidBeside is what stands beside a field while it is typed.
type saidBeside struct {
	Text  string `json:"text"`
	Wrong bool   `json:"wrong"`
}

// typedRequest says, of a payment request as far as it is typed, what its budget lines have available and which invoices the
// book knows. Saving asks everything again.
func (s *Server) typedRequest(l *look) (*answer, error) {
	said := map[string]saidBeside{}
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := s.typedInvoices(ctx, tx, l, said); err != nil {
			return err
		}
		return s.typedSources(ctx, tx, l, said)
	})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(said)
	if err != nil {
		return nil, fault.Internal(err)
	}
	return &answer{file: text, fileType: "application/json", beside: true}, nil
}

func (s *Server) typedInvoices(ctx context.Context, tx bun.Tx, l *look, said map[string]saidBeside) error {
	for i := range typedRows {
		at := fmt.Sprintf("invoices.%d.", i)
		v := projects.InvoiceUse{Payee: l.typed(at + "payee"), Number: l.typed(at + "number"), Code: l.typed(at + "code"), Amount: amountSoFar(l, at+"amount"), Use: amountSoFar(l, at+"use")}
		if v.Payee == "" {
			v.Payee = l.typed("payees.0.payee")
		}
		if v.Number == "" {
			continue
		}
		v.Date, _ = lists.TypedDay(l.typed(at + "date"))
		known, err := projects.KnownInvoices(ctx, tx, l.who.Book, []projects.InvoiceUse{v})
		if err != nil {
			return err
		}
		k := known[0]
		switch text := l.invoiceWrong(v, k); {
		case !k.Known:
		case text != "" && (v.Use.Cmp(k.Left) > 0 || !v.Amount.IsZero() && !v.Date.IsZero()):
			said[at+"number"] = saidBeside{text, true}
		case k.Used:
			said[at+"number"] = saidBeside{l.t("request.invoice_known", v.Number, web.Grouped(k.Amount.String()), web.Grouped(k.Amount.Sub(k.Left).String()), k.UsedBy, web.Grouped(k.Left.String())), k.Left.IsZero()}
		}
	}
	return nil
}

// invoiceWrong says what is wrong with the use of an invoice; empty: nothing.
func (l *look) invoiceWrong(v projects.InvoiceUse, k projects.KnownInvoice) string {
	y := func(m accounting.Money) string { return web.Grouped(m.String()) }
	switch {
	case !k.Known:
		return ""
	case v.Use.Cmp(k.Left) > 0:
		return l.t("request.invoice_used", v.Number, y(k.Amount), y(k.Amount.Sub(k.Left)), k.UsedBy, y(k.Left), y(v.Use), y(v.Use.Sub(k.Left)))
	case k.Used && (!v.Amount.Equal(k.Amount) || v.Date != k.Day):
		return l.t("request.invoice_differs", v.Number, k.Day, y(k.Amount))
	}
	return ""
}

// typedSources tells the available balance of each budget line of the project, and what the request would leave of it.
func (s *Server) typedSources(ctx context.Context, tx bun.Tx, l *look, said map[string]saidBeside) error {
	day, err := lists.TypedDay(l.typed("date"))
	node := l.typed("node")
	if err != nil || node == "" {
		return nil
	}
	lines, err := projects.Ladders(ctx, tx, projects.LadderQuery{Book: l.who.Book, Year: day.Year(), Project: node, Limit: 1000}, l.who.Actor)
	if err != nil {
		return err
	}
	for i := range typedRows {
		at := fmt.Sprintf("sources.%d.", i)
		code, asked := l.typed(at+"budget_line"), amountSoFar(l, at+"amount")
		for _, b := range lines {
			if b.BudgetLine != code {
				continue
			}
			switch rest := b.Available.Sub(asked); {
			case l.typed("contract") != "": // its payments come out of what the contract holds
				said[at+"amount"] = saidBeside{l.t("request.held", web.Grouped(b.HeldByContract.String())), false}
			case rest.Sign() < 0:
				said[at+"amount"] = saidBeside{l.t("request.short", web.Grouped(b.Available.String()), web.Grouped(asked.String()), web.Grouped(rest.Neg().String())), true}
			default:
				said[at+"amount"] = saidBeside{l.t("request.rest", web.Grouped(b.Available.String()), web.Grouped(asked.String()), web.Grouped(rest.String())), false}
			}
		}
	}
	return nil
}

// amountSoFar is an amount as far as it is typed, read as saving reads it; what cannot be read is zero, and saving says so.
func amountSoFar(l *look, name string) accounting.Money {
	m, _, _ := lists.Typed(l.typed(name))
	return m
}
