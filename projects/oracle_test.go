package projects_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// The worked examples, which nothing of ours made, posted step by step through the events: each step's lines and the
// balances after it must agree to the fen.

// oracleLine is a row of an example.
type oracleLine struct{ step, date, event, basis, account, project, line, subject, debit, credit, memo string }

type step []oracleLine

func TestExamplesToTheFen(t *testing.T) {
	for _, name := range []string{"clinic", "subsidy", "injection", "relief-fund", "villages", "roads", "heating", "overpaid", "reversal"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps := readExample(t, name)
			b := newBureau(t)
			b.registerExample(steps)
			expected := readExpected(t, name)
			posted := map[string]accounting.VoucherNo{}
			var moments []afterStep
			for i := 0; i < len(steps); i++ {
				s := steps[i]
				var receipts []accounting.Receipt
				var err error
				if s[0].event == "red" { // the red voucher and the right one behind it are one act
					wrong := posted[steps[i-1][0].step]
					receipts, err = projects.Correct(b.t.Context(), b.db, b.command(), wrong, b.eventOf(steps[i+1]), "设备款误记待摊投资")
				} else {
					receipts, err = b.record(b.eventOf(s))
				}
				if err != nil {
					t.Fatalf("%s %s: %v", s[0].step, s[0].event, err)
				}
				for j, r := range receipts {
					s := steps[i+j]
					posted[s[0].step] = r.No
					if diff := cmp.Diff(s.keys(), b.linesOf(r.No)); diff != "" {
						t.Fatalf("%s %s: lines (-oracle +books)\n%s", s[0].step, s[0].event, diff)
					}
				}
				i += len(receipts) - 1
				moments = append(moments, afterStep{step: steps[i][0].step, balances: b.balances()})
				for _, r := range receipts {
					moments[len(moments)-1].posted = append(moments[len(moments)-1].posted, r.No)
				}
				if want, ok := expected[steps[i][0].step]; ok {
					if diff := cmp.Diff(want, b.balances()); diff != "" {
						t.Fatalf("after %s: balances (-oracle +books)\n%s", steps[i][0].step, diff)
					}
					delete(expected, steps[i][0].step)
				}
			}
			delete(expected, "X05") // between the red voucher and the right one nobody can look
			if len(expected) > 0 {
				t.Errorf("balances after these steps were not compared: %v", expected)
			}
			b.judged(name, moments)
		})
	}
}

