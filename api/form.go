package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/api/web"
	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// A document's form is made from the content of its kind: what the API takes is what the form asks, under the same names.
// A form's values are read into the JSON the API takes, and a document's JSON fills the form again.

// formShape is a kind of document as a form: which of its events is said, and where the choices come from.
type formShape struct {
	l      *look
	form   projects.DocumentForm
	event  *projects.EventKind // of a paper that says an event
	set    map[string][]web.Option
	named  *namesHere // what codes are called, where a content is shown
	payees []web.Option
	files  map[string]string // what the files of the content were called, by hash
	wrong  map[string]string // by name: what cannot be read
}

// computed are fields that follow from the others; the books write them.
var computed = map[string][]string{
	"delegation":      {"lender"},
	"contract":        {"funded", "unfunded", "warnings"},
	"change_order":    {"price_before", "price_after", "unfunded", "warnings"},
	"certificate":     {"items.previous", "items.cumulative", "items.amount", "certificate_no", "gross", "recouped", "retained", "net", "deducted", "certified"},
	"settlement":      {"rest", "cut_unpaid", "cut_retained", "overpaid", "overpaid_due", "release"},
	"termination":     {"release"},
	"allocation":      {"amount", "rest", "rows.amount"},
	"payment_request": {"amount", "warnings"},
	"subsidy_batch":   {"total"},
	"refund":          {"node"},
	"correction":      {"node"},
	"opening":         {"totals", "indicators.available", "contracts.agreement.funded", "contracts.agreement.unfunded", "contracts.agreement.warnings"},

	"completion.Apportion": {"node", "assets"}, "completion.PassDown": {"node", "assets"}, "completion.ClearPassedDown": {"assets"}, "completion.WriteOff": {"node", "assets"}, "completion.ClaimOverpayment": {"node", "assets"},
	"completion.OverpaymentBack": {"assets"}, "completion.ForfeitRetention": {"node", "assets"},
	"completion.HandOver": {"node", "assets.asset"}, "completion.TransferOut": {"node", "assets.asset"}, "completion.AdjustAsset": {"node", "assets.class", "assets.name", "assets.owner"},
	"fund.FundReceipt": {"node"}, "fund.Relief": {"node"}, "fund.ReceiveInjection": {"node"}, "fund.PassOnInjection": {"node"},
}

// mayBeEmpty are fields that a content has and a form need not fill in: an amount of nothing, an account that is the only one.
var mayBeEmpty = map[string][]string{
	"payment_request": {"payees.account"},
	"completion":      {"input.works", "input.equipment", "input.other", "input.increase", "input.decrease"},
	"village_record":  {"county", "bridging", "self_raised", "labour"},
	"opening":         {"indicators.issued", "indicators.frozen", "indicators.executed"},
	"final_account": {"cost.works", "cost.equipment", "cost.deferred", "cost.other", "cost.to_write_off", "cost.adjustment", "uses.handed_over", "uses.transferred_out", "uses.written_off", "uses.rest", "uses.advances", "uses.claims",
		"uses.money", "uses.expenses", "sources.payables", "sources.retention", "sources.carried"},
}

// kept are fields that a form does not ask, because a list brings them; what a document says of them stays as it is.
var kept = map[string][]string{"opening": {"contracts"}}

// part is one field of a content.
type part struct {
	name     string // in JSON
	typ      reflect.Type
	optional bool
}

var (
	moneyType   = reflect.TypeFor[accounting.Money]()
	dateType    = reflect.TypeFor[accounting.Date]()
	decimalType = reflect.TypeFor[decimal.Decimal]()
	hashesType  = reflect.TypeFor[[]accounting.Hash]()
	rawType     = reflect.TypeFor[json.RawMessage]()
	headType    = reflect.TypeFor[projects.Head]()
	textReader  = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonReader  = reflect.TypeFor[json.Unmarshaler]()
)

// parts lists the fields of a content in their order, those of embedded structs among them.
func parts(t reflect.Type) (all []part) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || f.Type == headType:
		case f.Anonymous && name == "":
			all = append(all, parts(f.Type)...)
		case f.IsExported():
			p := part{name, f.Type, strings.Contains(options, "omit")}
			for p.typ.Kind() == reflect.Pointer {
				p.typ, p.optional = p.typ.Elem(), true
			}
			all = append(all, p)
		}
	}
	return all
}

// plain says whether a type is written as one text.
func plain(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() == reflect.String || p.Implements(textReader) || p.Implements(jsonReader) && t != rawType
}

// left says whether a field is the books' to write.
func (s formShape) left(path string) bool {
	kind := string(s.form.Kind)
	return slices.Contains(computed[kind], path) || s.event != nil && slices.Contains(computed[kind+"."+s.event.Name], path)
}

// keeps says whether a field stays as a list brought it.
func (s formShape) keeps(path string) bool { return slices.Contains(kept[string(s.form.Kind)], path) }

