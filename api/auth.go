package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// caller is who sends a request: the actor and the book the token or session is for.
type caller struct {
	accounting.Actor
	Book       accounting.BookID
	OnBehalfOf accounting.PersonID // who lent the role the session has chosen
	session    session             // zero by token
	visit      visit
}

// command is an act of the caller.
func (c caller) command(key, name string) accounting.Command {
	return accounting.Command{Book: c.Book, Key: key, Name: name, By: c.Actor}
}

type (
	callerKey   struct{}
	languageKey struct{}
)

func languageOf(ctx context.Context) string {
	lang, _ := ctx.Value(languageKey{}).(string)
	return lang
}

// by is the caller authenticate found. It is read once at the top of a handler and passed on as an argument.
func by(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// authenticate lets a request through with a valid token or session only, and only to operations its role may use.
func (s *Server) authenticate(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		ctx := context.WithValue(c.Context(), languageKey{}, language(c.Header("Accept-Language")))
		found, err := s.identify(ctx, c)
		if err != nil {
			p := s.problem(ctx, err)
			if p.Status == http.StatusUnauthorized {
				c.SetHeader("WWW-Authenticate", "Bearer")
			}
			_ = huma.WriteErr(api, c, p.Status, p.Detail, err)
			return
		}
		found.visit = s.visitOf(humaecho.Unwrap(c))
		next(huma.WithContext(c, accounting.WithReader(context.WithValue(ctx, callerKey{}, found), found.Actor)))
	}
}

// identify finds who sends a request and whether that role may use the operation. A token goes before a cookie.
func (s *Server) identify(ctx context.Context, c huma.Context) (found caller, err error) {
	way, _ := c.Operation().Metadata[wayKey].(string)
	if way == openWay {
		return caller{}, fromElsewhere(humaecho.Unwrap(c).Request())
	}
	bearer := c.Header("Authorization")
	switch {
	case bearer != "" && way == sessionWay:
		return caller{}, fault.Denied("unauthorized", "this is a session's own affair; sign in")
	case bearer != "":
		found, err = s.tokens.caller(ctx, strings.TrimPrefix(bearer, "Bearer "))
	default:
		if found, err = s.bySession(ctx, c); err == nil && way != sessionWay {
			err = found.session.mayAct()
		}
	}
	if err == nil && way == "" && !may(found.Role, c.Operation()) {
		err = fault.Denied("forbidden", "role %s may not use %s", found.Role, c.Operation().OperationID)
	}
	return found, err
}

// Ways to an operation other than by a role, by its metadata.
const (
	wayKey     = "way"
	openWay    = "open"    // to sign in
	sessionWay = "session" // what a session does to itself, whatever its role
)

// Rights an operation asks for, by its metadata; reading asks for none but a valid token.
const (
	rightKey     = "right"
	rightPost    = "post"    // vouchers and events without a document
	rightArrange = "arrange" // projects, units, budget lines, periods
	rolesKey     = "roles"   // documents: the roles themselves, because who may is a matter of kind and verb
)

// wholeBook are the roles that read what is no unit's own: the operation log, what stands in the way of closing the book.
var wholeBook = slices.DeleteFunc(slices.Clone(TokenRoles), func(role string) bool { return !accounting.Actor{Role: role}.ReadsAll() })

// rights of the roles that change something beside documents. What people bring into the books is a document, so only
// programs of the bureau post directly.
var rights = map[string][]string{
	"budget_officer": {rightArrange},
	systemRole:       {rightPost},
}

func may(role string, op *huma.Operation) bool {
	if roles, asked := op.Metadata[rolesKey].([]string); asked {
		return slices.Contains(roles, role)
	}
	right, asked := op.Metadata[rightKey].(string)
	if !asked {
		return op.Method == http.MethodGet // a command whose right was forgotten is nobody's
	}
	for _, r := range rights[role] {
		if r == right {
			return true
		}
	}
	return false
}

// tokenCache remembers valid tokens for a few seconds, so that a busy program costs one look-up, not one a request; a
// token that is revoked, or whose role ends, dies within that time.
type tokenCache struct {
	db    *bun.DB
	mu    sync.Mutex
	known map[string]cachedCaller
}

type cachedCaller struct {
	caller
	until time.Time
}

const (
	tokenCacheTime = 3 * time.Second
	tokenCacheSize = 10_000
)

func newTokenCache(db *bun.DB) *tokenCache {
	return &tokenCache{db: db, known: make(map[string]cachedCaller)}
}

func (t *tokenCache) caller(ctx context.Context, token string) (caller, error) {
	now := time.Now()
	t.mu.Lock()
	found, ok := t.known[token]
	t.mu.Unlock()
	if ok && now.Before(found.until) {
		return found.caller, nil
	}
	c, err := callerOf(ctx, t.db, token)
	if err != nil {
		return caller{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= tokenCacheSize {
		clear(t.known)
	}
	t.known[token] = cachedCaller{c, now.Add(tokenCacheTime)}
	return c, nil
}

// forget lets the next use of each token be looked up.
func (t *tokenCache) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.known)
}
