package seeds

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// Seat is a person at a desk: who acts and in which role.
type Seat struct{ Person, Role string }

// Hands carry out what the story tells: the program itself, or a test that does everything over HTTP. Each act has a key,
// so that a story that was interrupted goes on where it stopped.
type Hands interface {
	BudgetLine(ctx context.Context, key string, by Seat, in projects.NewBudgetLine) error
	Event(ctx context.Context, key string, preparedBy, by Seat, e projects.Event) error
	Draft(ctx context.Context, key string, by Seat, kind projects.DocumentKind, content projects.Content) (*projects.Document, error)
	Take(ctx context.Context, key string, by Seat, d *projects.Document, verb, reason string, on accounting.Date) ([]accounting.VoucherNo, error)
	// Store keeps a file and gives its hash.
	Store(ctx context.Context, key string, by Seat, name, text string) (accounting.Hash, error)
	// SignOutside enters a signature on paper by one and has it checked by another.
	SignOutside(ctx context.Context, key string, entered, checked Seat, s projects.OutsideSignature) error
	Pay(ctx context.Context, key string, entered, checked Seat, request string, line int, on accounting.Date) ([]accounting.VoucherNo, error)
	Reissue(ctx context.Context, key string, asked, agreed Seat, request string, line int, account, reason string) error
	Progress(ctx context.Context, key string, by Seat, in projects.NewProgress) error
	// CloseMonth closes a month for good, as one proposes and another confirms, and keeps its sheets.
	CloseMonth(ctx context.Context, key string, proposed, confirmed Seat, month accounting.Period) error
	// Notice drafts the notice of a month and has it issued by another.
	Notice(ctx context.Context, key string, drafted, issued Seat, in projects.NewNotice) error
	// BankAccount registers an account with a bank.
	BankAccount(ctx context.Context, key string, by Seat, in projects.NewBankAccount) error
	// Import takes a list in.
	Import(ctx context.Context, key string, by Seat, in projects.ImportRequest) error
	// ExplainBankItem says why an item of an account's sheet is open and who sees to it.
	ExplainBankItem(ctx context.Context, key string, by Seat, number string, month accounting.Period, item uuid.UUID, because projects.BankItemReason) error
	// BankSheet is 余额调节表 of an account.
	BankSheet(ctx context.Context, number string, month accounting.Period) (*projects.BankReconciliation, error)
	// Entries are the lines of a project's account up to a day, in order of time.
	Entries(ctx context.Context, account, project string, until accounting.Date) ([]Entry, error)
	// Assets are the registered assets of a project.
	Assets(ctx context.Context, project string) ([]uuid.UUID, error)
}

// Story is the demonstration as it is told: acts in the order of their days.
type Story struct {
	hands  Hands
	plan   *Plan
	unitOf map[string]string // code of a project to code of its unit

	documents map[string]*projects.Document     // by step
	posted    map[string][]accounting.VoucherNo // by step
	payees    map[string]string                 // name to code
	interest  movement                          // the last the bank paid
}

// act is one step of the story. It drafts a document and takes it by all desks, or does one thing to a document of an
// earlier step, records an event that no document of this
// program brings about yet, or files how far a programme is.
type act struct {
	step, date string
	project    string
	text       string

	kind    projects.DocumentKind
	content func(t telling) projects.Content
	pays    string // step of the request whose open lines the bank pays
	fails   string // step of the request whose last line the bank sends back, and which is ordered again
	returns string // step of the request that goes back to its maker after its approval
	refiles string // step of the request that is filed again

	event func(t telling) projects.Event
	by    hands

	progress *projects.NewProgress // 进度填报
	closes   accounting.Period     // 结账
	notice   *projects.NewNotice   // 督查通报

	account   *projects.NewBankAccount // 银行账户
	statement accounting.Period        // 银行对账单 of the month
}

// telling is what an act's document is made with.
type telling struct {
	head    projects.Head  // of an event
	paper   projects.Paper // of a document
	story   *Story
	project string
	line    string // budget line of the project and year
	plan    *accounting.Money
}

// hands says which persons prepare and review an event without a document; "*" stands for the unit of the project.
type hands struct{ prepares, reviews string }

var unitOnly = hands{"clerk-*", "head-*"}

// turn is a desk on a document's way.
type turn struct{ verb, person, role string }

