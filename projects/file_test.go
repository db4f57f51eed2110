package projects_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"
	"golang.org/x/text/encoding/simplifiedchinese"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/migrations/pgtest"
	"mingzhang/projects"
)

// file hands in a small file as the clerk and answers its hash.
func (b *bureau) file(text string) accounting.Hash {
	return desk{b, accounting.Actor{Person: b.clerk, Unit: b.unit}, "clerk"}.file(text)
}

func (d desk) file(text string) accounting.Hash {
	d.b.t.Helper()
	f, err := d.store(text+".pdf", "%PDF-1.7 "+text)
	d.b.must(err)
	return f.Hash
}

func (d desk) store(name, content string) (*projects.File, error) {
	return projects.StoreFile(d.b.t.Context(), d.b.db, d.b.files, d.command(), name, strings.NewReader(content))
}

func (d desk) fetch(hash accounting.Hash) (string, error) {
	_, r, err := projects.FetchFile(d.b.t.Context(), d.b.db, d.b.files, book, d.who, hash)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	content, err := io.ReadAll(r)
	d.b.must(err)
	return string(content), nil
}

// withFiles is a bureau whose files stand in a folder the test can reach.
func withFiles(t *testing.T) (b *bureau, dir string) {
	t.Helper()
	b, dir = newBureau(t), t.TempDir()
	files, err := projects.OpenFileFolder(dir)
	b.must(err)
	b.files = files
	return b, dir
}

func filesIn(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// The same bytes are kept once, whoever hands them in under whatever name; the book's number parts those of two books.
func TestTheSameBytesAreKeptOnce(t *testing.T) {
	t.Parallel()
	b, dir := withFiles(t)
	b.node("2025-06", "INS", 2025)
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"he", "project_clerk"})
	wu, he := desks["wu project_clerk"], desks["he project_clerk"]
	first, err := wu.store("中标通知书.pdf", "%PDF-1.7 one")
	b.must(err)
	if first.Hash != sha256.Sum256([]byte("%PDF-1.7 one")) || first.Size != 12 || first.MediaType != "application/pdf" || first.Name != "中标通知书.pdf" {
		t.Errorf("stored %+v", first)
	}
	if _, err := he.fetch(first.Hash); fault.Code(err) != "file_unknown" {
		t.Errorf("somebody who knows the hash: %v", err)
	}
	again, err := he.store("other.pdf", "%PDF-1.7 one")
	b.must(err)
	if got, err := he.fetch(first.Hash); err != nil || got != "%PDF-1.7 one" || again.Name != first.Name {
		t.Errorf("who handed in the same bytes reads %q, %v", got, err)
	}
	if paths := filesIn(t, dir); len(paths) != 1 || filepath.Base(paths[0]) != first.Hash.String() {
		t.Errorf("in the folder stand %v", paths)
	}
	var rows int
	b.must(b.db.NewRaw(`select count(*) from projects.files`).Scan(t.Context(), &rows))
	if rows != 1 {
		t.Errorf("%d rows", rows)
	}
}

// A file that was changed or lost is not given out, and verification names it; handing it in again mends it.
func TestDamagedFilesAreNotGivenOut(t *testing.T) {
	t.Parallel()
	b, dir := withFiles(t)
	wu := b.desks([2]string{"wu", "project_clerk"})["wu project_clerk"]
	f, err := wu.store("合同.pdf", "%PDF-1.7 two")
	b.must(err)
	wu.file("another")
	verify := func() (found []string) {
		n, err := projects.VerifyFiles(accounting.WithReader(t.Context(), accounting.Operator), b.db, b.files, book, func(f accounting.Finding) { found = append(found, f.Detail) })
		b.must(err)
		if n != 2 {
			t.Errorf("verified %d files, want 2", n)
		}
		return found
	}
	path := filepath.Join(dir, "640303", f.Hash.String()[:2], f.Hash.String())
	for name, damage := range map[string]func() error{
		"one byte changed": func() error { return os.WriteFile(path, []byte("%PDF-1.7 twO"), 0o600) },
		"cut off":          func() error { return os.Truncate(path, 5) },
		"longer":           func() error { return os.WriteFile(path, []byte("%PDF-1.7 two "), 0o600) },
		"gone":             func() error { return os.Remove(path) },
	} {
		b.must(damage())
		if _, err := wu.fetch(f.Hash); fault.Code(err) != "file_damaged" {
			t.Errorf("%s: %v", name, err)
		}
		if found := verify(); len(found) != 1 || !strings.Contains(found[0], f.Hash.String()) {
			t.Errorf("%s: verification finds %q", name, found)
		}
		_, err = wu.store("合同.pdf", "%PDF-1.7 two")
		b.must(err)
		if found := verify(); len(found) != 0 {
			t.Errorf("%s, mended: verification finds %q", name, found)
		}
	}
}

