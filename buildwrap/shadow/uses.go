package shadow

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/buildwrap/diagnostic"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// rank says what a message is worth.
type rank uint8

const (
	// cause is something that musl lacks for certain: a header, a name that glibc's headers
	// declare.
	cause rank = iota
	// likely is a cause unless there is another one in the same line: a member of a system's
	// structure, an argument of a function of libc.
	likely
	// undeclared is a name of which nothing is known, which follows from a missing header most
	// of the time.
	undeclared
	// doubtful is most probably what follows from something else, if there is any.
	doubtful
)

// finding is a message that may come to a use.
type finding struct {
	lint.Use
	rank  rank
	zone  zone
	fails bool // the compiler gives up the unit for it
	check bool // the host's compiler may have the same to say
	given bool // a header that declares it was included all the same
	said  diagnostic.Diagnostic
}

// place is a place in a file, by its absolute path.
type place struct {
	file         string
	line, column int
}

// uses makes uses of the messages of a unit.
func (u *Unit) uses() ([]lint.Use, error) {
	u.missing = map[string]bool{}
	for _, d := range u.messages {
		if name, ok := stubOf(d); ok {
			u.missing[name] = true
		}
	}
	var all []finding
	for i, d := range u.messages {
		if d.Severity == diagnostic.Note {
			continue
		}
		if f, ok := u.finding(d, u.notes(i)); ok {
			all = append(all, f)
		}
	}
	kept, err := u.causes(all)
	if err != nil {
		return nil, err
	}
	var uses []lint.Use
	seen := map[string]bool{}
	for _, f := range kept {
		x := f.Use
		x.Proof = lint.ProofCompile
		u.finish(&x)
		key := fmt.Sprint(x.Kind, "\x00", x.Name, "\x00", x.File, "\x00", x.Line)
		switch {
		case f.zone != project: // of another library's header one message is enough
			key = x.File
		case x.Kind != lint.UseHeader && x.Kind != lint.UseConflict && x.Name != "":
			key += fmt.Sprint("\x00", x.Column)
		}
		if !seen[key] {
			seen[key] = true
			uses = append(uses, x)
		}
	}
	return uses, nil
}

// notes are what a compiler adds to a message.
func (u *Unit) notes(i int) []diagnostic.Diagnostic {
	end := i + 1
	for end < len(u.messages) && u.messages[end].Severity == diagnostic.Note {
		end++
	}
	return u.messages[i+1 : end]
}

// expansions are the places of the macros that a message's text is from, the innermost macro
// first for GCC, the outermost first for Clang.
func (u *Unit) expansions(notes []diagnostic.Diagnostic) []place {
	var out []place
	for _, d := range notes {
		if strings.HasPrefix(d.Message, "in expansion of macro ") || strings.HasPrefix(d.Message, "in definition of macro ") ||
			strings.HasPrefix(d.Message, "expanded from ") {
			out = append(out, place{u.abs(d.File), d.Line, d.Column})
		}
	}
	return out
}

// elsewhere reports whether the declaration that another one does not agree with is in a header
// of another owner: of the kernel and not of musl, say.
func (u *Unit) elsewhere(notes []diagnostic.Diagnostic, here zone) bool {
	for _, d := range notes {
		if strings.HasPrefix(d.Message, "previous ") || strings.HasPrefix(d.Message, "originally ") {
			z := u.zone(u.abs(d.File))
			if z == ours {
				z = libc
			}
			return z != here
		}
	}
	return false
}

// via is the way to a message's file, without our own files.
func (u *Unit) via(d diagnostic.Diagnostic) []lint.Spot {
	var out []lint.Spot
	for _, s := range d.Via {
		path := u.abs(s.File)
		if s.File != "" && s.File[0] != '<' && u.zone(path) != ours {
			out = append(out, lint.Spot{File: path, Line: s.Line})
		}
	}
	return out
}

