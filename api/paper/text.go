package paper

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const box = '□' // stands for a character that cannot be printed

// plain is a text as it can be printed: line ends stay, tabs become spaces, and what has no shape of its own or is not in the
// face (control and direction characters, emoji, rare names) becomes a box, so that nothing hides and nothing turns round.
func (p *press) plain(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == ' ':
			return r
		case r == '\t', r == '\u00a0':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r), r == utf8.RuneError, r == '\u2028', r == '\u2029', !p.has(r):
			p.missing[r] = true
			return box
		}
		return r
	}, text)
}

func (p *press) has(r rune) bool {
	if _, known := p.widths[r]; known {
		return true
	}
	there, err := p.pdf.IsCurrFontContainGlyph(r)
	return err == nil && there
}

// nameMissing notes at the end which characters stand as boxes.
func (p *press) nameMissing() {
	if len(p.missing) == 0 {
		return
	}
	var all []rune
	for r := range p.missing {
		all = append(all, r)
	}
	slices.Sort(all)
	var names []string
	for _, r := range all[:min(len(all), 40)] {
		names = append(names, fmt.Sprintf("U+%04X", r))
	}
	if len(all) > 40 {
		names = append(names, fmt.Sprintf("等 %d 个", len(all)))
	}
	p.note("□ 表示字库无法印出的字符：" + strings.Join(names, " "))
}

// note writes a remark below what stands above.
func (p *press) note(text string) {
	p.y += 4
	p.row([]Cell{{Text: text, Share: 1, size: 7.5, bare: true}})
}

// measure is the width of a line in points.
func (p *press) measure(line string, size float64) float64 {
	sum := 0.0
	for _, r := range line {
		sum += p.runeWidth(r)
	}
	return sum * size / 1000
}

func (p *press) runeWidth(r rune) float64 {
	w, known := p.widths[r]
	if !known {
		var err error
		p.keep(p.pdf.SetFontSize(1000))
		w, err = p.pdf.MeasureTextWidth(string(r))
		p.keep(err)
		p.widths[r] = w
	}
	return w
}

// smallest is the size below which nobody reads a print.
const smallest = 5.0

// fit makes a line narrower by its size, down to the smallest, and then by its end.
func (p *press) fit(line string, width float64, size *float64) string {
	w := p.measure(line, *size)
	if w <= width {
		return line
	}
	*size = max(smallest, *size*width/w)
	runes := []rune(line)
	for p.measure(string(runes), *size) > width+0.01 && len(runes) > 1 {
		runes = append(runes[:len(runes)-2], '…')
	}
	return string(runes)
}

// wrap breaks a text into lines of a width: between Chinese characters, at spaces, and inside a word only when the word is
// longer than a line. A line does not begin with a closing mark.
func (p *press) wrap(text string, size, width float64) (lines []string) {
	for _, paragraph := range strings.Split(p.plain(text), "\n") {
		lines = append(lines, p.wrapLine([]rune(strings.TrimRight(paragraph, " ")), size, width)...)
	}
	return lines
}

func (p *press) wrapLine(rest []rune, size, width float64) (lines []string) {
	for {
		fits, w := 0, 0.0
		for fits < len(rest) {
			if w += p.runeWidth(rest[fits]) * size / 1000; w > width && fits > 0 {
				break
			}
			fits++
		}
		if fits == len(rest) {
			return append(lines, string(rest))
		}
		at := breakBefore(rest, fits)
		lines = append(lines, strings.TrimRight(string(rest[:at]), " "))
		rest = rest[at:]
		for len(rest) > 0 && rest[0] == ' ' {
			rest = rest[1:]
		}
	}
}

// breakBefore finds the last good place for a break at or before a place.
func breakBefore(line []rune, fits int) int {
	const closing = "，。、；：？！）》」』】〕”’%％,.;:?!)"
	for at := fits; at > 0 && at > fits-24; at-- {
		inWord := isWord(line[at-1]) && isWord(line[at])
		if !inWord && !strings.ContainsRune(closing, line[at]) && !strings.ContainsRune("（《「『【〔“‘(", line[at-1]) {
			return at
		}
	}
	return fits
}

func isWord(r rune) bool {
	return r < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./,@¥", r))
}
