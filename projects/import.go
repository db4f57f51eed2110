package projects

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects/lists"
)

type (
	// ListKind is a kind of list that can be taken in: payees, contracts, …
	ListKind string

	// ImportRequest 导入 says which stored file is which list. Its profile is kept for the next list of the same source.
	ImportRequest struct {
		Kind    ListKind           `json:"kind"`
		Source  string             `json:"source"` // where it comes from, such as 省一体化
		File    accounting.Hash    `json:"file"`
		Profile *lists.Profile     `json:"profile,omitempty"`
		Month   *accounting.Period `json:"month,omitempty"`   // of a list that covers one: all its days lie in it
		Account string             `json:"account,omitempty"` // of a bank statement: the account's number with the bank
		Project string             `json:"project,omitempty"` // of villages: the programme they are of
	}

	// Difference is what a row of the list, or of the books, says otherwise than the other side.
	Difference struct {
		Row    int    `json:"row,omitempty"` // in the file; 0: it is here only
		Key    string `json:"key"`
		Change Change `json:"change"`
		Detail string `json:"detail,omitempty"`
	}

	// Change says how a row compares with what is here.
	Change string

	// ImportPreview is what was understood and what taking it in would do. With problems nothing can be taken in.
	ImportPreview struct {
		Kind        ListKind                    `json:"kind"`
		Sheet       string                      `json:"sheet,omitempty"`
		Title       []string                    `json:"title,omitempty"`
		Measure     lists.Measure               `json:"measure"`
		Headings    map[string]string           `json:"headings"` // field to the heading it was found under
		Unused      []string                    `json:"unused,omitempty"`
		Rows        int                         `json:"rows"`
		Totals      map[string]accounting.Money `json:"totals,omitempty"`    // yuan, added up here
		Confirmed   []string                    `json:"confirmed,omitempty"` // fields whose total the list states itself
		Notes       []string                    `json:"notes,omitempty"`
		Begins      [][]string                  `json:"begins,omitempty"` // the file's first rows, where its heading was not found
		Problems    []lists.Defect              `json:"problems,omitempty"`
		Counts      map[Change]int              `json:"counts"`
		Differences []Difference                `json:"differences"` // without the rows that say the same; at most mostDifferences
	}

	// Import is a list that was taken in.
	Import struct {
		bun.BaseModel `bun:"table:projects.imports,alias:import" json:"-"`

		Book       accounting.BookID   `bun:"book_id,pk" json:"-"`
		ID         uuid.UUID           `bun:"import_id,pk" json:"id"`
		Kind       ListKind            `json:"kind"`
		Source     string              `json:"source"`
		File       accounting.Hash     `bun:"file_sha256" json:"file"`
		Month      *accounting.Period  `json:"-"`
		Of         string              `bun:"-" json:"month,omitempty"` // 2025-03
		Covers     string              `json:"covers,omitempty"`        // of a bank statement the account's number, of villages the programme's code
		Rows       int                 `bun:"row_count" json:"rows"`
		Added      int                 `json:"added"`
		Total      *accounting.Money   `json:"total,omitempty"` // yuan
		ImportedBy accounting.PersonID `json:"imported_by"`
		ImportedAt time.Time           `bun:",nullzero" json:"imported_at"`

		WithdrawnBy      *accounting.PersonID `json:"withdrawn_by,omitempty"`
		WithdrawnAt      *time.Time           `json:"withdrawn_at,omitempty"`
		WithdrawnBecause *string              `json:"withdrawn_because,omitempty"`
	}
)

// How a row compares. What is missing there stands here and not in the list; what is missing here, the list needs and the
// books do not have.
const (
	NewRow       Change = "new"
	SameRow      Change = "same"
	ChangedRow   Change = "changed"
	MissingHere  Change = "missing_here"
	MissingThere Change = "missing_there"
)

const mostDifferences = 500

// listType is a kind of list: its columns and how it compares with the books, which gives what taking it in does.
type listType struct {
	form    lists.Form
	roles   []string // who may take it in
	monthly bool
	gathers bool // it fills its part of a document, anew each time; the same list again brings that part back
	ownDays bool // some rows are of no day of the month, which the kind itself knows
	compare func(ctx context.Context, i *importing) (takeIn, error)
}

// takeIn does what a list says, row by row, in the transaction of its import.
type takeIn func(ctx context.Context, tx bun.Tx) error

// importing is a list on its way in.
type importing struct {
	resolver
	request  ImportRequest
	id       uuid.UUID
	list     *lists.List
	preview  ImportPreview
	progress func(done, of int)
}

// differs notes how a row compares; the first are told, all are counted.
func (i *importing) differs(row int, key string, change Change, format string, args ...any) {
	if i.preview.Counts[change]++; change != SameRow && len(i.preview.Differences) < mostDifferences {
		i.preview.Differences = append(i.preview.Differences, Difference{row, key, change, fmt.Sprintf(format, args...)})
	}
}

// wrong notes a row that cannot be taken in as it is.
func (i *importing) wrong(row int, format string, args ...any) {
	i.preview.Problems = append(i.preview.Problems, lists.Defect{Row: row, Detail: fmt.Sprintf(format, args...)})
}