// finding reads one message.
func (u *Unit) finding(d diagnostic.Diagnostic, notes []diagnostic.Diagnostic) (finding, bool) {
	macros := u.expansions(notes)
	f := finding{said: d, fails: d.Failed()}
	f.Via, f.Message = u.via(d), advised(d.Message)
	f.File, f.Line, f.Column = u.abs(d.File), d.Line, d.Column
	if d.File == "" || d.File[0] == '<' {
		f.File = ""
	}
	if name, ok := stubOf(d); ok {
		f.Kind, f.Name, f.fails = lint.UseHeader, name, true
		f.Message = name + ": No such file or directory"
		return f, u.atInclude(&f)
	}
	if d.Severity == diagnostic.Warning && strings.Contains(d.Message, "is deprecated") && strings.Contains(d.Message, mark) {
		_, name, _ := strings.Cut(d.Message, "'")
		name, _, _ = strings.Cut(name, "'")
		name, _, _ = strings.Cut(name, "(") // G++ prints the whole declaration
		name = name[strings.LastIndexAny(name, " *&:")+1:]
		f.Kind, f.Name, f.Message = lint.UseSymbol, name, "undefined reference to `"+name+"'"
		f.zone = u.zone(f.File)
		return f, u.inProject(&f, macros)
	}
	kind, name, ok := diagnostic.Classify(d)
	if !ok {
		return f, false
	}
	f.Kind, f.Name = kind, name
	if kind == lint.UseRedirect {
		f.Message = strings.TrimPrefix(f.Message, "#warning ")
		return f, u.atInclude(&f) && f.zone == project
	}
	if d.Severity == diagnostic.Warning {
		return f, false // the project has it so
	}
	f.zone = u.zone(f.File)
	switch f.zone {
	case language:
		// The C++ library's headers are ours to care for, not the project's.
		return f, u.inProject(&f, macros)
	case libc, ours:
		if u.inProject(&f, macros) {
			break
		}
		if !u.atInclude(&f) {
			return f, false
		}
		u.judge(&f)
		// What musl's headers do not know follows from a declaration before the #include that
		// the parser did not come to the end of.
		if f.Kind != lint.UseHeader && (f.Kind != lint.UseConflict || !u.elsewhere(notes, libc)) {
			f.rank, f.check = doubtful, true
		}
		return f, true
	case library:
		if u.inProject(&f, macros) {
			break
		}
		if f.Kind == lint.UseConflict && isKernel(f.File) && u.elsewhere(notes, library) {
			u.atProject(&f) // which includes what musl's headers do not go together with
		}
		u.judge(&f)
		if i, ok := facts.LookupInterface(f.Name); f.rank == cause && ok && len(i.Musl) > 0 ||
			f.Kind == lint.UseConflict && !u.elsewhere(notes, library) {
			f.rank, f.check = doubtful, true
		}
		return f, true
	}
	u.judge(&f)
	return f, true
}

// advised is a message without the compiler's advice.
func advised(message string) string {
	if at := strings.Index(message, "; did you mean "); at >= 0 {
		message = message[:at]
	}
	return message
}

// inProject moves a finding to the place where the project uses the macro that it is in.
func (u *Unit) inProject(f *finding, macros []place) bool {
	if f.zone == project {
		return true
	}
	for _, m := range macros {
		if u.zone(m.file) == project {
			f.File, f.Line, f.Column, f.zone = m.file, m.line, m.column, project
			return true
		}
	}
	return false
}

// atInclude moves a finding to the last #include that led to it outside of libc's headers.
func (u *Unit) atInclude(f *finding) bool {
	for i := len(f.Via) - 1; i >= 0; i-- {
		spot := f.Via[i]
		if z := u.zone(spot.File); z == project || z == library {
			f.File, f.Line, f.Column, f.zone = spot.File, spot.Line, 0, z
			f.Via = f.Via[:i:i]
			return true
		}
	}
	return false
}

// isKernel reports whether a file is one of the kernel's headers, which are the same on all systems.
func isKernel(path string) bool {
	for _, dir := range [...]string{"/linux/", "/asm/", "/asm-generic/"} {
		if strings.Contains(path, dir) {
			return true
		}
	}
	return false
}

// atProject moves a finding to the last #include of the project that led to it, if there is one.
func (u *Unit) atProject(f *finding) {
	for i := len(f.Via) - 1; i >= 0; i-- {
		if spot := f.Via[i]; u.zone(spot.File) == project {
			f.File, f.Line, f.Column, f.zone = spot.File, spot.Line, 0, project
			f.Via = f.Via[:i:i]
			return
		}
	}
}

// judge finds the name and the worth of a compiler's error.
func (u *Unit) judge(f *finding) {
	switch f.Kind {
	case lint.UseHeader:
		f.rank = cause
		f.Message = f.Name + ": No such file or directory"
	case lint.UseFunction, lint.UseMacro, lint.UseType:
		u.judgeName(f)
	case lint.UseMember:
		f.rank, f.check = likely, true
		if owner, _, ok := strings.Cut(f.Name, "."); !ok || u.defines(owner) {
			f.rank = doubtful
		}
	case lint.UseConflict:
		u.judgeConflict(f)
	default:
		u.judgeOther(f)
	}
}

