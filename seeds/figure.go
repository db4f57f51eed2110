package seeds

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
)

// Figure is a number of the notice. Quote holds its characters with their unit (860 万元), from which alone the value is
// read; Start and End count runes of the whole notice, End is behind the last. Sentence is what they were found in.
type Figure struct {
	Name        string          `json:"name"`
	Quote       string          `json:"quote"`
	Start       int             `json:"start"`
	End         int             `json:"end"`
	Sentence    string          `json:"sentence"`
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

// measures says what the words behind a number make of it; a longer one stands before its beginning.
var measures = []struct {
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

	{"栋", "栋", 1},
	{"处", "处", 1},
}

const number = `(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[一二两三四五六七八九十]`

// amountWords is the pattern of a number with its unit; measureWords takes the two apart.
var (
	amountWords  = `((?:` + number + `)\s*(?:` + strings.Join(measurePatterns(), "|") + `)(?:\s*左\s*右)?)`
	measureWords = regexp.MustCompile(`^(` + number + `)(.*?)(左右)?$`)
)

func measurePatterns() []string {
	var all []string
	for _, m := range measures {
		all = append(all, strings.Join(strings.Split(m.words, ""), `\s*`))
	}
	return all
}

// readFigure makes a value of a figure's characters: 1.5 亿元 is 150000000 元, 两处 is 2 处.
func readFigure(quote string) (value decimal.Decimal, unit string, approximate bool, err error) {
	parts := measureWords.FindStringSubmatch(strings.Join(strings.Fields(quote), ""))
	if parts == nil {
		return value, "", false, fmt.Errorf("%q is no number with a unit", quote)
	}
	if n := chineseNumber(parts[1]); n > 0 {
		value = decimal.NewFromInt(int64(n))
	} else if value, err = decimal.NewFromString(parts[1]); err != nil {
		return value, "", false, err
	}
	if value.Sign() <= 0 { // what the notice does not plan it leaves out
		return value, "", false, fmt.Errorf("%q is no figure above zero", quote)
	}
	for _, m := range measures {
		if m.words == parts[2] {
			return value.Mul(decimal.NewFromInt(m.times)), m.unit, parts[3] != "", nil
		}
	}
	return value, "", false, fmt.Errorf("%q has no unit we know", quote)
}

// figure reads one number of a node out of the section, by the sentence that states it and the unit it must have.
func (s section) figure(node string, d declaredFigure) (Figure, error) {
	name, sentence := d.Name, d.Text
	refuse := func(format string, args ...any) (Figure, error) {
		return Figure{}, fmt.Errorf("programme %d (%s): %s figure %s: %s", s.number, s.heading, node, name, fmt.Sprintf(format, args...))
	}
	if strings.Count(sentence, "{amount}") != 1 {
		return refuse("its sentence %q has not one {amount}", sentence)
	}
	found, err := s.find(node+" figure "+name, sentence)
	if err != nil {
		return Figure{}, err
	}
	at := s.at(found[2], found[3])
	if r, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(s.text[:found[2]])); strings.ContainsRune("0123456789.,．十百千万", r) {
		return refuse("%q is only the end of a number", at.quote)
	}
	f := Figure{Name: name, Quote: at.quote, Start: at.start, End: at.end, Sentence: s.text[found[0]:found[1]]}
	if f.Value, f.Unit, f.Approximate, err = readFigure(f.Quote); err != nil {
		return refuse("%v", err)
	}
	if f.Unit != d.Unit {
		return refuse("%q is in %s, wanted %s, in the sentence %q", f.Quote, f.Unit, d.Unit, sentence)
	}
	return f, nil
}

// list reads names out of the section. Where the notice counts them too, both must agree.
func (s section) list(name, sentence string) (List, error) {
	found, err := s.find("list "+name, sentence)
	if err != nil {
		return List{}, err
	}
	at := s.at(found[0], found[1])
	var filled []string
	for i := 2; i < len(found); i += 2 {
		filled = append(filled, s.text[found[i]:found[i+1]])
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
