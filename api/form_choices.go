package api

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// fixedChoices are the fields that say one of a few words. The text of each is choice.FIELD.WORD.
var fixedChoices = map[string][]string{
	"payment":             {"advance", "progress", "settlement", "retention", "fees", "equipment", "other", "direct_grant", "subsidy", "injection", "written_off"},
	"expense":             {"", "5001.02", "5001.03", "5001.04"},
	"payees.kind":         {"works", "wages", "other"},
	"milestone":           {"approved", "in_progress", "completed", "accepted", "capitalised", "closed", "suspended", "cancelled"},
	"role":                {"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin"},
	"second_factor_roles": {"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin"},
	"treasury_lists":      {"", "required", "not_required"},
	"flows.flow":          {"works", "small"},
	"draw_by":             {"", "order", "share"},
	"deductions.kind":     {"penalty", "supplied_material", "utilities", "other"},
	"refund.to":           {"", "request", "contract", "available"},
	"input.origin":        {"", "supplement"},
}

// registryChoices are the fields that name something of a registry.
var registryChoices = map[string]string{
	"node": "nodes", "project": "nodes", "unit": "units", "person": "persons", "successor": "persons", "delegation.to": "persons",
	"budget_line": "budget_lines", "input.from.budget_line": "budget_lines", "contract": "contracts", "payees.payee": "payees", "invoices.payee": "payees", "supplier.payee": "payees",
}

// choiceOf finds the longest name a field is known under.
func choiceOf[V any](known map[string]V, kind, path string) (V, bool) {
	for _, name := range []string{kind + "." + path, path, path[strings.LastIndexByte(path, '.')+1:]} {
		if v, ok := known[name]; ok {
			return v, true
		}
	}
	var none V
	return none, false
}

// choices are what a field may say, with what it says chosen; nil: anything. What it says stays, even when it is not offered.
func (s *formShape) choices(path string, chosen ...string) (options []web.Option) {
	if registry, ok := choiceOf(registryChoices, string(s.form.Kind), path); ok {
		options = append([]web.Option{{Text: s.l.t("form.choose")}}, s.set[registry]...)
	} else if words, ok := choiceOf(fixedChoices, string(s.form.Kind), path); ok {
		field := path[strings.LastIndexByte(path, '.')+1:]
		for _, w := range words {
			options = append(options, web.Option{Value: w, Text: choiceText(s.l.lang, string(s.form.Kind), field, w)})
		}
	} else {
		return nil
	}
	options = slices.Clone(options)
	if options[0].Value != "" && len(chosen) <= 1 {
		options = append([]web.Option{{Text: s.l.t("form.choose")}}, options...)
	}
	for _, c := range chosen {
		known := c == ""
		for i := range options {
			if options[i].Value == c {
				options[i].Chosen, known = true, true
			}
		}
		if !known {
			options = append(options, web.Option{Value: c, Text: c, Chosen: true})
		}
	}
	return options
}

func choiceText(lang, kind, field, word string) string {
	switch {
	case word == "":
		return web.T(lang, "form.choose")
	case field == "role" || field == "second_factor_roles":
		return web.T(lang, "role."+word)
	case web.Has("choice." + kind + "." + field + "." + word):
		return web.T(lang, "choice."+kind+"."+field+"."+word)
	default:
		return web.T(lang, "choice."+field+"."+word)
	}
}

// registered reads what forms offer, as far as who fills one in reads it. Budget lines show what is available.
func (s *Server) registered(l *look) (map[string][]web.Option, error) {
	set := map[string][]web.Option{}
	book := l.who.Book
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		for registry, query := range map[string]string{
			"nodes":   `select n.code as value, n.code || ' ' || n.name_zh as text from projects.nodes n where n.book_id = ?0 and (?1 or projects.concerns(n.book_id, n.node_id, ?2)) order by n.code`,
			"units":   `select u.code as value, u.code || ' ' || u.name as text from accounting.units u where u.book_id = ?0 order by u.code`,
			"persons": `select p.code as value, p.name as text from accounting.persons p where p.book_id = ?0 order by p.name`,
			"payees":  `select p.code as value, p.code || ' ' || p.name as text from projects.payees p where p.book_id = ?0 order by p.code`,
			"budget_lines": `select b.code as value, b.code || ' ' || n.name_zh || ' 可用 ' || to_char(coalesce(sum(p.debit - p.credit), 0), 'FM999,999,999,999,990.00') as text
				from accounting.budget_lines b join projects.nodes n on n.book_id = b.book_id and n.node_id = b.project_id
				left join accounting.positions p on p.book_id = b.book_id and p.account = '9301.01' and p.project_id = b.project_id and p.budget_line_id = b.budget_line_id
				where b.book_id = ?0 and (?1 or projects.concerns(b.book_id, b.project_id, ?2)) group by b.code, n.name_zh, b.fiscal_year order by b.fiscal_year desc, b.code`,
		} {
			var options []web.Option
			if err := tx.NewRaw(query, book, l.who.ReadsAll(), l.who.Unit).Scan(ctx, &options); err != nil {
				return fault.FromSQL(err)
			}
			set[registry] = options
		}
		contracts, err := projects.Contracts(ctx, tx, book, "")
		for _, k := range contracts {
			set["contracts"] = append(set["contracts"], web.Option{Value: k.Number, Text: k.Number + " " + k.Name})
		}
		return err
	})
	return set, err
}
