package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui/v5emb"
)

// openAPIConfig describes the API. Its own documentation pages are switched off, because they load from elsewhere.
func openAPIConfig() huma.Config {
	c := huma.DefaultConfig("Mingzhang 明账", "1.0.0")
	c.Info.Description = "Open books for public projects. Amounts are yuan as strings with two decimals. Every command carries an Idempotency-Key: 2xx means committed, 4xx refused and nothing written, 503 unknown or busy: repeat with the same key."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/openapi", "", ""
	c.Formats = map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()}
	describe(c.Components.Schemas)
	c.CreateHooks = nil // no $schema links: they would carry the Host header into answers
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"},
		"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "from sign-in; over plain http on this machine its name is " + localCookieName}}
	c.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	return c
}

// docs serves the description as pages that work without internet.
func docs(e *echo.Echo, _ huma.API) {
	pages := v5emb.New("Mingzhang 明账", "/openapi.json", "/docs/")
	e.GET("/docs", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/docs/") })
	e.GET("/docs/*", func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'")
		pages.ServeHTTP(c.Response(), c.Request())
		return nil
	})
}

// Description is the API description as YAML; api/openapi.yaml is this, checked in.
func Description() ([]byte, error) { return new(Server).routes(echo.New()).OpenAPI().YAML() }
