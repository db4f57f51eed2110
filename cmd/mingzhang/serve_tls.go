package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// protected refuses to show the books to a network without TLS. Code: not_protected.
func (o *serveOptions) protected(ctx context.Context) error {
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return errors.New("--tls-cert and --tls-key belong together")
	}
	if o.tlsCert != "" || o.behindProxy {
		return nil
	}
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return fmt.Errorf("--listen %s is no address such as 127.0.0.1:8080: %w", o.listen, err)
	}
	if host != "" {
		ips, err := net.DefaultResolver.LookupIPAddr(ctx, host)
		if err != nil {
			return fmt.Errorf("--listen %s: %w", o.listen, err)
		}
		for _, ip := range ips {
			if !ip.IP.IsLoopback() {
				host = ""
			}
		}
	}
	if host == "" {
		return refuse("not_protected", "--listen %s is open to the network without TLS: give --tls-cert and --tls-key, or --behind-proxy if a proxy with TLS stands in front", o.listen)
	}
	return nil
}

// certificate is the pair of files the service shows to browsers. A renewed pair is taken up without a restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	state   [2]os.FileInfo // of the files as they were loaded
	looked  time.Time
}

// lookAgain is how long a renewed certificate may wait to be noticed.
const lookAgain = 2 * time.Second

func loadCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c, c.load()
}

// config asks for TLS 1.2 at least, and offers HTTP/2.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get(), nil }}
}

func (c *certificate) get() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.looked) > lookAgain {
		c.looked = now
		if c.changed() {
			c.reloadLocked()
		}
	}
	return c.current
}

// reload takes the files up at once, as SIGHUP asks.
func (c *certificate) reload() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reloadLocked()
}

// reloadLocked keeps the old pair when the new one does not fit: half a renewal must not end the service.
func (c *certificate) reloadLocked() {
	if err := c.load(); err != nil {
		c.log.Error("the renewed certificate is not usable; the old one stays", "error", err)
		return
	}
	c.log.Info("certificate loaded", "valid_until", c.current.Leaf.NotAfter)
}

func (c *certificate) changed() bool {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err == nil && c.state[i] != nil && (!info.ModTime().Equal(c.state[i].ModTime()) || info.Size() != c.state[i].Size() || !os.SameFile(info, c.state[i])) {
			return true
		}
	}
	return false
}

// load reads both files. The mark of what was read is set even when they do not fit, so that they are not read at each connection.
func (c *certificate) load() error {
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			c.state[i] = info
		}
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the TLS certificate: %w", err)
	}
	if left := time.Until(pair.Leaf.NotAfter); left < 30*24*time.Hour {
		c.log.Warn("the TLS certificate ends soon", "valid_until", pair.Leaf.NotAfter)
	}
	c.current = &pair
	return nil
}
