package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// FundRegister 备查簿 is what a fund or an injection holds and owns beside the budget, of a project and those below it.
	// Amounts are yuan.
	FundRegister struct {
		Money      []FundEntry  `json:"money" nullable:"false"`      // held for others: the relief fund (2901), injections passing through (2307.02)
		Injections []StakeEntry `json:"injections" nullable:"false"` // what the bureau owns of enterprises; in no account
	}

	// FundEntry is money that came in or went out, by day, with what the account held then.
	FundEntry struct {
		Date       accounting.Date  `json:"date"`
		Project    string           `json:"project"`
		Account    string           `json:"account"`
		Document   string           `json:"document"`    // its number; empty: a program of the bureau posted it
		DocumentNo string           `json:"document_no"` // 文号 of the paper
		Voucher    string           `json:"voucher"`
		Memo       string           `json:"memo"`
		In         accounting.Money `json:"in"`
		Out        accounting.Money `json:"out"`
		Balance    accounting.Money `json:"balance"` // of the account in this register
	}

	// StakeEntry is an injection with what all injections so far come to.
	StakeEntry struct {
		Injection
		Document   string           `json:"document"`
		DocumentNo string           `json:"document_no"`
		Total      accounting.Money `json:"total"`
	}
)

// nodesBelow are the node of the code and the nodes below it.
const nodesBelow = `with recursive below as (
		select n.book_id, n.node_id, n.code from projects.nodes n where n.book_id = ?0 and n.code = ?1
		union all select n.book_id, n.node_id, n.code from below join projects.nodes n on n.book_id = below.book_id and n.parent_id = below.node_id)
	`

// FundRegisterOf is the register of a project as far as the context's reader reads it, up to a day; the zero day: all there is.
func FundRegisterOf(ctx context.Context, db bun.IDB, book accounting.BookID, code string, until accounting.Date) (FundRegister, error) {
	r := FundRegister{Money: []FundEntry{}, Injections: []StakeEntry{}}
	day := any(until)
	if until.IsZero() {
		day = "infinity"
	}
	err := db.NewRaw(nodesBelow+`select l.date, below.code as project, l.account, coalesce(d.number, '') as document, coalesce(d.content::jsonb ->> 'document_no', '') as document_no, v.memo,
			(l.period / 100) || '-' || lpad((l.period % 100)::text, 2, '0') || ' 记-' || lpad(l.number::text, 4, '0') as voucher, l.credit as "in", l.debit as out,
			sum(l.credit - l.debit) over (partition by l.account order by l.date, l.period, l.number, l.line_no) as balance
		from below join accounting.lines l on l.book_id = below.book_id and l.project_id = below.node_id and l.account in ('2901', '2307.02') and l.date <= ?2
		join accounting.vouchers v on v.book_id = l.book_id and v.period = l.period and v.number = l.number
		left join projects.documents d on d.book_id = v.book_id and d.document_id = v.source_document
		order by l.date, l.period, l.number, l.line_no`, book, code, day).Scan(ctx, &r.Money)
	if err != nil {
		return r, fault.FromSQL(err)
	}
	err = db.NewRaw(nodesBelow+`select below.code as project, i.investee, i.day, i.amount, i.share, i.agreement, i.expected_income, d.number as document, coalesce(d.content::jsonb ->> 'document_no', '') as document_no,
			sum(i.amount) over (order by i.day, i.injection_id) as total
		from below join projects.injections i on i.book_id = below.book_id and i.node_id = below.node_id and i.day <= ?2
		join projects.documents d on d.book_id = i.book_id and d.document_id = i.injection_id
		order by i.day, i.injection_id`, book, code, day).Scan(ctx, &r.Injections)
	return r, fault.FromSQL(err)
}
