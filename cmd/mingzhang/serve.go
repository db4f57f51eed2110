package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations"
	"mingzhang/projects"
	"mingzhang/seeds"
)

func serveCommand(o *options) *cobra.Command {
	var listen string
	var proxy bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the books over HTTP; without DATABASE_URL on a private PostgreSQL of its own",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				files, err := o.openFiles(ctx)
				if err != nil {
					return err
				}
				return errors.Join(serve(ctx, db, files, listen, proxy), files.Close())
			})
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().BoolVar(&proxy, "behind-proxy", false, "a proxy with TLS stands in front: cookies are for https only, and requests come from where the proxy's X-Forwarded-For says")
	return cmd
}

// serve answers until the context ends, then lets what runs be finished: first requests, then postings that wait.
func serve(ctx context.Context, db *database, files *projects.FileStore, listen string, proxy bool) error {
	if err := migrations.CheckServer(ctx, db.DB); err != nil {
		return err
	}
	if db.cluster != nil {
		if err := demonstrate(ctx, db, files); err != nil {
			return err
		}
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // the live heap is small; a request's JSON is most of what is collected
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	s, e := api.New(db.DB, files, log)
	defer s.Close()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another with --listen", listen, err)
	}
	e.Listener = l
	local, _ := l.Addr().(*net.TCPAddr)
	s.ReachedBy(e, api.Reach{Loopback: local != nil && local.IP.IsLoopback(), Proxy: proxy})
	ended := make(chan error, 1)
	go func() { ended <- e.Start("") }()
	fmt.Printf("Mingzhang 明账 on http://%s  API http://%s/docs/\n", l.Addr(), l.Addr())
	var gone <-chan struct{}
	if db.cluster != nil {
		gone = db.cluster.Done()
	}
	select {
	case err := <-ended:
		return err
	case <-gone:
		err = errors.New("the private PostgreSQL has ended; start again: it recovers by itself")
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if down := e.Shutdown(stopping); down != nil && !errors.Is(down, http.ErrServerClosed) {
		err = errors.Join(err, down)
	}
	return err
}

// demonstrate makes the demonstration book on an empty private database, so that a newcomer has something to look at. A
// database of the operator's own is never seeded.
func demonstrate(ctx context.Context, db *database, files *projects.FileStore) error {
	var books int
	if err := db.NewRaw(`select count(*) from accounting.books where kind = 'real'`).Scan(ctx, &books); err != nil || books > 0 {
		return err
	}
	poster := accounting.NewBooks(db.DB)
	defer poster.Close()
	if err := seeds.Demonstrate(ctx, poster, db.DB, files); err != nil {
		return err
	}
	return api.OpenDemonstrationAccounts(ctx, db.DB, seeds.DemoBook)
}
