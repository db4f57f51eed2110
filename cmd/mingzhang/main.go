// Command mingzhang keeps open books for public projects: it serves them, and does from the command line what operators
// and auditors need.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"mingzhang/accounting/fault"
	"mingzhang/cmd/mingzhang/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mingzhang:", message(err))
		os.Exit(exitCode(err))
	}
}

func root() *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:           "mingzhang",
		Short:         "Open books for public projects: a double-entry ledger that reconciles spend against plan",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().StringVar(&o.dataDir, "data-dir", "./var", "folder of the private PostgreSQL, which is not used when DATABASE_URL is set, and of the files")
	cmd.PersistentFlags().StringVar(&o.filesURL, "files", "", "where files are kept: a URL such as s3://bucket?region=cn-north-1 or file:///srv/files?no_tmp_dir=1&metadata=skip; empty: the folder files in the data folder")
	cmd.PersistentFlags().Int64Var(&o.book, "book", 0, "book number (division code); may be left out when there is only one book")
	cmd.AddCommand(serveCommand(o), migrateCommand(o), tokenCommand(o), accountCommand(o), reconcileCommand(o), verifyCommand(o), exportCommand(o), importCommand(o), doctorCommand(o), backupCommand(o), restoreCommand(o), initCommand(o), seedCommand(o), benchCommand(o))
	return cmd
}

// errChecksFailed ends a command whose report is printed and bad: there is nothing more to say.
var errChecksFailed = errors.New("not all checks hold")

func exitCode(err error) int {
	if errors.Is(err, errChecksFailed) || errors.Is(err, bench.ErrTooSlow) {
		return 1
	}
	return 2
}

// message shows a fault by its detail; its cause belongs into a log.
func message(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.KindInternal {
		return f.Detail + " (" + f.Code + ")"
	}
	return err.Error()
}
