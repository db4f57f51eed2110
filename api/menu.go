package api

import (
	"slices"
	"strings"

	"mingzhang/api/web"
)

// menuItem is a page that the menu leads to; its title is the text page.NAME.
type menuItem struct {
	name, path string
	roles      []string // none: everybody
}

// The menu in the order people work: what waits for me, the projects, the money, the books, what the office looks at.
var menus = []struct {
	name  string
	items []menuItem
}{
	{"work", []menuItem{{"desk", "/desk", nil}, {"documents", "/documents", nil}}},
	{"projects", projectsMenu},
	{"money", []menuItem{{"budget", "/budget", nil}, {"contracts", "/contracts", nil}, {"payments", "/payments", nil}, {"payees", "/payees", nil}, {"subsidies", "/subsidies", nil}, {"villages", "/villages", nil}, {"injections", "/injections", nil},
		{"treasury", "/treasury", wholeBook}, {"bank", "/bank", nil}, {"months", "/months", wholeBook}, {"imports", "/imports", nil}}},
	{"books", booksMenu},
	{"office", slices.Concat(officeMenu, officeBooks)},
}

// menu is what the role of who looks may open.
func (l *look) menu() (groups []web.MenuGroup) {
	path := l.Request().URL.Path
	for _, m := range menus {
		g := web.MenuGroup{Title: l.t("menu." + m.name)}
		for _, i := range m.items {
			if len(i.roles) > 0 && !slices.Contains(i.roles, l.who.Role) {
				continue
			}
			g.Items = append(g.Items, web.MenuItem{Title: l.t("page." + i.name), Path: i.path, Here: path == i.path || strings.HasPrefix(path, i.path+"/")})
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}
