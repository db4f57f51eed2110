package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

type (
	printReconciliationRequest struct {
		AsOf  Day       `query:"as_of" required:"true" doc:"last day looked at"`
		Known time.Time `query:"known_at" doc:"as the books knew it at this moment; now when left out"`
		Unit  string    `query:"unit" maxLength:"64" doc:"code of one accounting unit; all when left out"`
	}
	printExecutionRequest struct {
		AsOf Day    `query:"as_of" required:"true" doc:"last day looked at"`
		Unit string `query:"unit" maxLength:"64" doc:"code of one accounting unit; all when left out"`
	}
	printTreasuryRequest struct {
		Month Month `path:"month"`
	}
	printOrderRequest struct {
		Number string `path:"number" maxLength:"40"`
		Line   int    `path:"line" minimum:"1" maximum:"200"`
	}
)

// printReconciliation prints the 对账单. Like the report itself it reads its checks as the operator and shows a unit's own rows.
func (s *Server) printReconciliation(ctx context.Context, in *printReconciliationRequest) (*printResponse, error) {
	report, err := s.reconciliation(ctx, &reconciliationRequest{AsOf: in.AsOf, Known: in.Known, Unit: in.Unit})
	if err != nil {
		return nil, err
	}
	r, ok := report.Body.(*projects.Reconciliation)
	if !ok {
		return nil, fault.Internal(fmt.Errorf("the reconciliation is a %T", report.Body))
	}
	return s.print(ctx, "对账单-"+in.AsOf.String(), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		out := paper.Reconciliation{AsOf: r.AsOf, Known: r.KnownAt, Unit: in.Unit, Columns: projects.PrintedColumns(), Total: r.Total.Printed(), WithoutPlan: r.WithoutPlan, OK: r.OK}
		levels := map[string]int{}
		for _, x := range r.Projects {
			row := paper.ReconciledProject{Code: x.Code, Name: x.Name, Figures: x.Printed()}
			if x.Parent != "" {
				row.Level = levels[x.Parent] + 1
			}
			levels[x.Code] = row.Level
			for _, c := range x.Checks {
				if !c.OK {
					row.Failed = append(row.Failed, word(checkWords, c.Name)+" "+c.Detail)
				}
			}
			out.Projects = append(out.Projects, row)
		}
		known, err := namesOf(ctx, p.tx, p.who.Book)
		if err != nil {
			return nil, err
		}
		owners := map[string]string{}
		for _, signer := range known {
			owners[signer.Code] = signer.Name
		}
		for _, o := range r.OpenItems {
			item := paper.OpenItem{Kind: word(openWords, o.Kind), Project: o.Project, Subject: o.Subject, Reason: o.Reason, Owner: owners[o.Owner], Amount: o.Amount}
			if o.Age != nil {
				item.Days = fmt.Sprint(*o.Age)
			}
			out.Open = append(out.Open, item)
		}
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) {
			return paper.PrintReconciliation(f, imprint, out)
		}, nil
	})
}

func (s *Server) printBankSheet(ctx context.Context, in *bankSheetRequest) (*printResponse, error) {
	return s.print(ctx, fmt.Sprintf("余额调节表-%s-%s", in.Account, in.Month), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		b, err := projects.ReconcileBank(ctx, p.tx, p.who.Book, in.Account, in.Month.Period)
		if err != nil {
			return nil, err
		}
		units, err := accounting.Units(ctx, p.tx, p.who.Book)
		if err != nil {
			return nil, err
		}
		out := paper.BankSheet{Bank: b.Account.Bank, Number: b.Account.Number, Account: b.Account.Account, Month: b.Month, Ledger: b.Ledger, BankIn: b.BankIn, BankOut: b.BankOut, Adjusted: b.Adjusted,
			Statement: b.Bank, StatementAdjusted: b.BankSide, Apart: b.Apart, UnitIn: b.UnitIn, UnitOut: b.UnitOut}
		for _, u := range units {
			if u.Code == b.Account.Unit {
				out.Unit = u.Name
			}
		}
		out.Items = each(b.Items, func(x projects.BankItem) paper.BankSheetItem {
			return paper.BankSheetItem{Side: word(bankWords, x.Side), Date: x.Date, About: strings.Join(strings.Fields(strings.Join([]string{x.Memo, x.Party, x.Voucher, x.Serial}, " ")), " "), Days: x.Days, Reason: x.Reason, Owner: x.Owner, Amount: x.Amount}
		})
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) {
			return paper.PrintBankSheet(f, imprint, out)
		}, nil
	})
}

func (s *Server) printTreasurySheet(ctx context.Context, in *printTreasuryRequest) (*printResponse, error) {
	return s.print(ctx, "支出对账-"+in.Month.String(), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		t, err := projects.Sheet(ctx, p.tx, p.who.Book, in.Month.Period)
		if err != nil {
			return nil, err
		}
		line := func(l projects.SheetLine) paper.TreasuryLine {
			return paper.TreasuryLine{BudgetLine: l.BudgetLine, Project: strings.TrimSpace(l.Project + " " + l.Name), Ours: l.Ours, Theirs: l.Theirs, Both: l.Both, OnlyOurs: l.OnlyOurs, OnlyTheirs: l.OnlyTheirs}
		}
		out := paper.TreasurySheet{Month: t.Of, ListTaken: t.ListTaken, Lines: each(t.Lines, line), Total: line(projects.SheetLine{SheetFigures: t.Total})}
		out.Entries = each(t.Entries, func(e projects.SheetEntry) paper.TreasuryEntry {
			return paper.TreasuryEntry{BudgetLine: e.BudgetLine, Side: word(sideWords, e.Side), Voucher: e.Voucher, Request: e.Request, Detail: detailIn("zh", e.Detail), Reason: e.Reason, Owner: e.Owner, Day: e.Day, Amount: e.Amount}
		})
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) {
			return paper.PrintTreasurySheet(f, imprint, out)
		}, nil
	})
}

