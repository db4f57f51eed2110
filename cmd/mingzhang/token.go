package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/api"
)

func tokenCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Tokens by which programs act for a person"}
	var person, role string
	var valid time.Duration
	create := &cobra.Command{
		Use:   "create",
		Short: "Make a token; it is printed once and only its hash is kept",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				book, err := o.theBook(ctx, db)
				if err != nil {
					return err
				}
				by, err := personOf(ctx, db, book.ID, person)
				if err != nil {
					return err
				}
				c := accounting.Command{Book: book.ID, Key: "token/" + accounting.NewID().String(), Name: "token.create", By: accounting.Actor{Person: by}}
				token, err := api.CreateToken(ctx, db.DB, c, person, role, valid)
				if err == nil {
					fmt.Println(token)
				}
				return err
			})
		},
	}
	create.Flags().StringVar(&person, "person", "", "code of the person the token acts for")
	create.Flags().StringVar(&role, "role", "", "one of "+strings.Join(api.TokenRoles, ", "))
	create.Flags().DurationVar(&valid, "valid", 365*24*time.Hour, "how long it is valid")
	_ = create.MarkFlagRequired("person")
	_ = create.MarkFlagRequired("role")
	cmd.AddCommand(create)
	return cmd
}

// personOf finds a person by code.
func personOf(ctx context.Context, db *database, book accounting.BookID, code string) (id accounting.PersonID, err error) {
	err = db.NewRaw(`select person_id from accounting.persons where book_id = ? and code = ?`, book, code).Scan(ctx, &id)
	if err != nil {
		return id, fmt.Errorf("book %d has no person with the code %s", book, code)
	}
	return id, nil
}
