package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/projects"
)

// The book: a thousand projects with a budget line each, and one whose line everybody draws on.
const (
	book         = accounting.BookID(640303)
	year         = 2025
	projectCount = 1000
	hotProject   = "HOT"
	preparedBy   = "clerk"
	sentBy       = "treasurer"
)

// Days of postings. Speed is measured in December; history lies before it, so that February is far behind.
const (
	currentDay = "2025-12-10"
	pastDay    = "2025-02-14"
	asOfDay    = "2025-06-15"
)

func projectCode(i int) string { return fmt.Sprintf("P%04d", i) }

func lineCode(project string) string { return fmt.Sprintf("%s/%d", project, year) }

// fillBook makes the book and answers a token of somebody who may post.
func fillBook(ctx context.Context, db *bun.DB) (string, error) {
	unit := accounting.UnitID{UUID: accounting.NewID()}
	poster := accounting.PersonID{UUID: accounting.NewID()}
	ledgers, lines := []accounting.Ledger{}, []accounting.BudgetLine{}
	add := func(code string) {
		l := accounting.Ledger{Book: book, Project: accounting.ProjectID{UUID: accounting.NewID()}, Unit: unit, Code: code}
		ledgers = append(ledgers, l)
		lines = append(lines, accounting.BudgetLine{Book: book, ID: accounting.BudgetLineID{UUID: accounting.NewID()}, Project: l.Project, FiscalYear: year,
			Code: lineCode(code), FundNature: accounting.GeneralPublicBudget, FundingSource: "county"})
	}
	for i := range projectCount {
		add(projectCode(i))
	}
	add(hotProject)
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := accounting.AddBook(ctx, tx, accounting.Book{ID: book, Code: "BENCH", Name: "测速账套", Kind: accounting.RealBook}); err != nil {
			return err
		}
		if err := accounting.AddUnit(ctx, tx, accounting.Unit{Book: book, ID: unit, Code: "101", Name: "测速单位", Kind: accounting.Administrative}); err != nil {
			return err
		}
		for _, p := range []accounting.Person{
			{Book: book, ID: accounting.PersonID{UUID: accounting.NewID()}, Code: preparedBy, Name: "制单", Unit: unit},
			{Book: book, ID: poster, Code: sentBy, Name: "审核", Unit: unit},
		} {
			if err := accounting.AddPerson(ctx, tx, p); err != nil {
				return err
			}
		}
		if err := accounting.AddAccounts(ctx, tx, book, projects.Chart()); err != nil {
			return err
		}
		if err := accounting.OpenYear(ctx, tx, book, year); err != nil {
			return err
		}
		for i := range ledgers {
			if err := accounting.AddLedger(ctx, tx, ledgers[i]); err != nil {
				return err
			}
			if err := accounting.AddBudgetLine(ctx, tx, lines[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	c := accounting.Command{Book: book, Key: "bench-token", Name: "token.create", By: accounting.Actor{Person: poster}}
	return api.CreateToken(ctx, db, c, api.NewToken{Person: sentBy, Role: "system", Valid: 24 * time.Hour})
}
