package main

import (
	"os"
	"regexp"
	"slices"
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
	sources := map[string][]string{}
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
			message = suggestion.ReplaceAllString(message, "")
			if m := ofVariable.FindStringSubmatch(message); m != nil {
				if sources[file] == nil {
					text, _ := os.ReadFile(file)
					sources[file] = append(strings.Split(string(text), "\n"), "")
				}
				if name := typeOf(m[1], sources[file], number, column); name != "" {
					message += ": incomplete type '" + name + "'"
				}
			}
			all = append(all, diagnostic{File: file, Line: number, Column: column, Message: message, Fatal: m[4] == "fatal error"})
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

// ofVariable matches what gcc says of a variable whose type it does not name.
var ofVariable = regexp.MustCompile(`^(?:(?:storage size of|variable|field|parameter \d+) )?\(?'([^' ]+)'\)? (?:isn't known|has initializer but incomplete type|has incomplete type)$`)

var (
	tagged     = regexp.MustCompile(`\b(?:struct|union|enum)\s+(\w+)`)
	identifier = regexp.MustCompile(`\b[A-Za-z_]\w*`)
	braces     = regexp.MustCompile(`\{[^{}]*\}`)
)

// typeOf returns the type in the declaration of a variable, which is at a line and column, or
// behind them. A declaration is taken to begin in the same line, or in the one before.
func typeOf(variable string, lines []string, line, column int) string {
	if line < 1 || line > len(lines) {
		return ""
	}
	text, from := lines[line-1], 0
	for width := 1; from < len(text) && width < column; from++ { // as gcc counts
		if text[from] == '\t' {
			width += 7 - (width-1)%8
		}
		width++
	}
	at := regexp.MustCompile(`\b` + regexp.QuoteMeta(variable) + `\b`).FindStringIndex(text[from:])
	if at == nil {
		return ""
	}
	declaration := text[:from+at[0]]
	if line > 1 {
		declaration = lines[line-2] + " " + declaration
	}
	declaration = braces.ReplaceAllString(declaration, "")
	if cut := strings.LastIndexAny(declaration, ";{}#"); cut >= 0 {
		declaration = declaration[cut+1:]
	}
	if all := tagged.FindAllStringSubmatch(declaration, -1); all != nil {
		return all[len(all)-1][1]
	}
	declaration = declaration[strings.LastIndexByte(declaration, '(')+1:]
	for _, name := range identifier.FindAllString(declaration, -1) {
		if !keywords[name] {
			return name
		}
	}
	return ""
}

// keywords are those of C and C++ that are no macro of a header either.
var keywords = map[string]bool{}

func init() {
	for _, word := range strings.Fields("auto break case char const continue default do double else enum extern float for goto if inline int long " +
		"register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while " +
		"_Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local " +
		"asm typeof __asm __asm__ __attribute __attribute__ __const __extension__ __inline __inline__ __label__ __restrict __signed__ __thread " +
		"__typeof __typeof__ __volatile __volatile__ catch class const_cast constexpr decltype delete dynamic_cast explicit export friend " +
		"mutable namespace new noexcept nullptr operator private protected public reinterpret_cast static_cast template this throw try " +
		"typeid typename using virtual wchar_t") {
		keywords[word] = true
	}
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
	{regexp.MustCompile(`^aggregate '([^']+) [^' ]+' has incomplete type`), kindName},
	{regexp.MustCompile(`^variable '([^']+) [^' ]+' has initializer but incomplete type$`), kindName}, // C++
	{regexp.MustCompile(`^return type '([^']+)' is incomplete`), kindName},
	{regexp.MustCompile(`^(?:storage size of '[^']+' isn't known|variable '[^']+' has initializer but incomplete type)$`), kindOther},
	{regexp.MustCompile(`^conflicting (?:types|declaration|type qualifiers)[^']*'(?:[^']*[^\w'])?(\w+)`), kindConflict},
	{regexp.MustCompile(`of '([^']+)' (?:from incompatible|makes|discards|with incompatible)`), kindConflict},
	{regexp.MustCompile(`^(?:redefinition|redeclaration) of '(?:struct |union |enum )?([^']+)'`), kindConflict},
	{regexp.MustCompile(`declaration of '([^']+)' follows`), kindConflict},
	{regexp.MustCompile(`^too (?:many|few) arguments to function '([^']+)'`), kindConflict},
	{regexp.MustCompile(`incompatible|makes integer from|makes pointer from|invalid conversion|cannot convert`), kindConflict},
	{regexp.MustCompile(`^expected .* before '([A-Za-z_]\w*)'`), kindSyntax},
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
			name = lastName(strings.TrimSpace(found[1]))
		}
		if m.kind == kindSyntax && keywords[name] {
			name = "" // it follows something that was not a macro
		}
		return m.kind, name
	}
	return kindOther, ""
}

var memberless = regexp.MustCompile(`^'(?:const |volatile )*(?:struct |union )?(\w+)'(?: \{aka '(?:const |volatile )*(?:struct |union )?(\w+)'\})? has no member named`)

// membersOf are the names of the type in a message about a member that it lacks.
func membersOf(message string) []string {
	m := memberless.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	return slices.DeleteFunc(m[1:], func(name string) bool { return name == "" })
}

// lastName is the name in "std::name", "f()::name", "struct name" and "name(int)".
func lastName(name string) string {
	if cut := strings.LastIndex(name, ")::"); cut >= 0 {
		name = name[cut+3:]
	}
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
