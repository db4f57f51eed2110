package projects

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// bankStatementList takes in the statement of one account and month: a table as the bank's counter or its net gives it out,
// or a camt.053 message. Where a bank writes 借 and 贷, it means its own books: 借 is money that left.
var bankStatementList = listType{
	form: lists.Form{Kind: "bank-statement", NameZH: "银行对账单", NameEN: "bank statement", Columns: []lists.Column{
		{Field: "day", Heading: lists.StatementDay, Also: []string{"交易日期", "记账日期", "入账日期", "交易时间"}, Type: lists.DayColumn, Example: "2025-03-14"},
		{Field: "memo", Heading: lists.StatementMemo, Also: []string{"用途", "附言", "交易摘要", "备注"}, Type: lists.TextColumn, Help: "首行可为期初余额，末行可为期末余额"},
		{Field: "party", Heading: lists.StatementParty, Also: []string{"对方名称", "对方户名/名称", "交易对方", "对方账户名称"}, Type: lists.TextColumn},
		{Field: "party_number", Heading: lists.StatementPartyNumber, Also: []string{"对方帐号", "对方账户", "对方卡号/账号"}, Type: lists.IdentifierColumn},
		{Field: "received", Heading: lists.StatementReceived, Also: []string{"贷方发生额", "贷方金额", "贷方", "收入金额", "转入金额", "存入"}, Type: lists.AmountColumn, Help: "收到的钱，银行的贷方"},
		{Field: "paid", Heading: lists.StatementPaid, Also: []string{"借方发生额", "借方金额", "借方", "支出金额", "转出金额", "支取"}, Type: lists.AmountColumn, Help: "付出的钱，银行的借方"},
		{Field: "balance", Heading: lists.StatementBalance, Also: []string{"账户余额", "账面余额", "本次余额", "联机余额"}, Type: lists.BalanceColumn, Required: true},
		{Field: "serial", Heading: lists.StatementSerial, Also: []string{"交易流水号", "银行流水号", "回单编号", "凭证号", "交易流水"}, Type: lists.IdentifierColumn},
		{Field: "own", Heading: lists.StatementAccount, Also: []string{"账号", "本方帐号", "本方账户"}, Type: lists.IdentifierColumn, Help: "填写时须为所导入的账户"},
	}},
	roles: []string{"budget_officer", "treasury_officer", "project_clerk"}, monthly: true, ownDays: true,
	compare: compareStatement,
}

// statementLine is a movement of a statement. Its tags are the columns of the database.
type statementLine struct {
	place       int
	LineNo      int              `json:"line_no"`
	Day         accounting.Date  `json:"day"`
	Received    accounting.Money `json:"received"`
	Paid        accounting.Money `json:"paid"`
	Balance     accounting.Money `json:"balance"`
	Party       string           `json:"party"`
	PartyNumber string           `json:"party_number"`
	Memo        string           `json:"memo"`
	Serial      string           `json:"serial"`
}

func (l statementLine) moves() accounting.Money { return l.Received.Sub(l.Paid) }

// bankStatement is what a list says about a month of an account.
type bankStatement struct {
	opening, closing *accounting.Money // as it states them
	lines            []statementLine   // none: the account stood still
}

func compareStatement(ctx context.Context, i *importing) (takeIn, error) {
	account, err := FindBankAccount(ctx, i.db, i.c.Book, i.request.Account)
	if err != nil {
		return nil, err
	}
	s := i.statementOf(account)
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	i.runs(&s)
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	month := int(*i.request.Month)
	var there []statementLine
	err = i.db.NewRaw(`select line_no, day, received, paid, balance, serial from projects.bank_lines where book_id = ? and bank_account_id = ? and month = ? order by line_no`, i.c.Book, account.ID, month).Scan(ctx, &there)
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	if account.Until != nil && month <= *account.Until {
		return i.sameStatement(s, there), nil
	}
	for _, l := range s.lines {
		i.differs(l.place, l.Day.String()+" "+l.Serial, NewRow, "%s, balance %s", l.moves(), l.Balance)
	}
	if err := i.continues(ctx, account, s); err != nil || len(i.preview.Problems) > 0 {
		return nil, err
	}
	return func(ctx context.Context, tx bun.Tx) error {
		text, err := json.Marshal(append([]statementLine{}, s.lines...))
		if err != nil {
			return fault.Internal(err)
		}
		if _, err = tx.ExecContext(ctx, `select projects.add_bank_statement(?, ?, ?, ?, ?, ?)`, i.c.Book, account.ID, month, i.id, s.opening, string(text)); err != nil {
			return fault.FromSQL(err)
		}
		i.progress(len(s.lines), len(s.lines))
		_, err = tx.ExecContext(ctx, `select projects.match_bank_lines(?, ?, ?)`, i.c.Book, account.ID, i.c.By.Person)
		return fault.FromSQL(err)
	}, nil
}

var balanceWords = map[string]string{"期初余额": lists.OpeningRow, "上期余额": lists.OpeningRow, "承前页": lists.OpeningRow, "上月结转": lists.OpeningRow, "上年结转": lists.OpeningRow, "期末余额": lists.ClosingRow, "本期余额": lists.ClosingRow, "本月余额": lists.ClosingRow, "结转下页": lists.ClosingRow}

var accountInTitle = regexp.MustCompile(`[账帐]号[:：]?\s*([0-9][0-9 -]{5,}[0-9])`)

