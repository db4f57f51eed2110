package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/api"
)

func tokenCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Tokens by which programs act for a person"}
	cmd.AddCommand(tokenCreateCommand(o), tokenListCommand(o), tokenRevokeCommand(o))
	return cmd
}

func tokenCreateCommand(o *options) *cobra.Command {
	var in api.NewToken
	create := &cobra.Command{
		Use:   "create",
		Short: "Make a token; it is printed once and only its hash is kept",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withBook(cmd.Context(), func(ctx context.Context, db *database, book accounting.BookID) error {
				by, err := personOf(ctx, db, book, in.Person)
				if err != nil {
					return err
				}
				token, err := api.CreateToken(ctx, db.DB, byHand(book, "token.create", by), in)
				if err == nil {
					fmt.Println(token)
				}
				return err
			})
		},
	}
	create.Flags().StringVar(&in.Person, "person", "", "code of the person the token acts for")
	create.Flags().StringVar(&in.Role, "role", "", "one of "+strings.Join(api.TokenRoles, ", ")+"; it must be held whenever the token is used, except system")
	create.Flags().StringVar(&in.Unit, "unit", "", "code of the unit the role is of; the person's own when left out")
	create.Flags().DurationVar(&in.Valid, "valid", 365*24*time.Hour, "how long it is valid")
	_ = create.MarkFlagRequired("person")
	_ = create.MarkFlagRequired("role")
	return create
}

func tokenListCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the tokens, newest first; a token itself is never shown again",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withBook(cmd.Context(), func(ctx context.Context, db *database, book accounting.BookID) error {
				tokens, err := api.Tokens(ctx, db.DB, book, accounting.PersonID{})
				w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
				for _, t := range tokens {
					_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Person, t.Unit, t.Role, t.State, t.ExpiresAt.Format(time.DateOnly)) // Flush tells what fails
				}
				return errors.Join(err, w.Flush())
			})
		},
	}
}

func tokenRevokeCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID",
		Short: "Revoke a token by the identity that list shows; a running service goes by it within three seconds",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := accounting.ParseID(args[0])
			if err != nil {
				return err
			}
			return o.withBook(cmd.Context(), func(ctx context.Context, db *database, book accounting.BookID) error {
				by, err := ownerOfToken(ctx, db, book, id)
				if err != nil {
					return err
				}
				t, err := api.RevokeToken(ctx, db.DB, byHand(book, "token.revoke", by), id, accounting.PersonID{})
				if err == nil {
					fmt.Printf("%s of %s is %s\n", t.ID, t.Person, t.State)
				}
				return err
			})
		},
	}
}

// ownerOfToken is the person a token acts for, in whose name the operation log keeps that it was revoked by hand.
func ownerOfToken(ctx context.Context, db *database, book accounting.BookID, id uuid.UUID) (by accounting.PersonID, err error) {
	if err = db.NewRaw(`select person_id from api.tokens where book_id = ? and token_id = ?`, book, id).Scan(ctx, &by); err != nil {
		return by, fmt.Errorf("book %d has no token %s", book, id)
	}
	return by, nil
}

// byHand is a command of the operator on the server, kept in the operation log in the name of whom it concerns.
func byHand(book accounting.BookID, name string, concerns accounting.PersonID) accounting.Command {
	return accounting.Command{Book: book, Key: name + "/" + accounting.NewID().String(), Name: name, By: accounting.Actor{Person: concerns}}
}

// withBook runs a command on the one book that is meant.
func (o *options) withBook(ctx context.Context, run func(context.Context, *database, accounting.BookID) error) error {
	return o.withDatabase(ctx, func(ctx context.Context, db *database) error {
		book, err := o.theBook(ctx, db)
		if err != nil {
			return err
		}
		return run(ctx, db, book.ID)
	})
}

// personOf finds a person by code.
func personOf(ctx context.Context, db *database, book accounting.BookID, code string) (id accounting.PersonID, err error) {
	err = db.NewRaw(`select person_id from accounting.persons where book_id = ? and code = ?`, book, code).Scan(ctx, &id)
	if err != nil {
		return id, fmt.Errorf("book %d has no person with the code %s", book, code)
	}
	return id, nil
}
