package api

import (
	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
)

// Amount is Money with its place in the API description: a string, because a JSON number has been through a float.
type Amount struct{ accounting.Money }

// Schema tells the pattern accounting.ParseMoney reads.
func (Amount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$`, Description: "yuan, at most two decimals, as text; -0 is refused", Examples: []any{"8600000.00"}}
}

// Day is a Date with its place in the API description.
type Day struct{ accounting.Date }

func (Day) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2025-06-30"}}
}
