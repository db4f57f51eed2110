package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

func verifyCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Compute every invariant of the books again from the lines and name what fails",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				book, err := o.theBook(ctx, db)
				if err != nil {
					return err
				}
				files, err := o.openFiles(ctx)
				if err != nil {
					return err
				}
				done, err := verify(ctx, db.DB, book.ID)
				if err != nil {
					return errors.Join(err, files.Close())
				}
				err = errors.Join(done.sheets(ctx, db.DB, book.ID), done.files(ctx, db.DB, files, book.ID), files.Close())
				if err != nil {
					return err
				}
				return done.keep(ctx, db.DB, book.ID)
			})
		},
	}
}

// verified is what a verification has come to so far.
type verified struct{ accounting.Verification }

// keep notes the result for the pages, which do not read every line themselves.
func (v *verified) keep(ctx context.Context, db *bun.DB, book accounting.BookID) error {
	if err := accounting.NoteVerification(ctx, db, book, v.Verification); err != nil {
		fmt.Fprintln(os.Stderr, "mingzhang: the result could not be kept, as by a login that only reads:", err)
	}
	if len(v.Failed) > 0 {
		return errChecksFailed
	}
	return nil
}

// verify prints a line per check and, below a broken one, what breaks it.
func verify(ctx context.Context, db *bun.DB, book accounting.BookID) (*verified, error) {
	var report accounting.Report
	err := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) (err error) {
		report, err = accounting.Verify(ctx, tx, accounting.VerifyOptions{Book: book, Progress: progress()})
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range report.Checks {
		if c.Count == 0 {
			fmt.Printf("ok    %-22s %s\n", c.Name, c.Promise)
			continue
		}
		fmt.Printf("FAIL  %-22s %s: %d findings\n", c.Name, c.Promise, c.Count)
		for _, f := range c.Findings {
			fmt.Println("     ", f)
		}
	}
	fmt.Printf("%d vouchers in %d periods\n", report.Vouchers, report.Periods)
	return &verified{accounting.Verification{At: report.At, Vouchers: report.Vouchers, Failed: report.Failed()}}, nil
}

// sheets computes the sheets that were kept at the closes again and names what does not come out the same.
func (v *verified) sheets(ctx context.Context, db *bun.DB, book accounting.BookID) error {
	const name, promise = "sheets_as_closed", "every sheet kept at a close comes out the same again"
	var (
		findings []accounting.Finding
		n        int
	)
	err := accounting.Read(ctx, db, func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = projects.VerifySheets(ctx, tx, book, func(f accounting.Finding) { findings = append(findings, f) })
		return err
	})
	if err != nil {
		return err
	}
	v.tell(name, promise, n, findings)
	return nil
}

// files reads every stored file and names those that are gone or not what was stored.
func (v *verified) files(ctx context.Context, db *bun.DB, store *projects.FileStore, book accounting.BookID) error {
	const name, promise = "files_whole", "every stored file is there and has its hash"
	var findings []accounting.Finding
	n, err := projects.VerifyFiles(ctx, db, store, book, func(f accounting.Finding) { findings = append(findings, f) })
	if err != nil {
		return err
	}
	v.tell(name, promise, n, findings)
	return nil
}

// tell prints the line of a check over so many things and what breaks it.
func (v *verified) tell(name, promise string, n int, findings []accounting.Finding) {
	if len(findings) == 0 {
		fmt.Printf("ok    %-22s %s, %d of them\n", name, promise, n)
		return
	}
	fmt.Printf("FAIL  %-22s %s: %d findings\n", name, promise, len(findings))
	for _, f := range findings {
		fmt.Println("     ", f)
	}
	v.Failed = append(v.Failed, name)
}

// progress shows on a terminal how far a long check is.
func progress() func(check string, done, of int) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(check string, done, of int) {
		fmt.Fprintf(os.Stderr, "\r%-22s %3d of %3d\x1b[K", check, done, of)
		if done == of {
			fmt.Fprint(os.Stderr, "\r\x1b[K")
		}
	}
}
