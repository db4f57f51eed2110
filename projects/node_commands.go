package projects

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Inputs of the commands on the tree. What a name or date was before stands in the operation log: these rows keep the
// present only.
type (
	NewNode struct {
		Code         string            `json:"code"`
		Parent       string            `json:"parent,omitempty"` // code
		NameZH       string            `json:"name_zh"`
		NameEN       string            `json:"name_en,omitempty"`
		Kind         NodeKind          `json:"kind"`
		Type         NodeType          `json:"type"`
		DueMonth     string            `json:"due_month,omitempty"`
		StatedAmount *accounting.Money `json:"stated_amount,omitempty"`
		Approximate  bool              `json:"approximate,omitempty"`
		Target       *accounting.Money `json:"target,omitempty"`
		SeedRef      json.RawMessage   `json:"seed_ref,omitempty"`
		Parties      []Party           `json:"parties,omitempty"`
		Unit         string            `json:"unit,omitempty"` // code of its accounting unit, when it is known
	}

	Party struct {
		Role PartyRole `json:"role"`
		Name string    `json:"name"`
	}

	NodeNames struct {
		Node   string `json:"node"`
		NameZH string `json:"name_zh"`
		NameEN string `json:"name_en,omitempty"`
	}

	NodeParties struct {
		Node    string  `json:"node"`
		Parties []Party `json:"parties"`
	}

	NodeDates struct {
		Node     string `json:"node"`
		DueMonth string `json:"due_month,omitempty"` // empty: not known
	}

	NodeUnit struct {
		Node string `json:"node"`
		Unit string `json:"unit"` // code
	}
)

// CreateNode adds a node below its parent. Codes: those of Node.check, node_unknown (the parent), duplicate, unit_unknown.
func CreateNode(ctx context.Context, db *bun.DB, c accounting.Command, in NewNode) (*Node, error) {
	c.Name, c.Body = "node.create", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Node, error) {
		return createNode(ctx, tx, c, in)
	})
}

// createNode is CreateNode within a transaction.
func createNode(ctx context.Context, tx bun.Tx, c accounting.Command, in NewNode) (*Node, error) {
	n := Node{
		Book: c.Book, ID: accounting.ProjectID{UUID: accounting.NewID()}, Code: in.Code, NameZH: in.NameZH, NameEN: in.NameEN, Kind: in.Kind, Type: in.Type, DueMonth: in.DueMonth,
		StatedAmount: in.StatedAmount, Approximate: in.Approximate, Target: in.Target, SeedRef: in.SeedRef, CreatedBy: c.By.Person,
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	if in.Parent != "" {
		parent, err := FindNode(ctx, tx, c.Book, in.Parent)
		if err != nil {
			return nil, err
		}
		n.Parent = parent.ID
	}
	if err := freeCode(ctx, tx, (*Node)(nil), c.Book, in.Code); err != nil {
		return nil, err
	}
	if _, err := tx.NewInsert().Model(&n).Exec(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	if err := putParties(ctx, tx, &n, in.Parties); err != nil {
		return nil, err
	}
	if in.Unit != "" {
		if err := giveUnit(ctx, tx, &n, in.Unit); err != nil {
			return nil, err
		}
	}
	return FindNode(ctx, tx, c.Book, in.Code)
}

// RenameNode mends the names; the code stays. Codes: node_unknown, text_invalid.
func RenameNode(ctx context.Context, db *bun.DB, c accounting.Command, in NodeNames) (*Node, error) {
	c.Name, c.Body = "node.rename", in
	return onNode(ctx, db, c, in.Node, func(ctx context.Context, tx bun.Tx, n *Node) error {
		n.NameZH, n.NameEN = in.NameZH, in.NameEN
		if err := n.check(); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model(n).Column("name_zh", "name_en").WherePK().Exec(ctx)
		return fault.FromSQL(err)
	})
}

// SetParties replaces who answers for a node, in order. Codes: node_unknown, node_invalid.
func SetParties(ctx context.Context, db *bun.DB, c accounting.Command, in NodeParties) (*Node, error) {
	c.Name, c.Body = "node.parties", in
	return onNode(ctx, db, c, in.Node, func(ctx context.Context, tx bun.Tx, n *Node) error {
		return putParties(ctx, tx, n, in.Parties)
	})
}

// SetDates says when a node is due. Codes: node_unknown, node_invalid.
func SetDates(ctx context.Context, db *bun.DB, c accounting.Command, in NodeDates) (*Node, error) {
	c.Name, c.Body = "node.dates", in
	return onNode(ctx, db, c, in.Node, func(ctx context.Context, tx bun.Tx, n *Node) error {
		if err := checkMonth(in.DueMonth); err != nil {
			return err
		}
		n.DueMonth = in.DueMonth
		_, err := tx.NewUpdate().Model(n).Column("due_month").WherePK().Exec(ctx)
		return fault.FromSQL(err)
	})
}

// SetAccountingUnit gives a node its accounting unit 核算单位 and with it its ledger, once and for life: work that changes
// hands moves by voucher to a sub-project. Codes: node_unknown, unit_unknown, unit_for_life.
func SetAccountingUnit(ctx context.Context, db *bun.DB, c accounting.Command, in NodeUnit) (*Node, error) {
	c.Name, c.Body = "node.unit", in
	return onNode(ctx, db, c, in.Node, func(ctx context.Context, tx bun.Tx, n *Node) error {
		return giveUnit(ctx, tx, n, in.Unit)
	})
}

// onNode runs a change of one node and answers the node as it is then.
func onNode(ctx context.Context, db *bun.DB, c accounting.Command, code string, change func(context.Context, bun.Tx, *Node) error) (*Node, error) {
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Node, error) {
		n, err := FindNode(ctx, tx, c.Book, code)
		if err != nil {
			return nil, err
		}
		if err := change(ctx, tx, n); err != nil {
			return nil, err
		}
		return FindNode(ctx, tx, c.Book, code)
	})
}

