package projects

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// contractList drafts contracts with their bills of quantities: one row for each item, the contract's own figures in its
// first row. Each is signed and approved as if it had been typed.
var contractList = listType{
	form: lists.Form{Kind: "contracts", NameZH: "合同", NameEN: "contracts", Columns: []lists.Column{
		{Field: "number", Heading: "合同编号", Also: []string{"合同号"}, Type: lists.TextColumn, Required: true, Example: "WS-2025-01", Help: "每行都填；同一合同的各行相连"},
		{Field: "project", Heading: "项目代码", Type: lists.TextColumn, Example: "2025-05", Help: "本系统的代码，填在合同的第一行，以下同"},
		{Field: "name", Heading: "合同名称", Type: lists.TextColumn, Example: "卫生院综合楼施工"},
		{Field: "type", Heading: "合同类型", Type: lists.TextColumn, Example: "工程", Help: "工程、货物、服务"},
		{Field: "day", Heading: "签订日期", Type: lists.DayColumn, Example: "2025-03-05"},
		{Field: "supplier", Heading: "供应商", Also: []string{"承包单位", "乙方"}, Type: lists.TextColumn, Example: "某建筑有限公司", Help: "先登记为收款人"},
		{Field: "price", Heading: "合同金额", Also: []string{"合同价", "签约合同价"}, Type: lists.AmountColumn, Example: "7800000.00", Help: "须等于各清单项合计"},
		{Field: "budget_line", Heading: "指标", Also: []string{"指标代码"}, Type: lists.TextColumn, Example: "2025-05/2025"},
		{Field: "funded", Heading: "占用指标金额", Type: lists.AmountColumn, Help: "不填为合同金额"},
		{Field: "advance_rate", Heading: "预付款比例%", Type: lists.NumberColumn, Example: "30"},
		{Field: "progress_rate", Heading: "进度款比例%", Type: lists.NumberColumn, Example: "85", Help: "不填为 80"},
		{Field: "retention_rate", Heading: "质保金比例%", Type: lists.NumberColumn, Example: "3"},
		{Field: "defects_months", Heading: "缺陷责任期（月）", Type: lists.NumberColumn, Example: "12"},
		{Field: "item", Heading: "清单编码", Also: []string{"项目编码"}, Type: lists.TextColumn, Required: true, Example: "010101001"},
		{Field: "item_name", Heading: "清单名称", Type: lists.TextColumn, Required: true, Example: "挖基础土方"},
		{Field: "unit", Heading: "计量单位", Type: lists.TextColumn, Example: "立方米"},
		{Field: "quantity", Heading: "工程量", Also: []string{"数量"}, Type: lists.NumberColumn, Example: "1250.5"},
		{Field: "unit_price", Heading: "综合单价", Also: []string{"单价"}, Type: lists.NumberColumn, Example: "38.25", Help: "元"},
		{Field: "amount", Heading: "合价", Also: []string{"清单金额"}, Type: lists.AmountColumn, Required: true, Help: "有工程量和单价时须等于两者之积"},
	}},
	roles:   []string{"project_clerk"},
	compare: compareContracts,
}

var contractTypes = map[string]ContractType{"工程": WorksContract, "货物": GoodsContract, "服务": ServicesContract}

type listedContract struct {
	place int
	Agreement
	items accounting.Money
}

func compareContracts(ctx context.Context, i *importing) (takeIn, error) {
	contracts := i.contractsOf()
	numbers := make([]string, len(contracts))
	for n, k := range contracts {
		if numbers[n] = k.Number; !k.items.Equal(k.Price) {
			i.wrong(k.place, "contract %s: items come to %s, price %s: %s apart", k.Number, k.items, k.Price, k.items.Sub(k.Price))
		}
	}
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	type price struct {
		Number string
		Price  accounting.Money
	}
	var there []price
	err := i.db.NewRaw(`select k ->> 'number' as number, (k ->> 'price')::numeric as price from (select d.content::jsonb from projects.documents d where d.book_id = ? and d.kind = 'contract'
		and d.state not in ('withdrawn', 'rejected')) as d (k) where k ->> 'number' in (?)`, i.c.Book, bun.List(numbers)).Scan(ctx, &there)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	var fresh []listedContract
	for _, k := range contracts {
		at := slices.IndexFunc(there, func(p price) bool { return p.Number == k.Number })
		switch {
		case at < 0:
			i.differs(k.place, k.Number, NewRow, "%s, %d items, %s", k.Name, len(k.Items), k.Price)
			fresh = append(fresh, k)
		case there[at].Price.Equal(k.Price):
			i.differs(k.place, k.Number, SameRow, "")
		default:
			i.differs(k.place, k.Number, ChangedRow, "price here %s, in the list %s: changed by a change order, not by a list", there[at].Price, k.Price)
		}
	}
	return func(ctx context.Context, tx bun.Tx) error {
		paper, err := i.paper(ctx)
		if err != nil {
			return err
		}
		for n, k := range fresh {
			signed := k.Date
			if k.Paper = paper; !signed.IsZero() {
				k.Date = signed
			}
			if err := i.payeeOf(ctx, &k.Agreement); err != nil {
				return inRow(k.place, err)
			}
			if err := i.draftAndSubmit(ctx, tx, "contract", &k.Agreement); err != nil {
				return inRow(k.place, err)
			}
			i.progress(n+1, len(fresh))
		}
		return nil
	}, nil
}

