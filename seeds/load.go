package seeds

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

// sources are those the notice speaks of: the county's own budget, and for the relief fund asset income and donations.
var sources = []projects.NewFundingSource{
	{Code: "county", Name: "区本级财政", Kind: projects.County},
	{Code: "asset-income", Name: "资产收益", Kind: projects.AssetIncome},
	{Code: "donation", Name: "企业捐助", Kind: projects.Donation},
}

// LoadNotice puts the plan into a book: nodes with their parties, dates and units, plan lines, and funding sources, each by
// its command. It approves nothing: a notice is no budget. Loading the same plan again changes nothing; another text under
// the same codes is refused, because its keys were used for what the first one said.
func LoadNotice(ctx context.Context, db *bun.DB, book accounting.BookID, by accounting.Actor, p *Plan, settings UnitSettings) error {
	byName, err := unitCodes(ctx, db, book)
	if err != nil {
		return err
	}
	command := func(key string) accounting.Command {
		return accounting.Command{Book: book, Key: "seed/" + key, By: by}
	}
	for _, s := range sources {
		if _, err := projects.AddFundingSource(ctx, db, command("source/"+s.Code), s); err != nil {
			return fmt.Errorf("funding source %s: %w", s.Code, err)
		}
	}
	for i := range p.Nodes {
		n := &p.Nodes[i]
		in, err := p.newNode(n)
		if err != nil {
			return err
		}
		if in.Unit, err = settings.of(p, n, byName); err != nil {
			return err
		}
		if _, err := projects.CreateNode(ctx, db, command(n.Code), in); err != nil {
			return fmt.Errorf("%s %s: %w", n.Code, n.NameZH, err)
		}
		for j, l := range n.Lines {
			in := projects.NewPlanLine{Node: n.Code, Amount: l.Lump, Rate: l.Rate, Quantity: l.Quantity, Unit: l.Unit, Note: l.Text}
			if l.Month != 0 {
				in.Note = fmt.Sprintf("%d-%02d %s", p.Year, l.Month, l.Text)
			}
			if _, err := projects.AddPlanLine(ctx, db, command(fmt.Sprintf("%s/plan/%02d", n.Code, j+1)), in); err != nil {
				return fmt.Errorf("%s, plan line %d: %w", n.Code, j+1, err)
			}
		}
	}
	return nil
}

// newNode is the command's input. The notice holds whole programmes responsible and due, so their parts carry neither.
func (p *Plan) newNode(n *Node) (projects.NewNode, error) {
	in := projects.NewNode{
		Code: n.Code, Parent: n.Parent, NameZH: n.NameZH, NameEN: n.NameEN, Kind: projects.NodeKind(n.Kind), Type: projects.NodeType(n.Type),
		StatedAmount: n.Plan, Approximate: n.Approximate, Target: n.Target,
	}
	ref := seedRef{Document: noticeFile, Figures: n.Figures, Lists: n.Lists}
	if n.Kind == "programme" {
		g := p.Programme(n.Programme)
		in.DueMonth = fmt.Sprintf("%04d-%02d", g.Due.Year, g.Due.Month)
		for _, x := range g.Parties {
			in.Parties = append(in.Parties, projects.Party{Role: projects.PartyRole(x.Role), Name: x.Name})
		}
		ref.Heading, ref.Body, ref.Due, ref.Parties = g.Heading, g.Body, &g.Due, g.Parties
	}
	text, err := json.Marshal(ref)
	in.SeedRef = text
	return in, err
}

const noticeFile = "notice-2025.md"

// seedRef is what a node keeps of the notice: with it every figure on a page leads back to its words.
type seedRef struct {
	Document string   `json:"document"`
	Heading  string   `json:"heading,omitempty"`
	Body     string   `json:"body,omitempty"`
	Due      *Due     `json:"due,omitempty"`
	Parties  []Party  `json:"parties,omitempty"`
	Figures  []Figure `json:"figures,omitempty"`
	Lists    []List   `json:"lists,omitempty"`
}

// unitCodes are the codes of the book's units by their names.
func unitCodes(ctx context.Context, db bun.IDB, book accounting.BookID) (map[string]string, error) {
	var units []accounting.Unit
	if err := db.NewSelect().Model(&units).Where("book_id = ?", book).Scan(ctx); err != nil {
		return nil, fault.FromSQL(err)
	}
	codes := make(map[string]string, len(units))
	for _, u := range units {
		codes[u.Name] = u.Code
	}
	return codes, nil
}