// ways are the desks each kind of document passes here.
var ways = map[string][]turn{
	"budget":           {{"submit", "budget", "budget_officer"}, {"approve", "budget-head", "budget_officer"}},
	"year_end":         {{"submit", "accountant", "budget_officer"}, {"approve", "budget-head", "budget_officer"}},
	"contract":         {{"submit", "clerk-*", "project_clerk"}, {"sign", "head-*", "project_head"}, {"approve", "lead-*", "lead_approver"}},
	"change_order":     {{"submit", "clerk-*", "project_clerk"}, {"review", "head-*", "project_head"}, {"approve", "lead-*", "lead_approver"}},
	"settlement":       {{"submit", "clerk-*", "project_clerk"}, {"review", "head-*", "project_head"}, {"approve", "lead-*", "lead_approver"}},
	"certificate":      {{"submit", "clerk-*", "project_clerk"}, {"verify", "head-*", "project_head"}, {"certify", "lead-*", "lead_approver"}},
	"completion":       {{"submit", "clerk-*", "project_clerk"}, {"approve", "lead-*", "lead_approver"}},
	"milestone":        {{"submit", "clerk-*", "project_clerk"}, {"approve", "lead-*", "lead_approver"}},
	"refund":           {{"submit", "clerk-*", "project_clerk"}, {"approve", "treasury", "treasury_officer"}},
	"payee":            {{"submit", "clerk-*", "project_clerk"}, {"approve", "treasury", "treasury_officer"}},
	"correction":       {{"submit", "budget", "budget_officer"}, {"approve", "treasury", "treasury_officer"}},
	"fund":             {{"submit", "clerk-*", "project_clerk"}, {"approve", "head-*", "project_head"}},
	"subsidy_batch":    {{"submit", "clerk-*", "project_clerk"}, {"publish", "head-*", "project_head"}, {"lock", "lead-*", "lead_approver"}},
	"injection_record": {{"submit", "clerk-*", "project_clerk"}, {"approve", "head-*", "project_head"}},
	"village_record":   {{"submit", "clerk-*", "project_clerk"}, {"approve", "head-*", "project_head"}},
	"payment works":    {{"file", "clerk-*", "project_clerk"}, {"review", "head-*", "project_head"}, {"finance_review", "budget", "budget_officer"}, {"approve", "treasury", "treasury_officer"}},
	"payment small":    {{"file", "clerk-*", "project_clerk"}, {"approve", "treasury", "treasury_officer"}},
}

var payerSeat, treasurySeat = Seat{"payer", "treasury_officer"}, Seat{"treasury", "treasury_officer"}

func (s *Story) seat(t turn, project string) Seat {
	return Seat{strings.Replace(t.person, "*", s.unitOf[project], 1), t.role}
}

func (s *Story) clerk(project string) Seat {
	return s.seat(turn{person: "clerk-*", role: "project_clerk"}, project)
}

// perform carries out an act.
func (s *Story) perform(ctx context.Context, a act) error {
	date, err := accounting.ParseDate(a.date)
	if err != nil {
		return err
	}
	switch {
	case a.event != nil:
		prepares, reviews := s.seat(turn{person: a.by.prepares, role: "project_clerk"}, a.project), s.seat(turn{person: a.by.reviews, role: "project_head"}, a.project)
		return s.hands.Event(ctx, a.step, prepares, reviews, a.event(s.telling(a, date)))
	case a.progress != nil:
		return s.hands.Progress(ctx, a.step, s.clerk(a.project), *a.progress)
	case a.notice != nil:
		return s.hands.Notice(ctx, a.step, Seat{"inspector", "inspector"}, Seat{"inspector-head", "inspector"}, *a.notice)
	case a.closes != 0:
		return s.hands.CloseMonth(ctx, a.step, Seat{"accountant", "budget_officer"}, Seat{"budget-head", "budget_officer"}, a.closes)
	case a.account != nil:
		return s.hands.BankAccount(ctx, a.step, Seat{"budget", "budget_officer"}, *a.account)
	case a.statement != 0:
		return s.bringStatement(ctx, a)
	case a.pays != "":
		return s.pay(ctx, a, date)
	case a.fails != "":
		return s.fail(ctx, a)
	case a.returns != "":
		_, err = s.hands.Take(ctx, a.step, payerSeat, s.documents[a.returns], "return", a.text, date)
		return err
	case a.refiles != "":
		return s.carry(ctx, a, s.documents[a.refiles], date)
	}
	t := s.telling(a, date)
	maker := s.seat(s.way(a.kind, "works")[0], a.project)
	if a.kind == "correction" { // nothing is corrected without a paper that says why
		paper, err := s.hands.Store(ctx, a.step+"/paper", maker, a.step+".txt", t.paper.Memo)
		if err != nil {
			return err
		}
		t.paper.Attachments = []accounting.Hash{paper}
	}
	d, err := s.hands.Draft(ctx, a.step, maker, a.kind, a.content(t))
	if err != nil {
		return err
	}
	s.documents[a.step] = d
	return s.carry(ctx, a, d, date)
}

