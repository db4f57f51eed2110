package projects

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// Setting 参数设置 changes how many persons a flow needs, from what amount on a payment needs more approvers, how long a payee's
// changed account waits, which roles ask for a second factor, whether a month needs the treasury's list, when progress is reported,
// what lag makes a light yellow or red and whether everybody may read how far the programmes are. It takes effect when another person approves it, for whatever is asked from then on.
type Setting struct {
	Paper
	Flows          []FlowSetting   `json:"flows,omitempty"`
	ApprovalBands  *[]ApprovalBand `json:"approval_bands,omitempty"`   // all bands that shall be; none: one approver for any amount
	PayeeWaitHours *int            `json:"payee_wait_hours,omitempty"` // 0 to 720, before a payee's changed account is paid to
	// All roles in which a session needs a second factor.
	SecondFactorRoles *[]string `json:"second_factor_roles,omitempty"`
	TreasuryLists     string    `json:"treasury_lists,omitempty"` // required or not_required to close a month in which something was paid
	// 1 to 28: the day of the next month until which a month's progress entry is filed.
	ProgressDueDay *int         `json:"progress_due_day,omitempty"`
	Lights         *LightPoints `json:"lights,omitempty"`
	PublicProgress string       `json:"public_progress,omitempty"` // published or not_published: the page for whoever has not signed in
}

type (
	// FlowSetting is how many different persons must have acted on a payment before it is ordered.
	FlowSetting struct {
		Flow           Flow              `json:"flow"`
		MinimumPersons int               `json:"minimum_persons"`
		UpTo           *accounting.Money `json:"up_to,omitempty"` // yuan, of the small flow: the largest direct payment that may take it; none: villages only
	}

	// ApprovalBand asks for so many approvers from an amount on, in yuan.
	ApprovalBand struct {
		FromAmount accounting.Money `json:"from_amount"`
		Approvers  int              `json:"approvers"`
	}

	// Settings are those in effect.
	Settings struct {
		Flows          []FlowSetting  `json:"flows" nullable:"false"`
		ApprovalBands  []ApprovalBand `json:"approval_bands" nullable:"false"`
		PayeeWaitHours int            `json:"payee_wait_hours"`
		// The roles in which a session needs a second factor.
		SecondFactorRoles []string    `json:"second_factor_roles" nullable:"false"`
		TreasuryLists     string      `json:"treasury_lists"` // required or not_required
		ProgressDueDay    int         `json:"progress_due_day"`
		Lights            LightPoints `json:"lights"`
		PublicProgress    string      `json:"public_progress"` // published or not_published
	}

	// LightPoints are the percentage points of lag above which a light is yellow, and red; 0 to 100, two decimals.
	LightPoints struct {
		Yellow decimal.Decimal `json:"yellow"`
		Red    decimal.Decimal `json:"red"`
	}
)

var settingDocument = documentType{
	kind: "setting", prefix: "SZ", zh: "参数设置", en: "setting",
	content: func() Content { return new(Setting) },
	effects: map[string]effect{"approve": putInEffect},
}

func (s Setting) about(context.Context, resolver) (about, error) {
	invalid := func(format string, args ...any) (about, error) {
		return about{}, fault.Invalid("document_invalid", format, args...)
	}
	if len(s.Flows) == 0 && s.ApprovalBands == nil && s.PayeeWaitHours == nil && s.SecondFactorRoles == nil && s.TreasuryLists == "" && s.ProgressDueDay == nil && s.Lights == nil && s.PublicProgress == "" {
		return invalid("a setting says flows, approval_bands, payee_wait_hours, second_factor_roles, treasury_lists, progress_due_day, lights or public_progress")
	}
	if s.PublicProgress != "" && s.PublicProgress != "published" && s.PublicProgress != "not_published" {
		return invalid("public_progress: %q is neither published nor not_published", s.PublicProgress)
	}
	if s.ProgressDueDay != nil && (*s.ProgressDueDay < 1 || *s.ProgressDueDay > 28) {
		return invalid("progress_due_day: %d; a month's entry is due on a day from 1 to 28", *s.ProgressDueDay)
	}
	if s.Lights != nil && !s.Lights.inOrder() {
		return invalid("lights: yellow above %s, red above %s points; yellow comes first, both from 0 to 100 with two decimals", s.Lights.Yellow, s.Lights.Red)
	}
	if s.SecondFactorRoles != nil {
		for i, role := range *s.SecondFactorRoles {
			if !slices.Contains(heldRoles, role) || slices.Contains((*s.SecondFactorRoles)[:i], role) {
				return invalid("second_factor_roles: %q is no role that people hold, or stands there twice", role)
			}
		}
	}
	if s.PayeeWaitHours != nil && (*s.PayeeWaitHours < 0 || *s.PayeeWaitHours > 720) {
		return invalid("payee_wait_hours: %d; a changed account waits 0 to 720 hours", *s.PayeeWaitHours)
	}
	if s.TreasuryLists != "" && s.TreasuryLists != "required" && s.TreasuryLists != "not_required" {
		return invalid("treasury_lists: %q is neither required nor not_required", s.TreasuryLists)
	}
	if err := checkFlows(s.Flows); err != nil || s.ApprovalBands == nil {
		return about{}, err
	}
	from := map[string]bool{}
	for _, b := range *s.ApprovalBands {
		if b.Approvers < 1 || b.Approvers > 5 || b.FromAmount.Sign() < 0 || from[b.FromAmount.String()] {
			return invalid("approval_bands: from %s, %d approvers; each amount stands there once, from zero, with 1 to 5 approvers", b.FromAmount, b.Approvers)
		}
		from[b.FromAmount.String()] = true
	}
	return about{}, nil
}

