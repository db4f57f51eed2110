package api

import (
	"context"
	"net/url"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
)

// namesHere are what codes are called, read once for a page, and which projects whoever looks may open.
type namesHere struct {
	units, nodes, persons map[string]string
	opens                 map[string]bool
}

// called reads what units and projects are called; nobody reads a bare code.
func (s *Server) called(l *look) (*namesHere, error) {
	if l.names != nil {
		return l.names, nil
	}
	var rows []struct {
		Kind, Code, Name string
		Opens            bool
	}
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`with recursive up as (select n.node_id, n.parent_id from projects.nodes n where n.book_id = ?0 and n.node_id in (select p from projects.readable_projects() p)
				union select n.node_id, n.parent_id from projects.nodes n join up on n.node_id = up.parent_id where n.book_id = ?0)
			select 'unit' as kind, code, name, false as opens from accounting.units where book_id = ?0 union all select 'person', code, name, false from accounting.persons where book_id = ?0 union all
			select 'node', code, case when ?1 = 'en' then coalesce(nullif(name_en, ''), name_zh) else name_zh end, ?2 or node_id in (select node_id from up) from projects.nodes where book_id = ?0`,
			l.who.Book, l.lang, l.who.ReadsAll()).Scan(ctx, &rows)
	})
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	n := &namesHere{map[string]string{}, map[string]string{}, map[string]string{}, map[string]bool{}}
	of := map[string]map[string]string{"unit": n.units, "person": n.persons, "node": n.nodes}
	for _, r := range rows {
		of[r.Kind][r.Code] = r.Name
		if r.Opens {
			n.opens[r.Code] = true
		}
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
	c := web.Text(code + " " + n.nodes[code])
	if n.opens[code] {
		c = c.To("/projects/" + url.PathEscape(code))
	}
	return c
}
