package diagnostic

import (
	"strings"

	"github.com/musllint/musllint/lint"
)

// pattern is a message of GCC or Clang. In its text, * is what is reported, of which the last
// one counts, and ~ is any text. What follows the pattern in a message does not matter: it is
// advice ("; did you mean 'x'?") or detail.
type pattern struct {
	text string
	kind lint.UseKind
}

const (
	// identifier is a name of which the message does not say what it would be.
	identifier lint.UseKind = "identifier"
	ignored    lint.UseKind = ""
)

// patterns are tried in their order. GCC's wording is that of gcc/c/*.c, gcc/cp/*.c,
// gcc/c-family/c-*.c and libcpp; Clang's that of Diagnostic*Kinds.td.
var patterns = [...]pattern{
	// Headers.
	{"'*' file not found", lint.UseHeader},
	{"*: No such file or directory", lint.UseHeader},
	{"redirecting incorrect #include <*>", lint.UseRedirect},
	{"#warning redirecting incorrect #include <*>", lint.UseRedirect},
	{"\"redirecting incorrect #include <*>", lint.UseRedirect},

	// Functions.
	{"implicit declaration of function '*'", lint.UseFunction},
	{"incompatible implicit declaration of built-in function '*'", lint.UseFunction},
	{"implicitly declaring library function '*'", lint.UseFunction},
	{"call to undeclared function '*'", lint.UseFunction},
	{"call to undeclared library function '*'", lint.UseFunction},
	{"use of undeclared library function '*'", lint.UseFunction},
	{"there are no arguments to '*' that depend on a template parameter", lint.UseFunction},

	// Names of which the message does not say what they would be.
	{"'*' undeclared (first use in this function)", identifier},
	{"'*' undeclared here (not in a function)", identifier},
	{"'*' was not declared in this scope", identifier},
	{"'::*' has not been declared", identifier},
	{"'*' has not been declared in", identifier},
	{"use of undeclared identifier '*'", identifier},
	{"no member named '*' in the global namespace", identifier},
	{"no template named '*' in the global namespace", identifier},
	{"'*' is not a member of '", identifier},
	{"no member named '*' in namespace", identifier},

	// Types.
	{"unknown type name '*'", lint.UseType},
	{"unknown class name '*'", lint.UseType},
	{"no type named '*' in", lint.UseType},
	{"'*' does not name a type", lint.UseType},
	{"'*' has not been declared", lint.UseType},
	{"'*' in namespace '::' does not name a type", lint.UseType},
	{"'*' is not a type", lint.UseType},
	{"expected type-specifier before '*'", lint.UseType},
	{"ISO C++ forbids declaration of '*' with no type", lint.UseOther},

	// Types that are not complete.
	{"invalid application of '~' to incomplete type '*'", lint.UseType},
	{"invalid application of '~' to an incomplete type '*'", lint.UseType},
	{"dereferencing pointer to incomplete type '*'", lint.UseType},
	{"invalid use of undefined type '*'", lint.UseType},
	{"invalid use of incomplete type '*'", lint.UseType},
	{"incomplete definition of type '*'", lint.UseType},
	{"member access into incomplete type '*'", lint.UseType},
	{"variable has incomplete type '*'", lint.UseType},
	{"field has incomplete type '*'", lint.UseType},
	{"field '~' has incomplete type '*'", lint.UseType},
	{"array has incomplete element type '*'", lint.UseType},
	{"array type has incomplete element type '*'", lint.UseType},
	{"parameter ~('~') has incomplete type '*'", lint.UseType},
	{"argument type '*' is incomplete", lint.UseType},
	{"incomplete result type '*' in function definition", lint.UseType},
	{"calling '~' with incomplete return type '*'", lint.UseType},
	{"allocation of incomplete type '*'", lint.UseType},
	{"initialization of incomplete type '*'", lint.UseType},
	{"subscript of pointer to incomplete type '*'", lint.UseType},
	{"arithmetic on a pointer to an incomplete type '*'", lint.UseType},
	{"increment of pointer to an incomplete type '*'", lint.UseType},
	{"invalid use of pointer to incomplete type '*'", lint.UseType},
	{"tentative definition has type '*' that is never completed", lint.UseType},
	{"incomplete type '*' used in nested name specifier", lint.UseType},
	{"incomplete type '*' named in nested name specifier", lint.UseType},
	{"incomplete type '*' where a complete type is required", lint.UseType},
	{"aggregate '* ~' has incomplete type and cannot be defined", lint.UseType},
	{"'~' has an incomplete type '*'", lint.UseType},
	// These name the variable and not the type, which the caller has to look up.
	{"storage size of '~' isn't known", lint.UseType},
	{"storage size of '~' isn't constant", lint.UseOther},
	{"field '~' has incomplete type", lint.UseType},
	{"parameter ~('~') has incomplete type", lint.UseType},
	{"type of formal parameter ~ is incomplete", lint.UseType},
	{"variable '~' has initializer but incomplete type", lint.UseType},
	{"return type is an incomplete type", lint.UseType},
	{"array type has incomplete element type", lint.UseType},
	{"dereferencing pointer to incomplete type", lint.UseType},
	{"'~' has an incomplete type", lint.UseType},

	// Members.
	{"~ has no member named '*'", lint.UseMember},
	{"no member named '*' in '", lint.UseMember},
	{"~ has no non-static data member named '*'", lint.UseMember},
	{"field designator '*' does not refer to any ", lint.UseMember},
	{"unknown field '*' specified in initializer", lint.UseMember},

	// Macros that are called where there is only an operator left.
	{"function-like macro '*' is not defined", lint.UseMacro},

	// Declarations and arguments that do not agree.
	{"conflicting types for '*'", lint.UseConflict},
	{"conflicting type qualifiers for '*'", lint.UseConflict},
	{"conflicting declaration of C function '*'", lint.UseConflict},
	{"conflicting declaration ~ '*'", lint.UseConflict},
	{"conflicting declaration '*'", lint.UseConflict},
	{"ambiguating new declaration of '*'", lint.UseConflict},
	{"redefinition of typedef '*'", lint.UseConflict},
	{"typedef redefinition with different types", lint.UseConflict},
	{"redefinition of parameter '~'", lint.UseOther},
	{"redefinition of '*'", lint.UseConflict},
	{"nested redefinition of '*'", lint.UseConflict},
	{"redeclaration of enumerator '*'", lint.UseConflict},
	{"redeclaration of '*'", lint.UseConflict},
	{"static declaration of '*' follows non-static declaration", lint.UseConflict},
	{"non-static declaration of '*' follows static declaration", lint.UseConflict},
	{"'*' redeclared as different kind of ", lint.UseConflict},
	{"'*' redeclared as ", lint.UseConflict},
	{"'*' defined as wrong kind of tag", lint.UseConflict},
	{"use of '*' with tag type that does not match previous declaration", lint.UseConflict},
	{"passing argument ~ of '*' ", lint.UseConflict},
	{"incompatible type for argument ~ of '*'", lint.UseConflict},
	{"too few arguments to function '*'", lint.UseConflict},
	{"too many arguments to function '*'", lint.UseConflict},
	{"too few arguments to function call", lint.UseConflict},
	{"too many arguments to function call", lint.UseConflict},
	{"macro \"*\" requires ", lint.UseConflict},
	{"macro \"*\" passed ", lint.UseConflict},
	{"no matching function for call to '*'", lint.UseConflict},
	{"functions that differ only in their return type cannot be overloaded", lint.UseConflict},
	{"declaration of '*' has a different ", lint.UseConflict},
	{"exception specification in declaration does not match previous declaration", lint.UseConflict},
	{"cannot convert '~' to '~' for argument '~' to '*'", lint.UseConflict},
	{"cannot convert '~' to '~' in ", lint.UseConflict},
	{"could not convert '*' from '~' to '~'", lint.UseConflict},
	{"invalid conversion from '~' to '~'", lint.UseConflict},
	{"incompatible integer to pointer conversion ", lint.UseConflict},
	{"incompatible pointer to integer conversion ", lint.UseConflict},
	{"incompatible pointer types ", lint.UseConflict},
	{"incompatible function pointer types ", lint.UseConflict},
	{"incompatible types when ", lint.UseConflict},
	{"assignment to '~' from incompatible pointer type", lint.UseConflict},
	{"assignment from incompatible pointer type", lint.UseConflict},
	{"initialization of '~' from incompatible pointer type", lint.UseConflict},
	{"initialization from incompatible pointer type", lint.UseConflict},
	{"returning '~' from a function with incompatible return type '~'", lint.UseConflict},
	{"return from incompatible pointer type", lint.UseConflict},
	{"assignment to '~' from '~' makes ", lint.UseConflict},
	{"assignment makes ", lint.UseConflict},
	{"initialization of '~' from '~' makes ", lint.UseConflict},
	{"initialization makes ", lint.UseConflict},
	{"returning '~' from a function with return type '~' makes ", lint.UseConflict},
	{"return makes ", lint.UseConflict},
	{"cannot initialize ", lint.UseConflict},
	{"assigning to '~' from incompatible type", lint.UseConflict},
	{"passing '~' to parameter of incompatible type", lint.UseConflict},
	{"passing '~' from incompatible type", lint.UseConflict},
	{"void value not ignored as it ought to be", lint.UseConflict},

	// Options.
	{"unrecognized command-line option '*'", lint.UseOption},
	{"unrecognized command line option '*'", lint.UseOption},
	{"unrecognized command line option \"*\"", lint.UseOption},
	{"unknown argument: '*'", lint.UseOption},
	{"unsupported option '*' for target", lint.UseOption},
	{"unsupported argument '~' to option '*'", lint.UseOption},

	// What follows from other messages, or is none of the source's.
	{"too many errors emitted", ignored},
	{"some warnings being treated as errors", ignored},
	{"all warnings being treated as errors", ignored},
	{"each undeclared identifier is reported only once", ignored},
}