// PreviewImport tells what a list would do, and does nothing. Codes: list_kind_unknown, file_unknown, list_invalid,
// list_too_large; what is wrong with rows stands among the problems.
func PreviewImport(ctx context.Context, db *bun.DB, files *FileStore, book accounting.BookID, who accounting.Actor, in ImportRequest) (*ImportPreview, error) {
	t, table, err := openList(ctx, db, files, book, who, in)
	if err != nil {
		return nil, err
	}
	i := &importing{request: in, progress: func(int, int) {}}
	err = accounting.Read(accounting.WithReader(ctx, who), db, func(ctx context.Context, tx bun.Tx) error {
		i.resolver = resolver{tx, accounting.Command{Book: book, By: who}}
		_, err := i.understand(ctx, t, table)
		return err
	})
	return &i.preview, err
}

// TakeIn takes a list in, all of it or nothing; a file of a source that was taken in before adds nothing and answers what it
// did then. The progress function is told how many rows are done. Codes: those of PreviewImport, list_invalid for any row
// that is wrong, month_required, and those of the kind.
func TakeIn(ctx context.Context, db *bun.DB, files *FileStore, c accounting.Command, in ImportRequest, progress func(done, of int)) (*Import, error) {
	t, table, err := openList(ctx, db, files, c.Book, c.By, in)
	if err != nil {
		return nil, accounting.Refuse(ctx, db, c, err)
	}
	c.Name, c.Body = "list.import", in
	return accounting.Do(ctx, db, c, func(ctx context.Context, tx bun.Tx) (*Import, error) {
		if before, err := importedBefore(ctx, tx, c.Book, in); before != nil && !t.gathers || err != nil {
			return before, err
		}
		i := &importing{resolver: resolver{tx, c}, request: in, id: accounting.NewID(), progress: progress}
		apply, err := i.understand(ctx, t, table)
		if err != nil {
			return nil, err
		}
		if err := i.refused(); err != nil {
			return nil, err
		}
		kept, mine, err := i.keep(ctx, tx)
		if err != nil || !mine && !t.gathers {
			return kept, err
		}
		if err := apply(ctx, tx); err != nil {
			return nil, err
		}
		return kept, i.keepProfile(ctx, tx)
	})
}

// covers is what a list is of beside its month.
func (r ImportRequest) covers() string { return cmp.Or(r.Account, r.Project) }

// importedBefore finds what the same file of the same source did for the same month and account; nil: nothing yet, or it was
// withdrawn.
func importedBefore(ctx context.Context, db bun.IDB, book accounting.BookID, in ImportRequest) (*Import, error) {
	var before []Import
	err := db.NewSelect().Model(&before).
		Where("import.book_id = ? and import.kind = ? and import.source = ? and import.file_sha256 = ?", book, in.Kind, in.Source, in.File[:]).
		Where("import.month is not distinct from ? and import.covers = ? and import.withdrawn_at is null", in.Month, in.covers()).Scan(ctx)
	if err != nil || len(before) == 0 {
		return nil, fault.FromSQL(err)
	}
	return before[0].said(), nil
}

// said is an import with its month as people write it.
func (i *Import) said() *Import {
	if i.Month != nil {
		i.Of = i.Month.String()
	}
	return i
}

// openList reads the stored file as a table.
func openList(ctx context.Context, db *bun.DB, files *FileStore, book accounting.BookID, who accounting.Actor, in ImportRequest) (t listType, table *lists.Table, err error) {
	if t, err = listTypeOf(in.Kind); err != nil {
		return t, nil, err
	}
	if err = accounting.CheckText("source", in.Source, 100); err != nil {
		return t, nil, err
	}
	if t.monthly != (in.Month != nil) {
		return t, nil, fault.Invalid("month_required", "month: a list of the kind %s %s", in.Kind, map[bool]string{true: "covers one month; say which", false: "covers no month"}[t.monthly])
	}
	_, content, err := FetchFile(ctx, db, files, book, who, in.File)
	if err != nil {
		return t, nil, err
	}
	defer func() { _ = content.Close() }()
	spool, err := newSpool()
	if err != nil {
		return t, nil, err
	}
	defer func() { _ = spool.Close() }()
	size, err := io.Copy(spool, content)
	if err != nil {
		return t, nil, fault.Internal(err)
	}
	sheet := ""
	if in.Profile != nil {
		sheet = in.Profile.Sheet
	}
	table, err = lists.Read(spool, size, sheet)
	return t, table, err
}

