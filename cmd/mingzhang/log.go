package main

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
)

// newLog makes the service's log: text tells what went wrong, json tells every request too, for a collector of logs.
func newLog(form string, w io.Writer) (*slog.Logger, error) {
	switch form {
	case "text":
		return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: maskNumbers})), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: maskNumbers})), nil
	default:
		return nil, fmt.Errorf("--log %s is neither text nor json", form)
	}
}

// longNumber is how accounts at banks and numbers of identity cards look, with or without gaps.
var longNumber = regexp.MustCompile(`\d[\d -]{10,}[\dXx]`)

// masked leaves the last four characters of such numbers, to search by. A day and an hour have ten digits and stay.
func masked(text string) string {
	return longNumber.ReplaceAllStringFunc(text, func(number string) string {
		digits := 0
		for _, c := range number {
			if c >= '0' && c <= '9' {
				digits++
			}
		}
		if digits < 12 {
			return number
		}
		return "…" + number[len(number)-4:]
	})
}

// maskNumbers keeps them out of the log: what a database says of an error may repeat the value.
func maskNumbers(_ []string, a slog.Attr) slog.Attr {
	if a.Key == "request" || a.Key == "reference" { // ours, to be found as they were shown
		return a
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(masked(v))
	case error:
		a.Value = slog.StringValue(masked(v.Error()))
	}
	return a
}
