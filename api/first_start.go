package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// FirstStart is what a page needs that makes the first real book, beside what its operator says.
type FirstStart struct {
	Units     []accounting.Unit                                                   // offered
	FirstYear int                                                                 // of the book
	Notice    func(ctx context.Context, db *bun.DB, book accounting.BookID) error // loads the notice's programmes
	secret    []byte                                                              // of this run of the service: start passwords are made of it
}

// OfferFirstStart lets the operator at this machine make the first real book over a page, as long as there is none. It is for
// a private database only: one that others set up has its books made by the command line.
func (s *Server) OfferFirstStart(f FirstStart) {
	f.secret = random()
	s.firstStart = &f
}

// mayStart says whether the page is there: for this machine only, and never when a real book is.
func (s *Server) mayStart(l *look) (bool, error) {
	if s.firstStart == nil || !s.visitOf(l.Context).local {
		return false, nil
	}
	real, err := realBook(l.ctx, s.db)
	return !real, err
}

func realBook(ctx context.Context, db bun.IDB) (there bool, err error) {
	err = db.NewRaw(`select exists (select from accounting.books where kind = 'real')`).Scan(ctx, &there)
	return there, fault.FromSQL(err)
}

// firstPassword is the start password of an account in a book that a form makes. It follows from the form's key, so the
// operator has it on paper before the book is there, and an answer that is lost takes nothing along.
func (f *FirstStart) firstPassword(key, account string) string {
	mac := hmac.New(sha256.New, f.secret)
	_, _ = mac.Write([]byte(key + "/" + account)) // never fails
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:10])
	var groups []string
	for group := range slices.Chunk([]byte(text), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, "-")
}

// firstBook is a book as its operator says it.
type firstBook struct {
	projects.FirstBook
	notice bool
}

var divisionCode = regexp.MustCompile(`^[1-9][0-9]{5}$`)

// firstStartPage asks for the first real book.
func (s *Server) firstStartPage(l *look) (*answer, error) {
	if may, err := s.mayStart(l); err != nil || !may {
		return nil, noFirstStart(err)
	}
	return s.askFirstBook(l, nil, nil)
}

func noFirstStart(err error) error {
	if err != nil {
		return err
	}
	return fault.NotFound("not_found", "a first book is made at this machine only, and only while there is none")
}

func (s *Server) askFirstBook(l *look, wrong error, at map[string]string) (*answer, error) {
	lines := make([]string, len(s.firstStart.Units))
	for i, u := range s.firstStart.Units {
		lines[i] = u.Code + " " + u.Name
	}
	fields := []web.Field{{Name: "code", Label: l.t("first.code"), Kind: web.TextField, Required: true, Help: l.t("first.code_help")}, {Name: "book_name", Label: l.t("first.name"), Kind: web.TextField, Required: true, Help: l.t("first.name_help")}}
	for _, p := range projects.FirstPersons() {
		fields = append(fields, web.Field{Name: "person." + p.Code, Label: l.t("first.person." + p.Code), Kind: web.TextField, Required: true, Help: l.t("first.account", p.Code)})
	}
	fields = append(fields, web.Field{Name: "units", Label: l.t("first.units"), Kind: web.AreaField, Wide: true, Required: true, Value: strings.Join(lines, "\n"), Help: l.t("first.units_help")},
		web.Field{Name: "notice", Label: l.t("first.notice"), Kind: web.CheckField, Help: l.t("first.notice_help")})
	f := l.form("/first-start", l.t("first.review"), fields...)
	f.Lead = l.t("first.lead")
	a := &answer{template: "form", title: l.t("page.first_start"), data: f}
	if wrong != nil {
		if err := s.refused(l, f, wrong, at); err != nil {
			return nil, err
		}
		a.status = 422
	}
	return a, nil
}

