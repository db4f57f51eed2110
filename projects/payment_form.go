package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// PaymentForm 支付申请单 is all that the form of a payment request shows (public-finance-rules 4.1), as it stands now.
	// Amounts are yuan.
	PaymentForm struct {
		Document *Document
		Request  PaymentRequest
		Node     Node
		Unit     accounting.Unit
		Budget   []FormLine
		Contract *Contract // nil: the payment is of none
		Reserved bool      // its money is held or paid already: what is available stands after it
		Payees   []FormPayee
	}

	// FormLine is a budget line the request draws on.
	FormLine struct {
		BudgetLine      string
		DocumentNos     string // 指标文号
		FundNature      accounting.FundNature
		Source          string // 资金来源
		FunctionalClass string
		Available       accounting.Money // 可用, now
		ThisTime        accounting.Money
	}

	// FormPayee is a payee line. The account of a person shows its last four digits only (R32).
	FormPayee struct {
		LineNo         int
		Name           string
		Kind           PayeeKind
		Account        string
		Bank, BankCode string
		Amount         accounting.Money
		For            string // wages, works, other
		State          string // empty: the request is not approved
		OrderNumber    string // 支付凭证号
		Paid, Returned accounting.Money
		PaidOn         accounting.Date // by the bank
		Serial         string          // of the bank's receipt
		Voucher        string          // 记账凭证 of its payment
	}
)

// ReadPaymentForm gathers what the form of a payment request shows. Codes: document_unknown.
func ReadPaymentForm(ctx context.Context, db bun.IDB, d *Document) (*PaymentForm, error) {
	if d.Kind != "payment_request" {
		return nil, fault.NotFound("document_unknown", "there is no such document for you")
	}
	q, err := contentOf[PaymentRequest](d)
	if err != nil {
		return nil, err
	}
	f := &PaymentForm{Document: d, Request: q, Reserved: reserved[d.State] || d.State == "confirmed"}
	n, err := FindNode(ctx, db, d.Book, q.Node)
	if err != nil {
		return nil, err
	}
	f.Node = *n
	if err := db.NewSelect().Model(&f.Unit).Where("book_id = ? and unit_id = ?", d.Book, d.Unit).Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	if f.Contract, err = q.contractOf(ctx, db, d.Book); err != nil && fault.Code(err) != "contract_unknown" {
		return nil, err
	}
	if err := f.readBudget(ctx, db); err != nil {
		return nil, err
	}
	return f, f.readPayees(ctx, db)
}

func (f *PaymentForm) readBudget(ctx context.Context, db bun.IDB) error {
	states, err := budgetOf(ctx, db, f.Document.Book, f.Request.Sources)
	if err != nil {
		return err
	}
	for _, s := range states {
		l := FormLine{}
		err := db.NewRaw(`select b.code as budget_line, b.fund_nature, coalesce(s.name, b.funding_source) as source, b.functional_class,
				coalesce((select string_agg(distinct d.content::jsonb ->> 'document_no', '、') from accounting.lines x join accounting.vouchers v using (book_id, period, number)
					join projects.documents d on d.book_id = v.book_id and d.document_id = v.source_document
					where x.book_id = b.book_id and x.budget_line_id = b.budget_line_id and x.account in ('9301.01', '9301.03') and d.kind = 'budget' and d.content::jsonb ->> 'document_no' <> ''), '') as document_nos
			from accounting.budget_lines b left join projects.funding_sources s on s.book_id = b.book_id and s.code = b.funding_source
			where b.book_id = ? and (b.code = ? or b.budget_line_id::text = ?)`, f.Document.Book, s.BudgetLine, s.BudgetLine).Scan(ctx, &l)
		if err != nil {
			return fault.FromSQL(err)
		}
		l.Available, l.ThisTime = s.Available, s.ThisTime
		f.Budget = append(f.Budget, l)
	}
	return nil
}

// readPayees reads the lines of the latest approval or, before one, what the content asks for.
func (f *PaymentForm) readPayees(ctx context.Context, db bun.IDB) error {
	d := f.Document
	err := db.NewRaw(`select l.line_no, p.name, p.kind, l.account_number as account, a.bank, a.bank_code, l.amount, l.kind as "for", l.state, coalesce(l.order_number, '') as order_number,
			l.paid, l.returned, l.paid_on, coalesce(r.serial, '') as serial,
			coalesce((select string_agg((w.period / 100) || '-' || lpad((w.period % 100)::text, 2, '0') || ' 记-' || lpad(w.number::text, 4, '0'), '、' order by w.period, w.number)
				from projects.line_vouchers w where w.book_id = l.book_id and w.document_id = l.document_id and w.order_number = l.order_number), '') as voucher
		from projects.payment_lines l join projects.payees p on p.book_id = l.book_id and p.payee_id = l.payee_id
		join projects.payee_accounts a on a.book_id = l.book_id and a.payee_id = l.payee_id and a.account_number = l.account_number
		left join lateral (select x.bank_serial as serial from projects.receipts x where x.book_id = l.book_id and x.document_id = l.document_id and x.round = l.round and x.line_no = l.line_no and x.checked_by is not null order by x.attempt desc limit 1) r on true
		where l.book_id = ? and l.document_id = ? and l.round = (select max(round) from projects.payment_lines where book_id = ? and document_id = ?) order by l.line_no`,
		d.Book, d.ID, d.Book, d.ID).Scan(ctx, &f.Payees)
	if err != nil {
		return fault.FromSQL(err)
	}
	if !f.Reserved {
		f.Payees = nil
		for i, l := range f.Request.Payees {
			p := FormPayee{LineNo: i + 1, Account: l.Account, Amount: l.Amount, For: l.Kind}
			var found []FormPayee
			err := db.NewRaw(`select p.name, p.kind, a.bank, a.bank_code from projects.payees p join projects.payee_accounts a on a.book_id = p.book_id and a.payee_id = p.payee_id
				where p.book_id = ? and p.code = ? and a.account_number = ?`, d.Book, l.Payee, l.Account).Scan(ctx, &found)
			if err != nil {
				return fault.FromSQL(err)
			}
			for _, x := range found {
				p.Name, p.Kind, p.Bank, p.BankCode = x.Name, x.Kind, x.Bank, x.BankCode
			}
			f.Payees = append(f.Payees, p)
		}
	}
	for i := range f.Payees {
		if p := &f.Payees[i]; p.Kind == "person" && len(p.Account) > 4 {
			p.Account = "****" + p.Account[len(p.Account)-4:]
		}
	}
	return nil
}

// FindDocumentByNumber finds a document by the number people know. Codes: document_unknown.
func FindDocumentByNumber(ctx context.Context, db bun.IDB, book accounting.BookID, number string) (*Document, error) {
	return documentByNumber(ctx, db, book, number)
}
