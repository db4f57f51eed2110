package projects

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

const treasuryPayments ListKind = "treasury-payments"

// treasuryList takes in what the treasury paid in a month. A list may overlap an earlier one: what is there says the same, or
// the list is refused. Nothing is posted: rows are matched with the lines of our orders, and another person confirms those.
var treasuryList = listType{
	form: lists.Form{Kind: string(treasuryPayments), NameZH: "国库支付清单", NameEN: "treasury payments", Columns: []lists.Column{
		{Field: "voucher", Heading: "支付凭证号", Also: []string{"凭证号", "支付令号", "支付凭证编号"}, Type: lists.IdentifierColumn, Required: true, Example: "ZFPZ-2025-000001", Help: "单元格设为文本"},
		{Field: "day", Heading: "日期", Also: []string{"支付日期", "实际支付日期", "清算日期"}, Type: lists.DayColumn, Required: true, Example: "2025-03-14"},
		{Field: "payee", Heading: "收款人", Also: []string{"收款人全称", "收款人名称"}, Type: lists.TextColumn, Example: "某建筑有限公司"},
		{Field: "account", Heading: "账号", Also: []string{"收款人账号", "收款账号"}, Type: lists.IdentifierColumn, Example: "6402000000000000123", Help: "单元格设为文本"},
		{Field: "amount", Heading: "金额", Also: []string{"支付金额", "实际支付金额"}, Type: lists.AmountColumn, Required: true, Example: "2340000.00"},
		{Field: "indicator", Heading: "指标文号", Also: []string{"文号"}, Type: lists.TextColumn},
		{Field: "project", Heading: "项目代码", Also: []string{"预算项目代码"}, Type: lists.IdentifierColumn},
		{Field: "purpose", Heading: "用途", Also: []string{"摘要", "款项用途"}, Type: lists.TextColumn, Example: "ZF-2025-0007 工程款", Help: "含我方支付申请号时可自动对应"},
		{Field: "returned", Heading: "退回标志", Also: []string{"退款标志", "退票标志"}, Type: lists.MarkColumn, Help: "退回的写 是"},
	}},
	roles:   []string{"treasury_officer", "budget_officer"},
	monthly: true,
	compare: compareTreasury,
}

// treasuryRow is a row of the treasury's list as it is kept.
type treasuryRow struct {
	VoucherNo     string           `json:"voucher_no"`
	Returned      bool             `json:"returned"`
	RowNo         int              `json:"row_no"`
	Day           accounting.Date  `json:"day"`
	Payee         string           `json:"payee"`
	AccountNumber string           `json:"account_number"`
	Amount        accounting.Money `json:"amount"`
	Indicator     string           `json:"indicator"`
	ProjectCode   string           `json:"project_code"`
	Purpose       string           `json:"purpose"`
}

type treasuryKey struct {
	voucher  string
	returned bool
}

// rowsKept is how many rows are written at a time.
const rowsKept = 5000

func compareTreasury(ctx context.Context, i *importing) (takeIn, error) {
	rows, place := i.treasuryRows()
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	if i.id != uuid.Nil { // of two who bring lists at once the second compares with what the first has brought
		if _, err := i.db.ExecContext(ctx, `select pg_advisory_xact_lock(hashtextextended('treasury list', ?))`, i.c.Book); err != nil {
			return nil, fault.FromSQL(err)
		}
	}
	there, err := i.treasuryThere(ctx, rows)
	if err != nil {
		return nil, err
	}
	var fresh []treasuryRow
	for _, r := range rows {
		k, known := there[treasuryKey{r.VoucherNo, r.Returned}]
		switch differs := k.differs(r); {
		case !known:
			i.differs(r.RowNo, r.name(), NewRow, "%s %s %s", r.Day, r.Payee, r.Amount)
			fresh = append(fresh, r)
		case differs != "":
			i.wrong(r.RowNo, "%s was taken in before and says otherwise: %s", r.name(), differs)
		default:
			i.differs(r.RowNo, r.name(), SameRow, "")
		}
	}
	for key, k := range there {
		if _, listed := place[key]; !listed {
			i.differs(0, k.name(), MissingThere, "%s %s %s was taken in before and is not in this list", k.Day, k.Payee, k.Amount)
		}
	}
	return func(ctx context.Context, tx bun.Tx) error {
		for from := 0; from < len(fresh); from += rowsKept {
			to := min(from+rowsKept, len(fresh))
			text, err := json.Marshal(fresh[from:to])
			if err != nil {
				return fault.Internal(err)
			}
			if _, err := tx.ExecContext(ctx, `select projects.keep_treasury_payments(?, ?, ?)`, i.c.Book, i.id, string(text)); err != nil {
				return fault.FromSQL(err)
			}
			i.progress(to, len(fresh))
		}
		return matchTreasury(ctx, tx, i.c.Book)
	}, nil
}

