// Package paper prints forms: plain structs in, PDF out. It knows neither database nor HTTP. Prints are in Chinese, as the
// paper forms people sign and bind are; columns are those of the rules named at each form.
package paper

import (
	"bytes"
	"fmt"
	"time"

	"github.com/signintech/gopdf"

	"mingzhang/accounting"
)

// Imprint is what every print says of itself.
type Imprint struct {
	Book      string // name of the set of books
	Demo      bool   // a demonstration, marked on every sheet
	PrintedBy string
	PrintedAt time.Time
}

// mm is a millimetre in points, the unit of all lengths here.
const mm = 72 / 25.4

// format is a sheet of paper, or a part of a page that is cut off afterwards.
type format struct {
	width, height            float64 // of the page
	slots                    int     // sheets on a page, one below the other
	left, right, top, bottom float64 // margins of a sheet; left is where it is bound
}

var (
	portrait  = format{210 * mm, 297 * mm, 1, 20 * mm, 12 * mm, 12 * mm, 14 * mm}
	landscape = format{297 * mm, 210 * mm, 1, 12 * mm, 12 * mm, 14 * mm, 13 * mm}
	halves    = format{210 * mm, 297 * mm, 2, 20 * mm, 10 * mm, 9 * mm, 10 * mm}
	slip      = format{240 * mm, 140 * mm, 1, 20 * mm, 8 * mm, 8 * mm, 9 * mm}
)

type colour [3]uint8

var (
	black = colour{0, 0, 0}
	red   = colour{192, 0, 0}
	grey  = colour{110, 110, 110}
	pale  = colour{242, 242, 242}
	shade = colour{238, 238, 238}
)

// press lays sheets out first and prints them at the end, when their number is known.
type press struct {
	Imprint
	title   string
	pdf     *gopdf.GoPdf
	format  format
	sheets  []*sheet
	y       float64 // of the next line, from the sheet's top
	fresh   float64 // where a sheet begins below what stands on top of each
	widths  map[rune]float64
	missing map[rune]bool
	onSheet func() // draws what stands on top of each sheet
	topping bool   // it is at it
	err     error
}

// sheet is what stands on it, in order.
type sheet struct {
	format  format
	strokes []func(top float64)
}

func newPress(f *Font, in Imprint, title string, size format) *press {
	p := &press{Imprint: in, title: title, pdf: &gopdf.GoPdf{}, format: size, widths: map[rune]float64{}, missing: map[rune]bool{}}
	p.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: size.width, H: size.height}})
	if p.err = p.pdf.AddTTFFontData("face", f.face); p.err == nil {
		p.err = p.pdf.SetFont("face", "", 1000)
	}
	return p
}

func (p *press) width() float64 { return p.format.width - p.format.left - p.format.right }

// floor is how far a sheet may be written on.
func (p *press) floor() float64 {
	return p.format.height/float64(p.format.slots) - p.format.bottom
}

// newSheet begins a sheet with what stands on top of each.
func (p *press) newSheet() {
	p.sheets = append(p.sheets, &sheet{format: p.format})
	p.y = p.format.top
	if p.onSheet != nil {
		p.topping = true
		p.onSheet()
		p.topping = false
	}
	p.fresh = p.y
}

func (p *press) draw(stroke func(top float64)) {
	s := p.sheets[len(p.sheets)-1]
	s.strokes = append(s.strokes, stroke)
}

// text writes one line; x and y are its left end and its baseline.
func (p *press) text(x, y, size float64, c colour, line string) {
	if line == "" {
		return
	}
	p.draw(func(top float64) {
		p.keep(p.pdf.SetFontSize(size))
		p.pdf.SetTextColor(c[0], c[1], c[2])
		p.pdf.SetXY(x, top+y)
		p.keep(p.pdf.Text(line))
	})
}

func (p *press) line(x1, y1, x2, y2, thick float64) {
	p.draw(func(top float64) {
		p.pdf.SetLineWidth(thick)
		p.pdf.SetStrokeColor(0, 0, 0)
		p.pdf.Line(x1, top+y1, x2, top+y2)
	})
}

func (p *press) rectangle(x, y, w, h float64) {
	p.draw(func(top float64) {
		p.pdf.SetLineWidth(0.5)
		p.pdf.SetStrokeColor(0, 0, 0)
		p.pdf.RectFromUpperLeftWithStyle(x, top+y, w, h, "D")
	})
}

