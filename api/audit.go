package api

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

const (
	archiveType = "application/zip"
	tableType   = "text/csv; charset=utf-8"

	mostChosenVouchers = 200
)

// AuditBooks says whose books of which year auditors take.
type AuditBooks struct {
	Year int    `query:"year" required:"true" minimum:"2024" maximum:"2040"`
	Unit string `query:"unit" maxLength:"64" doc:"code of an accounting unit; all when left out, or one's own for who reads that only"`
}

type (
	auditTablesRequest struct {
		AuditBooks
		Format string `query:"format" enum:"xlsx,zip" default:"xlsx" doc:"zip: the same tables as CSV files"`
	}
	auditTableRequest struct {
		Table string `path:"table" enum:"book,accounts,balances,vouchers,dimensions"`
		AuditBooks
	}
	voucherFilesRequest struct {
		Voucher []string `query:"voucher,explode" required:"true" minItems:"1" maxItems:"200" doc:"period and number: 2025-06/12"`
		Forms   bool     `query:"forms" default:"true" doc:"with each voucher printed as PDF"`
	}
)

func (s *Server) auditRoutes(api huma.API) {
	file := func(id, path, summary, kind string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: base + path, Summary: summary, Tags: []string{"Audit"},
			Responses: map[string]*huma.Response{"200": {Description: "the file, as an attachment", Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}}
	}
	operation(s, api, file("get-audit-tables", "/audit-tables", "审计三表 Accounts, balances and vouchers of a unit and a year, with data dictionary and control sheet", workbookType), s.auditTables)
	operation(s, api, file("get-audit-table", "/audit-tables/{table}", "One of the audit tables as CSV", "text/csv"), s.auditTable)
	operation(s, api, file("get-voucher-files", "/voucher-files", "Chosen vouchers with their lines, their printed forms and the files they rest on", archiveType), s.voucherArchive)
}

// auditQuery finds the unit: who reads their own unit's books only gets that one.
func (s *Server) auditQuery(ctx context.Context, in AuditBooks) (projects.AuditQuery, string, error) {
	who := by(ctx)
	q := projects.AuditQuery{Book: who.Book, Year: in.Year}
	var err error
	if q.Unit, err = s.unitID(ctx, q.Book, in.Unit); err != nil {
		return q, "", err
	}
	if !who.ReadsAll() {
		if !q.Unit.IsZero() && q.Unit != who.Unit {
			return q, "", notFound("unit", in.Unit)
		}
		q.Unit = who.Unit
	}
	code, err := s.directory.code(ctx, q.Book, "unit", q.Unit.UUID)
	return q, strings.TrimPrefix(code+"-"+strconv.Itoa(in.Year), "-"), err
}

func (s *Server) auditTables(ctx context.Context, in *auditTablesRequest) (*huma.StreamResponse, error) {
	q, name, err := s.auditQuery(ctx, in.AuditBooks)
	if err != nil {
		return nil, err
	}
	write, kind, ending := projects.WriteAuditWorkbook, workbookType, ".xlsx"
	if in.Format == "zip" {
		write, kind, ending = projects.WriteAuditFiles, archiveType, ".zip"
	}
	return s.spooled(ctx, "审计三表-"+name+ending, kind, func(ctx context.Context, tx bun.Tx, w io.Writer) error { return write(ctx, tx, w, q) })
}

func (s *Server) auditTable(ctx context.Context, in *auditTableRequest) (*huma.StreamResponse, error) {
	q, name, err := s.auditQuery(ctx, in.AuditBooks)
	if err != nil {
		return nil, err
	}
	title := in.Table
	for _, t := range projects.AuditTables() {
		if t.Key == in.Table {
			title = t.Name
		}
	}
	return s.spooled(ctx, title+"-"+name+".csv", tableType, func(ctx context.Context, tx bun.Tx, w io.Writer) error {
		return projects.WriteAuditTable(ctx, tx, w, q, in.Table)
	})
}

// spooled writes a file from one view of the books, on the disk, before the first of its bytes leaves: what goes wrong is
// answered as such, and a slow line keeps no transaction open.
func (s *Server) spooled(ctx context.Context, name, kind string, write func(context.Context, bun.Tx, io.Writer) error) (*huma.StreamResponse, error) {
	spool, err := os.CreateTemp("", "mingzhang-export-")
	if err == nil {
		err = os.Remove(spool.Name()) // it ends with the process, however that ends
	}
	if err != nil {
		return nil, fault.Unavailable("unavailable", "there is no room for the file; ask again").Wrap(err)
	}
	err = accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) error { return write(ctx, tx, spool) })
	var size int64
	if err == nil {
		size, err = spool.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, spool.Close())
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = spool.Close() }()
		lendTime(c)
		c.SetHeader("Content-Type", kind)
		c.SetHeader("Content-Length", strconv.FormatInt(size, 10))
		c.SetHeader("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
		c.SetHeader("X-Content-Type-Options", "nosniff")
		c.SetHeader("Cache-Control", "private, no-store")
		c.SetStatus(http.StatusOK)
		_, _ = io.Copy(c.BodyWriter(), spool) // the reader is gone if this fails
	}}, nil
}

