package web

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// saying is a sentence as the books and lists say it in a detail, with {0}, {1}, … for its figures, and how pages say it. What
// stands at {=0} is a sentence itself, at {@0} a period such as 202503, at {role:0} the code of a role and so on (Called).
type saying struct {
	Key  string `json:"key,omitempty"` // for pages that do more with it than show it
	Said string `json:"said"`
	ZH   string `json:"zh"`
	EN   string `json:"en,omitempty"` // empty: as it was said

	First bool `json:"first,omitempty"` // it stands before a sentence of its own, which may have more letters

	form    *regexp.Regexp
	inner   map[int]string // of a figure: = it is a sentence, @ a period, else the kind of code
	literal int            // letters that are its own: of two that fit, the one with more is meant
}

var (
	gap      = regexp.MustCompile(`\{(=|@|[a-z]+:)?([0-9]+)\}`)
	anyWords = regexp.MustCompile(`\p{L}{2}`)
	amount   = regexp.MustCompile(`^-?[0-9]{1,16}\.[0-9]{2}$`)
)

// sayings are known sentences, those with most letters of their own first; forms are the same by the sentence with plain places.
var sayings, forms = func() (all []saying, byForm map[string]*saying) {
	must := func(err error) {
		if err != nil {
			panic("sayings: " + err.Error())
		}
	}
	text, err := files.ReadFile("said.json")
	must(err)
	must(json.Unmarshal(text, &all))
	parts, err := fs.Glob(files, "said/*.json")
	must(err)
	for _, part := range parts {
		var more map[string]string
		text, err := files.ReadFile(part)
		must(err)
		must(json.Unmarshal(text, &more))
		for said, zh := range more {
			all = append(all, saying{Said: said, ZH: zh})
		}
	}
	for i := range all {
		all[i].prepare()
	}
	slices.SortFunc(all, func(a, b saying) int {
		if a.First != b.First {
			return map[bool]int{true: -1, false: 1}[a.First]
		}
		if a.literal != b.literal {
			return b.literal - a.literal
		}
		return strings.Compare(a.Said, b.Said)
	})
	byForm = map[string]*saying{}
	for i := range all {
		form := gap.ReplaceAllString(all[i].Said, "{$2}")
		if byForm[form] != nil {
			panic("sayings: twice: " + form)
		}
		byForm[form] = &all[i]
	}
	return all, byForm
}()

// prepare makes the pattern of a sentence. One without words of its own would fit everything: it is known by its form alone.
func (s *saying) prepare() {
	s.inner = map[int]string{}
	for _, words := range []string{s.ZH, s.Said} {
		for _, place := range gap.FindAllStringSubmatch(words, -1) {
			if n, _ := strconv.Atoi(place[2]); place[1] != "" {
				s.inner[n] = strings.TrimSuffix(place[1], ":")
			}
		}
	}
	form, own := "^", ""
	for n, literal := range gap.Split(s.Said, -1) {
		if n > 0 {
			form += "(.+?)"
		}
		own += literal + " "
		s.literal += len(literal)
		form += regexp.QuoteMeta(literal)
	}
	if anyWords.MatchString(own) {
		s.form = regexp.MustCompile("(?s)" + form + "$")
	}
}

// Called gives the names of codes that figures hold, by kind and language. Roles, states and what else has texts of its own are
// named here; package api adds those that only the books know.
var Called = map[string]func(lang, code string) string{}

// texts of codes in the catalogue: kind and the beginning of their keys.
var codeTexts = map[string]string{"role": "role.", "state": "state.", "basis": "basis.", "subject": "subject.", "milestone": "choice.milestone.", "payment": "choice.payment.", "duty": "duty.", "fund": "choice.fund_nature.", "flow": "choice.flow."}