func (u *Unit) judgeName(f *finding) {
	if f.Name == "" {
		f.Name = u.typeAt(place{f.File, f.Line, f.Column})
	}
	i, ok := facts.LookupInterface(f.Name)
	if !ok {
		f.rank, f.check = undeclared, true
		if f.Name == "" {
			f.rank = doubtful
		}
		return
	}
	f.rank = cause
	f.Name = i.Name
	f.Kind = kindOf(i.Kind, f.Kind)
	// Without the #include the host's compiler says the same; it takes it for a warning.
	f.check = f.Kind == lint.UseFunction
	f.given = u.given(f.Name)
	for _, header := range i.Headers {
		if u.missing[header] {
			f.check = false
		}
	}
	// LIST_FOREACH(e, h, link) without sys/queue.h takes a member for a function.
	if len(u.missing) > 0 && i.Kind == "function" && len(i.Musl) > 0 && !u.called(f) {
		f.rank, f.check = doubtful, true
	}
}

// called reports whether parentheses follow the name at a place.
func (u *Unit) called(f *finding) bool {
	t := u.text(f.File)
	if t == nil {
		return true
	}
	offset, ok := t.file.Offset(f.Line, f.Column)
	if !ok {
		return true
	}
	i := t.file.TokenIndex(offset)
	tokens := t.file.Tokens()
	return i+1 >= len(tokens) || t.file.Is(tokens[i+1], "(") || !t.file.Is(tokens[i], f.Name)
}

// given reports whether a header of musl's was read that declares a name, in some language
// and with some feature macros.
func (u *Unit) given(name string) bool {
	for _, header := range facts.HeadersOf(name) {
		if u.libcRead()[header] {
			return true
		}
	}
	return false
}

// libcRead are the headers of musl's that the last pass read.
func (u *Unit) libcRead() map[string]bool {
	if u.included == nil {
		u.included = map[string]bool{}
		for _, file := range u.read {
			if path := u.abs(file); u.zone(path) == libc {
				u.included[u.libcName(path)] = true
			}
		}
	}
	return u.included
}

// kindOf is the kind of use for a kind of interface.
func kindOf(kind string, otherwise lint.UseKind) lint.UseKind {
	switch kind {
	case "function":
		return lint.UseFunction
	case "type":
		return lint.UseType
	case "macro", "constant", "variable":
		return lint.UseMacro
	}
	return otherwise
}

func (u *Unit) judgeConflict(f *finding) {
	f.check = true
	f.rank = doubtful
	if f.Name == "" {
		f.Name = u.calledAt(place{f.File, f.Line, f.Column})
	}
	if _, ok := facts.LookupInterface(strings.TrimPrefix(f.Name, "::")); ok && f.Name != "" {
		f.rank = likely
	}
}

// judgeOther finds the macro that musl does not have behind what is a fault of syntax then.
func (u *Unit) judgeOther(f *finding) {
	f.check, f.rank = true, doubtful
	at := place{f.File, f.Line, f.Column}
	switch {
	case strings.HasPrefix(f.Message, "missing binary operator before token"):
		if name, token, ok := u.identBefore(at); ok {
			f.Kind, f.Name, f.rank = lint.UseMacro, name, likely
			f.Line, f.Column = token.line, token.column
			if _, known := facts.LookupInterface(name); known {
				f.rank, f.check = cause, false
			}
		}
	case strings.HasPrefix(f.Message, "#error"):
		f.rank = likely
	default:
		if !strings.HasPrefix(f.Message, "expected ") {
			break
		}
		if name, token, ok := u.macroNear(at); ok {
			f.Kind, f.Name, f.rank, f.check = lint.UseMacro, name, cause, false
			f.Line, f.Column = token.line, token.column
		} else if f.Name != "#error" {
			f.Name = ""
		}
	}
}

// causes leaves out what follows from something else, and what the host's compiler says too.
func (u *Unit) causes(all []finding) ([]finding, error) {
	all, check := u.weigh(all)
	if !check {
		return all, nil
	}
	host, err := u.hostMessages()
	if err != nil {
		return nil, err
	}
	var kept []finding
	for _, f := range all {
		if !f.check || !host[hostKey{u.abs(f.said.File), f.said.Line, advised(f.said.Message)}] {
			kept = append(kept, f)
		}
	}
	kept, _ = u.weigh(kept)
	return kept, nil
}

