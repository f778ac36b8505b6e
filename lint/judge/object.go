package judge

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// Objects judges object files as a linker does: one alone, or all of a static library. musl's
// libc.a has what its libc.so exports, but nobody maps the LFS64 names that musl 1.2.4 dropped:
// only the loader does that, for what is linked already.
type Objects struct {
	path    string // and inner: the place of the static library
	inner   string
	kind    lint.ArtifactKind
	env     Environment
	site    *site
	arch    string
	members int
	defined map[string]bool
	wanted  map[string]*reference
	ifuncs  []string // functions that choose their code at run time, with the member
	lto     bool     // a member has code for the compiler instead of the processor
	goCode  bool
	damage  error
}

// reference is a symbol that object files want from elsewhere.
type reference struct {
	member string // the first that wants it
	others int
}

// maxReferences bounds the symbols that are kept of one static library. The largest ones of
// LLVM have a few hundred thousand.
const maxReferences = 1 << 20

// NewObjects starts with a static library (lint.KindArchive) or an object file alone.
func NewObjects(path, inner string, kind lint.ArtifactKind, env Environment) *Objects {
	return &Objects{path: path, inner: inner, kind: kind, env: env, defined: map[string]bool{}, wanted: map[string]*reference{}}
}

// Add reads an object file; member is its name in the library. The error is that of the reader.
func (o *Objects) Add(member string, r io.ReaderAt, size int64) error {
	f, err := elf.Open(r, size)
	if err != nil {
		o.damage = fmt.Errorf("%s: %w", member, err)
		return nil
	}
	defer f.Release()
	if f.Type != elf.Relocatable {
		return nil
	}
	if o.arch == "" {
		o.arch = loader.ArchOf(f.Machine, f.Layout)
	}
	o.members++
	if err := f.ObjectSymbols(func(name []byte, s elf.Symbol) bool { return o.add(member, name, s) }); err != nil {
		if f.Err() != nil {
			return f.Err()
		}
		o.damage = fmt.Errorf("%s: %w", member, err)
	}
	return nil
}

func (o *Objects) add(member string, name []byte, s elf.Symbol) bool {
	switch {
	case !s.Undefined():
		if s.Type() == elf.STTGNUIFunc {
			o.ifuncs = append(o.ifuncs, string(name))
		}
		switch string(name) {
		case "__gnu_lto_slim":
			o.lto = true
		case "_cgo_init", "x_cgo_init":
			o.goCode = true
		}
		if len(o.defined) < maxReferences {
			o.defined[string(name)] = true
		}
	case s.Bind() == elf.STBWeak || len(name) == 0:
	default:
		if w := o.wanted[string(name)]; w != nil {
			if w.member != member {
				w.others++
			}
		} else if len(o.wanted) < maxReferences {
			o.wanted[string(name)] = &reference{member: member}
		}
	}
	return true
}

// Judge returns the verdict on all that was added.
func (o *Objects) Judge() (*lint.Artifact, error) {
	a := &lint.Artifact{
		Path: o.path, Inner: o.inner, Kind: o.kind, Form: lint.FormArchive, Target: o.env.Target, Arch: o.arch,
		Libc: lint.LibcUnknown, Verdict: lint.Undecided,
	}
	if o.kind == lint.KindObject {
		a.Form = lint.FormObject
	}
	if a.Target.Arch == "" {
		a.Target.Arch = o.arch
	}
	switch {
	case o.members == 0:
		a.Summary = "no object file in it"
		return a, nil
	case o.arch == "":
		a.Form, a.Summary = lint.FormForeign, "made for a processor that no Alpine runs on"
		return a, nil
	case !sameArch(a.Target.Arch, o.arch):
		a.Verdict, a.Summary = lint.Fails, "made for "+o.arch
		a.Errors = []string{o.path + ": file in wrong format"}
		return a, nil
	}
	site, err := siteOf(a.Target)
	if err != nil {
		return nil, err
	}
	o.site, a.Target = site, site.Target
	o.judge(a)
	return a, nil
}

func (o *Objects) judge(a *lint.Artifact) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(o.wanted)), func(name string) bool { return o.has(name) })
	plain, certain := 0, false
	for _, name := range names {
		s, ok := o.missing(name)
		if !ok {
			plain++
			continue
		}
		w := o.wanted[name]
		a.MissingSymbols = append(a.MissingSymbols, s)
		a.InTheWay = append(a.InTheWay, name)
		a.Errors = append(a.Errors, fmt.Sprintf("%s: undefined reference to `%s'", w.member, name))
		_, ever := facts.MuslHistory(name)
		certain = certain || !ever || o.site.Exports().Verified()
	}
	if len(a.MissingSymbols) > 0 {
		a.Libc, a.Reasons = lint.LibcGlibc, []string{"it uses " + a.MissingSymbols[0].Name + ", which only glibc has"}
	}
	switch {
	case o.lto:
		a.Summary = "code for link-time optimization"
		a.Notes = append(a.Notes, "It has no symbols for a linker to see: only the compiler that made it can link it.")
	case o.damage != nil && len(a.MissingSymbols) == 0:
		a.Summary = o.damage.Error()
	case o.goCode && o.kind == lint.KindArchive:
		a.Verdict, a.Summary = lint.Fails, "a Go library crashes in a musl process"
		a.Errors = append(a.Errors, "Segmentation fault")
		a.Notes = append(a.Notes, "A program links with it, and dies in runtime.sysargs before main: Go's run-time in a library reads argc and argv where glibc passes them and musl does not (golang/go#13492).")
	case len(a.MissingSymbols) > 0:
		a.Verdict = lint.Fails
		if !certain {
			a.Verdict = lint.Undecided
		}
		a.Summary = "not all of it links: " + fold(a.InTheWay, 2)
	case len(o.ifuncs) > 0:
		a.Verdict, a.Summary = lint.Fails, "chooses functions by IFUNC, which musl does not know"
		slices.Sort(o.ifuncs)
		a.Notes = append(a.Notes, fmt.Sprintf("%s %s the code at run time by STT_GNU_IFUNC. It links, but musl does not run the choice: the loader reports an unsupported relocation type, and a static program crashes in the call.", fold(o.ifuncs, 3), plural(len(o.ifuncs), "chooses", "choose")))
	default:
		a.Verdict = lint.Runs
		if plain == 0 && len(names) == 0 {
			a.Summary = "links"
		}
	}
	if a.Verdict == lint.Fails {
		o.suggest(a)
	}
}

