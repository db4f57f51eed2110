package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// helpForm puts on a form what helps to fill it in: the figures of the contract it is about, the items to choose from, the
// buttons that bring what is known already.
func (s *Server) helpForm(l *look, shape *formShape, tree map[string]any, f *web.Form) error {
	for _, name := range kept[string(shape.form.Kind)] {
		if value, there := tree[name]; there {
			text, err := json.Marshal(value)
			if err != nil {
				return fault.Internal(err)
			}
			f.Hidden = append(f.Hidden, web.Hidden{Name: name, Value: string(text)})
			f.Notes = append(f.Notes, l.t("form.kept", shape.label(name)))
		}
	}
	button := func(field, text string) {
		f.Buttons = append(f.Buttons, web.Button{Name: "more", Value: field, Text: l.t(text), Quiet: true})
	}
	switch shape.form.Kind {
	case "payment_request":
		button("contract", "form.contract_figures")
	case "certificate", "change_order", "settlement":
		button("contract", "form.contract_items")
	case "final_account":
		button("node", "form.from_books")
	case "correction":
		button("right", "form.event_fields")
	case "completion":
		if shape.event != nil && shape.event.Name == "Apportion" {
			button("input.project", "form.from_books")
		}
	}
	k, err := s.contractSaid(l, tree)
	if k == nil || err != nil {
		return err
	}
	for _, it := range k.Items {
		left := it.Amount.Sub(it.CertifiedAmount.Money)
		shape.set["contract_items"] = append(shape.set["contract_items"], web.Option{Value: it.Code, Text: l.t("form.item", it.Code, it.Name, web.Grouped(it.Amount.String()), web.Grouped(left.String()))})
	}
	if shape.form.Kind == "payment_request" || shape.form.Kind == "certificate" || shape.form.Kind == "settlement" {
		f.Notes = append(f.Notes, l.t("form.contract_says", k.Number, k.Name, web.Grouped(k.Price.String())), l.formula(k.Payable.Formula, k.Payable.Now.Money),
			l.t("form.advance_says", web.Grouped(k.Advance.Terms.String()), web.Grouped(k.Advance.Held.String()), web.Grouped(k.Advance.Paid.String()), web.Grouped(advanceLeft(k).String())),
			l.t("form.retention_says", web.Grouped(k.Retention.Kept.String()), dueDay(l, k), web.Grouped(k.Retention.Due.String())))
	}
	return nil
}

func dueDay(l *look, k *ContractDetail) string {
	if k.Retention.DueOn == "" {
		return l.t("contract.due_unknown")
	}
	return k.Retention.DueOn
}

func advanceLeft(k *ContractDetail) accounting.Money {
	return k.Advance.Terms.Sub(k.Advance.Held.Money).Sub(k.Advance.Paid.Money)
}

// contractSaid is the contract a form names, if there is one for who fills it in.
func (s *Server) contractSaid(l *look, tree map[string]any) (*ContractDetail, error) {
	number, _ := tree["contract"].(string)
	if number == "" {
		return nil, nil
	}
	out, err := s.getContract(l.ctx, &contractRequest{Number: number})
	if fault.KindOf(err) == fault.KindNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &out.Body, nil
}

// fillIn brings what is known already into a form that is asked for it, or that a link begins; what somebody typed stays.
func (s *Server) fillIn(l *look, shape *formShape, tree map[string]any) error {
	asked := l.values.Get("more")
	switch shape.form.Kind {
	case "payment_request", "certificate":
		k, err := s.contractSaid(l, tree)
		if k == nil || err != nil || asked != "" && asked != "contract" {
			return err
		}
		if shape.form.Kind == "certificate" {
			fillItems(tree, k)
		} else {
			fillRequest(tree, k)
		}
	case "final_account":
		return s.fillFinalAccount(l, tree)
	case "completion":
		return s.fillApportionment(l, shape, tree)
	}
	return nil
}

// fillItems names the items of a contract, so that only their work of the period is left to write.
func fillItems(tree map[string]any, k *ContractDetail) {
	if rows, _ := tree["items"].([]any); len(rows) > 0 {
		return
	}
	var rows []any
	for _, it := range k.Items {
		if it.CertifiedAmount.Cmp(it.Amount.Money) < 0 {
			rows = append(rows, map[string]any{"code": it.Code})
		}
	}
	tree["items"] = rows
}

