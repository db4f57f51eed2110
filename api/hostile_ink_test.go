package api_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"mingzhang/projects"
)

// ink deals out hostile texts, several in one, so that each is found again wherever it comes out: behind its first piece and at its end
// stands its number, and what shows the number has to show all that was typed round it.
type ink struct {
	t     *testing.T
	next  []string                   // what is still to be dealt
	given map[string]string          // what was typed, by its number
	seen  map[string]map[string]bool // the kinds of places that showed it
	made  int
	took  map[string]bool // forms that took their texts

	field, file string // a file that goes with the next form
}

// unprintable are texts of what a print has no shape for or what turns others round, and what else a page may lose.
var unprintable = []string{"＝1+1", "\u202egnp.exe", "a\u0301e\u0323", "\u200b零\u200d宽\ufeff", "\ue000私", "空\u00a0格", "🇨🇳旗", "𬉼𠀀", "ﷺ", "％０Ａ", "\u2028行"}

var formulas = []string{"=1+1", "@SUM(A1)", "+1+1", "-1", "＝1+1", "－1"}

func newInk(t *testing.T) *ink {
	return &ink{t: t, given: map[string]string{}, seen: map[string]map[string]bool{}, took: map[string]bool{}}
}

// text is a text of at most so many characters, made of as many that were not yet dealt as there is room for.
func (k *ink) text(most int) string {
	if len(k.next) < 40 {
		k.next = append(k.next, append(slices.Clone(unprintable), hostile()...)...)
	}
	if k.made++; most <= 60 { // numbers and codes stand alone in cells: let each begin like a formula
		formula := formulas[k.made%len(formulas)]
		k.next = append([]string{formula}, k.next...)
	}
	number := fmt.Sprint(k.made)
	text := ""
	for i := 0; i < len(k.next); {
		piece := k.next[i]
		if text != "" {
			piece = " " + piece
		} else {
			piece += "始" + number + "·"
		}
		if room := most - utf8.RuneCountInString(text) - len(number) - 2; utf8.RuneCountInString(piece) > room {
			i++
			continue
		}
		text += piece
		k.next = slices.Delete(k.next, i, i+1)
		if utf8.RuneCountInString(text) > 480 { // a text, not a book
			break
		}
	}
	text = strings.TrimSpace(text + "终" + number + "·")
	k.given[number] = text
	return text
}

// changed is a text as its field keeps it, where that is not as it is typed.
func (k *ink) changed(most int, change *strings.Replacer) string {
	text := k.text(most)
	for number, typed := range k.given {
		if typed == text {
			k.given[number] = change.Replace(text)
		}
	}
	return change.Replace(text)
}

// forget takes back what was not taken.
func (k *ink) forget(texts ...string) {
	maps.DeleteFunc(k.given, func(_, text string) bool { return slices.Contains(texts, text) })
}

// types fills in a form, a hostile text of at most so many characters where a field is a number, and wants it taken.
func (k *ink) types(r *reader, action string, fields map[string]any) *reader {
	k.t.Helper()
	form := r.form(action)
	key := hostileForm{action: action, values: form}.key()
	for _, name := range slices.Sorted(maps.Keys(fields)) { // in one order, so that each run deals alike
		switch v := fields[name].(type) {
		case int:
			form.Set(name, k.text(v))
		case string:
			form.Set(name, v)
		}
	}
	if k.file == "" {
		r.send(action, form)
	} else {
		r.attached(action, form, k.field, k.file, strings.NewReader("附件 "+fmt.Sprint(k.made)))
		k.file = ""
	}
	if noElement(k.t, r); r.status != http.StatusOK {
		k.t.Errorf("%s: %d %s", key, r.status, problemOf(r))
		for _, text := range form {
			k.forget(text...)
		}
		return r
	}
	k.took[key] = true
	k.page(r)
	return r
}

var numbered = regexp.MustCompile(`[始终]([0-9]+)·`)

// whole fails for a text that stands somewhere without all of it; print: characters that no print has may stand as boxes.
func (k *ink) whole(place, where, shown string, print bool) {
	k.t.Helper()
	shown = bare(shown)
	met := map[string]bool{}
	for _, m := range numbered.FindAllStringSubmatch(shown, -1) {
		met[m[1]] = true
	}
	for number := range met {
		text, known := k.given[number]
		if !known {
			continue // a refused form gives back what was typed
		}
		if print {
			text = printed(text)
		}
		text = bare(text)
		if k.seen[number] == nil {
			k.seen[number] = map[string]bool{}
		}
		k.seen[number][place] = true
		whole := strings.Count(shown, text)
		if begun, ended := strings.Count(shown, "始"+number+"·"), strings.Count(shown, "终"+number+"·"); begun != whole || ended != whole {
			at := strings.Index(shown, "始"+number+"·")
			if k.seen[number]["broken "+place] { // once is enough
				continue
			}
			k.seen[number]["broken "+place] = true
			k.t.Errorf("%s shows text %s %d times from its beginning, %d times to its end, %d times whole:\n%s\nit was\n%s", where, number, begun, ended, whole, around(shown, at, len(text)), text)
		}
	}
}

