package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// ExternalCode 外部代码 is what another system calls a project or a budget line of ours. It stays: what was imported by it is
// to be found by it again.
type ExternalCode struct {
	System     string               `json:"system"` // such as 省一体化
	Code       string               `json:"code"`
	Project    accounting.ProjectID `json:"-"`
	BudgetLine uuid.UUID            `json:"-"`
}

// NewExternalCode names the project or the budget line by its code here.
type NewExternalCode struct {
	System     string `json:"system"`
	Code       string `json:"code"`
	Project    string `json:"project,omitempty"`
	BudgetLine string `json:"budget_line,omitempty"`
}

// SetExternalCode says what another system calls a project or a budget line. Codes: node_unknown, budget_line_unknown,
// document_invalid (both or neither named), duplicate (the code is another's).
func SetExternalCode(ctx context.Context, db *bun.DB, c accounting.Command, in NewExternalCode) (*ExternalCode, error) {
	c.Name, c.Body = "external_code.set", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*ExternalCode, error) {
		code := ExternalCode{System: in.System, Code: in.Code}
		switch {
		case (in.Project == "") == (in.BudgetLine == ""):
			return nil, fault.Invalid("document_invalid", "an external code is of a project or of a budget line")
		case in.Project != "":
			n, err := FindNode(ctx, tx, c.Book, in.Project)
			if err != nil {
				return nil, err
			}
			code.Project = n.ID
		default:
			found, err := resolver{tx, c}.onLines(ctx, Draw{BudgetLine: in.BudgetLine, Amount: accounting.Fen(1)})
			if err != nil {
				return nil, err
			}
			code.BudgetLine = found[0].line.UUID
		}
		return &code, setExternalCode(ctx, tx, c, code)
	})
}

func setExternalCode(ctx context.Context, tx bun.Tx, c accounting.Command, code ExternalCode) error {
	for field, text := range map[string]string{"system": code.System, "code": code.Code} {
		if err := accounting.CheckText(field, text, 100); err != nil {
			return err
		}
	}
	done, err := tx.ExecContext(ctx, `insert into projects.external_codes (book_id, system, code, project_id, budget_line_id, set_by) values (?, ?, ?, ?, ?, ?) on conflict (book_id, system, code) do nothing`,
		c.Book, code.System, code.Code, nullable(code.Project.UUID), nullable(code.BudgetLine), c.By.Person)
	if err != nil {
		return fault.FromSQL(err)
	}
	if n, _ := done.RowsAffected(); n == 1 {
		return nil
	}
	var same bool
	err = tx.NewRaw(`select project_id is not distinct from ? and budget_line_id is not distinct from ? from projects.external_codes where book_id = ? and system = ? and code = ?`,
		nullable(code.Project.UUID), nullable(code.BudgetLine), c.Book, code.System, code.Code).Scan(ctx, &same)
	if err == nil && !same {
		return fault.Conflict("duplicate", "%s calls something else %s already", code.System, code.Code)
	}
	return fault.FromSQL(err)
}
