package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

const (
	contractsPath = base + "/contracts"
	contractPath  = contractsPath + "/{number}"
)

// ContractOutput is a contract with its figures, in yuan; rates are percent.
type ContractOutput struct {
	ID            string  `json:"id" format:"uuid" doc:"of its document"`
	Number        string  `json:"number"`
	Project       string  `json:"project" doc:"code"`
	Name          string  `json:"name"`
	Type          string  `json:"type" enum:"works,goods,services"`
	Supplier      string  `json:"supplier"`
	CreditCode    string  `json:"credit_code,omitempty" doc:"统一社会信用代码"`
	Payee         string  `json:"payee,omitempty"`
	SignedOn      string  `json:"signed_on" format:"date"`
	State         string  `json:"state" enum:"effective,settled,terminated"`
	OriginalPrice Amount  `json:"original_price"`
	Price         Amount  `json:"price" doc:"with the changes since"`
	SettledPrice  *Amount `json:"settled_price,omitempty"`
	SettledOn     string  `json:"settled_on,omitempty" format:"date"`
	TerminatedOn  string  `json:"terminated_on,omitempty" format:"date"`
	Funded        Amount  `json:"funded"`
	Unfunded      Amount  `json:"unfunded" doc:"what of the price has no budget behind it yet"`
	DrawBy        string  `json:"draw_by" enum:"order,shares"`
	RecoupRate    *Factor `json:"recoup_rate,omitempty" doc:"of each certificate; left out: everything at settlement"`
	ProgressRate  Factor  `json:"progress_rate"`
	SettledRate   Factor  `json:"settled_rate"`
	RetentionRate Factor  `json:"retention_rate"`
	DefectsMonths int     `json:"defects_months"`

	Advance struct {
		Terms    Amount `json:"terms"`
		Held     Amount `json:"held" doc:"by requests"`
		Paid     Amount `json:"paid"`
		Recouped Amount `json:"recouped"`
	} `json:"advance"`
	Payable struct {
		Certified        Amount `json:"certified" doc:"gross"`
		CertifiedPayable Amount `json:"certified_payable" doc:"less what was recouped and kept"`
		Held             Amount `json:"held"`
		Paid             Amount `json:"paid"`
		Deducted         Amount `json:"deducted"`
		Now              Amount `json:"now" doc:"本期可付: never above what is certified and unpaid"`
		Formula          string `json:"formula"`
	} `json:"payable"`
	Withheld struct {
		Kept      Amount `json:"kept" doc:"质保金, of what is certified"`
		Held      Amount `json:"held" doc:"by requests"`
		Paid      Amount `json:"paid"`
		Forfeited Amount `json:"forfeited"`
	} `json:"withheld"`
	Claim struct {
		Overpaid Amount `json:"overpaid"`
		Returned Amount `json:"returned"`
	} `json:"claim"`
}

// ContractDetail is a contract with its items, funding and retention.
type ContractDetail struct {
	ContractOutput
	Items     []ContractItemOutput `json:"items" nullable:"false"`
	Funding   []FundingOutput      `json:"funding" nullable:"false"`
	Retention RetentionOutput      `json:"retention"`
}

// ContractItemOutput is an item of a contract.
type ContractItemOutput struct {
	Code              string  `json:"code"`
	Name              string  `json:"name"`
	Unit              string  `json:"unit,omitempty"`
	Quantity          *Factor `json:"quantity,omitempty" doc:"left out: a lump sum, certified by percent"`
	UnitPrice         *Factor `json:"unit_price,omitempty"`
	Amount            Amount  `json:"amount"`
	CertifiedQuantity *Factor `json:"certified_quantity,omitempty"`
	CertifiedPercent  *Factor `json:"certified_percent,omitempty"`
	CertifiedAmount   Amount  `json:"certified_amount"`
	SettledAmount     *Amount `json:"settled_amount,omitempty"`
}

// FundingOutput is what one document added to the money of a contract or gave back.
type FundingOutput struct {
	Document   string `json:"document" format:"uuid"`
	BudgetLine string `json:"budget_line"`
	Amount     Amount `json:"amount" doc:"below zero: given back"`
}