// treasuryRows reads the list's rows; a negative amount is a return even where no mark says so.
func (i *importing) treasuryRows() (rows []treasuryRow, place map[treasuryKey]int) {
	place = map[treasuryKey]int{}
	for _, r := range i.list.Records {
		amount, _ := r.Amount("amount")
		t := treasuryRow{VoucherNo: r.Text("voucher"), Returned: r.Marked("returned") || amount.Sign() < 0, RowNo: r.Place, Day: r.Day("day"), Payee: r.Text("payee"), AccountNumber: strings.ReplaceAll(r.Text("account"), " ", ""),
			Amount: magnitude(amount), Indicator: r.Text("indicator"), ProjectCode: r.Text("project"), Purpose: r.Text("purpose")}
		key := treasuryKey{t.VoucherNo, t.Returned}
		switch above, twice := place[key]; {
		case amount.IsZero():
			i.wrong(r.Place, "%s pays nothing", t.name())
		case twice:
			i.wrong(r.Place, "%s stands in row %d already", t.name(), above)
		}
		place[key] = r.Place
		rows = append(rows, t)
	}
	return rows, place
}

// treasuryThere are the rows kept of the list's month, and of its vouchers in whatever month.
func (i *importing) treasuryThere(ctx context.Context, rows []treasuryRow) (map[treasuryKey]treasuryRow, error) {
	numbers := make([]string, len(rows))
	for n, r := range rows {
		numbers[n] = r.VoucherNo
	}
	text, err := json.Marshal(numbers)
	if err != nil {
		return nil, fault.Internal(err)
	}
	var kept []treasuryRow
	err = i.db.NewRaw(`select p.voucher_no, p.returned, p.row_no, p.day, p.payee, p.account_number, p.amount, p.indicator, p.project_code, p.purpose from projects.treasury_payments p
		where p.book_id = ? and (p.month = ? or p.voucher_no in (select jsonb_array_elements_text(?::jsonb)))`, i.c.Book, i.request.Month, string(text)).Scan(ctx, &kept)
	there := make(map[treasuryKey]treasuryRow, len(kept))
	for _, k := range kept {
		there[treasuryKey{k.VoucherNo, k.Returned}] = k
	}
	return there, fault.FromSQL(err)
}

func (t treasuryRow) name() string {
	if t.Returned {
		return "支付凭证 " + t.VoucherNo + " 退回"
	}
	return "支付凭证 " + t.VoucherNo
}

// differs tells both figures of what another list says otherwise; what explains a payment may be written otherwise.
func (t treasuryRow) differs(o treasuryRow) string {
	var words []string
	for _, x := range []struct{ what, here, there string }{
		{"amount", t.Amount.String(), o.Amount.String()}, {"day", t.Day.String(), o.Day.String()}, {"account", last4(t.AccountNumber), last4(o.AccountNumber)}, {"payee", t.Payee, o.Payee},
	} {
		if x.here != x.there {
			words = append(words, x.what+" "+x.here+" then, "+x.there+" now")
		}
	}
	if len(words) == 0 && t.AccountNumber != o.AccountNumber {
		words = append(words, "another account that ends alike")
	}
	return strings.Join(words, "; ")
}

// matchTreasury looks for the orders of all rows that have none yet.
func matchTreasury(ctx context.Context, tx bun.Tx, book accounting.BookID) error {
	_, err := tx.ExecContext(ctx, `select projects.match_treasury(?)`, book)
	return fault.FromSQL(err)
}
