package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/seeds"
)

func initCommand(o *options) *cobra.Command {
	var name string
	var notice bool
	cmd := &cobra.Command{
		Use:   "init --book CODE --name NAME",
		Short: "Make an empty real book: chart, units, duties, years; with --notice the programmes of the notice, no money moved",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.book <= 0 || name == "" {
				return errors.New("--book takes the division code, such as 640303, and --name the name of the book")
			}
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				now := time.Now()
				id, err := seeds.InitBook(ctx, db.DB, strconv.FormatInt(o.book, 10), name, notice, accounting.NewDate(now.Year(), now.Month(), now.Day()))
				if err == nil {
					fmt.Printf("book %d %s is there; its persons are duties without names yet: mingzhang token create --book %d --person budget --role budget_officer\n", id, name, id)
				}
				return err
			})
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "name of the book, such as 红寺堡区财政局")
	cmd.Flags().BoolVar(&notice, "notice", false, "with the ten programmes of the 2025 notice")
	return cmd
}
