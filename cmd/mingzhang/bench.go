package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/cmd/mingzhang/bench"
)

func benchCommand(all *options) *cobra.Command {
	o := bench.Options{Out: os.Stdout, Log: os.Stderr}
	pages, p := false, bench.PageOptions{Out: os.Stdout, Log: os.Stderr}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure posting against the limit of PostgreSQL itself, or with --pages the pages of a large demonstration",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !pages {
				return bench.Run(accounting.WithReader(cmd.Context(), accounting.Operator), o)
			}
			if os.Getenv("DATABASE_URL") == "" && !cmd.Flags().Changed("data-dir") {
				return bench.Pages(cmd.Context(), p)
			}
			return all.withDatabase(cmd.Context(), func(ctx context.Context, db *database) (err error) {
				if p.Files, err = all.openFiles(ctx); err != nil {
					return err
				}
				p.DB = db.DB
				return errors.Join(bench.Pages(ctx, p), p.Files.Close())
			})
		},
	}
	cmd.Flags().BoolVar(&pages, "pages", false, "measure the pages: of the demonstration in --data-dir or DATABASE_URL, or of a throw-away one of --scale")
	cmd.Flags().IntVar(&p.Scale, "scale", 20, "how many times the demonstration the throw-away one has for --pages")
	cmd.Flags().IntVar(&p.Requests, "requests", 200, "how often each page is opened")
	cmd.Flags().StringSliceVar(&o.Cases, "cases", nil, "some of "+strings.Join(bench.Names(), ",")+"; all when left out")
	cmd.Flags().IntVar(&o.Rounds, "rounds", 3, "how often each side is measured, in turn")
	cmd.Flags().IntVar(&o.Seconds, "seconds", 5, "length of a measurement")
	cmd.Flags().IntVar(&o.Lines, "lines", 100_000, "history for the cases that need one, in lines")
	cmd.Flags().BoolVar(&o.Full, "full", false, "a history of at least a million lines")
	cmd.Flags().BoolVar(&o.Keep, "keep", false, "leave the cluster's folder behind and say where it is")
	return cmd
}
