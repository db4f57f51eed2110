package api

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// facts shows what a content says: texts and amounts one under the other, tables as tables. What says nothing is left out.
func (s *formShape) facts(t reflect.Type, path string, content map[string]any) (facts []web.Fact) {
	for _, p := range parts(t) {
		value, said := content[p.name]
		of := path + p.name
		if !said || value == nil || p.name == "event" && path == "" {
			continue
		}
		f := web.Fact{Label: s.label(of)}
		switch {
		case p.typ == hashesType:
			f.Table = s.attachmentTable(f.Label, texts(value))
		case p.typ == rawType:
			inner, _ := value.(map[string]any)
			beside, _ := content["event"].(string)
			if under := s.under(beside); under != nil {
				facts = append(facts, s.facts(under, of+".", inner)...)
			}
			continue
		case p.typ.Kind() == reflect.Slice && p.typ.Elem().Kind() == reflect.Struct:
			f.Table = s.factTable(p, of, value)
		case p.typ.Kind() == reflect.Struct && !plain(p.typ):
			inner, _ := value.(map[string]any)
			f.Facts = s.facts(p.typ, of+".", inner)
		default:
			f.Cell = s.cell(p, of, value)
		}
		facts = append(facts, f)
	}
	return facts
}

// factTable shows rows of a content.
func (s *formShape) factTable(p part, of string, value any) *web.Table {
	inner := parts(p.typ.Elem())
	t := &web.Table{Caption: s.label(of)}
	rows, _ := value.([]any)
	used := map[string]bool{}
	for _, v := range rows {
		row, _ := v.(map[string]any)
		for _, q := range inner {
			used[q.name] = used[q.name] || row[q.name] != nil && row[q.name] != ""
		}
	}
	for _, q := range inner {
		if !used[q.name] {
			continue
		}
		kind := web.TextColumn
		switch q.typ {
		case moneyType:
			kind = web.MoneyColumn
		case decimalType:
			kind = web.NumberColumn
		}
		t.Columns = append(t.Columns, web.Column{Heading: s.headingKey(of + "." + q.name), Kind: kind})
	}
	for _, v := range rows {
		row, _ := v.(map[string]any)
		var cells []web.Cell
		for _, q := range inner {
			if !used[q.name] {
				continue
			}
			if q.typ.Kind() == reflect.Struct && !plain(q.typ) || q.typ.Kind() == reflect.Slice {
				cells = append(cells, web.Text(""))
				continue
			}
			cells = append(cells, s.cell(q, of+"."+q.name, row[q.name]))
		}
		t.Rows = append(t.Rows, web.Row{Cells: cells})
	}
	return t
}

func (s *formShape) headingKey(path string) string {
	if key := s.textKey("field.", path); key != "" {
		return key
	}
	return "field." + path[strings.LastIndexByte(path, '.')+1:]
}

// cell is one value as people read it; codes lead to what they name.
func (s *formShape) cell(p part, of string, value any) web.Cell {
	if value == nil {
		return web.Text("")
	}
	text := fmt.Sprint(value)
	switch {
	case p.typ == moneyType:
		if m, err := accounting.ParseMoney(text); err == nil {
			return web.Yuan(m)
		}
	case p.typ == decimalType:
		return web.Figure(text)
	case p.typ.Kind() == reflect.Bool:
		return web.Text(s.l.t("choice.bool." + text))
	case p.typ.Kind() == reflect.Slice:
		var said []string
		for _, one := range texts(value) {
			if p.name == "warnings" {
				one = web.Said(s.l.lang, one)
			} else if c, ok := s.namedCell(of, one); ok {
				one = c.Text
			} else {
				one = s.said(of, one)
			}
			said = append(said, one)
		}
		return web.Text(strings.Join(said, "、"))
	}
	if c, ok := s.namedCell(of, text); ok {
		return c
	}
	c := web.Text(s.said(of, text))
	switch registry, _ := choiceOf(registryChoices, s, of); registry {
	case "nodes":
		c.Link = "/projects/" + url.PathEscape(text)
	case "contracts":
		c.Link = "/contracts/" + url.PathEscape(text)
	}
	return c
}

// said is a word of a fixed choice as people read it.
func (s *formShape) said(of, word string) string {
	if words, ok := choiceOf(fixedChoices, s, of); ok && word != "" && holds(words, word) {
		return choiceText(s.l.lang, string(s.form.Kind), of[strings.LastIndexByte(of, '.')+1:], word)
	}
	if known, _ := choiceOf(registryChoices, s, of); known == "events" {
		for _, e := range projects.Events() {
			if e.Name == word {
				return eventName(s.l.lang, e)
			}
		}
	}
	return word
}

// attachmentTable leads to a document's files.
func (s *formShape) attachmentTable(caption string, hashes []string) *web.Table {
	t := &web.Table{Caption: caption, Columns: web.Columns(web.C(web.TextColumn, "column.file"))}
	for _, h := range hashes {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(s.fileName(h)).To("/api/v1/files/" + h)}})
	}
	return t
}