// broken ends in the middle, like a connection that is cut.
type broken struct{ left io.Reader }

func (r broken) Read(p []byte) (int, error) {
	n, err := r.left.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// An upload that breaks off leaves neither bytes nor row, and what a killed service left is swept when it starts again.
func TestBrokenUploadsLeaveNothing(t *testing.T) {
	t.Parallel()
	b, dir := withFiles(t)
	wu := b.desks([2]string{"wu", "project_clerk"})["wu project_clerk"]
	_, err := projects.StoreFile(t.Context(), b.db, b.files, wu.command(), "x.pdf", broken{strings.NewReader("%PDF-1.7 half")})
	if fault.Code(err) != "file_invalid" {
		t.Errorf("cut off: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := projects.StoreFile(gone, b.db, b.files, wu.command(), "x.pdf", strings.NewReader("%PDF-1.7 whole")); err == nil {
		t.Error("stored for a request that is gone")
	}
	var rows int
	b.must(b.db.NewRaw(`select count(*) from projects.files`).Scan(t.Context(), &rows))
	if paths := filesIn(t, dir); rows != 0 || len(paths) != 0 {
		t.Errorf("left: %d rows, %v", rows, paths)
	}
	left := filepath.Join(dir, "640303", "ab", "abcd.17.tmp")
	b.must(os.MkdirAll(filepath.Dir(left), 0o700))
	b.must(os.WriteFile(left, []byte("half"), 0o600))
	_, err = projects.OpenFileFolder(dir)
	b.must(err)
	if len(filesIn(t, dir)) != 1 {
		t.Error("an upload on its way was swept away")
	}
	b.must(os.Chtimes(left, time.Time{}, time.Now().Add(-25*time.Hour)))
	_, err = projects.OpenFileFolder(dir)
	b.must(err)
	if len(filesIn(t, dir)) != 0 {
		t.Error("what a killed upload left is still there")
	}
}

// endless is a PDF that never ends.
type endless struct{ begun bool }

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	if !e.begun {
		e.begun, n = true, copy(p, "%PDF-1.7 ")
	}
	clear(p[n:])
	return len(p), nil
}

// A file has at most 200 MB; one byte more is refused and read no further.
func TestFilesAbove200MBAreRefused(t *testing.T) {
	t.Parallel()
	b, dir := withFiles(t)
	wu := b.desks([2]string{"wu", "project_clerk"})["wu project_clerk"]
	_, err := projects.StoreFile(t.Context(), b.db, b.files, wu.command(), "x.pdf", io.LimitReader(&endless{}, projects.FileLimit))
	b.must(err)
	if _, err := projects.StoreFile(t.Context(), b.db, b.files, wu.command(), "x.pdf", &endless{}); fault.Code(err) != "file_invalid" {
		t.Errorf("without end: %v", err)
	}
	if _, err := wu.store("x.pdf", ""); fault.Code(err) != "file_invalid" {
		t.Errorf("empty: %v", err)
	}
	if paths := filesIn(t, dir); len(paths) != 1 {
		t.Errorf("in the folder stand %v", paths)
	}
}

// pack makes an archive of parts: a name, or a name and what it holds behind a "=".
func pack(parts ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		name, content, _ := strings.Cut(p, "=")
		w, _ := z.Create(name) // into memory
		_, _ = io.WriteString(w, content)
	}
	_ = z.Close()
	return b.String()
}

