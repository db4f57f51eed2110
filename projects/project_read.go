package projects

import (
	"context"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
)

// nodeList is the list of nodes as a query takes it.
func nodeList(nodes []accounting.ProjectID) any {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.String()
	}
	return pq.Array(ids)
}

// ContractsOf lists the contracts of some nodes by number, as far as the context's reader sees them.
func ContractsOf(ctx context.Context, db bun.IDB, book accounting.BookID, nodes []accounting.ProjectID) ([]Contract, error) {
	return readContracts(ctx, db, book, "contract.node_id = any (?::uuid[])", nodeList(nodes))
}

// CertificateRow is a certificate in a list, of whichever contract.
type CertificateRow struct {
	ID         uuid.UUID        `bun:"certificate_id"` // of the document
	Document   string           `bun:"document"`       // its number
	Contract   string           `bun:"contract"`       // its number
	Node       string           `bun:"node"`           // code
	Number     int              `bun:"number"`
	Day        accounting.Date  `bun:"day"`
	Gross      accounting.Money `bun:"gross"`
	Recouped   accounting.Money `bun:"recouped"`
	Retained   accounting.Money `bun:"retained"`
	Net        accounting.Money `bun:"net"`
	Certified  accounting.Money `bun:"certified"` // with the earlier ones
	PayableNow accounting.Money `bun:"payable_now"`
}

// CertificatesOf lists the certificates of the contracts of some nodes by day.
func CertificatesOf(ctx context.Context, db bun.IDB, book accounting.BookID, nodes []accounting.ProjectID) ([]CertificateRow, error) {
	rows := []CertificateRow{}
	err := db.NewRaw(`select c.certificate_id, d.number as document, k.number as contract, n.code as node, c.number, c.day, c.gross, c.recouped, c.retained, c.net, c.certified, c.payable_now
		from projects.contracts k join projects.certificates c on c.book_id = k.book_id and c.contract_id = k.contract_id
		join projects.documents d on d.book_id = c.book_id and d.document_id = c.certificate_id
		join projects.nodes n on n.book_id = k.book_id and n.node_id = k.node_id
		where k.book_id = ? and k.node_id = any (?::uuid[]) order by c.day, k.number, c.number`, book, nodeList(nodes)).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}

// AttachedFile is a file that a document of a project carries.
type AttachedFile struct {
	Hash      accounting.Hash `bun:"sha256"`
	Name      string          `bun:"name"`
	Size      int64           `bun:"size"` // bytes
	MediaType string          `bun:"media_type"`
	Document  uuid.UUID       `bun:"document_id"`
	Number    string          `bun:"number"`
	Kind      DocumentKind    `bun:"kind"`
	State     string          `bun:"state"`
}

// FilesOf lists the files of the documents of some nodes, the newest document first.
func FilesOf(ctx context.Context, db bun.IDB, book accounting.BookID, nodes []accounting.ProjectID, limit int) ([]AttachedFile, error) {
	rows := []AttachedFile{}
	err := db.NewRaw(`select f.sha256, f.name, f.size, f.media_type, d.document_id, d.number, d.kind, d.state from projects.documents d
		join projects.document_files a on a.book_id = d.book_id and a.document_id = d.document_id join projects.files f on f.book_id = a.book_id and f.sha256 = a.sha256
		where d.book_id = ? and d.node_id = any (?::uuid[]) order by d.document_id desc, f.name limit ?`, book, nodeList(nodes), limit).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}

// QuarterPlanned is what the cash plans of some nodes mean to pay in a quarter, in yuan.
type QuarterPlanned struct {
	Year    int              `bun:"fiscal_year"`
	Quarter int              `bun:"quarter"`
	Amount  accounting.Money `bun:"amount"`
}

// QuartersPlanned adds up the latest cash plan of each budget line and quarter.
func QuartersPlanned(ctx context.Context, db bun.IDB, book accounting.BookID, nodes []accounting.ProjectID) ([]QuarterPlanned, error) {
	rows := []QuarterPlanned{}
	err := db.NewRaw(`select p.fiscal_year, p.quarter, sum(p.amount) as amount from (
			select distinct on (c.budget_line_id, c.quarter) b.fiscal_year, c.quarter, c.amount from accounting.budget_lines b join projects.cash_plans c on c.book_id = b.book_id and c.budget_line_id = b.budget_line_id
			where b.book_id = ? and b.project_id = any (?::uuid[]) order by c.budget_line_id, c.quarter, c.document_id desc) p
		group by p.fiscal_year, p.quarter order by 1, 2`, book, nodeList(nodes)).Scan(ctx, &rows)
	return rows, fault.FromSQL(err)
}

// PlanLines lists the plan of a node.
func PlanLines(ctx context.Context, db bun.IDB, book accounting.BookID, node accounting.ProjectID) ([]PlanLine, error) {
	var lines []PlanLine
	err := db.NewSelect().Model(&lines).Where("book_id = ? and node_id = ?", book, node).Order("note", "plan_line_id").Scan(ctx)
	return lines, fault.FromSQL(err)
}
