package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"mingzhang/accounting"
	"mingzhang/migrations"
	"mingzhang/projects"
)

// manifest says what an archive holds, so that a restore can compare.
type manifest struct {
	Format     int                  `json:"format"`
	Program    string               `json:"program"`
	Made       time.Time            `json:"made"` // the snapshot, by the database's clock
	PostgreSQL string               `json:"postgresql"`
	Major      int                  `json:"major"`
	Migrations []migrations.Applied `json:"migrations"`
	Books      []bookTotals         `json:"books"`
	Tables     map[string]int64     `json:"tables"`            // rows of each
	Lacking    []lackingFile        `json:"lacking,omitempty"` // files that were damaged already; whoever restores is told again
	Members    []member             `json:"members"`
}

// lackingFile is a file that its row names and the store did not give out whole.
type lackingFile struct {
	Name    string `json:"name"` // of the member that is not there
	File    string `json:"file"` // as it was handed in
	Trouble string `json:"trouble"`
}

func (l lackingFile) String() string { return l.Name + " " + l.File + ": " + l.Trouble }

// member is one file in the archive; size in bytes.
type member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// bookTotals are what must be the same of a book before and after, whatever the program's version: amounts in yuan.
type bookTotals struct {
	Book       accounting.BookID `json:"book"`
	Code       string            `json:"code"`
	Name       string            `json:"name"`
	Kind       string            `json:"kind"`
	CompleteTo *time.Time        `json:"complete_to,omitempty"` // every posting recorded by then is in the archive
	Vouchers   int64             `json:"vouchers"`
	Lines      int64             `json:"lines"`
	Turnover   []basisTurnover   `json:"turnover"`
	Periods    []periodTotals    `json:"periods"` // those with vouchers, and the closed
}

type basisTurnover struct {
	Basis  string `json:"basis"`
	Debit  string `json:"debit"`
	Credit string `json:"credit"`
}

type periodTotals struct {
	Period     int    `json:"period"`
	State      string `json:"state"`
	LastNumber int    `json:"last_number"`
	Root       string `json:"root,omitempty"`
	TreeSize   int    `json:"tree_size,omitempty"`
}

// rows in all tables.
func (m *manifest) rows() (n int64) {
	for _, rows := range m.Tables {
		n += rows
	}
	return n
}

// files in the archive and their bytes.
func (m *manifest) files() (n int, size int64) {
	for _, f := range m.Members {
		if strings.HasPrefix(f.Name, filesFolder) {
			n, size = n+1, size+f.Size
		}
	}
	return n, size
}

// leaveOut notes a file that is not in the archive.
func (m *manifest) leaveOut(f projects.File, how error) {
	m.Format = archiveFormat
	m.Lacking = append(m.Lacking, lackingFile{filesFolder + f.Place(), f.Name, how.Error()})
}

// lacks says where among the files that were left out this one is; less than zero: it is in the archive.
func (m *manifest) lacks(f projects.File) int {
	name := filesFolder + f.Place()
	return slices.IndexFunc(m.Lacking, func(l lackingFile) bool { return l.Name == name })
}

// takeStock reads what the archive will hold, in the transaction whose snapshot is dumped. Older schemas lack tables, which is no error.
func takeStock(ctx context.Context, tx *sql.Tx) (*manifest, []projects.File, error) {
	m := &manifest{Format: wholeFormat, Program: programVersion()}
	err := tx.QueryRowContext(ctx, `select transaction_timestamp(), current_setting('server_version'), current_setting('server_version_num')::int / 10000`).Scan(&m.Made, &m.PostgreSQL, &m.Major)
	if err != nil {
		return nil, nil, err
	}
	if m.Migrations, err = migrations.History(ctx, tx); err != nil {
		return nil, nil, err
	}
	if len(m.Migrations) == 0 {
		return nil, nil, refuse("database_empty", "this database holds no books of mingzhang")
	}
	if m.Tables, err = countRows(ctx, tx); err != nil {
		return nil, nil, err
	}
	if m.Books, err = totals(ctx, tx); err != nil {
		return nil, nil, err
	}
	var files []projects.File
	if _, there := m.Tables["projects.files"]; there {
		if files, err = filesOf(ctx, tx); err != nil {
			return nil, nil, err
		}
	}
	return m, files, nil
}

