package projects

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

type (
	// TreasurySheet 支出对账 compares what the books executed in a month (9401) with the treasury's list of it, per budget line
	// and payment by payment. Amounts are yuan.
	TreasurySheet struct {
		Of         accounting.Period `json:"-"`
		Month      string            `json:"month"`      // 2025-03
		ListTaken  bool              `json:"list_taken"` // the treasury's list of the month is in
		Lines      []SheetLine       `json:"lines" nullable:"false"`
		Total      SheetFigures      `json:"total"`
		Entries    []SheetEntry      `json:"entries" nullable:"false"` // all that is not on both sides alike
		Unnamed    int               `json:"unnamed"`                  // entries without a reason: the month does not close
		Kept       *KeptSheet        `json:"kept,omitempty"`           // of a closed month: as it was at the close
		executions []execution
		payments   []TreasuryPayment
		items      map[uuid.UUID]TreasuryItem
		lineOf     map[uuid.UUID]SheetLine
	}

	// SheetFigures are what both have, only ours and only theirs. Ours is the ledger's 9401 of the month.
	SheetFigures struct {
		Ours       accounting.Money `json:"ours"`
		Theirs     accounting.Money `json:"theirs"`
		Both       accounting.Money `json:"both"`
		OnlyOurs   accounting.Money `json:"only_ours"`
		OnlyTheirs accounting.Money `json:"only_theirs"`
	}

	// SheetLine is a budget line; the one without code has what no budget line is known of.
	SheetLine struct {
		BudgetLine string `json:"budget_line"` // code
		Project    string `json:"project"`     // code
		Name       string `json:"name"`
		SheetFigures
	}

	// SheetEntry is a payment that is on one side only, or not alike on both, with its reason and owner.
	SheetEntry struct {
		BudgetLine string           `json:"budget_line"`
		Side       string           `json:"side"` // ours, theirs, both
		Day        accounting.Date  `json:"day"`
		Voucher    string           `json:"voucher"`
		Amount     accounting.Money `json:"amount"`
		Request    string           `json:"request,omitempty"`
		Detail     string           `json:"detail,omitempty"`
		Reason     string           `json:"reason,omitempty"`
		Owner      string           `json:"owner,omitempty"`
		Item       *uuid.UUID       `json:"item,omitempty"` // to explain; none: the books say themselves why
	}

	// execution is what one chain of vouchers executed on one budget line in the month.
	execution struct {
		Period     accounting.Period
		Number     int
		Date       accounting.Date
		Source     string
		Kind       string
		Memo       string
		BudgetLine uuid.UUID
		Amount     accounting.Money
	}

	voucherKey struct {
		period accounting.Period
		number int
	}
)

// Sheet is the comparison of a month; of a closed one as it was at its close.
func Sheet(ctx context.Context, db bun.IDB, book accounting.BookID, month accounting.Period) (*TreasurySheet, error) {
	var s TreasurySheet
	if kept, err := readKept(ctx, db, book, month, treasuryKind, "", &s); kept != nil || err != nil {
		s.Of, s.Kept = month, kept
		return &s, err
	}
	return compareMonth(ctx, db, book, month, time.Time{})
}

// compareMonth makes the comparison of a month, as known at a moment; zero: now.
func compareMonth(ctx context.Context, db bun.IDB, book accounting.BookID, month accounting.Period, at time.Time) (*TreasurySheet, error) {
	var known any = "infinity"
	if !at.IsZero() {
		known = at
	}
	s := &TreasurySheet{Of: month, Month: month.String(), Lines: []SheetLine{}, Entries: []SheetEntry{}, items: map[uuid.UUID]TreasuryItem{}, lineOf: map[uuid.UUID]SheetLine{}}
	if err := s.read(ctx, db, book, known); err != nil {
		return nil, err
	}
	theirs, err := s.theirsByLine(ctx, db, book, known)
	if err != nil {
		return nil, err
	}
	s.compare(theirs)
	for _, e := range s.Entries {
		if e.Item != nil && e.Reason == "" {
			s.Unnamed++
		}
	}
	return s, nil
}

