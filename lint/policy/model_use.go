package policy

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/musllint/musllint/lint"
)

// useKind is the kind of subject that is not of a Dockerfile.
const useKind = "use"

// Use is a use of what musl lacks, with its place and its repairs.
type Use struct {
	lint.Use
	Range lint.Range     // zero: its place is not known
	Via   []lint.Related // the #include lines that lead to it, the outermost one first
	Fixes []lint.Fix     // that repair it in its file, the best one first
}

// The words of lint.Use that a match block may name.
var (
	useKinds  = []lint.UseKind{lint.UseHeader, lint.UseFunction, lint.UseMacro, lint.UseType, lint.UseMember, lint.UseSymbol, lint.UseConflict, lint.UseRedirect, lint.UseOption, lint.UseBehavior, lint.UseOther}
	useProofs = []lint.UseProof{lint.ProofCompile, lint.ProofLink, lint.ProofObject, lint.ProofText}
)

var useSpec = kindSpec{
	Doc: "a place in a source file, or an option of a compiler, where something is used that musl lacks or has in another way; muslcc collects them. Names of one spelling and kind in a file are one finding with once = \"name\"",
	Keys: map[string]string{
		"kind": "header, function, macro, type, member, symbol, conflict, redirect, option, behavior or other", "name": "what is used, as it is spelled: fts.h, fts_open, FNM_EXTMATCH, -fsanitize=address; globs",
		"header": "a header of glibc that declares it, or the missing header itself; globs", "library": "library that it is taken from on glibc, by the table or by the build: libc.so.6; globs",
		"proof": "what shows it: compile, link, object or text", "package": "apk package that brings it; globs",
	},
	Roots: []string{"use", "target"},
}

var useRoot = map[string]attribute{
	"name":         stringAttr("what is used: fts.h, fts_open, FNM_EXTMATCH, fpregset_t.uregs, -fsanitize=address", func(s *Subject) string { return s.use.Name }),
	"kind":         stringAttr("header, function, macro, type, member, symbol, conflict, redirect, option, behavior or other", func(s *Subject) string { return string(s.use.Kind) }),
	"message":      stringAttr("what the compiler or the linker of a musl system prints", useMessage),
	"file":         stringAttr("the file that it is in, as findings name it; \"\" when that is not known", func(s *Subject) string { return s.use.Range.File }),
	"proof":        stringAttr("what shows it: compile (with musl's headers), link, object (of a glibc system) or text", func(s *Subject) string { return string(s.use.Proof) }),
	"guard":        stringAttr("macro of a configured header on which it depends: HAVE_EXECINFO_H; a configure script decides it anew", func(s *Subject) string { return s.use.Guard }),
	"library":      stringAttr("library that it is taken from on glibc: libc.so.6", func(s *Subject) string { return s.use.Library }),
	"generated":    boolAttr("its file was made by a program", func(s *Subject) bool { return s.use.Generated }),
	"headers":      listAttr("glibc's headers that declare it", func(s *Subject) []string { return s.known().headers }),
	"musl_headers": listAttr("musl's headers that declare it, the one to include first; of a header the one to include instead", func(s *Subject) []string { return s.known().musl }),
	"since":        stringAttr("first version of musl that declares it; \"\" for all of them, or none", func(s *Subject) string { return s.known().since }),
	"gone":         stringAttr("first version of musl that does so no longer", func(s *Subject) string { return s.known().gone }),
	"available":    boolAttr("a header of the target's musl declares it: it is only not included", func(s *Subject) bool { return s.known().available }),
	"variant":      stringAttr("kind of the symbol where glibc's headers put it in the place of the function in the source: fortify, isoc, lfs64, time64, finite, floatn or private; else \"\"", func(s *Subject) string { return s.known().variant }),
	"plain":        stringAttr("the function in the source, where that is known", func(s *Subject) string { return s.known().plain }),
	"lfs64":        boolAttr("musl 1.2.4 and later declare it with _LARGEFILE64_SOURCE only", func(s *Subject) bool { return s.known().lfs64 }),
	"why":          stringAttr("why musl lacks it, a clause; of a header what it is for", func(s *Subject) string { return s.known().why }),
	"instead":      stringAttr("what to do instead, a clause", func(s *Subject) string { return s.known().instead }),
	"package":      stringAttr("apk package that brings it to the target, or a replacement", func(s *Subject) string { return s.known().pkg }),
	"old_package":  stringAttr("apk package that brought it to older releases of Alpine than the target", func(s *Subject) string { return s.known().oldPkg }),
	"link":         stringAttr("name of the library to link with it: fts, for -lfts", func(s *Subject) string { return s.known().link }),
	"advised":      boolAttr("the repairs have words for a person", func(s *Subject) bool { return s.use.advised() }),
	"repaired":     boolAttr("there is a repair with edits", func(s *Subject) bool { return s.use.repairable() }),
}

