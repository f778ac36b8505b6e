package sourcefix

import (
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/csource"
	"github.com/musllint/musllint/lint/facts"
)

// ofName returns the repairs of a function, macro or type that musl does not declare, or not in
// what the file includes.
func (p *planner) ofName(u *lint.Use) []*repair {
	kind, name := u.Kind, strings.TrimSuffix(u.Name, "()")
	if kind == lint.UseOther {
		kind = lint.UseMacro // a word that stood where no compiler expected it
		if name == "(" || strings.HasPrefix(u.Message, "missing binary operator before token \"(\"") {
			name = p.calledAt(u)
		}
		if strings.HasPrefix(u.Message, "#error") {
			return p.ofError(u)
		}
		if !identifier(name) || len(facts.Remedies(kind, name)) == 0 {
			name = p.oddWord(u)
		}
	}
	if u.Kind == lint.UseType && name == "" {
		name = p.typeAt(u)
	}
	if !identifier(untagged(name)) {
		return nil
	}
	places := p.live(untagged(name))
	if p.defines(untagged(name)) {
		return nil
	}
	known, ok := facts.LookupInterface(name)
	if words := p.packaged(known); words != "" { // it comes with the header that a package brings
		return []*repair{manual(words)}
	}
	if u.Kind == lint.UseMacro || u.Kind == lint.UseFunction && strings.Contains(u.Message, " undeclared ") {
		if r := p.argumentOfMissing(places); r != nil {
			return []*repair{r}
		}
	}
	var list []*repair
	remedies := facts.Remedies(kind, name)
	if len(remedies) == 0 {
		remedies = facts.Remedies(kind, untagged(name))
	}
	if known.Since != "" && known.In(p.version()) { // musl has it by now
		remedies = nil
	}
	for _, remedy := range remedies {
		if r := p.apply(remedy, places); r != nil {
			list = append(list, r)
		}
	}
	if len(remedies) > 0 {
		return list
	}
	at := p.needed(places)
	switch {
	case !ok || len(at) == 0:
	case p.isLargeFile(untagged(name), known):
		if len(places) > 0 {
			list = p.largeFile()
		}
	case known.In(p.version()) && u.Kind != lint.UseSymbol && u.Kind != lint.UseOther:
		list = append(list, p.missingInclude(name, at)...)
	}
	if words := p.packageWords(known); words != "" {
		list = append(list, manual(words))
	}
	return list
}

// argumentOfMissing returns what to do about a word that means something as an argument of a
// macro which comes with the header of a package: link in TAILQ_FOREACH(node, list, link).
func (p *planner) argumentOfMissing(places []int) *repair {
	const farthest = 200 // tokens before an argument that its call is looked for in
	asked := map[string]string{}
	for _, place := range places {
		depth := 0
		for i := p.previous(place); i >= max(place-farthest, 0) && !p.is(i, ";") && !p.is(i, "{") && !p.is(i, "}"); i = p.previous(i) {
			switch {
			case p.is(i, ")"):
				depth++
			case p.is(i, "(") && depth > 0:
				depth--
			case p.is(i, "(") && p.previous(i) >= 0:
				name := p.file.Spelling(p.file.Tokens()[p.previous(i)])
				words, ok := asked[name]
				if !ok {
					if known, ok := facts.LookupInterface(name); ok && known.Kind == "macro" && len(known.Musl) == 0 && !p.defines(name) {
						words = p.packageWords(known)
					}
					asked[name] = words
				}
				if words != "" {
					return manual(words)
				}
			}
		}
	}
	return nil
}

// packaged says what package to install for a name when the file includes the header that declares
// it, and a package brings that with a library. error_t of errno.h is in argp.h, too.
func (p *planner) packaged(known facts.Interface) string {
	for _, in := range p.includes {
		if in.dead || !slices.Contains(known.Headers, in.Name) && (known.Name != "error_t" || in.Name != "argp.h") {
			continue
		}
		if h, ok := facts.LookupHeader(in.Name); ok && h.State == "no" && facts.LinkName(h.Package) != "" && standInNames(in.Name) == nil {
			return p.packageWords(facts.Interface{Package: h.Package, Library: facts.LinkName(h.Package)})
		}
	}
	return ""
}

