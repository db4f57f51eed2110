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
	{"system", systemMenu},
}

// menu is what the role of who looks may open.
func (l *look) menu() (groups []web.MenuGroup) {
	here := menuPath(l.Request().URL.Path)
	for _, m := range menus {
		g := web.MenuGroup{Title: l.t("menu." + m.name)}
		for _, i := range m.items {
			if len(i.roles) > 0 && !slices.Contains(i.roles, l.who.Role) {
				continue
			}
			g.Items = append(g.Items, web.MenuItem{Title: l.t("page." + i.name), Path: i.path, Here: i.path == here})
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// menuPath is the page of the menu that an address is below of: the nearest.
func menuPath(path string) (nearest string) {
	for _, m := range menus {
		for _, i := range m.items {
			if (path == i.path || strings.HasPrefix(path, i.path+"/")) && len(i.path) > len(nearest) {
				nearest = i.path
			}
		}
	}
	return nearest
}