// RetentionOutput is what a contract keeps back.
type RetentionOutput struct {
	State     string `json:"state" enum:"none,held,due,requested,released"`
	Kept      Amount `json:"kept"`
	Requested Amount `json:"requested"`
	Paid      Amount `json:"paid"`
	Forfeited Amount `json:"forfeited"`
	From      string `json:"from,omitempty" format:"date" doc:"acceptance, else settlement"`
	DueOn     string `json:"due_on,omitempty" format:"date"`
	Due       Amount `json:"due" doc:"what may be requested on the day asked about"`
}

// CertificateOutput is a certificate as it stands in the books of its contract.
type CertificateOutput struct {
	Document   string                  `json:"document" format:"uuid" doc:"the certificate, or the settlement that holds the last one"`
	Number     int                     `json:"number"`
	Date       string                  `json:"date" format:"date"`
	Gross      Amount                  `json:"gross"`
	Recouped   Amount                  `json:"recouped"`
	Retained   Amount                  `json:"retained"`
	Net        Amount                  `json:"net"`
	Deducted   Amount                  `json:"deducted"`
	Certified  Amount                  `json:"certified" doc:"with the earlier ones"`
	PayableNow Amount                  `json:"payable_now" doc:"when it was certified"`
	Formula    string                  `json:"formula"`
	Items      []CertificateItemOutput `json:"items" nullable:"false"`
}

// CertificateItemOutput is an item of a certificate.
type CertificateItemOutput struct {
	Code       string  `json:"code"`
	Quantity   *Factor `json:"quantity,omitempty" doc:"this period"`
	Percent    *Factor `json:"percent,omitempty" doc:"this period"`
	Cumulative *Factor `json:"cumulative,omitempty"`
	Amount     Amount  `json:"amount"`
}

type (
	listContractsRequest struct {
		Project string `query:"project" maxLength:"40" doc:"code"`
	}
	listContractsResponse struct {
		Body struct {
			Contracts []ContractOutput `json:"contracts" nullable:"false"`
		}
	}
	contractRequest struct {
		Number string `path:"number" maxLength:"40"`
		Day    Day    `query:"day" doc:"of the retention; today when left out"`
	}
	contractResponse    struct{ Body ContractDetail }
	certificatesRequest struct {
		Number string `path:"number" maxLength:"40"`
	}
	certificatesResponse struct {
		Body struct {
			Certificates []CertificateOutput `json:"certificates" nullable:"false"`
		}
	}
)

func (s *Server) contractRoutes(api huma.API) {
	read := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{"Contracts"}}
	}
	operation(s, api, read("list-contracts", contractsPath, "合同 Contracts, by number"), s.listContracts)
	operation(s, api, read("get-contract", contractPath, "A contract with items, funding, what is payable now and retention"), s.getContract)
	operation(s, api, read("list-certificates", contractPath+"/certificates", "计量支付证书 Certificates of a contract"), s.listCertificates)
}

func (s *Server) listContracts(ctx context.Context, in *listContractsRequest) (*listContractsResponse, error) {
	out := &listContractsResponse{}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		found, err := projects.Contracts(ctx, tx, by(ctx).Book, in.Project)
		out.Body.Contracts = each(found, contractOutput)
		return err
	})
	return out, err
}

func (s *Server) getContract(ctx context.Context, in *contractRequest) (*contractResponse, error) {
	out, book := &contractResponse{}, by(ctx).Book
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		k, err := projects.FindContract(ctx, tx, book, in.Number)
		if err != nil {
			return err
		}
		items, err := projects.ContractItems(ctx, tx, book, k.ID)
		if err != nil {
			return err
		}
		funding, err := projects.FundingOf(ctx, tx, book, k.ID)
		if err != nil {
			return err
		}
		r, err := projects.RetentionOf(ctx, tx, *k, in.Day.Date)
		if err != nil {
			return err
		}
		out.Body = ContractDetail{ContractOutput: contractOutput(*k), Items: each(items, contractItemOutput), Funding: each(funding, func(f projects.ContractFunding) FundingOutput {
			return FundingOutput{f.Document.String(), f.BudgetLine, Amount{f.Amount}}
		}), Retention: RetentionOutput{r.State, Amount{r.Kept}, Amount{r.Requested}, Amount{r.Paid}, Amount{r.Forfeited}, r.From.String(), r.DueOn.String(), Amount{r.Due}}}
		return nil
	})
	return out, err
}

