package api

import (
	"context"
	"slices"

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
	if shape.files, err = s.filesNamed(l, tree); err != nil {
		return err
	}
	codes := textsUnder(tree, "payee", "code")
	if len(codes) == 0 {
		return nil
	}
	return accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return fault.FromSQL(tx.NewRaw(`select code as value, code || ' ' || name as text from projects.payees where book_id = ? and code = any (?)`, l.who.Book, pq.Array(codes)).Scan(ctx, &shape.payees))
	})
}

// filesNamed are the names of the files of a content, by hash; of what is not for who looks there is none.
func (s *Server) filesNamed(l *look, tree map[string]any) (map[string]string, error) {
	hashes := textsUnder(tree, "attachments")
	if len(hashes) == 0 {
		return nil, nil
	}
	var rows []web.Option
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return fault.FromSQL(tx.NewRaw(`select encode(f.sha256, 'hex') as value, f.name as text from projects.files f where f.book_id = ? and encode(f.sha256, 'hex') = any (?)
			and (? or exists (select from projects.file_uploads u where u.book_id = f.book_id and u.sha256 = f.sha256 and u.person_id = ?)
				or exists (select from projects.document_files d where d.book_id = f.book_id and d.sha256 = f.sha256))`, l.who.Book, pq.Array(hashes), l.who.ReadsAll(), l.who.Person).Scan(ctx, &rows))
	})
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.Value] = r.Text
	}
	return names, err
}

// fileName is what a file was called when it was handed in.
func (s *formShape) fileName(hash string) string {
	if name := s.files[hash]; name != "" {
		return name
	}
	return hash[:min(len(hash), 12)]
}

// textsUnder collects the texts under some names, however deep.
func textsUnder(v any, names ...string) (said []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			if text, ok := inner.(string); ok && slices.Contains(names, name) {
				said = append(said, text)
			} else if slices.Contains(names, name) {
				said = append(said, texts(inner)...)
			}
			said = append(said, textsUnder(inner, names...)...)
		}
	case []any:
		for _, inner := range v {
			said = append(said, textsUnder(inner, names...)...)
		}
	}
	return said
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
