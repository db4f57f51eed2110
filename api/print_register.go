package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mingzhang/accounting"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

type printRegisterRequest struct {
	AsOf Day `query:"as_of" doc:"the end of this day; today when left out"`
}

// printRegister prints the 台账 of the projects the caller reads.
func (s *Server) printRegister(ctx context.Context, in *printRegisterRequest) (*printResponse, error) {
	r, err := projects.RegisterOf(ctx, s.db, by(ctx).Book, dayOrToday(in.AsOf))
	if err != nil {
		return nil, err
	}
	return s.print(ctx, "项目资金台账-"+r.AsOf.String(), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		out := paper.Register{AsOf: r.AsOf, Rows: each(r.Rows, registerRow), Total: registerFigures(r.Total)}
		if who := p.who; !who.ReadsAll() {
			name, err := p.unitName(ctx, who.Unit)
			if err != nil {
				return nil, err
			}
			out.Unit = name
		}
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) {
			return paper.PrintRegister(f, imprint, out)
		}, nil
	})
}

func registerFigures(f projects.RegisterFigures) paper.RegisterRow {
	return paper.RegisterRow{Planned: f.Plan, Issued: f.Issued, ContractPrice: f.Contracts, Certified: f.Certified, Works: f.Works, Equipment: f.Equipment, Deferred: f.Deferred, OtherCost: f.Other,
		Payable: f.Payable, Advance: f.Advance, Retention: f.Retention, Paid: f.ExecutedTotal, Rest: f.BudgetRest}
}

func registerRow(r projects.RegisterRow) paper.RegisterRow {
	out := registerFigures(r.RegisterFigures)
	list := func(names []string) string { return strings.Join(names, "、") }
	out.Place, out.Top, out.Name, out.Part = fmt.Sprint(r.No), r.Top, r.Code+" "+r.Project, r.Part
	out.Leader, out.With, out.Content, out.Due = list(r.Leaders), list(r.Cooperating), r.Scope, r.DueMonth
	out.Lead = list(each(r.Leads, func(u projects.PartyUnit) string { return u.Name }))
	out.Sources, out.DocumentNos, out.Contractor = list(r.FundingSources), list(r.DocumentNos), list(r.Suppliers)
	if r.InvestmentRate != nil {
		out.InvestedShare = *r.InvestmentRate
	}
	if r.PaymentRate != nil {
		out.PaidShare = *r.PaymentRate
	}
	if e := r.Entry; e != nil {
		out.Progress, out.Problems, out.Measures, out.FiledBy, out.FiledOn = e.Percent, e.Problems, e.Measures, e.Person, dayText(e.Date)
	}
	return out
}

func dayText(d accounting.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
