package api

import (
	"context"
	"log/slog"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// proxyHeaders say how a request came, if a proxy wrote them. From anybody else they are lies. Those that say from where it
// came stay: nobody believes them, and by them a proxy that nobody told us of gives itself away (see visitOf).
var proxyHeaders = []string{"X-Forwarded-Proto", "X-Forwarded-Protocol", "X-Forwarded-Ssl", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Url-Scheme", "X-Real-Ip", echo.HeaderXRequestID}

// Face prepares e for the network. Each request gets an identity, which answers carry as X-Request-Id and log entries as request.
// What a proxy says of a request counts only behind one; so c.Scheme() is https exactly when the browser's connection is protected,
// and that is what decides whether a cookie is marked Secure. One entry a request goes to the log: no address with its query, no
// body, no token.
func Face(e *echo.Echo, log *slog.Logger, behindProxy bool) {
	e.Pre(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			id := identify(c, behindProxy)
			c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), requestKey{}, id)))
			c.Response().Header().Set(echo.HeaderXRequestID, id)
			err := next(c)
			if !quietRoutes[c.Path()] {
				log.Info("request", "request", id, "method", c.Request().Method, "route", c.Path(), "status", c.Response().Status, "bytes", c.Response().Size,
					"ms", time.Since(start).Milliseconds(), "from", c.RealIP())
			}
			return err
		}
	})
}

// quietRoutes are asked all the time by machines.
var quietRoutes = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

type requestKey struct{}

// requestID is the identity that Face gave a request.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// identify takes over the identity a proxy gave, and takes away what only a proxy may say.
func identify(c echo.Context, behindProxy bool) string {
	h := c.Request().Header
	if behindProxy && plainID.MatchString(h.Get(echo.HeaderXRequestID)) {
		return h.Get(echo.HeaderXRequestID)
	}
	if !behindProxy {
		for _, name := range proxyHeaders {
			h.Del(name)
		}
	}
	return uuid.NewString()
}
