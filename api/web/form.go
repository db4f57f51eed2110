package web

// Form is what somebody fills in. It carries the key of its command, so that sending it twice does it once.
type Form struct {
	Action  string
	Key     string
	Hidden  []Hidden
	Fields  []Field
	Error   *Problem
	Lead    string
	Notes   []string // what to know while it is filled in
	Submit  string   // text of the button
	Buttons []Button
	Files   bool   // it brings files
	Said    string // where is asked, as one types, what to say beside its fields
}

// Hidden is a value that goes along.
type Hidden struct{ Name, Value string }

// Button is another way to send a form.
type Button struct {
	Name, Value, Text string
	Quiet             bool
}

// Problem is what is wrong, with the arithmetic and what to do.
type Problem struct {
	Title, Detail, Code, Reference string
	Errors                         []string
	Field                          string // the name of the one that is wrong, where one is
}

// FieldKind is how a field is filled in.
type FieldKind string

const (
	TextField   FieldKind = "text"
	AreaField   FieldKind = "area"
	MoneyField  FieldKind = "money"
	NumberField FieldKind = "number"
	DayField    FieldKind = "day"
	CheckField  FieldKind = "check"
	ChoiceField FieldKind = "choice"
	ManyField   FieldKind = "many"
	RowsField   FieldKind = "rows"
	GroupField  FieldKind = "group"
	FilesField  FieldKind = "files"
	SecretField FieldKind = "secret"
)

// Field is one thing to fill in, or a group or a table of them.
type Field struct {
	Name     string
	Label    string
	Help     string
	Kind     FieldKind
	Value    string
	Checked  bool
	Required bool
	Wide     bool
	Error    string
	Options  []Option
	Fields   []Field   // of a group; of rows: one empty row, for its headings
	Rows     [][]Field // of rows
	Files    []Hidden  // stored before: value and name
}

// Option is one of a choice.
type Option struct {
	Value, Text string
	Chosen      bool
}

// Fact is a figure or a text with its name, as documents show them.
type Fact struct {
	Label string
	Cell  Cell
	Table *Table
	Facts []Fact
}
