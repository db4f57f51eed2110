package accounting_test

import (
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/migrations/pgtest"
)

// story is a county whose books hold two years of a building project and a little of two others: a voucher recorded
// late, a red one, a correction, an adjustment, a closing and a closed month.
type story struct {
	*county
	subjects map[string]accounting.SubjectID
	moment   map[string]time.Time // a time of recording between two vouchers
	no       map[string]accounting.VoucherNo
}

var subjectKinds = map[string]accounting.SubjectKind{"c": accounting.Contract, "r": accounting.Request, "b": accounting.Batch, "d": accounting.Injection}

func tell(t testing.TB) *story {
	t.Helper()
	s := newStory(t, pgtest.Open(t))
	p := func(date, source string, project int, lines ...string) accounting.VoucherNo {
		t.Helper()
		return s.mustPost(t, s.entry(date, source, project, lines...)).No
	}
	pay := func(date, source string, project int, request, amount, account, class string) accounting.VoucherNo {
		t.Helper()
		return p(date, source, project, "D "+account+" "+amount, "C 4001.01 L "+amount, "D 7101 L k:"+class+" "+amount, "C 6001 L "+amount, "D 9401 L "+amount, "C 9301.04 L r:"+request+" "+amount)
	}
	s.approve(t, 0, "2025-01-20", "8600.00")
	s.approve(t, 1, "2025-02-10", "500.00")
	p("2025-03-03", "I6", 0, "D 9301.03 L c:HT-1 7800", "C 9301.01 L 7800")
	p("2025-03-10", "I7", 0, "D 9301.04 L r:ZF-1 2340", "C 9301.03 L c:HT-1 2340")
	pay("2025-03-12", "P1", 0, "ZF-1", "2340", "1214.02 c:HT-1", "30901")
	s.no["certificate"] = p("2025-06-20", "P2", 0, "D 1613.01 4000", "C 1214.02 c:HT-1 1200", "C 2307.01 c:HT-1 120", "C 2302.02 c:HT-1 2680")
	p("2025-06-25", "I7", 0, "D 9301.04 L r:ZF-2 2200", "C 9301.03 L c:HT-1 2200")
	pay("2025-06-28", "P3", 0, "ZF-2", "2200", "2302.02 c:HT-1", "30901")
	p("2025-07-01", "I7", 0, "D 9301.04 L r:ZF-3 420", "C 9301.01 L 420")
	s.moment["before the late voucher"] = s.now(t)
	// dated in June, recorded in July
	p("2025-06-09", "I7", 0, "D 9301.04 L r:ZF-4 100", "C 9301.01 L 100")
	s.no["late"] = pay("2025-06-10", "P4", 0, "ZF-4", "100", "1613.03", "30902")
	s.moment["after the late voucher"] = s.now(t)
	s.no["wrong"] = pay("2025-07-05", "P4", 0, "ZF-3", "420", "1613.03", "30902")
	right := s.entry("2025-07-18", "P4", 0, "D 1613.02 420", "C 4001.01 L 420", "D 7101 L k:31003 420", "C 6001 L 420", "D 9401 L 420", "C 9301.04 L r:ZF-3 420")
	right.Memo = ""
	both, err := accounting.CorrectVoucher(t.Context(), s.db, s.command("voucher.correct"), s.no["wrong"], right, "设备款误记待摊投资")
	if err != nil {
		t.Fatal(err)
	}
	s.no["red"], s.no["right"] = both[0].No, both[1].No
	s.no["freeze"] = p("2025-07-19", "I5", 0, "D 9301.02 L 50", "C 9301.01 L 50")
	red, err := accounting.ReverseVoucher(t.Context(), s.books, s.db, s.command("voucher.reverse"), s.reversal("freeze", "2025-07-20"))
	if err != nil {
		t.Fatal(err)
	}
	s.no["thaw"] = red.No
	p("2025-09-01", "I7", 1, "D 9301.04 L r:ZF-9 300", "C 9301.01 L 300")
	pay("2025-09-02", "G1", 1, "ZF-9", "300", "5001.04 k:30999", "30999")
	p("2025-11-20", "T3", 0, "D 1613.06 500", "C 1613.01 500", "D 3401 500", "C 1613.06 500")
	adjusted := s.entry("2025-12-31", "M", 0, "D 1613.02 10", "C 1613.03 10")
	adjusted.Period, adjusted.Memo = 202513, "调整；分号; 冒号: 表情🏠 两个  空格"
	s.mustPost(t, adjusted)
	s.closeYear(t)
	p("2026-01-05", "Y4", 0, "D 9201 N 3540", "C 9101 N 3540", "D 9301.03 N c:HT-1 3260", "D 9301.01 N 280", "C 9201 N 3540")
	p("2026-02-01", "I7", 0, "D 9301.04 N r:ZF-5 120", "C 9301.03 N c:HT-1 120")
	s.no["retention"] = p("2026-02-03", "P5", 0, "D 2307.01 c:HT-1 120", "C 4001.01 N 120", "D 7101 N k:30901 120", "C 6001 N 120", "D 9401 N 120", "C 9301.04 N r:ZF-5 120")
	s.close(t, 202501)
	return s
}