// calledAt returns the name before the parenthesis that a use is about.
func (p *planner) calledAt(u *lint.Use) string {
	offset, ok := p.file.Offset(u.Line, max(u.Column, 1))
	if !ok {
		return ""
	}
	for i := p.file.TokenIndex(offset); i < len(p.file.Tokens()) && p.file.Line(p.file.Tokens()[i].Start) == u.Line; i++ {
		if before := p.previous(i); p.is(i, "(") && before >= 0 && p.file.Tokens()[before].Kind == csource.Ident {
			return p.file.Spelling(p.file.Tokens()[before])
		}
	}
	return ""
}

// oddWord returns the name in the line of a use that is no word of C where the macro is missing:
// what a compiler does not expect is often the word behind it.
func (p *planner) oddWord(u *lint.Use) string {
	from, ok := p.file.Offset(u.Line, 1)
	if !ok {
		return ""
	}
	tokens := p.file.Tokens()
	found := ""
	for i := p.file.TokenIndex(from); i < len(tokens) && p.file.Line(tokens[i].Start) == u.Line; i++ {
		if tokens[i].Kind != csource.Ident || p.dead(tokens[i].Start) {
			continue
		}
		name := p.file.Spelling(tokens[i])
		known, ok := facts.LookupInterface(name)
		if !ok || len(known.Musl) > 0 || len(facts.Remedies(lint.UseMacro, name)) == 0 {
			continue
		}
		if found != "" && found != name {
			return "" // either of them
		}
		found = name
	}
	return found
}

// ofError returns the repairs of an #error that is reached because a condition before it asks
// for a macro that is not there: in a condition nothing says so.
func (p *planner) ofError(u *lint.Use) []*repair {
	at, ok := p.file.Offset(u.Line, 1)
	if !ok {
		return nil
	}
	branches := p.file.Branches()
	b := p.file.BranchAt(at)
	if b < 0 {
		return nil
	}
	var list []*repair
	start := p.file.Directives()[branches[branches[b].Chain].Directive].Start
	for i := range branches {
		if branches[i].Chain != branches[b].Chain {
			continue
		}
		for _, t := range branches[i].Condition {
			name := p.file.Spelling(t)
			if t.Kind != csource.Ident || name == "defined" || p.defines(name) {
				continue
			}
			known, ok := facts.LookupInterface(name)
			if !ok || known.Kind != "macro" {
				continue
			}
			places := p.lookUp(name)
			for _, remedy := range facts.Remedies(lint.UseMacro, name) {
				if remedy.Action != "fallback" {
					continue
				}
				if r := p.fallback(remedy, places, []int{start}); r != nil && !slices.ContainsFunc(list, func(o *repair) bool { return o.title == r.title }) {
					list = append(list, r)
				}
			}
			if len(list) > 0 || !known.In(p.version()) || len(facts.Remedies(lint.UseMacro, name)) > 0 {
				continue
			}
			if headers := facts.HeadersOf(name); !slices.ContainsFunc(headers, func(h string) bool { return p.has(p.seen([]int{start}), h) }) {
				list = append(list, p.missingInclude(name, []int{start})...)
			}
		}
	}
	return list[:min(len(list), 1)]
}

// typeAt returns the type of what is declared at a use, where the compiler names the variable:
// "storage size of 'st' isn't known".
func (p *planner) typeAt(u *lint.Use) string {
	offset, ok := p.file.Offset(u.Line, max(u.Column, 1))
	if !ok || u.Column == 0 {
		return ""
	}
	tokens := p.file.Tokens()
	i := p.file.TokenIndex(offset)
	if next := p.next(i); (p.is(i, "struct") || p.is(i, "union")) && next < len(tokens) && tokens[next].Kind == csource.Ident {
		return p.file.Spelling(tokens[i]) + " " + p.file.Spelling(tokens[next])
	}
	for i = p.previous(i); i >= 0; i = p.previous(i) {
		switch {
		case p.is(i, "*") || p.is(i, "const") || p.is(i, "volatile"):
		case p.is(i, ",") || p.is(i, "]") || p.is(i, "[") || tokens[i].Kind == csource.Number: // of what stands before in the same declaration
		case tokens[i].Kind != csource.Ident:
			return ""
		case p.is(p.previous(i), "struct") || p.is(p.previous(i), "union") || p.is(p.previous(i), "enum"):
			return p.file.Spelling(tokens[p.previous(i)]) + " " + p.file.Spelling(tokens[i])
		case p.is(p.previous(i), ",") || p.is(p.previous(i), "*"):
		default:
			return p.file.Spelling(tokens[i])
		}
	}
	return ""
}

