package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/cmd/mingzhang/bench"
)

func benchCommand() *cobra.Command {
	o := bench.Options{Out: os.Stdout, Log: os.Stderr}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure posting against the limit of PostgreSQL itself, on a throw-away cluster",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return bench.Run(accounting.WithReader(cmd.Context(), accounting.Operator), o)
		},
	}
	cmd.Flags().StringSliceVar(&o.Cases, "cases", nil, "some of "+strings.Join(bench.Names(), ",")+"; all when left out")
	cmd.Flags().IntVar(&o.Rounds, "rounds", 3, "how often each side is measured, in turn")
	cmd.Flags().IntVar(&o.Seconds, "seconds", 5, "length of a measurement")
	cmd.Flags().IntVar(&o.Lines, "lines", 100_000, "history for the cases that need one, in lines")
	cmd.Flags().BoolVar(&o.Full, "full", false, "a history of at least a million lines")
	cmd.Flags().BoolVar(&o.Keep, "keep", false, "leave the cluster's folder behind and say where it is")
	return cmd
}
