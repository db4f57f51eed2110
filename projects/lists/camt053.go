package lists

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/text/encoding/simplifiedchinese"

	"mingzhang/accounting/fault"
)

// maxMessage is the size of a bank's message in bytes: a hundred thousand entries.
const maxMessage = 128 << 20

// Headings of the table a bank's statement becomes; statements banks give out as tables have them or others.
const (
	StatementDay         = "日期"
	StatementMemo        = "摘要"
	StatementParty       = "对方户名"
	StatementPartyNumber = "对方账号"
	StatementReceived    = "收入"
	StatementPaid        = "支出"
	StatementBalance     = "余额"
	StatementSerial      = "流水号"
	StatementAccount     = "本方账号"
)

// What stands for the memo of the rows that are no movement.
const (
	OpeningRow = "期初余额"
	ClosingRow = "期末余额"
)

// camt is what of ISO 20022 BankToCustomerStatement, versions 001.02 and 001.08, says something here.
type (
	camtStatement struct {
		ID      string `xml:"Id"`
		Account struct {
			ID camtNumber `xml:"Id"`
		} `xml:"Acct"`
		Pages *struct {
			Last string `xml:"LastPgInd"`
		} `xml:"StmtPgntn"`
		Balances []camtBalance `xml:"Bal"`
		Summary  struct {
			All struct {
				Count string `xml:"NbOfNtries"`
			} `xml:"TtlNtries"`
		} `xml:"TxsSummry"`
		Entries []camtEntry `xml:"Ntry"`
	}

	camtNumber struct {
		IBAN  string `xml:"IBAN"`
		Other string `xml:"Othr>Id"` // where China's account numbers stand
	}

	camtBalance struct {
		Type   string     `xml:"Tp>CdOrPrtry>Cd"`
		Amount camtAmount `xml:"Amt"`
		Side   string     `xml:"CdtDbtInd"`
	}

	camtAmount struct {
		Text     string `xml:",chardata"`
		Currency string `xml:"Ccy,attr"`
	}

	camtEntry struct {
		Reference string     `xml:"NtryRef"`
		Amount    camtAmount `xml:"Amt"`
		Side      string     `xml:"CdtDbtInd"`
		Status    struct {
			Text string `xml:",chardata"` // 001.02
			Code string `xml:"Cd"`        // 001.08
		} `xml:"Sts"`
		Booked struct {
			Day    string `xml:"Dt"`
			Moment string `xml:"DtTm"`
		} `xml:"BookgDt"`
		Serial  string       `xml:"AcctSvcrRef"`
		Details []camtDetail `xml:"NtryDtls>TxDtls"`
		More    string       `xml:"AddtlNtryInf"`
	}

	camtDetail struct {
		Serial   string     `xml:"Refs>AcctSvcrRef"`
		EndToEnd string     `xml:"Refs>EndToEndId"`
		Amount   camtAmount `xml:"Amt"`               // 001.08
		Told     camtAmount `xml:"AmtDtls>TxAmt>Amt"` // 001.02
		Debtor   camtParty  `xml:"RltdPties>Dbtr"`
		From     camtNumber `xml:"RltdPties>DbtrAcct>Id"`
		Creditor camtParty  `xml:"RltdPties>Cdtr"`
		To       camtNumber `xml:"RltdPties>CdtrAcct>Id"`
		Text     []string   `xml:"RmtInf>Ustrd"`
		More     string     `xml:"AddtlTxInf"`
	}

	camtParty struct {
		Name  string `xml:"Nm"`     // 001.02
		Party string `xml:"Pty>Nm"` // 001.08
	}
)

func (n camtNumber) text() string { return strings.TrimSpace(n.Other + n.IBAN) }
func (p camtParty) text() string  { return strings.TrimSpace(p.Name + p.Party) }

var camtNamespace = regexp.MustCompile(`^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(02|08)$`)

