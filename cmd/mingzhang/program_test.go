package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program runs mingzhang as people do: a process of its own, in a folder of its own.
type program struct {
	t   *testing.T
	dir string
	env []string
}

func newProgram(t *testing.T) *program {
	p := &program{t: t, dir: openDir(t)}
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); !strings.HasSuffix(name, "DATABASE_URL") && !strings.HasPrefix(name, "PG") {
			p.env = append(p.env, e)
		}
	}
	p.env = append(p.env, "MINGZHANG_AS_PROGRAM=1", "LC_ALL=C.UTF-8")
	return p
}

func (p *program) command(args ...string) *exec.Cmd {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(p.t.Context()), self, args...) // stopped in good order, after the test's context
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

// run answers what it printed; it must succeed.
func (p *program) run(args ...string) string {
	p.t.Helper()
	cmd := p.command(args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("mingzhang %s: %v\n%s%s", strings.Join(args, " "), err, out, said.String())
	}
	return string(out)
}

// refused expects it to fail with these words.
func (p *program) refused(words string, args ...string) {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), words) {
		p.t.Errorf("mingzhang %s: %v, does not say %q:\n%s", strings.Join(args, " "), err, words, out)
	}
}

func (p *program) path(name string) string { return filepath.Join(p.dir, name) }

// service is mingzhang serve on its way.
type service struct {
	*program
	cmd *exec.Cmd
	url string
	log *bytes.Buffer
}

// serve starts it and waits until it says where it listens.
func (p *program) serve(args ...string) *service {
	p.t.Helper()
	s := &service{program: p, cmd: p.command(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), log: &bytes.Buffer{}}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			s.stop()
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = s.cmd.Wait()
		p.t.Fatalf("serve did not start: %v\n%s", err, s.log)
	}
	_, rest, _ := strings.Cut(line, " on ")
	s.url, _, _ = strings.Cut(rest, " ")
	return s
}

// stop ends it as a service manager does, and expects the good end.
func (s *service) stop() {
	s.t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("serve did not end well: %v\n%s", err, s.log)
	}
}

var anyCertificate = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16}}

// post posts a voucher that adds a fen of budget, and answers its number in 2026-03; an error is a missing answer.
func (s *service) post(token, key string) (number int, err error) {
	body := `{"date":"2026-03-25","memo":"测试","prepared_by":"payer","attachments":1,"lines":[
		{"account":"9201","project":"2025-10-002","budget_line":"2025-10-002/2026","debit":"0.01"},{"account":"9101","project":"2025-10-002","budget_line":"2025-10-002/2026","credit":"0.01"}]}`
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/api/v1/vouchers", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := anyCertificate.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	if answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%d %s", answer.StatusCode, text)
	}
	var voucher struct{ Number int }
	return voucher.Number, json.Unmarshal(text, &voucher)
}

// systemToken is of a program of the bureau, which posts without documents.
func (p *program) systemToken(args ...string) string {
	p.t.Helper()
	return strings.TrimSpace(p.run(append([]string{"token", "create", "--person", "treasury", "--role", "system"}, args...)...))
}
