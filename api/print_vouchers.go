package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"mingzhang/accounting"
	"mingzhang/api/paper"
	"mingzhang/projects"
)

// Layout says on which paper vouchers are printed.
type Layout struct {
	Layout string `query:"layout" enum:"a4,two_on_a4,240x140" default:"a4" doc:"two_on_a4: two on a page, to be cut; 240x140: voucher paper in millimetres"`
}

type printVoucherRequest struct {
	VoucherPlace
	Layout
}

func (s *Server) printVoucher(ctx context.Context, in *printVoucherRequest) (*printResponse, error) {
	return s.print(ctx, fmt.Sprintf("记账凭证-%s-%04d", in.Period, in.Number), time.Time{}, func(ctx context.Context, p printing) (form, error) {
		v, err := accounting.FindVoucher(ctx, p.tx, p.who.Book, in.no())
		if err != nil {
			return nil, err
		}
		names, err := p.nodeNames(ctx, *v)
		return func(f *paper.Font, imprint paper.Imprint) ([]byte, error) {
			return paper.PrintVoucher(f, imprint, paper.Layout(in.Layout.Layout), voucherForm(*v, names))
		}, err
	})
}

// voucherForm is a voucher as it is printed.
func voucherForm(v accounting.Posted, names map[accounting.ProjectID]projects.ProjectName) paper.Voucher {
	out := paper.Voucher{No: v.No, Date: v.Date, Memo: v.Memo, Attachments: v.Attachments, Red: v.Kind == accounting.Reversal, Remark: voucherRemark(v),
		PreparedBy: v.PreparedBy.Name, ReviewedBy: v.ReviewedBy.Name, PostedBy: v.PostedBy.Name}
	var units []string
	for _, l := range v.Lines {
		if unit := names[l.Project].Unit; unit != "" && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
		out.Cash = out.Cash || strings.HasPrefix(l.Account, "1002")
		out.Lines = append(out.Lines, paper.VoucherLine{Basis: l.Basis, Account: l.Account, Name: l.AccountName, About: aboutLine(l, names), Debit: l.Debit, Credit: l.Credit})
	}
	if out.Unit = strings.Join(units, "、"); len(units) > 3 {
		out.Unit = fmt.Sprintf("%s 等 %d 个单位", strings.Join(units[:2], "、"), len(units))
	}
	return out
}

func voucherRemark(v accounting.Posted) string {
	var said []string
	if v.Refers != nil {
		verb := map[accounting.Kind]string{accounting.Reversal: "红字冲销", accounting.Correction: "更正"}[v.Kind]
		said = append(said, fmt.Sprintf("本凭证%s %s。", verb, v.Refers))
	}
	if v.ReversedBy != nil {
		said = append(said, fmt.Sprintf("已由 %s 红字冲销。", v.ReversedBy))
	}
	return strings.Join(said, "")
}

// aboutLine is what a line is about besides its account.
func aboutLine(l accounting.PostedLine, names map[accounting.ProjectID]projects.ProjectName) string {
	said := []string{strings.TrimSpace(l.ProjectCode + " " + names[l.Project].Name)}
	if l.BudgetLineCode != "" {
		said = append(said, "指标 "+l.BudgetLineCode)
	}
	if l.SubjectCode != "" {
		said = append(said, map[accounting.SubjectKind]string{accounting.Contract: "合同", accounting.Request: "申请", accounting.Batch: "批次", accounting.Injection: "注资"}[l.SubjectKind]+" "+l.SubjectCode)
	}
	if strings.Trim(l.EconomicClass, "0") != "" {
		said = append(said, "经济分类 "+l.EconomicClass)
	}
	return strings.Join(said, "；")
}