func (p LightPoints) inOrder() bool {
	hundred := decimal.NewFromInt(100)
	return !p.Yellow.IsNegative() && p.Yellow.LessThan(p.Red) && p.Red.LessThanOrEqual(hundred) && p.Yellow.Equal(p.Yellow.Round(2)) && p.Red.Equal(p.Red.Round(2))
}

func checkFlows(said []FlowSetting) error {
	invalid := func(format string, args ...any) error {
		return fault.Invalid("document_invalid", format, args...)
	}
	flows := map[Flow]bool{}
	for _, f := range said {
		switch {
		case f.Flow != WorksFlow && f.Flow != SmallFlow || flows[f.Flow]:
			return invalid("flows: %q is no flow, or stands there twice; there are %s and %s", f.Flow, WorksFlow, SmallFlow)
		case f.MinimumPersons < 3 || f.MinimumPersons > 9:
			return invalid("flow %s: %d persons; it takes 3 (maker, checker, payer) to 9", f.Flow, f.MinimumPersons)
		case f.UpTo != nil && (f.Flow != SmallFlow || f.UpTo.Sign() <= 0):
			return invalid("flow %s: up_to %s; only the small flow has a largest amount, above zero", f.Flow, f.UpTo)
		}
		flows[f.Flow] = true
	}
	return nil
}

// putInEffect lets the database take what the document says: the service itself writes no settings.
func putInEffect(ctx context.Context, tx bun.Tx, _ accounting.Command, d *Document, _ Step) ([]accounting.Receipt, error) {
	_, err := tx.ExecContext(ctx, `select projects.put_in_effect(?, ?)`, d.Book, d.ID)
	return nil, fault.FromSQL(err)
}

// SettingsOf tells the settings in effect; what was never set has its default.
func SettingsOf(ctx context.Context, db bun.IDB, book accounting.BookID) (Settings, error) {
	s := Settings{Flows: []FlowSetting{}, ApprovalBands: []ApprovalBand{}, SecondFactorRoles: []string{}}
	err := db.NewRaw(`select x.flow, projects.minimum_persons(?0, x.flow) as minimum_persons, f.up_to
		from (values (1, 'works'), (2, 'small')) as x (place, flow) left join projects.flows f on f.book_id = ?0 and f.flow = x.flow order by x.place`, book).Scan(ctx, &s.Flows)
	if err == nil {
		err = db.NewRaw(`select from_amount, approvers from projects.approval_bands where book_id = ? order by from_amount`, book).Scan(ctx, &s.ApprovalBands)
	}
	if err == nil {
		err = db.NewRaw(`select projects.payee_wait_hours(?0), case when projects.treasury_lists_required(?0) then 'required' else 'not_required' end`, book).Scan(ctx, &s.PayeeWaitHours, &s.TreasuryLists)
	}
	if err == nil {
		err = db.NewRaw(`select r from unnest(projects.second_factor_roles(?)) r`, book).Scan(ctx, &s.SecondFactorRoles)
	}
	if err == nil {
		err = db.NewRaw(`select projects.progress_due_day(?0), l.yellow, l.red, case when projects.public_progress(?0) then 'published' else 'not_published' end from projects.light_points(?0) l`, book).
			Scan(ctx, &s.ProgressDueDay, &s.Lights.Yellow, &s.Lights.Red, &s.PublicProgress)
	}
	return s, fault.FromSQL(err)
}
