package explain

import (
	"slices"
	"strings"
)

// What musl's loader prints is judged when all of it is known: it does not stop at the first
// error, and which library or symbol is missing first says little. A program for glibc can
// begin with libstdc++.so.6.

// loaderLog is what the loader said, by the file that it was about.
type loaderLog struct {
	files []*loaderFile
	lost  int // lines that were not kept
}

// Limits of a loaderLog; what is beyond them would not change the verdict.
const (
	mostLoaderFiles = 100
	mostLoaderLines = 300 // of a file
)

// loaderFile is a program or a library that could not be loaded.
type loaderFile struct {
	name   string
	errors []*loaderError
}

// loaderError is one thing that a file lacks.
type loaderError struct {
	kind  string // one of the targets below
	word  string // the library, symbol or number
	lines int
	message
}

// Targets in messages.tsv of what the loader says.
const (
	libraryMissing    = "=library"
	libraryBroken     = "=library-broken"
	symbolMissing     = "=symbol"
	relocationUnknown = "=relocation"
)

// note keeps a message of the loader. It is judged at the end.
func (l *loaderLog) note(kind, word string, m message) bool {
	f := l.file(m.word("file"))
	if f == nil {
		l.lost++
		return true
	}
	i := slices.IndexFunc(f.errors, func(e *loaderError) bool { return e.kind == kind && e.word == word })
	if i >= 0 {
		f.errors[i].lines++
	} else if len(f.errors) < mostLoaderLines {
		f.errors = append(f.errors, &loaderError{kind: kind, word: word, lines: 1, message: m})
	} else {
		l.lost++
	}
	return true
}

// file returns what is known of a file, nil when there are too many.
func (l *loaderLog) file(name string) *loaderFile {
	i := slices.IndexFunc(l.files, func(f *loaderFile) bool { return f.name == name })
	if i >= 0 {
		return l.files[i]
	}
	if len(l.files) == mostLoaderFiles {
		return nil
	}
	l.files = append(l.files, &loaderFile{name: name})
	return l.files[len(l.files)-1]
}

// lddOfGlibc is the sign that musl's ldd listed one of glibc's names for musl itself: the
// file that it was asked about is for glibc.
const lddOfGlibc = "ldd-glibc"

// judge makes diagnoses of what the loader said.
func (l *loaderLog) judge(w *investigation) {
	for _, f := range l.files {
		forGlibc := f.forGlibc(w.release) || slices.Contains(w.signs, lddOfGlibc)
		for _, e := range f.errors {
			name, words := l.problem(w, f, e, forGlibc)
			m := e.message.about(e.subject(f))
			for i := 0; i+1 < len(words); i += 2 {
				m = m.with(words[i], words[i+1])
			}
			if d := w.diagnose(entryOf(name), m); d != nil {
				d.Lines += e.lines - 1 + l.lost
				l.lost = 0
			}
		}
	}
}

// forGlibc tells whether a file was built for glibc: it asks for glibc's loader or one of
// its libraries, for a function that only glibc has, or for IFUNC.
func (f *loaderFile) forGlibc(release string) bool {
	return slices.ContainsFunc(f.errors, func(e *loaderError) bool {
		switch e.kind {
		case libraryMissing:
			return ofGlibc(e.word) || packageOf(e.word, release) == shim
		case symbolMissing:
			return kindOfSymbol(e.word) == glibcSymbol
		}
		return e.word == irelative
	})
}

// irelative is the relocation of IFUNC on x86_64; 1032 is that on arm64.
const irelative = "37"

// shim is the package that has some of glibc's names.
const shim = "gcompat"

// ofGlibc tells whether a library belongs to glibc, and is no other name of musl for musl's
// loader.
func ofGlibc(library string) bool {
	for _, prefix := range []string{"ld-linux", "ld64.so.", "libmvec.so.", "libanl.so.", "libresolv.so.", "libnss_", "libBrokenLocale.so.", "libthread_db.so."} {
		if strings.HasPrefix(library, prefix) {
			return true
		}
	}
	return false
}

// problem names the entry that explains an error, and more words for it in pairs.
func (l *loaderLog) problem(w *investigation, f *loaderFile, e *loaderError, forGlibc bool) (name string, words []string) {
	switch {
	case e.kind == libraryBroken && strings.EqualFold(e.message.word("_reason"), "exec format error"):
		return "library-format", nil
	case e.kind == libraryBroken:
		return "library-unreadable", nil
	case forGlibc:
		if e.kind == libraryMissing && !ofGlibc(e.word) {
			if pkg := packageOf(e.word, w.release); pkg != "" && pkg != shim {
				words = []string{"also", pkg}
			}
		}
		return glibcEntry(e.subject(f), e.line.lower), words
	case e.kind == libraryMissing:
		return libraryProblem(w, e.word, f.name)
	case e.kind == relocationUnknown:
		return "relocation-unknown", nil
	}
	return l.symbolProblem(w, f, e.word)
}