// contractsOf groups rows by contract; rows of one contract stand together.
func (i *importing) contractsOf() (contracts []listedContract) {
	ended := map[string]bool{}
	for _, r := range i.list.Records {
		number := r.Text("number")
		if last := len(contracts) - 1; last < 0 || contracts[last].Number != number {
			if ended[number] {
				i.wrong(r.Place, "contract %s stands above already, with others between", number)
				continue
			}
			if ended[number] = true; !i.heads(r) {
				continue
			}
			contracts = append(contracts, i.contractOf(r))
		}
		k := &contracts[len(contracts)-1]
		amount, _ := r.Amount("amount")
		item := AgreedItem{Code: r.Text("item"), Name: r.Text("item_name"), Unit: r.Text("unit"), Quantity: rateOf(r, "quantity"), UnitPrice: rateOf(r, "unit_price"), Amount: &amount}
		k.Items, k.items = append(k.Items, item), k.items.Add(amount)
	}
	return contracts
}

// heads tells whether a contract's first row says what only it says.
func (i *importing) heads(r lists.Record) bool {
	before := len(i.preview.Problems)
	for _, field := range []string{"project", "name", "type", "supplier", "budget_line"} {
		if r.Text(field) == "" {
			i.wrong(r.Place, "contract %s: its first row lacks %s", r.Text("number"), field)
		}
	}
	if _, known := contractTypes[r.Text("type")]; !known && r.Text("type") != "" {
		i.wrong(r.Place, "合同类型 %q is none of 工程, 货物, 服务", r.Text("type"))
	}
	if _, there := r.Amount("price"); !there {
		i.wrong(r.Place, "contract %s: its first row lacks its price", r.Text("number"))
	}
	return len(i.preview.Problems) == before
}

func (i *importing) contractOf(r lists.Record) listedContract {
	price, _ := r.Amount("price")
	funded, there := r.Amount("funded")
	if !there {
		funded = price
	}
	months := 0
	if m := rateOf(r, "defects_months"); m != nil {
		months = int(m.IntPart())
	}
	return listedContract{place: r.Place, Agreement: Agreement{
		Paper: Paper{Date: r.Day("day")}, Node: r.Text("project"), Number: r.Text("number"), Name: r.Text("name"), Type: contractTypes[r.Text("type")], Supplier: Supplier{Name: r.Text("supplier")},
		Price: price, Funding: []FundingLine{{BudgetLine: r.Text("budget_line"), Amount: &funded}}, AdvanceRate: rateOf(r, "advance_rate"), ProgressRate: rateOf(r, "progress_rate"),
		RetentionRate: rateOf(r, "retention_rate"), DefectsMonths: months,
	}}
}

func rateOf(r lists.Record, field string) *decimal.Decimal {
	d, err := decimal.NewFromString(r.Text(field))
	if err != nil {
		return nil // empty: what is not a number was refused when it was read
	}
	return &d
}

// payeeOf finds the supplier's registration by its name.
func (i *importing) payeeOf(ctx context.Context, k *Agreement) error {
	var codes []string
	if err := i.db.NewRaw(`select code from projects.payees where book_id = ? and name = ?`, i.c.Book, k.Supplier.Name).Scan(ctx, &codes); err != nil {
		return fault.FromSQL(err)
	}
	if len(codes) != 1 {
		return fault.NotFound("payee_unknown", "contract %s: %d registered payees are called %q; register it, or draft this contract by hand", k.Number, len(codes), k.Supplier.Name)
	}
	k.Supplier.Payee = codes[0]
	return nil
}