func giveUnit(ctx context.Context, tx bun.Tx, n *Node, code string) error {
	if !n.Unit.IsZero() {
		return fault.Conflict("unit_for_life", "node %s has its accounting unit for life; move work to a sub-project instead", n.Code)
	}
	var units []accounting.Unit
	if err := tx.NewSelect().Model(&units).Where("book_id = ? and code = ?", n.Book, code).Scan(ctx); err != nil {
		return fault.FromSQL(err)
	}
	if len(units) == 0 {
		return fault.NotFound("unit_unknown", "there is no accounting unit %q in this book", code)
	}
	return accounting.AddLedger(ctx, tx, accounting.Ledger{Book: n.Book, Project: n.ID, Unit: units[0].ID, Code: n.Code})
}

// putParties writes the list over the one before; what is longer there stays as invalid.
func putParties(ctx context.Context, tx bun.Tx, n *Node, parties []Party) error {
	if _, err := tx.NewUpdate().Model((*NodeParty)(nil)).Set("valid = false").Where("book_id = ? and node_id = ?", n.Book, n.ID).Exec(ctx); err != nil {
		return fault.FromSQL(err)
	}
	count := map[PartyRole]int{}
	rows := make([]NodeParty, 0, len(parties))
	for _, p := range parties {
		if !partyRoles[p.Role] {
			return fault.Invalid("node_invalid", "%q is no role of a party", p.Role)
		}
		if err := accounting.CheckText("party", p.Name, 100); err != nil {
			return err
		}
		count[p.Role]++
		rows = append(rows, NodeParty{Book: n.Book, Node: n.ID, Role: p.Role, Ordinal: count[p.Role], Name: p.Name, Valid: true})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).On("conflict (book_id, node_id, role, ordinal) do update").Set("name = excluded.name, valid = true").Exec(ctx)
	return fault.FromSQL(err)
}

// freeCode refuses a code that is in use. Codes: duplicate.
func freeCode(ctx context.Context, tx bun.IDB, model any, book accounting.BookID, code string) error {
	taken, err := tx.NewSelect().Model(model).Where("book_id = ? and code = ?", book, code).Exists(ctx)
	if err != nil {
		return fault.FromSQL(err)
	}
	if taken {
		return fault.Conflict("duplicate", "the code %q is in use", code)
	}
	return nil
}
