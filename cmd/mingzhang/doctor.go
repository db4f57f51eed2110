package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mingzhang/migrations"
)

func doctorCommand(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look at the installation: server settings, login, migrations, room for coming years, sizes",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				healthy := true
				say := func(what string, err error) {
					if err != nil {
						healthy = false
						fmt.Printf("FAIL  %s: %v\n", what, err)
						return
					}
					fmt.Printf("ok    %s\n", what)
				}
				say("server settings and login are safe", migrations.CheckServer(ctx, db.DB))
				say("the database is up to date", migrations.Check(ctx, db.DB.DB))
				say("journal partitions reach two years ahead", partitionsAhead(ctx, db))
				if err := sizes(ctx, db); err != nil {
					return err
				}
				if !healthy {
					return errChecksFailed
				}
				return nil
			})
		},
	}
}

// partitionsAhead warns while there is time: the service cannot make partitions, a migration must.
func partitionsAhead(ctx context.Context, db *database) error {
	var last int
	err := db.NewRaw(`select coalesce(max(right(c.relname, 4)::int), 0) from pg_catalog.pg_class c join pg_catalog.pg_inherits i on i.inhrelid = c.oid
		where i.inhparent = 'accounting.lines'::regclass`).Scan(ctx, &last)
	if err != nil {
		return err
	}
	if need := time.Now().Year() + 2; last < need {
		return fmt.Errorf("the last year prepared is %d, %d is needed: a migration has to add years", last, need)
	}
	return nil
}

func sizes(ctx context.Context, db *database) error {
	var books []struct {
		BookID   int64
		Name     string
		Vouchers int
	}
	err := db.NewRaw(`select b.book_id, b.name, coalesce(sum(p.last_number), 0) as vouchers from accounting.books b
		left join accounting.periods p on p.book_id = b.book_id group by 1, 2 order by 1`).Scan(ctx, &books)
	if err != nil {
		return err
	}
	for _, b := range books {
		fmt.Printf("      book %d %s: %d vouchers\n", b.BookID, b.Name, b.Vouchers)
	}
	var size string
	if err := db.NewRaw(`select pg_size_pretty(pg_database_size(current_database()))`).Scan(ctx, &size); err != nil {
		return err
	}
	fmt.Printf("      database: %s\n", size)
	return nil
}