var targetRoot = map[string]attribute{
	"name":    stringAttr("in words: Alpine 3.20, musl 1.2.5", func(s *Subject) string { return targetName(s.target()) }),
	"musl":    stringAttr("version of musl: 1.2.5, \"\" when unknown", func(s *Subject) string { return muslVersion(s.target()) }),
	"distro":  stringAttr("alpine, or \"\"", func(s *Subject) string { return s.target().Distro }),
	"release": stringAttr("of the distribution: 3.20, edge, \"\" when unknown", func(s *Subject) string { return s.target().Release }),
	"arch":    stringAttr("OCI's name: amd64, arm64", func(s *Subject) string { return s.target().Arch }),
	"gcc":     stringAttr("version of its GCC: 14.2, \"\" when unknown", func(s *Subject) string { return gccIn(s.target()) }),
}

// targetName is a target as a sentence has it.
func targetName(t lint.Target) string {
	switch {
	case t.Distro == "alpine" && t.Release != "":
		return "Alpine " + t.Release
	case t.Distro == "alpine":
		return "Alpine"
	case muslVersion(t) != "":
		return "musl " + muslVersion(t)
	}
	return "musl"
}

// inside is the version of musl of a distribution's release.
func inside(t lint.Target) string {
	if v := muslVersion(t); v != "" && t.Distro != "" {
		return " with musl " + v
	}
	return ""
}

// useMessage is what is printed about a use, in the words of the compiler and the linker where
// none of them was there to say it.
func useMessage(s *Subject) string {
	u := s.use
	if u.Message != "" {
		return u.Message
	}
	switch u.Kind {
	case lint.UseHeader:
		return u.Name + ": No such file or directory"
	case lint.UseFunction:
		return "implicit declaration of function '" + u.Name + "'"
	case lint.UseMacro:
		return "'" + u.Name + "' undeclared"
	case lint.UseType:
		return "unknown type name '" + u.Name + "'"
	case lint.UseSymbol:
		return "undefined reference to `" + u.Name + "'"
	case lint.UseMember:
		if holder, member, ok := strings.Cut(u.Name, "."); ok {
			return "'" + holder + "' has no member named '" + member + "'"
		}
	}
	return u.Name
}

func (u *Use) advised() bool {
	return slices.ContainsFunc(u.Fixes, func(f lint.Fix) bool { return len(f.Edits) == 0 })
}

func (u *Use) repairable() bool {
	return slices.ContainsFunc(u.Fixes, func(f lint.Fix) bool { return len(f.Edits) > 0 })
}

// useKeys returns what a match list of that key is compared with.
func (s *Subject) useKeys(key string) []string {
	switch key {
	case "kind":
		return []string{string(s.use.Kind)}
	case "name":
		return []string{s.use.Name}
	case "proof":
		return []string{string(s.use.Proof)}
	case "header":
		return s.known().headers
	case "library":
		return []string{s.use.Library}
	case "package":
		return []string{s.known().pkg}
	}
	return nil
}