func (s *TreasurySheet) read(ctx context.Context, db bun.IDB, book accounting.BookID, known any) error {
	err := db.NewRaw(`select exists (select from projects.imports i where i.book_id = ? and i.kind = ? and i.month = ? and i.withdrawn_at is null)`, book, treasuryPayments, s.Of).Scan(ctx, &s.ListTaken)
	if err == nil {
		err = db.NewRaw(`select x.root_period as period, x.root_number as number, min(x.date) as date, min(x.source) as source, min(x.kind) as kind, min(x.memo) as memo, x.budget_line_id as budget_line, sum(x.amount) as amount
			from projects.executed(?, ?, ?, ?) x group by x.root_period, x.root_number, x.budget_line_id order by x.root_period, x.root_number, x.budget_line_id`, book, s.Of, s.Of, known).Scan(ctx, &s.executions)
	}
	if err == nil {
		err = db.NewRaw(`select `+treasuryColumns+` from projects.treasury_rows(?, ?, ?, ?) t order by t.day, t.voucher_no, t.returned`, book, s.Of, s.Of, known).Scan(ctx, &s.payments)
	}
	if err != nil {
		return fault.FromSQL(err)
	}
	items, err := TreasuryItems(ctx, db, ItemQuery{Book: book, Month: s.Of, AsOf: accounting.NewDate(s.Of.Year(), 1, 1)})
	for _, i := range items {
		s.items[i.ID] = i
	}
	if err != nil {
		return err
	}
	var lines []struct {
		ID                  uuid.UUID `bun:"budget_line_id"`
		Code, Project, Name string
	}
	err = db.NewRaw(`select b.budget_line_id, b.code, n.code as project, n.name_zh as name from accounting.budget_lines b join projects.nodes n on n.book_id = b.book_id and n.node_id = b.project_id
		where b.book_id = ? and b.fiscal_year = ?`, book, s.Of.Year()).Scan(ctx, &lines)
	for _, l := range lines {
		s.lineOf[l.ID] = SheetLine{BudgetLine: l.Code, Project: l.Project, Name: l.Name}
	}
	return fault.FromSQL(err)
}

// part is what a treasury's payment puts on a budget line.
type part struct {
	line   uuid.UUID
	amount accounting.Money
}

// theirsByLine gives each of the treasury's payments to budget lines: to those of our own voucher, else as the request draws,
// else to the only line of the year that the list's project code has here, else to none.
func (s *TreasurySheet) theirsByLine(ctx context.Context, db bun.IDB, book accounting.BookID, known any) (map[uuid.UUID][]part, error) {
	var draws []struct {
		Item   uuid.UUID `bun:"item_id"`
		Line   uuid.UUID `bun:"budget_line_id"`
		Amount accounting.Money
	}
	err := db.NewRaw(`select t.item_id, w.budget_line_id, w.amount from projects.treasury_rows(?0, ?1, ?1, ?3) t
		join projects.payment_draws w on w.book_id = ?0 and w.document_id = t.document_id and w.round = t.round and w.line_no = t.line_no
		union all select t.item_id, (array_agg(b.budget_line_id))[1], t.amount from projects.treasury_rows(?0, ?1, ?1, ?3) t
			join projects.external_codes e on e.book_id = ?0 and e.code = t.project_code and e.set_at <= ?3 join accounting.budget_lines b on b.book_id = ?0 and b.project_id = e.project_id and b.fiscal_year = ?2
			where t.document_id is null and t.project_code <> '' group by t.item_id, t.amount having count(distinct b.budget_line_id) = 1
		order by 1, 2`, book, s.Of, s.Of.Year(), known).Scan(ctx, &draws)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	drawn := map[uuid.UUID][]part{}
	for _, d := range draws {
		drawn[d.Item] = append(drawn[d.Item], part{d.Line, d.Amount})
	}
	ours := s.byVoucher()
	parts := map[uuid.UUID][]part{}
	for _, p := range s.payments {
		amount := p.signed()
		if mine := ours[voucherKey{p.Period, p.Number}]; len(mine) > 0 && sumOf(mine).Equal(amount) {
			parts[p.ItemID] = mine
			continue
		}
		parts[p.ItemID] = fill(drawn[p.ItemID], amount)
	}
	return parts, nil
}