// has reports whether a linker finds a symbol: in the objects, in libc.a, in what gcc adds to
// every program, or in GCC's own libraries.
func (o *Objects) has(name string) bool {
	return o.defined[name] || o.site.Exports().Has(name) || isLinkerName(name) || isLibgcc([]byte(name)) || isLibstdcxx([]byte(name)) && len(facts.GlibcSymbol(name)) == 0
}

// linkerNames are symbols that the linker or the start-up files define.
var linkerNames = []string{
	"_GLOBAL_OFFSET_TABLE_", "_DYNAMIC", "_PROCEDURE_LINKAGE_TABLE_", "__dso_handle", "__ehdr_start", "__executable_start", "__bss_start",
	"_init", "_fini", "_start", "main", "_end", "end", "_edata", "edata", "_etext", "etext", "__TMC_END__", "_TLS_MODULE_BASE_", "__stack_chk_fail_local",
	"__init_array_start", "__init_array_end", "__fini_array_start", "__fini_array_end", "__preinit_array_start", "__preinit_array_end",
	"__GNU_EH_FRAME_HDR", "__rela_iplt_start", "__rela_iplt_end", "__rel_iplt_start", "__rel_iplt_end", "__exidx_start", "__exidx_end", ".TOC.",
	"__tls_get_offset", "__tls_get_addr_opt", "__global_pointer$",
}

func isLinkerName(name string) bool {
	return slices.Contains(linkerNames, name) || strings.HasPrefix(name, "__start_") || strings.HasPrefix(name, "__stop_")
}

// missing is a symbol that only glibc has; ok is false for one that some other library may have.
func (o *Objects) missing(name string) (s lint.MissingSymbol, ok bool) {
	exports := facts.GlibcSymbol(name)
	if len(exports) == 0 || exports[0].Library == "libnsl.so.1" { // which exists without glibc, too
		return s, false
	}
	w := o.wanted[name]
	s = lint.MissingSymbol{Name: name, Library: exports[0].Library, Object: w.member, Group: lint.GroupGlibc}
	if facts.ClassifyGlibc(name).Kind == "fortify" {
		s.Group = lint.GroupFortify
	}
	for _, c := range facts.CompatProviders(name, o.site.release) {
		s.Package = c.Package
		break
	}
	return s, true
}

// suggest tells what makes it link.
func (o *Objects) suggest(a *lint.Artifact) {
	if o.goCode {
		a.Repairs = append(a.Repairs, lint.Repair{Title: "use it in a glibc image: no build of it works on musl"})
		return
	}
	if len(a.MissingSymbols) == 0 {
		return
	}
	var packages, flags []string
	rest := 0
	for _, s := range a.MissingSymbols {
		switch name := s.Name; {
		case s.Package != "":
			packages = append(packages, s.Package)
			for _, c := range facts.CompatProviders(name, o.site.release) {
				flags = append(flags, "-l"+strings.TrimPrefix(stemOf(c.File), "lib"))
				break
			}
		default:
			rest++
		}
	}
	slices.Sort(packages)
	slices.Sort(flags)
	packages, flags = slices.Compact(packages), slices.Compact(flags)
	if rest == 0 && len(packages) > 0 {
		for i, p := range packages {
			if p != "argp-standalone" {
				packages[i] = p + "-dev"
			}
		}
		a.InTheWay = nil
		a.Repairs = append(a.Repairs, lint.Repair{
			Title:    "apk add " + strings.Join(packages, " ") + " and link with " + strings.Join(flags, " "),
			Packages: packages, Dockerfile: []string{"RUN apk add --no-cache " + strings.Join(packages, " ")},
			Proved: true,
		})
		return
	}
	title := "compile it on Alpine, against the headers of musl"
	if len(a.InTheWay) == len(a.MissingSymbols) && !slices.ContainsFunc(a.MissingSymbols, func(s lint.MissingSymbol) bool { return s.Group != lint.GroupFortify }) {
		title += ", or with -U_FORTIFY_SOURCE"
	}
	a.Repairs = append(a.Repairs, lint.Repair{Title: title})
}

func stemOf(file string) string {
	stem, _, _ := strings.Cut(file, ".")
	return stem
}
