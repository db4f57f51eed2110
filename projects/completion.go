package projects

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Completion 完工单据 is one event of a project's completion: costs find their place (T1, T1s), what was built is handed over,
// transferred or written off (T2 to T4), a provisional value is settled (T5), an overpayment is claimed and comes back (H1, H2),
// retention is forfeited (P5f).
type Completion struct {
	EventPaper
	Assets []CompletionAsset `json:"assets,omitempty"` // of T2 and T3 those handed over, of T5 those whose value is settled
}

// CompletionAsset is an asset a document makes, or the new value of one in the register.
type CompletionAsset struct {
	Asset uuid.UUID        `json:"asset,omitzero"`  // T5: in the register
	Class string           `json:"class,omitempty"` // 资产类别: 房屋, 构筑物, 设备, …
	Name  string           `json:"name,omitempty"`
	Owner string           `json:"owner,omitempty"` // who has it; the project's accounting unit when empty, which T3 does not allow
	Value accounting.Money `json:"value"`           // yuan
}

var completionEvents = []string{"Apportion", "PassDown", "ClearPassedDown", "HandOver", "TransferOut", "WriteOff", "AdjustAsset", "ClaimOverpayment", "OverpaymentBack", "ForfeitRetention"}

var completionDocument = documentType{
	events: completionEvents,
	kind:   "completion", prefix: "WG", zh: "完工单据", en: "completion document",
	content: func() Content { return new(Completion) },
	effects: map[string]effect{"submit": checkCompletion, "approve": approveCompletion},
}

func (c Completion) about(ctx context.Context, r resolver) (about, error) {
	a := about{node: c.Node}
	if err := c.says(completionEvents...); err != nil {
		return a, err
	}
	e, err := c.event(Head{})
	if err != nil {
		return a, err
	}
	if c.Node == "" {
		return a, fault.Invalid("document_invalid", "node: a completion document is about a project")
	}
	project := c.Node
	var amount accounting.Money
	switch e := e.(type) {
	case Apportion:
		project, amount = e.Project, e.Total
	case PassDown:
		project = e.Parent
		for _, child := range e.Children {
			amount = amount.Add(child.Amount)
		}
	case HandOver:
		project, amount = e.Project, accounting.Sum(e.Works, e.Equipment, e.Other)
	case TransferOut:
		project, amount = e.Project, e.Works.Add(e.Equipment)
	case WriteOff:
		project, amount = e.Project, e.Amount
	case AdjustAsset:
		project, amount = e.Project, e.Increase.Sub(e.Decrease)
	case ClaimOverpayment:
		project, amount = e.Project, e.Amount
	case ForfeitRetention:
		project, amount = e.Project, e.Amount
		if c.Memo == "" {
			return a, fault.Invalid("reason_required", "memo: say why the retention is forfeited")
		}
	case OverpaymentBack:
		for _, s := range e.Sources {
			amount = amount.Add(s.Amount)
		}
	}
	if project != c.Node {
		return a, fault.Invalid("document_invalid", "the document is about %s, its input about %q", c.Node, project)
	}
	if !amount.IsZero() {
		a.amount = &amount
	}
	if claim, ok := e.(ClaimOverpayment); ok {
		return a, r.notOfContract(ctx, claim.Contract)
	}
	return a, c.checkAssets()
}

// checkAssets refuses a list that is not one of assets of the event's kind; whether it adds up the database says.
func (c Completion) checkAssets() error {
	makes := c.Event == "HandOver" || c.Event == "TransferOut"
	if !makes && c.Event != "AdjustAsset" && len(c.Assets) > 0 {
		return fault.Invalid("document_invalid", "assets: %s makes or settles none", c.Event)
	}
	for _, x := range c.Assets {
		if !makes {
			if x.Asset == uuid.Nil || x.Class+x.Name+x.Owner != "" || x.Value.Sign() < 0 {
				return fault.Invalid("document_invalid", "assets: an adjustment says which asset of the register has what value from now on, not below zero")
			}
			continue
		}
		if x.Asset != uuid.Nil {
			return fault.Invalid("document_invalid", "assets: what is handed over gets its identity from the register")
		}
		for field, text := range map[string]string{"class": x.Class, "name": x.Name} {
			if err := accounting.CheckText(field, text, 100); err != nil {
				return err
			}
		}
		if x.Owner != "" || c.Event == "TransferOut" {
			if err := accounting.CheckText("owner", x.Owner, 100); err != nil {
				return err
			}
		}
		if err := positive("value of "+x.Name, x.Value); err != nil {
			return err
		}
	}
	return nil
}

