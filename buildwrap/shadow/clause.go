package shadow

import (
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// A guard says which macros have to be defined for a part of a file to be compiled, as far as
// the conditions around it show: clauses with & between them, each of which has names with |
// between them, one of which is enough: "A&B|C". !A is met when A is not defined. What else the
// conditions ask is left out, so that what a guard rules out is ruled out, and what it lets through
// need not be compiled.
//
// What stands in the body of a macro begins with a clause of its own, @NAME: it counts where the
// macro is used.

const (
	bodyMark = "@"
	notMark  = "!"
)

// maxClauses is more than people write, and keeps a thousand nested conditions from a million.
const maxClauses = 24

// maxCondition is the number of tokens from which on a condition is not read: each parenthesis is
// looked for from each other one.
const maxCondition = 1000

// guardsOf returns the guards of the branches of a file.
func guardsOf(f *csource.File) []string {
	branches := f.Branches()
	guards := make([]string, len(branches))
	before := make([][]string, len(branches)) // by the first branch of a chain: clauses of what follows
	header, guarded := f.HeaderGuard()
	for i, b := range branches {
		var clauses []string
		if !guarded || header.Directive != b.Directive {
			clauses = branchClauses(f, b)
		}
		if len(before[b.Chain]) < maxClauses {
			clauses = append(clauses, before[b.Chain]...)
			if name := soleMacro(f, b); name != "" {
				before[b.Chain] = append(before[b.Chain], notMark+name)
			}
		}
		if b.Parent >= 0 && guards[b.Parent] != "" { // which comes before it
			clauses = append(clauses, strings.Split(guards[b.Parent], "&")...)
		}
		clauses = clauses[:min(len(clauses), maxClauses)] // the inner ones
		slices.Sort(clauses)
		guards[i] = strings.Join(slices.Compact(clauses), "&")
	}
	return guards
}

// soleMacro returns the macro that a branch asks for, and for nothing else.
func soleMacro(f *csource.File, b csource.Branch) string {
	c := b.Condition
	switch {
	case b.Name == "ifdef" || b.Name == "elifdef":
	case b.Name != "if" && b.Name != "elif", len(c) < 2 || !f.Is(c[0], "defined"):
		return ""
	case len(c) == 2:
		c = c[1:]
	case len(c) == 4 && f.Is(c[1], "("):
		c = c[2:]
	default:
		return ""
	}
	if len(c) == 0 || c[0].Kind != csource.Ident {
		return ""
	}
	return f.Spelling(c[0])
}

// withoutNots leaves out the clauses that ask for something not to be defined.
func withoutNots(guard string) string {
	if !strings.Contains(guard, notMark) {
		return guard
	}
	var kept []string
	for clause := range strings.SplitSeq(guard, "&") {
		if !strings.Contains(clause, notMark) {
			kept = append(kept, clause)
		}
	}
	return strings.Join(kept, "&")
}

func branchClauses(f *csource.File, b csource.Branch) []string {
	if len(b.Condition) > maxCondition {
		return nil
	}
	for _, token := range b.Condition {
		if token.Kind == csource.Ident && (f.Is(token, "and") || f.Is(token, "or") || f.Is(token, "not")) {
			return nil // operators of C++
		}
	}
	switch b.Name {
	case "ifdef", "elifdef":
		if len(b.Condition) > 0 && b.Condition[0].Kind == csource.Ident {
			return []string{f.Spelling(b.Condition[0])}
		}
	case "ifndef", "elifndef":
		if len(b.Condition) > 0 && b.Condition[0].Kind == csource.Ident {
			return []string{notMark + f.Spelling(b.Condition[0])}
		}
	case "if", "elif":
		return clauses(f, b.Condition)
	}
	return nil
}

// clauses returns those of an expression.
func clauses(f *csource.File, e []csource.Token) []string {
	for len(e) > 1 && f.Is(e[0], "(") && closing(f, e) == len(e)-1 {
		e = e[1 : len(e)-1]
	}
	if parts := split(f, e, "?"); len(parts) > 1 {
		return nil
	}
	if parts := split(f, e, "||"); len(parts) > 1 {
		// Of each part one clause is enough.
		var names []string
		for _, part := range parts {
			all := clauses(f, part)
			if len(all) == 0 {
				return nil
			}
			names = append(names, strings.Split(all[0], "|")...)
		}
		if len(names) > maxClauses {
			return nil
		}
		slices.Sort(names)
		return []string{strings.Join(slices.Compact(names), "|")}
	}
	if parts := split(f, e, "&&"); len(parts) > 1 {
		var all []string
		for _, part := range parts {
			all = append(all, clauses(f, part)...)
		}
		return all
	}
	if name := needed(f, e); name != "" {
		return []string{name}
	}
	return nil
}

// needed returns the macro that an expression without && and || is false without, or !macro when
// it is false with it.
func needed(f *csource.File, e []csource.Token) string {
	if len(e) > 2 && f.Is(e[0], "!") && f.Is(e[1], "defined") {
		if name := needed(f, e[1:]); name != "" {
			return notMark + name
		}
		return ""
	}
	switch {
	case len(e) == 1 && (e[0].Kind == csource.Ident || f.Is(e[0], "0")):
		return f.Spelling(e[0])
	case len(e) == 2 && f.Is(e[0], "defined") && e[1].Kind == csource.Ident:
		return f.Spelling(e[1])
	case len(e) == 4 && f.Is(e[0], "defined") && f.Is(e[1], "(") && e[2].Kind == csource.Ident:
		return f.Spelling(e[2])
	case len(e) == 3 && e[0].Kind == csource.Ident && e[2].Kind == csource.Number:
		number := f.Spelling(e[2])
		if f.Is(e[1], ">") || (f.Is(e[1], ">=") || f.Is(e[1], "==")) && strings.Trim(number, "0xXuUlL") != "" {
			return f.Spelling(e[0])
		}
	}
	return ""
}

// split cuts an expression at an operator that stands in no parentheses.
func split(f *csource.File, e []csource.Token, operator string) (parts [][]csource.Token) {
	depth, start := 0, 0
	for i, token := range e {
		depth += nesting(f, token)
		if depth == 0 && token.Kind == csource.Punct && f.Is(token, operator) {
			parts = append(parts, e[start:i])
			start = i + 1
		}
	}
	return append(parts, e[start:])
}

// closing returns the index of the parenthesis that closes the first one, -1 when there is none.
func closing(f *csource.File, e []csource.Token) int {
	depth := 0
	for i, token := range e {
		step := nesting(f, token)
		if depth += step; step < 0 && depth == 0 {
			return i
		}
	}
	return -1
}

// nesting is 1 for an opening parenthesis, and -1 for a closing one.
func nesting(f *csource.File, token csource.Token) int {
	switch {
	case token.Kind != csource.Punct:
	case f.Is(token, "("):
		return 1
	case f.Is(token, ")"):
		return -1
	}
	return 0
}

// cutBody takes the macro off a guard.
func cutBody(guard string) (macro, rest string) {
	if !strings.HasPrefix(guard, bodyMark) {
		return "", guard
	}
	macro, rest, _ = strings.Cut(guard[len(bodyMark):], "&")
	return macro, rest
}

// meets reports whether each clause of a guard has a name that answers.
func meets(guard string, answers func(name string) bool) bool {
	if _, guard = cutBody(guard); guard == "" {
		return true
	}
	for clause := range strings.SplitSeq(guard, "&") {
		any := false
		for name := range strings.SplitSeq(clause, "|") {
			any = any || answers(name)
		}
		if !any {
			return false
		}
	}
	return true
}

// holds reports whether what a guard asks for may be so in a file that comes behind another one.
func (s *survey) holds(guard string, file uint16) bool {
	return meets(guard, func(name string) bool {
		if not, ok := strings.CutPrefix(name, notMark); ok {
			return !s.defines(not, file)
		}
		return s.maybe(name)
	})
}

// defines reports whether a macro is certainly defined for what comes behind a file. Somebody may
// not take that back any more.
func (s *survey) defines(name string, file uint16) bool {
	if s.positive || !s.macros.hasSince(name, file) || s.undefined[hashOf(name)] || s.undefined[hashOf("*")] {
		return false
	}
	// The headers of the libraries, which are not read for it, undefine names of their own.
	if _, ok := s.lookup(name); ok || name[0] == '_' || name == "min" || name == "max" {
		return false
	}
	s.relied[hashOf(name)] = true
	return true
}

// maybe reports whether a macro may be defined when a unit is compiled for musl: by its files,
// by the compiler, or by the headers of musl and the kernel.
func (s *survey) maybe(name string) bool {
	switch {
	case s.macros.has(name):
		return true
	case name == "" || name[0] == '0' || isElsewhere(name), name == "__clang__" && !s.Clang, s.Arch == "x86_64" && isOtherMachine(name):
		return false
	case name == "__cplusplus":
		return s.cxx()
	case s.anyMacro, s.atomics && (strings.HasPrefix(name, "ATOMIC_") || strings.HasPrefix(name, "atomic_")):
		return true
	}
	if known, ok := s.lookup(name); ok {
		// In whatever version, with or without _LARGEFILE64_SOURCE.
		return len(known.Musl) > 0 && (name[0] == '_' || s.mayHave(facts.HeadersOf(name)))
	}
	switch {
	case name[0] == '_', strings.HasPrefix(name, "LINUX_"), strings.HasPrefix(name, "KERNEL_"):
		return true
	}
	switch name {
	case "linux", "unix", "i386", "arm", "mips", "sparc", "true", "PPC", "R3000", "R4000":
		return true
	}
	return false
}

// isOtherMachine is true of macros by which one knows processors that are not x86-64.
func isOtherMachine(name string) bool {
	switch name {
	case "__i386__", "__i386", "__ia64__", "__ia64", "__arm__", "__aarch64__", "__powerpc__", "__powerpc64__", "__ppc__", "__PPC__", "__mips__", "__mips",
		"__sparc__", "__sparc", "__s390__", "__s390x__", "__riscv", "__alpha__", "__alpha", "__hppa__", "__hppa", "__m68k__", "__sh__", "__loongarch__":
		return true
	}
	return false
}

// ofCompiler reports whether the compiler itself defines a macro, as all that are meant here do.
func (s *survey) ofCompiler(name string) bool {
	switch name {
	case "__linux__", "linux", "__linux", "__unix__", "__unix", "unix", "__GNUC__", "__GNUC_MINOR__", "__STDC__", "__STDC_VERSION__":
		return true
	case "__cplusplus":
		return s.cxx()
	case "__clang__":
		return s.Clang
	}
	return false
}

// certain reports whether a guard holds as far as anybody can tell: a file defines the macros,
// or every compiler does.
func (s *survey) certain(guard string) bool {
	return meets(guard, func(name string) bool {
		if strings.HasPrefix(name, notMark) {
			return true // see denials
		}
		return s.macros.has(name) || s.ofCompiler(name)
	})
}

// without reports whether certainly none of some macros is defined, names with | between them.
func (s *survey) without(names string) bool {
	for name := range strings.SplitSeq(names, "|") {
		if name != "" && s.maybe(name) {
			return false
		}
	}
	return true
}

// denials returns for each branch the macros that must not be defined for it to be compiled,
// with | between them: of #ifndef, of ! and of the branches before an #else. The file's own guard
// counts for nothing, and so do macros of other systems.
func denials(f *csource.File) []string {
	branches := f.Branches()
	all := make([]string, len(branches))
	before := make([][]string, len(branches)) // by the first branch of a chain: what its conditions ask
	guard, guarded := f.HeaderGuard()
	for i, b := range branches {
		names, asked := deniedBy(f, b)
		if guarded && guard.Directive == b.Directive {
			names = nil
		}
		names = append(names, before[b.Chain]...)
		if len(before[b.Chain]) < maxClauses && !elsewhere(f, b) { // which is never compiled here
			before[b.Chain] = append(before[b.Chain], asked...)
		}
		if b.Parent >= 0 && all[b.Parent] != "" {
			names = append(names, strings.Split(all[b.Parent], "|")...)
		}
		slices.Sort(names)
		names = slices.Compact(names)
		all[i] = strings.Join(names[:min(len(names), 4*maxClauses)], "|")
	}
	return all
}

// deniedBy returns the macros that a condition asks not to be defined, and all that it asks
// about. Those of other systems are left out.
func deniedBy(f *csource.File, b csource.Branch) (denied, asked []string) {
	c := b.Condition[:min(len(b.Condition), maxCondition)]
	negated := b.Name == "ifndef" || b.Name == "elifndef"
	until := -1 // the end of what a ! is about
	for i, token := range c {
		if f.Is(token, "!") {
			until = i + 1
			if i+1 < len(c) && f.Is(c[i+1], "defined") {
				until = i + 2
			}
			if until < len(c) && f.Is(c[until], "(") {
				until += max(closing(f, c[until:]), 0)
			}
		}
		if token.Kind != csource.Ident || f.Is(token, "defined") || isElsewhere(f.Spelling(token)) {
			continue
		}
		asked = append(asked, f.Spelling(token))
		if negated || i <= until {
			denied = append(denied, f.Spelling(token))
		}
	}
	return denied, asked
}

// forGlibc reports for each branch whether it asks for what glibc defines and musl does not, so that the
// build compiles it and musl leaves it out.
func (o *outliner) forGlibc() []bool {
	branches := o.file.Branches()
	all := make([]bool, len(branches))
	for i, b := range branches {
		all[i] = b.Parent >= 0 && all[b.Parent]
		for _, clause := range branchClauses(o.file, b) {
			alone := true
			for name := range strings.SplitSeq(clause, "|") {
				known, ok := o.lookup(name)
				alone = alone && (name == "__GLIBC__" || name == "__GNU_LIBRARY__" || ok && len(known.Musl) == 0)
			}
			all[i] = all[i] || alone
		}
	}
	return all
}

// mayHave reports whether one of some headers of musl's may be included. Those of C++ include
// many of them.
func (s *survey) mayHave(headers []string) bool {
	for _, header := range headers {
		if s.named[header] || s.cxx() && !isOdd(header) {
			return true
		}
	}
	return false
}
