package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

const (
	publicationAge  = 10 * time.Second // how long what was read is given out again, and how long a book that stops giving out is still seen
	publicationWait = 5 * time.Second
	publicKept      = "public, max-age=60" // by browsers and by proxies in between
)

// publicCache keeps what everybody may read, so that however many ask, the database is asked once in ten seconds.
type publicCache struct {
	db    *bun.DB
	mu    sync.Mutex
	all   []projects.Publication
	err   error
	until time.Time
}

func (c *publicCache) publications(ctx context.Context) ([]projects.Publication, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().Before(c.until) {
		return c.all, c.err
	}
	// Whoever comes first asks for all who wait, and goes on when the own visitor leaves.
	ctx, end := context.WithTimeout(context.WithoutCancel(ctx), publicationWait)
	defer end()
	c.all, c.err = projects.Publications(ctx, c.db)
	c.until = time.Now().Add(publicationAge)
	return c.all, c.err
}

// publication is that of a book, or of the first there is. Codes: not_published.
func (c *publicCache) publication(ctx context.Context, book accounting.BookID) (*projects.Publication, []projects.Publication, error) {
	all, err := c.publications(ctx)
	if err != nil {
		return nil, nil, err
	}
	for i := range all {
		if book == 0 || all[i].Book == book {
			return &all[i], all, nil
		}
	}
	return nil, nil, fault.NotFound("not_published", "no progress is given out")
}

type (
	publicRequest struct {
		Book int64 `query:"book" minimum:"0" doc:"division code; the first book that gives out its progress when left out"`
	}
	publicResponse struct {
		CacheControl string `header:"Cache-Control"`
		Body         projects.Publication
	}
)

func (s *Server) publicRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "get-public-progress", Method: http.MethodGet, Path: base + "/public/progress", Tags: []string{"Public"}, Metadata: map[string]any{wayKey: openWay},
		Summary: "进度公开 How far the programmes are at the end of the last closed month, for everybody: without payees, accounts and persons"}, s.publicProgress)
}

func (s *Server) publicProgress(ctx context.Context, in *publicRequest) (*publicResponse, error) {
	p, _, err := s.public.publication(ctx, accounting.BookID(in.Book))
	if err != nil {
		return nil, err
	}
	return &publicResponse{publicKept, *p}, nil
}
