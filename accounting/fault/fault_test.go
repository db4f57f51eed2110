package fault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

func TestKindAndCodeSurviveWrapping(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		kind Kind
		code string
	}{
		{"refused", Conflict("period_closed", "2025-06 is closed"), KindConflict, "period_closed"},
		{"wrong", Invalid("amount_invalid", "%s", "1.005"), KindInvalid, "amount_invalid"},
		{"absent", NotFound("voucher_unknown", "no voucher"), KindNotFound, "voucher_unknown"},
		{"not theirs", Denied("same_person", "one person"), KindDenied, "same_person"},
		{"key of another request", KeyReused("key_reused", "k"), KindKeyReused, "key_reused"},
		{"later", Unavailable("busy", "wait"), KindUnavailable, "busy"},
		{"ours", Internal(io.EOF), KindInternal, "internal"},
		{"unknown", OutcomeUnknown(io.EOF), KindUnavailable, "outcome_unknown"},
		{"no fault at all", io.EOF, KindInternal, "internal"},
		{"by its code", ByCode("budget_exceeded", "short by 0.01", []byte(`{"short":"0.01"}`)), KindConflict, "budget_exceeded"},
		{"by a code nobody knows", ByCode("no_such_code", "", nil), KindInternal, "internal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, err := range []error{tt.err, fmt.Errorf("approve: %w", tt.err), errors.Join(tt.err, io.ErrClosedPipe)} {
				if Code(err) != tt.code || KindOf(err) != tt.kind || Retryable(err) {
					t.Errorf("%v: code %s, kind %d, retry %t", err, Code(err), KindOf(err), Retryable(err))
				}
			}
		})
	}
	if Code(nil) != "" || Retryable(nil) {
		t.Error("no error has a code")
	}
}

// The log needs the cause; the caller is shown the detail alone.
func TestTheCauseIsForTheLog(t *testing.T) {
	f := Conflict("duplicate", "the invoice is known").Wrap(io.ErrClosedPipe)
	if !errors.Is(f, io.ErrClosedPipe) || !strings.Contains(f.Error(), io.ErrClosedPipe.Error()) {
		t.Errorf("%v has lost its cause", f)
	}
	for _, f := range []*Error{f, Internal(io.ErrClosedPipe), OutcomeUnknown(io.ErrClosedPipe), ByCode("no_such_code", "secret", nil)} {
		if strings.Contains(f.Detail, io.ErrClosedPipe.Error()) || strings.Contains(f.Detail, "secret") {
			t.Errorf("the caller is shown %q", f.Detail)
		}
	}
}

// A code is a promise to programs: it stands once, and in both languages.
func TestCatalogue(t *testing.T) {
	name, state := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`), regexp.MustCompile(`^(AC0[0-9][0-9])?$`)
	codes, states := map[string]bool{}, map[string]bool{}
	for _, c := range Catalogue {
		if codes[c.Code] || c.SQLState != "" && states[c.SQLState] {
			t.Errorf("%s %s stands twice", c.Code, c.SQLState)
		}
		codes[c.Code], states[c.SQLState] = true, true
		if !name.MatchString(c.Code) || !state.MatchString(c.SQLState) || c.EN == "" || c.Do == "" {
			t.Errorf("row %+v is not complete", c)
		}
		if !strings.ContainsFunc(c.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s has no Chinese sentence", c.Code)
		}
	}
}

// Whoever writes a new refusal learns here that docs/ERRORS.md and the screens would not know it.
func TestEveryCodeInUseIsInTheCatalogue(t *testing.T) {
	codes, states := map[string]bool{}, map[string]bool{"AC900": true} // asks for a repeat and never leaves the service
	for _, c := range Catalogue {
		codes[c.Code], states[c.SQLState] = true, true
	}
	inGo := regexp.MustCompile(`fault\.(?:Invalid|NotFound|Denied|Conflict|KeyReused|Unavailable)\(\s*"([^"]*)"`)
	inSQL := regexp.MustCompile(`'(AC[0-9A-Z]{3})'`)
	root, seen := os.DirFS("../.."), 0
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := path.Base(p); base == "var" || base == "testdata" || base != "." && strings.HasPrefix(base, ".") {
				return fs.SkipDir
			}
			return nil
		}
		in, known := inGo, codes
		switch {
		case strings.HasSuffix(p, "_test.go"):
			return nil
		case strings.HasSuffix(p, ".sql"):
			in, known = inSQL, states
		case !strings.HasSuffix(p, ".go"):
			return nil
		}
		text, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		for _, m := range in.FindAllStringSubmatch(string(text), -1) {
			if seen++; !known[m[1]] {
				t.Errorf("%s raises %s, which is not in the catalogue", p, m[1])
			}
		}
		return nil
	})
	if err != nil || seen < 100 {
		t.Errorf("found %d codes in the source, %v", seen, err)
	}
}

// What was said is told in another language from the same figures, whatever stands in them.
func TestSaying(t *testing.T) {
	form, figures := Conflict("budget_exceeded", "%s: %q is 5 %% of %s", "", "a, asked 2: b", "3.00").Saying()
	if form != "{0}: {1} is 5 % of {2}" || len(figures) != 3 || figures[0] != "" || figures[1] != `"a, asked 2: b"` || figures[2] != "3.00" {
		t.Errorf("%q %q", form, figures)
	}
	changed := Conflict("budget_exceeded", "short by %s", "1.00")
	changed.Detail = "row 2: " + changed.Detail
	for _, f := range []*Error{changed, ByCode("budget_exceeded", "short by 1.00", nil)} {
		if form, _ := f.Saying(); form != "" {
			t.Errorf("%q is told as %q", f.Detail, form)
		}
	}
}