// registerExample makes the projects and budget lines that the example names; lines of 2026 are made by Y4.
func (b *bureau) registerExample(steps []step) {
	seen := map[string]map[int]bool{}
	for _, s := range steps {
		for _, l := range s {
			if seen[l.project] == nil {
				seen[l.project] = map[int]bool{}
			}
			if strings.HasSuffix(l.line, "/2025") {
				seen[l.project][2025] = true
			}
		}
	}
	codes := make([]string, 0, len(seen))
	for code := range seen {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	for _, code := range codes {
		if seen[code][2025] {
			b.node(code, "ADM", 2025)
		} else {
			b.node(code, "ADM")
		}
	}
}

// eventOf reads from the lines of a step what its document says.
func (b *bureau) eventOf(s step) projects.Event {
	b.t.Helper()
	h := b.on(s[0].date)
	contract, request, batch := projects.Ref(s.subject("contract")), projects.Ref(s.subject("request")), projects.Ref(s.subject("batch"))
	paid := func() projects.Paid {
		return projects.Paid{Head: h, Request: request, Sources: s.draws("9401"), EconomicClass: goodsUsed}
	}
	project := s[0].project
	switch s[0].event {
	case "O1":
		return projects.Opening{Head: h, Balances: []projects.OpeningBalance{{Account: s[0].account, Project: project, Balance: yuan(s[0].debit)}}}
	case "I1":
		return projects.Approve{Head: h, Draw: s.draws("9201")[0]}
	case "I2":
		return projects.Issue{Head: h, Draw: s.draws("9301.01")[0]}
	case "I3+":
		return projects.Supplement{Head: h, Draw: s.draws("9101")[0]}
	case "I3-":
		return projects.Reduce{Head: h, Draw: s.draws("9101")[0], From: projects.Available}
	case "I4":
		moved := s.draws("9301.01")
		return projects.Transfer{Head: h, From: moved[0].BudgetLine, To: moved[1].BudgetLine, Amount: moved[0].Amount}
	case "I4s":
		return b.splitOf(h, s)
	case "I5":
		if s.amount("9301.02", "credit").IsZero() {
			return projects.Freeze{Head: h, Draw: s.draws("9301.02")[0]}
		}
		return projects.Thaw{Head: h, Draw: s.draws("9301.02")[0]}
	case "I6":
		return projects.Commit{Head: h, Contract: contract, Sources: s.draws("9301.03")}
	case "I6r":
		return projects.Release{Head: h, Contract: contract, Sources: s.draws("9301.03")}
	case "I7":
		return projects.HoldForRequest{Head: h, Request: request, Contract: contract, Sources: s.draws("9301.04")}
	case "I7r":
		return projects.ReturnRequest{Head: h, Request: request, Contract: contract, Sources: s.draws("9301.04")}
	case "P1":
		return projects.PayAdvance{Paid: paid(), Contract: contract}
	case "P2":
		return projects.Certify{
			Head: h, Project: project, Contract: contract, Gross: s.amount("1613.01", "debit"), Recouped: s.amount("1214.02", "credit"),
			Retained: s.amount("2307.01", "credit").Add(s.amount("2502.01", "credit")), OverOneYear: s.has("2502.01"),
		}
	case "P2d":
		return projects.CutSettlement{Head: h, Project: project, Contract: contract, Unpaid: s.amount("2302.02", "debit"), Retained: s.amount("2307.01", "debit")}
	case "P3":
		return projects.PayProgress{Paid: paid(), Contract: contract}
	case "P4":
		return projects.PayCost{Paid: paid(), Cost: s.accountLike("1613")}
	case "P5":
		return projects.ReturnRetention{Paid: paid(), Contract: contract}
	case "P5f":
		return projects.ForfeitRetention{Head: h, Project: project, Contract: contract, Amount: s.amount("2307.01", "debit"), Cost: "1613.01", Release: s.draws("9301.03")}
	case "P6":
		return projects.Refund{Head: h, PaidOn: h.Date, Debited: "2303", To: projects.PayAgain, Sources: s.draws("9401"), Request: request, Batch: batch, EconomicClass: goodsUsed}
	case "P7":
		return projects.RefundEarlierYear{Head: h, PaidOn: accounting.MustDate("2025-07-25"), Standing: s.accountLike("1601"), BudgetLine: s.draws("9101")[0].BudgetLine, Amount: s.draws("9101")[0].Amount}
	case "T1":
		return projects.Apportion{Head: h, Project: project, Works: s.amount("1613.01", "debit"), Equipment: s.amount("1613.02", "debit"), Total: s.amount("1613.03", "credit")}
	case "T1s":
		if s.has("3001") {
			return projects.ClearPassedDown{Head: h, Projects: s.projects()}
		}
		var children []projects.ProjectAmount
		for _, l := range s {
			if l.account == "1613.01" {
				children = append(children, projects.ProjectAmount{Project: l.project, Amount: yuan(l.debit)})
			}
		}
		return projects.PassDown{Head: h, Parent: project, Children: children}
	case "T2":
		return projects.HandOver{Head: h, Project: project, Asset: s[0].account, Works: s.amount("1613.01", "credit"), Equipment: s.amount("1613.02", "credit")}
	case "T3":
		return projects.TransferOut{Head: h, Project: project, Works: s.amount("1613.01", "credit"), Equipment: s.amount("1613.02", "credit")}
	case "T4":
		return projects.WriteOff{Head: h, Project: project, Amount: s.amount("1613.01", "credit"), EconomicClass: goodsUsed}
	case "T5":
		return projects.AdjustAsset{Head: h, Project: project}
	case "H1":
		return projects.ClaimOverpayment{Head: h, Project: project, Contract: contract, Amount: s.amount("1218", "debit")}
	case "H2":
		return projects.OverpaymentBack{Head: h, Contract: contract, Sources: s.draws("9401"), EconomicClass: goodsUsed}
	case "B1":
		return projects.ApproveList{Head: h, Project: project, Batch: batch, Amount: s.amount("2303", "credit"), EconomicClass: goodsUsed}
	case "B2":
		return projects.PaySubsidy{Paid: paid(), Batch: batch}
	case "G1":
		return projects.Grant{Paid: paid(), Expense: s.accountLike("5001")}
	case "K1":
		return projects.Inject{Paid: paid()}
	case "K2a":
		return projects.ReceiveInjection{Head: h, Project: project, Injection: projects.Ref(s.subject("injection")), Amount: s.amount("1002.01", "debit")}
	case "K2b":
		return projects.PassOnInjection{Head: h, Project: project, Injection: projects.Ref(s.subject("injection")), Amount: s.amount("1002.01", "credit")}
	case "R1":
		return projects.FundReceipt{Head: h, Project: project, Amount: s.amount("1002.02", "debit")}
	case "R2":
		return projects.Relief{Head: h, Project: project, Amount: s.amount("1002.02", "credit")}
	case "Y1":
		return projects.CloseBudgetary{YearEnd: projects.YearEnd{Head: h, Year: 2025}}
	case "Y2":
		return projects.CloseFinancial{YearEnd: projects.YearEnd{Head: h, Year: 2025, Projects: s.projects()}}
	case "Y3":
		return projects.CarryAuthority{YearEnd: projects.YearEnd{Head: h, Year: 2025}}
	case "Y4":
		return projects.CarryIn{YearEnd: projects.YearEnd{Head: h, Year: 2025}}
	case "Y5":
		return projects.Lapse{Head: h, Draw: s.draws("9101")[0]}
	default:
		b.t.Fatalf("no event for %s", s[0].event)
		return nil
	}
}

// splitOf gives the villages equal weights, so that the split itself is tested; other splits state their amounts.
func (b *bureau) splitOf(h projects.Head, s step) projects.Event {
	parts := s.draws("9201")
	in := projects.Split{Head: h, Parent: parts[0].BudgetLine, Full: len(parts) == 66}
	if in.Full {
		in.Total = &parts[0].Amount
	}
	for i := range parts[1:] {
		part := projects.SplitPart{BudgetLine: parts[i+1].BudgetLine}
		if in.Full {
			part.Weight = &oneShare
		} else {
			part.Amount = &parts[i+1].Amount
		}
		in.Parts = append(in.Parts, part)
	}
	return in
}

func (s step) subject(kind string) string {
	for _, l := range s {
		if code, ok := strings.CutPrefix(l.subject, kind+":"); ok {
			return code
		}
	}
	return ""
}

// draws are the budget lines and amounts on an account, in order.
func (s step) draws(account string) []projects.Draw {
	var out []projects.Draw
	for _, l := range s {
		if l.account == account {
			out = append(out, draw(l.line, l.debit+l.credit))
		}
	}
	return out
}

func (s step) amount(account, side string) accounting.Money {
	for _, l := range s {
		if text := map[string]string{"debit": l.debit, "credit": l.credit}[side]; l.account == account && text != "" {
			return yuan(text)
		}
	}
	return accounting.Money{}
}

func (s step) has(account string) bool { return s.accountLike(account) != "" }

func (s step) accountLike(prefix string) string {
	for _, l := range s {
		if strings.HasPrefix(l.account, prefix) {
			return l.account
		}
	}
	return ""
}

func (s step) projects() []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range s {
		if !seen[l.project] {
			seen[l.project] = true
			out = append(out, l.project)
		}
	}
	return out
}