// firstBookTyped reads the form. What is wrong is told with the field it is of.
func (s *Server) firstBookTyped(l *look) (b firstBook, field string, err error) {
	code := l.typed("code")
	if !divisionCode.MatchString(code) {
		return b, "code", fault.Invalid("request_invalid", "%s", l.t("first.code_help"))
	}
	number, err := strconv.ParseInt(code, 10, 64)
	if err != nil {
		return b, "code", fault.Invalid("request_invalid", "%q", code)
	}
	b.Book = accounting.Book{ID: accounting.BookID(number), Code: code, Name: l.typed("book_name"), Kind: accounting.RealBook}
	if err := accounting.CheckText("name", b.Name, 100); err != nil {
		return b, "book_name", err
	}
	if b.Units, err = s.unitsTyped(l); err != nil {
		return b, "units", err
	}
	b.Persons = projects.FirstPersons()
	names := map[string]bool{}
	for i := range b.Persons {
		p := &b.Persons[i]
		p.Name, p.Unit = l.typed("person."+p.Code), b.Units[0].Code
		if err := accounting.CheckText("name", p.Name, 100); err != nil {
			return b, "person." + p.Code, err
		}
		if names[p.Name] {
			return b, "person." + p.Code, fault.Invalid("request_invalid", "%s", l.t("first.twice", p.Name))
		}
		names[p.Name] = true
	}
	b.FirstYear, b.LastYear = s.firstStart.FirstYear, today().Year()
	if b.notice = l.typed("notice") == "true"; b.notice {
		for _, u := range s.firstStart.Units {
			if !slices.ContainsFunc(b.Units, func(x accounting.Unit) bool { return x.Code == u.Code }) {
				return b, "notice", fault.Invalid("request_invalid", "%s", l.t("first.notice_units", u.Code+" "+u.Name))
			}
		}
	}
	return b, "", nil
}

// unitsTyped reads a line a unit: its code and its name. The kind is that of the offered unit of the code.
func (s *Server) unitsTyped(l *look) (units []accounting.Unit, err error) {
	known := map[string]accounting.UnitKind{}
	for _, u := range s.firstStart.Units {
		known[u.Code] = u.Kind
	}
	codes := map[string]bool{}
	for line := range strings.Lines(l.typed("units")) {
		code, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if code == "" {
			continue
		}
		u := accounting.Unit{Code: code, Name: strings.TrimSpace(name), Kind: known[code]}
		if u.Kind == "" {
			u.Kind = "administrative"
		}
		if err := accounting.CheckText("name", u.Name, 100); err != nil {
			return nil, err
		}
		if codes[code] || len(code) > 64 {
			return nil, fault.Invalid("request_invalid", "%s", l.t("first.twice", code))
		}
		codes[code] = true
		units = append(units, u)
	}
	if len(units) == 0 {
		return nil, fault.Invalid("request_invalid", "%s", l.t("first.units_help"))
	}
	return units, nil
}

// firstStartByPage shows what will be made with the start passwords, and makes it when that is confirmed.
func (s *Server) firstStartByPage(l *look) (*answer, error) {
	if s.firstStart == nil || !s.visitOf(l.Context).local {
		return nil, noFirstStart(nil)
	}
	b, field, err := s.firstBookTyped(l)
	real, failed := realBook(l.ctx, s.db)
	switch {
	case failed != nil:
		return nil, failed
	case real && err == nil && s.madeBy(l, b):
		return goTo(firstSignIn(b, ""))
	case real:
		return nil, noFirstStart(nil)
	case err != nil:
		return s.askFirstBook(l, err, map[string]string{fault.Code(err): field})
	case l.values.Get("back") != "":
		return s.askFirstBook(l, nil, nil)
	}
	proof := s.firstStart.firstPassword(l.key(), "")
	if !hmac.Equal([]byte(l.values.Get("proof")), []byte(proof)) { // not confirmed, or shown by another run of the service
		return s.reviewFirstBook(l, b, proof), nil
	}
	if err := s.makeFirstBook(l, b); err != nil {
		if kind := fault.KindOf(err); kind == fault.KindUnavailable || kind == fault.KindInternal {
			return nil, err
		}
		return s.askFirstBook(l, err, nil)
	}
	done := ""
	if b.notice {
		if err := s.firstStart.Notice(l.ctx, s.db, b.ID); err != nil {
			s.log.Error("the notice was not loaded", "book", int64(b.ID), "error", err)
			done = "first_start_no_notice"
		}
	}
	return goTo(firstSignIn(b, done))
}

func firstSignIn(b firstBook, done string) string {
	if done == "" {
		done = "first_start"
	}
	return "/sign-in?" + url.Values{"book": {b.Code}, "account": {"admin"}, "done": {done}}.Encode()
}

