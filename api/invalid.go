package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"mingzhang/accounting/fault"
)

func init() {
	// Huma's own errors (bad JSON, failed validation) in our form. Values are not echoed: they may be account numbers.
	huma.NewErrorWithContext = func(c huma.Context, status int, message string, errs ...error) huma.StatusError {
		code := "request_invalid"
		switch status {
		case http.StatusNotFound, http.StatusMethodNotAllowed:
			code = "not_found"
		case http.StatusInternalServerError:
			code = "internal"
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusRequestTimeout:
			code = "request_malformed"
		case http.StatusUnprocessableEntity:
			status = http.StatusBadRequest // 422 is kept for a key used twice
		}
		p := &Problem{Status: status, Code: code, Detail: message}
		lang := language(c.Header("Accept-Language"))
		p.Detail = inWords(lang, message)
		p.explain(c.Operation(), lang, errs)
		p.Title = title(p.Code, lang)
		return p
	}
	huma.NewError = func(status int, message string, _ ...error) huma.StatusError {
		return &Problem{Status: status, Code: "request_invalid", Title: title("request_invalid", "en"), Detail: message}
	}
}

// explain lists what is wrong and where. The first one gives the code, because whoever sends the request mends it first.
func (p *Problem) explain(op *huma.Operation, lang string, errs []error) {
	for i, err := range errs {
		var d *huma.ErrorDetail
		var f *fault.Error
		code, text := p.Code, inWords(lang, "the body is not readable JSON of this form")
		switch {
		case errors.As(err, &f):
			code, text = f.Code, refusalSaid(lang, f)
		case errors.As(err, &d):
			code, text = invalid(op, lang, d)
			if code == "" {
				code = p.Code
			}
		case err == nil:
			continue
		}
		p.Errors = append(p.Errors, text)
		if i == 0 {
			p.Code, p.Detail = code, text
		}
	}
}

// invalid gives the code of a refused place of a request, "" if it has none of its own, and the text with the place.
func invalid(op *huma.Operation, lang string, d *huma.ErrorDetail) (code, text string) {
	place, message := d.Location, d.Message
	// Huma keeps only the text of an error; ours start with their code.
	if c, rest, ok := strings.Cut(strings.TrimPrefix(message, "invalid value: "), ": "); ok && slices.ContainsFunc(fault.Catalogue, func(i fault.Info) bool { return i.Code == c }) {
		return c, place + ": " + inWords(lang, rest)
	}
	if place == "body" && (strings.HasPrefix(message, "invalid character") || strings.HasPrefix(message, "unexpected end of JSON")) {
		if lang != "en" { // what exactly, Go says in English only
			return "", inWords(lang, "the body is not readable JSON")
		}
		return "", "the body is not readable JSON: " + message
	}
	text = strings.TrimPrefix(place+": "+inWords(lang, message), ": ")
	in, name, _ := strings.Cut(place, ".")
	if in == "header" && name == "Idempotency-Key" {
		if strings.HasPrefix(message, "required ") {
			return "key_required", text
		}
		return "key_malformed", text
	}
	s := parameterSchema(op, in, name)
	if in == "body" && op != nil && op.RequestBody != nil {
		s = fieldSchema(op, name)
	}
	if s == nil {
		return "", text
	}
	if own, ok := s.Extensions[codeExtension].(string); ok {
		return own, text
	}
	if s.Format == "date-time" {
		return "date_invalid", text
	}
	return "", text
}

func parameterSchema(op *huma.Operation, in, name string) *huma.Schema {
	if op == nil {
		return nil
	}
	for _, p := range op.Parameters {
		if p.In == in && p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// schemasKey keeps the registry with each operation, for whoever has to follow a reference.
const schemasKey = "schemas"

// fieldSchema follows a place such as lines[0].debit through the body's schema; nil where there is no such field.
func fieldSchema(op *huma.Operation, place string) *huma.Schema {
	registry, _ := op.Metadata[schemasKey].(huma.Registry)
	media := op.RequestBody.Content["application/json"]
	if registry == nil || media == nil {
		return nil
	}
	s := media.Schema
	resolved := func() *huma.Schema {
		if s != nil && s.Ref != "" {
			s = registry.SchemaFromRef(s.Ref)
		}
		return s
	}
	for _, step := range strings.FieldsFunc(place, func(r rune) bool { return r == '.' || r == '[' }) {
		if resolved() == nil {
			return nil
		}
		if strings.HasSuffix(step, "]") {
			s = s.Items
		} else {
			s = s.Properties[step]
		}
	}
	return resolved()
}

// jsonFormat is huma's, except that control characters are refused wherever they stand: no form prints them.
func jsonFormat() huma.Format {
	f := huma.DefaultJSONFormat
	read := f.Unmarshal
	f.Unmarshal = func(data []byte, v any) error {
		if err := plainTexts(data); err != nil {
			return err
		}
		return read(data, v)
	}
	return f
}

// plainTexts finds control characters in JSON strings. Without an escape or a C1 byte there can be none. Code: text_invalid.
func plainTexts(data []byte) error {
	if !bytes.ContainsAny(data, "\\\u007f") && !bytes.Contains(data, []byte{0xc2}) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	name := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil {
			return nil // what is no JSON is refused by who reads it
		}
		text, ok := token.(string)
		if !ok {
			continue
		}
		for _, r := range text {
			if unicode.IsControl(r) {
				return fault.Invalid("text_invalid", "a text after %q holds the control character U+%04X", name, r)
			}
		}
		name = text
	}
}

// plainAddress gives handlers the parts of the path as they were before they were written into it, and refuses control characters in path
// and query, which are texts that people send too. Code: text_invalid.
func plainAddress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		at := c.Request().URL
		query, _ := url.QueryUnescape(at.RawQuery) // what is no query is refused by who reads it
		for _, r := range at.Path + query {
			if unicode.IsControl(r) {
				return fault.Invalid("text_invalid", "the address holds the control character U+%04X", r)
			}
		}
		if at.RawPath != "" { // the router was given the path as it was sent; else as it reads, and a % in it is one
			parts := slices.Clone(c.ParamValues())
			for i, part := range parts {
				if plain, err := url.PathUnescape(part); err == nil {
					parts[i] = plain
				}
			}
			c.SetParamValues(parts...)
		}
		return next(c)
	}
}