// warnings are the options whose warnings are uses all the same: newer compilers make errors
// of them.
var warnings = [...]string{
	"-Wimplicit-function-declaration", "-Wimplicit", "-Wint-conversion", "-Wincompatible-pointer-types",
	"-Wincompatible-function-pointer-types", "-Wcpp", "-W#warnings",
}

// Classify says what a message is about. The name is what the use is called: a header, an
// identifier, "struct x", "type.member"; it is empty where the message does not have it. ok is
// false for a message that tells of nothing that fails: a note, or a warning that compilers
// did not make an error of later.
//
// What an undeclared identifier would be, function, macro or type, is a guess from its
// spelling: the compiler does not say it.
func Classify(d Diagnostic) (kind lint.UseKind, name string, ok bool) {
	switch d.Severity {
	case Note:
		return "", "", false
	case Warning:
		if !contains(warnings[:], d.Option) {
			return "", "", false
		}
	}
	for i := range patterns {
		p := &patterns[i]
		captured, rest, matched := match(p.text, d.Message)
		if !matched || d.Severity == Warning && p.kind != lint.UseRedirect && (d.Option == "-Wcpp" || d.Option == "-W#warnings") {
			continue // the text of a #warning is the author's
		}
		switch p.kind {
		case ignored:
			return "", "", false
		case lint.UseHeader:
			// A source or a -include that is not there has no line that asks for it.
			if d.Line == 0 && d.File == "" {
				return lint.UseOther, "", d.Failed()
			}
		case lint.UseRedirect:
		case lint.UseMember:
			if owner := owner(d.Message, rest); owner != "" {
				return lint.UseMember, owner + "." + captured, true
			}
		case identifier, lint.UseFunction:
			captured = bare(captured)
			if p.kind == identifier {
				return guess(captured), captured, true
			}
		case lint.UseType:
			captured = typeName(captured)
		case lint.UseConflict:
			captured = declared(captured)
		}
		return p.kind, captured, true
	}
	if !d.Failed() {
		return "", "", false
	}
	switch {
	case strings.HasPrefix(d.Message, "expected "):
		return lint.UseOther, before(d.Message), true
	case strings.HasPrefix(d.Message, "#error"):
		return lint.UseOther, "#error", true
	}
	return lint.UseOther, "", true
}

