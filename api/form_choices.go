package api

import (
	"context"
	"database/sql"
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

var standingAccounts = []string{"", "1218", "1601", "1613.01", "1613.02", "1613.03", "1613.04", "1801", "2302.02", "2303", "2307.01", "2307.03", "2502.01", "3501"}

// fixedChoices are the fields that say one of a few words. The text of each is choice.FIELD.WORD; of an account its name.
var fixedChoices = map[string][]string{
	"payment":                  {"advance", "progress", "settlement", "retention", "fees", "equipment", "other", "direct_grant", "subsidy", "injection", "written_off"},
	"expense":                  {"", "5001.02", "5001.03", "5001.04"},
	"payees.kind":              {"works", "wages", "other"},
	"payee.kind":               {"company", "person", "wages_account", "government", "village"},
	"milestone":                {"approved", "in_progress", "completed", "accepted", "capitalised", "closed", "suspended", "cancelled"},
	"role":                     {"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin"},
	"second_factor_roles":      {"budget_officer", "treasury_officer", "project_clerk", "project_head", "supervisor", "lead_approver", "auditor", "inspector", "admin"},
	"treasury_lists":           {"", "required", "not_required"},
	"public_progress":          {"", "published", "not_published"},
	"flows.flow":               {"works", "small"},
	"contract.type":            {"works", "goods", "services"},
	"draw_by":                  {"", "order", "shares"},
	"deductions.kind":          {"fine", "supplied_material", "utilities", "other"},
	"refund.to":                {"", "request", "contract", "available"},
	"refund.standing":          standingAccounts,
	"input.standing":           standingAccounts,
	"input.origin":             {"", "supplement"},
	"budget.Reduce.input.from": {"to_issue", "available"},
	"allocation.measure":       {"yuan", "wan"},
	"village_record.mode":      {"builds", "grants"},
	"completion.input.asset":   {"1601", "1801"},
	"completion.input.cost":    {"1613.01", "1601", "1801"},
	"quarters.quarter":         {"1", "2", "3", "4"},
}

// registryChoices are the fields that name something of a registry; an empty name: of none, whatever the last name says.
var registryChoices = map[string]string{
	"node": "nodes", "project": "nodes", "projects": "nodes", "unit": "units", "person": "persons", "successor": "persons", "delegation.to": "persons",
	"budget_line": "budget_lines", "budget.Transfer.input.from": "budget_lines", "budget.Transfer.input.to": "budget_lines", "budget.Split.input.parent": "budget_lines", "allocation.parent": "budget_lines", "completion.PassDown.input.parent": "nodes",
	"contract": "contracts", "payees.payee": "payees", "invoices.payee": "payees", "supplier.payee": "payees", "payee.code": "payees", "items.unit": "", "contracts.agreement.items.unit": "",
	"certificate.items.code": "contract_items", "settlement.items.code": "contract_items", "batch": "batches", "manual_voucher.lines.account": "manual_accounts", "opening.balances.account": "accounts", "funding.source": "funding_sources",
	"assets.asset": "assets", "right.event": "events",
}

// suggestions are the fields that take any text, where some are offered.
var suggestions = map[string]string{"economic_class": "economic_classes", "refund.request": "paid_requests", "change_order.items.code": "contract_items", "assets.class": "asset_classes", "input.injection": "agreements"}

// economicClasses are the departmental classes that projects use, of the yearly 政府收支分类科目.
var economicClasses = []string{"30201", "30213", "30226", "30227", "30299", "30305", "30306", "30307", "30308", "30310", "30399", "31001", "31002", "31003", "31005", "31006", "31007", "31009", "31010", "31012", "31099", "31201", "31203", "31204", "31299", "39999"}

// assetClasses are suggested; the register takes others.
var assetClasses = []string{"building", "structure", "equipment", "road", "water", "greening"}

// registries are those that the fields of a form name something of; beside is the event that stands beside its fields.
func (s *formShape) registries(t reflect.Type, path, beside string) (names []string) {
	for _, p := range parts(t) {
		of := path + p.name
		switch {
		case s.left(of) || s.keeps(of):
		case p.typ == rawType:
			if under := s.under(beside); under != nil {
				names = append(names, s.registries(under, of+".", "")...)
			}
		case p.typ.Kind() == reflect.Struct && !plain(p.typ):
			names = append(names, s.registries(p.typ, of+".", "")...)
		case p.typ.Kind() == reflect.Slice && p.typ.Elem().Kind() == reflect.Struct && !plain(p.typ):
			names = append(names, s.registries(p.typ.Elem(), of+".", "")...)
		default:
			if registry, ok := choiceOf(registryChoices, s, of); ok {
				names = append(names, registry)
			}
			if registry, ok := choiceOf(suggestions, s, of); ok {
				names = append(names, registry)
			}
		}
	}
	return names
}

// large says whether a field names something of a registry that is too large for a choice.
func (s *formShape) large(path string) (string, bool) {
	registry, ok := choiceOf(registryChoices, s, path)
	return registry, ok && len(s.set[registry]) > mostChosen
}

// choiceOf finds the longest name a field is known under.
func choiceOf[V any](known map[string]V, s *formShape, path string) (V, bool) {
	kind := string(s.form.Kind)
	names := []string{kind + "." + path, path, path[strings.LastIndexByte(path, '.')+1:]}
	if parts := strings.Split(path, "."); len(parts) > 2 {
		names = slices.Insert(names, 2, strings.Join(parts[len(parts)-2:], "."))
	}
	if s.event != nil {
		names = slices.Insert(names, 0, kind+"."+s.event.Name+"."+path)
	}
	for _, name := range names {
		if v, ok := known[name]; ok {
			return v, true
		}
	}
	var none V
	return none, false
}

// choices are what a field may say, with what it says chosen; nil: anything. What it says stays, even when it is not offered.
func (s *formShape) choices(path string, chosen ...string) (options []web.Option) {
	if registry, ok := choiceOf(registryChoices, s, path); ok && registry != "" {
		if registry == "contract_items" && len(s.set[registry]) == 0 {
			return nil // the contract is not chosen yet
		}
		options = append([]web.Option{{Text: s.l.t("form.choose")}}, s.set[registry]...)
	} else if words, ok := choiceOf(fixedChoices, s, path); ok && registry == "" {
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
	case web.Has("choice." + field + "." + word):
		return web.T(lang, "choice."+field+"."+word)
	}
	for _, a := range projects.Chart() {
		if a.Code == word {
			return accountText(lang, a)
		}
	}
	return web.T(lang, "choice."+field+"."+word)
}

func accountText(lang string, a accounting.Account) string {
	if lang == "en" {
		return a.Code + " " + a.NameEN
	}
	return a.Code + " " + a.NameZH
}

// offeredBy are the questions behind what forms offer: ?0 is the book, ?1 whether who asks reads everything, ?2 the unit.
var offeredBy = map[string]string{
	"nodes": `select n.code as value, n.code || ' ' || n.name_zh as text from projects.nodes n where n.book_id = ?0 and (?1 or n.node_id in (select projects.readable_projects())
		or not exists (select from accounting.ledgers l where l.book_id = n.book_id and l.project_id = n.node_id) and projects.concerns(n.book_id, n.node_id, ?2)) order by n.code`,
	"units":   `select u.code as value, u.code || ' ' || u.name as text from accounting.units u where u.book_id = ?0 order by u.code`,
	"persons": `select p.code as value, p.name as text from accounting.persons p where p.book_id = ?0 order by p.name`,
	"payees": `select p.code as value, p.code || ' ' || p.name || ' ' || (select string_agg('****' || right(a.account_number, 4), '、' order by a.usable_from, a.account_number) from projects.payee_accounts a
		where a.book_id = p.book_id and a.payee_id = p.payee_id) as text from projects.payees p where p.book_id = ?0 order by p.code`,
	"budget_lines": `select b.code as value, b.code || ' ' || n.name_zh || ' ' || ?3 || ' ' || to_char(coalesce(sum(p.debit - p.credit), 0), 'FM999,999,999,999,990.00') as text
		from accounting.budget_lines b join projects.nodes n on n.book_id = b.book_id and n.node_id = b.project_id
		left join accounting.positions p on p.book_id = b.book_id and p.account = '9301.01' and p.project_id = b.project_id and p.budget_line_id = b.budget_line_id
		where b.book_id = ?0 and (?1 or b.project_id in (select projects.readable_projects())) group by b.code, n.name_zh, b.fiscal_year order by b.fiscal_year desc, b.code`,
	"funding_sources": `select f.code as value, f.name as text from projects.funding_sources f where f.book_id = ?0 order by f.code`,
	"assets": `select a.asset_id::text as value, n.code || ' ' || a.name || ' ' || to_char(coalesce(a.settled_value, a.value), 'FM999,999,999,999,990.00') as text from projects.assets a
		join projects.nodes n on n.book_id = a.book_id and n.node_id = a.node_id where a.book_id = ?0 and (?1 or projects.concerns(a.book_id, a.node_id, ?2)) order by n.code, a.name`,
	"paid_requests": `select d.number as value, d.number || ' ' || coalesce(d.content::jsonb ->> 'purpose', '') as text from projects.documents d where d.book_id = ?0 and d.kind = 'payment_request' and d.state in ('ordered', 'confirmed')
		order by d.document_id desc`,
	"agreements": `select i.agreement as value, i.agreement || ' ' || i.investee as text from projects.injections i where i.book_id = ?0 order by i.injection_id desc`,
	"contracts":  `select c.number as value, c.number || ' ' || c.name || E'\n' || c.state as text from projects.contracts c where c.book_id = ?0 order by c.number`,
}

// mostChosen is how many things of a registry a choice offers. Of a larger registry the code is typed: a choice of thousands is
// neither found through nor quickly sent.
const mostChosen = 300

// registered reads what a form offers of some registries, as far as who fills it in reads it; most bounds each of them, zero
// does not. Budget lines show what is available.
func (s *Server) registered(l *look, most int, names ...string) (map[string][]web.Option, error) {
	set := map[string][]web.Option{}
	book := l.who.Book
	limit := sql.NullInt64{Int64: int64(most) + 1, Valid: most > 0} // one more says that there are more
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		for _, registry := range names {
			query, known := offeredBy[registry]
			if !known {
				continue
			}
			var options []web.Option
			if err := tx.NewRaw(query+` limit ?4`, book, l.who.ReadsAll(), l.who.Unit, l.t("form.available"), limit).Scan(ctx, &options); err != nil {
				return fault.FromSQL(err)
			}
			set[registry] = options
		}
		if slices.Contains(names, "contracts") {
			for i, o := range set["contracts"] {
				text, state, _ := strings.Cut(o.Text, "\n")
				set["contracts"][i].Text = text + " " + l.t("state."+state)
			}
		}
		if !slices.Contains(names, "batches") {
			return nil
		}
		batches, err := projects.Batches(ctx, tx, book)
		for _, b := range batches {
			if b.State == "locked" {
				set["batches"] = append(set["batches"], web.Option{Value: b.Code, Text: b.Code + " " + b.Project + " " + l.t("subsidy.room", web.Grouped(b.Owed.Sub(b.Held).String()))})
			}
		}
		return err
	})
	for _, c := range economicClasses {
		set["economic_classes"] = append(set["economic_classes"], web.Option{Value: c, Text: l.t("choice.economic_class." + c)})
	}
	for _, c := range assetClasses {
		set["asset_classes"] = append(set["asset_classes"], web.Option{Value: l.t("choice.asset_class." + c)})
	}
	for _, a := range projects.Chart() {
		if a.Leaf {
			o := web.Option{Value: a.Code, Text: accountText(l.lang, a)}
			set["accounts"] = append(set["accounts"], o)
			if a.Basis != "authority" && a.TakesSubject == "" && !a.TakesLine && a.Rule == "" {
				set["manual_accounts"] = append(set["manual_accounts"], o)
			}
		}
	}
	for _, e := range projects.Events() {
		set["events"] = append(set["events"], web.Option{Value: e.Name, Text: eventName(l.lang, e)})
	}
	return set, err
}
