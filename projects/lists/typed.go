package lists

import "mingzhang/accounting"

// Typed reads an amount as people type or paste it into a form, by the rules of lists: ￥1,234.50, full-width digits. Nothing
// is no amount.
func Typed(text string) (m accounting.Money, nothing bool, err error) {
	return amount(Cell{Text: text, Kind: TextCell}, Yuan)
}

// TypedDay reads a day as people type it: 2025-06-30, 2025/6/30, 20250630, 2025年6月30日.
func TypedDay(text string) (accounting.Date, error) {
	return day(Cell{Text: text, Kind: TextCell}, false)
}