// subject is the file that an error is about in truth: when the shim for glibc programs
// cannot be loaded itself, the one that needed it.
func (e *loaderError) subject(f *loaderFile) string {
	if by := e.message.word("_by"); by != "" && ofGlibc(baseName(f.name)) {
		return by
	}
	return f.name
}

func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// glibcEntry names the entry about a file for glibc, by who loads it.
func glibcEntry(file, line string) string {
	switch file := strings.ToLower(file); {
	case strings.HasSuffix(file, ".node") || strings.Contains(file, "node_modules/"):
		return "glibc-node-module"
	case strings.Contains(line, "unsatisfiedlinkerror"):
		return "glibc-java-library"
	case strings.Contains(file, "/gems/"):
		return "glibc-gem"
	case strings.Contains(file, "/site-packages/") || strings.Contains(file, "/dist-packages/"):
		return "glibc-python-module"
	case strings.Contains(line, "nif library"):
		return "glibc-nif"
	case strings.Contains(file, "libclntsh.so") || strings.Contains(line, "dpi-1047"):
		return "oracle-client"
	}
	return "glibc-program"
}

// libraryProblem names the entry about a missing library of a program for musl.
func libraryProblem(w *investigation, library, file string) (name string, words []string) {
	pkg := packageOf(library, w.release)
	switch {
	case w.triedByDotnet(library):
		return "dotnet-library", nil
	case (strings.HasPrefix(library, "libssl.so.1") || strings.HasPrefix(library, "libcrypto.so.1")) && isPrisma(file):
		return "prisma-openssl", nil
	case strings.HasPrefix(library, "libssl.so.1") || strings.HasPrefix(library, "libcrypto.so.1"):
		return "openssl-old", nil
	case strings.HasPrefix(library, "/") && file == "":
		return "library-path", []string{"base", baseName(library)}
	case pkg != "":
		return "library-missing", []string{"apk", pkg}
	}
	return "library-unknown", nil
}

func isPrisma(file string) bool {
	return strings.Contains(file, "query_engine") || strings.Contains(file, "schema-engine") || strings.Contains(file, "prisma")
}

// triedByDotnet tells whether a library is one of the names that .NET tries for one that it
// cannot load.
func (w *investigation) triedByDotnet(library string) bool {
	return slices.ContainsFunc(w.diagnoses, func(d *diagnosis) bool {
		return d.Name == "dotnet-library" && slices.ContainsFunc(d.Words("library"), func(name string) bool {
			return strings.Contains(baseName(library), strings.TrimPrefix(name, "lib"))
		})
	})
}

// symbolProblem names the entry about a missing symbol of a program for musl: often that of
// a library which would have had it.
func (l *loaderLog) symbolProblem(w *investigation, f *loaderFile, symbol string) (name string, words []string) {
	switch kind := kindOfSymbol(symbol); {
	case isPrisma(f.name):
		return "prisma-openssl", nil
	case kind == hostSymbol || f.isPlugin(): // ldd counts what the host and its libraries offer
		return "symbol-of-host", nil
	case kind == cxxSymbol && l.missesCxx():
		return "library-missing", nil
	case kind == cxxSymbol:
		return "libstdcxx-older", nil
	case kind == compatSymbol:
		return "symbol-of-compat", nil
	case kind == newerSymbol:
		version, release := firstWith(symbol)
		return "musl-older", []string{"musl", version, "release", release}
	case kind == lfs64Symbol:
		return "symbol-lfs64", nil
	}
	for _, from := range append([]*loaderFile{f}, l.files...) {
		for _, e := range from.errors {
			if e.kind == libraryMissing || e.kind == libraryBroken {
				name, _ := l.problem(w, from, e, false)
				return name, nil
			}
		}
	}
	return "symbol-unknown", nil
}

// isPlugin tells whether a file lacks what the program that loads it has.
func (f *loaderFile) isPlugin() bool {
	return slices.ContainsFunc(f.errors, func(e *loaderError) bool { return e.kind == symbolMissing && kindOfSymbol(e.word) == hostSymbol })
}

// missesCxx tells whether one of GCC's run-time libraries was not found.
func (l *loaderLog) missesCxx() bool {
	return slices.ContainsFunc(l.files, func(f *loaderFile) bool {
		return slices.ContainsFunc(f.errors, func(e *loaderError) bool {
			return e.kind == libraryMissing && (strings.HasPrefix(e.word, "libstdc++.so") || strings.HasPrefix(e.word, "libgcc_s.so") || strings.HasPrefix(e.word, "libc++"))
		})
	})
}
