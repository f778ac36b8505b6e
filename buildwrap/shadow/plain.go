package shadow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// plain reports whether the text of a unit alone shows that it compiles with musl's headers:
// none of its files, whatever conditions they stand under, has a name that musl does not
// declare, or declares in another way, or in a header that is not included for certain. Where
// there is a doubt the unit is compiled.
//
// What a file says is kept in the cache, as a hundred units include the same headers. Read
// before compiling this way, 7 of 10 units of OpenSSL need no compile, which takes a third of
// the time of the build's own there.
func (u *unit) plain() bool {
	if facts.CompareVersions("apk", u.target.Version, "1.2.2") < 0 {
		return false // whose headers are not known that well
	}
	s := &survey{unit: u, visited: map[visit]bool{}, included: map[string]bool{}, named: map[string]bool{}, defined: map[string]bool{}}
	if !s.options() || !s.file(u.abs(u.src.Path), false) || s.posix && !s.gnu && !u.cxx() {
		return false
	}
	for _, name := range s.names {
		if !s.defined[name] {
			return false
		}
	}
	for _, need := range s.needs {
		name, headers, _ := strings.Cut(need, " ")
		met := s.defined[name]
		for header := range strings.FieldsSeq(headers) {
			met = met || s.included[header]
		}
		if !met {
			return false
		}
	}
	for _, odd := range s.odds {
		name, headers, _ := strings.Cut(odd, " ")
		for header := range strings.FieldsSeq(headers) {
			if s.named[header] && !s.defined[name] {
				return false
			}
		}
	}
	return !u.cxx() || !u.nullIsSuspicious()
}

// survey goes through the files of a unit.
type survey struct {
	*unit
	visited  map[visit]bool
	included map[string]bool // headers of musl's that are included for certain, and what they include
	named    map[string]bool // headers of musl's that are included under whatever conditions
	defined  map[string]bool // macros that the files define
	names    []string        // that need a compile unless the files define them
	needs    []string        // "name header header": one of the headers has to be included
	odds     []string        // "name header header": it matters where one of the headers is included
	gnu      bool
	posix    bool
	dirs     []string // of -I and -isystem
	quote    []string // of -iquote
	exports  *facts.MuslExports
}

type visit struct {
	path        string
	conditional bool
}

// outline is what a file says as far as musl matters. It is kept.
type outline struct {
	Size     int64         `json:"size"`
	Time     int64         `json:"time"`
	Includes []outlineLink `json:"includes,omitempty"`
	Names    []string      `json:"names,omitempty"`
	Needs    []string      `json:"needs,omitempty"`
	Odds     []string      `json:"odds,omitempty"`
	Defines  []string      `json:"defines,omitempty"` // of names that are known
	GNU      bool          `json:"gnu,omitempty"`
	POSIX    bool          `json:"posix,omitempty"`
	Odd      bool          `json:"odd,omitempty"` // includes what a macro says
}

type outlineLink struct {
	Name        string `json:"name"`
	System      bool   `json:"system,omitempty"`
	Conditional bool   `json:"conditional,omitempty"`
	Libc        bool   `json:"libc,omitempty"` // a condition around it asks what libc this is
}

// options reads the unit's options, and reports false for those that hide or show names.
func (s *survey) options() bool {
	options := s.unit.options()
	for i := 0; i < len(options); i++ {
		o, value := options[i], ""
		if i+1 < len(options) {
			value = options[i+1]
		}
		switch {
		case o == "-I" || o == "-isystem" || o == "-idirafter":
			s.dirs = append(s.dirs, s.abs(value))
			i++
		case o == "-iquote":
			s.quote = append(s.quote, s.abs(value))
			i++
		case o == "-include":
			path := s.abs(value)
			if !exists(path) || !s.file(path, false) {
				return false
			}
			i++
		case o == "-D" || o == "-U":
			o += value
			i++
			fallthrough
		case strings.HasPrefix(o, "-D"), strings.HasPrefix(o, "-U"):
			if !s.define(o[2:]) {
				return false
			}
		case o == "-ansi", strings.HasPrefix(o, "-std=") && !strings.HasPrefix(o, "-std=gnu"):
			s.posix = true
		case o == "-imacros", o == "-Xpreprocessor",
			strings.HasPrefix(o, "-Wp,"), strings.HasPrefix(o, "-iwith"), strings.HasPrefix(o, "-iprefix"), strings.HasPrefix(o, "--include"):
			return false
		}
	}
	return true
}

