// Package seeds holds what a new book starts from: the government's notice of its livelihood projects as data, the
// accounting units it names, and the demonstration book.
package seeds

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed notice-2025.md
var notice string

// Notice is the notice of 2025, byte for byte as published.
func Notice() string { return notice }

// section is one programme's part of the notice. Its quotes are found in the text as it stands, broken paragraphs
// included, so that a reader who counts runes in the published file finds the same words.
type section struct {
	number  int
	heading string
	body    string // without the line breaks inside it
	text    string // as published
	start   int    // runes of the notice before text
}

var (
	tasksPart    = regexp.MustCompile(`(?m)^##\s*一、.*$`)
	nextPart     = regexp.MustCompile(`(?m)^##\s`)
	itemHeading  = regexp.MustCompile(`(?m)^\*\*\s*[(（]([一二三四五六七八九十]+)[)）](.+?)。?\*\*`) // the notice mixes both kinds of brackets
	bodyEnd      = regexp.MustCompile(`(?m)^责任领导：`)
	insideBreaks = regexp.MustCompile(`\s*\n\s*`)
)

// sections cuts the notice's list of tasks into its programmes; the requirements behind the list are numbered alike.
func sections(text string) ([]section, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("the notice is not UTF-8 text")
	}
	head := tasksPart.FindStringIndex(text)
	if head == nil {
		return nil, fmt.Errorf("the notice has no heading %q", "## 一、工作任务")
	}
	end := len(text)
	if next := nextPart.FindStringIndex(text[head[1]:]); next != nil {
		end = head[1] + next[0]
	}
	items := itemHeading.FindAllStringSubmatchIndex(text[:end], -1)
	all := make([]section, 0, len(items))
	for i, at := range items {
		stop := end
		if i+1 < len(items) {
			stop = items[i+1][0]
		}
		number := chineseNumber(text[at[2]:at[3]])
		if number != i+1 {
			return nil, fmt.Errorf("the notice's item %d is numbered %s", i+1, text[at[2]:at[3]])
		}
		s := section{number: number, heading: strings.TrimSpace(text[at[4]:at[5]]), text: text[at[0]:stop], start: utf8.RuneCountInString(text[:at[0]])}
		s.body = text[at[1]:stop]
		if cut := bodyEnd.FindStringIndex(s.body); cut != nil {
			s.body = s.body[:cut[0]]
		}
		s.body = insideBreaks.ReplaceAllString(strings.TrimSpace(s.body), "")
		all = append(all, s)
	}
	return all, nil
}

var chineseDigits = []rune("零一二三四五六七八九十")

// chineseNumber reads 一 … 十 and 两; 0 is none of them.
func chineseNumber(text string) int {
	if text == "两" {
		return 2
	}
	for n, r := range chineseDigits {
		if text == string(r) {
			return n
		}
	}
	return 0
}

// span is a piece of the notice: its words and where they stand, in runes of the whole text.
type span struct {
	quote      string
	start, end int
}

// at makes the span of bytes from…to of the section.
func (s section) at(from, to int) span {
	start := s.start + utf8.RuneCountInString(s.text[:from])
	return span{quote: s.text[from:to], start: start, end: start + utf8.RuneCountInString(s.text[from:to])}
}

var placeholders = map[string]string{
	"{amount}": amountWords,
	"{count}":  `([0-9]+)`,
	"{list}":   `([^，。；：]+?)`,
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// compile makes a pattern out of a sentence: white space may stand or be missing anywhere, because the published text
// breaks lines inside words and spaces numbers unevenly.
func compile(sentence string) (*regexp.Regexp, error) {
	var parts []string
	literal := func(text string) {
		for _, r := range text {
			if !unicode.IsSpace(r) {
				parts = append(parts, regexp.QuoteMeta(string(r)))
			}
		}
	}
	rest := 0
	for _, at := range placeholder.FindAllStringIndex(sentence, -1) {
		literal(sentence[rest:at[0]])
		p, ok := placeholders[sentence[at[0]:at[1]]]
		if !ok {
			return nil, fmt.Errorf("%q has no meaning in a sentence pattern", sentence[at[0]:at[1]])
		}
		parts = append(parts, p)
		rest = at[1]
	}
	literal(sentence[rest:])
	return regexp.Compile(strings.Join(parts, `\s*`))
}

// find is the one place in the section that has the sentence: where it and what fills its placeholders begin and end, in
// bytes of the section. A sentence that is missing, or that stands twice so that nobody knows which is meant, refuses the
// notice.
func (s section) find(what, sentence string) ([]int, error) {
	pattern, err := compile(sentence)
	if err != nil {
		return nil, err
	}
	found := pattern.FindAllStringSubmatchIndex(s.text, -1)
	if len(found) != 1 {
		return nil, fmt.Errorf("programme %d (%s): %s: the sentence %q stands %d times in the notice, wanted once", s.number, s.heading, what, sentence, len(found))
	}
	return found[0], nil
}
