package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

var (
	nodeKinds  = []string{"programme", "project", "subproject", "site", "village", "fund"}
	nodeTypes  = []string{"works", "subsidy", "investment", "fund", "award"}
	partyRoles = []string{"leader", "lead", "cooperating", "supervisor", "contractor"}
)

// nodesPage is the tree of projects as it is set up.
func (s *Server) nodesPage(l *look) (*answer, error) {
	out, err := s.listNodes(l.ctx, nil)
	if err != nil {
		return nil, err
	}
	words, depth := l.typed("q"), map[string]int{}
	t := &web.Table{Name: "project-tree", Caption: l.t("page.nodes"), Counted: true, Wan: l.wan(), Empty: l.t("nodes.empty"), Columns: web.Columns(web.C(web.TextColumn, "column.project"), web.C(web.TextColumn, "column.kind"), web.C(web.TextColumn, "nodes.type"), web.C(web.TextColumn, "nodes.unit"),
		web.C(web.DayColumn, "office.due_month"), web.C(web.MoneyColumn, "inspection.plan"), web.C(web.TextColumn, "office.leaders"), web.C(web.TextColumn, "office.leads"))}
	for _, n := range out.Body.Projects {
		if above, there := depth[n.Parent]; there {
			depth[n.Code] = above + 1
		} else {
			depth[n.Code] = 0
		}
		if words != "" && !strings.Contains(n.Code+" "+n.NameZH+" "+n.NameEN, words) {
			continue
		}
		of := map[string][]string{}
		for _, p := range n.Parties {
			of[p.Role] = append(of[p.Role], p.Name)
		}
		first := l.names.project(n.Code)
		if holds(arrangers, l.who.Role) {
			first = first.To("/settings/projects/" + url.PathEscape(n.Code))
		}
		unit := l.names.unit(n.Unit)
		if n.Unit == "" {
			unit = web.State("yellow", l.t("nodes.no_unit"))
		}
		plan := web.Text(l.t("inspection.no_plan"))
		if n.Plan != nil {
			plan = web.Yuan(n.Plan.Money)
		}
		t.Rows = append(t.Rows, web.Row{Indent: min(depth[n.Code], 3), Cells: []web.Cell{first, web.Text(l.t("project.kind." + n.Kind)), web.Text(l.t("project.type." + n.Type)), unit, web.Code(n.DueMonth), plan, web.Text(l.listed(of["leader"])), web.Text(l.listed(of["lead"]))}})
	}
	t.Count = len(t.Rows)
	data := listData{Lead: l.t("nodes.lead"), Tables: []*web.Table{t}, Filters: []web.Field{{Name: "q", Label: l.t("money.words"), Kind: web.TextField, Value: words}}}
	if holds(arrangers, l.who.Role) {
		data.Actions = []web.MenuItem{{Title: l.t("nodes.new"), Path: "/settings/projects/new"}, {Title: l.t("page.codes"), Path: "/settings/codes"}}
	}
	return &answer{template: "list", title: l.t("page.nodes"), list: t, wan: true, data: data}, nil
}

// newNodePage asks what is added to the tree.
func (s *Server) newNodePage(l *look) (*answer, error) { return s.askNode(l, nil) }

func (s *Server) askNode(l *look, wrong *failed) (*answer, error) {
	set, err := s.registered(l, 0, "nodes")
	if err != nil {
		return nil, err
	}
	words := func(about string, names []string) (options []web.Option) {
		for _, n := range names {
			options = append(options, web.Option{Value: n, Text: l.t("project." + about + "." + n)})
		}
		return l.chooses(options...)
	}
	f := l.form("/settings/projects/new", l.t("nodes.new"),
		web.Field{Name: "parent", Label: l.t("nodes.parent"), Kind: web.ChoiceField, Options: l.chooses(set["nodes"]...), Help: l.t("nodes.parent_help")},
		web.Field{Name: "code", Label: l.t("field.code"), Kind: web.TextField, Required: true, Help: l.t("nodes.code_help")},
		web.Field{Name: "name_zh", Label: l.t("nodes.name_zh"), Kind: web.TextField, Required: true}, web.Field{Name: "name_en", Label: l.t("nodes.name_en"), Kind: web.TextField},
		web.Field{Name: "kind", Label: l.t("column.kind"), Kind: web.ChoiceField, Required: true, Options: words("kind", nodeKinds)}, web.Field{Name: "type", Label: l.t("nodes.type"), Kind: web.ChoiceField, Required: true, Options: words("type", nodeTypes)},
		web.Field{Name: "due_month", Label: l.t("office.due_month"), Kind: web.TextField, Help: l.t("nodes.month_help")}, web.Field{Name: "unit", Label: l.t("nodes.unit"), Kind: web.ChoiceField, Options: l.unitOptions(), Help: l.t("nodes.unit_help")},
		web.Field{Name: "stated_amount", Label: l.t("nodes.stated"), Kind: web.MoneyField, Help: l.t("nodes.stated_help")}, web.Field{Name: "target", Label: l.t("nodes.target"), Kind: web.MoneyField, Help: l.t("nodes.target_help")},
		web.Field{Name: "approximate", Label: l.t("nodes.approximate"), Kind: web.CheckField})
	if err := s.on(l, wrong, f); err != nil {
		return nil, err
	}
	return &answer{template: "form", title: l.t("nodes.new"), data: *f, status: wrong.status()}, nil
}