// define takes in NAME or NAME=VALUE.
func (s *survey) define(text string) bool {
	name, value, _ := strings.Cut(text, "=")
	switch {
	case name == "_GNU_SOURCE":
		s.gnu = true
	case isFeature(name):
		s.posix = true
	}
	for _, token := range csource.Read([]byte(value)).Tokens() {
		if token.Kind == csource.Ident {
			if i, ok := facts.LookupInterface(value[token.Start:token.End]); ok && (len(i.Musl) == 0 || !i.In(s.target.Version)) {
				return false
			}
		}
	}
	return true
}

func isFeature(name string) bool {
	switch name {
	case "_POSIX_SOURCE", "_POSIX_C_SOURCE", "_XOPEN_SOURCE", "_XOPEN_SOURCE_EXTENDED":
		return true
	}
	return false
}

// file goes through a file and what it includes. It reports false when something shows that the
// unit has to be compiled.
func (s *survey) file(path string, conditional bool) bool {
	v := visit{path, conditional}
	if s.visited[v] || s.visited[visit{path, false}] {
		return true
	}
	first := !s.visited[visit{path, !conditional}]
	s.visited[v] = true
	o, ok := s.outline(path)
	if !ok || o.Odd {
		return false
	}
	if first {
		s.names = append(s.names, o.Names...)
		s.needs = append(s.needs, o.Needs...)
		s.odds = append(s.odds, o.Odds...)
		for _, name := range o.Defines {
			s.defined[name] = true
		}
		s.gnu, s.posix = s.gnu || o.GNU, s.posix || o.POSIX
		if s.zone(path) == project {
			s.read = append(s.read, path)
		}
	}
	for _, link := range o.Includes {
		if !s.include(filepath.Dir(path), link, conditional || link.Conditional) {
			return false
		}
	}
	return true
}

func (s *survey) include(dir string, link outlineLink, conditional bool) bool {
	if !link.System {
		for _, d := range append([]string{dir}, s.quote...) {
			if path := filepath.Join(d, link.Name); isFile(path) {
				return s.file(path, conditional)
			}
		}
	}
	for _, d := range s.dirs {
		if path := filepath.Join(d, link.Name); isFile(path) {
			// A project's own string.h comes to libc's in the end.
			if !s.libc(link.Name, conditional) && strings.HasPrefix(link.Name, "sys/") {
				return false
			}
			return s.file(path, conditional)
		}
	}
	if h, ok := facts.LookupHeader(link.Name); ok && h.State == "warns" {
		return false
	}
	if s.libc(link.Name, conditional) {
		return true
	}
	if owned, _ := glibcOwns(link.Name); owned {
		return false
	}
	search := s.Search
	if s.cxx() {
		search = s.SearchCXX
	}
	for _, d := range search {
		if path := filepath.Join(d, link.Name); isFile(path) {
			switch link.Name {
			case "linux/types.h", "linux/version.h", "linux/limits.h", "asm/types.h":
				return true
			}
			if strings.HasPrefix(link.Name, "linux/") || strings.HasPrefix(link.Name, "asm/") || strings.HasPrefix(link.Name, "asm-generic/") {
				return false // they declare what musl declares too
			}
			if s.zone(path) == language || within(path, s.Headers.dir+"/cxx") {
				// cstdio is stdio.h.
				if rest, ok := strings.CutPrefix(link.Name, "c"); ok && s.cxx() {
					s.libc(rest+".h", conditional)
				}
				return true
			}
			return s.file(s.real(path), conditional)
		}
	}
	// The build's own compiler has it where glibc has its headers, or did not come to it, and
	// then one for musl does not either unless a condition is another one there.
	return !link.Libc && !onHost(link.Name)
}

// onHost reports whether a header is in the folders of the system's own headers.
func onHost(name string) bool {
	if isFile("/usr/include/" + name) {
		return true
	}
	found, _ := filepath.Glob("/usr/include/*-linux-gnu*/" + name)
	return len(found) > 0
}