// readStatement reads a camt.053 message as the table a bank would give out: its opening balance, every booked entry with the
// balance after it, its closing balance. A document type is refused whatever it declares, so nothing outside is fetched and
// nothing grows when it is read.
func readStatement(r io.Reader, size int64) (*Table, error) {
	if size > maxMessage {
		return nil, tooLarge("%d bytes of XML, at most %d", size, maxMessage)
	}
	d := xml.NewDecoder(r)
	d.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(name) {
		case "gbk", "gb2312", "gb18030":
			return simplifiedchinese.GB18030.NewDecoder().Reader(in), nil
		}
		return nil, fmt.Errorf("encoding %q", name)
	}
	m := message{table: &Table{Sheet: "camt.053", message: true}}
	m.line(StatementDay, StatementMemo, StatementParty, StatementPartyNumber, StatementReceived, StatementPaid, StatementBalance, StatementSerial, StatementAccount)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return m.whole()
		}
		if err != nil {
			return nil, unreadable(err)
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, fault.Invalid("list_invalid", "the file declares a document type, which no bank's statement does: it is not read")
		case xml.StartElement:
			if err := m.element(d, token); err != nil {
				return nil, err
			}
		}
	}
}

func unreadable(err error) error {
	return fault.Invalid("list_invalid", "the file is not readable XML: %s", strings.TrimPrefix(err.Error(), "xml: "))
}

// message is a bank's message on its way to a table.
type message struct {
	table      *Table
	known      bool // its namespace was seen
	account    string
	balance    decimal.Decimal // after the last entry
	statements int
}

func (m *message) line(texts ...string) {
	cells := make([]Cell, len(texts))
	for i, t := range texts {
		cells[i].Text = strings.TrimSpace(t)
	}
	m.table.Rows = append(m.table.Rows, Row{len(m.table.Rows) + 1, trimmed(cells)})
}

func (m *message) element(d *xml.Decoder, e xml.StartElement) error {
	if !m.known {
		if !camtNamespace.MatchString(e.Name.Space) {
			said := e.Name.Local
			if e.Name.Space != "" {
				said += " of " + e.Name.Space
			}
			return fault.Invalid("list_invalid", "this is %s and not a bank's statement of camt.053.001.02 or .08; a web page called .xls is opened and saved as .xlsx first", said)
		}
		m.known = true
	}
	if e.Name.Local != "Stmt" {
		return nil
	}
	var s camtStatement
	if err := d.DecodeElement(&s, &e); err != nil {
		return unreadable(err)
	}
	return m.statement(s)
}

// statement adds a statement; several of a message, as of every day, follow each other.
func (m *message) statement(s camtStatement) error {
	account := s.Account.ID.text()
	bad := func(format string, args ...any) error {
		return fault.Invalid("list_invalid", "statement %s of account %s: %s", s.ID, account, fmt.Sprintf(format, args...))
	}
	if account == "" || m.statements > 0 && account != m.account {
		return bad("a list is of one account; the message has %q besides", m.account)
	}
	if s.Pages != nil && strings.TrimSpace(s.Pages.Last) == "false" {
		return bad("it is one page of several; bring it whole")
	}
	if n := s.Summary.All.Count; n != "" && n != fmt.Sprint(len(s.Entries)) {
		return bad("it says %s entries and has %d", n, len(s.Entries))
	}
	opening, err := s.at("OPBD", "PRCD")
	if err != nil {
		return bad("%s", err)
	}
	closing, err := s.at("CLBD")
	if err != nil {
		return bad("%s", err)
	}
	if m.statements > 0 && !opening.Equal(m.balance) {
		return bad("it opens with %s, the one before it closed with %s", opening.StringFixed(2), m.balance.StringFixed(2))
	}
	if m.statements++; m.statements == 1 {
		m.account = account
		m.line("", OpeningRow, "", "", "", "", opening.StringFixed(2), "", account)
	}
	m.balance = opening
	for i, e := range s.Entries {
		if err := m.entry(e); err != nil {
			return bad("entry %d: %s", i+1, err)
		}
		if len(m.table.Rows) > maxRows {
			return tooLarge("more than %d rows", maxRows)
		}
	}
	if !m.balance.Equal(closing) {
		return bad("it opens with %s and its entries lead to %s; it says %s: %s apart", opening.StringFixed(2), m.balance.StringFixed(2), closing.StringFixed(2), closing.Sub(m.balance).StringFixed(2))
	}
	return nil
}

