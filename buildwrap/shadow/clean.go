package shadow

import (
	"bytes"
	"strings"

	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// clean reports whether a unit of C++ certainly compiles, from the text that the preprocessor
// makes of it with musl's headers: it uses no name that musl does not declare, or declares in
// headers that it did not include, or in another way. To preprocess a unit takes a tenth of
// what it takes to compile it, as most of C++'s time goes into the headers of its library; for
// C there is little between them.
func (u *Unit) clean() (bool, error) {
	seen, files := map[string]uint8{}, map[string]bool{} // bits of the uses of a name
	included := map[string]bool{}
	var names []wordUse
	skip, libcText := true, false
	internal, muslInternal := map[string]bool{}, map[string]bool{}
	p := preprocessed{
		enter: func(name string) {
			path := u.abs(name)
			z := u.zone(path)
			if name == "" || name[0] == '<' {
				z = ours
			}
			skip, libcText = z != project && z != library, z == libc
			if z == libc {
				included[u.libcName(path)] = true
			} else if z == project && !files[name] {
				files[name] = true
				u.read = append(u.read, name)
			}
		},
		word: func(word []byte, after, next byte) {
			switch {
			case libcText && inner(word):
				muslInternal[string(word)] = true
			case skip || after == afterScope || '0' <= word[0] && word[0] <= '9':
			case after == '.' || after == afterArrow:
				// A member of the inside of a structure of glibc's, unless musl has it too.
				if inner(word) || isGlibcMember(string(word)) {
					internal[string(word)] = true
				}
			default:
				use := wordUse{call: next == '(' && after != afterWord, typed: after == afterTag || isWord(next) || next == '*' || next == '&'}
				if was := seen[string(word)]; was&use.bit() == 0 {
					use.name = string(word)
					seen[use.name] = was | use.bit()
					names = append(names, use)
				}
			}
		},
	}
	if ok, err := u.preprocess(&p); err != nil || !ok {
		return false, err
	}
	for name := range internal {
		if !muslInternal[name] {
			return false, nil
		}
	}
	for _, name := range names {
		if u.suspicious(name, included) {
			return false, nil
		}
	}
	return !u.nullIsSuspicious() && !u.streamsAreSuspicious(), nil
}

func inner(word []byte) bool {
	return len(word) > 3 && word[0] == '_' && (word[1] == '_' && string(word) != "__attribute__" || word[1] == 'I')
}

// wordUse is a name and how it is used.
type wordUse struct {
	name  string
	call  bool // parentheses follow, and it is no declaration
	typed bool // something is declared with it
}

func (w wordUse) bit() uint8 {
	switch {
	case w.call:
		return 1
	case w.typed:
		return 2
	}
	return 4
}

// preprocess reads what the preprocessor makes of a unit, and reports whether it had nothing to
// say about it.
func (u *Unit) preprocess(p *preprocessed) (bool, error) {
	words := u.command(u.Headers.stubs().dir)
	for i, word := range words {
		switch word {
		case "-fsyntax-only":
			words[i] = "-E"
		case "-H":
			words[i] = "-Wno-deprecated"
		}
	}
	out, err := runTo(u.ctx, words, u.dir, plainEnvironment(u.env, Variables[:]...), p)
	p.end()
	return out.ok && len(bytes.TrimSpace(out.stderr)) == 0, err
}

// libcName is the name by which a header of musl's is included.
func (u *Unit) libcName(path string) string {
	for _, dir := range [...]string{u.Headers.dir + "/musl/", u.Musl.Dir + "/"} {
		if name, ok := strings.CutPrefix(path, dir); ok {
			return name
		}
	}
	return path
}

// suspicious reports whether a name may be something that does not compile with the headers
// of musl that were included.
func (u *Unit) suspicious(use wordUse, included map[string]bool) bool {
	if isKeyword(use.name) {
		return false
	}
	if strings.HasPrefix(use.name, "__") {
		if musl, ok := facts.Musl(u.target.Version, "", "amd64"); !ok || !musl.Has(use.name) {
			if len(facts.GlibcSymbol(use.name)) > 0 {
				return true
			}
		}
	}
	i, ok := facts.LookupInterface(use.name)
	if !ok {
		return false
	}
	tag := strings.Contains(i.Name, " ")
	switch {
	case tag && !use.typed: // a name of one's own that is called like a structure
		return false
	case risky(use.name):
		return true
	case has(facts.DeclaredOnly(u.target.Version), use.name):
		return true
	case i.Kind == "function" && !use.call && (isWordToo(use.name) || len(i.Musl) > 0 && i.In(u.target.Version)):
		return false // a name of one's own most of the time: error, send, index
	case len(i.Musl) == 0 || !i.In(u.target.Version):
		return true
	}
	odd := true
	for _, header := range facts.HeadersOf(use.name) {
		if included[header] {
			return false
		}
		odd = odd && isOdd(header)
	}
	return !odd
}

// isOdd is true of headers that are included for their own sake, and whose macros have names
// that many a project has too: ERROR of arpa/tftp.h, I of complex.h.
func isOdd(header string) bool {
	switch header {
	case "arpa/tftp.h", "arpa/telnet.h", "arpa/ftp.h", "complex.h", "tgmath.h", "ar.h", "tar.h", "cpio.h", "values.h", "sys/user.h", "sys/kd.h", "sys/vt.h",
		"sys/soundcard.h", "arpa/nameser.h", "arpa/nameser_compat.h", "resolv.h", "threads.h", "stdalign.h", "stdbool.h", "stdnoreturn.h", "iso646.h", "uchar.h",
		"scsi/scsi.h", "scsi/scsi_ioctl.h", "scsi/sg.h", "sys/mtio.h", "lastlog.h",
		"protocols/talkd.h", "protocols/timed.h", "protocols/routed.h", "protocols/rwhod.h", "netinet/if_tr.h", "netinet/if_fddi.h", "sgtty.h", "a.out.h",
		"stab.h", "nfs/nfs.h", "sys/gmon.h", "sys/gmon_out.h", "netash/ash.h", "netatalk/at.h", "netax25/ax25.h", "netipx/ipx.h", "netrom/netrom.h",
		"netrose/rose.h", "neteconet/ec.h", "netiucv/iucv.h", "thread_db.h", "proc_service.h", "sys/raw.h", "sys/pci.h", "sys/debugreg.h":
		return true
	}
	return false
}

// isWordToo is true of functions of glibc alone whose names people give to variables.
func isWordToo(name string) bool {
	switch name {
	case "error", "step", "advance", "gamma", "drem", "significand", "group_member", "encrypt", "setkey":
		return true
	}
	return false
}

// isKeyword is true of the words of C++ that headers of C define.
func isKeyword(word string) bool {
	switch word {
	case "bool", "true", "false", "alignof", "alignas", "char8_t", "char16_t", "char32_t", "wchar_t", "noreturn", "thread_local", "static_assert",
		"and", "or", "not", "xor", "bitand", "bitor", "compl", "and_eq", "or_eq", "not_eq", "xor_eq", "inline", "nullptr_t":
		return true
	}
	return false
}

// risky are names whose declarations differ in a way that matters to compilers: structures with
// other members, and functions with other parameters.
func risky(name string) bool {
	switch name {
	case "tcphdr", "udphdr", "icmphdr", "ucontext_t", "mcontext_t", "sigcontext", "fpregset_t", "gregset_t", "_IO_FILE", "_G_fpos_t", "_G_fpos64_t",
		"user_regs_struct", "utmpx", "utmp", "msghdr", "cmsghdr", "link_map",
		"strerror_r", "basename", "ioctl", "getpriority", "setpriority", "getrlimit", "setrlimit", "prlimit", "getitimer", "setitimer",
		"settimeofday", "ptrace", "iconv", "posix_openpt", "recvmmsg", "sendmmsg":
		return true
	}
	return false
}

// nullIsSuspicious reports whether NULL, which is nullptr with musl since 1.2.3 and __null with
// glibc, may be used for an integer.
func (u *Unit) nullIsSuspicious() bool {
	if facts.CompareVersions("apk", u.target.Version, "1.2.3") < 0 {
		return false
	}
	var pointers map[string]bool // names that are declared behind a *
	for _, name := range append([]string{u.src.Path}, u.read...) {
		path := u.abs(name)
		if u.zone(path) != project {
			continue
		}
		t := u.text(path)
		if t == nil || !bytes.Contains(t.file.Text(), []byte("NULL")) {
			continue
		}
		if pointers == nil {
			pointers = u.pointers()
		}
		tokens := codeTokens(t.file)
		for i, token := range tokens {
			if token.Kind == csource.Ident && t.file.Is(token, "NULL") && i > 0 && i+1 < len(tokens) && !plainNull(t.file, tokens, i, pointers) {
				return true
			}
		}
	}
	return false
}

func codeTokens(f *csource.File) []csource.Token {
	tokens := f.Tokens()
	out := make([]csource.Token, 0, len(tokens))
	for _, token := range tokens {
		if token.Kind != csource.Comment {
			out = append(out, token)
		}
	}
	return out
}

// pointers are the names that the unit's own files declare as pointers.
func (u *Unit) pointers() map[string]bool {
	names := map[string]bool{}
	for _, name := range append([]string{u.src.Path}, u.read...) {
		if path := u.abs(name); u.zone(path) == project {
			if t := u.text(path); t != nil {
				tokens := codeTokens(t.file)
				for i := 1; i < len(tokens); i++ {
					if tokens[i].Kind == csource.Ident && t.file.Is(tokens[i-1], "*") {
						names[t.file.Spelling(tokens[i])] = true
					}
				}
			}
		}
	}
	return names
}

// plainNull reports whether a NULL stands where pointers do.
func plainNull(f *csource.File, tokens []csource.Token, i int, pointers map[string]bool) bool {
	before, after := f.Spelling(tokens[i-1]), f.Spelling(tokens[i+1])
	switch {
	case before == "==" || before == "!=" || after == "==" || after == "!=",
		(before == "(" || before == ",") && (after == ")" || after == ","),
		before == "?" || before == ":" && after != "}", before == "{" || after == "}":
		return true
	case before == "=":
		for back := i - 2; back >= 0; back-- {
			if tokens[back].Kind == csource.Ident && pointers[f.Spelling(tokens[back])] || f.Is(tokens[back], "*") {
				return true
			}
			if f.Is(tokens[back], ";") || f.Is(tokens[back], "{") || f.Is(tokens[back], "}") {
				return false
			}
		}
	case before == "return":
		return returnsPointer(f, tokens, i)
	case before == "define" || after == "NULL":
		return true
	}
	_, directive := f.DirectiveAt(tokens[i].Start)
	return directive
}

// returnsPointer reports whether the function around a token is declared to return a pointer.
func returnsPointer(f *csource.File, tokens []csource.Token, i int) bool {
	depth := 0
	for ; i > 0; i-- {
		switch {
		case f.Is(tokens[i], "}"):
			depth++
		case f.Is(tokens[i], "{") && depth > 0:
			depth--
		case f.Is(tokens[i], "{"):
			name := beforeParameters(f, tokens, i)
			if name < 0 {
				continue
			}
			switch f.Spelling(tokens[name]) {
			case "if", "for", "while", "switch", "catch":
				continue
			}
			for back := name - 1; back >= 0 && back > name-12; back-- {
				switch {
				case f.Is(tokens[back], "*"):
					return true
				case f.Is(tokens[back], ";"), f.Is(tokens[back], "}"), f.Is(tokens[back], "{"):
					return false
				}
			}
			return false
		}
	}
	return false
}

// beforeParameters returns the token before the parentheses that an opening brace stands
// behind, -1 when it stands behind none.
func beforeParameters(f *csource.File, tokens []csource.Token, brace int) int {
	i := brace - 1
	for i > 0 && (f.Is(tokens[i], "const") || f.Is(tokens[i], "override") || f.Is(tokens[i], "noexcept") || f.Is(tokens[i], "final")) {
		i--
	}
	if i <= 0 || !f.Is(tokens[i], ")") {
		return -1
	}
	depth := 0
	for ; i > 0; i-- {
		if f.Is(tokens[i], ")") {
			depth++
		} else if f.Is(tokens[i], "(") {
			if depth--; depth == 0 {
				return i - 1
			}
		}
	}
	return -1
}
