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

// longNumber is how accounts at banks and numbers of identity cards look.
var longNumber = regexp.MustCompile(`\d[\d -]{8,}(\d{3}[\dXx])`)

// maskNumbers keeps them out of the log: what a database says of an error may repeat the value. The last four stay, to search by.
func maskNumbers(_ []string, a slog.Attr) slog.Attr {
	if a.Key == "request" || a.Key == "reference" { // ours, to be found as they were shown
		return a
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(longNumber.ReplaceAllString(v, "…$1"))
	case error:
		a.Value = slog.StringValue(longNumber.ReplaceAllString(v.Error(), "…$1"))
	}
	return a
}