func (s *Server) listCertificates(ctx context.Context, in *certificatesRequest) (*certificatesResponse, error) {
	out, book := &certificatesResponse{}, by(ctx).Book
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		k, err := projects.FindContract(ctx, tx, book, in.Number)
		if err != nil {
			return err
		}
		found, err := projects.Certificates(ctx, tx, book, k.ID)
		out.Body.Certificates = each(found, certificateOutput)
		return err
	})
	return out, err
}

func contractOutput(k projects.Contract) ContractOutput {
	out := ContractOutput{
		ID: k.ID.String(), Number: k.Number, Project: k.NodeCode, Name: k.Name, Type: string(k.Type), Supplier: k.Supplier, CreditCode: k.CreditCode, Payee: k.Payee, SignedOn: k.SignedOn.String(),
		State: k.State, OriginalPrice: Amount{k.OriginalPrice}, Price: Amount{k.Price}, SettledPrice: amount(k.SettledPrice), SettledOn: k.SettledOn.String(), TerminatedOn: k.TerminatedOn.String(),
		Funded: Amount{k.Funded}, Unfunded: Amount{k.Unfunded()}, DrawBy: k.DrawBy, RecoupRate: factor(k.RecoupRate), ProgressRate: Factor{k.ProgressRate}, SettledRate: Factor{k.SettledRate},
		RetentionRate: Factor{k.RetentionRate}, DefectsMonths: k.DefectsMonths,
	}
	out.Advance.Terms, out.Advance.Held, out.Advance.Paid, out.Advance.Recouped = Amount{k.AdvanceTerms}, Amount{k.AdvanceHeld}, Amount{k.AdvancePaid}, Amount{k.AdvanceRecouped}
	p := &out.Payable
	p.Certified, p.CertifiedPayable, p.Held, p.Paid, p.Deducted = Amount{k.Certified}, Amount{k.CertifiedPayable}, Amount{k.PayableHeld}, Amount{k.PayablePaid}, Amount{k.Deducted}
	p.Now, p.Formula = Amount{k.PayableNow}, k.PayableFormula
	out.Withheld.Kept, out.Withheld.Held, out.Withheld.Paid, out.Withheld.Forfeited = Amount{k.RetentionKept}, Amount{k.RetentionHeld}, Amount{k.RetentionPaid}, Amount{k.RetentionForfeited}
	out.Claim.Overpaid, out.Claim.Returned = Amount{k.Claimed}, Amount{k.ClaimReturned}
	return out
}

func contractItemOutput(it projects.ContractItem) ContractItemOutput {
	out := ContractItemOutput{Code: it.Code, Name: it.Name, Unit: it.Unit, Quantity: factor(it.Quantity), UnitPrice: factor(it.UnitPrice), Amount: Amount{it.Amount},
		CertifiedAmount: Amount{it.CertifiedAmount}, SettledAmount: amount(it.SettledAmount)}
	if it.Quantity == nil {
		out.CertifiedPercent = &Factor{it.CertifiedPercent}
	} else {
		out.CertifiedQuantity = &Factor{it.CertifiedQuantity}
	}
	return out
}

func certificateOutput(c projects.CertifiedWork) CertificateOutput {
	return CertificateOutput{
		Document: c.ID.String(), Number: c.Number, Date: c.Day.String(), Gross: Amount{c.Gross}, Recouped: Amount{c.Recouped}, Retained: Amount{c.Retained}, Net: Amount{c.Net}, Deducted: Amount{c.Deducted},
		Certified: Amount{c.Certified}, PayableNow: Amount{c.PayableNow}, Formula: c.Formula, Items: each(c.Items, func(it projects.CertifiedItemRow) CertificateItemOutput {
			return CertificateItemOutput{it.Code, factor(it.Quantity), factor(it.Percent), factor(it.Cumulative), Amount{it.Amount}}
		}),
	}
}
