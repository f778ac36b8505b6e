package facts

import (
	_ "embed"
	"strings"

	"github.com/musllint/musllint/lint"
)

// remediesText says how a source is repaired that uses a name or a header which musl lacks. It
// is written by hand; what is in it was drawn from the patches by which projects were brought to
// musl (how many is the evidence) and from glibc's headers. Texts of code are our own.
//
//go:embed remedies.tsv
var remediesText table

const (
	remedyFor = iota + 1
	remedyAction
	remedyUnless
	remedyText
	remedyHeaders
	remedySafety
	remedyNote
	remedyEvidence
	remedyColumns
)

// Remedy is a way to repair a use.
type Remedy struct {
	Name   string
	Kind   string   // of the uses that it is for: "name", "header" or "conflict"
	Action string   // see Remedies
	Unless string   // macro that says that there is nothing to do; empty: Name itself
	Text   string   // what the action needs
	Needs  []string // headers that have to come first
	Safety lint.Safety
	Note   string // what it changes on musl, or why it is the same; words for a person when it is manual
}

// Remedies returns the ways to repair a use of a kind, the best first; it is empty when there
// are none beyond the headers that declare a name, see HeadersOf. The kinds of names that
// programs call or write (function, macro, type, symbol) are one, as no compiler tells which of
// them an undeclared name would be. The actions are:
//
//	rename           write Text instead of the name, wherever it stands
//	call             write the call of Text instead; $* in it are the arguments
//	index            write a call of Text with what stands in brackets behind the name
//	fallback         define the name by Text after the includes, unless Unless is defined
//	guard            put the statement under #ifdef __GLIBC__
//	decls            write extern "C" under #ifdef __cplusplus: Text is begin or end
//	unwrap           write the argument instead of the call
//	cast             cast the argument of that number: "2 struct sockaddr *"
//	order            include Text before the headers of the kernel
//	one-include      of the headers of Text drop all but the first
//	replace-include  include Text, and Needs; not where something named Unless is used
//	remove-include   drop the include, where nothing named Text is used
//	guard-include    put the include under #ifdef __GLIBC__
//	stand-in         the same, and define the names of Text by their fallbacks else
//	cdefs            drop the include, and repair what the header is included for
//	manual           none: Note says what a person can do
func Remedies(kind lint.UseKind, name string) []Remedy {
	class := ""
	switch kind {
	case lint.UseHeader, lint.UseRedirect:
		class = "header"
	case lint.UseFunction, lint.UseMacro, lint.UseType, lint.UseSymbol:
		class = "name"
	case lint.UseConflict:
		class = "conflict"
	default:
		return nil
	}
	var found []Remedy
	for c := range remediesText.rows(name) {
		if c[remedyFor] != class {
			continue
		}
		found = append(found, Remedy{
			Name: name, Kind: class, Action: c[remedyAction], Unless: c[remedyUnless], Text: unescape(c[remedyText]), Needs: list(c[remedyHeaders]),
			Safety: lint.Safety(c[remedySafety]), Note: c[remedyNote],
		})
	}
	return found
}

// RemedyNames returns the names that the table has, those with several remedies once.
func RemedyNames() []string {
	var names []string
	for name := range remediesText.keys() {
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}

// unescape returns the text of a column that may hold \n for a newline, \t for a tab and \\ for
// a backslash.
func unescape(column string) string {
	if !strings.Contains(column, `\`) {
		return column
	}
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\\`, `\`).Replace(column)
}
