package projects

// RowNames are the names of the rows of the event table.
func RowNames() []string {
	names := make([]string, len(eventTable))
	for i, r := range eventTable {
		names[i] = r.zh
	}
	return names
}
