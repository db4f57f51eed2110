package api

// workedOut are figures that the books worked out from what a maker stated beside them, by kind of document: when a form is filled
// in again, they are left open, so that one changed price does not have to be changed in three places.
var workedOut = map[string][]struct{ rows, from, figure string }{
	"contract":     {{"items", "unit_price", "amount"}, {"funding", "share", "amount"}, {"", "advance_rate", "advance"}},
	"change_order": {{"items", "unit_price", "amount"}, {"funding", "share", "amount"}},
}

// leaveOpen takes out of a content what follows from the rest of it.
func leaveOpen(kind string, tree map[string]any) {
	for _, w := range workedOut[kind] {
		places := []any{tree}
		if w.rows != "" {
			places, _ = tree[w.rows].([]any)
		}
		for _, p := range places {
			if place, ok := p.(map[string]any); ok && place[w.from] != nil && place[w.from] != "" {
				delete(place, w.figure)
			}
		}
	}
}
