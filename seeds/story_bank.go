package seeds

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// The relief fund's money lies with a bank, which prints a statement each month. It is made from the book's own lines of the
// account by two habits of banks: what we pay leaves on the next working day, and on the 21st of a quarter's last month the
// bank adds interest that we book when its slip arrives. The rest of the sheet follows.
const (
	fundProject = "2025-03-2"
	fundLedger  = "1002.02"
	fundNumber  = "9999-2001"
	fundBank    = "示例银行"
	interestDay = 21
)

var (
	// fundSteps move the fund's money. The interest is not among them: the bank has it before we book it.
	fundSteps    = []string{"D01", "D02", "D03", "D04"}
	interestRate = decimal.RequireFromString("0.0005") // of a year of 360 days
)

// Entry is a line of the account in our books; what left is negative.
type Entry struct {
	No     accounting.VoucherNo
	Date   accounting.Date
	Amount accounting.Money
}

// movement is a line of the bank's.
type movement struct {
	day                 accounting.Date
	amount              accounting.Money
	memo, party, serial string
}

// bank2025 registers the account and brings its statements, each a few days after its month: from October on, which is the first
// month that stays open.
func bank2025() []act {
	return []act{
		{step: "D00", date: "2025-10-09", account: &projects.NewBankAccount{Number: fundNumber, Bank: fundBank, Account: fundLedger, Project: fundProject}},
		statementOf(202510), statementOf(202511),
	}
}

func bank2026() []act {
	return []act{
		statementOf(202512),
		{step: "D05", date: "2026-01-06", project: fundProject, text: "银行结息", kind: "fund", content: booksInterest},
		statementOf(202601),
	}
}

func statementOf(month accounting.Period) act {
	last := accounting.NewDate(month.Year(), time.Month(month.Month()), 1).LastOfMonth()
	return act{step: "statement/" + month.String(), date: last.AddDays(4).String(), statement: month}
}

// booksInterest books the interest by the bank's slip, whose number makes the two find each other.
func booksInterest(t telling) projects.Content {
	slip := t.story.interest
	t.paper.Memo += " 流水号" + slip.serial
	return fundPaper("FundReceipt", fields{"amount": slip.amount.String()})(t)
}

// bringStatement takes a month's statement in and explains what is open by it.
func (s *Story) bringStatement(ctx context.Context, a act) error {
	last := accounting.NewDate(a.statement.Year(), time.Month(a.statement.Month()), 1).LastOfMonth()
	entries, err := s.hands.Entries(ctx, fundLedger, fundProject, last)
	if err != nil {
		return err
	}
	told := map[accounting.VoucherNo]bool{}
	for _, step := range fundSteps {
		for _, no := range s.posted[step] {
			told[no] = true
		}
	}
	entries = slices.DeleteFunc(entries, func(e Entry) bool { return !told[e.No] }) // not what a visitor has posted since
	moved := bankMoves(entries, last)
	for _, m := range moved {
		if m.memo == "结息" {
			s.interest = m
		}
	}
	file, err := s.hands.Store(ctx, a.step+"/file", payerSeat, fundNumber+"-"+a.statement.String()+".csv", statementText(moved, a.statement))
	if err != nil {
		return err
	}
	if err := s.hands.Import(ctx, a.step, payerSeat, projects.ImportRequest{Kind: "bank-statement", Source: fundBank, File: file, Month: &a.statement, Account: fundNumber}); err != nil {
		return err
	}
	return s.explainOpen(ctx, a, entries, last)
}

