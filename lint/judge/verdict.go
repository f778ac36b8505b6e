package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/loader"
)

// decide draws the verdict from a trial.
func (j *judge) decide(a *lint.Artifact, t *trial, d *diagnosis) {
	switch {
	case !sameArch(j.arch, j.site.Target.Arch):
		a.Verdict, a.Summary = lint.Fails, "made for "+j.arch
	case t.invalid:
		a.Summary = "no dynamic program"
	case t.loader == byOtherOne:
		a.Summary = "brings a loader of its own"
		a.Errors, a.MissingLibraries, a.MissingSymbols = nil, nil, nil
		a.Notes = append(a.Notes, fmt.Sprintf("%s is there, and is neither musl nor gcompat: what it makes of the program is not known here.", j.interp))
	case j.goLibrary:
		a.Verdict, a.Summary = lint.Fails, "a Go library crashes in a musl process"
		if !t.failed() {
			a.Errors = append(a.Errors, "Segmentation fault")
		}
		a.Notes = append(a.Notes, "Go's run-time in a library reads argc and argv where glibc passes them and musl does not: it dies in runtime.sysargs, whatever is installed (golang/go#13492).")
	case j.misnamed():
		j.judgeMisnamed(a)
	case t.failed() && d.certain(j):
		a.Verdict = lint.Fails
	case t.failed():
		a.Verdict = lint.Undecided
	case len(d.deferred) > 0:
		a.Verdict = lint.Undecided
	default:
		a.Verdict = lint.Runs
	}
	if a.Summary == "" {
		a.Summary = j.summary(t, d)
	}
}

// summary says in a few words what stands in the way.
func (j *judge) summary(t *trial, d *diagnosis) string {
	if !t.failed() {
		if n := len(d.deferred); n > 0 {
			return fmt.Sprintf("loads, crashes when it calls %s", some(d.deferred))
		}
		return ""
	}
	var parts []string
	if t.loader == notThere {
		parts = append(parts, "glibc's loader is not there")
		if j.libc != lint.LibcGlibc {
			parts[0] = j.interp + " is not there"
		}
	}
	if t.fault != nil {
		parts = append(parts, "crashes the loader")
	}
	if len(t.relr) > 0 {
		parts = append(parts, "relocations in a form that is newer than musl "+d.site.Target.Version)
	}
	var names []string
	for _, l := range d.libraries {
		names = append(names, l.Library)
	}
	if len(names) > 0 {
		parts = append(parts, "misses "+fold(names, 3))
	}
	if len(d.symbols) > 0 {
		parts = append(parts, fmt.Sprintf("misses %s %s", plural(len(d.symbols), "symbol", "symbols"), some(d.symbols)))
	}
	for _, f := range d.others {
		parts = append(parts, other(f))
		break
	}
	return strings.Join(parts, "; ")
}

// some names the first symbols.
func some(symbols []missingSymbol) string {
	var names []string
	for _, s := range symbols {
		names = append(names, s.Symbol)
	}
	return fold(names, 2)
}

// fold names the first of several things and counts the others.
func fold(names []string, n int) string {
	names = slices.Compact(slices.Clone(names))
	if len(names) <= n+1 {
		return list(names)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}

// remark adds what else is to be known.
func (j *judge) remark(a *lint.Artifact, t *trial, d *diagnosis) {
	note := func(format string, args ...any) { a.Notes = append(a.Notes, fmt.Sprintf(format, args...)) }
	if text, _ := j.known(); text != "" && a.Verdict != lint.Runs {
		note("%s", text)
	}
	if j.packer != "" && j.form == lint.FormProgram {
		note("It is packed by %s, which may hide more needs: upx -d unpacks it.", j.packer)
	}
	if t.preload {
		note("gcompat loads its library before the program; ldd does not, and reports symbols as missing that are there when the program runs.")
	}
	if len(t.relr) > 0 {
		note("The loader passes over DT_RELR in silence, and ldd reports nothing; the program crashes when it runs. musl 1.2.4 (Alpine 3.18) was the first to know it.")
	}
	if j.form == lint.FormLibrary && j.staticTLS && (a.Verdict != lint.Fails || j.goLibrary) {
		note("It reaches thread-local data by a fixed offset (initial-exec): it can be needed at the start of a program, but not be loaded by dlopen, which musl refuses.")
	}
	if i := slices.IndexFunc(d.others, func(f loader.Failure) bool { return f.Kind == loader.TLSFailure }); i >= 0 {
		note("%s reaches thread-local data by a fixed offset (initial-exec). musl gives one only to what is loaded at the start of a program, as with LD_PRELOAD, and not by dlopen.", d.others[i].Other)
	}
	if j.host != nil && j.host.name == "nss" {
		note("musl has no name service switch: nothing ever loads this file.")
	}
	if len(d.deferred) > 0 && j.host != nil {
		note("%s loads it with RTLD_LAZY, which does not ask for functions before they are called; the call then crashes.", j.host.title)
	}
	if hosted := d.grouped(lint.GroupHost); len(hosted) > 0 && j.host == nil {
		if h := hostOf([]byte(hosted[0].Symbol)); h != nil {
			note("%s %s of %s, which has it when it is the one that loads the file.", some(hosted), plural(len(hosted), "is a symbol", "are symbols"), h.title)
		}
	}
	if !j.site.Exports().Verified() && slices.ContainsFunc(d.symbols, func(s missingSymbol) bool { return s.owner == ofGlibc && !s.certain }) {
		note("Nobody has looked into the musl of Alpine %s; upstream's %s does not have what is missing.", j.site.release, j.site.Target.Version)
	}
}

func (d *diagnosis) grouped(g lint.SymbolGroup) []missingSymbol {
	var found []missingSymbol
	for _, s := range d.symbols {
		if s.group == g {
			found = append(found, s)
		}
	}
	return found
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
