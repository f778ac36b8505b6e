package policy

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/zclconf/go-cty/cty"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/landing"
)

// The words of lint.Artifact that a match block may name.
var (
	fileForms = []lint.ArtifactForm{lint.FormProgram, lint.FormStatic, lint.FormStaticPIE, lint.FormLibrary, lint.FormPlugin, lint.FormDebug, lint.FormForeign}
	fileLibcs = []lint.ArtifactLibc{lint.LibcGlibc, lint.LibcMusl, lint.LibcStatic, lint.LibcNone, lint.LibcUnknown}
	verdicts  = []lint.Verdict{lint.Runs, lint.Fails, lint.Undecided}
	holders   = []landing.Holder{landing.Folder, landing.Archive, landing.Jar, landing.Wheel}
)

func words[T ~string](list []T) []string {
	texts := make([]string, len(list))
	for i, w := range list {
		texts[i] = string(w)
	}
	return texts
}

// ofFiles yields the native files that a COPY or ADD brings from the build context.
func (s Subject) ofFiles(l *landing.Landing, yield func(*Subject)) {
	for _, a := range l.Of(s.in) {
		sub := s.at("file", a.Source.Start, a.Source.End)
		sub.arrival = a
		yield(sub)
	}
}

var fileRoot = map[string]attribute{
	"path":         stringAttr("of the file, or of the jar, wheel or archive that it is in, as seen from the current folder", func(s *Subject) string { return s.arrival.Path }),
	"inner":        stringAttr("path inside of that jar or archive, else \"\"", func(s *Subject) string { return s.arrival.Inner }),
	"place":        stringAttr("both: app.jar!/native/libx.so", func(s *Subject) string { return s.arrival.Place().String() }),
	"context_path": stringAttr("that path as seen from the build context", func(s *Subject) string { return s.arrival.InContext() }),
	"name":         stringAttr("last part of its path", func(s *Subject) string { return path.Base(s.arrival.Place().String()) }),
	"source":       stringAttr("the source of COPY or ADD that it comes with", func(s *Subject) string { return s.arrival.Source.Text }),
	"dest":         stringAttr("where it lands; of a file in a jar where the jar does", func(s *Subject) string { return s.arrival.Dest }),
	"named":        boolAttr("the source is the file itself, or a pattern that matches it, rather than a folder around it", func(s *Subject) bool { return s.arrival.Named }),
	"holder":       stringAttr("folder, archive (that ADD unpacks), jar (or war or ear) or wheel", func(s *Subject) string { return string(s.arrival.Holder) }),
	"modules":      stringAttr("the innermost node_modules, site-packages or dist-packages folder in which it lands, \"\" when there is none", func(s *Subject) string { return s.arrival.Modules }),
	"form":         stringAttr("program, static-program, static-pie, library, plugin (a library that a host program loads), debug or foreign", func(s *Subject) string { return string(s.arrival.Form) }),
	"libc":         stringAttr("C library that it was made for: glibc, musl, static, none or unknown", func(s *Subject) string { return string(s.arrival.Libc) }),
	"arch":         stringAttr("architecture that it was made for: amd64, arm64", func(s *Subject) string { return s.arrival.Arch }),
	"suits":        boolAttr("that is the architecture of the stage", func(s *Subject) bool { return s.arrival.Suits }),
	"interp":       stringAttr("loader that a program asks for", func(s *Subject) string { return s.arrival.Interp }),
	"soname":       stringAttr("name by which others need a library", func(s *Subject) string { return s.arrival.SoName }),
	"needed":       listAttr("shared libraries that it needs: libc.so.6", func(s *Subject) []string { return s.arrival.Needed }),
	"host":         stringAttr("program that loads a plugin: node, python, jvm …", func(s *Subject) string { return s.arrival.Host }),
	"language":     stringAttr("go or rust, where that is known", func(s *Subject) string { return s.arrival.Language }),
	"verdict":      stringAttr("what becomes of it in the image: runs, fails, or unknown where that is not certain", func(s *Subject) string { return string(s.arrival.Verdict) }),
	"summary":      stringAttr("why, in a few words", func(s *Subject) string { return s.arrival.Summary }),
	"errors":       listAttr("the lines that the kernel or the loader prints", func(s *Subject) []string { return s.arrival.Errors }),
	"missing":      listAttr("shared libraries that the loader does not find", func(s *Subject) []string { return s.missingLibraries() }),
	"symbols":      listAttr("symbols that it does not find", func(s *Subject) []string { return s.missingSymbols() }),
	"group":        stringAttr("whose the first of these is: glibc, fortify, libstdc++, host or other", func(s *Subject) string { return s.symbolGroup() }),
	"packages":     listAttr("apk packages that make it run: proved by a replay of the loader with them, or known to hold all missing libraries", func(s *Subject) []string { return s.repairPackages() }),
	"started":      boolAttr("CMD, ENTRYPOINT or a RUN of the stage where it lands starts it", func(s *Subject) bool { return s.starts(s.arrival.Dest) }),
	"data":         boolAttr("it lands where files are offered, kept or tested rather than run (a web root, a folder of downloads or fixtures, or it comes along with a folder of tests), and nothing starts it", func(s *Subject) bool { return s.isData() }),
	"more":         numberAttr("how many further files of the source have the same fault", func(s *Subject) int { return s.arrival.More }),
}