// weigh returns what is a cause as far as the other findings tell, and whether something of it
// must be compared with the host.
func (u *Unit) weigh(all []finding) (kept []finding, check bool) {
	type line struct {
		file string
		line int
	}
	causes := map[line]bool{}
	var implicit []string // functions that the compiler took for ones that return an int, and said so once
	firm, named := false, false
	for _, f := range all {
		if f.fails && (f.rank == cause || f.rank == likely) {
			firm = firm || f.zone == project || f.rank == cause
			if f.rank == cause {
				causes[line{f.File, f.Line}] = true
				if f.Kind == lint.UseFunction {
					implicit = append(implicit, f.Name)
				}
			}
		}
		named = named || f.rank == undeclared
	}
	first, astray := true, false
	for _, f := range all {
		// After a macro that means nothing the parser takes what follows for something else.
		astray = astray || f.rank == cause && strings.HasPrefix(f.said.Message, "expected ")
		if astray && f.given {
			continue
		}
		switch f.rank {
		case likely:
			if causes[line{f.File, f.Line}] || u.calls(f.File, f.Line, implicit) {
				continue
			}
		case undeclared:
			if firm {
				continue
			}
		case doubtful:
			if firm || named || !first {
				continue
			}
			first = false
		}
		kept = append(kept, f)
		check = check || f.check
	}
	return kept, check
}

// calls reports whether a statement calls one of some functions, as far as it begins in a line.
func (u *Unit) calls(file string, line int, functions []string) bool {
	t := u.text(file)
	if t == nil || len(functions) == 0 {
		return false
	}
	start, ok := t.file.Offset(line, 1)
	if !ok {
		return false
	}
	tokens := t.file.Tokens()
	i, _ := slices.BinarySearchFunc(tokens, start, func(token csource.Token, start int) int { return cmp.Compare(token.Start, start) })
	for ; i+1 < len(tokens) && !t.file.Is(tokens[i], ";") && !t.file.Is(tokens[i], "{") && !t.file.Is(tokens[i], "}"); i++ {
		if t.file.Is(tokens[i+1], "(") && slices.Contains(functions, t.file.Spelling(tokens[i])) {
			return true
		}
	}
	return false
}

// hostKey is a message of the host's compiler.
type hostKey struct {
	file    string
	line    int
	message string
}

// hostMessages are the errors of the build's own compile, with what compilers for musl refuse.
func (u *Unit) hostMessages() (map[hostKey]bool, error) {
	words := append([]string(nil), u.compiler...)
	words = append(words, "-fsyntax-only", "-x", u.src.Language)
	words = append(words, u.strict(u.src.Language)...)
	words = append(words, u.cmd.Shadow...)
	words = append(words, u.format()...)
	words = append(words, u.src.Path)
	out, err := run(u.ctx, words, u.dir, plainEnvironment(u.env))
	if err != nil {
		return nil, err
	}
	host := map[hostKey]bool{}
	for _, d := range diagnostic.Parse(out.stderr) {
		if d.Failed() {
			host[hostKey{u.abs(d.File), d.Line, advised(d.Message)}] = true
		}
	}
	return host, nil
}

// finish fills in what a use has beside its kind, name and place.
func (u *Unit) finish(x *lint.Use) {
	if x.Kind == lint.UseSymbol {
		if exports := facts.GlibcSymbol(x.Name); len(exports) > 0 {
			x.Library = exports[0].Library
		}
	}
	if x.File == "" {
		return
	}
	if !exists(x.File) {
		u.followBack(x)
	}
	for i := range x.Via {
		x.Via[i].File = u.real(x.Via[i].File)
	}
	u.findColumn(x)
	x.Guard = u.guard(x)
	if t := u.text(x.File); t != nil {
		x.Generated = t.generated
	}
	x.File = u.real(x.File)
	if len(x.Via) == 0 {
		x.Via = nil
	}
}

// Known returns the uses among messages of a compiler for musl itself of what is known not to
// be there, with dir the folder that it ran in.
func Known(messages []diagnostic.Diagnostic, dir string) []lint.Use {
	u := &Unit{Headers: &Headers{}, dir: dir, messages: messages}
	u.Headers.dir = filepath.Join(dir, ".musllint-none")
	var uses []lint.Use
	seen := map[string]bool{}
	for i, d := range messages {
		if d.Severity == diagnostic.Note {
			continue
		}
		f, ok := u.finding(d, u.notes(i))
		if !ok || f.rank > likely {
			continue
		}
		if f.Kind == lint.UseHeader {
			if h, known := facts.LookupHeader(f.Name); !known || h.State == "yes" {
				continue
			}
		}
		x := f.Use
		x.Proof = lint.ProofCompile
		u.finish(&x)
		if key := fmt.Sprint(x.Kind, "\x00", x.Name, "\x00", x.File, "\x00", x.Line, "\x00", x.Column); !seen[key] {
			seen[key] = true
			uses = append(uses, x)
		}
	}
	return uses
}
