package seeds

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// clerks are the program's own hands: the use cases that the API calls, under keys of the story.
type clerks struct {
	books   *accounting.Books
	db      *bun.DB
	files   *projects.FileStore
	persons map[string]accounting.Actor
}

func (c *clerks) command(key string, by Seat) accounting.Command {
	who := c.persons[by.Person]
	who.Role = by.Role
	return accounting.Command{Book: DemoBook, Key: keyOf(key), By: who}
}

// keyOf is the key of the command for a step of the story.
func keyOf(step string) string { return "demo/" + step }

func (c *clerks) BudgetLine(ctx context.Context, key string, by Seat, in projects.NewBudgetLine) error {
	_, err := projects.AddBudgetLine(ctx, c.db, c.command(key, by), in)
	return err
}

func (c *clerks) Event(ctx context.Context, key string, preparedBy, by Seat, e projects.Event) error {
	_, err := projects.Record(ctx, c.books, c.db, c.command(key, by), projects.PreparedBy(e, c.persons[preparedBy.Person].Person))
	return err
}

func (c *clerks) Draft(ctx context.Context, key string, by Seat, kind projects.DocumentKind, content projects.Content) (*projects.Document, error) {
	return projects.Draft(ctx, c.db, c.command(key, by), kind, content)
}

func (c *clerks) Take(ctx context.Context, key string, by Seat, d *projects.Document, verb, reason string, on accounting.Date) ([]accounting.VoucherNo, error) {
	taken, err := projects.Take(ctx, c.db, c.command(key, by), projects.Step{Document: d.ID, Verb: verb, Hash: d.Hash, Reason: reason, Date: on})
	if err != nil {
		return nil, err
	}
	return numbersOf(taken.Receipts), nil
}

func (c *clerks) Store(ctx context.Context, key string, by Seat, name, text string) (accounting.Hash, error) {
	f, err := projects.StoreFile(ctx, c.db, c.files, c.command(key, by), name, strings.NewReader(text))
	if err != nil {
		return accounting.Hash{}, err
	}
	return f.Hash, nil
}

func (c *clerks) SignOutside(ctx context.Context, key string, entered, checked Seat, s projects.OutsideSignature) error {
	id, err := projects.EnterOutsideAct(ctx, c.db, c.command(key+"/enter", entered), s)
	if err != nil {
		return err
	}
	_, err = projects.Take(ctx, c.db, c.command(key, checked), projects.Step{Document: s.Document, Verb: s.Verb, Hash: s.Hash, Outside: id})
	return err
}

func (c *clerks) Pay(ctx context.Context, key string, entered, checked Seat, request string, line int, on accounting.Date) ([]accounting.VoucherNo, error) {
	if err := projects.EnterReceipt(ctx, c.db, c.command(key+"/receipt", entered), request, line, projects.Receipt{Date: on, Serial: "示例-" + key}); err != nil {
		return nil, err
	}
	receipts, err := projects.ConfirmLine(ctx, c.db, c.command(key, checked), request, line)
	return numbersOf(receipts), err
}

func (c *clerks) Reissue(ctx context.Context, key string, asked, agreed Seat, request string, line int, account, reason string) error {
	if err := projects.AskReissue(ctx, c.db, c.command(key+"/ask", asked), request, line, projects.Reissue{Account: account, Reason: reason}); err != nil {
		return err
	}
	return projects.ApproveReissue(ctx, c.db, c.command(key, agreed), request, line)
}

func (c *clerks) Progress(ctx context.Context, key string, by Seat, in projects.NewProgress) error {
	_, err := projects.FileProgress(ctx, c.db, c.command(key, by), in)
	return err
}

func (c *clerks) CloseMonth(ctx context.Context, key string, proposed, confirmed Seat, month accounting.Period) error {
	periods, err := accounting.Periods(ctx, c.db, DemoBook)
	if err != nil {
		return err
	}
	asked := accounting.CloseRequest{Period: month}
	for _, p := range periods {
		if p.Period == month {
			asked.Vouchers = p.Vouchers
		}
	}
	ask, close := c.command(key+"/propose", proposed), c.command(key, confirmed)
	ask.Name, close.Name = "period.propose_close", "period.close"
	p, err := accounting.ProposeClose(ctx, c.db, ask, asked)
	if err != nil {
		return err
	}
	_, err = projects.CloseMonth(ctx, c.db, close, accounting.CloseConfirmation{Period: month, Proposal: p.Number})
	return err
}

func (c *clerks) Notice(ctx context.Context, key string, drafted, issued Seat, in projects.NewNotice) error {
	k, err := projects.DraftNotice(ctx, c.db, c.command(key+"/draft", drafted), in)
	if err != nil {
		return err
	}
	_, err = projects.IssueNotice(ctx, c.db, c.command(key, issued), projects.IssuedNotice{ID: k.ID, Hash: k.Hash})
	return err
}

func (c *clerks) BankAccount(ctx context.Context, key string, by Seat, in projects.NewBankAccount) error {
	_, err := projects.RegisterBankAccount(ctx, c.db, c.command(key, by), in)
	return err
}

func (c *clerks) Import(ctx context.Context, key string, by Seat, in projects.ImportRequest) error {
	_, err := projects.TakeIn(ctx, c.db, c.files, c.command(key, by), in, func(int, int) {})
	return err
}

func (c *clerks) ExplainBankItem(ctx context.Context, key string, by Seat, number string, month accounting.Period, item uuid.UUID, because projects.BankItemReason) error {
	return projects.ExplainBankItem(ctx, c.db, c.command(key, by), number, month, item, because)
}

func (c *clerks) BankSheet(ctx context.Context, number string, month accounting.Period) (sheet *projects.BankReconciliation, err error) {
	err = accounting.Read(accounting.WithReader(ctx, accounting.Operator), c.db, func(ctx context.Context, tx bun.Tx) (err error) {
		sheet, err = projects.ReconcileBank(ctx, tx, DemoBook, number, month)
		return err
	})
	return sheet, err
}

func (c *clerks) Entries(ctx context.Context, account, project string, until accounting.Date) (all []Entry, err error) {
	err = accounting.Read(accounting.WithReader(ctx, accounting.Operator), c.db, func(ctx context.Context, tx bun.Tx) error {
		n, err := projects.FindNode(ctx, tx, DemoBook, project)
		if err != nil {
			return err
		}
		s, err := accounting.AccountStatement(ctx, tx, accounting.StatementQuery{Book: DemoBook, Account: account, From: accounting.NewDate(FirstYear, 1, 1), AsOf: until, Projects: []accounting.ProjectID{n.ID}})
		if err != nil {
			return err
		}
		for l, err := range s.Lines {
			if err != nil {
				return err
			}
			all = append(all, Entry{l.No, l.Date, l.Debit.Sub(l.Credit)})
		}
		return nil
	})
	return all, err
}

func (c *clerks) Assets(ctx context.Context, project string) (ids []uuid.UUID, err error) {
	err = accounting.Read(accounting.WithReader(ctx, accounting.Operator), c.db, func(ctx context.Context, tx bun.Tx) error {
		assets, err := projects.Assets(ctx, tx, DemoBook, accounting.Operator, project)
		for _, a := range assets {
			ids = append(ids, a.ID)
		}
		return err
	})
	return ids, err
}

func numbersOf(receipts []accounting.Receipt) []accounting.VoucherNo {
	numbers := make([]accounting.VoucherNo, len(receipts))
	for i, r := range receipts {
		numbers[i] = r.No
	}
	return numbers
}