// version is that of the target's musl.
func (p *planner) version() string {
	if p.target.Version != "" {
		return p.target.Version
	}
	if r, ok := facts.ReleaseOf(p.target.Release); ok {
		return r.Musl
	}
	return ""
}

func untagged(name string) string {
	for _, tag := range [...]string{"struct ", "union ", "enum ", "class "} {
		if rest, ok := strings.CutPrefix(name, tag); ok {
			return rest
		}
	}
	return name
}

func identifier(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return s != ""
}

// live returns the indexes of the tokens that use a name in code that may be compiled on a musl
// system. What asks for its definition is no use, nor is the member of something.
func (p *planner) live(name string) []int {
	tokens := p.file.Tokens()
	var list []int
	for _, i := range p.lookUp(name) {
		t := tokens[i]
		if d, in := p.inDirective(t); in {
			switch d.Name {
			case "define":
				if len(d.Tokens) > 0 && d.Tokens[0] == t {
					continue
				}
			case "if", "elif":
				if before := p.previous(i); !p.is(p.next(i), "(") || p.is(before, "defined") || p.is(before, "(") && p.is(p.previous(before), "defined") {
					continue
				}
			default:
				continue
			}
		}
		if before := p.previous(i); p.is(before, ".") || p.is(before, "->") || p.is(before, "::") && before > 0 && tokens[before-1].Kind == csource.Ident {
			continue
		}
		if !p.dead(t.Start) {
			list = append(list, i)
		}
	}
	return list
}

// needed returns the offsets at which a name is needed: where code uses it, or macros when
// nothing else does.
func (p *planner) needed(places []int) []int {
	tokens := p.file.Tokens()
	var code, macros []int
	for _, i := range places {
		if _, in := p.inDirective(tokens[i]); in {
			macros = append(macros, tokens[i].Start)
		} else {
			code = append(code, tokens[i].Start)
		}
	}
	if code == nil {
		return macros
	}
	return code
}

// defines reports whether the file itself defines a name, in code that may be compiled on a musl
// system.
func (p *planner) defines(name string) bool {
	tokens := p.file.Tokens()
	for _, i := range p.lookUp(name) {
		t := tokens[i]
		if d, in := p.inDirective(t); in {
			if d.Name == "define" && len(d.Tokens) > 0 && d.Tokens[0] == t && !p.dead(d.Start) {
				return true
			}
			continue
		}
		if p.dead(t.Start) {
			continue
		}
		if p.is(p.next(i), ";") || p.is(p.next(i), "(") || p.is(p.previous(i), "*") && p.is(p.next(i), ")") {
			for j, steps := p.previous(i), 0; j >= 0 && steps < 16; j, steps = p.previous(j), steps+1 {
				if p.is(j, ";") || p.is(j, "}") || p.is(j, "{") {
					break
				}
				if p.is(j, "typedef") {
					return true
				}
			}
		}
		if p.brackets[i] == 0 && p.is(p.next(i), "(") { // the definition of a function
			if end, ok := p.closing(p.next(i)); ok && p.is(p.next(end), "{") {
				return true
			}
		}
	}
	return false
}

// apply makes a repair of a remedy; nil where it is none for this file.
func (p *planner) apply(remedy facts.Remedy, places []int) *repair {
	if remedy.Action == "manual" {
		return manual(remedy.Note)
	}
	at := p.needed(places)
	if len(at) == 0 {
		return nil
	}
	switch remedy.Action {
	case "rename":
		return p.rename(remedy, places, at)
	case "call", "index":
		return p.call(remedy, places, at)
	case "fallback":
		return p.fallback(remedy, places, at)
	case "guard":
		return p.guard(remedy, places)
	case "decls":
		return p.decls(remedy, places)
	case "unwrap":
		return p.unwrap(remedy, places)
	}
	return nil
}

// titled is the title of a repair with what it changes.
func titled(title string, remedy facts.Remedy) string {
	if remedy.Safety == lint.Unsafe && remedy.Note != "" {
		return title + ": " + remedy.Note
	}
	return title
}