// keys are the lines as sorted text, without what the oracle leaves to us.
func (s step) keys() []string {
	out := make([]string, len(s))
	for i, l := range s {
		out[i] = strings.Join([]string{l.account, l.project, l.line, l.subject, "Dr " + l.debit, "Cr " + l.credit}, " | ")
	}
	sort.Strings(out)
	return out
}

func (b *bureau) linesOf(no accounting.VoucherNo) []string {
	b.t.Helper()
	v, err := accounting.FindVoucher(b.t.Context(), b.db, book, no)
	b.must(err)
	out := make([]string, len(v.Lines))
	side := func(m accounting.Money) string {
		if m.IsZero() {
			return ""
		}
		return m.String()
	}
	for i, l := range v.Lines {
		subject := ""
		if l.SubjectCode != "" {
			subject = string(l.SubjectKind) + ":" + l.SubjectCode
		}
		out[i] = strings.Join([]string{l.Account, l.ProjectCode, l.BudgetLineCode, subject, "Dr " + side(l.Debit), "Cr " + side(l.Credit)}, " | ")
	}
	sort.Strings(out)
	return out
}

// balances are all that are not zero, added up from the lines; positions must say the same where they keep them.
func (b *bureau) balances() map[string]string {
	b.t.Helper()
	from := func(source string) map[string]string {
		var rows []struct{ Key, Balance string }
		b.must(b.db.NewRaw(fmt.Sprintf(`select l.account || ' | ' || g.code || ' | ' || coalesce(c.code, '') || ' | ' || coalesce(s.kind || ':' || s.code, '') as key, sum(l.debit - l.credit)::numeric(20,2)::text as balance
			from %s l join accounting.ledgers g on g.book_id = l.book_id and g.project_id = l.project_id
			left join accounting.budget_lines c on c.book_id = l.book_id and c.budget_line_id = l.budget_line_id
			left join accounting.subjects s on s.book_id = l.book_id and s.subject_id = l.subject_id
			group by 1 having sum(l.debit - l.credit) <> 0`, source)).Scan(b.t.Context(), &rows))
		out := map[string]string{}
		for _, r := range rows {
			out[r.Key] = r.Balance
		}
		return out
	}
	all := from("accounting.lines")
	for key, balance := range from("accounting.positions") {
		if all[key] != balance {
			b.t.Errorf("position %s holds %s, the lines add up to %s", key, balance, all[key])
		}
	}
	return all
}

func readExample(t *testing.T, name string) []step {
	var steps []step
	for i, r := range readCSV(t, name+".csv") {
		l := oracleLine{r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10]}
		if i == 0 || steps[len(steps)-1][0].step != l.step {
			steps = append(steps, nil)
		}
		steps[len(steps)-1] = append(steps[len(steps)-1], l)
	}
	return steps
}

func readExpected(t *testing.T, name string) map[string]map[string]string {
	after := map[string]map[string]string{}
	for _, r := range readCSV(t, "expected-"+name+".csv") {
		if after[r[0]] == nil {
			after[r[0]] = map[string]string{}
		}
		balance := r[5]
		if balance == "" {
			balance = yuan(r[6]).Neg().String()
		}
		after[r[0]][strings.Join(r[1:5], " | ")] = balance
	}
	return after
}

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open("../accounting/testdata/oracle/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}