// ceiling is how severe a finding about the subject can be: what was only read in an object
// file of glibc may come from code that musl never compiles, and what a configure script
// decides anew may vanish.
func (s *Subject) ceiling() lint.Severity {
	switch u := s.use; {
	case u == nil:
		return lint.Error
	case u.Guard != "" || u.Kind == lint.UseBehavior:
		return lint.Info
	case u.Proof == lint.ProofCompile || u.Proof == lint.ProofLink:
		return lint.Error
	}
	return lint.Warning
}

// scopes are what uses of a file have in common that are one finding: the name, or only the file,
// together with the titles of their repairs, since that of one would not repair the other; or
// the very edits.
func (u *Use) scopes(once string, inWords func([]lint.Edit) string) []scope {
	name := ""
	if once == "name" {
		name = string(u.Kind) + " " + u.Name
	}
	titles, edits := "", ""
	for _, f := range u.Fixes {
		if len(f.Edits) == 0 {
			continue
		}
		titles += "\x00" + f.Title
		if edits == "" {
			edits = inWords(f.Edits)
		}
	}
	at := lint.Range{File: u.Range.File, End: 1}
	list := []scope{{at, name + titles}}
	if edits != "" {
		list = append(list, scope{at, edits})
	}
	return list
}

// useNotes are why musl lacks it, what a configure script may change, and how the compiler came
// to its file.
func useNotes(s *Subject) cty.Value {
	notes := []cty.Value{}
	note := func(r lint.Related) { notes = append(notes, cty.CapsuleVal(noteType, &r)) }
	k, u := s.known(), s.use
	say := func(text string) { note(lint.Related{Message: text}) }
	if k.why != "" {
		say(u.Name + ": " + k.why)
	}
	switch {
	case k.newer:
		say("musl has it since " + k.since + ", and " + targetName(s.system) + inside(s.system) + " has not")
	case k.lfs64:
		say("musl " + k.gone + " and later declare it with -D_LARGEFILE64_SOURCE only, and will stop to do that, too")
	case k.available && u.Kind != lint.UseSymbol && u.Kind != lint.UseConflict: // which comes of the header
		say("musl declares it in " + k.musl[0] + ", which the file does not include")
	}
	if u.Guard != "" && !u.advised() {
		say("it depends on " + u.Guard + ", which the configure script decides anew on a musl system")
	}
	switch u.Proof {
	case lint.ProofObject:
		say("seen in an object file that was compiled with glibc's headers: not verified with those of musl")
	case lint.ProofText:
		if u.Kind != lint.UseOption { // which stands in no source
			say("seen in the text of the source: not verified with musl's headers")
		}
	}
	for i := range u.Via {
		note(u.Via[i])
	}
	if len(notes) == 0 {
		return cty.ListValEmpty(noteType)
	}
	return cty.ListVal(notes)
}

// sourceFixesName is the function that makes a policy one whose findings are repaired.
const sourceFixesName = "source_fixes"

// sourceFixes are those of the repairs that the use came with which are wanted.
func sourceFixes(s *Subject, wanted func(*lint.Fix) bool) cty.Value {
	var list []cty.Value
	for i := range s.use.Fixes {
		if f := &s.use.Fixes[i]; wanted(f) {
			list = append(list, cty.CapsuleVal(fixType, f))
		}
	}
	if list == nil {
		return cty.ListValEmpty(fixType)
	}
	return cty.ListVal(list)
}

// repairsSources reports whether an expression asks for repairs of the source.
func repairsSources(expr hcl.Expression) bool {
	node, ok := expr.(hclsyntax.Node)
	if !ok {
		return false
	}
	found := false
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if c, ok := n.(*hclsyntax.FunctionCallExpr); ok && c.Name == sourceFixesName {
			found = true
		}
		return nil
	})
	return found
}