// rename writes another name wherever a name stands.
func (p *planner) rename(remedy facts.Remedy, places, at []int) *repair {
	if p.defines(remedy.Text) { // perhaps by the other name
		return nil
	}
	tokens := p.file.Tokens()
	r := &repair{title: titled("write "+remedy.Text+" for "+remedy.Name, remedy), safety: remedy.Safety, headers: remedy.Needs, at: at}
	for _, i := range places {
		r.edits = append(r.edits, p.edit(tokens[i].Start, tokens[i].End, remedy.Text))
	}
	if len(r.edits) == 0 {
		return nil
	}
	return r
}

// fallback defines a name behind the includes.
func (p *planner) fallback(remedy facts.Remedy, places, at []int) *repair {
	if header := p.standInFor(remedy.Name); header != "" {
		return p.standIn(header)
	}
	if p.broughtByHeader(remedy.Name) {
		return nil // where that header is included, it is repaired
	}
	if len(places) == 0 {
		return nil
	}
	unless := remedy.Unless
	if unless == "" {
		unless = remedy.Name
	}
	if unless != "__GLIBC__" && p.defines(unless) || p.hasFallback(remedy.Text) {
		return nil
	}
	title := "define " + remedy.Name + " where the C library does not"
	r := &repair{title: titled(title, remedy), safety: remedy.Safety}
	r.fallbacks = []fallback{{remedy.Name, unless, remedy.Text, remedy.Safety == lint.Safe}}
	return p.withFallback(r, remedy.Needs, at)
}

// hasFallback reports whether a definition that a text begins with stands in the file already.
func (p *planner) hasFallback(text string) bool {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "#define "); ok {
			name := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"))]
			if p.defines(name) {
				return true
			}
		}
	}
	return false
}

// missingInclude includes what declares a name.
func (p *planner) missingInclude(name string, at []int) []*repair {
	headers := facts.HeadersOf(name)
	if len(headers) == 0 {
		return nil
	}
	seen := p.seen(at)
	for _, h := range headers {
		if !p.has(seen, h) {
			continue
		}
		words := "<" + h + "> is included already: musl declares " + name + " in it with a feature macro such as _GNU_SOURCE, which has to be defined before the first include"
		list := []*repair{manual(words)}
		if r := p.defineFirst("_GNU_SOURCE", "define _GNU_SOURCE before the first include: some functions, such as strerror_r, are others on glibc then", lint.Unsafe); r != nil && !p.cxx {
			list = append(list, r)
		}
		return list
	}
	h := headers[0]
	r := &repair{title: "include <" + p.named(h) + ">, which declares " + name, safety: lint.Safe, headers: []string{h}, at: at}
	if h == "libgen.h" && len(p.live("basename")) > 0 {
		r.safety = lint.Unsafe
		r.title += ": on glibc too basename is then the one that changes its argument"
	}
	if other := p.rival(h); other != "" {
		r.safety = lint.Unsafe
		r.title += ": it may not go together with <" + other + ">"
	}
	return []*repair{r}
}

// rivals are headers of the kernel that define what one of the C library does, so that both
// together are errors in one order or in both.
var rivals = [...][2]string{
	{"net/if.h", "linux/if.h"}, {"netinet/in.h", "linux/in.h"}, {"netinet/in.h", "linux/in6.h"}, {"arpa/inet.h", "linux/in.h"}, {"netdb.h", "linux/in.h"},
	{"net/ethernet.h", "linux/if_ether.h"}, {"netinet/if_ether.h", "linux/if_ether.h"}, {"netinet/ether.h", "linux/if_ether.h"},
	{"net/if_arp.h", "linux/if_arp.h"}, {"netinet/tcp.h", "linux/tcp.h"}, {"netinet/ip.h", "linux/ip.h"}, {"netinet/udp.h", "linux/udp.h"},
	{"sys/sysinfo.h", "linux/sysinfo.h"}, {"sys/sysinfo.h", "linux/kernel.h"}, {"sys/ptrace.h", "linux/ptrace.h"}, {"sys/ptrace.h", "asm/ptrace.h"},
	{"sys/prctl.h", "linux/prctl.h"}, {"sys/mount.h", "linux/mount.h"}, {"sys/mount.h", "linux/fs.h"}, {"termios.h", "asm/termbits.h"}, {"termios.h", "linux/termios.h"},
	{"sys/ioctl.h", "asm/termios.h"}, {"net/route.h", "linux/route.h"}, {"fcntl.h", "linux/fcntl.h"}, {"sys/stat.h", "linux/stat.h"}, {"signal.h", "asm/signal.h"}, {"signal.h", "linux/signal.h"},
}