func (s *Server) printExecution(ctx context.Context, in *printExecutionRequest) (*printResponse, error) {
	unit, err := s.unitID(ctx, by(ctx).Book, in.Unit)
	if err != nil {
		return nil, err
	}
	return s.print(ctx, "预算执行情况表-"+in.AsOf.String(), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		e, err := projects.ExecuteBudget(ctx, p.tx, p.who.Book, in.AsOf.Date, unit)
		if err != nil {
			return nil, err
		}
		out := paper.Execution{AsOf: e.AsOf, TimeShare: e.TimeShare.StringFixed(2), Rows: each(e.Rows, executionRow), Total: executionRow(e.Total)}
		if out.Unit, err = p.unitName(ctx, unit); err != nil {
			return nil, err
		}
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) {
			return paper.PrintExecution(f, imprint, out)
		}, nil
	})
}

func executionRow(u projects.BudgetUse) paper.ExecutionRow {
	share := func(d *decimal.Decimal) string {
		if d == nil {
			return "–"
		}
		return d.StringFixed(2)
	}
	row := paper.ExecutionRow{Code: u.Project, Name: u.Name, Unit: u.Unit, FundNature: word(natureWords, u.FundNature), Original: u.Original, Changed: accounting.Sum(u.Added, u.Cut, u.Moved), Adjusted: u.Adjusted, Issued: u.Issued,
		HeldByContract: u.HeldByContract, Held: u.HeldByRequest, Month: u.Month, Year: u.Year, Rest: u.Rest, Progress: share(u.Progress), Gap: share(u.Gap)}
	var said []string
	for _, x := range []struct {
		name string
		m    accounting.Money
	}{{"追加", u.Added}, {"追减", u.Cut}, {"调剂", u.Moved}, {"冻结", u.Frozen}} {
		if !x.m.IsZero() {
			said = append(said, x.name+" "+paper.Wan(x.m))
		}
	}
	row.Remark = strings.Join(said, "；")
	return row
}

// printOrder prints the 国库集中支付凭证 of a line of a request. A line that is not ordered has none. Codes: document_unknown, step_not_allowed.
func (s *Server) printOrder(ctx context.Context, in *printOrderRequest) (*printResponse, error) {
	return s.print(ctx, fmt.Sprintf("国库集中支付凭证-%s-%d", in.Number, in.Line), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		d, err := projects.FindDocumentByNumber(ctx, p.tx, p.who.Book, in.Number)
		if err != nil {
			return nil, err
		}
		f, err := projects.ReadPaymentForm(ctx, p.tx, d)
		if err != nil {
			return nil, err
		}
		for _, l := range f.Payees {
			if l.LineNo == in.Line && l.OrderNumber != "" {
				o, err := p.order(ctx, f, l)
				return func(font *paper.Font, imprint paper.Imprint) ([]byte, error) {
					return paper.PrintOrder(font, imprint, o)
				}, err
			}
		}
		return nil, fault.Conflict("step_not_allowed", "line %d of %s is not ordered, so it has no payment voucher", in.Line, in.Number)
	})
}

func (p printing) order(ctx context.Context, f *projects.PaymentForm, l projects.FormPayee) (paper.Order, error) {
	q := f.Request
	o := paper.Order{Number: l.OrderNumber, Request: f.Document.Number, State: word(stateWords, l.State), Year: q.Date.Year(), Unit: f.Unit.Name, Project: f.Node.Code + " " + f.Node.NameZH, EconomicClass: q.EconomicClass,
		Purpose: q.Purpose, Kind: word(paymentWords, q.Payment), Payee: l.Name, Account: l.Account, Bank: l.Bank, BankCode: l.BankCode, Amount: l.Amount, Returned: l.Returned, PaidOn: l.PaidOn, Serial: l.Serial, Voucher: l.Voucher}
	say := func(into *string, text string) {
		if text != "" && !strings.Contains("、"+*into+"、", "、"+text+"、") {
			*into = strings.TrimPrefix(*into+"、"+text, "、")
		}
	}
	for _, b := range f.Budget {
		say(&o.DocumentNos, b.DocumentNos)
		say(&o.BudgetLine, b.BudgetLine)
		say(&o.FundNature, word(natureWords, b.FundNature))
		say(&o.FunctionalClass, b.FunctionalClass)
	}
	acts, err := projects.Acts(ctx, p.tx, p.who.Book, f.Document.ID)
	for _, a := range acts {
		if a.Verb == "order" {
			on := a.At.In(shanghai)
			o.Date = accounting.NewDate(on.Year(), on.Month(), on.Day())
		}
	}
	return o, err
}
