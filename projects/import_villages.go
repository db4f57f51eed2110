package projects

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// villageList makes a project of each village, or of each of a village's projects, below a programme. Money comes later, by
// an allocation: a village without money stands in the tree and shows that it has none.
var villageList = listType{
	form: lists.Form{Kind: "villages", NameZH: "村项目", NameEN: "villages' projects", Columns: []lists.Column{
		{Field: "code", Heading: "项目代码", Also: []string{"村项目代码", "编码"}, Type: lists.TextColumn, Required: true, Example: "2025-10-001", Help: "一村可有多个项目，各有代码"},
		{Field: "name", Heading: "项目名称", Also: []string{"村名", "行政村", "村名称"}, Type: lists.TextColumn, Required: true, Example: "中圈塘村村道硬化"},
		{Field: "unit", Heading: "核算单位代码", Also: []string{"乡镇代码", "单位代码"}, Type: lists.IdentifierColumn, Required: true, Example: "202", Help: "核算该项目的乡镇"},
		{Field: "due", Heading: "完成时限", Type: lists.TextColumn, Example: "2025-12"},
		{Field: "external", Heading: "外部项目代码", Also: []string{"一体化项目代码"}, Type: lists.IdentifierColumn, Help: "省一体化系统的项目代码，导入指标时按它认项目"},
	}},
	roles:   []string{"budget_officer"},
	compare: compareVillages,
}

func compareVillages(ctx context.Context, i *importing) (takeIn, error) {
	programme, err := FindNode(ctx, i.db, i.c.Book, i.request.Project)
	if err != nil {
		return nil, fault.Invalid("node_unknown", "project: villages belong to a programme, and there is no %q", i.request.Project)
	}
	codes := make([]string, 0, len(i.list.Records))
	seen := map[string]int{}
	for _, r := range i.list.Records {
		code := r.Text("code")
		if above := seen[code]; above > 0 {
			i.wrong(r.Place, "项目代码 %s stands in row %d already", code, above)
		}
		seen[code] = r.Place
		codes = append(codes, code)
	}
	var there []struct{ Code, Name, Unit, Parent string }
	err = i.db.NewRaw(`select n.code, n.name_zh as name, coalesce(u.code, '') as unit, coalesce(p.code, '') as parent from projects.nodes n
		left join projects.nodes p on p.book_id = n.book_id and p.node_id = n.parent_id
		left join accounting.ledgers l on l.book_id = n.book_id and l.project_id = n.node_id left join accounting.units u on u.book_id = l.book_id and u.unit_id = l.unit_id
		where n.book_id = ? and (n.code in (?) or n.parent_id = ?)`, i.c.Book, bun.List(codes), programme.ID).Scan(ctx, &there)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	known := map[string]bool{}
	for _, t := range there {
		row := seen[t.Code]
		if known[t.Code] = true; row == 0 {
			i.differs(0, t.Code, MissingThere, "%s stands below %s and not in the list", t.Name, programme.Code)
		} else if t.Parent != programme.Code {
			i.wrong(row, "%s is a project of %q already", t.Code, t.Parent)
		}
	}
	var fresh []lists.Record
	for _, r := range i.list.Records {
		if known[r.Text("code")] {
			i.differs(r.Place, r.Text("code"), SameRow, "")
			continue
		}
		i.differs(r.Place, r.Text("code"), NewRow, "%s, unit %s", r.Text("name"), r.Text("unit"))
		fresh = append(fresh, r)
	}
	return func(ctx context.Context, tx bun.Tx) error {
		for n, r := range fresh {
			if err := i.makeVillage(ctx, tx, programme, r); err != nil {
				return inRow(r.Place, err)
			}
			i.progress(n+1, len(fresh))
		}
		return nil
	}, nil
}

// makeVillage makes a village below a programme, or a project below a village.
func (i *importing) makeVillage(ctx context.Context, tx bun.Tx, above *Node, r lists.Record) error {
	kind := Village
	if above.Kind == Village {
		kind = Project
	}
	n, err := createNode(ctx, tx, i.c, NewNode{Code: r.Text("code"), Parent: above.Code, NameZH: r.Text("name"), Kind: kind, Type: above.Type, DueMonth: r.Text("due"), Unit: r.Text("unit")})
	if err != nil || r.Text("external") == "" {
		return err
	}
	return setExternalCode(ctx, tx, i.c, ExternalCode{System: i.request.Source, Code: r.Text("external"), Project: n.ID})
}

// inRow says which row of the list an error is of.
func inRow(place int, err error) error {
	known, ok := asFault(err)
	if !ok {
		return err
	}
	copied := *known
	copied.Detail = fmt.Sprintf("row %d: %s", place, known.Detail)
	return &copied
}
