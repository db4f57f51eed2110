package api_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mingzhang/api"
	"mingzhang/projects"
)

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func (b *bureau) upload(role, key, name, content string) answer {
	b.t.Helper()
	return b.send(http.MethodPost, "/api/v1/files?name="+url.QueryEscape(name), b.tokens[role], key, content)
}

// store hands a file in, which must be taken.
func (b *bureau) store(role, name, content string) (stored api.FileOutput) {
	b.t.Helper()
	b.keys++
	a := b.upload(role, fmt.Sprint("key-", b.keys), name, content)
	if a.status != http.StatusCreated {
		b.t.Fatalf("storing %s: %d %s", name, a.status, a.body)
	}
	b.must(json.Unmarshal(a.body, &stored))
	return stored
}

// A file comes back byte for byte, as an attachment no browser runs, to those who may read it.
func TestFilesComeBackAsAttachments(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	const content = "%PDF-1.7 \x00\xff 回单"
	stored := b.store("project_clerk", "回单/2025.exe", content)
	if stored.Hash != hashOf(content) || stored.Size != int64(len(content)) || stored.MediaType != "application/pdf" {
		t.Errorf("stored %+v", stored)
	}
	path := "/api/v1/files/" + stored.Hash
	a := b.send(http.MethodGet, path, b.tokens["auditor"], "", "")
	if a.status != http.StatusOK || string(a.body) != content {
		t.Errorf("read %d %q", a.status, a.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Content-Length": fmt.Sprint(len(content)),
		"Content-Disposition": "attachment; filename*=utf-8''%E5%9B%9E%E5%8D%95_2025.exe.pdf", "Content-Security-Policy": "sandbox",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if a := b.send(http.MethodGet, "/api/v1/files/"+hashOf("never"), b.tokens["auditor"], "", ""); a.status != http.StatusNotFound || a.code() != "file_unknown" {
		t.Errorf("one there is not: %d %s", a.status, a.body)
	}
}

// What is no file to keep is refused and said so; a key is for one file.
func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	for name, content := range map[string]string{"报表.pdf": "MZ\x90\x00", "page.xml": "<html/>", "run.sh": "#!/bin/sh\n"} {
		if a := b.upload("project_clerk", "key-"+name, name, content); a.status != http.StatusBadRequest || a.code() != "file_invalid" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := b.upload("project_clerk", "one", "a.pdf", "%PDF-1.7 a"); a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := b.upload("project_clerk", "one", "a.pdf", "%PDF-1.7 a"); a.status != http.StatusCreated {
		t.Errorf("again under its key: %d %s", a.status, a.body)
	}
	if a := b.upload("project_clerk", "one", "a.pdf", "%PDF-1.7 b"); a.code() != "key_reused" {
		t.Errorf("another file under its key: %d %s", a.status, a.body)
	}
	// Too large by its own word: refused before a byte of it is read.
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	b.must(err)
	defer func() { _ = connection.Close() }()
	_, err = fmt.Fprintf(connection, "POST /api/v1/files?name=a.pdf HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIdempotency-Key: large\r\nContent-Length: %d\r\n\r\n", b.tokens["project_clerk"], projects.FileLimit+1)
	b.must(err)
	res, err := http.ReadResponse(bufio.NewReader(connection), nil)
	b.must(err)
	var p api.Problem
	b.must(json.NewDecoder(res.Body).Decode(&p))
	b.must(res.Body.Close())
	if res.StatusCode != http.StatusBadRequest || p.Code != "file_invalid" {
		t.Errorf("more than 200 MB: %d %+v", res.StatusCode, p)
	}
}
