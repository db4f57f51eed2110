// Package api is the only package that knows HTTP: it binds a request, calls one use case and renders its answer.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// Server holds what handlers share. It is the only struct that holds the database.
type Server struct {
	db        *bun.DB
	files     *projects.FileStore
	books     *accounting.Books
	directory *directory
	tokens    *tokenCache
	log       *slog.Logger
	metrics   *metrics
	hashing   queue
	reach     Reach
	pages     []pageRoute

	firstStart *FirstStart // nil: books are made by the command line only

	voucherHeads *accounting.VoucherHeads
	public       *publicCache
}

const (
	bodyLimit     = 1 << 20
	bulkBodyLimit = 16 << 20
)

// New makes the service over db and the store of files, and the echo instance that serves it. Close the server when echo has
// stopped; the store stays the caller's.
func New(db *bun.DB, files *projects.FileStore, log *slog.Logger) (*Server, *echo.Echo) {
	s := &Server{db: db, files: files, books: accounting.NewBooks(db), directory: newDirectory(db), tokens: newTokenCache(db), log: log, metrics: newMetrics(db), hashing: make(queue, hashesAtOnce), voucherHeads: accounting.NewVoucherHeads(db), public: &publicCache{db: db}}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.writeError
	e.IPExtractor = echo.ExtractIPDirect() // no proxy's header is believed unless the operator says that one is there: see Face
	e.Server.ReadHeaderTimeout, e.Server.ReadTimeout, e.Server.WriteTimeout = 10*time.Second, 60*time.Second, 120*time.Second
	e.Server.IdleTimeout, e.Server.MaxHeaderBytes = 120*time.Second, 64<<10
	e.Use(s.metrics.count, s.recoverPanic, plainAddress)
	s.health(e)
	s.routes(e)
	s.pageRoutes(e)
	return s, e
}

// Close lets postings that wait be finished.
func (s *Server) Close() { s.books.Close() }

// routes registers every operation of the API; openapi.yaml is written from the same registrations.
func (s *Server) routes(e *echo.Echo) huma.API {
	api := humaecho.New(e, openAPIConfig())
	api.UseMiddleware(s.authenticate(api))
	s.voucherRoutes(api)
	s.eventRoutes(api)
	s.nodeRoutes(api)
	s.planRoutes(api)
	s.periodRoutes(api)
	s.registerRoutes(api)
	s.reportRoutes(api)
	s.lineRoutes(api)
	s.auditRoutes(api)
	s.reconciliationRoutes(api)
	s.documentRoutes(api)
	s.deskRoutes(api)
	s.fileRoutes(api)
	s.importRoutes(api)
	s.treasuryRoutes(api)
	s.bankRoutes(api)
	s.settingRoutes(api)
	s.peopleRoutes(api)
	s.contractRoutes(api)
	s.paymentRoutes(api)
	s.budgetRoutes(api)
	s.completionRoutes(api)
	s.yearEndRoutes(api)
	s.sessionRoutes(api)
	s.accountRoutes(api)
	s.tokenRoutes(api)
	s.progressRoutes(api)
	s.inspectionRoutes(api)
	s.logRoutes(api)
	s.printRoutes(api)
	s.publicRoutes(api)
	s.noticeRoutes(api)
	docs(e, api)
	return api
}

// recoverPanic turns a mistake of ours into a 500 with a reference number instead of a cut connection.
func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableErrorHandler: true,
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.Error("panic", "request", requestID(c.Request().Context()), "error", err, "stack", string(stack))
			return fault.Internal(err)
		},
	})(next)
}

// operation registers a handler whose errors become problems.
func operation[I, O any](s *Server, api huma.API, op huma.Operation, run func(context.Context, *I) (*O, error)) {
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusServiceUnavailable)
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	if right, asked := op.Metadata[rightKey]; asked {
		op.Extensions = map[string]any{"x-right": right}
	}
	if roles, asked := op.Metadata[rolesKey]; asked {
		op.Extensions = map[string]any{"x-roles": roles}
	}
	if way, other := op.Metadata[wayKey]; other {
		op.Extensions = map[string]any{"x-way": way}
		op.Security = []map[string][]string{}
		if way == sessionWay {
			op.Security = []map[string][]string{{"session": {}}}
		}
	}
	op.Metadata[schemasKey] = api.OpenAPI().Components.Schemas
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := run(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}