// compound makes a compound file whose directory names streams, in a sector behind `back` others.
func compound(back uint32, streams ...string) string {
	const sector = 512
	sectors := make([][]byte, 2+int(back)) // the allocation table, unused ones, the directory
	for i := range sectors {
		sectors[i] = make([]byte, sector)
	}
	for i := range 128 {
		binary.LittleEndian.PutUint32(sectors[0][4*i:], 0xfffffffe)
	}
	head := make([]byte, sector)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(head[30:], 9)
	binary.LittleEndian.PutUint32(head[48:], 1+back)
	binary.LittleEndian.PutUint32(head[68:], 0xfffffffe)
	binary.LittleEndian.PutUint32(head[76:], 0)
	for len(streams) > 0 { // four names in a sector, the next one behind it
		at := uint32(len(sectors) - 1)
		n := min(4, len(streams))
		for i, name := range streams[:n] {
			entry, units := sectors[at][128*i:], utf16.Encode([]rune(name))
			for j, u := range units {
				binary.LittleEndian.PutUint16(entry[2*j:], u)
			}
			binary.LittleEndian.PutUint16(entry[64:], uint16(2*len(units)+2))
		}
		if streams = streams[n:]; len(streams) > 0 {
			binary.LittleEndian.PutUint32(sectors[0][4*at:], at+1)
			sectors = append(sectors, make([]byte, sector))
		}
	}
	return string(head) + string(bytes.Join(sectors, nil))
}

