package web_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"mingzhang/api/web"
)

// What the books and lists say in a detail, pages say in the reader's language; what people wrote stays as they wrote it.
func TestDetailsAreSaidInTheReadersLanguage(t *testing.T) {
	for _, c := range []struct{ detail, zh, en string }{
		{`"12x" is not an amount`, `"12x" 不是金额`, ""},
		{"the total states 10.00 yuan, the rows come to 9.00: 1.00 apart", "合计写的是 10.00 元，各行之和为 9.00，相差 1.00", ""},
		{"nothing was taken in: row 2, C2 (金额): empty, and every row has it; row 3: a row below the total", "什么也没有导入：第 2 行 C2（金额）：是空的，每一行都必须填；第 3 行：合计行之下还有数据行", ""},
		{"paid_not_booked GK-0099 of 2025-03-25: 8800.00; no request fits", "已付未记 GK-0099（2025-03-25）8,800.00：没有对应的支付申请", "paid, not booked GK-0099 of 2025-03-25: 8,800.00; no request fits"},
		{"matched by voucher_number", "已对上，依据：支付凭证号", "matched by the voucher's number"},
		{"支付凭证 7 was taken in before and says otherwise: amount here 1.00, in the list 2.00", "支付凭证 7 以前导入过，两边不同：金额本系统 1.00，清单 2.00", ""},
		{"period 202503 is still open", "期间 2025-03 还没有结账", "period 2025-03 is still open"},
		{"某公司 returned {1} <b>", "某公司 returned {1} <b>", ""},
		{`"{1}" is not an amount`, `"{1}" 不是金额`, ""},
		{"returned is a project of \"bank\" already", "returned 已是 \"bank\" 的项目", ""},
	} {
		if c.en == "" {
			c.en = c.detail
		}
		if got := web.Said("zh", c.detail); got != c.zh {
			t.Errorf("%q is said as %q", c.detail, got)
		}
		if got := web.Said("en", c.detail); got != c.en {
			t.Errorf("in English %q", got)
		}
	}
	place := regexp.MustCompile(`\{(?:=|@|[a-z]+:)?([0-9]+)\}`)
	places := func(text string) (all []string) {
		for _, m := range place.FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
		slices.Sort(all)
		return all
	}
	for said, zh := range web.Sayings() {
		if strings.Join(places(said), "") != strings.Join(places(zh), "") {
			t.Errorf("%q has other figures in Chinese: %q", said, zh)
		}
	}
}
