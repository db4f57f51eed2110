package projects

import (
	"context"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

type (
	// Ladder says where the authority of a budget line stands in its year, before the year's closing, in yuan: what was
	// approved is to issue, available, frozen, held or executed.
	Ladder struct {
		Approved       accounting.Money `json:"approved"`         // 9101 已批复
		ToIssue        accounting.Money `json:"to_issue"`         // 9201 待下达
		Available      accounting.Money `json:"available"`        // 9301.01 可用
		Frozen         accounting.Money `json:"frozen"`           // 9301.02 冻结
		HeldByContract accounting.Money `json:"held_by_contract"` // 9301.03 合同占用
		HeldByRequest  accounting.Money `json:"held_by_request"`  // 9301.04 支付占用
		Executed       accounting.Money `json:"executed"`         // 9401 已支付
	}

	// LadderLine is a budget line with its ladder.
	LadderLine struct {
		BudgetLine      string `json:"budget_line"` // code
		Project         string `json:"project"`     // code
		Name            string `json:"name"`        // of the project
		FiscalYear      int    `json:"fiscal_year"`
		FundNature      string `json:"fund_nature"`
		FundingSource   string `json:"funding_source"` // its name
		FunctionalClass string `json:"functional_class,omitempty"`
		Ladder
	}

	// LadderQuery asks for the budget lines of a year as far as the context's reader reads them, by code.
	LadderQuery struct {
		Book    accounting.BookID
		Year    int
		Project string // code; those below it count. Empty: all
		After   string // code of the last line of the page before
		Limit   int
	}

	// LadderSum is what all lines of a query come to.
	LadderSum struct {
		Lines int `json:"lines"`
		Ladder
	}
)

// ladderFigures are the sums of a budget line's moves; ladderMoves are the moves of line b in its year, found by their keys.
const (
	ladderFigures = `coalesce(sum(t.credit - t.debit) filter (where t.account = '9101'), 0) as approved, coalesce(sum(t.debit - t.credit) filter (where t.account = '9201'), 0) as to_issue,
		coalesce(sum(t.debit - t.credit) filter (where t.account = '9301.01'), 0) as available, coalesce(sum(t.debit - t.credit) filter (where t.account = '9301.02'), 0) as frozen,
		coalesce(sum(t.debit - t.credit) filter (where t.account = '9301.03'), 0) as held_by_contract, coalesce(sum(t.debit - t.credit) filter (where t.account = '9301.04'), 0) as held_by_request,
		coalesce(sum(t.debit - t.credit) filter (where t.account = '9401'), 0) as executed`
	ladderMoves = `generate_series(?1 * 100 + 1, ?1 * 100 + 13) m (period) cross join unnest(array['9101', '9201', '9301.01', '9301.02', '9301.03', '9301.04', '9401']) a (account)
		join accounting.turnover t on t.book_id = b.book_id and t.period = m.period and t.account = a.account and t.project_id = b.project_id and t.budget_line_id = b.budget_line_id`
	ladderLines = `from accounting.budget_lines b where b.book_id = ?0 and b.fiscal_year = ?1 and (?2 or b.project_id in (select projects.readable_projects()))
		and (?3 = '' or b.project_id in (with recursive below as (
			select n.node_id from projects.nodes n where n.book_id = ?0 and n.code = ?3
			union all select n.node_id from below join projects.nodes n on n.book_id = ?0 and n.parent_id = below.node_id) select node_id from below))`
)

// Ladders lists budget lines with their ladders. who says whose lines may be read.
func Ladders(ctx context.Context, db bun.IDB, q LadderQuery, who accounting.Actor) ([]LadderLine, error) {
	rows := []LadderLine{}
	err := db.NewRaw(`with page as (select b.* `+ladderLines+` and b.code > ?4 order by b.code limit ?5)
		select b.code as budget_line, n.code as project, n.name_zh as name, b.fiscal_year, b.fund_nature, coalesce(f.name, b.funding_source) as funding_source, b.functional_class, l.*
		from page b join projects.nodes n on n.book_id = b.book_id and n.node_id = b.project_id
		left join projects.funding_sources f on f.book_id = b.book_id and f.code = b.funding_source
		cross join lateral (select `+ladderFigures+` from `+ladderMoves+`) l order by b.code`, q.Book, q.Year, who.ReadsAll(), q.Project, q.After, q.Limit).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}

// SumLadders counts the lines of a query and adds their ladders up.
func SumLadders(ctx context.Context, db bun.IDB, q LadderQuery, who accounting.Actor) (sum LadderSum, err error) {
	err = db.NewRaw(`with mine as materialized (select b.book_id, b.project_id, b.budget_line_id `+ladderLines+`)
		select (select count(*) from mine) as lines, `+ladderFigures+` from mine b join accounting.turnover t on t.book_id = b.book_id and t.project_id = b.project_id and t.budget_line_id = b.budget_line_id
		where t.book_id = ?0 and t.period between ?1 * 100 + 1 and ?1 * 100 + 13 and t.account in ('9101', '9201', '9301.01', '9301.02', '9301.03', '9301.04', '9401')`,
		q.Book, q.Year, who.ReadsAll(), q.Project).Scan(ctx, &sum)
	return sum, fault.FromSQL(err)
}
