package projects

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"mingzhang/accounting/fault"
)

// kinds of files that are taken, for refusals.
const fileKinds = "PDF, OFD, XML, PNG, JPEG, TIFF, WebP, Word, Excel and PowerPoint, ODF, plain text and CSV"

func notTaken(name, why string) error {
	return fault.Invalid("file_invalid", "%s %s; taken are %s", name, why, fileKinds)
}

// beginnings tell a file by its first bytes.
var beginnings = []struct{ begins, mediaType string }{
	{"%PDF-", "application/pdf"}, {"\x89PNG\r\n\x1a\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"}, {"II*\x00", "image/tiff"}, {"MM\x00*", "image/tiff"},
}

// mediaType tells by the content what a file is and refuses what is not taken: programs, scripts, pages, macros, archives.
// Only plain text looks the same as a script, so there the name has to say .txt or .csv as well. Codes: file_invalid.
func mediaType(content io.ReaderAt, size int64, name string) (string, error) {
	head := make([]byte, 512)
	n, err := content.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fault.Internal(err)
	}
	head = head[:n]
	for _, b := range beginnings {
		if bytes.HasPrefix(head, []byte(b.begins)) {
			return b.mediaType, nil
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("RIFF")) && len(head) >= 12 && string(head[8:12]) == "WEBP":
		return "image/webp", nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return packageType(content, size, name)
	case bytes.HasPrefix(head, compoundSignature):
		return compoundType(content, size, name)
	case bytes.HasPrefix(head, []byte("MZ")), bytes.HasPrefix(head, []byte("\x7fELF")), bytes.HasPrefix(head, []byte("#!")):
		return "", notTaken(name, "is a program")
	}
	whole := func() io.Reader { return io.NewSectionReader(content, 0, size) }
	if begin := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"); bytes.HasPrefix(begin, []byte("<")) {
		return xmlType(whole(), name)
	}
	return textType(whole(), name)
}

// packageType tells documents that are archives of parts by the parts they must have.
func packageType(content io.ReaderAt, size int64, name string) (string, error) {
	z, err := zip.NewReader(content, size)
	if err != nil {
		return "", notTaken(name, "is an archive that cannot be read")
	}
	has := func(parts ...string) bool {
		return slices.ContainsFunc(z.File, func(f *zip.File) bool { return slices.Contains(parts, f.Name) })
	}
	for _, f := range z.File {
		if base := strings.ToLower(path.Base(f.Name)); base == "vbaproject.bin" || strings.HasPrefix(f.Name, "Basic/") && base == "script-lc.xml" {
			return "", notTaken(name, "carries macros, which are programs")
		}
	}
	const office = "application/vnd.openxmlformats-officedocument."
	switch {
	case has("OFD.xml"):
		return "application/ofd", nil
	case has("[Content_Types].xml") && has("word/document.xml"):
		return office + "wordprocessingml.document", nil
	case has("[Content_Types].xml") && has("xl/workbook.xml"):
		return office + "spreadsheetml.sheet", nil
	case has("[Content_Types].xml") && has("ppt/presentation.xml"):
		return office + "presentationml.presentation", nil
	case has("mimetype") && has("content.xml"):
		return openDocumentType(z, name)
	}
	return "", notTaken(name, "is an archive, not a document")
}

// openDocumentType reads what a document of ODF says it is.
func openDocumentType(z *zip.Reader, name string) (string, error) {
	f, err := z.Open("mimetype")
	if err != nil {
		return "", notTaken(name, "is an archive that cannot be read")
	}
	defer func() { _ = f.Close() }()
	said, err := io.ReadAll(io.LimitReader(f, 100))
	if kind := string(said); err == nil && slices.Contains([]string{"text", "spreadsheet", "presentation", "graphics"}, strings.TrimPrefix(kind, "application/vnd.oasis.opendocument.")) {
		return kind, nil
	}
	return "", notTaken(name, "is an archive, not a document")
}

// xmlType takes XML whose outermost element is no page, picture or program.
func xmlType(content io.Reader, name string) (string, error) {
	d := xml.NewDecoder(content)
	d.Strict = true
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // names of elements are ASCII in GBK too
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", notTaken(name, "begins like XML and is none")
		}
		switch t := token.(type) {
		case xml.StartElement:
			if slices.Contains([]string{"html", "svg", "script", "stylesheet", "transform", "job", "package", "scriptlet", "component", "head", "body"}, strings.ToLower(t.Name.Local)) {
				return "", notTaken(name, "is a page or a script")
			}
			return "application/xml", nil
		case xml.ProcInst:
			if t.Target != "xml" {
				return "", notTaken(name, "asks to be shown by another program")
			}
		case xml.Directive:
			if strings.Contains(strings.ToLower(string(t)), "html") || strings.Contains(strings.ToUpper(string(t)), "ENTITY") {
				return "", notTaken(name, "is a page, or defines entities")
			}
		}
	}
}

// textType takes text in UTF-8 or GB 18030 without control characters, as its name says.
func textType(content io.Reader, name string) (string, error) {
	kind := map[string]string{".txt": "text/plain", ".csv": "text/csv"}[strings.ToLower(path.Ext(name))]
	if kind == "" {
		return "", notTaken(name, "is none of the kinds of files that are kept")
	}
	text, err := io.ReadAll(content)
	if err != nil {
		return "", fault.Internal(err)
	}
	if !utf8.Valid(text) {
		if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil || bytes.ContainsRune(text, utf8.RuneError) {
			return "", notTaken(name, "is neither UTF-8 nor GB 18030 text")
		}
	}
	if bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n\f", r) || r == 0x7f }) {
		return "", notTaken(name, "is no text: it holds control characters")
	}
	if first := strings.ToLower(string(bytes.TrimSpace(text[:min(len(text), 64)]))); strings.HasPrefix(first, "@echo") || strings.HasPrefix(first, "<?php") {
		return "", notTaken(name, "is a script")
	}
	return kind, nil
}
