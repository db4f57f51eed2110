package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/projects"
)

func reconcileCommand(o *options) *cobra.Command {
	var asOf, knownAt, unit, format, lang string
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Print spend against plan per project; exit status 0 only when every check holds",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				q, err := o.reconcileQuery(ctx, db, asOf, knownAt, unit)
				if err != nil {
					return err
				}
				report, err := projects.Reconcile(ctx, db.DB, q)
				if err != nil {
					return err
				}
				if err := printReconciliation(report, format, lang); err != nil {
					return err
				}
				if !report.OK {
					return errChecksFailed
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "last day looked at, such as 2025-12-31 (default today)")
	cmd.Flags().StringVar(&knownAt, "known-at", "", "as the books knew it at this moment, such as 2025-12-31T18:00:00+08:00 (default now)")
	cmd.Flags().StringVar(&unit, "unit", "", "code of one accounting unit (default all)")
	cmd.Flags().StringVar(&format, "format", "table", "table, json or csv")
	cmd.Flags().StringVar(&lang, "lang", "zh", "zh or en")
	return cmd
}

func (o *options) reconcileQuery(ctx context.Context, db *database, asOf, knownAt, unit string) (q projects.ReconcileQuery, err error) {
	book, err := o.theBook(ctx, db)
	if err != nil {
		return q, err
	}
	q.Book = book.ID
	if asOf == "" {
		asOf = time.Now().Format(time.DateOnly)
	}
	if q.AsOf, err = accounting.ParseDate(asOf); err != nil {
		return q, err
	}
	if knownAt != "" {
		if q.Known, err = time.Parse(time.RFC3339, knownAt); err != nil {
			return q, fmt.Errorf("--known-at %s is not a moment such as 2025-12-31T18:00:00+08:00", knownAt)
		}
	}
	if unit != "" {
		if err := db.NewRaw(`select unit_id from accounting.units where book_id = ? and code = ?`, book.ID, unit).Scan(ctx, &q.Unit); err != nil {
			return q, fmt.Errorf("book %d has no unit with the code %s", book.ID, unit)
		}
	}
	return q, nil
}

func printReconciliation(report *projects.Reconciliation, format, lang string) error {
	switch format {
	case "table":
		return report.WriteTable(os.Stdout, lang)
	case "csv":
		return report.WriteCSV(os.Stdout)
	case "json":
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", " ")
		return e.Encode(report)
	default:
		return fmt.Errorf("--format %s is none of table, json, csv", format)
	}
}