func (s *TreasurySheet) byVoucher() map[voucherKey][]part {
	ours := map[voucherKey][]part{}
	for _, x := range s.executions {
		key := voucherKey{x.Period, x.Number}
		ours[key] = append(ours[key], part{x.BudgetLine, x.Amount})
	}
	return ours
}

func sumOf(parts []part) (sum accounting.Money) {
	for _, p := range parts {
		sum = sum.Add(p.amount)
	}
	return sum
}

// fill gives an amount to lines in their order; what they do not take goes to the last, or to none.
func fill(lines []part, amount accounting.Money) (filled []part) {
	rest, back := magnitude(amount), amount.Sign() < 0
	put := func(line uuid.UUID, m accounting.Money) {
		if rest = rest.Sub(m); back {
			m = m.Neg()
		}
		filled = append(filled, part{line, m})
	}
	for i, l := range lines {
		takes := l.amount
		if i == len(lines)-1 || takes.Cmp(rest) > 0 {
			takes = rest
		}
		put(l.line, takes)
	}
	if len(lines) == 0 {
		put(uuid.Nil, rest)
	}
	return filled
}

// signed is what a row adds to what was paid: a return takes away.
func (p TreasuryPayment) signed() accounting.Money {
	if p.Returned {
		return p.Amount.Neg()
	}
	return p.Amount
}

// compare puts both sides beside each other.
func (s *TreasurySheet) compare(theirs map[uuid.UUID][]part) {
	figures := map[uuid.UUID]*SheetFigures{}
	on := func(line uuid.UUID) *SheetFigures {
		if figures[line] == nil {
			figures[line] = &SheetFigures{}
		}
		return figures[line]
	}
	ours, paired := s.byVoucher(), map[voucherKey]bool{}
	for _, p := range s.payments {
		key := voucherKey{p.Period, p.Number}
		mine := ours[key]
		for _, x := range theirs[p.ItemID] {
			on(x.line).Theirs = on(x.line).Theirs.Add(x.amount)
			both := accounting.Money{}
			if !paired[key] {
				both = common(mine, x)
			}
			on(x.line).Both = on(x.line).Both.Add(both)
			on(x.line).OnlyTheirs = on(x.line).OnlyTheirs.Add(x.amount.Sub(both))
			s.theirEntry(p, x, both)
		}
		if len(mine) > 0 {
			paired[key] = true
		}
	}
	for _, x := range s.executions {
		both := accounting.Money{}
		if key := (voucherKey{x.Period, x.Number}); paired[key] {
			for _, p := range s.payments {
				if key == (voucherKey{p.Period, p.Number}) {
					both = common(theirs[p.ItemID], part{x.BudgetLine, x.Amount})
					break
				}
			}
		}
		f := on(x.BudgetLine)
		f.Ours, f.OnlyOurs = f.Ours.Add(x.Amount), f.OnlyOurs.Add(x.Amount.Sub(both))
		s.ourEntry(x, x.Amount.Sub(both))
	}
	for line, f := range figures {
		l := s.lineOf[line]
		l.SheetFigures = *f
		s.Lines = append(s.Lines, l)
		s.Total.add(*f)
	}
	slices.SortFunc(s.Lines, func(a, b SheetLine) int { return cmp.Compare(a.BudgetLine, b.BudgetLine) })
	slices.SortStableFunc(s.Entries, func(a, b SheetEntry) int {
		return cmp.Or(cmp.Compare(a.BudgetLine, b.BudgetLine), strings.Compare(a.Day.String(), b.Day.String()))
	})
}

// common is what a side has of a part of the other, on the same line and of the same sign.
func common(side []part, x part) accounting.Money {
	for _, p := range side {
		if p.line != x.line || p.amount.Sign() != x.amount.Sign() {
			continue
		}
		if magnitude(p.amount).Cmp(magnitude(x.amount)) < 0 {
			return p.amount
		}
		return x.amount
	}
	return accounting.Money{}
}