// under is the type of the event's own fields: of the paper's event, or of the one that stands beside them.
func (s formShape) under(beside string) reflect.Type {
	if s.event != nil {
		return reflect.TypeOf(s.event.New()).Elem()
	}
	for _, e := range projects.Events() {
		if e.Name == beside {
			return reflect.TypeOf(e.New()).Elem()
		}
	}
	return nil
}

// read makes the JSON of a content from the values of a form.
func (s *formShape) read(values url.Values) map[string]any {
	return s.object(reflect.TypeOf(s.form.New()).Elem(), "", "", values)
}

func (s *formShape) object(t reflect.Type, name, path string, values url.Values) map[string]any {
	out := map[string]any{}
	for _, p := range parts(t) {
		at, of := name+p.name, path+p.name
		if s.left(of) {
			continue
		}
		if s.keeps(of) {
			if text := values.Get(at); text != "" {
				out[p.name] = json.RawMessage(text)
			}
			continue
		}
		if p.typ == rawType {
			if under := s.under(strings.TrimSpace(values.Get(name + "event"))); under != nil {
				out[p.name] = s.object(under, at+".", of+".", values)
			}
			continue
		}
		if v := s.value(p, at, of, values); v != nil {
			out[p.name] = v
		}
	}
	return out
}

// value reads one field; nil: nothing was filled in.
func (s *formShape) value(p part, at, of string, values url.Values) any {
	text := strings.TrimSpace(values.Get(at))
	switch {
	case p.typ == hashesType || p.typ.Kind() == reflect.Slice && p.typ.Elem().Kind() == reflect.String:
		if chosen := slices.DeleteFunc(slices.Clone(values[at]), func(v string) bool { return v == "" }); len(chosen) > 0 {
			return chosen
		}
		return nil
	case p.typ.Kind() == reflect.Bool:
		if values.Get(at) == "true" {
			return true
		}
		return nil
	case p.typ == moneyType:
		return s.amount(at, text)
	case p.typ == dateType:
		if day, err := lists.TypedDay(text); err == nil {
			return day.String()
		}
		return nothing(text)
	case p.typ.Kind() == reflect.Int:
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
		return nothing(text)
	case p.typ == decimalType || plain(p.typ):
		return nothing(text)
	case p.typ.Kind() == reflect.Struct:
		if inner := s.object(p.typ, at+".", of+".", values); len(inner) > 0 || !p.optional {
			return inner
		}
		return nil
	case p.typ.Kind() == reflect.Slice:
		var rows []any
		for _, i := range places(values, at) {
			if row := s.object(p.typ.Elem(), fmt.Sprintf("%s.%d.", at, i), of+".", values); len(row) > 0 {
				rows = append(rows, row)
			}
		}
		if rows == nil {
			return nil
		}
		return rows
	}
	return nil
}

