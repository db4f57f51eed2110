package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"mingzhang/accounting/fault"
)

// Problem is application/problem+json (RFC 9457) with a stable code; docs/ERRORS.md explains each.
type Problem struct {
	Status    int             `json:"status" doc:"the HTTP status"`
	Code      string          `json:"code" doc:"stable; docs/ERRORS.md explains it"`
	Title     string          `json:"title" doc:"what it means, in the language asked for (zh default, en)"`
	Detail    string          `json:"detail,omitempty" doc:"with the arithmetic"`
	Facts     json.RawMessage `json:"facts,omitempty" doc:"the figures of the detail, amounts as strings"`
	Errors    []string        `json:"errors,omitempty" doc:"every field that is wrong, with its place"`
	Reference string          `json:"reference,omitempty" doc:"names the entry in the service's log"`
	field     string          // the name of the one that is wrong, where the detail begins with one
}

func (p *Problem) Error() string             { return p.Code + ": " + p.Detail }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders tells programs when to come again, in seconds.
func (p *Problem) GetHeaders() http.Header {
	var facts struct {
		RetryAfter int `json:"retry_after"`
	}
	if p.Status != http.StatusTooManyRequests || json.Unmarshal(p.Facts, &facts) != nil {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(facts.RetryAfter)}}
}

// problem renders an error for the caller. What is our fault is logged once, with a reference, and not shown.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		f = fault.Internal(err)
	}
	p = &Problem{Status: status(f), Code: f.Code, Title: title(f.Code, languageOf(ctx)), Detail: refusalSaid(languageOf(ctx), f), Facts: f.Facts}
	if name, _, begins := strings.Cut(f.Detail, ":"); begins {
		p.field = name
	}
	if p.Status >= http.StatusInternalServerError {
		p.Reference = uuid.NewString()
		s.log.Error("request failed", "request", requestID(ctx), "reference", p.Reference, "code", f.Code, "error", err)
	}
	return p
}

func status(f *fault.Error) int {
	switch f.Kind {
	case fault.KindInvalid:
		return http.StatusBadRequest
	case fault.KindNotFound:
		return http.StatusNotFound
	case fault.KindDenied:
		switch f.Code {
		case "unauthorized", "sign_in_refused":
			return http.StatusUnauthorized
		case "sign_in_locked":
			return http.StatusTooManyRequests
		default:
			return http.StatusForbidden
		}
	case fault.KindConflict:
		return http.StatusConflict
	case fault.KindKeyReused:
		return http.StatusUnprocessableEntity
	case fault.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

func title(code, lang string) string {
	for _, c := range fault.Catalogue {
		if c.Code == code {
			if lang == "en" {
				return c.EN
			}
			return c.ZH
		}
	}
	return code
}

// language is zh unless English is asked for first.
func language(accept string) string {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(accept)), "en") {
		return "en"
	}
	return "zh"
}

// writeError answers what no operation answered: unknown addresses, panics.
func (s *Server) writeError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var h *echo.HTTPError
	if errors.As(err, &h) {
		switch h.Code {
		case http.StatusNotFound, http.StatusMethodNotAllowed:
			err = fault.NotFound("not_found", "%s %s is no address of this service", c.Request().Method, c.Request().URL.Path)
		case http.StatusRequestEntityTooLarge:
			err = fault.Invalid("request_malformed", "the request is too large")
		}
	}
	if wantsPage(c.Request()) {
		lang := pageLanguage(c)
		l := &look{Context: c, lang: lang, ctx: context.WithValue(c.Request().Context(), languageKey{}, lang), values: url.Values{}}
		if s.send(l, s.pageProblem(l, err)) == nil {
			return
		}
	}
	p := s.problem(context.WithValue(c.Request().Context(), languageKey{}, language(c.Request().Header.Get("Accept-Language"))), err)
	c.Response().Header().Set(echo.HeaderContentType, p.ContentType(""))
	c.Response().WriteHeader(p.Status)
	_ = json.NewEncoder(c.Response()).Encode(p) // the client is gone if this fails
}
