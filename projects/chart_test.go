package projects_test

import (
	"strings"
	"testing"

	"mingzhang/projects"
)

// A roll-up stands on the side of its sub-accounts, or it would show their balance in red on the other one.
func TestRollUpsStandWhereTheirAccountsStand(t *testing.T) {
	t.Parallel()
	all := projects.Chart()
	for _, sum := range all {
		if sum.Leaf {
			continue
		}
		found := 0
		for _, a := range all {
			if strings.HasPrefix(a.Code, sum.Code+".") {
				if found++; a.NormalSide != sum.NormalSide {
					t.Errorf("%s stands on the %s side, %s on the %s side", sum.Code, sum.NormalSide, a.Code, a.NormalSide)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s has no sub-accounts", sum.Code)
		}
	}
}
