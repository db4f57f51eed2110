package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/seeds"
)

func seedCommand(o *options) *cobra.Command {
	var scale int
	cmd := &cobra.Command{
		Use:   "seed --scale N",
		Short: "Add N times the demonstration's vouchers and documents to its book, to try lists and reports at size; refuses a real book",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if scale < 1 || scale > 5000 {
				return errors.New("--scale takes a number from 1 to 5000")
			}
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				book, err := o.theBook(ctx, db)
				if err != nil {
					return err
				}
				books, start := accounting.NewBooks(db.DB), time.Now()
				defer books.Close()
				s, err := seeds.Scale(ctx, books, db.DB, book, scale, func(done int, s seeds.Scaled) {
					fmt.Fprintf(os.Stderr, "\r%d of %d: %d vouchers, %d documents", done, scale, s.Vouchers, s.Documents)
				})
				fmt.Fprintln(os.Stderr)
				if err == nil {
					fmt.Printf("added %d projects, %d vouchers, %d documents in %s\n", s.Projects, s.Vouchers, s.Documents, time.Since(start).Round(100*time.Millisecond))
				}
				return err
			})
		},
	}
	cmd.Flags().IntVar(&scale, "scale", 0, "how many times the demonstration")
	return cmd
}
