package projects

import (
	"context"
	"encoding/json"
	"regexp"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Node is a place in the tree of programmes, projects and sites. Its identity is the project of its ledger. Amounts are
// yuan; nil is unknown, which is not zero.
type Node struct {
	bun.BaseModel `bun:"table:projects.nodes,alias:node"`

	Book         accounting.BookID    `bun:"book_id,pk"`
	ID           accounting.ProjectID `bun:"node_id,pk"`
	Parent       accounting.ProjectID `bun:"parent_id,nullzero"`
	Code         string
	NameZH       string `bun:"name_zh"`
	NameEN       string `bun:"name_en"`
	Kind         NodeKind
	Type         NodeType
	DueMonth     string            `bun:"due_month,nullzero"` // 2025-12
	StatedAmount *accounting.Money // what the notice says
	Approximate  bool              // the notice says "about"
	Target       *accounting.Money // what a fund aims at; no plan, and never added to spending
	SeedRef      json.RawMessage   `bun:"seed_ref,type:jsonb,nullzero"` // where in the notice each figure stands
	CreatedBy    accounting.PersonID

	Unit    accounting.UnitID `bun:"unit_id,scanonly"` // zero until the node is given its accounting unit
	Parties []NodeParty       `bun:"-"`
}

// NodeKind is what the node is in the tree.
type NodeKind string

const (
	Programme  NodeKind = "programme"
	Project    NodeKind = "project"
	Subproject NodeKind = "subproject"
	Site       NodeKind = "site"
	Village    NodeKind = "village"
	Fund       NodeKind = "fund"
)

// NodeType is what its money does.
type NodeType string

const (
	Works      NodeType = "works"
	Subsidy    NodeType = "subsidy"
	Investment NodeType = "investment"
	FundType   NodeType = "fund"
	Award      NodeType = "award"
)

// NodeParty is who answers for a node 责任主体, in the order the document names them.
type NodeParty struct {
	bun.BaseModel `bun:"table:projects.node_parties"`

	Book    accounting.BookID    `bun:"book_id,pk"`
	Node    accounting.ProjectID `bun:"node_id,pk"`
	Role    PartyRole            `bun:"role,pk"`
	Ordinal int                  `bun:"ordinal,pk"`
	Name    string
	Valid   bool // a later list without it makes it invalid: rows are not deleted
}

// PartyRole is the responsibility.
type PartyRole string

const (
	Leader      PartyRole = "leader"      // 责任领导
	Lead        PartyRole = "lead"        // 牵头单位
	Cooperating PartyRole = "cooperating" // 配合单位
	Supervisor  PartyRole = "supervisor"  // 监理
	Contractor  PartyRole = "contractor"  // 施工
)

var (
	nodeKinds  = map[NodeKind]bool{Programme: true, Project: true, Subproject: true, Site: true, Village: true, Fund: true}
	nodeTypes  = map[NodeType]bool{Works: true, Subsidy: true, Investment: true, FundType: true, Award: true}
	partyRoles = map[PartyRole]bool{Leader: true, Lead: true, Cooperating: true, Supervisor: true, Contractor: true}
	month      = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)
)

// FindNode finds a node by its code, with its parties. Codes: node_unknown.
func FindNode(ctx context.Context, db bun.IDB, book accounting.BookID, code string) (*Node, error) {
	var nodes []Node
	var err error
	if code != "" { // which reads all
		if nodes, err = readNodes(ctx, db, book, code); err != nil {
			return nil, err
		}
	}
	if len(nodes) == 0 {
		return nil, fault.NotFound("node_unknown", "there is no node %q in this book", code)
	}
	return &nodes[0], nil
}

// Tree gives all nodes of a book by code, so that a parent stands before its children.
func Tree(ctx context.Context, db bun.IDB, book accounting.BookID) ([]Node, error) {
	return readNodes(ctx, db, book, "")
}

// readNodes reads one node or, without a code, all.
func readNodes(ctx context.Context, db bun.IDB, book accounting.BookID, code string) ([]Node, error) {
	var nodes []Node
	q := db.NewSelect().Model(&nodes).
		ColumnExpr("?TableColumns, l.unit_id").
		Join("left join accounting.ledgers as l on l.book_id = node.book_id and l.project_id = node.node_id").
		Where("node.book_id = ?", book).Order("node.code")
	if code != "" {
		q = q.Where("node.code = ?", code)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	var parties []NodeParty
	q = db.NewSelect().Model(&parties).Where("book_id = ? and valid", book).Order("node_id", "role", "ordinal")
	if code != "" && len(nodes) == 1 {
		q = q.Where("node_id = ?", nodes[0].ID)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	at := make(map[accounting.ProjectID]*Node, len(nodes))
	for i := range nodes {
		at[nodes[i].ID] = &nodes[i]
	}
	for _, p := range parties {
		if n := at[p.Node]; n != nil {
			n.Parties = append(n.Parties, p)
		}
	}
	return nodes, nil
}

// check refuses what no node has. Codes: text_invalid, node_invalid, amount_invalid.
func (n *Node) check() error {
	if err := accounting.CheckText("code", n.Code, 40); err != nil {
		return err
	}
	if err := accounting.CheckText("name", n.NameZH, 200); err != nil {
		return err
	}
	if !nodeKinds[n.Kind] || !nodeTypes[n.Type] {
		return fault.Invalid("node_invalid", "kind %q, type %q: a node is a programme, project, subproject, site, village or fund of works, subsidy, investment, fund or award", n.Kind, n.Type)
	}
	if err := checkMonth(n.DueMonth); err != nil {
		return err
	}
	for what, m := range map[string]*accounting.Money{"stated amount": n.StatedAmount, "target": n.Target} {
		if m != nil {
			if err := positive(what, *m); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkMonth takes a month or none. Codes: node_invalid.
func checkMonth(text string) error {
	if text != "" && !month.MatchString(text) {
		return fault.Invalid("node_invalid", "%q is not a month such as 2025-12", text)
	}
	return nil
}