// match matches the start of a message. It returns what stands for *, and what follows.
func match(pattern, message string) (captured, rest string, ok bool) {
	for {
		hole := strings.IndexAny(pattern, "*~")
		if hole < 0 {
			rest, ok = strings.CutPrefix(message, pattern)
			return captured, rest, ok
		}
		if message, ok = strings.CutPrefix(message, pattern[:hole]); !ok {
			return "", "", false
		}
		kind := pattern[hole]
		pattern = pattern[hole+1:]
		// The fixed text up to the next hole ends this one.
		next := pattern
		if end := strings.IndexAny(pattern, "*~"); end >= 0 {
			next = pattern[:end]
		}
		at := strings.Index(message, next)
		if next == "" {
			at = len(message)
		}
		if at < 0 {
			return "", "", false
		}
		if kind == '*' {
			if at == 0 || strings.Contains(message[:at], "' ") {
				return "", "", false
			}
			captured = message[:at]
		}
		message = message[at:]
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// bare is an identifier without the scope and the arguments that C++ prints: "::foo(int)".
func bare(name string) string {
	name = strings.TrimPrefix(name, "::")
	if open := strings.IndexByte(name, '('); open > 0 {
		name = name[:open]
	}
	return name
}

// guess says what an identifier most probably is.
func guess(name string) lint.UseKind {
	upper, lower := false, false
	for i := range len(name) {
		upper = upper || 'A' <= name[i] && name[i] <= 'Z'
		lower = lower || 'a' <= name[i] && name[i] <= 'z'
	}
	switch {
	case upper && !lower:
		return lint.UseMacro
	case strings.HasSuffix(name, "_t"):
		return lint.UseType
	}
	return lint.UseFunction
}

// typeName is a type as the source writes it: GCC adds what it stands for, and C++ the
// function that it was seen in ("main()::fpreg"), and qualifiers.
func typeName(name string) string {
	name, _, _ = strings.Cut(name, " {aka ")
	if at := strings.LastIndex(name, ")::"); at >= 0 {
		name = name[at+3:]
	}
	for {
		short := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(name, "const "), "volatile "), "::")
		short = strings.TrimRight(short, "*& ")
		if at := strings.IndexByte(short, '['); at > 0 {
			short = short[:at]
		}
		if short == name {
			return name
		}
		name = short
	}
}