func (s *Server) createNodeByPage(l *look) (*answer, error) {
	in := createNodeRequest{Body: NodeInput{Code: l.typed("code"), Parent: l.typed("parent"), NameZH: l.typed("name_zh"), NameEN: l.typed("name_en"), Kind: l.typed("kind"), Type: l.typed("type"), DueMonth: l.typed("due_month"), Unit: l.typed("unit"), Approximate: l.typed("approximate") == "true"}}
	in.Key = l.key()
	at := map[string]string{"duplicate": "code", "node_unknown": "parent", "unit_unknown": "unit", "amount_invalid": "stated_amount", "date_invalid": "due_month"}
	var err error
	if in.Body.StatedAmount, err = typedAmount(l.typed("stated_amount")); err == nil {
		if in.Body.Target, err = typedAmount(l.typed("target")); err != nil {
			at["amount_invalid"] = "target"
		}
	}
	if err == nil {
		_, err = s.createNode(l.ctx, &in)
	}
	if err != nil {
		return s.askNode(l, &failed{"/settings/projects/new", err, at})
	}
	return done("/settings/projects/"+url.PathEscape(in.Body.Code), "node", in.Body.Code)
}

// typedAmount reads an amount as people type it; nothing typed is none. Codes: amount_invalid.
func typedAmount(text string) (*Amount, error) {
	m, empty, err := lists.Typed(text)
	switch {
	case err != nil:
		return nil, fault.Invalid("amount_invalid", "%s", err)
	case empty:
		return nil, nil
	}
	return &Amount{m}, nil
}

// typedFactor reads a rate or a quantity. Codes: amount_invalid.
func typedFactor(text string) (*Factor, error) {
	if text == "" {
		return nil, nil
	}
	d, err := decimal.NewFromString(strings.ReplaceAll(strings.ReplaceAll(text, ",", ""), "，", ""))
	if err != nil || d.Exponent() < -4 || d.NumDigits() > 16 {
		return nil, fault.Invalid("amount_invalid", "%q is no number with at most four decimals", text)
	}
	return &Factor{d}, nil
}

// nodePage shows how a project is set up, with a form for each thing that can be mended.
func (s *Server) nodePage(l *look) (*answer, error) { return s.showNode(l, nil) }