// statementOf sorts the rows into movements and the balances before and after them.
func (i *importing) statementOf(account *OwnBankAccount) (s bankStatement) {
	for _, text := range i.list.Title {
		if m := accountInTitle.FindStringSubmatch(text); m != nil && digits(m[1]) != digits(account.Number) {
			i.wrong(0, "the statement is of account %s, not of %s", m[1], account.Number)
		}
	}
	for _, r := range i.list.Records {
		if own := r.Text("own"); own != "" && digits(own) != digits(account.Number) {
			i.wrong(r.Place, "the row is of account %s, not of %s", own, account.Number)
			return s
		}
		received, _ := r.Amount("received")
		paid, _ := r.Amount("paid")
		balance, _ := r.Amount("balance")
		word := balanceWords[strings.ReplaceAll(r.Text("memo"), " ", "")]
		switch {
		case received.IsZero() && paid.IsZero() && word == lists.OpeningRow:
			if s.opening == nil {
				s.opening = &balance
			}
			continue
		case received.IsZero() && paid.IsZero() && word == lists.ClosingRow:
			s.closing = &balance
			continue
		case received.IsZero() == paid.IsZero():
			i.wrong(r.Place, "received %s, paid %s: a row is one of both", received, paid)
		case r.Day("day").Period() != *i.request.Month:
			i.wrong(r.Place, "%s is not in %s", r.Day("day"), i.request.Month)
		}
		s.lines = append(s.lines, statementLine{r.Place, 0, r.Day("day"), received, paid, balance, r.Text("party"), r.Text("party_number"), r.Text("memo"), r.Text("serial")})
	}
	if len(s.lines) == 0 && s.opening == nil && s.closing == nil {
		i.wrong(0, "there is neither a movement nor a balance")
	}
	return s
}

func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, number)
}

// runs follows the balances from row to row, from the oldest: banks print the newest first or last. What a statement does not
// say about its ends follows from its rows.
func (i *importing) runs(s *bankStatement) {
	if len(s.lines) == 0 {
		if s.opening == nil {
			s.opening = s.closing
		}
	} else {
		if !follow(s.lines) {
			slices.Reverse(s.lines)
			if !follow(s.lines) {
				slices.Reverse(s.lines)
			}
		}
		if s.opening == nil {
			opening := s.lines[0].Balance.Sub(s.lines[0].moves())
			s.opening = &opening
		}
	}
	balance := *s.opening
	for n := range s.lines {
		l := &s.lines[n]
		l.LineNo = n + 1
		if next := balance.Add(l.moves()); !next.Equal(l.Balance) {
			i.wrong(l.place, "%s + %s − %s = %s, the balance says %s: %s apart; rows are missing, or 收入 and 支出 are taken for each other", balance, l.Received, l.Paid, next, l.Balance, l.Balance.Sub(next))
			return
		}
		balance = l.Balance
	}
	if s.closing != nil && !s.closing.Equal(balance) {
		i.wrong(0, "it opens with %s and its rows lead to %s, it closes with %s: %s apart", s.opening, balance, s.closing, s.closing.Sub(balance))
	}
	s.closing = &balance
}

func follow(lines []statementLine) bool {
	for n := 1; n < len(lines); n++ {
		if !lines[n-1].Balance.Add(lines[n].moves()).Equal(lines[n].Balance) {
			return false
		}
	}
	return true
}

// continues refuses a statement that does not open with what the month before closed with. The database asks again.
func (i *importing) continues(ctx context.Context, account *OwnBankAccount, s bankStatement) error {
	if account.Until == nil {
		return nil
	}
	before := accounting.Period(*account.Until)
	if next := nextMonth(before); *i.request.Month != next {
		i.wrong(0, "the statement of %s comes first: the last one is of %s", next, before)
		return nil
	}
	var closed accounting.Money
	if err := i.db.NewRaw(`select closing from projects.bank_statements where book_id = ? and bank_account_id = ? and month = ?`, i.c.Book, account.ID, int(before)).Scan(ctx, &closed); err != nil {
		return fault.FromSQL(err)
	}
	if !closed.Equal(*s.opening) {
		i.wrong(0, "%s opens with %s, %s closed with %s: %s apart", i.request.Month, s.opening, before, closed, s.opening.Sub(closed))
	}
	return nil
}

func nextMonth(p accounting.Period) accounting.Period {
	if p.Month() >= 12 {
		return accounting.Period((p.Year()+1)*100 + 1)
	}
	return p + 1
}

// sameStatement compares with the statement that is in: it never changes, so a list that says the same adds nothing and any
// other is refused.
func (i *importing) sameStatement(s bankStatement, there []statementLine) takeIn {
	for n, l := range s.lines {
		if n < len(there) && l.Day == there[n].Day && l.moves().Equal(there[n].moves()) && l.Balance.Equal(there[n].Balance) {
			i.differs(l.place, l.Serial, SameRow, "")
			continue
		}
		i.differs(l.place, l.Day.String()+" "+l.Serial, ChangedRow, "%s, balance %s", l.moves(), l.Balance)
		i.wrong(l.place, "the statement of %s is in and says otherwise here", i.request.Month)
		break
	}
	if len(there) > len(s.lines) {
		i.wrong(0, "the statement of %s is in with %d rows, the list has %d", i.request.Month, len(there), len(s.lines))
	}
	return func(context.Context, bun.Tx) error { return nil }
}