// called names one code or a list of them; what has no name stays as it is.
func called(lang, kind, codes string) string {
	separator := ", "
	if strings.Contains(codes, " or ") {
		separator = " or "
	}
	names := strings.Split(strings.Trim(codes, "[]"), separator)
	for i, code := range names {
		code = strings.Trim(code, `"`)
		if key := codeTexts[kind] + code; codeTexts[kind] != "" && Has(key) {
			names[i] = T(lang, key)
		} else if name := Called[kind]; name != nil {
			names[i] = name(lang, code)
		} else if text, known := SaidAs(lang, code, nil); known {
			names[i] = text
		}
	}
	if lang == "zh" {
		return strings.Join(names, "、")
	}
	return strings.Join(names, separator)
}

// Said tells a detail in the reader's language. What is not known is told as it is.
func Said(lang, detail string) string {
	for i := range sayings {
		s := &sayings[i]
		if s.form == nil {
			continue
		}
		if m := s.form.FindStringSubmatch(detail); m != nil {
			last := len(m) - 1
			if first, rest, more := strings.Cut(m[last], "; "); more && last > 0 && s.inner[last-1] == "" && known(rest) { // the figure is followed by a sentence of its own
				m[last] = first
				return s.tell(lang, m[1:], detail) + map[string]string{"zh": "；", "en": "; "}[lang] + Said(lang, rest)
			}
			return s.tell(lang, m[1:], detail)
		}
	}
	if parts := strings.Split(detail, "; "); len(parts) > 1 {
		known := false
		for i, part := range parts {
			parts[i] = Said(lang, part)
			known = known || parts[i] != part
		}
		if known && lang == "zh" {
			return strings.Join(parts, "；")
		}
		return strings.Join(parts, "; ")
	}
	return figure(detail)
}

// known says whether a sentence is one of ours.
func known(detail string) bool {
	return slices.ContainsFunc(sayings, func(s saying) bool { return s.form != nil && s.form.MatchString(detail) })
}

// bareAmount is an amount within a text that has no commas yet.
var bareAmount = regexp.MustCompile(`\b\d{4,}\.\d{2}\b`)

// Commas puts commas into the amounts of a text.
func Commas(text string) string { return bareAmount.ReplaceAllStringFunc(text, Grouped) }

// SaidAs tells a sentence of a known form with its figures; false: the form is not known.
func SaidAs(lang, form string, figures []string) (string, bool) {
	s := forms[form]
	if s == nil {
		return "", false
	}
	return s.tell(lang, figures, ""), true
}

// tell says the sentence with its figures, of which none is the whole detail again.
func (s *saying) tell(lang string, figures []string, detail string) string {
	words := s.ZH
	if lang != "zh" {
		if words = s.EN; words == "" {
			words = s.Said
		}
	}
	return gap.ReplaceAllStringFunc(words, func(place string) string {
		n, _ := strconv.Atoi(gap.FindStringSubmatch(place)[2])
		if n >= len(figures) {
			return place
		}
		switch said, kind := figures[n], s.inner[n]; {
		case kind == "=" && said != detail:
			return Said(lang, said)
		case kind == "@" && len(said) == 6 && !strings.Contains(said, "-"):
			return said[:4] + "-" + said[4:]
		case kind == "", kind == "=", kind == "@":
			return figure(said)
		default:
			return called(lang, kind, said)
		}
	})
}

// figure groups the thousands of an amount.
func figure(said string) string {
	if amount.MatchString(said) {
		return Grouped(said)
	}
	return said
}

// KeyOf gives the key of a known sentence and its figures; empty: it is not known, or has no key.
func KeyOf(detail string) (key string, figures []string) {
	for i := range sayings {
		if s := &sayings[i]; s.form != nil {
			if m := s.form.FindStringSubmatch(detail); m != nil {
				return s.Key, m[1:]
			}
		}
	}
	return "", nil
}

// Sayings are the known sentences as they are said and in Chinese, for tests.
func Sayings() map[string]string {
	all := map[string]string{}
	for _, s := range sayings {
		all[s.Said] = s.ZH
	}
	return all
}
