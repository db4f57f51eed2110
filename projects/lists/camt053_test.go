package lists_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// entry is an entry of a camt.053 message: of version 02 or 08, coming in (CRDT) or going out (DBIT).
func entry(version, amount, side, day, serial, party, number string) string {
	status, role := "BOOK", "Dbtr"
	if version == "08" {
		status, party = "<Cd>BOOK</Cd>", "<Pty><Nm>"+party+"</Nm></Pty>"
	} else {
		party = "<Nm>" + party + "</Nm>"
	}
	if side == "DBIT" {
		role = "Cdtr"
	}
	return fmt.Sprintf(`<Ntry><Amt Ccy="CNY">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>%s</Sts><BookgDt><Dt>%s</Dt></BookgDt><AcctSvcrRef>%s</AcctSvcrRef>
		<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><%s>%s</%s><%sAcct><Id><Othr><Id>%s</Id></Othr></Id></%sAcct></RltdPties><RmtInf><Ustrd>捐款</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`,
		amount, side, status, day, serial, role, party, role, role, number, role)
}

func balanceOf(kind, amount, side string) string {
	return fmt.Sprintf(`<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>2025-03-31</Dt></Dt></Bal>`, kind, amount, side)
}

func statementOf(parts ...string) string {
	return `<Stmt><Id>S-1</Id><Acct><Id><Othr><Id>6402 0000 0001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>` + strings.Join(parts, "") + `</Stmt>`
}

func camt(version string, statements ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.` + version + `"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>` + strings.Join(statements, "") + `</BkToCstmrStmt></Document>`
}

func told(t *lists.Table) string {
	var rows []string
	for _, r := range t.Rows {
		texts := make([]string, len(r.Cells))
		for i, c := range r.Cells {
			texts[i] = c.Text
		}
		rows = append(rows, strings.Join(texts, "|"))
	}
	return strings.Join(rows[1:], "\n")
}

func readXML(content string) (*lists.Table, error) {
	return lists.Read(strings.NewReader(content), int64(len(content)), "")
}

// Both versions say the same, to the fen: no amount passes a binary fraction.
func TestBankMessageBecomesTheTableABankGivesOut(t *testing.T) {
	t.Parallel()
	const want = "|期初余额|||||0.01||6402 0000 0001\n2025-03-14|捐款|某慈善会|0101|150000000.00||150000000.01|S1|6402 0000 0001\n" +
		"2025-03-20|捐款|某户|0202||0.10|149999999.91|S2|6402 0000 0001\n|期末余额|||||149999999.91||6402 0000 0001"
	for _, version := range []string{"02", "08"} {
		got, err := readXML(camt(version, statementOf(balanceOf("OPBD", "0.01", "CRDT"), balanceOf("CLBD", "149999999.91", "CRDT"),
			entry(version, "150000000.00", "CRDT", "2025-03-14", "S1", "某慈善会", "0101"), entry(version, "0.10", "DBIT", "2025-03-20", "S2", "某户", "0202"),
			strings.NewReplacer("BOOK", "PDNG").Replace(entry(version, "7.00", "DBIT", "2025-03-21", "S3", "某户", "0202")))))
		if err != nil || told(got) != want {
			t.Errorf("%s: %v\n%s", version, err, told(got))
		}
	}
}