func (m *message) whole() (*Table, error) {
	if m.statements == 0 {
		return nil, fault.Invalid("list_invalid", "the message holds no statement")
	}
	m.line("", ClosingRow, "", "", "", "", m.balance.StringFixed(2), "", m.account)
	return m.table, nil
}

// at is the balance of the first type there is.
func (s camtStatement) at(types ...string) (decimal.Decimal, error) {
	for _, t := range types {
		for _, b := range s.Balances {
			if strings.TrimSpace(b.Type) == t {
				return b.Amount.signed(b.Side)
			}
		}
	}
	return decimal.Zero, fmt.Errorf("the balance %s is missing", strings.Join(types, " or "))
}

var xmlAmount = regexp.MustCompile(`^\d{1,15}(\.\d{1,5})?$`)

// signed is an amount in whole fen, above zero when it came to the account's owner.
func (a camtAmount) signed(side string) (decimal.Decimal, error) {
	text := strings.TrimSpace(a.Text)
	if a.Currency != "CNY" {
		return decimal.Zero, fmt.Errorf("%s %s: the books are kept in CNY", text, a.Currency)
	}
	d, err := decimal.NewFromString(text)
	if err != nil || !xmlAmount.MatchString(text) || !d.Equal(d.Round(2)) {
		return decimal.Zero, fmt.Errorf("%q is no amount in yuan and fen", text)
	}
	switch strings.TrimSpace(side) {
	case "CRDT":
		return d, nil
	case "DBIT":
		return d.Neg(), nil
	}
	return decimal.Zero, fmt.Errorf("CdtDbtInd %q is neither CRDT nor DBIT", side)
}

// entry adds what was booked: one line, or one for each of its transactions where these come to it.
func (m *message) entry(e camtEntry) error {
	if status := strings.TrimSpace(e.Status.Code + e.Status.Text); status != "BOOK" {
		return nil // pending or for information: the balances do not hold it
	}
	whole, err := e.Amount.signed(e.Side)
	if err != nil {
		return err
	}
	day := strings.TrimSpace(e.Booked.Day + e.Booked.Moment)
	if len(day) < 10 {
		return fmt.Errorf("BookgDt %q is no day", day)
	}
	parts := make([]decimal.Decimal, len(e.Details))
	sum := decimal.Zero
	for i, t := range e.Details {
		if t.Amount.Text == "" {
			t.Amount = t.Told
		}
		if parts[i], err = t.Amount.signed(e.Side); err != nil {
			break
		}
		sum = sum.Add(parts[i])
	}
	if len(e.Details) < 2 || err != nil || !sum.Equal(whole) {
		var only camtDetail
		if len(e.Details) == 1 {
			only = e.Details[0]
		}
		m.booked(e, only, day[:10], whole)
		return nil
	}
	for i, t := range e.Details {
		m.booked(e, t, day[:10], parts[i])
	}
	return nil
}

func (m *message) booked(e camtEntry, t camtDetail, day string, amount decimal.Decimal) {
	party, number := t.Debtor.text(), t.From.text()
	received, paid := amount.StringFixed(2), ""
	if amount.IsNegative() {
		party, number = t.Creditor.text(), t.To.text()
		received, paid = "", amount.Neg().StringFixed(2)
	}
	m.balance = m.balance.Add(amount)
	memo := first(strings.Join(t.Text, ""), t.More, e.More, party)
	m.line(day, memo, party, number, received, paid, m.balance.StringFixed(2), first(t.Serial, e.Serial, e.Reference, t.EndToEnd), m.account)
}

func first(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" && t != "NOTPROVIDED" {
			return t
		}
	}
	return ""
}
