package accounting

import (
	"fmt"

	"github.com/google/uuid"

	"mingzhang/accounting/fault"
)

// BookID is a set of books 账套: one finance bureau's, numbered by the county's division code (640303).
type BookID int64

// Identities are UUIDv7 made in Go, one type each so that they cannot be mixed up. The zero value means none.
type (
	PersonID     struct{ uuid.UUID }
	UnitID       struct{ uuid.UUID }
	ProjectID    struct{ uuid.UUID }
	BudgetLineID struct{ uuid.UUID }
	SubjectID    struct{ uuid.UUID }
)

// IsZero says whether the identity means none.
func (id PersonID) IsZero() bool     { return id.UUID == uuid.Nil }
func (id UnitID) IsZero() bool       { return id.UUID == uuid.Nil }
func (id ProjectID) IsZero() bool    { return id.UUID == uuid.Nil }
func (id BudgetLineID) IsZero() bool { return id.UUID == uuid.Nil }
func (id SubjectID) IsZero() bool    { return id.UUID == uuid.Nil }

// NewID makes a UUIDv7: identities made later sort later, which keeps indexes compact.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// ParseID reads the plain form only; the library would also take urn: and braces. Code: id_invalid.
func ParseID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		return uuid.Nil, fault.Invalid("id_invalid", "%q is not an identity such as 0190a6c2-7d3e-7000-8000-000000000001", clip(text))
	}
	return id, nil
}

// VoucherNo identifies a voucher within its book: 2025-06 记-0012 is leaf 11 of that period's tree.
type VoucherNo struct {
	Period Period
	Number int
}

func (n VoucherNo) String() string { return fmt.Sprintf("%s 记-%04d", n.Period, n.Number) }

// Before says whether a voucher stands before another in the book's order.
func (n VoucherNo) Before(o VoucherNo) bool {
	return n.Period < o.Period || n.Period == o.Period && n.Number < o.Number
}

// Actor is who acts: a person, with the unit and the role of this act.
type Actor struct {
	Person PersonID
	Unit   UnitID
	Role   string
}
