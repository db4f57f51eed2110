package paper

import "strings"

// align says where the text of a cell stands.
type align int

const (
	left align = iota
	middle
	right
)

// Cell is a part of a row. Its width is its share of the row.
type Cell struct {
	Text   string
	Share  float64
	Align  align
	Head   bool // shaded: names a column or the cell beside it
	Red    bool
	Figure bool    // one line, right, made smaller rather than broken
	size   float64 // 0: the press's usual
	bare   bool    // without lines round it
}

const (
	usualSize = 8.5
	padding   = 2.6
	leading   = 1.28 // line height in sizes
	ascent    = 0.93 // of the first line, in sizes
)

// laid is a cell broken into lines.
type laid struct {
	Cell
	x, w  float64
	lines []string
}

func (p *press) lay(cells []Cell) (row []laid, height float64) {
	shares := 0.0
	for _, c := range cells {
		shares += c.Share
	}
	x := p.format.left
	for _, c := range cells {
		if c.size == 0 {
			c.size = usualSize
		}
		l := laid{Cell: c, x: x, w: p.width() * c.Share / shares}
		room := l.w - 2*padding
		if c.Figure {
			l.Align = right
			l.lines = []string{p.fit(strings.ReplaceAll(p.plain(c.Text), "\n", " "), room, &l.size)}
		} else {
			l.lines = p.wrap(c.Text, c.size, room)
		}
		x += l.w
		height = max(height, float64(len(l.lines))*l.size*leading+2*padding)
		row = append(row, l)
	}
	return row, height
}

// row writes a row, on a new sheet if this one has no room for it. A row higher than a sheet goes on over several.
func (p *press) row(cells []Cell) {
	row, height := p.lay(cells)
	if p.topping {
		p.put(p.shortened(row))
		return
	}
	for height > p.floor()-p.y+0.01 {
		if p.y > p.fresh && height <= p.floor()-p.fresh {
			p.newSheet()
			continue
		}
		row, height = p.putPart(row, height)
		p.newSheet()
	}
	p.put(row, height)
}

// shortened cuts a row on top of each sheet to the lines that a sixth of it holds, so that something is left of the sheet: the longest
// name of a unit stands there whole.
func (p *press) shortened(row []laid) ([]laid, float64) {
	height := 0.0
	for i := range row {
		l := &row[i]
		if most := int(p.format.height / float64(p.format.slots) / 6 / (l.size * leading)); len(l.lines) > most {
			l.lines = l.lines[:most]
			last := []rune(l.lines[most-1])
			l.lines[most-1] = string(last[:max(0, len(last)-2)]) + "…"
		}
		height = max(height, float64(len(row[i].lines))*row[i].size*leading+2*padding)
	}
	return row, height
}

// putPart writes as many lines of a row as there is room for and gives back the rest.
func (p *press) putPart(row []laid, height float64) ([]laid, float64) {
	room := p.floor() - p.y - 2*padding
	if room < usualSize*leading && p.y > p.fresh {
		return row, height
	}
	upper, rest, left := make([]laid, len(row)), make([]laid, len(row)), 2*padding
	for i, l := range row {
		n := min(len(l.lines), max(1, int(room/(l.size*leading))))
		upper[i], rest[i] = l, l
		upper[i].lines, rest[i].lines = l.lines[:n], l.lines[n:]
		left = max(left, float64(len(rest[i].lines))*l.size*leading+2*padding)
	}
	p.put(upper, room+2*padding)
	return rest, left
}

// rows writes several rows and keeps them on one sheet.
func (p *press) rows(all ...[]Cell) {
	height := 0.0
	for _, cells := range all {
		_, h := p.lay(cells)
		height += h
	}
	p.need(height)
	for _, cells := range all {
		p.row(cells)
	}
}

// need begins a new sheet unless this one has so much room.
func (p *press) need(height float64) {
	if height > p.floor()-p.y && p.y > p.fresh {
		p.newSheet()
	}
}

func (p *press) put(row []laid, height float64) {
	for _, l := range row {
		if l.Head {
			p.fill(l.x, p.y, l.w, height, shade)
		}
		if !l.bare {
			p.rectangle(l.x, p.y, l.w, height)
		}
		c := black
		if l.Red {
			c = red
		}
		y := p.y + (height-float64(len(l.lines))*l.size*leading)/2 + l.size*ascent
		for _, line := range l.lines {
			x := l.x + padding
			switch slack := l.w - 2*padding - p.measure(line, l.size); l.Align {
			case left:
			case middle:
				x += slack / 2
			case right:
				x += slack
			}
			p.text(x, y, l.size, c, line)
			y += l.size * leading
		}
	}
	p.y += height
}

// carrying gives the row that ends a sheet and the one that begins the next after so many rows 过次页, 承前页.
type carrying func(done int) (foot, head []Cell)

// table writes rows under heads that each sheet repeats.
func (p *press) table(heads, rows [][]Cell, carry carrying) {
	before, done := p.onSheet, 0
	defer func() { p.onSheet = before }()
	top := func() {
		for _, h := range heads {
			p.row(h)
		}
	}
	p.onSheet = func() {
		if before != nil {
			before()
		}
		top()
		if carry != nil && done > 0 {
			_, head := carry(done)
			p.row(head)
		}
	}
	if sheets := len(p.sheets); len(rows) > 0 {
		_, first := p.lay(rows[0])
		p.need(60 + min(first, 100))
		if len(p.sheets) == sheets {
			top()
		}
	} else {
		top()
	}
	for i, cells := range rows {
		if len(cells) == 1 && cells[0].Head && i+1 < len(rows) { // a heading stays with the first row below it
			_, height := p.lay(cells)
			_, below := p.lay(rows[i+1])
			p.need(height + min(below, 100))
		}
		if carry != nil && done > 0 {
			foot, _ := carry(done)
			_, reserve := p.lay(foot) // kept free behind each row but the last
			if i == len(rows)-1 {
				reserve = 0
			}
			if _, height := p.lay(cells); height+reserve > p.floor()-p.y && p.y > p.fresh {
				p.row(foot)
				p.newSheet()
			}
		}
		p.row(cells)
		done = i + 1
	}
}