func (f *SheetFigures) add(o SheetFigures) {
	f.Ours, f.Theirs, f.Both = f.Ours.Add(o.Ours), f.Theirs.Add(o.Theirs), f.Both.Add(o.Both)
	f.OnlyOurs, f.OnlyTheirs = f.OnlyOurs.Add(o.OnlyOurs), f.OnlyTheirs.Add(o.OnlyTheirs)
}

// theirEntry notes what of a treasury's payment we do not have in the month, or have otherwise.
func (s *TreasurySheet) theirEntry(p TreasuryPayment, x part, both accounting.Money) {
	e := SheetEntry{BudgetLine: s.lineOf[x.line].BudgetLine, Side: "theirs", Day: p.Day, Voucher: p.VoucherNo, Amount: x.amount.Sub(both), Request: p.Request}
	item, there := s.items[p.ItemID]
	switch {
	case !e.Amount.IsZero():
	case p.Disagrees != "" && p.Period != 0:
		e.Side, e.Amount = "both", x.amount
	default:
		return
	}
	if p.Disagrees != "" && p.Period != 0 {
		item, there = s.disagreement(p)
	}
	switch {
	case there && item.State != ClearedState:
		e.Item, e.Detail, e.Reason, e.Owner = &item.ID, item.Detail, item.Reason, item.Owner
	case p.State == "not_needed":
		e.Detail = "came back before it was booked"
	case p.Period != 0:
		e.Detail = "booked as " + accounting.VoucherNo{Period: p.Period, Number: p.Number}.String()
		e.Reason, e.Owner = item.Reason, item.Owner
	}
	s.Entries = append(s.Entries, e)
}

func (s *TreasurySheet) disagreement(p TreasuryPayment) (TreasuryItem, bool) {
	for _, i := range s.items {
		if i.Kind == DisagreesItem && i.Voucher == p.VoucherNo {
			return i, true
		}
	}
	return TreasuryItem{}, false
}

// ourEntry notes what of a voucher the month's list does not have.
func (s *TreasurySheet) ourEntry(x execution, amount accounting.Money) {
	if amount.IsZero() {
		return
	}
	e := SheetEntry{BudgetLine: s.lineOf[x.BudgetLine].BudgetLine, Side: "ours", Day: x.Date, Voucher: accounting.VoucherNo{Period: x.Period, Number: x.Number}.String(), Amount: amount, Detail: x.Source + " " + x.Memo}
	for _, i := range s.items {
		if i.Kind == NotInList && i.Voucher == e.Voucher {
			e.Item, e.Reason, e.Owner = &i.ID, i.Reason, i.Owner
		}
	}
	s.Entries = append(s.Entries, e)
}

// WriteWorkbook writes the sheet for a spreadsheet: budget lines with their total, then what is not alike.
func (s *TreasurySheet) WriteWorkbook(w io.Writer) error {
	headings := []string{"指标代码", "项目代码", "项目名称", "本账支出（9401）", "国库清单", "双方一致", "仅本账", "仅国库", "日期", "凭证", "支付申请", "说明", "原因", "责任人"}
	var rows [][]any
	figures := func(code, project, name string, f SheetFigures) {
		rows = append(rows, []any{code, project, name, f.Ours, f.Theirs, f.Both, f.OnlyOurs, f.OnlyTheirs, "", "", "", "", "", ""})
	}
	for _, l := range s.Lines {
		figures(l.BudgetLine, l.Project, l.Name, l.SheetFigures)
	}
	figures("合计", "", "", s.Total)
	for _, e := range s.Entries {
		row := []any{e.BudgetLine, "", map[string]string{"ours": "仅本账", "theirs": "仅国库", "both": "双方不符"}[e.Side], "", "", "", "", "", e.Day, e.Voucher, e.Request, e.Detail, e.Reason, e.Owner}
		row[map[string]int{"ours": 6, "theirs": 7, "both": 5}[e.Side]] = e.Amount
		rows = append(rows, row)
	}
	if s.Kept != nil {
		rows = append(rows, []any{s.Kept.words(), "", "", "", "", "", "", "", "", "", "", "", "", ""})
	}
	return lists.WriteList(w, "支出对账 "+s.Month, headings, rows)
}