// A day's statements follow each other; an entry of many transactions is each of them where they come to it.
func TestBankMessageOfSeveralDays(t *testing.T) {
	t.Parallel()
	batch := `<Ntry><Amt Ccy="CNY">3.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2025-03-02T09:00:00+08:00</DtTm></BookgDt><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>
		<TxDtls><AmtDtls><TxAmt><Amt Ccy="CNY">1.00</Amt></TxAmt></AmtDtls><RltdPties><Cdtr><Nm>甲</Nm></Cdtr></RltdPties></TxDtls>
		<TxDtls><AmtDtls><TxAmt><Amt Ccy="CNY">2.00</Amt></TxAmt></AmtDtls><RltdPties><Cdtr><Nm>乙</Nm></Cdtr></RltdPties></TxDtls></NtryDtls></Ntry>`
	days := camt("02", statementOf(balanceOf("PRCD", "5.00", "CRDT"), balanceOf("CLBD", "5.00", "CRDT")), statementOf(balanceOf("OPBD", "5.00", "CRDT"), balanceOf("CLBD", "2.00", "CRDT"), batch))
	got, err := readXML(days)
	if want := "|期初余额|||||5.00||6402 0000 0001\n2025-03-02|甲|甲|||1.00|4.00|B1|6402 0000 0001\n2025-03-02|乙|乙|||2.00|2.00|B1|6402 0000 0001\n|期末余额|||||2.00||6402 0000 0001"; err != nil || told(got) != want {
		t.Errorf("%v\n%s", err, told(got))
	}
	got, err = readXML(strings.Replace(days, "2.00</Amt></TxAmt>", "1.50</Amt></TxAmt>", 1))
	if err != nil || len(got.Rows) != 4 {
		t.Errorf("transactions that do not come to their entry: %v %v", err, got)
	}
}

func TestBankMessageRefused(t *testing.T) {
	t.Parallel()
	good := camt("02", statementOf(balanceOf("OPBD", "1.00", "CRDT"), balanceOf("CLBD", "3.00", "CRDT"), entry("02", "2.00", "CRDT", "2025-03-14", "S1", "甲", "1")))
	if _, err := readXML(good); err != nil {
		t.Fatal(err)
	}
	swap := func(old, text string) string { return strings.Replace(good, old, text, 1) }
	for name, c := range map[string]struct{ content, want string }{
		"an entity from outside":    {strings.Replace(good, "<Document", `<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document`, 1), "declares a document type"},
		"an entity nobody declared": {swap("捐款", "&x;"), "not readable XML"},
		"a message cut off":         {good[:len(good)-40], "not readable XML"},
		"another message":           {swap("camt.053.001.02", "camt.052.001.02"), "camt.052.001.02"},
		"a web page":                {"<html><table><tr><td>日期</td></tr></table></html>", "this is html and not a bank's statement"},
		"another currency":          {swap(`Ccy="CNY">2.00`, `Ccy="USD">2.00`), "2.00 USD: the books are kept in CNY"},
		"a part of a fen":           {swap(">2.00<", ">2.001<"), `"2.001" is no amount`},
		"an exponent":               {swap(">2.00<", ">2e0<"), `"2e0" is no amount`},
		"a minus":                   {swap(">2.00<", ">-2.00<"), `"-2.00" is no amount`},
		"a wrong closing balance":   {swap(">3.00<", ">3.10<"), "opens with 1.00 and its entries lead to 3.00; it says 3.10: 0.10 apart"},
		"no opening balance":        {swap("OPBD", "ITBD"), "the balance OPBD or PRCD is missing"},
		"no side":                   {swap("CRDT", "CREDIT"), "neither CRDT nor DBIT"},
		"one page of several":       {swap("<Bal>", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><Bal>"), "one page of several"},
		"an entry lost":             {swap("<Bal>", "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry><Bal>"), "says 2 entries and has 1"},
		"two accounts":              {strings.Replace(good, "</Stmt>", "</Stmt>"+strings.ReplaceAll(statementOf(), "0001", "0002"), 1), "a list is of one account"},
		"a day that does not open as the last closed": {strings.Replace(good, "</Stmt>", "</Stmt>"+statementOf(balanceOf("OPBD", "9.00", "CRDT"), balanceOf("CLBD", "9.00", "CRDT")), 1), "opens with 9.00, the one before it closed with 3.00"},
	} {
		_, err := readXML(c.content)
		if fault.Code(err) != "list_invalid" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	huge := bytes.NewReader([]byte(good))
	if _, err := lists.Read(huge, 129<<20, ""); fault.Code(err) != "list_too_large" {
		t.Errorf("a message of 129 MB: %v", err)
	}
}
