package seeds

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// Scaled is what Scale has added.
type Scaled struct {
	Projects, Vouchers, Documents int
}

const (
	scaleProgramme = "2025-99" // 示例·规模数据: every copy is a project below it
	scaleYear      = FirstYear + 1
	documentBatch  = 500  // documents of one command
	voucherBatch   = 4000 // that wait for the book's worker at once
	copiesTogether = 5    // of the demonstration's size, on one project
)

// copied is what is being added: one project with some times as many vouchers and documents as the demonstration has.
type copied struct {
	books   *accounting.Books
	db      *bun.DB
	book    accounting.BookID
	persons map[string]accounting.Actor
	payee   string // code of the contractor

	code, unit          string
	vouchers, documents int
}

// Scale adds n times as many vouchers and documents as the demonstration has to its book, on projects of their own, so that
// lists and reports can be tried at size: authority held and spent by requests, posted through the book's batch worker, and
// requests that wait for review. It works in 2026, which the story has not closed, and refuses a real book. Running it
// again adds more. told says how far it is.
func Scale(ctx context.Context, books *accounting.Books, db *bun.DB, book accounting.Book, n int, told func(done int, s Scaled)) (s Scaled, err error) {
	if book.Kind != accounting.DemoBook || book.ID != DemoBook {
		return s, fault.Denied("forbidden", "book %d %s is not the demonstration: only that is scaled up", book.ID, book.Name)
	}
	c := copied{books: books, db: db, book: book.ID}
	if c.persons, err = personsOf(ctx, db, book.ID); err != nil {
		return s, err
	}
	first, err := c.begin(ctx)
	if err != nil {
		return s, err
	}
	units, err := Units()
	if err != nil {
		return s, err
	}
	vouchers, documents := c.vouchers, c.documents
	for done, i := 0, first; done < n; i++ {
		together := min(copiesTogether, n-done)
		c.code, c.unit, c.vouchers, c.documents = fmt.Sprintf("%s-%04d", scaleProgramme, i), units[i%len(units)].Code, together*vouchers, together*documents
		if err := c.add(ctx, &s); err != nil {
			return s, fmt.Errorf("project %s: %w", c.code, err)
		}
		done += together
		told(done, s)
	}
	return s, nil
}