// madeBy says whether a book is there because the same form made it: its repeat is no second one.
func (s *Server) madeBy(l *look, b firstBook) bool {
	var hashes []string
	err := s.db.NewRaw(`select a.password_hash from api.accounts a join accounting.books b using (book_id) where b.book_id = ? and b.name = ? and b.kind = 'real' and a.account = 'admin' and a.password_hash is not null`, b.ID, b.Name).Scan(l.ctx, &hashes)
	return err == nil && len(hashes) == 1 && passwordMatches(hashes[0], s.firstStart.firstPassword(l.key(), "admin"))
}

// reviewFirstBook shows what will be made, with the start passwords to print before it is.
func (s *Server) reviewFirstBook(l *look, b firstBook, proof string) *answer {
	t := &web.Table{Name: "first-passwords", Caption: l.t("first.passwords"), Columns: web.Columns(web.C(web.TextColumn, "column.person"), web.C(web.TextColumn, "column.role"), web.C(web.CodeColumn, "field.account"), web.C(web.CodeColumn, "accounts.secret"))}
	key := l.key()
	for _, p := range b.Persons {
		roles := make([]string, len(p.Roles))
		for i, r := range p.Roles {
			roles[i] = l.t("role." + r)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(p.Name), web.Text(l.listed(roles)), web.Code(p.Code), web.Code(s.firstStart.firstPassword(key, p.Code))}})
	}
	notice := l.t("choice.bool.false")
	if b.notice {
		notice = l.t("choice.bool.true")
	}
	units := make([]string, len(b.Units))
	for i, u := range b.Units {
		units[i] = u.Code + " " + u.Name
	}
	f := &web.Form{Action: "/first-start", Key: key, Submit: l.t("first.make"), Lead: l.t("first.make_lead"), Hidden: append(slices.DeleteFunc(l.sent(), func(h web.Hidden) bool { return h.Name == "key" || h.Name == "proof" }), web.Hidden{Name: "proof", Value: proof}), Buttons: []web.Button{{Name: "back", Value: "yes", Text: l.t("first.back"), Quiet: true}}}
	data := sectionsData{Facts: []web.Fact{fact(l.t("first.code"), web.Code(b.Code)), fact(l.t("first.name"), web.Text(b.Name)), fact(l.t("first.years"), web.Text(fmt.Sprintf("%d – %d", b.FirstYear, b.LastYear))), fact(l.t("first.notice"), web.Text(notice)), fact(l.t("first.units"), web.Text(l.listed(units)))},
		Sections: []section{{Words: []string{l.t("first.passwords_lead")}, Table: t}, {Form: f}}}
	return &answer{template: "sections", title: l.t("first.review_title", b.Name), data: data}
}

// makeFirstBook makes the book and the accounts of its first persons, or nothing of it. Codes: duplicate, unit_unknown.
func (s *Server) makeFirstBook(l *look, b firstBook) error {
	hashes := make([]string, len(b.Persons))
	for i, p := range b.Persons {
		if err := s.hashing.wait(l.ctx, func() { hashes[i] = hashPassword(s.firstStart.firstPassword(l.key(), p.Code)) }); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(l.ctx, time.Minute)
	defer cancel()
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, `select pg_advisory_xact_lock(hashtextextended('first real book', 0))`); err != nil { // two operators at once make one
			return err
		}
		if real, err := realBook(ctx, tx); err != nil || real {
			return noFirstStart(err)
		}
		if err := projects.OpenBook(ctx, tx, b.FirstBook); err != nil {
			return err
		}
		for i, p := range b.Persons {
			person, err := projects.FindPerson(ctx, tx, b.ID, p.Code)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `select api.open_account(?, ?, ?, ?)`, b.ID, person.ID, p.Code, hashes[i]); err != nil {
				return err
			}
			c := accounting.Command{Book: b.ID, Key: "account.open/" + p.Code, Name: "account.open", By: accounting.Actor{Person: person.ID, Unit: person.Unit}, Body: []string{p.Code, p.Code}}
			if err := accounting.Note(ctx, tx, c, p.Code); err != nil {
				return err
			}
		}
		return nil
	})
	return fault.FromSQL(err)
}