func (p *press) fill(x, y, w, h float64, c colour) {
	p.draw(func(top float64) {
		p.pdf.SetFillColor(c[0], c[1], c[2])
		p.pdf.RectFromUpperLeftWithStyle(x, top+y, w, h, "F")
	})
}

func (p *press) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

// heading is a form's name in the middle, underlined twice as on printed forms.
func (p *press) heading(name string, size float64) {
	line := p.fit(name, p.width(), &size)
	w := p.measure(line, size)
	x := p.format.left + (p.width()-w)/2
	p.y += size
	p.text(x, p.y, size, black, line)
	p.line(x-6, p.y+4, x+w+6, p.y+4, 0.7)
	p.line(x-6, p.y+5.8, x+w+6, p.y+5.8, 0.7)
	p.y += 11
}

// bytes prints all sheets. A character that the face has not stands as a box; the last sheet names which they were.
func (p *press) bytes() ([]byte, error) {
	p.Book, p.PrintedBy = p.plain(p.Book), p.plain(p.PrintedBy) // they stand on every sheet
	p.nameMissing()
	p.pdf.SetInfo(gopdf.PdfInfo{Title: p.title, Creator: "明账", CreationDate: p.PrintedAt})
	slot := 0
	for i, s := range p.sheets {
		if slot++; i == 0 || slot >= s.format.slots || p.sheets[i-1].format != s.format {
			slot = 0
		}
		top := float64(slot) * s.format.height / float64(s.format.slots)
		if slot == 0 {
			p.pdf.AddPageWithOption(gopdf.PageOption{PageSize: &gopdf.Rect{W: s.format.width, H: s.format.height}})
		} else {
			p.cutHere(s.format)
		}
		p.frame(s, top, i+1)
		for _, stroke := range s.strokes {
			stroke(top)
		}
	}
	if p.err != nil {
		return nil, fmt.Errorf("print %s: %w", p.title, p.err)
	}
	var b bytes.Buffer
	if _, err := p.pdf.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("print %s: %w", p.title, err)
	}
	return b.Bytes(), nil
}

func (p *press) cutHere(f format) {
	p.pdf.SetLineWidth(0.4)
	p.pdf.SetStrokeColor(grey[0], grey[1], grey[2])
	p.pdf.SetLineType("dashed")
	p.pdf.Line(6*mm, f.height/2, f.width-6*mm, f.height/2)
	p.pdf.SetLineType("")
}

// frame is what each sheet says of itself: whose book, who printed it when, which sheet of how many, and that a
// demonstration is none of the real books.
func (p *press) frame(s *sheet, top float64, n int) {
	f := s.format
	height := f.height / float64(f.slots)
	write := func(x, y, size float64, c colour, text string) {
		p.keep(p.pdf.SetFontSize(size))
		p.pdf.SetTextColor(c[0], c[1], c[2])
		p.pdf.SetXY(x, y)
		p.keep(p.pdf.Text(text))
	}
	if p.Demo {
		size := min(height, f.width) / 4.5
		write(f.width/2-size, top+height/2+size*0.36, size, pale, "演示")
		write(f.left, top+f.top, 8, red, "演示账套，不作凭据")
	}
	base := top + height - f.bottom + 5*mm
	number := fmt.Sprintf("第 %d/%d 页", n, len(p.sheets))
	numberWidth := p.measure(number, 7.5)
	size := 7.5
	about := p.fit(fmt.Sprintf("账套：%s　打印：%s　%s", p.Book, p.PrintedBy, p.PrintedAt.Format("2006-01-02 15:04")), f.width-f.left-f.right-numberWidth-10, &size)
	write(f.left, base, size, grey, about)
	write(f.width-f.right-numberWidth, base, 7.5, grey, number)
}

// Day is a date as forms print it: 2025年6月30日.
func Day(d accounting.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day())
}

// MonthOf is a period as forms print it.
func MonthOf(p accounting.Period) string {
	switch p.Month() {
	case 13:
		return fmt.Sprintf("%d年调整期", p.Year())
	case 14:
		return fmt.Sprintf("%d年结转期", p.Year())
	default:
		return fmt.Sprintf("%d年%d月", p.Year(), p.Month())
	}
}
