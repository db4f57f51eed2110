package projects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// PaymentExport is a file of request lines in the shape in which the provincial system takes them, with full account numbers:
// who made it is noted with its hash.
type PaymentExport struct {
	Name    string
	Format  string
	Content []byte
	Hash    accounting.Hash
	Rows    int
	Total   accounting.Money // yuan
}

// exportHeadings are the columns of the request and the payment voucher (public-finance rules, 4.1 and 4.2). The request's
// number stands first in 用途, so that it returns on the treasury's list.
var exportHeadings = []string{"支付申请号", "明细", "支付凭证号", "申请日期", "预算年度", "单位代码", "单位名称", "指标文号", "指标代码", "预算项目代码", "预算项目名称", "资金性质", "支出功能分类", "部门经济分类",
	"支付方式", "款项类别", "收款人全称", "收款人账号", "开户银行", "行号", "支付金额", "用途"}

type exportedLine struct {
	Number, OrderNumber, UnitCode, UnitName, DocumentNo, Line, ProjectCode, ProjectName, Nature, FunctionalClass, EconomicClass string
	Payment, Payee, Account, Bank, BankCode, Purpose                                                                            string
	LineNo, Year                                                                                                                int
	Day, Ordered                                                                                                                accounting.Date
	Amount                                                                                                                      accounting.Money
}

// ExportPayments writes the lines of requests that are approved, or ordered and not confirmed, as xlsx or csv, and notes who
// took which file; the same file again is noted once. A line that several budget lines pay names them all.
func ExportPayments(ctx context.Context, db *bun.DB, who accounting.Command, state, format string) (*PaymentExport, error) {
	var out *PaymentExport
	err := accounting.Read(accounting.WithReader(ctx, who.By), db, func(ctx context.Context, tx bun.Tx) error {
		rows, err := linesToExport(ctx, tx, who.Book, state)
		if err != nil {
			return err
		}
		out, err = exportFile(rows, state, format)
		return err
	})
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `select projects.note_export(?, ?, ?, ?, ?, ?, ?)`, who.Book, out.Hash[:], state, format, out.Rows, out.Total, who.By.Person)
	return out, fault.FromSQL(err)
}

func linesToExport(ctx context.Context, db bun.IDB, book accounting.BookID, state string) (rows []exportedLine, err error) {
	err = db.NewRaw(`select d.number, l.line_no, coalesce(l.order_number, '') as order_number, (k ->> 'date')::date as day, left(k ->> 'date', 4)::int as year, u.code as unit_code, u.name as unit_name,
			coalesce((select string_agg(distinct b.document_no, '、' order by b.document_no) from projects.budget_numbers b where b.book_id = l.book_id and b.budget_line = any (w.codes)), '') as document_no,
			array_to_string(w.codes, '、') as line, coalesce((select min(e.code) from projects.external_codes e where e.book_id = l.book_id and e.project_id = d.node_id), n.code) as project_code, n.name_zh as project_name,
			case when extract(year from o.day) = left(k ->> 'date', 4)::int then greatest(o.day, (k ->> 'date')::date) else (k ->> 'date')::date end as ordered,
			w.nature, w.functional_class, coalesce(k ->> 'economic_class', '') as economic_class, k ->> 'payment' as payment, p.name as payee, l.account_number as account, a.bank, a.bank_code, l.amount, k ->> 'purpose' as purpose
		from projects.payment_lines l
		join projects.documents d on d.book_id = l.book_id and d.document_id = l.document_id and d.round = l.round
		cross join lateral (select d.content::jsonb) as x (k)
		join accounting.units u on u.book_id = d.book_id and u.unit_id = d.unit_id
		join projects.nodes n on n.book_id = d.book_id and n.node_id = d.node_id
		join projects.payees p on p.book_id = l.book_id and p.payee_id = l.payee_id
		join projects.payee_accounts a on a.book_id = l.book_id and a.payee_id = l.payee_id and a.account_number = l.account_number
		cross join lateral (select array_agg(b.code order by w.ordinal) as codes, min(b.fund_nature) as nature, min(b.functional_class) as functional_class
			from projects.payment_draws w join accounting.budget_lines b on b.book_id = w.book_id and b.budget_line_id = w.budget_line_id
			where w.book_id = l.book_id and w.document_id = l.document_id and w.round = l.round and w.line_no = l.line_no) w
		cross join lateral (select (greatest((select max(t.at) from projects.acts t where t.book_id = l.book_id and t.document_id = l.document_id and t.verb = 'order'),
			(select max(f.failed_at) from projects.failed_orders f where f.book_id = l.book_id and f.document_id = l.document_id and f.round = l.round and f.line_no = l.line_no)) at time zone 'Asia/Shanghai')::date as day) o
		where l.book_id = ? and l.state = ? order by d.number, l.line_no`, book, state).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}