// fillRequest proposes what may be paid now, to the contract's payee, out of its budget line when it has one only.
func fillRequest(tree map[string]any, k *ContractDetail) {
	said := func(name string) bool { text, _ := tree[name].(string); return text != "" }
	if !said("node") {
		tree["node"] = k.Project
	}
	if !said("payment") {
		tree["payment"] = map[bool]string{true: "settlement", false: "progress"}[k.State == "settled"]
	}
	room := k.Payable.Now.Money
	switch tree["payment"] {
	case "advance":
		room = advanceLeft(k)
	case "retention":
		room = k.Retention.Due.Money
	}
	payees, _ := tree["payees"].([]any)
	if len(payees) == 0 && room.Sign() > 0 {
		payees = []any{map[string]any{"payee": k.Payee, "kind": "works", "amount": room.String()}}
		tree["payees"] = payees
	}
	if sources, _ := tree["sources"].([]any); len(sources) > 0 || len(payees) != 1 {
		return
	}
	var lines []string
	for _, f := range k.Funding {
		if !slices.Contains(lines, f.BudgetLine) {
			lines = append(lines, f.BudgetLine)
		}
	}
	if row, _ := payees[0].(map[string]any); len(lines) == 1 && row != nil && row["amount"] != nil {
		tree["sources"] = []any{map[string]any{"budget_line": lines[0], "amount": row["amount"]}}
	}
}

// fillFinalAccount takes the figures of a final account from the books.
func (s *Server) fillFinalAccount(l *look, tree map[string]any) error {
	node, _ := tree["node"].(string)
	if _, there := tree["cost"]; node == "" || there && l.values.Get("more") != "node" {
		return nil
	}
	out, err := s.finalAccount(l.ctx, &completionRequest{Code: node})
	if fault.KindOf(err) == fault.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(out.Body.Proposed)
	if err != nil {
		return fault.Internal(err)
	}
	proposed, err := contentTree(text)
	if err != nil {
		return err
	}
	for _, name := range []string{"cost", "uses", "sources", "assets"} {
		tree[name] = proposed[name]
	}
	return nil
}

// fillApportionment proposes how a project's deferred investment goes to what was built.
func (s *Server) fillApportionment(l *look, shape *formShape, tree map[string]any) error {
	input, _ := tree["input"].(map[string]any)
	project, _ := input["project"].(string)
	if shape.event == nil || shape.event.Name != "Apportion" || project == "" || l.values.Get("more") != "input.project" {
		return nil
	}
	out, err := s.apportionment(l.ctx, &completionRequest{Code: project})
	if fault.KindOf(err) == fault.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(out.Body)
	if err != nil {
		return fault.Internal(err)
	}
	var proposed map[string]any
	if err := json.Unmarshal(text, &proposed); err != nil {
		return fault.Internal(err)
	}
	for _, name := range []string{"works", "equipment", "total"} {
		if v, there := proposed[name]; there {
			input[name] = v
		}
	}
	return nil
}

// nameAccounts puts whole account numbers where a request names an account by its last four digits, or names none and the
// payee has one only. Codes: document_invalid.
func (s *Server) nameAccounts(l *look, shape *formShape, tree map[string]any) error {
	if shape.form.Kind != "payment_request" {
		return nil
	}
	rows, _ := tree["payees"].([]any)
	var unclear error
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		for i, r := range rows {
			row, _ := r.(map[string]any)
			payee, _ := row["payee"].(string)
			named, _ := row["account"].(string)
			if payee == "" {
				continue
			}
			account, err := projects.AccountNamed(ctx, tx, l.who.Book, payee, named)
			switch {
			case err == nil && account != "":
				row["account"] = account
			case fault.Code(err) == "document_invalid":
				shape.wrong[fmt.Sprintf("payees.%d.account", i)] = l.t("request.which_account")
				unclear = fault.Invalid("document_invalid", "%s", l.t("request.which_account"))
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return unclear
}

// checkInvoices says beside its field which invoice has less left than is used. Codes: invoice_exceeded.
func (s *Server) checkInvoices(l *look, shape *formShape, content projects.Content) error {
	q, ok := content.(*projects.PaymentRequest)
	if !ok || len(q.Invoices) == 0 {
		return nil
	}
	var known []projects.KnownInvoice
	err := accounting.Read(l.ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		known, err = projects.KnownInvoices(ctx, tx, l.who.Book, q.Invoices)
		return err
	})
	if err != nil {
		return err
	}
	first := ""
	for i, v := range q.Invoices {
		text := l.invoiceWrong(v, known[i])
		if text != "" {
			shape.wrong[fmt.Sprintf("invoices.%d.number", i)] = text
			if first == "" {
				first = text
			}
		}
	}
	if first != "" {
		return fault.Conflict("invoice_exceeded", "%s", first)
	}
	return nil
}
