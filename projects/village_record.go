package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// VillageForm 村级记录 says what a village resolved and published before its money is spent. Amounts are yuan by source.
	VillageForm struct {
		Paper
		Node        string           `json:"node"`
		VotedOn     accounting.Date  `json:"voted_on"`     // 一事一议
		PublishedOn accounting.Date  `json:"published_on"` // the list
		Mode        string           `json:"mode"`         // builds: the township builds; grants: it hands money on
		Township    string           `json:"township"`
		Owner       string           `json:"owner,omitempty"` // after hand-over
		County      accounting.Money `json:"county"`
		Bridging    accounting.Money `json:"bridging"`
		SelfRaised  accounting.Money `json:"self_raised"`
		Labour      accounting.Money `json:"labour"`
	}

	// VillageRecord is the latest record of a village's project; nil days: none yet.
	VillageRecord struct {
		Project     string            `json:"project"`
		Name        string            `json:"name"`
		VotedOn     *accounting.Date  `json:"voted_on,omitempty"`
		PublishedOn *accounting.Date  `json:"published_on,omitempty"`
		Mode        string            `json:"mode,omitempty"`
		Township    string            `json:"township,omitempty"`
		Owner       string            `json:"owner,omitempty"`
		County      *accounting.Money `json:"county,omitempty"`
		Bridging    *accounting.Money `json:"bridging,omitempty"`
		SelfRaised  *accounting.Money `json:"self_raised,omitempty"`
		Labour      *accounting.Money `json:"labour,omitempty"`
	}
)

var villageDocument = documentType{
	kind: "village_record", prefix: "CJ", zh: "村级记录", en: "village record",
	content: func() Content { return new(VillageForm) },
	effects: map[string]effect{"approve": byFunction("projects.keep_village_record")},
}

func (v VillageForm) about(ctx context.Context, r resolver) (about, error) {
	a := about{node: v.Node, flow: SmallFlow}
	if v.VotedOn.IsZero() || v.PublishedOn.IsZero() || v.PublishedOn.Before(v.VotedOn) || v.Date.Before(v.PublishedOn) {
		return a, fault.Invalid("document_invalid", "voted on %s, published on %s, recorded on %s: the village votes, then the list is published, then it is recorded", v.VotedOn, v.PublishedOn, v.Date)
	}
	if v.Mode != "builds" && v.Mode != "grants" {
		return a, fault.Invalid("document_invalid", "mode: %q; a township builds or grants", v.Mode)
	}
	if err := accounting.CheckText("township", v.Township, 100); err != nil {
		return a, err
	}
	village, err := r.ofVillage(ctx, v.Node)
	if err == nil && !village {
		err = fault.Invalid("document_invalid", "node: %s is no village's project", v.Node)
	}
	total := accounting.Sum(v.County, v.Bridging, v.SelfRaised, v.Labour)
	a.amount = &total
	return a, err
}

// ofVillage says whether a node is a village or a project of one.
func (r resolver) ofVillage(ctx context.Context, node string) (village bool, err error) {
	err = r.db.NewRaw(`select exists (select from projects.nodes n left join projects.nodes p on p.book_id = n.book_id and p.node_id = n.parent_id
		where n.book_id = ? and n.code = ? and 'village' in (n.kind, p.kind))`, r.c.Book, node).Scan(ctx, &village)
	return village, fault.FromSQL(err)
}

// villageReady refuses to spend money of a village that has not resolved and published it. Codes: village_not_voted.
func (r resolver) villageReady(ctx context.Context, node string) error {
	var ready bool
	err := r.db.NewRaw(`select exists (select from projects.village_records v join projects.nodes n on n.book_id = v.book_id and n.node_id = v.node_id
		where n.book_id = ? and n.code = ?)`, r.c.Book, node).Scan(ctx, &ready)
	if err != nil {
		return fault.FromSQL(err)
	}
	if !ready {
		return fault.Conflict("village_not_voted", "%s: no vote of the village and no published list is recorded", node)
	}
	return nil
}

// VillageRecords lists every village's projects with their latest record, also those without money or record.
func VillageRecords(ctx context.Context, db bun.IDB, book accounting.BookID) ([]VillageRecord, error) {
	rows := []VillageRecord{}
	err := db.NewRaw(`select n.code as project, n.name_zh as name, v.voted_on, v.published_on, coalesce(v.mode, '') as mode, coalesce(v.township, '') as township, coalesce(v.owner, '') as owner,
			v.county, v.bridging, v.self_raised, v.labour
		from projects.nodes n left join projects.nodes p on p.book_id = n.book_id and p.node_id = n.parent_id
		left join lateral (select * from projects.village_records x where x.book_id = n.book_id and x.node_id = n.node_id order by x.document_id desc limit 1) v on true
		where n.book_id = ? and 'village' in (n.kind, p.kind) order by n.code`, book).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}