// begin counts what the demonstration has and which copies are there, and makes the programme they stand below.
func (c *copied) begin(ctx context.Context) (first int, err error) {
	var found struct {
		Vouchers, Documents, Copies int
		Payee                       string
	}
	err = accounting.Read(accounting.WithReader(ctx, accounting.Operator), c.db, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select (select count(*) from accounting.vouchers v where v.book_id = ?0 and not exists (select from accounting.lines l join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id
					where l.book_id = v.book_id and l.period = v.period and l.number = v.number and g.code like ?1)) as vouchers,
				(select count(*) from projects.documents d left join projects.nodes n on n.book_id = d.book_id and n.node_id = d.node_id where d.book_id = ?0 and coalesce(n.code, '') not like ?1) as documents,
				(select count(*) from projects.nodes n where n.book_id = ?0 and n.code like ?1 and n.code <> ?2) as copies,
				coalesce((select p.code from projects.payees p where p.book_id = ?0 and p.name = ?3), '') as payee`, c.book, scaleProgramme+"%", scaleProgramme, contractor).Scan(ctx, &found)
	})
	if err != nil {
		return 0, fault.FromSQL(err)
	}
	if found.Vouchers == 0 || found.Payee == "" {
		return 0, fault.Conflict("nothing_to_post", "the demonstration has not been told yet: start the service once")
	}
	c.vouchers, c.documents, c.payee = found.Vouchers, found.Documents, found.Payee
	_, err = projects.CreateNode(ctx, c.db, c.command("programme", "budget", "budget_officer"), projects.NewNode{Code: scaleProgramme, NameZH: "【示例】规模数据", NameEN: "Example: data at size", Kind: projects.Programme, Type: projects.Works})
	return found.Copies + 1, err
}

func (c *copied) command(key, person, role string) accounting.Command {
	who := c.persons[person]
	who.Role = role
	return accounting.Command{Book: c.book, Key: "scale/" + key, By: who}
}

func (c *copied) line() string { return fmt.Sprintf("%s/%d", c.code, scaleYear) }

// add adds one project with what is on it.
func (c *copied) add(ctx context.Context, s *Scaled) error {
	budget := c.command(c.code, "budget", "budget_officer")
	if _, err := projects.CreateNode(ctx, c.db, budget, projects.NewNode{Code: c.code, Parent: scaleProgramme, NameZH: "【示例】规模数据 " + c.code, Kind: projects.Project, Type: projects.Works, Unit: c.unit}); err != nil {
		return err
	}
	line := c.command(c.code+"/line", "budget", "budget_officer")
	if _, err := projects.AddBudgetLine(ctx, c.db, line, projects.NewBudgetLine{Node: c.code, FiscalYear: scaleYear, FundNature: accounting.GeneralPublicBudget, FundingSource: "county"}); err != nil {
		return err
	}
	s.Projects++
	pay, err := c.authorise(ctx)
	if err != nil {
		return err
	}
	// Papers and postings do not wait for each other: these go through the book's worker, those through the counter of numbers.
	var (
		work                sync.WaitGroup
		posted, filed       int
		notPosted, notFiled error
	)
	work.Go(func() { posted, notPosted = pay() })
	work.Go(func() { filed, notFiled = c.file(ctx) })
	work.Wait()
	s.Vouchers, s.Documents = s.Vouchers+posted, s.Documents+filed
	return errors.Join(notPosted, notFiled)
}

// authorise approves and issues authority; what it answers holds and pays it, two vouchers a payment, and counts them all.
func (c *copied) authorise(ctx context.Context) (func() (int, error), error) {
	const each = 1000 // fen, times the payment's number
	pairs := max(1, (c.vouchers-2)/2)
	total := accounting.Fen(int64(each*pairs*(pairs+1)/2) + int64(each*c.documents))
	head := projects.Head{Date: accounting.NewDate(scaleYear, time.January, 8), Memo: "【示例】规模数据", DocumentNo: "示例〔规模〕" + c.code + "号", PreparedBy: c.persons["clerk-"+c.unit].Person, Demo: true}
	source := projects.Draw{BudgetLine: c.line(), Amount: total}
	authority, err := c.vouchersOf(ctx, &projects.Approve{Head: head, Draw: source}, &projects.Issue{Head: head, Draw: source})
	if err != nil {
		return nil, err
	}
	posted, err := c.postAll(ctx, "authority", authority)
	return func() (int, error) {
		more, err := c.pay(ctx, head, each, pairs)
		return posted + more, err
	}, err
}

// pay holds and pays so many payments, each by its number times so many fen.
func (c *copied) pay(ctx context.Context, head projects.Head, each, pairs int) (posted int, err error) {
	// The first payment is made of the event table; its copies differ in day, request and amount.
	request, one := projects.Ref(c.code+"#1"), []projects.Draw{{BudgetLine: c.line(), Amount: accounting.Fen(int64(each))}}
	var pattern []accounting.Voucher
	for _, e := range []projects.Event{&projects.HoldForRequest{Head: head, Request: request, Sources: one},
		&projects.PayCost{Paid: projects.Paid{Head: head, Request: request, Sources: one, EconomicClass: buildings}, Cost: "1613.03"}} {
		v, err := c.vouchersOf(ctx, e)
		if err != nil {
			return posted, err
		}
		n, err := c.postAll(ctx, e.EventCode(), v)
		if posted += n; err != nil {
			return posted, err
		}
		pattern = append(pattern, v...)
	}
	// All are held before any is paid: a request that a voucher registers is known to the next call of the worker, not to its own.
	subjects := make([]accounting.SubjectID, pairs)
	for i := range subjects {
		subjects[i].UUID = accounting.NewID()
	}
	for _, v := range pattern {
		all := make([]accounting.Voucher, 0, pairs)
		for i := 1; i < pairs; i++ {
			all = append(all, c.another(v, i, head.Date.AddDays(i*340/pairs), accounting.Fen(int64(each*(i+1))), subjects[i]))
		}
		n, err := c.postAll(ctx, "payment/"+v.Source, all)
		if posted += n; err != nil {
			return posted, err
		}
	}
	return posted, nil
}

// another is a voucher like one of the first payment, of the ith.
func (c *copied) another(v accounting.Voucher, i int, day accounting.Date, amount accounting.Money, request accounting.SubjectID) accounting.Voucher {
	v.Date, v.Memo = day, fmt.Sprintf("【示例】规模数据 %s 第%d笔", c.code, i+1)
	lines := make([]accounting.Line, len(v.Lines))
	for j, l := range v.Lines {
		if !l.Subject.ID.IsZero() {
			l.Subject.ID, l.Subject.Code = request, fmt.Sprintf("%s#%d", c.code, i+1)
		}
		if l.Debit.IsZero() {
			l.Credit = amount
		} else {
			l.Debit = amount
		}
		lines[j] = l
	}
	v.Lines = lines
	return v
}

func (c *copied) vouchersOf(ctx context.Context, events ...projects.Event) (all []accounting.Voucher, err error) {
	for _, e := range events {
		vs, err := projects.Vouchers(ctx, c.db, c.command("", "budget-head", "budget_officer"), e)
		if err != nil {
			return nil, err
		}
		all = append(all, vs...)
	}
	return all, nil
}

// postAll posts through the book's batch worker, in order.
func (c *copied) postAll(ctx context.Context, what string, vouchers []accounting.Voucher) (int, error) {
	postings := make([]accounting.Posting, len(vouchers))
	for i, v := range vouchers {
		command := c.command(fmt.Sprintf("%s/%s/%d", c.code, what, i+1), "budget-head", "budget_officer")
		command.Name, command.Body = "event."+v.Source, v.Memo
		postings[i] = accounting.Posting{Command: command, Voucher: v}
	}
	posted := 0
	for some := range slices.Chunk(postings, voucherBatch) {
		for _, o := range c.books.PostAll(ctx, some) {
			if o.Err != nil {
				return posted, o.Err
			}
			posted++
		}
	}
	return len(vouchers), nil
}

// file files payment requests that wait for the unit's head.
func (c *copied) file(ctx context.Context) (int, error) {
	filed := 0
	for filed < c.documents {
		var contents []projects.Content
		for i := filed; i < min(filed+documentBatch, c.documents); i++ {
			amount := accounting.Fen(int64(100 * (i + 1)))
			contents = append(contents, &projects.PaymentRequest{
				Paper: projects.Paper{Date: accounting.NewDate(scaleYear, time.January, 8).AddDays(i * 340 / c.documents), Memo: "【示例】规模数据"}, Node: c.code, Payment: "fees", Purpose: fmt.Sprintf("【示例】规模数据 第%d笔", i+1),
				EconomicClass: buildings, Sources: []projects.Draw{{BudgetLine: c.line(), Amount: amount}},
				Payees: []projects.PayeeLine{{Payee: c.payee, Account: accountOf(contractor), Amount: amount, Kind: "other"}},
			})
		}
		n, err := projects.DraftMany(ctx, c.db, c.command(fmt.Sprintf("%s/documents/%d", c.code, filed), "clerk-"+c.unit, "project_clerk"), "payment_request", "file", contents)
		if err != nil {
			return filed, err
		}
		filed += n
	}
	return filed, nil
}