func (s *Server) showNode(l *look, wrong *failed) (*answer, error) {
	code := l.Param("code")
	n, err := projects.FindNode(l.ctx, s.db, l.who.Book, code)
	if err != nil {
		return nil, err
	}
	out, err := s.nodeOutput(l.ctx, n)
	if err != nil {
		return nil, err
	}
	var lines []projects.PlanLine
	err = accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		lines, err = projects.PlanLines(ctx, tx, l.who.Book, n.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	facts := []web.Fact{fact(l.t("field.code"), web.Code(n.Code)), fact(l.t("nodes.parent"), l.names.project(out.Parent)), fact(l.t("column.kind"), web.Text(l.t("project.kind."+out.Kind))), fact(l.t("nodes.type"), web.Text(l.t("project.type."+out.Type))),
		fact(l.t("nodes.unit"), l.names.unit(out.Unit)), fact(l.t("office.due_month"), web.Text(n.DueMonth)), fact(l.t("nodes.stated"), web.Maybe(n.StatedAmount))}
	data := sectionsData{Facts: facts, Actions: []web.MenuItem{{Title: l.t("progress.to_project"), Path: "/projects/" + url.PathEscape(code)}, {Title: l.t("page.nodes"), Path: "/settings/projects"}}, Sections: s.nodeSections(l, out, lines)}
	for i := range data.Sections {
		if f := data.Sections[i].Form; f != nil {
			if err := s.on(l, wrong, f); err != nil {
				return nil, err
			}
		}
	}
	return &answer{template: "sections", title: l.t("nodes.title", code+" "+l.names.nodes[code]), data: data, status: wrong.status()}, nil
}

func (s *Server) nodeSections(l *look, n NodeOutput, lines []projects.PlanLine) []section {
	path := "/settings/projects/" + url.PathEscape(n.Code) + "/"
	names := l.form(path+"rename", l.t("office.rename"), web.Field{Name: "name_zh", Label: l.t("nodes.name_zh"), Kind: web.TextField, Required: true, Value: n.NameZH}, web.Field{Name: "name_en", Label: l.t("nodes.name_en"), Kind: web.TextField, Value: n.NameEN})
	dates := l.form(path+"dates", l.t("nodes.set_dates"), web.Field{Name: "due_month", Label: l.t("office.due_month"), Kind: web.TextField, Value: n.DueMonth, Help: l.t("nodes.month_help")})
	table := l.planLinesTable(lines)
	all := []section{{Title: l.t("office.rename"), Form: names}, {Title: l.t("nodes.set_dates"), Form: dates}}
	if n.Unit == "" {
		unit := l.form(path+"unit", l.t("nodes.give_unit"), web.Field{Name: "unit", Label: l.t("nodes.unit"), Kind: web.ChoiceField, Required: true, Options: l.unitOptions(), Help: l.t("nodes.unit_help")})
		all = append(all, section{Title: l.t("nodes.give_unit"), Form: unit})
	}
	all = append(all, section{Title: l.t("nodes.parties"), Form: l.partiesForm(path+"parties", n.Parties)}, section{Title: l.t("nodes.plan"), Table: table, Form: l.form(path+"plan", l.t("nodes.add_line"),
		web.Field{Name: "amount", Label: l.t("nodes.lump"), Kind: web.MoneyField, Help: l.t("nodes.lump_help")}, web.Field{Name: "rate", Label: l.t("nodes.rate"), Kind: web.NumberField, Help: l.t("nodes.rate_help")}, web.Field{Name: "quantity", Label: l.t("nodes.quantity"), Kind: web.NumberField, Help: l.t("nodes.quantity_help")},
		web.Field{Name: "measure", Label: l.t("nodes.measure"), Kind: web.TextField, Help: l.t("nodes.measure_help")}, web.Field{Name: "note", Label: l.t("field.note"), Kind: web.TextField, Wide: true})})
	var rates []web.Option
	for _, p := range lines {
		if p.Kind == projects.Rate {
			rates = append(rates, web.Option{Value: p.ID.String(), Text: l.planText(p)})
		}
	}
	if len(rates) > 0 {
		all = append(all, section{Title: l.t("nodes.set_quantity"), Form: l.form(path+"quantity", l.t("nodes.set_quantity"), web.Field{Name: "line", Label: l.t("nodes.line"), Kind: web.ChoiceField, Required: true, Options: l.chooses(rates...)},
			web.Field{Name: "new_quantity", Label: l.t("nodes.quantity"), Kind: web.NumberField, Help: l.t("nodes.quantity_help")})})
	}
	return all
}

// planText is a rate as a choice.
func (l *look) planText(p projects.PlanLine) string {
	text := fmt.Sprintf("%s %s/%s", p.Note, p.Rate, p.Unit)
	if p.Quantity != nil {
		text += " × " + p.Quantity.String()
	}
	return strings.TrimSpace(text)
}

func (l *look) planLinesTable(lines []projects.PlanLine) *web.Table {
	t := &web.Table{Name: "plan-lines", Caption: l.t("nodes.plan"), Counted: true, Count: len(lines), Empty: l.t("nodes.no_plan"), Columns: web.Columns(web.C(web.TextColumn, "field.note"), web.C(web.TextColumn, "column.kind"), web.C(web.NumberColumn, "nodes.rate"), web.C(web.NumberColumn, "nodes.quantity"), web.C(web.TextColumn, "nodes.measure"), web.C(web.MoneyColumn, "column.amount"))}
	var sum *accounting.Money // unknown while every line is
	for _, p := range lines {
		rate, quantity := web.Figure(""), web.Figure("")
		if p.Rate != nil {
			rate, quantity = web.Figure(web.Grouped(p.Rate.String())), web.Figure(l.t("nodes.unknown"))
		}
		if p.Quantity != nil {
			quantity = web.Figure(web.Grouped(p.Quantity.String()))
		}
		if m := p.Planned(); m != nil {
			so := *m
			if sum != nil {
				so = so.Add(*sum)
			}
			sum = &so
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(p.Note), web.Text(l.t("nodes.kind." + string(p.Kind))), rate, quantity, web.Text(p.Unit), web.Maybe(p.Planned())}})
	}
	if len(lines) > 0 {
		t.Total = []web.Cell{web.Text(l.t("table.sum")), web.Text(""), web.Text(""), web.Text(""), web.Text(""), web.Maybe(sum)}
	}
	return t
}

