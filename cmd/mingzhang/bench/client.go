package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// conn is one keep-alive connection that knows as much HTTP/1.1 as the service's answers need: the load generator takes
// its processor time from what it measures, and net/http would take three times as much.
type conn struct {
	net    net.Conn
	read   *bufio.Reader
	out    []byte
	body   []byte
	prefix []byte // headers that are the same in each request
}

// patience is how long an answer may take; the service itself gives up earlier.
const patience = 60 * time.Second

func dial(ctx context.Context, s *service) (*conn, error) {
	c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	prefix := " HTTP/1.1\r\nHost: " + s.address + "\r\nAuthorization: Bearer " + s.token + "\r\nContent-Type: application/json\r\n"
	return &conn{net: c, read: bufio.NewReaderSize(c, 64<<10), prefix: []byte(prefix)}, nil
}

func (c *conn) close() { _ = c.net.Close() }

// post sends a body and answers the status; the answer's body is in c.body until the next call.
func (c *conn) post(path string, key, body []byte) (status int, err error) {
	c.out = append(append(append(c.out[:0], "POST "...), path...), c.prefix...)
	c.out = append(append(c.out, "Idempotency-Key: "...), key...)
	c.out = strconv.AppendInt(append(c.out, "\r\nContent-Length: "...), int64(len(body)), 10)
	c.out = append(append(c.out, "\r\n\r\n"...), body...)
	return c.exchange()
}

func (c *conn) get(path string) (status int, err error) {
	c.out = append(append(append(append(c.out[:0], "GET "...), path...), c.prefix...), "\r\n"...)
	return c.exchange()
}

func (c *conn) exchange() (status int, err error) {
	if err := c.net.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	if _, err := c.net.Write(c.out); err != nil {
		return 0, err
	}
	line, err := c.read.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("no HTTP/1.1 answer: %q", line)
	}
	status, err = strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, fmt.Errorf("no HTTP/1.1 answer: %q", line)
	}
	length := 0
	for {
		if line, err = c.read.ReadSlice('\n'); err != nil {
			return 0, err
		}
		name, value, more := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(": "))
		if !more {
			break
		}
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			length = -1
		}
	}
	c.body = c.body[:0]
	if length >= 0 {
		return status, c.take(length)
	}
	for {
		if line, err = c.read.ReadSlice('\n'); err != nil {
			return 0, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return 0, err
		}
		if err := c.take(int(n)); err != nil {
			return 0, err
		}
		if line, err = c.read.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if n == 0 {
			return status, nil
		}
		if len(bytes.TrimSpace(line)) > 0 {
			return 0, errors.New("a chunk of the answer does not end where it says")
		}
	}
}

// take adds n bytes of the answer to the body.
func (c *conn) take(n int) error {
	at := len(c.body)
	if cap(c.body) < at+n {
		c.body = append(make([]byte, 0, 2*(at+n)), c.body...)
	}
	c.body = c.body[:at+n]
	_, err := io.ReadFull(c.read, c.body[at:])
	return err
}
