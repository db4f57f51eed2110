package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"os"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed manual.css
var manualStyle string

//go:embed manual.gohtml
var manualPage string

// chapter is one line of the contents.
type chapter struct{ ID, Title string }

// manual writes the page: one file that needs nothing beside it, on the screen and on paper. The source's first heading is the title.
func manual(source, version, day string, to io.Writer) error {
	markdown, err := os.ReadFile(source) //nolint:gosec // the source that we were told
	if err != nil {
		return err
	}
	// A line's end in the source is no space between Chinese words.
	md := goldmark.New(goldmark.WithExtensions(extension.Table,
		extension.NewCJK(extension.WithEastAsianLineBreaks(extension.EastAsianLineBreaksCSS3Draft))), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	doc := md.Parser().Parse(text.NewReader(markdown))
	var title string
	var chapters []chapter
	for n := doc.FirstChild(); n != nil; {
		next := n.NextSibling()
		if h, ok := n.(*ast.Heading); ok && h.Level == 1 && title == "" {
			title = plain(h, markdown)
			doc.RemoveChild(doc, h) // the page has its own
		} else if ok && h.Level == 2 {
			id := fmt.Sprintf("chapter-%d", len(chapters)+1)
			h.SetAttributeString("id", []byte(id))
			chapters = append(chapters, chapter{id, plain(h, markdown)})
		}
		n = next
	}
	if title == "" || len(chapters) == 0 {
		return fmt.Errorf("%s: a manual has a title (#) and chapters (##)", source)
	}
	var body bytes.Buffer
	if err := md.Renderer().Render(&body, markdown, doc); err != nil {
		return err
	}
	page, err := template.New("manual").Parse(manualPage)
	if err != nil {
		return err
	}
	return page.Execute(to, map[string]any{
		"Title": title, "Version": version, "Day": day, "Chapters": chapters,
		"Style": template.CSS(manualStyle), "Body": template.HTML(body.String()), //nolint:gosec // our own style sheet and our own text, rendered without raw HTML
	})
}

// plain is the text of a heading without its marks.
func plain(n ast.Node, source []byte) string {
	var b bytes.Buffer
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
