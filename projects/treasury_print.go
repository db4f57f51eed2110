package projects

import (
	"bytes"
	"fmt"

	"mingzhang/accounting"
)

// treasuryTable prints what is open between the books and the treasury: of each kind how many, how much and how old, then one by one.
func (r *Reconciliation) treasuryTable(w *bytes.Buffer, lang string) {
	for _, kind := range []ItemKind{PaidNotBooked, CameBack, NotInList, DisagreesItem} {
		count, oldest, sum := 0, 0, accounting.Money{}
		for _, o := range r.OpenItems {
			if o.Age != nil && o.Kind == string(kind) {
				count, oldest, sum = count+1, max(oldest, *o.Age), sum.Add(o.Amount)
			}
		}
		if count == 0 {
			continue
		}
		fmt.Fprintf(w, pick(lang, "未达事项 %s：%d 笔，%s，最长 %d 天\n", "open %s: %d, %s, the oldest %d days\n"), pick(lang, itemNames[kind], string(kind)), count, grouped(sum), oldest)
		for _, o := range r.OpenItems {
			if o.Age == nil || o.Kind != string(kind) {
				continue
			}
			why := pick(lang, "未说明", "not explained")
			if o.Reason != "" {
				why = o.Reason + pick(lang, "，责任人 ", ", owner ") + o.Owner
			}
			fmt.Fprintf(w, "  %s  %s  %s  %d  %s\n", o.Day, o.Subject, grouped(o.Amount), *o.Age, why)
		}
	}
}

var itemNames = map[ItemKind]string{PaidNotBooked: "已付未记", CameBack: "已退未记", NotInList: "已记未列", DisagreesItem: "两方不符"}
