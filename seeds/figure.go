package seeds

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// Figure is a number of the notice with the words it comes from. Start and End count runes of the whole notice.
type Figure struct {
	Name        string          `json:"name"`
	Quote       string          `json:"quote"`
	Start       int             `json:"start"`
	End         int             `json:"end"`
	Value       decimal.Decimal `json:"value"` // in Unit: 860 万元 is 8600000 元
	Unit        string          `json:"unit"`
	Approximate bool            `json:"approximate,omitempty"` // 左右
}

// List is a list of names in the notice with the words it comes from.
type List struct {
	Name  string   `json:"name"`
	Items []string `json:"items"`
	Quote string   `json:"quote"`
	Start int      `json:"start"`
	End   int      `json:"end"`
}

// Money is the figure as an amount; only what the notice states in yuan is one.
func (f Figure) Money() (accounting.Money, error) {
	if f.Unit != "元" && !strings.HasPrefix(f.Unit, "元/") {
		return accounting.Money{}, fmt.Errorf("figure %s is %s %s, no money", f.Name, f.Value, f.Unit)
	}
	return accounting.ParseMoney(f.Value.String())
}

// units says what the words behind a number make of it; a longer unit stands before its beginning.
var units = []struct {
	words, unit string
	times       int64
}{
	{"亿元", "元", 100_000_000},
	{"万元", "元", 10_000},
	{"元/人年", "元/人年", 1},
	{"元/人", "元/人", 1},
	{"元/月", "元/月", 1},
	{"元", "元", 1},
	{"公里", "公里", 1},
	{"周岁", "周岁", 1},
	{"户", "户", 1},
	{"个", "个", 1},
	{"人", "人", 1},
	{"栋", "栋", 1},
	{"处", "处", 1},
}

// figure reads one number out of the section.
func (s section) figure(name, sentence string) (Figure, error) {
	_, behind, ok := strings.Cut(sentence, "{amount}")
	if !ok {
		return Figure{}, fmt.Errorf("figure %s: its sentence %q has no {amount}", name, sentence)
	}
	behind = strings.TrimSpace(behind)
	filled, at, err := s.find("figure "+name, sentence)
	if err != nil {
		return Figure{}, err
	}
	value, err := decimal.NewFromString(filled[0])
	if n := chineseNumber(filled[0]); n > 0 {
		value, err = decimal.NewFromInt(int64(n)), nil
	}
	if err != nil {
		return Figure{}, fmt.Errorf("programme %d: figure %s: %q is no number", s.number, name, filled[0])
	}
	for _, u := range units {
		if rest, ok := strings.CutPrefix(behind, u.words); ok {
			return Figure{
				Name: name, Quote: at.quote, Start: at.start, End: at.end, Unit: u.unit,
				Value: value.Mul(decimal.NewFromInt(u.times)), Approximate: strings.HasPrefix(rest, "左右"),
			}, nil
		}
	}
	return Figure{}, fmt.Errorf("programme %d: figure %s: no unit known behind the number in %q", s.number, name, sentence)
}

// list reads names out of the section. Where the notice counts them too, both must agree.
func (s section) list(name, sentence string) (List, error) {
	filled, at, err := s.find("list "+name, sentence)
	if err != nil {
		return List{}, err
	}
	l := List{Name: name, Items: names(filled[0]), Quote: at.quote, Start: at.start, End: at.end}
	if len(filled) > 1 && filled[1] != fmt.Sprint(len(l.Items)) {
		return List{}, fmt.Errorf("programme %d (%s): list %s: the notice counts %s and names %d: %s", s.number, s.heading, name, filled[1], len(l.Items), strings.Join(l.Items, "、"))
	}
	return l, nil
}

// names splits a list; the notice separates by 、 and by ，, and sets spaces into names of two characters (张 杰).
func names(text string) []string {
	var all []string
	for _, n := range strings.FieldsFunc(text, func(r rune) bool { return r == '、' || r == '，' || r == ',' }) {
		if n = strings.Join(strings.Fields(n), ""); n != "" {
			all = append(all, n)
		}
	}
	return all
}
