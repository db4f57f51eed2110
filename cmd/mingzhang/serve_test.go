package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"mingzhang/api"
)

// certify writes a certificate of its own making.
func certify(t *testing.T, certFile, keyFile, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := errors.Join(os.WriteFile(file+".new", pem.EncodeToMemory(block), 0o600), os.Rename(file+".new", file)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheBooksAreNotShownToANetworkWithoutTLS(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		options serveOptions
		words   string
	}{
		{serveOptions{listen: "127.0.0.1:8080"}, ""},
		{serveOptions{listen: "[::1]:8080"}, ""},
		{serveOptions{listen: "localhost:0"}, ""},
		{serveOptions{listen: "0.0.0.0:8080"}, "not_protected"},
		{serveOptions{listen: ":8080"}, "not_protected"},
		{serveOptions{listen: "[::]:8080"}, "not_protected"},
		{serveOptions{listen: "192.0.2.7:8080"}, "not_protected"},
		{serveOptions{listen: "0.0.0.0:8080", behindProxy: true}, ""},
		{serveOptions{listen: "0.0.0.0:8443", tlsCert: "c", tlsKey: "k"}, ""},
		{serveOptions{listen: "0.0.0.0:8443", tlsCert: "c"}, "belong together"},
		{serveOptions{listen: "8080"}, "is no address"},
	} {
		err := tt.options.protected(t.Context())
		if (err == nil) != (tt.words == "") || err != nil && !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%+v: %v, want %q", tt.options, err, tt.words)
		}
	}
	p := newProgram(t)
	p.refused("not_protected", "serve", "--listen", "0.0.0.0:0")
	p.refused("the TLS certificate", "serve", "--tls-cert", "nothing.pem", "--tls-key", "nothing.key")
	p.refused("neither text nor json", "serve", "--log", "xml")
	if _, err := os.Stat(p.path("var")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a service that may not listen made its data folder")
	}
}

func (s *service) get(path string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := anyCertificate.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer, string(text)
}

// shown is whose certificate a new connection sees.
func (s *service) shown() string {
	s.t.Helper()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	c, err := d.DialContext(s.t.Context(), "tcp", strings.TrimPrefix(s.url, "https://"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName //nolint:errcheck // a tls.Dialer makes nothing else
}

// TLS from 1.2 on, HTTP/2, a renewed certificate without a restart; each request in the log with the identity its answer carried,
// and nothing of what it brought. SIGTERM under load loses no voucher that was answered.
func TestServedForReal(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	cert, key := p.path("cert.pem"), p.path("key.pem")
	certify(t, cert, key, "first")
	s := p.serve("--tls-cert", cert, "--tls-key", key, "--log", "json")
	if !strings.HasPrefix(s.url, "https://") {
		t.Fatalf("it serves on %s", s.url)
	}
	answer, _ := s.get("/api/v1/vouchers/2026-03/1?account=6222021234567890123")
	if answer.ProtoMajor != 2 || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("%s %d", answer.Proto, answer.StatusCode)
	}
	old := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}}
	if c, err := old.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "https://")); err == nil {
		_ = c.Close()
		t.Error("it speaks TLS 1.1")
	}
	certify(t, cert, key, "second")
	_ = s.cmd.Process.Signal(syscall.SIGHUP)
	eventually(t, "the renewed certificate is shown after SIGHUP", func() bool { return s.shown() == "second" })
	if err := os.WriteFile(cert, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(lookAgain + 100*time.Millisecond)
	if got := s.shown(); got != "second" {
		t.Errorf("a broken renewal shows %s", got)
	}
	certify(t, cert, key, "third")
	eventually(t, "the renewed certificate is shown by itself", func() bool { return s.shown() == "third" })

	token := p.systemToken()
	answered := s.loadUntilStopped(token)
	if len(answered) < 30 {
		t.Errorf("%d answered posts are few", len(answered))
	}
	log := s.log.String()
	if id := answer.Header.Get("X-Request-Id"); id == "" || !regexp.MustCompile(`"request":"`+id+`","method":"GET","route":"/api/v1/vouchers/:[a-z]+/:[a-z]+","status":401`).MatchString(log) {
		t.Errorf("the log has no entry for request %s:\n%.2000s", id, log)
	}
	for _, secret := range []string{"6222021234567890123", token, "测试", "2025-10-002/2026"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log carries %s", secret)
		}
	}
	again := p.serve()
	for key, number := range answered {
		repeated, err := again.post(token, key)
		if err != nil || repeated != number {
			t.Errorf("%s was answered with number %d before the stop, and with %d (%v) after", key, number, repeated, err)
		}
	}
}

// loadUntilStopped posts from eight sides, stops the service in the middle, and answers with what was acknowledged.
func (s *service) loadUntilStopped(token string) map[string]int {
	s.t.Helper()
	answered := map[string]int{}
	var mu sync.Mutex
	var clerks sync.WaitGroup
	for c := range 8 {
		clerks.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("stop-%d-%d", c, i)
				number, err := s.post(token, key)
				if err != nil {
					return // it stops; what was not answered is sent again later, by whoever sent it
				}
				mu.Lock()
				answered[key] = number
				mu.Unlock()
			}
		})
	}
	eventually(s.t, "posts are answered", func() bool { mu.Lock(); defer mu.Unlock(); return len(answered) > 30 })
	s.stop()
	clerks.Wait()
	return answered
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 20 s still not: %s", what)
		}
	}
}

func TestOnlyAProxyMaySayWhereRequestsComeFrom(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		behind             bool
		scheme, from, name string
	}{{false, "http", "192.0.2.1", ""}, {true, "https", "203.0.113.9", "edge-1"}} {
		e := echo.New()
		api.Face(e, slog.New(slog.DiscardHandler), tt.behind)
		e.IPExtractor = map[bool]echo.IPExtractor{true: e.IPExtractor, false: echo.ExtractIPDirect()}[tt.behind]
		e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, c.Scheme()+" "+c.RealIP()) })
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		if tt.behind {
			r.RemoteAddr = "127.0.0.1:999"
		}
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Request-Id", "edge-1")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if got, want := w.Body.String(), tt.scheme+" "+tt.from; got != want {
			t.Errorf("behind a proxy %v: %s, want %s", tt.behind, got, want)
		}
		if id := w.Header().Get("X-Request-Id"); (id == "edge-1") != tt.behind || id == "" {
			t.Errorf("behind a proxy %v: request %q", tt.behind, id)
		}
	}
}

func TestLogKeepsNoLongNumbers(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log, err := newLog("json", &b)
	if err != nil {
		t.Fatal(err)
	}
	log.Error("failed", "error", errors.New(`invalid: "6222 0212 3456 7890 123" and 64030319800101123X`), "request", "12345678-1234-1234-1234-123456789012", "stack", "at 2026-11-25 22:00")
	got := b.String()
	for _, want := range []string{`… 123`, `…123X`, `12345678-1234-1234-1234-123456789012`, `2026-11-25 22:00`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, secret := range []string{"3456 7890", "640303198", "6222"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s of a number of an account or card in %s", secret, got)
		}
	}
}
