package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/api"
)

func accountCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{Use: "account", Short: "Accounts by which people sign in"}
	var person, name string
	create := &cobra.Command{
		Use:   "create",
		Short: "Open an account for a first person of a book; its start password is printed once, later ones are opened by documents",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withBook(cmd.Context(), func(ctx context.Context, db *database, book accounting.BookID) error {
				by, err := personOf(ctx, db, book, person)
				if err != nil {
					return err
				}
				password, err := api.OpenAccount(ctx, db.DB, byHand(book, "account.open", by), person, name)
				if err == nil {
					fmt.Println(password)
				}
				return err
			})
		},
	}
	create.Flags().StringVar(&person, "person", "", "code of the person")
	create.Flags().StringVar(&name, "account", "", "the name to sign in with: small letters, digits, dots, dashes and underscores")
	_ = create.MarkFlagRequired("person")
	_ = create.MarkFlagRequired("account")
	cmd.AddCommand(create)
	return cmd
}