var natureNames = map[string]string{string(accounting.GeneralPublicBudget): "一般公共预算", string(accounting.GovernmentFund): "政府性基金"}

var paymentNames = map[string]string{"advance": "预付款", "progress": "进度款", "settlement": "结算款", "retention": "质保金", "fees": "待摊费用", "equipment": "设备款", "other": "其他", "direct_grant": "直接拨付",
	"subsidy": "补贴", "injection": "注资", "written_off": "待核销"}

func (e exportedLine) cells() []any {
	return []any{e.Number, e.LineNo, e.OrderNumber, e.Day, e.Year, e.UnitCode, e.UnitName, e.DocumentNo, e.Line, e.ProjectCode, e.ProjectName, natureNames[e.Nature], e.FunctionalClass, e.EconomicClass,
		"国库集中支付", paymentNames[e.Payment], e.Payee, e.Account, e.Bank, e.BankCode, e.Amount, e.Number + " " + e.Purpose}
}

func exportFile(rows []exportedLine, state, format string) (*PaymentExport, error) {
	out := &PaymentExport{Name: "支付申请-" + state, Format: format, Rows: len(rows)}
	all := make([][]any, len(rows))
	for i, r := range rows {
		all[i], out.Total = r.cells(), out.Total.Add(r.Amount)
	}
	var b bytes.Buffer
	if format == "csv" {
		b.WriteString("\ufeff")
		w := csv.NewWriter(&b)
		_ = w.Write(exportHeadings) // a buffer takes everything
		for _, cells := range all {
			texts := make([]string, len(cells))
			for i, c := range cells {
				texts[i] = PlainCell(fmt.Sprint(c))
			}
			_ = w.Write(texts)
		}
		w.Flush()
	} else if err := lists.WriteList(&b, "支付申请", exportHeadings, all); err != nil {
		return nil, err
	}
	out.Content = b.Bytes()
	out.Hash = sha256.Sum256(out.Content)
	return out, nil
}

// DemonstrationList is a treasury's list of the orders that wait, in the columns in which lists are taken in: for a book without a
// treasury behind it. Each is paid on the day of its order. A list is of one month, the earliest of an order that waits.
// Codes: step_not_allowed (no order waits).
func DemonstrationList(ctx context.Context, db *bun.DB, who accounting.Command) (month accounting.Period, content []byte, err error) {
	var rows []exportedLine
	err = accounting.Read(accounting.WithReader(ctx, who.By), db, func(ctx context.Context, tx bun.Tx) (err error) {
		rows, err = linesToExport(ctx, tx, who.Book, "ordered")
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if len(rows) == 0 {
		return 0, nil, fault.Conflict("step_not_allowed", "no order waits for the bank")
	}
	month = slices.MinFunc(rows, func(a, b exportedLine) int { return b.Ordered.DaysTo(a.Ordered) }).Ordered.Period()
	var headings []string
	var cells [][]any
	for _, c := range treasuryList.form.Columns {
		headings = append(headings, c.Heading)
	}
	for _, r := range rows {
		if r.Ordered.Period() != month {
			continue
		}
		of := map[string]any{"voucher": r.OrderNumber, "day": r.Ordered.String(), "payee": r.Payee, "account": r.Account, "amount": r.Amount, "indicator": r.DocumentNo, "project": r.ProjectCode, "purpose": r.Number + " " + r.Purpose}
		var row []any
		for _, c := range treasuryList.form.Columns {
			cell, there := of[c.Field]
			if !there {
				cell = ""
			}
			row = append(row, cell)
		}
		cells = append(cells, row)
	}
	var b bytes.Buffer
	err = lists.WriteList(&b, treasuryList.form.NameZH, headings, cells)
	return month, b.Bytes(), err
}
