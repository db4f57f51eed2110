package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// importOptions are the flags of import.
type importOptions struct {
	person, role, month string
	preview             bool
	request             projects.ImportRequest
}

func importCommand(o *options) *cobra.Command {
	in := &importOptions{}
	cmd := &cobra.Command{
		Use:   "import KIND FILE",
		Short: "Take a list in for a person, all of it or nothing; --preview only says what it would do",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.request.Kind = projects.ListKind(args[0])
			return o.withBook(cmd.Context(), func(ctx context.Context, db *database, book accounting.BookID) error {
				files, err := o.openFiles(ctx)
				if err != nil {
					return err
				}
				return errors.Join(in.run(ctx, db, files, book, args[1]), files.Close())
			})
		},
	}
	var kinds []string
	for _, f := range projects.ListForms() {
		kinds = append(kinds, f.Kind)
	}
	cmd.Long = "Kinds: " + strings.Join(kinds, ", ")
	cmd.Flags().StringVar(&in.person, "person", "", "code of the person who brings it")
	cmd.Flags().StringVar(&in.role, "role", "", "role the person acts in")
	cmd.Flags().StringVar(&in.request.Source, "source", "", "where it comes from, such as 省一体化; its columns are remembered by this")
	cmd.Flags().StringVar(&in.month, "month", "", "of a list that covers one: 2025-03")
	cmd.Flags().StringVar(&in.request.Account, "account", "", "of a bank statement: the account's number")
	cmd.Flags().StringVar(&in.request.Project, "project", "", "of villages: the programme they are of")
	cmd.Flags().BoolVar(&in.preview, "preview", false, "say what was understood and what differs, and do nothing")
	for _, needed := range []string{"person", "role", "source"} {
		_ = cmd.MarkFlagRequired(needed)
	}
	return cmd
}

func (in *importOptions) run(ctx context.Context, db *database, files *projects.FileStore, book accounting.BookID, path string) error {
	if in.month != "" {
		month, err := accounting.ParsePeriod(in.month)
		if err != nil {
			return err
		}
		in.request.Month = &month
	}
	if !slices.Contains(projects.Importers(in.request.Kind), in.role) {
		return fmt.Errorf("role %s takes in no list of the kind %s", in.role, in.request.Kind)
	}
	p, err := projects.FindPerson(ctx, db.DB, book, in.person)
	if err != nil {
		return err
	}
	who := accounting.Actor{Person: p.ID, Unit: p.Unit, Role: in.role}
	by := func(name string) accounting.Command {
		c := byHand(book, name, p.ID)
		c.By = who
		return c
	}
	list, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer func() { _ = list.Close() }()
	f, err := projects.StoreFile(ctx, db.DB, files, by("file.store"), filepath.Base(path), list)
	if err != nil {
		return err
	}
	in.request.File = f.Hash
	if in.preview {
		return in.show(ctx, db, files, book, who)
	}
	done, err := projects.TakeIn(ctx, db.DB, files, by("list.import"), in.request, func(n, of int) { byteProgress.step("rows", n, of) })
	if err != nil {
		return err
	}
	fmt.Printf("%d rows, %d new\n", done.Rows, done.Added)
	return nil
}

// show prints what a list would do; the exit status tells whether it can be taken in.
func (in *importOptions) show(ctx context.Context, db *database, files *projects.FileStore, book accounting.BookID, who accounting.Actor) error {
	p, err := projects.PreviewImport(ctx, db.DB, files, book, who, in.request)
	if err != nil {
		return err
	}
	fmt.Printf("%d rows, amounts in %s, totals %v\n", p.Rows, p.Measure, p.Totals)
	for _, change := range []projects.Change{projects.NewRow, projects.SameRow, projects.ChangedRow, projects.MissingHere, projects.MissingThere} {
		if n := p.Counts[change]; n > 0 {
			fmt.Printf("%s: %d\n", change, n)
		}
	}
	for _, d := range p.Differences {
		fmt.Printf("row %d  %s  %s  %s\n", d.Row, d.Key, d.Change, d.Detail)
	}
	for _, d := range p.Problems {
		fmt.Printf("row %d  %s  %s\n", d.Row, d.Cell, d.Detail)
	}
	if len(p.Problems) > 0 {
		return fmt.Errorf("%d cells or rows are not understood: nothing can be taken in", len(p.Problems))
	}
	return nil
}