// What a file is, is told by what it holds. Programs, scripts, pages, macros and archives are refused, whatever they are
// called.
func TestWhatAFileIsIsToldByItsContent(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	wu := b.desks([2]string{"wu", "project_clerk"})["wu project_clerk"]
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("科目,金额\r\n在建工程,1.00\r\n")
	b.must(err)
	const office = "application/vnd.openxmlformats-officedocument."
	for name, file := range map[string]struct{ content, is string }{
		"a.pdf":         {"%PDF-1.4\n", "application/pdf"},
		"a.ofd":         {pack("OFD.xml", "Doc_0/Document.xml"), "application/ofd"},
		"fapiao.xml":    {"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"GBK\"?>\n<!-- x --><EInvoice/>", "application/xml"},
		"a.png":         {"\x89PNG\r\n\x1a\n", "image/png"},
		"a.JPG":         {"\xff\xd8\xff\xe0", "image/jpeg"},
		"a.tif":         {"II*\x00", "image/tiff"},
		"b.tif":         {"MM\x00*", "image/tiff"},
		"a.webp":        {"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"},
		"a.docx":        {pack("[Content_Types].xml", "word/document.xml"), office + "wordprocessingml.document"},
		"a.xlsx":        {pack("[Content_Types].xml", "xl/workbook.xml"), office + "spreadsheetml.sheet"},
		"a.pptx":        {pack("[Content_Types].xml", "ppt/presentation.xml"), office + "presentationml.presentation"},
		"a.ods":         {pack("mimetype=application/vnd.oasis.opendocument.spreadsheet", "content.xml"), "application/vnd.oasis.opendocument.spreadsheet"},
		"a.doc":         {compound(0, "Root Entry", "WordDocument"), "application/msword"},
		"a.xls":         {compound(100, "Root Entry", "a", "b", "c", "Workbook"), "application/vnd.ms-excel"},
		"a.ppt":         {compound(0, "Root Entry", "PowerPoint Document"), "application/vnd.ms-powerpoint"},
		"a.txt":         {"说明\n", "text/plain"},
		"a.csv":         {gb, "text/csv"},
		"x.pdf":         {"MZ\x90\x00", ""},
		"elf.pdf":       {"\x7fELF", ""},
		"script.txt":    {"#!/bin/sh\n", ""},
		"batch.txt":     {"@ECHO off\r\n", ""},
		"run.ps1":       {"Get-Item x", ""},
		"page.xml":      {"<!DOCTYPE html><html></html>", ""},
		"page.txt":      {" <HTML>", ""},
		"picture.xml":   {`<svg xmlns="http://www.w3.org/2000/svg"/>`, ""},
		"styled.xml":    {`<?xml version="1.0"?><?xml-stylesheet href="x"?><a/>`, ""},
		"bomb.xml":      {`<!DOCTYPE a [<!ENTITY b "c">]><a/>`, ""},
		"notxml.xml":    {"<<<", ""},
		"a.zip":         {pack("a.pdf"), ""},
		"a.jar":         {pack("META-INF/MANIFEST.MF"), ""},
		"broken.docx":   {"PK\x03\x04 and no more", ""},
		"macro.xlsx":    {pack("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), ""},
		"macro.xls":     {compound(0, "Root Entry", "Workbook", "x", "y", "_VBA_PROJECT_CUR"), ""},
		"setup.msi":     {compound(0, "Root Entry", "䡀㼿䕷䑬"), ""},
		"cut.xls":       {compound(0, "Root Entry", "Workbook")[:600], ""},
		"binary.txt":    {"a\x00b", ""},
		"broken.csv":    {"\xff\xff\xff", ""},
		"nothing.dat":   {"whatever", ""},
		"control\n.txt": {"x", ""},
	} {
		f, err := wu.store(name, file.content)
		switch {
		case file.is == "" && fault.Code(err) != "file_invalid" && fault.Code(err) != "text_invalid":
			t.Errorf("%s: %v, %+v", name, err, f)
		case file.is != "" && (err != nil || f.MediaType != file.is):
			t.Errorf("%s: %v, %+v, want %s", name, err, f, file.is)
		}
	}
}

// A file is read by who handed it in, by the bureau and its auditors, and by who may read a document that carries it; the
// document's own attachments and the papers of its outside acts must be stored, by the program and by the database.
func TestFilesAreReadWithTheirDocuments(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.node("2025-05", "ADM", 2025)
	desks := b.desks([2]string{"wu", "project_clerk"}, [2]string{"zhao", "project_head"}, [2]string{"ma", "budget_officer"}, [2]string{"sun", "auditor"})
	wu, zhao := desks["wu project_clerk"], desks["zhao project_head"]
	foreign := zhao
	b.must(b.db.NewRaw(`select unit_id from accounting.units where code = 'INS'`).Scan(t.Context(), &foreign.who.Unit))
	hash := wu.file("盘点表")
	reads := func(who desk) bool {
		content, err := who.fetch(hash)
		if err != nil && fault.Code(err) != "file_unknown" {
			t.Errorf("%s: %v", who.name, err)
		}
		return content != ""
	}
	if !reads(wu) || reads(zhao) || !reads(desks["ma budget_officer"]) || !reads(desks["sun auditor"]) || reads(foreign) {
		t.Error("before a document carries it, others than its uploader and the bureau read it")
	}
	voucher := &projects.ManualVoucher{Paper: projects.Paper{Date: accounting.MustDate("2025-03-05"), Attachments: []accounting.Hash{hash}}, Lines: []projects.ManualLine{debit("1601", "8.00"), credit("3501", "8.00")}}
	if _, err := projects.Draft(t.Context(), b.db, desk{b, accounting.Actor{Person: wu.who.Person, Unit: b.unit, Role: "project_clerk"}, "wu"}.command(), "manual_voucher", voucher); err != nil {
		t.Fatal(err)
	}
	if !reads(zhao) || reads(foreign) {
		t.Error("it is read with the document by others than who reads that")
	}
	// Knowing a hash is not having the file.
	hidden, unknown := desks["ma budget_officer"].file("内部"), accounting.Hash{1}
	for name, h := range map[string]accounting.Hash{"hidden": hidden, "unknown": unknown} {
		voucher.Attachments = []accounting.Hash{h}
		if _, err := projects.Draft(t.Context(), b.db, wu.command(), "manual_voucher", voucher); fault.Code(err) != "file_unknown" {
			t.Errorf("attaching an %s file: %v", name, err)
		}
	}
	super := pgtest.Superuser(t, b.db)
	past := func(attached string) error {
		_, err := super.ExecContext(t.Context(), `insert into projects.documents (book_id, document_id, kind, number, unit_id, flow, content, content_hash, state, created_by)
			values (?0, ?1, 'contract', ?1, ?2, 'works', ?4, sha256(convert_to(?4, 'UTF8')), 'draft', ?3)`, book, uuid.New(), b.unit, b.clerk, `{"attachments":`+attached+`}`)
		return fault.FromSQL(err)
	}
	if err := past(`["` + unknown.String() + `"]`); fault.Code(err) != "file_unknown" {
		t.Errorf("past the program: %v", err)
	}
	b.must(past(`["` + hash.String() + `","` + hash.String() + `"]`))
	b.must(past(`null`))
}
