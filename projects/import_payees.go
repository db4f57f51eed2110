package projects

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// payeeList drafts a registration for each payee of a list, which another person approves as if it had been typed: nobody is
// paid because a list says so. Rows of one name are one payee with several accounts.
var payeeList = listType{
	form: lists.Form{Kind: "payees", NameZH: "收款人", NameEN: "payees", Columns: []lists.Column{
		{Field: "name", Heading: "收款人名称", Also: []string{"收款人", "收款人全称", "户名", "单位名称"}, Type: lists.TextColumn, Required: true, Example: "某建筑有限公司", Help: "与开户名一致"},
		{Field: "kind", Heading: "类型", Also: []string{"收款人类型"}, Type: lists.TextColumn, Example: "企业", Help: "企业、个人、工资专户、机关、村集体；不填为企业"},
		{Field: "credit_code", Heading: "统一社会信用代码", Also: []string{"信用代码"}, Type: lists.IdentifierColumn, Example: "91640303MA76XXXX1A"},
		{Field: "account", Heading: "账号", Also: []string{"收款人账号", "收款账号", "银行账号"}, Type: lists.IdentifierColumn, Required: true, Example: "6402000000000000123", Help: "单元格设为文本"},
		{Field: "bank", Heading: "开户银行", Also: []string{"开户行", "开户行名称"}, Type: lists.TextColumn, Required: true, Example: "某银行红寺堡支行"},
		{Field: "bank_code", Heading: "行号", Also: []string{"联行号", "开户行行号"}, Type: lists.IdentifierColumn},
	}},
	roles:   []string{"project_clerk", "treasury_officer"},
	compare: comparePayees,
}

var payeeKindNames = map[string]PayeeKind{"": "company", "企业": "company", "公司": "company", "个人": "person", "工资专户": "wages_account", "农民工工资专户": "wages_account", "机关": "government", "行政事业单位": "government", "村集体": "village", "村委会": "village"}

// payeesOf groups a list's rows by name.
func (i *importing) payeesOf() (names []string, forms map[string]*PayeeForm) {
	forms = map[string]*PayeeForm{}
	for _, r := range i.list.Records {
		name := r.Text("name")
		kind, known := payeeKindNames[r.Text("kind")]
		if !known {
			i.wrong(r.Place, "类型 %q is none of 企业, 个人, 工资专户, 机关, 村集体", r.Text("kind"))
			continue
		}
		f := forms[name]
		if f == nil {
			f = &PayeeForm{Name: name, Kind: kind, CreditCode: r.Text("credit_code")}
			names, forms[name] = append(names, name), f
		}
		if f.Kind != kind || r.Text("credit_code") != "" && f.CreditCode != r.Text("credit_code") {
			i.wrong(r.Place, "%s stands above as %s %s, here as %s %s", name, f.Kind, f.CreditCode, kind, r.Text("credit_code"))
			continue
		}
		for _, a := range f.Accounts {
			if a.Number == r.Text("account") {
				i.wrong(r.Place, "account %s of %s stands above already", last4(a.Number), name)
			}
		}
		f.Accounts = append(f.Accounts, BankAccount{r.Text("account"), r.Text("bank"), r.Text("bank_code")})
	}
	return names, forms
}

// last4 is what is shown of an account (R32).
func last4(account string) string {
	if len(account) <= 4 {
		return account
	}
	return "****" + account[len(account)-4:]
}

func comparePayees(ctx context.Context, i *importing) (takeIn, error) {
	names, forms := i.payeesOf()
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	// Accounts that wait for an approval are known too: a list brought again does not ask for them twice.
	var known []struct{ Name, Code, Account string }
	err := i.db.NewRaw(`select p.name, p.code, a.account_number as account from projects.payees p join projects.payee_accounts a on a.book_id = p.book_id and a.payee_id = p.payee_id
			where p.book_id = ?0 and p.name in (?1)
		union all select k ->> 'name', '', a ->> 'number' from (select d.content::jsonb from projects.documents d where d.book_id = ?0 and d.kind = 'payee' and d.state in ('draft', 'submitted', 'returned')) as d (k),
			lateral jsonb_array_elements(k -> 'accounts') a where k ->> 'name' in (?1)`, i.c.Book, bun.List(names)).Scan(ctx, &known)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	seen := map[string]bool{}
	for _, k := range known {
		f := forms[k.Name]
		if seen[k.Name] = true; k.Code != "" {
			f.Code = k.Code
		}
		f.Accounts = slices.DeleteFunc(f.Accounts, func(a BankAccount) bool { return a.Number == k.Account })
	}
	for _, name := range names {
		switch f := forms[name]; {
		case len(f.Accounts) == 0:
			i.differs(0, name, SameRow, "")
		case !seen[name]:
			i.differs(0, name, NewRow, "%d accounts", len(f.Accounts))
		default:
			i.differs(0, name, ChangedRow, "account %s is not known yet", last4(f.Accounts[0].Number))
		}
	}
	return func(ctx context.Context, tx bun.Tx) error { return i.draftPayees(ctx, tx, names, forms) }, nil
}

// draftPayees drafts and submits what is not known yet.
func (i *importing) draftPayees(ctx context.Context, tx bun.Tx, names []string, forms map[string]*PayeeForm) error {
	paper, err := i.paper(ctx)
	if err != nil {
		return err
	}
	for n, name := range names {
		f := forms[name]
		if f.Paper = paper; len(f.Accounts) == 0 {
			continue
		}
		if err := i.draftAndSubmit(ctx, tx, "payee", f); err != nil {
			return err
		}
		i.progress(n+1, len(names))
	}
	return nil
}
