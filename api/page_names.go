package api

import (
	"net/url"

	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

// namesHere are what codes are called, read once for a page.
type namesHere struct{ units, nodes, persons map[string]string }

// called reads what units and projects are called; nobody reads a bare code.
func (s *Server) called(l *look) (*namesHere, error) {
	if l.names != nil {
		return l.names, nil
	}
	var rows []struct{ Kind, Code, Name string }
	err := s.db.NewRaw(`select 'unit' as kind, code, name from accounting.units where book_id = ?0 union all select 'person', code, name from accounting.persons where book_id = ?0 union all
		select 'node', code, case when ?1 = 'en' then coalesce(nullif(name_en, ''), name_zh) else name_zh end from projects.nodes where book_id = ?0`, l.who.Book, l.lang).Scan(l.ctx, &rows)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	n := &namesHere{map[string]string{}, map[string]string{}, map[string]string{}}
	of := map[string]map[string]string{"unit": n.units, "person": n.persons, "node": n.nodes}
	for _, r := range rows {
		of[r.Kind][r.Code] = r.Name
	}
	l.names = n
	return n, nil
}

func (n *namesHere) unit(code string) web.Cell { return web.Text(n.units[code]) }

// project is a project's code and name, which lead to its page.
func (n *namesHere) project(code string) web.Cell {
	if code == "" {
		return web.Text("")
	}
	return web.Text(code + " " + n.nodes[code]).To("/projects/" + url.PathEscape(code))
}