// explainOpen says of what only one side has by the month's end why, and who sees to it.
func (s *Story) explainOpen(ctx context.Context, a act, entries []Entry, last accounting.Date) error {
	type item struct {
		side string
		day  accounting.Date
	}
	because := map[item]string{}
	for _, e := range entries {
		if e.Amount.Sign() < 0 && nextWorkingDay(e.Date).After(last) {
			because[item{"unit_out", e.Date}] = "月末付款，银行次一工作日划出，见下月对账单"
		}
	}
	if s.interest.day.Period() == a.statement {
		because[item{"bank_in", s.interest.day}] = "银行季度结息，回单次月送达后入账"
	}
	sheet, err := s.hands.BankSheet(ctx, fundNumber, a.statement)
	if err != nil {
		return err
	}
	for _, i := range sheet.Items {
		why, ours := because[item{i.Side, i.Date}]
		if !ours { // a visitor's
			continue
		}
		err := s.hands.ExplainBankItem(ctx, a.step+"/"+i.ID.String(), payerSeat, fundNumber, a.statement, i.ID, projects.BankItemReason{Reason: "【示例】" + why, Owner: s.clerk(fundProject).Person})
		if err != nil {
			return err
		}
	}
	return nil
}

// bankMoves is what the bank has done by a day, the oldest first.
func bankMoves(entries []Entry, until accounting.Date) (moved []movement) {
	for _, e := range entries {
		m := movement{day: e.Date, amount: e.Amount, memo: "汇入", party: "示例捐助企业"}
		if e.Amount.Sign() < 0 {
			m.day, m.memo, m.party = nextWorkingDay(e.Date), "转账", "示例救助对象"
		}
		moved = append(moved, m)
	}
	slices.SortStableFunc(moved, func(a, b movement) int { return b.day.DaysTo(a.day) })
	var all []movement
	var balance accounting.Money
	earned := decimal.Zero // of each day's balance, since the last interest
	if len(moved) == 0 {
		return nil
	}
	for day := moved[0].day; !day.After(until); day = day.AddDays(1) {
		var today []movement
		if day.Day() == interestDay && day.Month()%3 == 0 {
			if interest := accounting.RoundToMoney(earned.Mul(interestRate).Div(decimal.NewFromInt(360))); !interest.IsZero() {
				today = append(today, movement{day: day, amount: interest, memo: "结息"})
			}
			earned = decimal.Zero
		}
		for len(moved) > 0 && moved[0].day == day {
			today, moved = append(today, moved[0]), moved[1:]
		}
		for n, m := range today {
			m.serial = fmt.Sprintf("%s%03d", strings.ReplaceAll(day.String(), "-", ""), n+1)
			balance, all = balance.Add(m.amount), append(all, m)
		}
		earned = earned.Add(balance.Decimal())
	}
	return all
}

// nextWorkingDay passes over weekends and the three days of New Year.
func nextWorkingDay(d accounting.Date) accounting.Date {
	for {
		d = d.AddDays(1)
		weekday := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).Weekday()
		if weekday != time.Saturday && weekday != time.Sunday && (d.Month() != time.January || d.Day() > 3) {
			return d
		}
	}
}

// statementText is a month's statement as a bank's counter gives it out, where 借 is what left.
func statementText(moved []movement, month accounting.Period) string {
	var opening, balance accounting.Money
	rows := [][]string{{fundBank + " 账户交易明细 账号：" + fundNumber}, {"交易日期", "摘要", "对方户名", "借方发生额", "贷方发生额", "余额", "交易流水号"}, nil}
	for _, m := range moved {
		if m.day.Period() < month {
			opening = opening.Add(m.amount)
		}
		balance = balance.Add(m.amount)
		if m.day.Period() == month {
			row := []string{m.day.String(), m.memo, m.party, "", m.amount.String(), balance.String(), m.serial}
			if m.amount.Sign() < 0 {
				row[3], row[4] = m.amount.Neg().String(), ""
			}
			rows = append(rows, row)
		}
	}
	first := accounting.NewDate(month.Year(), time.Month(month.Month()), 1)
	rows[2] = []string{first.String(), "期初余额", "", "", "", opening.String(), ""}
	rows = append(rows, []string{first.LastOfMonth().String(), "期末余额", "", "", "", balance.String(), ""})
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	_ = w.WriteAll(rows) // a buffer takes everything
	return text.String()
}
