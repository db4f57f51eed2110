package seeds

import (
	"fmt"
	"strings"
	"testing"
)

func TestPublishedIsTheRecord(t *testing.T) {
	p, err := Published()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range p.Nodes {
		for _, f := range n.Figures {
			value, unit, approximate, err := readFigure(f.Quote)
			if err != nil || !value.Equal(f.Value) || unit != f.Unit || approximate != f.Approximate {
				t.Errorf("%s %s: %q alone means %s %s (%v), the plan has %s %s", n.Code, f.Name, f.Quote, value, unit, err, f.Value, f.Unit)
			}
			if !strings.Contains(f.Sentence, f.Quote) {
				t.Errorf("%s %s: %q is not in its sentence %q", n.Code, f.Name, f.Quote, f.Sentence)
			}
		}
	}
}

// The record is the second witness: it refuses a reading that differs in one character, place or fen.
func TestRecordDisagrees(t *testing.T) {
	published := record
	t.Cleanup(func() { record = published })
	for _, tt := range []struct{ old, new string }{
		{"860 万元,8600000.00", "861 万元,8610000.00"},
		{"8600000.00", "8600000.01"},
		{"903,909", "904,910"},
		{"2025-10,villages,1890,1894,65 个,65,个\n", ""},
	} {
		record = strings.Replace(published, tt.old, tt.new, 1)
		if _, err := Published(); err == nil || !strings.Contains(err.Error(), "figures-2025.csv, line ") {
			t.Errorf("%q for %q: %v", tt.new, tt.old, err)
		}
	}
}

// Take each figure away, and each sentence that states one: the refusal names the programme, the figure and what was
// looked for, so that whoever edits the notice knows what to restore.
func TestEachFigureIsNeeded(t *testing.T) {
	declared, err := readDeclaration()
	if err != nil {
		t.Fatal(err)
	}
	text, p := []rune(Notice()), readPlan(t, Notice())
	figures := 0
	for _, d := range declared.Nodes {
		for _, df := range d.Figures {
			figures++
			f := p.Node(d.Code).Figure(df.Name)
			for what, cut := range map[string]string{
				"the figure":   string(text[:f.Start]) + string(text[f.End:]),
				"the sentence": strings.Replace(Notice(), f.Sentence, "", 1),
			} {
				_, err := ReadNotice(cut)
				if err == nil {
					t.Errorf("%s %s: without %s the notice was read", d.Code, df.Name, what)
					continue
				}
				for _, want := range []string{fmt.Sprintf("programme %d ", d.Programme), d.Code + " figure " + df.Name, fmt.Sprintf("%q", df.Text)} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%s %s, without %s: the refusal lacks %s: %v", d.Code, df.Name, what, want, err)
					}
				}
			}
		}
	}
	if figures != 27 {
		t.Errorf("%d figures are declared, want 27", figures)
	}
}

func TestRefusedNotice(t *testing.T) {
	for name, tt := range map[string]struct{ old, new, want string }{
		"a compound less":              {"鼎盛花园 3 个小区", "鼎盛花园 2 个小区", "the notice counts 2 and names 3"},
		"no leader":                    {"责任领导：陈荣煌", "", `programme 4 (实施教育评价激励行动): no line "责任领导：`},
		"no lead unit":                 {"牵头单位：残联", "", "programme 9"},
		"no due month":                 {"完成时间：2025 年 8 月", "", "programme 7"},
		"a month that is none":         {"完成时间：2025 年 8 月", "完成时间：2025 年 13 月", "is no month"},
		"two plans":                    {"实施“一事一议”", "计划投入资金 2 亿元，针对产业发展、基础设施等方面实施“一事一议”", "2 times"},
		"a programme numbered wrongly": {"（六）实施老旧", "（七）实施老旧", "item 6 is numbered 七"},
		"a programme cut off":          {"**（十）对 65", "（十）对 65", "announces"},
		"a programme too many":         {"## 二、工作要求", "**（十一）再加一件。**计划投入资金 1 万元。\n\n## 二、工作要求", "item 11"},
		"another year":                 {"谋划实施 2025 年", "谋划实施 2026 年", "announces"},
		"no list of tasks":             {"## 一、工作任务", "工作任务", "no heading"},
		"a project not named":          {"开展“一家一年一事”帮扶解困行动", "", "2025-09-2"},
		"a rise that does not add up":  {"增至 280 元/月", "增至 290 元/月", "20 元/月 come to 280, not to 290 元/月"},
		"money counted in households":  {"按照每户 4000 元", "按照每户 4000 户", "is in 户, wanted 元"},
		"a plan of zero":               {"计划投入资金 860 万元", "计划投入资金 0 万元", "above zero"},
		"digits with commas":           {"计划投入资金 860 万元", "计划投入资金 1,860 万元", "2025-05 figure plan"},
		"digits drawn apart":           {"计划投入资金 860 万元", "计划投入资金 8 60 万元", "2025-05 figure plan"},
		"the end of a number":          {"鼎盛花园 4 个小区", "鼎盛花园 1,4 个小区", "only the end of a number"},
		"less than a fen":              {"计划投入资金 860 万元", "计划投入资金 860.0000001 万元", "amount_invalid"},
		"not UTF-8":                    {"卫健局", "\xce\xc0", "not UTF-8"},
	} {
		changed := strings.Replace(Notice(), tt.old, tt.new, 1)
		if changed == Notice() {
			t.Errorf("%s: nothing was changed", name)
		}
		if _, err := ReadNotice(changed); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: want %q, got %v", name, tt.want, err)
		}
	}
	_, err := ReadNotice(strings.NewReplacer("860 万元", "", "2500 万元", "").Replace(Notice()))
	if err == nil || !strings.Contains(err.Error(), "2025-05 figure plan") || !strings.Contains(err.Error(), "2025-06 figure plan") {
		t.Errorf("two figures gone, both must be named: %v", err)
	}
}
