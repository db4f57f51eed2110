package seeds

import (
	"fmt"
	"regexp"
	"strconv"
)

var partyLines = []struct {
	role  Role
	label string
	line  *regexp.Regexp
}{
	{Leader, "责任领导", regexp.MustCompile(`(?m)^责任领导：(.*\S)\s*?$`)},
	{Lead, "牵头单位", regexp.MustCompile(`(?m)^牵头单位：(.*\S)\s*?$`)},
	{Cooperating, "配合单位", regexp.MustCompile(`(?m)^配合单位：(.*\S)\s*?$`)},
}

var dueLine = regexp.MustCompile(`(?m)^完成时间：\s*([0-9]{4})\s*年\s*([0-9]{1,2})\s*月`)

// programme reads what the lines below the task say: who answers for it, and by when it is done.
func (s section) programme(year int) (Programme, error) {
	p := Programme{Number: s.number, Code: fmt.Sprintf("%d-%02d", year, s.number), Heading: s.heading, Body: s.body}
	for _, l := range partyLines {
		at := l.line.FindStringSubmatchIndex(s.text)
		if at == nil {
			return p, fmt.Errorf("programme %d (%s): no line %q", s.number, s.heading, l.label+"：")
		}
		where := s.at(at[0], at[3])
		for _, name := range names(s.text[at[2]:at[3]]) {
			p.Parties = append(p.Parties, Party{Role: l.role, Name: name, Quote: where.quote, Start: where.start, End: where.end})
		}
	}
	at := dueLine.FindStringSubmatchIndex(s.text)
	if at == nil {
		return p, fmt.Errorf("programme %d (%s): no line %q", s.number, s.heading, "完成时间：… 年 … 月")
	}
	where := s.at(at[0], at[1])
	p.Due = Due{Quote: where.quote, Start: where.start, End: where.end}
	p.Due.Year, _ = strconv.Atoi(s.text[at[2]:at[3]]) // the pattern has let digits through only
	p.Due.Month, _ = strconv.Atoi(s.text[at[4]:at[5]])
	if p.Due.Month < 1 || p.Due.Month > 12 {
		return p, fmt.Errorf("programme %d (%s): %q is no month", s.number, s.heading, p.Due.Quote)
	}
	return p, nil
}

var announcement = regexp.MustCompile(`谋划实施\s*([0-9]{4})\s*年\s*([0-9]+)\s*件\s*民生实事`)

// announced compares the list of tasks with the opening sentence, which says the year and how many there are: a cut text
// must not pass for a shorter plan.
func announced(text string, year, programmes int) error {
	words := announcement.FindStringSubmatch(text)
	if words == nil {
		return fmt.Errorf("the notice does not say %q", "谋划实施 … 年 … 件民生实事")
	}
	if words[1] != strconv.Itoa(year) || words[2] != strconv.Itoa(programmes) {
		return fmt.Errorf("the notice announces %q, read as %d programmes of %d", words[0], programmes, year)
	}
	return nil
}
