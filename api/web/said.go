package web

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// saying is a sentence as the books and lists say it in a detail, with {0}, {1}, … for its figures, and how pages say it. What
// stands at {=0} is a sentence itself, at {@0} a period such as 202503.
type saying struct {
	Key  string `json:"key,omitempty"` // for pages that do more with it than show it
	Said string `json:"said"`
	ZH   string `json:"zh"`
	EN   string `json:"en,omitempty"` // empty: as it was said

	form    *regexp.Regexp
	inner   []byte // of each figure: = it is a sentence, @ a period
	literal int    // letters that are its own: of two that fit, the one with more is meant
}

var gap = regexp.MustCompile(`\{[=@]?[0-9]\}`)

// sayings are known sentences, those with most letters of their own first.
var sayings = func() (all []saying) {
	text, err := files.ReadFile("said.json")
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic("said.json: " + err.Error())
	}
	for i := range all {
		s := &all[i]
		form := "^"
		for n, literal := range gap.Split(s.Said, -1) {
			if s.literal += len(literal); n > 0 {
				form += "(.+?)"
			}
			form += regexp.QuoteMeta(literal)
		}
		s.form = regexp.MustCompile("(?s)" + form + "$")
		for _, place := range gap.FindAllString(s.Said, -1) {
			s.inner = append(s.inner, place[1])
		}
	}
	slices.SortStableFunc(all, func(a, b saying) int { return b.literal - a.literal })
	return all
}()

// Said tells a detail in the reader's language. What is not known is told as it is.
func Said(lang, detail string) string {
	for i := range sayings {
		s := &sayings[i]
		m := s.form.FindStringSubmatch(detail)
		if m == nil {
			continue
		}
		words := s.ZH
		if lang != "zh" {
			if words = s.EN; words == "" {
				words = s.Said
			}
		}
		return gap.ReplaceAllStringFunc(words, func(place string) string {
			n, _ := strconv.Atoi(strings.Trim(place, "{=@}"))
			switch figure := m[n+1]; {
			case s.inner[n] == '=' && figure != detail:
				return Said(lang, figure)
			case s.inner[n] == '@' && len(figure) == 6:
				return figure[:4] + "-" + figure[4:]
			default:
				return figure
			}
		})
	}
	if parts := strings.Split(detail, "; "); len(parts) > 1 {
		for i := range parts {
			parts[i] = Said(lang, parts[i])
		}
		if lang == "zh" {
			return strings.Join(parts, "；")
		}
		return strings.Join(parts, "; ")
	}
	return detail
}

// SaidAs gives the key of a known sentence and its figures; empty: it is not known, or has no key.
func SaidAs(detail string) (key string, figures []string) {
	for i := range sayings {
		if m := sayings[i].form.FindStringSubmatch(detail); m != nil {
			return sayings[i].Key, m[1:]
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