// The folders of an image, and of a build context, whose files are data to it.
var (
	dataDest = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^/(srv|var/www|usr/share/(nginx|caddy)|usr/local/apache2/htdocs|usr/share/[^/]+/(dl|downloads?))/|/(testdata|test-data|fixtures?|htdocs|downloads?|dl)/`)
	})
	dataPath = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(^|/)(tests?|testdata|test-data|fixtures?|examples?|samples?)/`)
	})
)

func (s *Subject) isData() bool {
	a := s.arrival
	return !s.starts(a.Dest) && (a.Modules == "" && dataDest().MatchString(a.Dest) || !a.Named && dataPath().MatchString(a.Path))
}

func (s *Subject) missingLibraries() []string {
	var names []string
	for _, m := range s.arrival.MissingLibraries {
		if !slices.Contains(names, m.Name) {
			names = append(names, m.Name)
		}
	}
	return names
}

func (s *Subject) missingSymbols() []string {
	var names []string
	for _, m := range s.arrival.MissingSymbols {
		if !m.Deferred && !slices.Contains(names, m.Name) {
			names = append(names, m.Name)
		}
	}
	return names
}

func (s *Subject) symbolGroup() string {
	for _, m := range s.arrival.MissingSymbols {
		if !m.Deferred {
			return string(m.Group)
		}
	}
	return ""
}

// repairPackages are those of the first proved repair that needs nothing but packages, else
// those that hold the missing libraries when that is all there is to it.
func (s *Subject) repairPackages() []string {
	for _, r := range s.arrival.Repairs {
		if r.Proved && len(r.Packages) > 0 && len(r.Env) == 0 && r.Release == "" {
			return r.Packages
		}
	}
	if len(s.missingSymbols()) > 0 {
		return nil
	}
	var packages []string
	for _, m := range s.arrival.MissingLibraries {
		if m.Package == "" || !m.Certain {
			return nil
		}
		if !slices.Contains(packages, m.Package) {
			packages = append(packages, m.Package)
		}
	}
	return packages
}

// maxLines bounds how many lines of the loader are shown.
const maxLines = 4

// fileNotes are why the file counts as made for its libc, what is printed about it behind
// the first line, and the other files of the same fault.
func fileNotes(s *Subject) cty.Value {
	a := s.arrival
	var notes []cty.Value
	note := func(p landing.Place, text string) {
		notes = append(notes, cty.CapsuleVal(noteType, &lint.Related{Message: text, Range: lint.Range{File: p.Path, Inner: p.Inner}}))
	}
	if len(a.Reasons) > 0 {
		note(a.Place(), strings.Join(a.Reasons, "; "))
	}
	if len(a.Reasons) == 0 && a.Interp != "" {
		note(a.Place(), "it asks for the loader "+a.Interp)
	}
	for i, line := range a.Errors {
		switch {
		case i == 0: // the message has it
		case i < maxLines:
			note(a.Place(), line)
		case i == maxLines:
			note(a.Place(), fmt.Sprintf("and %d lines more", len(a.Errors)-maxLines))
		}
	}
	for _, other := range a.Others {
		note(other, lint.HereToo)
	}
	if len(notes) == 0 {
		return cty.ListValEmpty(noteType)
	}
	return cty.ListVal(notes)
}