// owner is the type that lacks a member: before the words in GCC's message, behind them in
// Clang's.
func owner(message, rest string) string {
	var name string
	if text, ok := strings.CutPrefix(message, "'"); ok {
		name, _, _ = strings.Cut(text, "'")
	} else if at := strings.Index(message, " in '"); strings.HasPrefix(message, "no member named ") && at >= 0 {
		name, _, _ = strings.Cut(message[at+5:], "'")
	} else if at := strings.LastIndex(rest, " '"); at >= 0 && strings.HasPrefix(message, "field designator ") {
		name, _, _ = strings.Cut(rest[at+2:], "'")
	}
	name = typeName(name)
	for _, tag := range [...]string{"struct ", "union ", "class ", "enum "} {
		name = strings.TrimPrefix(name, tag)
	}
	if strings.ContainsAny(name, "(<") { // "struct <anonymous>", "(unnamed struct at …)"
		return ""
	}
	return name
}

// declared is the name in what C++ prints of a declaration: "int foo(int, char*)".
func declared(text string) string {
	if open := strings.IndexByte(text, '('); open > 0 {
		text = text[:open]
	} else if strings.HasPrefix(text, "struct ") || strings.HasPrefix(text, "union ") || strings.HasPrefix(text, "enum ") || strings.HasPrefix(text, "class ") {
		return text
	}
	text = strings.TrimRight(text, " ")
	if at := strings.LastIndexAny(text, " *&:"); at >= 0 {
		text = text[at+1:]
	}
	if at := strings.IndexByte(text, '['); at > 0 {
		text = text[:at]
	}
	return text
}

// before is the token in "expected ';' before 'X'", empty when it is no identifier.
func before(message string) string {
	at := strings.LastIndex(message, " before '")
	if at < 0 {
		return ""
	}
	name, _, _ := strings.Cut(message[at+len(" before '"):], "'")
	for i := range len(name) {
		c := name[i]
		if !(c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' && i > 0) {
			return ""
		}
	}
	return name
}
