package api

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/api/web"
	"mingzhang/projects"
)

// noticeSource is where in the notice a project's figures stand, as the seed keeps it.
type noticeSource struct {
	Heading string `json:"heading"`
	Body    string `json:"body"`
	Due     *struct {
		Quote string `json:"quote"`
	} `json:"due"`
	Parties []struct {
		Role  string `json:"role"`
		Name  string `json:"name"`
		Quote string `json:"quote"`
	} `json:"parties"`
	Figures []struct {
		Name     string          `json:"name"`
		Quote    string          `json:"quote"`
		Sentence string          `json:"sentence"`
		Value    decimal.Decimal `json:"value"`
		Unit     string          `json:"unit"`
		Approx   bool            `json:"approximate"`
	} `json:"figures"`
	Lists []struct {
		Name  string   `json:"name"`
		Items []string `json:"items"`
		Quote string   `json:"quote"`
	} `json:"lists"`
}

func sourceOf(n projects.Node) (s noticeSource) {
	_ = json.Unmarshal(n.SeedRef, &s) // a project that no notice brought has none
	return s
}

type (
	// quotedFact is a fact with the words it comes from.
	quotedFact struct {
		Name, Value string
		Words       []markedText
	}
	markedText struct {
		Text   string
		Marked bool
	}
)

// mark marks quotes in a text; what overlaps is marked once.
func mark(text string, quotes ...string) (out []markedText) {
	on := make([]bool, len(text))
	for _, q := range quotes {
		if at := strings.Index(text, q); at >= 0 && q != "" {
			for i := at; i < at+len(q); i++ {
				on[i] = true
			}
		}
	}
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && on[j] == on[i] {
			j++
		}
		out = append(out, markedText{text[i:j], on[i]})
		i = j
	}
	return out
}

// facts are what the notice says of a project, each with its sentence.
func (l *look) facts(n projects.Node) (facts []quotedFact) {
	s := sourceOf(n)
	if s.Heading != "" {
		facts = append(facts, quotedFact{Name: l.t("fact.heading"), Words: mark(s.Heading)})
	}
	for _, f := range s.Figures {
		name := f.Quote
		if web.Has("fact." + f.Name) {
			name = l.t("fact." + f.Name)
		}
		value := web.Grouped(f.Value.String()) + " " + l.unit(f.Unit)
		if f.Approx {
			value = l.t("fact.about", value)
		}
		facts = append(facts, quotedFact{Name: name, Value: value, Words: mark(f.Sentence, f.Quote)})
	}
	for _, f := range s.Lists {
		name := l.t("fact.list")
		if web.Has("fact.list." + f.Name) {
			name = l.t("fact.list." + f.Name)
		}
		facts = append(facts, quotedFact{Name: name, Value: l.t("fact.items", len(f.Items)), Words: mark(f.Quote, f.Items...)})
	}
	if s.Due != nil {
		facts = append(facts, quotedFact{Name: l.t("project.due"), Value: n.DueMonth, Words: mark(s.Due.Quote)})
	}
	var roles []string
	for _, p := range s.Parties {
		if !slices.Contains(roles, p.Role) {
			roles = append(roles, p.Role)
			facts = append(facts, quotedFact{Name: l.t("project.party." + p.Role), Words: mark(p.Quote)})
		}
	}
	return facts
}

// unit is a measure in the reader's language, as far as there is a word.
func (l *look) unit(unit string) string {
	if l.lang == "en" && web.Has("unit."+unit) {
		return l.t("unit." + unit)
	}
	return unit
}

// noticeText is the paragraph with every quoted figure marked.
func noticeText(n projects.Node) []markedText {
	s := sourceOf(n)
	var quotes []string
	for _, f := range s.Figures {
		quotes = append(quotes, f.Quote)
	}
	return mark(s.Body, quotes...)
}