// notOfContract keeps H1 to contracts from before this book: a contract made here is settled by its settlement, which
// claims what was paid too much.
func (r resolver) notOfContract(ctx context.Context, ref SubjectRef) error {
	s, err := r.subject(ctx, accounting.Contract, ref, false)
	if err != nil {
		return err
	}
	kept, err := r.keptContract(ctx, s.ID)
	if kept {
		return fault.Invalid("document_invalid", "contract %s is settled by a settlement document, which claims what was paid too much", ref.Code)
	}
	return err
}

func (r resolver) keptContract(ctx context.Context, id accounting.SubjectID) (kept bool, err error) {
	err = r.db.NewRaw(`select exists (select from projects.contracts where book_id = ? and contract_id = ?)`, r.c.Book, id).Scan(ctx, &kept)
	return kept, fault.FromSQL(err)
}

// checkCompletion tells the maker what the approver would be told: first the rules of the document, then those of the books.
func checkCompletion(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	if _, err := tx.ExecContext(ctx, `select projects.check_completion(?, ?)`, c.Book, d.ID); err != nil {
		return nil, fault.FromSQL(err)
	}
	return checkEvent(ctx, tx, c, d, s)
}

// approveCompletion writes the registers, then the books. Codes: work_not_certified, assets_unequal, asset_final,
// contract_exceeded and those of the event.
func approveCompletion(ctx context.Context, tx bun.Tx, c accounting.Command, d *Document, s Step) ([]accounting.Receipt, error) {
	content, err := contentOf[Completion](d)
	if err != nil {
		return nil, err
	}
	switch content.Event {
	case "HandOver", "TransferOut":
		ids := make([]uuid.UUID, len(content.Assets))
		for i := range ids {
			ids[i] = accounting.NewID()
		}
		_, err = tx.ExecContext(ctx, `select projects.hand_over(?, ?, array[?]::uuid[], ?)`, c.Book, d.ID, bun.List(ids), s.dated(content.Date))
	case "AdjustAsset":
		_, err = tx.ExecContext(ctx, `select * from projects.settle_assets(?, ?)`, c.Book, d.ID)
	case "OverpaymentBack":
		err = claimReturned(ctx, tx, c, content)
	case "ForfeitRetention":
		err = forfeitRetention(ctx, tx, c, content)
	}
	if err != nil {
		return nil, fault.FromSQL(err)
	}
	return postPaper(ctx, tx, c, d, s)
}

// claimReturned takes what came back off the contract's claim, where the contract is one made here.
func claimReturned(ctx context.Context, tx bun.Tx, c accounting.Command, content Completion) error {
	var e OverpaymentBack
	if err := json.Unmarshal(content.Input, &e); err != nil {
		return fault.Internal(err)
	}
	r := resolver{tx, c}
	contract, err := r.subject(ctx, accounting.Contract, e.Contract, false)
	if err != nil {
		return err
	}
	kept, err := r.keptContract(ctx, contract.ID)
	if err != nil || !kept {
		return err
	}
	var back accounting.Money
	for _, s := range e.Sources {
		back = back.Add(s.Amount)
	}
	return returnOnContract(ctx, tx, c.Book, contract.ID.UUID, claimMoney, back)
}

// forfeitRetention takes what is forfeited off the retention its contract keeps, where the contract is one made here, and
// checks that what the contract held for it goes back with it. Codes: contract_exceeded, document_invalid.
func forfeitRetention(ctx context.Context, tx bun.Tx, c accounting.Command, content Completion) error {
	var e ForfeitRetention
	if err := json.Unmarshal(content.Input, &e); err != nil {
		return fault.Internal(err)
	}
	r := resolver{tx, c}
	contract, err := r.subject(ctx, accounting.Contract, e.Contract, false)
	if err != nil {
		return err
	}
	kept, err := r.keptContract(ctx, contract.ID)
	if err != nil || !kept {
		return err
	}
	if err := forfeitOnContract(ctx, tx, c.Book, contract.ID.UUID, e.Amount); err != nil {
		return err
	}
	found, err := readContracts(ctx, tx, c.Book, "contract.contract_id = ?", contract.ID)
	if err != nil || len(found) == 0 {
		return err
	}
	return r.mayRelease(ctx, found[0], e.Release)
}
