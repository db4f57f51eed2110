package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/uptrace/bun"

	"mingzhang/api"
	"mingzhang/projects"
)

// front is the service in this process, reached over loopback, with the browsers of those who look.
type front struct {
	address  string
	service  *api.Server
	echo     *echo.Echo
	took     chan time.Duration
	browsers map[string]*http.Client // by account
}

// visit is a page opened by somebody.
type visit struct{ account, path string }

// openFront serves as the program does, and takes the time around everything that it does for a request.
func openFront(ctx context.Context, db *bun.DB, files *projects.FileStore, log *slog.Logger) (*front, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{address: "http://" + l.Addr().String(), took: make(chan time.Duration, 1), browsers: make(map[string]*http.Client)}
	f.service, f.echo = api.New(db, files, log)
	api.Face(f.echo, log, false)
	f.service.ReachedBy(f.echo, api.Reach{Loopback: true})
	f.echo.Server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		f.echo.ServeHTTP(w, r)
		f.took <- time.Since(start)
	})
	go func() { _ = f.echo.Server.Serve(l) }()
	return f, nil
}

// close signs everybody out again.
func (f *front) close(ctx context.Context) (err error) {
	for account := range f.browsers {
		if _, _, failed := f.send(ctx, account, http.MethodPost, "/sign-out", nil); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	f.service.Close()
	return errors.Join(err, f.echo.Shutdown(ctx))
}

// get opens a page and answers how long the service took to make it.
func (f *front) get(ctx context.Context, v visit) (time.Duration, error) {
	if f.browsers[v.account] == nil {
		if err := f.signIn(ctx, v.account); err != nil {
			return 0, err
		}
	}
	took, text, err := f.send(ctx, v.account, http.MethodGet, v.path, nil)
	if err == nil && (!bytes.HasSuffix(bytes.TrimSpace(text), []byte("</html>")) || bytes.Contains(text, []byte("⟦"))) {
		err = errors.New("the page is not whole")
	}
	return took, err
}

// signIn makes a browser in which a person of the demonstration has a session.
func (f *front) signIn(ctx context.Context, account string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	f.browsers[account] = &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if _, _, err = f.send(ctx, account, http.MethodPost, "/demonstration", url.Values{"account": {account}}); err != nil {
		return fmt.Errorf("sign in: %w; is this a demonstration?", err)
	}
	_, _, err = f.send(ctx, account, http.MethodPost, "/role", url.Values{"role": {"0"}}) // who holds several acts in the first
	return err
}

// send sends one request and waits for the answer and for how long it took.
func (f *front) send(ctx context.Context, account, method, path string, values url.Values) (time.Duration, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, f.address+path, strings.NewReader(values.Encode()))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Origin", f.address)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := f.browsers[account].Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, err
	}
	good := http.StatusOK
	if method == http.MethodPost {
		good = http.StatusSeeOther
	}
	if took := <-f.took; answer.StatusCode == good {
		return took, text, nil
	}
	return 0, nil, fmt.Errorf("status %d %s: %.500s", answer.StatusCode, answer.Header.Get("Location"), text)
}
