package projects

import (
	"slices"

	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

// listTypes are the kinds of lists that are taken in. Each stands in the file of its kind.
var listTypes = []listType{payeeList, villageList, contractList, indicatorList, treasuryList, bankStatementList, openingIndicatorList, openingContractList, openingBalanceList}

// ListForms are the columns of the kinds of lists.
func ListForms() []lists.Form {
	forms := make([]lists.Form, len(listTypes))
	for i, t := range listTypes {
		forms[i] = t.form
	}
	return forms
}

// Importers are the roles that take a kind of list in; of no kind: of any.
func Importers(kind ListKind) (roles []string) {
	for _, t := range listTypes {
		if kind == "" || t.form.Kind == string(kind) {
			roles = append(roles, t.roles...)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// Monthly says whether a list of this kind covers one month, and says which.
func Monthly(kind ListKind) bool {
	t, err := listTypeOf(kind)
	return err == nil && t.monthly
}

func listTypeOf(kind ListKind) (listType, error) {
	for _, t := range listTypes {
		if t.form.Kind == string(kind) {
			return t, nil
		}
	}
	return listType{}, fault.Invalid("list_kind_unknown", "there is no kind of list %q", kind)
}