// voucherArchive puts chosen vouchers into one ZIP: a table of their lines, each as a printed form, and the files each rests on.
func (s *Server) voucherArchive(ctx context.Context, in *voucherFilesRequest) (*huma.StreamResponse, error) {
	if len(in.Voucher) == 0 || len(in.Voucher) > mostChosenVouchers {
		return nil, fault.Invalid("request_invalid", "%d vouchers are chosen; 1 to %d go into one archive", len(in.Voucher), mostChosenVouchers)
	}
	numbers := make([]accounting.VoucherNo, len(in.Voucher))
	for i, text := range in.Voucher {
		var err error
		if numbers[i], err = voucherNo(text); err != nil {
			return nil, err
		}
	}
	return s.spooled(ctx, "凭证及附件-"+numbers[0].Period.String()+".zip", archiveType, func(ctx context.Context, tx bun.Tx, w io.Writer) error {
		archive := zip.NewWriter(w)
		var found []accounting.Posted
		for _, no := range numbers {
			v, err := accounting.FindVoucher(ctx, tx, by(ctx).Book, no)
			if err != nil {
				return err
			}
			found = append(found, *v)
			if err := s.archiveVoucher(ctx, tx, archive, v, in.Forms); err != nil {
				return err
			}
		}
		if err := archiveLines(archive, found); err != nil {
			return err
		}
		if err := archive.Close(); err != nil {
			return fault.Internal(err)
		}
		return nil
	})
}

// archiveVoucher writes a voucher's form and its files into a folder of its own.
func (s *Server) archiveVoucher(ctx context.Context, tx bun.Tx, archive *zip.Writer, v *accounting.Posted, forms bool) error {
	folder := fmt.Sprintf("%s-%04d", v.No.Period, v.No.Number)
	if forms {
		form, err := s.printVoucher(ctx, &printVoucherRequest{VoucherPlace{Month{v.No.Period}, v.No.Number}, Layout{"a4"}})
		if err != nil {
			return err
		}
		if err := addEntry(archive, folder+"/记账凭证.pdf", strings.NewReader(string(form.Body))); err != nil {
			return err
		}
	}
	document := v.Document
	if document == uuid.Nil {
		document = uuid.Max // of no document
	}
	files, err := projects.FilesBehind(ctx, tx, v.Book, document, v.Documents)
	if err != nil {
		return err
	}
	for i, f := range files {
		_, content, err := projects.FetchFile(ctx, s.db, s.files, v.Book, by(ctx).Actor, f.Hash)
		if err != nil {
			return err
		}
		err = addEntry(archive, fmt.Sprintf("%s/附件%02d-%s", folder, i+1, fileName(&f)), content)
		if err = errors.Join(err, content.Close()); err != nil {
			return err
		}
	}
	return nil
}

func addEntry(archive *zip.Writer, name string, content io.Reader) error {
	entry, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Time{}})
	if err == nil {
		_, err = io.Copy(entry, content)
	}
	if err != nil {
		return fault.Internal(err)
	}
	return nil
}

// archiveLines writes the lines of all vouchers of an archive, with the fingerprints of what they rest on.
func archiveLines(archive *zip.Writer, vouchers []accounting.Posted) error {
	entry, err := archive.CreateHeader(&zip.FileHeader{Name: "凭证.csv", Method: zip.Deflate})
	if err != nil {
		return fault.Internal(err)
	}
	_, _ = io.WriteString(entry, "\ufeff") // an error stays with the writer of the table, which meets it again
	w := csv.NewWriter(entry)
	_ = w.Write([]string{"凭证", "日期", "摘要", "行号", "会计体系", "科目编号", "科目名称", "项目", "指标", "往来对象", "借方", "贷方", "凭证指纹", "附件指纹"})
	for _, v := range vouchers {
		files := strings.Join(each(v.Documents, accounting.Hash.String), " ")
		for i, l := range v.Lines {
			_ = w.Write([]string{v.No.String(), v.Date.String(), projects.PlainCell(v.Memo), strconv.Itoa(i + 1), l.Basis, l.Account, projects.PlainCell(l.AccountName), projects.PlainCell(l.ProjectCode), projects.PlainCell(l.BudgetLineCode), projects.PlainCell(l.SubjectCode),
				l.Debit.String(), l.Credit.String(), v.Digest.String(), files})
		}
	}
	if w.Flush(); w.Error() != nil {
		return fault.Internal(w.Error())
	}
	return nil
}