// partiesForm lists who answers for a project, with room for more.
func (l *look) partiesForm(action string, known []PartyInput) *web.Form {
	f := l.form(action, l.t("nodes.set_parties"))
	f.Lead = l.t("nodes.parties_lead")
	if l.Request().Method != http.MethodGet && l.Request().URL.EscapedPath() == action {
		known = partiesTyped(l.values)
	}
	row := func(at string, p PartyInput) []web.Field {
		var roles []web.Option
		for _, r := range partyRoles {
			roles = append(roles, web.Option{Value: r, Text: l.t("project.party." + r), Chosen: r == p.Role})
		}
		return []web.Field{{Name: at + "role", Label: l.t("nodes.party_role"), Kind: web.ChoiceField, Options: l.chooses(roles...)}, {Name: at + "name", Label: l.t("nodes.party_name"), Kind: web.TextField, Value: p.Name}}
	}
	rows := web.Field{Name: "parties", Label: l.t("nodes.parties"), Kind: web.RowsField, Fields: row("parties.x.", PartyInput{})}
	for i, p := range append(known[:len(known):len(known)], PartyInput{}) {
		rows.Rows = append(rows.Rows, row(fmt.Sprintf("parties.%d.", i), p))
	}
	f.Fields = []web.Field{rows}
	return f
}

// partiesTyped are the rows that say something.
func partiesTyped(values url.Values) []PartyInput {
	all := []PartyInput{}
	gone := values.Get("fewer")
	for _, i := range places(values, "parties") {
		at := fmt.Sprintf("parties.%d", i)
		p := PartyInput{values.Get(at + ".role"), strings.TrimSpace(values.Get(at + ".name"))}
		if at != gone && (p.Role != "" || p.Name != "") {
			all = append(all, p)
		}
	}
	return all
}

// changeNodeByPage mends one thing of a project.
func (s *Server) changeNodeByPage(l *look) (*answer, error) {
	code, change := l.Param("code"), l.Param("change")
	if l.values.Get("more") != "" || l.values.Get("fewer") != "" {
		return s.showNode(l, nil)
	}
	at, err := s.changeNode(l, code, change)
	if err != nil {
		return s.showNode(l, &failed{"/settings/projects/" + url.PathEscape(code) + "/" + change, err, at})
	}
	return done("/settings/projects/"+url.PathEscape(code), "node_changed", code)
}

func (s *Server) changeNode(l *look, code, change string) (at map[string]string, err error) {
	key := KeyHeader{Key: l.key()}
	switch change {
	case "rename":
		_, err = s.renameNode(l.ctx, &nodeRequest[NamesInput]{key, code, NamesInput{l.typed("name_zh"), l.typed("name_en")}})
		return map[string]string{"text_invalid": "name_zh"}, err
	case "dates":
		_, err = s.setDates(l.ctx, &nodeRequest[DatesInput]{key, code, DatesInput{l.typed("due_month")}})
		return map[string]string{"date_invalid": "due_month", "node_invalid": "due_month"}, err
	case "unit":
		_, err = s.setUnit(l.ctx, &nodeRequest[UnitInput]{key, code, UnitInput{l.typed("unit")}})
		return map[string]string{"unit_unknown": "unit"}, err
	case "parties":
		_, err = s.setParties(l.ctx, &nodeRequest[PartiesInput]{key, code, PartiesInput{partiesTyped(l.values)}})
		return nil, err
	case "plan":
		in := PlanLineInput{Unit: l.typed("measure"), Note: l.typed("note")}
		if in.Amount, err = typedAmount(l.typed("amount")); err != nil {
			return map[string]string{"amount_invalid": "amount"}, err
		}
		if in.Rate, err = typedFactor(l.typed("rate")); err != nil {
			return map[string]string{"amount_invalid": "rate"}, err
		}
		if in.Quantity, err = typedFactor(l.typed("quantity")); err == nil {
			_, err = s.addPlanLine(l.ctx, &nodeRequest[PlanLineInput]{key, code, in})
		}
		return map[string]string{"amount_invalid": "quantity", "plan_invalid": "amount"}, err
	case "quantity":
		in := quantityRequest{KeyHeader: key, Line: l.typed("line")}
		if in.Body.Quantity, err = typedFactor(l.typed("new_quantity")); err == nil {
			_, err = s.setQuantity(l.ctx, &in)
		}
		return map[string]string{"amount_invalid": "new_quantity", "plan_invalid": "new_quantity", "id_malformed": "line"}, err
	}
	return nil, fault.NotFound("not_found", "%q is nothing of a project that is changed here", change)
}
