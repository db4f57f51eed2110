package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func migrateCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database up to date; with OWNER_DATABASE_URL as its owner, else the private one",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dsn := os.Getenv("OWNER_DATABASE_URL"); dsn != "" {
				return migrateAs(cmd.Context(), dsn)
			}
			if os.Getenv("DATABASE_URL") != "" {
				return fmt.Errorf("migrate needs OWNER_DATABASE_URL: the service's own login may change nothing")
			}
			return o.withDatabase(cmd.Context(), func(context.Context, *database) error { return nil }) // opening it migrates it
		},
	}
}