func newStory(t testing.TB, db *bun.DB) *story {
	t.Helper()
	s := &story{newCounty(t, db), map[string]accounting.SubjectID{}, map[string]time.Time{}, map[string]accounting.VoucherNo{}}
	s.exec(t, `insert into accounting.accounts (book_id, code, name_zh, name_en, type, normal_side, basis, leaf, takes_line, takes_subject, takes_class, rule)
		select book_id, left(code, 4), '汇总 ' || left(code, 4), '', '', min(normal_side), min(basis), false, false, '', false, '' from accounting.accounts where code like '%.%' group by 1, 2`)
	return s
}

// closeYear posts Y1 to Y3 of the two projects that spent money.
func (s *story) closeYear(t testing.TB) {
	t.Helper()
	y := func(source string, project int, lines ...string) {
		t.Helper()
		v := s.entry("2025-12-31", source, project, lines...)
		v.Kind, v.Period, v.Attachments = accounting.Closing, 202514, 0
		s.mustPost(t, v)
	}
	y("Y1", 0, "D 6001 L 5060", "C 8101.01 5060", "D 8101.01 2340", "C 7101 L k:30901 2340", "D 8101.01 2200", "C 7101 L k:30901 2200", "D 8101.01 100", "C 7101 L k:30902 100", "D 8101.01 420", "C 7101 L k:31003 420")
	y("Y1", 1, "D 6001 L 300", "C 8101.01 300", "D 8101.01 300", "C 7101 L k:30999 300")
	y("Y2", 0, "D 4001.01 L 5060", "C 3301 5060", "D 3301 5060", "C 3302 5060", "D 3302 5060", "C 3001 5060", "D 3001 500", "C 3401 500")
	y("Y2", 1, "D 4001.01 L 300", "C 3301 300", "D 3301 300", "C 5001.04 k:30999 300")
	y("Y3", 0, "D 9601 L 3540", "C 9301.03 L c:HT-1 3260", "C 9301.01 L 280", "D 9101 L 8600", "C 9401 L 5060", "C 9701 L 3540", "D 9701 L 3540", "C 9601 L 3540")
	y("Y3", 1, "D 9601 L 200", "C 9301.01 L 200", "D 9101 L 500", "C 9401 L 300", "C 9701 L 200", "D 9701 L 200", "C 9601 L 200")
}

// entry writes a voucher from lines such as "D 9301.04 L r:ZF-1 2340": side, account, L this year's or N next year's
// budget line, c: contract or r: request, k: economic class, amount.
func (s *story) entry(date, source string, project int, lines ...string) accounting.Voucher {
	v := s.voucher(date, source)
	for _, text := range lines {
		f := strings.Fields(text)
		d := s.at(project)
		for _, flag := range f[2 : len(f)-1] {
			kind, code, _ := strings.Cut(flag, ":")
			switch kind {
			case "L":
				d.BudgetLine = s.line[project]
			case "N":
				d.BudgetLine = s.nextLine[project]
			case "k":
				d.EconomicClass = code
			default:
				if _, known := s.subjects[code]; !known {
					s.subjects[code] = accounting.SubjectID{UUID: accounting.NewID()}
				}
				d.Subject = accounting.Subject{ID: s.subjects[code], Kind: subjectKinds[kind], Code: code}
			}
		}
		amount := accounting.MustMoney(f[len(f)-1])
		if f[0] == "D" {
			v.Lines = append(v.Lines, accounting.Dr(f[1], amount, d))
		} else {
			v.Lines = append(v.Lines, accounting.Cr(f[1], amount, d))
		}
	}
	return v
}

func (s *story) reversal(name, on string) accounting.ReversalRequest {
	return accounting.ReversalRequest{No: s.no[name], On: accounting.MustDate(on), Reason: "撤销冻结", PreparedBy: s.person[1], ReviewedBy: s.person[0]}
}

func (s *story) now(t testing.TB) time.Time {
	t.Helper()
	var now time.Time
	if err := s.db.NewRaw(`select clock_timestamp()`).Scan(t.Context(), &now); err != nil {
		t.Fatal(err)
	}
	return now
}