// queries is a transaction or a pool.
type queries interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// rowsOf reads the rows of a query one by one.
func rowsOf(ctx context.Context, db queries, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// countRows counts the rows of every table of ours.
func countRows(ctx context.Context, db queries) (map[string]int64, error) {
	var names []string
	var counts []string
	err := rowsOf(ctx, db, `select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('accounting', 'projects', 'api', 'migrations') and c.relkind in ('r', 'p') and not c.relispartition order by 1, 2`, nil, func(r *sql.Rows) error {
		var schema, table string
		err := r.Scan(&schema, &table)
		names = append(names, schema+"."+table)
		counts = append(counts, fmt.Sprintf("select %d, count(*) from %s.%s", len(names)-1, pq.QuoteIdentifier(schema), pq.QuoteIdentifier(table)))
		return err
	})
	if err != nil || len(names) == 0 {
		return nil, err
	}
	tables := make(map[string]int64, len(names))
	err = rowsOf(ctx, db, strings.Join(counts, " union all "), nil, func(r *sql.Rows) error {
		var i int
		var n int64
		err := r.Scan(&i, &n)
		tables[names[i]] = n
		return err
	})
	return tables, err
}

// totals adds up each book.
func totals(ctx context.Context, db queries) ([]bookTotals, error) {
	var all []bookTotals
	err := rowsOf(ctx, db, `select b.book_id, b.code, b.name, b.kind,
			(select count(*) from accounting.vouchers v where v.book_id = b.book_id), (select count(*) from accounting.lines l where l.book_id = b.book_id)
		from accounting.books b order by b.book_id`, nil, func(r *sql.Rows) error {
		var b bookTotals
		err := r.Scan(&b.Book, &b.Code, &b.Name, &b.Kind, &b.Vouchers, &b.Lines)
		all = append(all, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		b := &all[i]
		err := rowsOf(ctx, db, `select a.basis, round(sum(t.debit), 2)::text, round(sum(t.credit), 2)::text from accounting.turnover t
			join accounting.accounts a on a.book_id = t.book_id and a.code = t.account where t.book_id = $1 group by a.basis order by a.basis`, []any{b.Book}, func(r *sql.Rows) error {
			var s basisTurnover
			err := r.Scan(&s.Basis, &s.Debit, &s.Credit)
			b.Turnover = append(b.Turnover, s)
			return err
		})
		if err != nil {
			return nil, err
		}
		err = rowsOf(ctx, db, `select p.period, p.state, p.last_number, p.root, coalesce(p.tree_size, 0) from accounting.periods p
			where p.book_id = $1 and (p.last_number > 0 or p.state = 'closed') order by p.period`, []any{b.Book}, func(r *sql.Rows) error {
			var p periodTotals
			var root []byte
			err := r.Scan(&p.Period, &p.State, &p.LastNumber, &root, &p.TreeSize)
			p.Root = hex.EncodeToString(root)
			b.Periods = append(b.Periods, p)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func filesOf(ctx context.Context, db queries) ([]projects.File, error) {
	var files []projects.File
	err := rowsOf(ctx, db, `select f.book_id, f.sha256, f.size, f.name from projects.files f order by f.book_id, f.sha256`, nil, func(r *sql.Rows) error {
		var f projects.File
		var sum []byte
		err := r.Scan(&f.Book, &sum, &f.Size, &f.Name)
		f.Hash = accounting.Hash(sum)
		files = append(files, f)
		return err
	})
	return files, err
}

// compareTotals names what a restored database has otherwise than the archive says; tables only before it is migrated.
func compareTotals(told, found []bookTotals) error {
	for _, t := range told {
		i := slices.IndexFunc(found, func(f bookTotals) bool { return f.Book == t.Book })
		if i < 0 {
			return refuse("restore_differs", "book %d is missing", t.Book)
		}
		f := found[i]
		if f.Vouchers != t.Vouchers || f.Lines != t.Lines {
			return refuse("restore_differs", "book %d has %d vouchers and %d lines, the archive says %d and %d", t.Book, f.Vouchers, f.Lines, t.Vouchers, t.Lines)
		}
		if !slices.Equal(f.Turnover, t.Turnover) {
			return refuse("restore_differs", "book %d has the turnover %v, the archive says %v", t.Book, f.Turnover, t.Turnover)
		}
		if !slices.Equal(f.Periods, t.Periods) {
			return refuse("restore_differs", "book %d has the last numbers and roots %v, the archive says %v", t.Book, f.Periods, t.Periods)
		}
	}
	if len(found) != len(told) {
		return refuse("restore_differs", "%d books, the archive says %d", len(found), len(told))
	}
	return nil
}

func compareTables(told, found map[string]int64) error {
	for name, n := range told {
		if found[name] != n {
			return refuse("restore_differs", "table %s has %d rows, the archive says %d", name, found[name], n)
		}
	}
	return nil
}