func nothing(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// amount reads an amount as people paste it. What cannot be read is kept as it was typed, with what is wrong.
func (s *formShape) amount(at, text string) any {
	m, empty, err := lists.Typed(text)
	switch {
	case err != nil:
		s.wrong[at] = err.Error()
		return text
	case empty:
		return nil
	}
	return m.String()
}

// places are the rows of a table that the values have something of, in order.
func places(values url.Values, at string) (rows []int) {
	for name := range values {
		rest, ok := strings.CutPrefix(name, at+".")
		number, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(number); ok && err == nil && i >= 0 && !slices.Contains(rows, i) {
			rows = append(rows, i)
		}
	}
	slices.Sort(rows)
	return rows
}

// fields draws the form, filled with a content's JSON.
// What every document carries comes after what this one says.
func (s *formShape) fields(content map[string]any) []web.Field {
	var own, every []web.Field
	for _, f := range s.draw(reflect.TypeOf(s.form.New()).Elem(), "", "", content) {
		if slices.Contains([]string{"unit", "document_no", "memo", "attachments"}, f.Name) && s.label(f.Name) == s.l.t("field."+f.Name) {
			every = append(every, f)
		} else {
			own = append(own, f)
		}
	}
	return append(own, every...)
}

func (s *formShape) draw(t reflect.Type, name, path string, content map[string]any) (fields []web.Field) {
	for _, p := range parts(t) {
		if s.left(path+p.name) || s.keeps(path+p.name) || s.event != nil && path == "" && p.name == "event" {
			continue
		}
		if p.typ == rawType {
			beside, _ := content["event"].(string)
			if under := s.under(beside); under != nil {
				inner, _ := content[p.name].(map[string]any)
				fields = append(fields, s.draw(under, name+p.name+".", path+p.name+".", inner)...)
			}
			continue
		}
		fields = append(fields, s.field(p, name+p.name, path+p.name, content[p.name])...)
	}
	return fields
}

// field draws one field, or those of the event.
func (s *formShape) field(p part, at, of string, value any) []web.Field {
	f := web.Field{Name: at, Label: s.label(of), Required: !p.optional && !slices.Contains(mayBeEmpty[string(s.form.Kind)], of), Error: s.wrong[at]}
	if key := s.textKey("help.", of); key != "" {
		f.Help = s.l.t(key)
	}
	if value != nil {
		f.Value = fmt.Sprint(value)
	}
	if number, ok := value.(float64); ok {
		f.Value = strconv.FormatFloat(number, 'f', -1, 64)
	}
	switch {
	case p.typ == hashesType:
		f.Kind, f.Required = web.FilesField, false
		for _, v := range texts(value) {
			f.Files = append(f.Files, web.Hidden{Value: v, Name: s.fileName(v)})
		}
	case p.typ.Kind() == reflect.Slice && p.typ.Elem().Kind() == reflect.String:
		f.Kind, f.Options = web.ManyField, s.choices(of, texts(value)...)
	case p.typ.Kind() == reflect.Bool:
		f.Kind, f.Checked = web.CheckField, value == true
	case p.typ == moneyType:
		f.Kind = web.MoneyField
	case p.typ == dateType:
		f.Kind = web.DayField
	case p.typ == decimalType, p.typ.Kind() == reflect.Int:
		f.Kind = web.NumberField
		if options := s.choices(of, f.Value); options != nil {
			f.Kind, f.Options = web.ChoiceField, options
		}
	case plain(p.typ):
		f.Kind = web.TextField
		if registry, ok := s.large(of); ok {
			f.Options = s.set[registry][:mostChosen]
			f.Help = strings.TrimSpace(f.Help + " " + s.l.t("form.typed."+registry))
		} else if options := s.choices(of, f.Value); options != nil {
			f.Kind, f.Options = web.ChoiceField, options
		} else if known, ok := choiceOf(suggestions, s, of); ok {
			f.Options = s.set[known]
		}
		if p.name == "memo" || p.name == "reason" || p.name == "purpose" {
			f.Kind, f.Wide = web.AreaField, true
		}
		f.Required = f.Required && p.name != "document_no"
	case p.typ.Kind() == reflect.Struct:
		inner, _ := value.(map[string]any)
		f.Kind, f.Fields = web.GroupField, s.draw(p.typ, at+".", of+".", inner)
	default:
		s.rows(&f, p, at, of, value)
	}
	return []web.Field{f}
}

// rows draws a table with a row for each value, one more when asked, and at least one.
func (s *formShape) rows(f *web.Field, p part, at, of string, value any) {
	f.Kind = web.RowsField
	f.Fields = s.draw(p.typ.Elem(), at+".x.", of+".", nil)
	rows, _ := value.([]any)
	for _, v := range rows {
		row, _ := v.(map[string]any)
		f.Rows = append(f.Rows, s.draw(p.typ.Elem(), fmt.Sprintf("%s.%d.", at, len(f.Rows)), of+".", row))
	}
	if len(rows) == 0 && !p.optional || s.l.values.Get("more") == at {
		f.Rows = append(f.Rows, s.draw(p.typ.Elem(), fmt.Sprintf("%s.%d.", at, len(f.Rows)), of+".", nil))
	}
}

func texts(value any) (all []string) {
	switch v := value.(type) {
	case []string:
		return v
	case []any:
		for _, one := range v {
			all = append(all, fmt.Sprint(one))
		}
	}
	return all
}

// label names a field: of this kind and event, of this kind, of its last name anywhere.
func (s *formShape) label(path string) string { return s.l.t(s.headingKey(path)) }

// textKey is the key of a text about a field of this kind and event or of this kind; empty: there is none.
func (s *formShape) textKey(about, path string) string {
	if s.event != nil {
		if key := about + string(s.form.Kind) + "." + s.event.Name + "." + path; web.Has(key) {
			return key
		}
	}
	if key := about + string(s.form.Kind) + "." + path; web.Has(key) {
		return key
	}
	return ""
}

// content is the form's values as the document's content. Codes: those of a body that does not fit.
func (s *formShape) content(read map[string]any) (projects.Content, error) {
	if s.event != nil {
		read["event"] = s.event.Name
	}
	s.aboutItsInput(read)
	text, err := json.Marshal(read)
	if err != nil {
		return nil, err
	}
	content := s.form.New()
	return content, strictly(text, content)
}

// aboutItsInput puts the project that an event's own fields name on the paper, where its form does not ask for it twice.
func (s *formShape) aboutItsInput(read map[string]any) {
	input, _ := read["input"].(map[string]any)
	if _, there := read["node"]; there || !s.left("node") || input == nil {
		return
	}
	for _, name := range []string{"project", "parent"} {
		if of, ok := input[name]; ok {
			read["node"] = of
			return
		}
	}
}

// contentTree is a document's content as its form shows it.
func contentTree(text json.RawMessage) (tree map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return tree, d.Decode(&tree)
}