func (s *Story) telling(a act, date accounting.Date) telling {
	memo := "【示例】" + a.text
	t := telling{story: s, project: a.project, line: fmt.Sprintf("%s/%d", a.project, date.Year()), head: projects.Head{Date: date, Memo: memo, Demo: true}, paper: projects.Paper{Date: date, Memo: memo}}
	if a.kind == "budget" {
		t.paper.DocumentNo = fmt.Sprintf("示例〔%d〕%s号", date.Year(), a.step)
	}
	if n := s.plan.Node(a.project); n != nil {
		t.plan = n.Plan
	}
	return t
}

func (s *Story) way(kind projects.DocumentKind, flow projects.Flow) []turn {
	if kind == "payment_request" {
		return ways["payment "+string(flow)]
	}
	return ways[string(kind)]
}

// carry takes a document by all desks of its way. A certificate of supervised works has the supervisor's signature on
// paper; what two units lead has the other one's approval before the payer's.
func (s *Story) carry(ctx context.Context, a act, d *projects.Document, date accounting.Date) error {
	for _, t := range s.way(d.Kind, d.Flow) {
		if t.verb == "verify" && d.Flow == projects.WorksFlow {
			if err := s.superviseOutside(ctx, a, d, date); err != nil {
				return err
			}
		}
		if t.verb == "approve" && d.Kind == "payment_request" && strings.HasPrefix(a.project, "2025-10") {
			if _, err := s.hands.Take(ctx, a.step+"/lead", Seat{"lead-111", "lead_approver"}, d, "lead_approve", "", date); err != nil {
				return err
			}
		}
		numbers, err := s.hands.Take(ctx, a.step+"/"+t.verb, s.seat(t, a.project), d, t.verb, "", date)
		if err != nil {
			return fmt.Errorf("%s: %w", t.verb, err)
		}
		s.posted[a.step] = append(s.posted[a.step], numbers...)
	}
	return nil
}

// superviseOutside is the supervisor's signature: a stored scan, entered by the clerk and checked by the head.
func (s *Story) superviseOutside(ctx context.Context, a act, d *projects.Document, date accounting.Date) error {
	key, clerk := a.step+"/supervise", s.clerk(a.project)
	paper, err := s.hands.Store(ctx, key+"/paper", clerk, d.Number+".txt", fmt.Sprintf("【示例】%s 监理签认 %s", d.Number, date))
	if err != nil {
		return err
	}
	return s.hands.SignOutside(ctx, key, clerk, s.seat(turn{person: "head-*", role: "project_head"}, a.project),
		projects.OutsideSignature{Document: d.ID, Verb: "supervise", Hash: d.Hash, Name: "示例·总监", Office: supervisor, Date: date, Paper: paper})
}

// pay orders a request and pays its lines as the bank's receipts say.
func (s *Story) pay(ctx context.Context, a act, date accounting.Date) error {
	d := s.documents[a.pays]
	if _, err := s.hands.Take(ctx, a.step+"/order", payerSeat, d, "order", "", date); err != nil {
		return err
	}
	var q projects.PaymentRequest
	if err := json.Unmarshal(d.Content, &q); err != nil {
		return err
	}
	for i := range q.Payees {
		numbers, err := s.hands.Pay(ctx, fmt.Sprintf("%s/%d", a.step, i+1), payerSeat, treasurySeat, d.Number, i+1, date)
		if err != nil {
			return err
		}
		s.posted[a.step] = append(s.posted[a.step], numbers...)
	}
	return nil
}

// fail is a line that was sent back after it was paid (its refund stands before) and is ordered and paid again.
func (s *Story) fail(ctx context.Context, a act) error {
	date, err := accounting.ParseDate(a.date)
	if err != nil {
		return err
	}
	d := s.documents[a.fails]
	var q projects.PaymentRequest
	if err := json.Unmarshal(d.Content, &q); err != nil {
		return err
	}
	last := len(q.Payees)
	if err := s.hands.Reissue(ctx, a.step, payerSeat, treasurySeat, d.Number, last, q.Payees[last-1].Account, a.text); err != nil {
		return err
	}
	numbers, err := s.hands.Pay(ctx, a.step+"/again", payerSeat, treasurySeat, d.Number, last, date)
	s.posted[a.step] = numbers
	return err
}
