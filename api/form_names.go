package api

import (
	"context"
	"regexp"

	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

// names reads what the codes of a content are called: its page shows no bare code.
func (s *Server) names(l *look, shape *formShape, tree map[string]any) error {
	known, err := s.called(l)
	if err != nil {
		return err
	}
	shape.named = known
	codes := codesUnder(tree, map[string]bool{"payee": true, "code": true})
	if len(codes) == 0 {
		return nil
	}
	return accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		var rows []web.Option
		err := tx.NewRaw(`select code as value, code || ' ' || name as text from projects.payees where book_id = ? and code = any (?)`, l.who.Book, pq.Array(codes)).Scan(ctx, &rows)
		shape.payees = rows
		return fault.FromSQL(err)
	})
}

// codesUnder collects the texts under some names, however deep.
func codesUnder(v any, names map[string]bool) (codes []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if text, ok := inner.(string); ok && names[name] {
				codes = append(codes, text)
				continue
			}
			codes = append(codes, codesUnder(inner, names)...)
		}
	case []any:
		for _, inner := range v {
			codes = append(codes, codesUnder(inner, names)...)
		}
	}
	return codes
}

// namedCell is a code of a field with what it is called; what is not known stays as it is.
func (s *formShape) namedCell(of, code string) (web.Cell, bool) {
	if s.named == nil || code == "" {
		return web.Cell{}, false
	}
	registry, _ := choiceOf(registryChoices, s, of)
	if suggested, ok := choiceOf(suggestions, s, of); ok && registry == "" {
		registry = suggested
	}
	switch registry {
	case "nodes":
		return s.named.project(code), true
	case "units":
		if name := s.named.units[code]; name != "" {
			return web.Text(code + " " + name), true
		}
	case "persons":
		if name := s.named.persons[code]; name != "" {
			return web.Text(name), true
		}
	case "payees":
		for _, p := range s.payees {
			if p.Value == code {
				return web.Text(p.Text), true
			}
		}
	case "economic_classes":
		if key := "choice.economic_class." + code; web.Has(key) {
			return web.Text(s.l.t(key)), true
		}
	}
	return web.Cell{}, false
}

// longAmount is an amount of a sentence that the books wrote without commas.
var longAmount = regexp.MustCompile(`\b\d{4,}\.\d{2}\b`)

// warning is a sentence that the books keep with a document, as whoever looks reads it.
func warning(lang, text string) string {
	if lang == "zh" {
		text = inChinese.Replace(text)
	}
	return longAmount.ReplaceAllStringFunc(text, web.Grouped)
}
