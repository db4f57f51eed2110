package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progressOf shows on a terminal how far a long work is; nil shows nothing.
type progressOf func(what string, done, of int64, unit func(int64) string)

// byteProgress writes one line over and over, and takes it away at the end; nothing where nobody looks.
var byteProgress = terminalProgress()

func terminalProgress() progressOf {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(what string, done, of int64, unit func(int64) string) {
		const width = 30
		full := width
		if of > 0 {
			full = int(min(done, of) * width / of)
		}
		fmt.Fprintf(os.Stderr, "\r%-9s [%-30s] %s of %s\x1b[K", what, "=============================="[:full], unit(done), unit(of))
		if done >= of {
			fmt.Fprint(os.Stderr, "\r\x1b[K")
		}
	}
}

// step shows the nth of some things.
func (p progressOf) step(what string, n, of int) {
	if p != nil {
		p(what, int64(n), int64(of), func(n int64) string { return fmt.Sprint(n) })
	}
}

// reader shows how much of a size was read; stop takes the line away.
func (p progressOf) reader(what string, r io.Reader, size int64) (watched io.Reader, stop func()) {
	if p == nil {
		return r, func() {}
	}
	w := &watchedReader{r: r, show: func(done int64) { p(what, done, size, bytesText) }}
	return w, func() { p(what, size, size, bytesText) }
}

type watchedReader struct {
	r     io.Reader
	done  int64
	shown time.Time
	show  func(done int64)
}

func (w *watchedReader) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	w.done += int64(n)
	if now := time.Now(); now.Sub(w.shown) > 100*time.Millisecond {
		w.shown = now
		w.show(w.done)
	}
	return n, err
}

// bytesText writes a number of bytes as people read it.
func bytesText(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1 << 30, "GB"}, {1 << 20, "MB"}, {1 << 10, "kB"}} {
		if n >= u.size {
			return fmt.Sprintf("%d.%d %s", n/u.size, n%u.size*10/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