func around(text string, at, size int) string {
	return strings.ToValidUTF8(text[max(0, min(at, len(text))-60):min(len(text), max(at, 0)+size+60)], "")
}

// printed is a text as a print shows it.
func printed(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff || unicode.In(r, unicode.Cf, unicode.Mn, unicode.Arabic, unicode.Co) || r == '\u2028' {
			return '□'
		}
		return r
	}, text)
}

// page looks at what a page says and at what it offers to change.
func (k *ink) page(r *reader) {
	k.t.Helper()
	if r.status != http.StatusOK {
		k.t.Errorf("%s: %d %s", r.at, r.status, problemOf(r))
	}
	asText(k.t, r, "始")
	noElement(k.t, r)
	var said []string
	for n := range r.page.Descendants() {
		if n.Type == html.TextNode {
			said = append(said, n.Data)
		}
		for _, a := range n.Attr {
			if a.Key != "href" && a.Key != "action" {
				said = append(said, a.Val)
			}
		}
	}
	k.whole("page", r.at, strings.Join(said, "\n"), false)
}

// csv looks into a table as a spreadsheet reads it.
func (k *ink) csv(where string, content []byte) {
	k.t.Helper()
	text, marked := bytes.CutPrefix(content, []byte("\ufeff"))
	table := csv.NewReader(bytes.NewReader(text))
	table.FieldsPerRecord = -1
	rows, err := table.ReadAll()
	if err != nil || !marked {
		k.t.Errorf("%s: with a mark: %v, %v", where, marked, err)
	}
	for _, cell := range slices.Concat(rows...) {
		if plain := projects.PlainCell(cell); plain != cell && !plainNumber.MatchString(cell) {
			k.t.Errorf("%s: the cell %q is a formula", where, cell)
		}
		k.whole("csv", where, cell, false)
	}
}

// workbook looks into every cell of a workbook.
func (k *ink) workbook(where string, content []byte) {
	k.t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		k.t.Errorf("%s: %v", where, err)
		return
	}
	defer func() { _ = book.Close() }()
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			k.t.Errorf("%s: %v", where, err)
		}
		for i, row := range rows {
			for j, cell := range row {
				name, _ := excelize.CoordinatesToCellName(j+1, i+1)
				if formula, err := book.GetCellFormula(sheet, name); formula != "" || err != nil {
					k.t.Errorf("%s: %s is the formula %s (%v)", where, name, formula, err)
				}
				k.whole("xlsx", where, cell, false)
			}
		}
	}
}

// print looks at a form on paper; its boxes are explained on it.
func (k *ink) print(r *reader, name, path string) {
	k.t.Helper()
	content := r.fetch(path)
	if !bytes.HasPrefix(content, []byte("%PDF")) {
		k.t.Errorf("%s is no PDF: %.200s", path, content)
		return
	}
	text := pdfText(k.t, name, content)
	if strings.Contains(text, "□") && !strings.Contains(bare(text), bare("□ 表示字库无法印出的字符")) {
		k.t.Errorf("%s has boxes and does not say of what", path)
	}
	k.whole("print of "+strings.Split(name, " ")[0], path, text, true)
}

// download looks at whatever a link brings.
func (k *ink) download(r *reader, address string) {
	k.t.Helper()
	to, err := url.Parse(address)
	r.must(err)
	name := "link " + strings.Trim(notName.ReplaceAllString(to.Path, "-"), "-")
	switch content := r.fetch(address); {
	case strings.HasSuffix(to.Path, "/print"):
		k.print(r, name, address)
	case bytes.HasPrefix(content, []byte("PK")) && unpacked(k.t, content)["[Content_Types].xml"] != nil:
		k.workbook(address, content)
	case bytes.HasPrefix(content, []byte("PK")):
		for file, content := range unpacked(k.t, content) {
			switch {
			case strings.HasSuffix(file, ".csv"):
				k.csv(address+" "+file, content)
			case strings.HasSuffix(file, ".pdf"):
				k.whole("zip", address+" "+file, pdfText(k.t, "archived", content), true)
			}
		}
	case bytes.HasPrefix(content, []byte("\ufeff")):
		k.csv(address, content)
	}
}

var notName = regexp.MustCompile(`[^0-9A-Za-z]+`)
