package main

import (
	"regexp"
	"strconv"
	"strings"
)

// diagnostic is an error of gcc.
type diagnostic struct {
	File    string // as gcc names it, made absolute
	Line    int
	Column  int
	Message string
	Fatal   bool
	Also    []place // where macros were used whose text is meant
}

type place struct {
	File string
	Line int
}

var (
	diagnosticLine = regexp.MustCompile(`^(.+?):(\d+):(?:(\d+):)? (fatal error|error|warning|note): (.*)$`)
	suggestion     = regexp.MustCompile(`[;,] did you mean .*$`)
	expansion      = regexp.MustCompile(`^in expansion of macro '|^in definition of macro '`)
)

// parseErrors reads what gcc printed in dir.
func parseErrors(dir, text string) []diagnostic {
	var all []diagnostic
	of := -1 // the error that a note belongs to
	for _, line := range strings.Split(text, "\n") {
		m := diagnosticLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		file := absolute(dir, m[1])
		number, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		switch m[4] {
		case "error", "fatal error":
			message := m[5]
			if cut := strings.LastIndex(message, " [-W"); cut >= 0 && strings.HasSuffix(message, "]") {
				message = message[:cut]
			}
			all = append(all, diagnostic{File: file, Line: number, Column: column, Message: suggestion.ReplaceAllString(message, ""), Fatal: m[4] == "fatal error"})
			of = len(all) - 1
		case "warning":
			of = -1
		case "note":
			if of >= 0 && expansion.MatchString(m[5]) {
				all[of].Also = append(all[of].Also, place{file, number})
			}
		}
	}
	return all
}

// kind is what sort of thing a diagnostic is about.
type kind string

const (
	kindHeader   kind = "header"
	kindName     kind = "name" // a function, macro or type that is not declared
	kindMember   kind = "member"
	kindConflict kind = "conflict"
	kindSyntax   kind = "syntax"
	kindOther    kind = "other"
	kindSymbol   kind = "symbol" // declared, and not in the library
	kindLibrary  kind = "library"
)

var messages = []struct {
	pattern *regexp.Regexp
	kind    kind
}{
	{regexp.MustCompile(`^(\S+): No such file or directory$`), kindHeader},
	{regexp.MustCompile(`^implicit declaration of function '([^']+)'`), kindName},
	{regexp.MustCompile(`^unknown type name '([^']+)'`), kindName},
	{regexp.MustCompile(`^'([^']+)' undeclared`), kindName},
	{regexp.MustCompile(`^'([^']+)' was not declared`), kindName},
	{regexp.MustCompile(`^'([^']+)' has not been declared`), kindName},
	{regexp.MustCompile(`^'([^']+)' (?:in namespace '[^']*' )?does not name a type`), kindName},
	{regexp.MustCompile(`^'([^']+)' is not a member of`), kindName},
	{regexp.MustCompile(`^'([^']+)' is not a class`), kindName},
	{regexp.MustCompile(`has no member named '([^']+)'`), kindMember},
	{regexp.MustCompile(`undefined type '(?:const )?(?:struct |union |enum )?([^']+)'`), kindName},
	{regexp.MustCompile(`incomplete (?:element )?type '(?:const )?(?:struct |union |enum )?([^'\[]+)`), kindName},
	{regexp.MustCompile(`^aggregate '(?:struct )?(\w+)[^']*' has incomplete type`), kindName},
	{regexp.MustCompile(`^(?:storage size of '[^']+' isn't known|variable '[^']+' has initializer but incomplete type)`), kindOther},
	{regexp.MustCompile(`^conflicting (?:types|declaration|type qualifiers)[^']*'(?:[^']*[^\w'])?(\w+)`), kindConflict},
	{regexp.MustCompile(`of '([^']+)' (?:from incompatible|makes|discards|with incompatible)`), kindConflict},
	{regexp.MustCompile(`^(?:redefinition|redeclaration) of '(?:struct |union |enum )?([^']+)'`), kindConflict},
	{regexp.MustCompile(`declaration of '([^']+)' follows`), kindConflict},
	{regexp.MustCompile(`^too (?:many|few) arguments to function '([^']+)'`), kindConflict},
	{regexp.MustCompile(`incompatible|makes integer from|makes pointer from|invalid conversion|cannot convert`), kindConflict},
	{regexp.MustCompile(`^expected .* before '?(?:numeric |string )?([A-Za-z_]\w*)`), kindSyntax},
	{regexp.MustCompile(`^expected `), kindSyntax},
}

// classify says what a message is about, and its name if it has one.
func classify(message string) (kind, string) {
	for _, m := range messages {
		found := m.pattern.FindStringSubmatch(message)
		if found == nil {
			continue
		}
		name := ""
		if len(found) > 1 {
			name = found[1]
		}
		return m.kind, lastName(name)
	}
	return kindOther, ""
}

// lastName is the name in "std::name", "struct name" and "name(int)".
func lastName(name string) string {
	if cut := strings.IndexByte(name, '('); cut > 0 {
		name = name[:cut]
	}
	if cut := strings.LastIndex(name, "::"); cut >= 0 {
		name = name[cut+2:]
	}
	if cut := strings.LastIndexByte(name, ' '); cut >= 0 {
		name = name[cut+1:]
	}
	return name
}
