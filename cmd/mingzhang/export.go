package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

func exportCommand(o *options) *cobra.Command {
	var format, output string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the books for another program: an hledger journal with balance assertions",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "hledger" {
				return fmt.Errorf("--format %s: only hledger is written so far", format)
			}
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				book, err := o.theBook(ctx, db)
				if err != nil {
					return err
				}
				return toFile(output, func(w *bufio.Writer) error {
					return accounting.Read(ctx, db.DB, func(ctx context.Context, tx bun.Tx) error {
						return accounting.WriteJournal(ctx, tx, w, accounting.JournalQuery{Book: book.ID})
					})
				})
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "hledger", "hledger")
	cmd.Flags().StringVarP(&output, "output", "o", "-", "file to write, - for standard output")
	return cmd
}

// toFile writes to a file, or to standard output for "-"; an error on the way or at the end is one of the export.
func toFile(name string, write func(*bufio.Writer) error) (err error) {
	f := os.Stdout
	if name != "-" {
		if f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
	}
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}