// understand reads the table by the profile of its source and compares it with the books.
func (i *importing) understand(ctx context.Context, t listType, table *lists.Table) (takeIn, error) {
	profile, err := i.profile(ctx)
	if err != nil {
		return nil, err
	}
	i.preview = ImportPreview{Kind: i.request.Kind, Sheet: table.Sheet, Counts: map[Change]int{}, Differences: []Difference{}}
	if i.list, i.preview.Problems = t.form.Read(table, profile); i.list == nil {
		i.preview.Begins = table.Begins(20)
		return nil, nil
	}
	l := i.list
	i.preview.Title, i.preview.Measure, i.preview.Headings, i.preview.Unused = l.Title, l.Measure, l.Headings, l.Unused
	i.preview.Rows, i.preview.Totals, i.preview.Confirmed, i.preview.Notes = len(l.Records), l.Totals, l.Confirmed, l.Notes
	if i.request.Month != nil && !t.ownDays {
		i.checkMonth()
	}
	if len(i.preview.Problems) > 0 {
		return nil, nil
	}
	return t.compare(ctx, i)
}

// checkMonth refuses days outside the month a list is of.
func (i *importing) checkMonth() {
	for _, r := range i.list.Records {
		if d := r.Day("day"); !d.IsZero() && d.Period() != *i.request.Month {
			i.wrong(r.Place, "%s is not in %s", d, i.request.Month)
		}
	}
}

func (i *importing) profile(ctx context.Context) (p lists.Profile, err error) {
	if i.request.Profile != nil {
		return *i.request.Profile, nil
	}
	return ListProfile(ctx, i.db, i.c.Book, i.request.Kind, i.request.Source)
}

func (i *importing) keepProfile(ctx context.Context, tx bun.Tx) error {
	if i.request.Profile == nil {
		return nil
	}
	text, err := json.Marshal(i.request.Profile)
	if err != nil {
		return fault.Internal(err)
	}
	_, err = tx.ExecContext(ctx, `insert into projects.list_profiles (book_id, kind, source, profile, changed_by) values (?, ?, ?, ?, ?)
		on conflict (book_id, kind, source) do update set profile = excluded.profile, changed_by = excluded.changed_by, changed_at = clock_timestamp()`,
		i.c.Book, i.request.Kind, i.request.Source, string(text), i.c.By.Person)
	return fault.FromSQL(err)
}

// draftAndSubmit drafts a document as if it had been typed, with the list as its paper, and hands it to the next desk.
func (i *importing) draftAndSubmit(ctx context.Context, tx bun.Tx, kind DocumentKind, content Content) error {
	d, err := draft(ctx, tx, i.c, kind, content)
	if err != nil {
		return err
	}
	_, err = take(ctx, tx, i.c, Step{Document: d.ID, Verb: "submit", Hash: d.Hash})
	return err
}

// paper is the paper of what a list drafts: today's, with the list attached.
func (i *importing) paper(ctx context.Context) (Paper, error) {
	p := Paper{Memo: "导入：" + i.request.Source, Attachments: []accounting.Hash{i.request.File}}
	err := i.db.NewRaw(`select current_date`).Scan(ctx, &p.Date)
	return p, fault.FromSQL(err)
}

// refused says in words which rows cannot be taken in; with one of them, none is.
func (i *importing) refused() error {
	if len(i.preview.Problems) == 0 {
		return nil
	}
	var words []string
	for _, p := range i.preview.Problems[:min(len(i.preview.Problems), 10)] {
		where := ""
		switch {
		case p.Cell != "":
			where = fmt.Sprintf("row %d, %s (%s): ", p.Row, p.Cell, p.Column)
		case p.Row > 0:
			where = fmt.Sprintf("row %d: ", p.Row)
		}
		words = append(words, where+p.Detail)
	}
	if more := len(i.preview.Problems) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return fault.Invalid("list_invalid", "nothing was taken in: %s", strings.Join(words, "; "))
}

// keep registers the list before it does anything: of two who bring the same file at once the second waits here for the
// first, and gets its answer.
func (i *importing) keep(ctx context.Context, tx bun.Tx) (kept *Import, mine bool, err error) {
	kept = &Import{Book: i.c.Book, ID: i.id, Kind: i.request.Kind, Source: i.request.Source, File: i.request.File, Month: i.request.Month, Covers: i.request.covers(),
		Rows: len(i.list.Records), Added: i.preview.Counts[NewRow], ImportedBy: i.c.By.Person}
	if total, there := i.list.Totals["amount"]; there {
		kept.Total = &total
	}
	done, err := tx.NewInsert().Model(kept).ExcludeColumn("withdrawn_by", "withdrawn_at", "withdrawn_because").On("conflict do nothing").Exec(ctx)
	if err != nil {
		return nil, false, fault.FromSQL(err)
	}
	if n, _ := done.RowsAffected(); n > 0 {
		return kept.said(), true, nil
	}
	kept, err = importedBefore(ctx, tx, i.c.Book, i.request)
	return kept, false, err
}

// Imports are the lists taken in, newest first.
func Imports(ctx context.Context, db bun.IDB, book accounting.BookID, kind ListKind, limit int) ([]Import, error) {
	found := []Import{}
	q := db.NewSelect().Model(&found).Where("import.book_id = ?", book).OrderExpr("import.import_id desc").Limit(int64(limit))
	if kind != "" {
		q.Where("import.kind = ?", kind)
	}
	err := q.Scan(ctx)
	for i := range found {
		found[i].said()
	}
	return found, fault.FromSQL(err)
}