// rival returns the header of the kernel that a file includes and that a header does not go
// together with.
func (p *planner) rival(header string) string {
	for _, pair := range rivals {
		if pair[0] == header && slices.ContainsFunc(p.includes, func(in include) bool { return in.Name == pair[1] && !in.dead }) {
			return pair[1]
		}
	}
	return ""
}

// without64 is the plain name of one of the LFS64 interfaces.
func without64(name string) string {
	name = untagged(name)
	if rest, ok := strings.CutSuffix(name, "64_t"); ok {
		return rest + "_t"
	}
	if rest, ok := strings.CutSuffix(name, "64_r"); ok {
		return rest + "_r"
	}
	if rest, ok := strings.CutSuffix(name, "64"); ok {
		return rest
	}
	return strings.Replace(name, "64", "", 1)
}

// largeFile returns the repairs of a name of the LFS64 interfaces, of which off_t and what goes
// with it is all that musl has. They are about all such names of the file: a compiler sees a call
// no more when the type of something beside it is unknown.
func (p *planner) largeFile() []*repair {
	if !p.largeFileKnown {
		p.largeFileKnown = true
		p.largeFileRepairs = p.planLargeFile()
	}
	return p.largeFileRepairs
}

func (p *planner) planLargeFile() []*repair {
	if p.defines("_LARGEFILE64_SOURCE") {
		return nil
	}
	define := true
	rename := &repair{title: "write the names without 64: on 32-bit machines of glibc -D_FILE_OFFSET_BITS=64 has to go with it", safety: lint.Unsafe}
	fallbacks := &repair{title: "define the names with 64 as those without where there is no glibc", safety: lint.Safe}
	tokens := p.file.Tokens()
	var at []int
	needs := []string{anyLibc}
	for _, name := range p.largeFileNames() {
		places := p.live(name)
		if len(places) == 0 || p.defines(name) {
			continue
		}
		plain := without64(name)
		headers := facts.HeadersOf(plain)
		known, _ := facts.LookupInterface(name)
		if len(headers) == 0 {
			continue
		}
		define = define && known.LFS64
		for _, i := range places {
			rename.edits = append(rename.edits, p.edit(tokens[i].Start, tokens[i].End, plain))
			at = append(at, tokens[i].Start)
		}
		fallbacks.fallbacks = append(fallbacks.fallbacks, fallback{name, "__GLIBC__", "#define " + name + " " + plain, true})
		if seen := p.seen(at); !slices.ContainsFunc(headers, func(h string) bool { return p.has(seen, h) }) && !slices.Contains(needs, headers[0]) {
			needs = append(needs, headers[0])
		}
	}
	if len(at) == 0 {
		return nil
	}
	if len(needs) > 1 {
		needs = needs[1:]
	}
	var list []*repair
	if define {
		title := "define _LARGEFILE64_SOURCE before the first include, as _GNU_SOURCE does on glibc"
		if r := p.defineFirst("_LARGEFILE64_SOURCE", title, lint.Safe); r != nil {
			list = append(list, r)
		}
	}
	return append(list, p.withFallback(fallbacks, needs, at), rename)
}

// largeFileNames returns the names of the LFS64 interfaces that are in the file.
func (p *planner) largeFileNames() []string {
	p.lookUp("")
	var names []string
	for name := range p.positions {
		if !strings.Contains(name, "64") {
			continue
		}
		if known, ok := facts.LookupInterface(name); ok && p.isLargeFile(name, known) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// isLargeFile reports whether a name is one of the LFS64 interfaces that the target does not
// declare.
func (p *planner) isLargeFile(name string, known facts.Interface) bool {
	if known.In(p.version()) || strings.HasPrefix(name, "_") {
		return false
	}
	return known.LFS64 || strings.Contains(name, "64") && known.Gone != "" && facts.HeadersOf(without64(name)) != nil
}