// libc takes in a header of musl's, and reports false for one that musl does not have.
func (s *survey) libc(name string, conditional bool) bool {
	if !isFile(filepath.Join(s.Headers.dir, "musl", name)) {
		return false
	}
	s.named[name] = true
	if !conditional && !s.included[name] {
		s.included[name] = true
		s.included["features.h"] = true
		for _, nested := range facts.ComesWith(name) {
			s.included[nested] = true
		}
	}
	return true
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func (s *survey) kind() string {
	if s.cxx() {
		return "c++"
	}
	return "c"
}

// outline returns what a file says, from the cache when it did not change.
func (s *survey) outline(path string) (*outline, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false
	}
	sum := sha256.Sum256([]byte(path + "\x00" + s.target.Version + "\x00" + layout + s.kind()))
	name := hex.EncodeToString(sum[:10])
	o := &outline{}
	if text, err := os.ReadFile(s.store.Cache("outlines", name)); err == nil && json.Unmarshal(text, o) == nil &&
		o.Size == info.Size() && o.Time == info.ModTime().UnixNano() {
		return o, true
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	o = s.outlineOf(csource.Read(content))
	o.Size, o.Time = info.Size(), info.ModTime().UnixNano()
	if text, err := json.Marshal(o); err == nil {
		_ = s.store.WriteCache(text, "outlines", name)
	}
	return o, true
}

func (s *survey) outlineOf(f *csource.File) *outline {
	o := &outline{}
	conditional := func(offset int) bool {
		for _, b := range f.Enclosing(offset) {
			if elsewhere(f, b) {
				return true
			}
		}
		return false
	}
	included := 0
	for _, include := range f.Includes() {
		included++
		o.Includes = append(o.Includes, outlineLink{include.Name, include.System, conditional(include.Start), s.asksLibc(f, include.Start)})
	}
	names, needs, odds, defines := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	spans := make([][2]int, 0, len(f.Directives()))
	for _, d := range f.Directives() {
		span := [2]int{d.Start, d.End}
		switch d.Name {
		case "define":
			if len(d.Tokens) > 0 {
				name := f.Spelling(d.Tokens[0])
				switch {
				case name == "_GNU_SOURCE":
					o.GNU = true
				case isFeature(name):
					o.POSIX = true
				}
				defines[name] = true
				span[1] = d.Tokens[0].End // the body is code
			}
		case "include", "include_next", "import":
			included--
		case "error":
			for _, b := range f.Enclosing(d.Start) {
				for _, token := range b.Condition {
					if token.Kind == csource.Ident {
						s.asked(f.Spelling(token), names, needs)
					}
				}
			}
		case "if", "elif":
			// A macro with arguments that is not there is a fault of syntax.
			for i := 0; i+1 < len(d.Tokens); i++ {
				if d.Tokens[i].Kind == csource.Ident && f.Is(d.Tokens[i+1], "(") && !askedFor(f, d.Start, f.Spelling(d.Tokens[i])) {
					if known, ok := facts.LookupInterface(f.Spelling(d.Tokens[i])); ok && len(known.Musl) == 0 {
						names[f.Spelling(d.Tokens[i])] = true
					}
				}
			}
		}
		spans = append(spans, span)
	}
	o.Odd = included != 0
	tokens := codeTokens(f)
	at := 0
	for i, token := range tokens {
		for at < len(spans) && spans[at][1] <= token.Start {
			at++
		}
		if token.Kind != csource.Ident || at < len(spans) && spans[at][0] <= token.Start {
			continue
		}
		s.outlineWord(f, tokens, i, names, needs, odds)
	}
	o.Names, o.Needs, o.Odds = sorted(names), sorted(needs), sorted(odds)
	known := map[string]bool{}
	for name := range defines {
		if _, ok := facts.LookupInterface(name); ok {
			known[name] = true
		}
	}
	o.Defines = sorted(known)
	return o
}

// asked takes in a macro that decides about an #error: one that musl does not have, or has in
// headers that may not be included.
func (s *survey) asked(name string, names, needs map[string]bool) {
	known, ok := facts.LookupInterface(name)
	switch {
	case strings.HasPrefix(name, "__GLIBC") || name == "__GNU_LIBRARY__", ok && (len(known.Musl) == 0 || !known.In(s.target.Version)):
		names["#error"] = true
	case ok:
		needs[name+" "+strings.Join(facts.HeadersOf(name), " ")] = true
	}
}

// asksLibc reports whether a condition around a place has a name that musl does not have.
func (s *survey) asksLibc(f *csource.File, offset int) bool {
	around := f.Enclosing(offset)
	if len(around) == 0 {
		return false
	}
	chains := map[int]bool{}
	for _, b := range around {
		chains[b.Chain] = true
	}
	for _, b := range f.Branches() {
		if !chains[b.Chain] || b.Start > offset {
			continue
		}
		for _, token := range b.Condition {
			if token.Kind != csource.Ident {
				continue
			}
			name := f.Spelling(token)
			if strings.HasPrefix(name, "__GLIBC") || name == "__GNU_LIBRARY__" || name == "__gnu_linux__" {
				return true
			}
			if i, ok := facts.LookupInterface(name); ok && (len(i.Musl) == 0 || !i.In(s.target.Version)) {
				return true
			}
		}
	}
	return false
}

// elsewhere reports whether a branch is for another system, or for glibc alone.
func elsewhere(f *csource.File, b csource.Branch) bool {
	if b.Name == "else" || b.Name == "ifndef" || b.Name == "elifndef" {
		return false
	}
	for i, token := range b.Condition {
		if token.Kind != csource.Ident {
			continue
		}
		switch f.Spelling(token) {
		case "_WIN32", "WIN32", "__WIN32__", "_WIN64", "_MSC_VER", "__MINGW32__", "__CYGWIN__", "__BORLANDC__", "__APPLE__", "__MACH__", "__DARWIN__",
			"__FreeBSD__", "__NetBSD__", "__OpenBSD__", "__DragonFly__", "__FreeBSD_kernel__", "BSD", "__bsdi__", "__sun", "sun", "__sun__", "__SVR4", "__svr4__",
			"_AIX", "__hpux", "hpux", "__sgi", "__osf__", "__QNX__", "__QNXNTO__", "__VMS", "VMS", "vms", "__HAIKU__", "__BEOS__", "__ANDROID__",
			"__EMSCRIPTEN__", "__MSDOS__", "MSDOS", "__OS2__", "OS2", "__riscos__", "__GNU__", "__TANDEM", "__VXWORKS__",
			"__GLIBC__", "__GNU_LIBRARY__", "__UCLIBC__", "__KERNEL__", "_KERNEL":
			// !defined(_WIN32)
			if i > 0 && f.Is(b.Condition[i-1], "!") || i > 2 && f.Is(b.Condition[i-3], "!") || i > 1 && f.Is(b.Condition[i-2], "!") {
				continue
			}
			return true
		}
	}
	return len(b.Condition) == 1 && f.Is(b.Condition[0], "0")
}

// askedFor reports whether a place is in a branch that asks about a macro.
func askedFor(f *csource.File, offset int, macro string) bool {
	for _, b := range f.Enclosing(offset) {
		for _, token := range b.Condition {
			if token.Kind == csource.Ident && f.Is(token, macro) {
				return true
			}
		}
	}
	return false
}

// outlineWord takes in one name of the code.
func (s *survey) outlineWord(f *csource.File, tokens []csource.Token, i int, names, needs, odds map[string]bool) {
	name := f.Spelling(tokens[i])
	before, after := "", ""
	if i > 0 {
		before = f.Spelling(tokens[i-1])
	}
	if i+1 < len(tokens) {
		after = f.Spelling(tokens[i+1])
	}
	if before == "::" && i > 1 && tokens[i-2].Kind == csource.Ident {
		return
	}
	if takesStream(name, before, after) {
		names[name] = true
		return
	}
	if before == "." || before == "->" {
		if inner([]byte(name)) && !strings.HasSuffix(name, "__") || isGlibcMember(name) {
			names["."+name] = true
		}
		return
	}
	if names[name] || isKeyword(name) {
		return
	}
	use := wordUse{name: name, call: after == "(", typed: before == "struct" || before == "union" || before == "enum" || after == "*" || after != "" && isWord(after[0])}
	known, ok := facts.LookupInterface(name)
	if !ok {
		if use.call && s.risky(name) || s.foreign(name) {
			names[name] = true
		}
		return
	}
	tag := strings.Contains(known.Name, " ")
	switch {
	case tag && (before != "struct" && before != "union" && before != "enum" || after == "*"): // or a type that may stay unknown
	case known.Kind == "function" && isOwn(f, tokens[i], before, after):
	case name == "pthread_t" && i+2 < len(tokens) && f.Is(tokens[i+2], "="):
		names[name] = true // a pointer, and no number
	case known.Kind == "function" && !use.call && len(known.Musl) > 0 && known.In(s.target.Version) && !s.risky(name):
	case !s.cxx() && use.call && !isDeclared(before) && callable(name): // C converts the arguments
	case s.risky(name), has(facts.DeclaredOnly(s.target.Version), name), s.foreign(name):
		names[name] = true
	case known.Kind == "function" && !use.call && isWordToo(name):
	case known.Kind == "macro" && !use.call && strings.ToUpper(name) != name && !strings.HasPrefix(name, "_"): // major, and a variable of that name
	case len(known.Musl) == 0 || !known.In(s.target.Version):
		odd := len(known.Headers) > 0
		for _, header := range known.Headers {
			odd = odd && isOdd(header)
		}
		if odd {
			odds[name+" "+strings.Join(known.Headers, " ")] = true
		} else {
			names[name] = true
		}
	case known.Kind == "function" && isDeclared(before):
	default:
		headers := facts.HeadersOf(name)
		odd := true
		for _, header := range headers {
			odd = odd && isOdd(header)
		}
		if !odd {
			needs[name+" "+strings.Join(headers, " ")] = true
		}
	}
}

// isOwn reports whether a name is that of a pointer or a variable of the file's own: not in a
// macro, where the word before may be the macro's name.
func isOwn(f *csource.File, token csource.Token, before, after string) bool {
	if before == "*" && after == ")" {
		return true
	}
	if after == "(" || !isDeclared(before) {
		return false
	}
	_, directive := f.DirectiveAt(token.Start)
	return !directive
}

// callable are functions that are risky for C++ alone, or where they are declared anew.
func callable(name string) bool {
	switch name {
	case "ioctl", "getpriority", "setpriority", "getrlimit", "setrlimit", "prlimit", "getitimer", "setitimer", "settimeofday", "ptrace",
		"posix_openpt", "recvmmsg", "sendmmsg", "iconv":
		return true
	}
	return false
}

// isDeclared reports whether a name behind a word is a declared one, and not called.
func isDeclared(before string) bool {
	if before == "" || !isWord(before[0]) {
		return false
	}
	return kindOfWord([]byte(before)) == afterWord
}

// foreign reports whether a name is one of the inside of glibc's library, and not of musl's.
func (s *survey) foreign(name string) bool {
	if !strings.HasPrefix(name, "__") {
		return false
	}
	if s.exports == nil {
		if s.exports, _ = facts.Musl(s.target.Version, "", "amd64"); s.exports == nil {
			return true
		}
	}
	return !s.exports.Has(name) && len(facts.GlibcSymbol(name)) > 0
}

// risky is about C what risky is about C++, whose types are stricter.
func (s *survey) risky(name string) bool {
	switch name {
	// With another type of an argument, which glibc's headers take for several ones.
	case "bind", "connect", "accept", "accept4", "getsockname", "getpeername", "sendto", "recvfrom",
		// Only if _GNU_SOURCE is defined.
		"ecvt", "fcvt", "gcvt", "fgetgrent", "fgetpwent", "putpwent", "lgammal_r", "SA_NOMASK", "SA_ONESHOT", "tcp_info",
		"_sifields",
		// In musl always, in glibc since 2.38 or never: a project has one of its own.
		"strlcpy", "strlcat", "wcslcpy", "wcslcat", "issetugid", "fgetln", "getdents":
		return true
	}
	return risky(name)
}

func sorted(set map[string]bool) []string {
	var out []string
	for name := range set {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
