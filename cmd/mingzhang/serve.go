package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/spf13/cobra"

	"mingzhang/accounting"
	"mingzhang/api"
	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
	"mingzhang/projects"
	"mingzhang/seeds"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	listen          string
	tlsCert, tlsKey string
	behindProxy     bool
	log             string
	night           nightOptions
}

func serveCommand(o *options) *cobra.Command {
	s := &serveOptions{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the books over HTTP; without DATABASE_URL on a private PostgreSQL of its own",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := s.front(cmd.Context())
			if err != nil {
				return err // before a database is started
			}
			return o.withDatabase(cmd.Context(), func(ctx context.Context, db *database) error {
				files, err := o.openFiles(ctx)
				if err != nil {
					return err
				}
				return errors.Join(f.serve(ctx, db, files), files.Close())
			})
		},
	}
	cmd.Flags().StringVar(&s.listen, "listen", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringVar(&s.tlsCert, "tls-cert", "", "file of the TLS certificate with its chain (PEM); taken up again when it changes, or at SIGHUP")
	cmd.Flags().StringVar(&s.tlsKey, "tls-key", "", "file of the certificate's private key (PEM)")
	cmd.Flags().BoolVar(&s.behindProxy, "behind-proxy", false, "a proxy with TLS stands in front: listen without TLS, and believe X-Forwarded-For and X-Forwarded-Proto")
	cmd.Flags().StringVar(&s.log, "log", "text", "text: what went wrong; json: that and every request, one JSON line each")
	s.night.flags(cmd.Flags())
	return cmd
}

// front is what the options come to, checked before anything starts.
type front struct {
	listen      string
	behindProxy bool
	log         *slog.Logger
	certificate *certificate // nil without TLS
	nights      *nights      // nil without backups
}

func (o *serveOptions) front(ctx context.Context) (*front, error) {
	log, err := newLog(o.log, os.Stderr)
	if err != nil {
		return nil, err
	}
	f := &front{listen: o.listen, behindProxy: o.behindProxy, log: log}
	if err := o.protected(ctx); err != nil {
		return nil, err
	}
	if o.tlsCert != "" {
		if f.certificate, err = loadCertificate(o.tlsCert, o.tlsKey, log); err != nil {
			return nil, err
		}
	}
	f.nights, err = o.night.nights(log)
	return f, err
}

// serve answers until the context ends, then lets what runs be finished: first requests, then postings that wait.
func (f *front) serve(ctx context.Context, db *database, files *projects.FileStore) error {
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
	s, e := api.New(db.DB, files, f.log)
	defer s.Close()
	if db.cluster != nil {
		units, err := seeds.Units()
		if err != nil {
			return err
		}
		s.OfferFirstStart(api.FirstStart{Units: units, FirstYear: seeds.FirstYear, Notice: seeds.LoadPublished})
	}
	api.Face(e, f.log, f.behindProxy)
	ended, err := f.open(ctx, s, e)
	if err != nil {
		return err
	}
	if f.nights != nil {
		stop, err := f.keepNights(ctx, db, files)
		if err != nil {
			return errors.Join(err, e.Close())
		}
		defer stop()
	}
	defer f.onHangUp()()
	return f.wait(ctx, db, e, ended)
}

// open listens, and says where.
func (f *front) open(ctx context.Context, s *api.Server, e *echo.Echo) (ended chan error, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another with --listen", f.listen, err)
	}
	local, _ := l.Addr().(*net.TCPAddr)
	s.ReachedBy(e, api.Reach{Loopback: local != nil && local.IP.IsLoopback(), Proxy: f.behindProxy})
	e.Server.Handler, e.Server.ErrorLog = e, slog.NewLogLogger(f.log.Handler(), slog.LevelWarn)
	ended = make(chan error, 1)
	scheme := "http"
	if f.certificate != nil {
		scheme, e.Server.TLSConfig = "https", f.certificate.config()
		go func() { ended <- e.Server.ServeTLS(l, "", "") }()
	} else {
		go func() { ended <- e.Server.Serve(l) }()
	}
	fmt.Printf("Mingzhang 明账 on %[1]s://%[2]s  API %[1]s://%[2]s/docs/\n", scheme, l.Addr())
	f.log.Info("serving", "address", l.Addr().String(), "tls", f.certificate != nil, "behind_proxy", f.behindProxy, "program", programVersion())
	return ended, nil
}

// wait is over when the context ends, which is the good end, or when the service or its PostgreSQL ends by itself.
func (f *front) wait(ctx context.Context, db *database, e *echo.Echo, ended <-chan error) (err error) {
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
	f.log.Info("stopping")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if down := e.Shutdown(stopping); down != nil && !errors.Is(down, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("requests were cut off after 20 s; repeated with the same key they get their answer: %w", down))
	}
	return err
}

// keepNights makes backups beside the service. A backup that runs when the service stops is given up and leaves nothing.
func (f *front) keepNights(ctx context.Context, db *database, files *projects.FileStore) (stop func(), err error) {
	n := *f.nights
	n.files = files
	if db.cluster != nil {
		n.source.dsn = db.cluster.DSN(pglocal.Admin, databaseName)
	} else if n.source, err = sourceFromEnvironment(); err != nil {
		return nil, err
	}
	n.source.service = db.DB
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { n.run(ctx) })
	return func() { cancel(); running.Wait() }, nil
}

// onHangUp takes the certificate up again when SIGHUP asks, which otherwise would end the program.
func (f *front) onHangUp() (stop func()) {
	hangUp := make(chan os.Signal, 1)
	signal.Notify(hangUp, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-hangUp:
				if f.certificate != nil {
					f.certificate.reload()
				}
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(hangUp); close(done) }
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
