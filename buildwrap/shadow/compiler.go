package shadow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// description is what a compiler says of itself.
type description struct {
	Clang bool
	Major int
	Arch  string // as in the names of musl's triples: "x86_64", "armhf"
	// C and CXX are the folders that it searches, in order and without .. in them.
	C   []string
	CXX []string
}

// describe asks a compiler for its kind, version, architecture and folders.
func describe(ctx context.Context, words, env []string) (*description, error) {
	d := &description{}
	env = plainEnvironment(env, Variables[:]...)
	for _, language := range [...]string{"c", "c++"} {
		r, err := run(ctx, append(words[:len(words):len(words)], "-E", "-v", "-dM", "-x", language, "/dev/null"), "/", env)
		if err != nil {
			return nil, err
		}
		if !r.ok {
			if language == "c++" {
				break // a compiler of C alone
			}
			line, _, _ := bytes.Cut(bytes.TrimSpace(r.stderr), []byte("\n"))
			return nil, fmt.Errorf("%w: %s -E -v: %s", ErrUnsupported, words[0], line)
		}
		dirs := searched(r.stderr)
		if language == "c++" {
			d.CXX = dirs
			break
		}
		d.C = dirs
		if err := d.version(r.stderr); err != nil {
			return nil, fmt.Errorf("%w: %s %w", ErrUnsupported, words[0], err)
		}
		if !bytes.Contains(r.stdout, []byte("#define __linux__ ")) {
			return nil, fmt.Errorf("%w: %s does not compile for Linux", ErrUnsupported, words[0])
		}
		d.Arch = architecture(r.stdout)
	}
	return d, nil
}

// searched returns the folders between "search starts here" and "End of search list".
func searched(text []byte) []string {
	_, text, _ = bytes.Cut(text, []byte("#include <...> search starts here:\n"))
	text, _, _ = bytes.Cut(text, []byte("End of search list"))
	var dirs []string
	for line := range strings.Lines(string(text)) {
		dir := strings.TrimSuffix(strings.TrimSpace(line), " (framework directory)")
		if filepath.IsAbs(dir) {
			dirs = append(dirs, filepath.Clean(dir))
		}
	}
	return dirs
}

// version reads "gcc version 12.2.0" or "Debian clang version 14.0.6"; Apple's counts otherwise.
func (d *description) version(text []byte) error {
	for line := range strings.Lines(string(text)) {
		number, gcc := strings.CutPrefix(line, "gcc version ")
		if !gcc {
			var clang bool
			if _, number, clang = strings.Cut(line, "clang version "); !clang {
				continue
			}
		}
		number, _, _ = strings.Cut(number, ".")
		if n, err := strconv.Atoi(strings.TrimSpace(number)); err == nil {
			d.Clang, d.Major = !gcc, n
			return nil
		}
	}
	return errors.New("is neither GCC nor Clang")
}

// architectures are the macros by which compilers say what they compile for. The first that is
// defined counts.
var architectures = [...]struct{ macro, arch string }{
	{"__ILP32__ __x86_64__", "x32"}, {"__x86_64__", "x86_64"}, {"__i386__", "i386"},
	{"__AARCH64EB__", "aarch64_be"}, {"__aarch64__", "aarch64"},
	{"__ARMEB__", "armeb"}, {"__ARM_PCS_VFP", "armhf"}, {"__arm__", "arm"},
	{"__powerpc64__ _LITTLE_ENDIAN", "powerpc64le"}, {"__powerpc64__", "powerpc64"}, {"__powerpc__", "powerpc"},
	{"__s390x__", "s390x"}, {"__riscv __LP64__", "riscv64"}, {"__riscv", "riscv32"}, {"__loongarch64", "loongarch64"},
	{"__mips64 __MIPSEL__", "mips64el"}, {"__mips64", "mips64"}, {"__mips__ __MIPSEL__", "mipsel"}, {"__mips__", "mips"},
	{"__m68k__", "m68k"}, {"__sh__", "sh4"}, {"__or1k__", "or1k"}, {"__microblaze__", "microblaze"},
}

// architecture reads the compiler's own macros, as -dM prints them.
func architecture(macros []byte) string {
	defined := func(name string) bool { return bytes.Contains(macros, []byte("#define "+name+" ")) }
	for _, a := range architectures {
		all := true
		for name := range strings.FieldsSeq(a.macro) {
			all = all && defined(name)
		}
		if all {
			return a.arch
		}
	}
	return ""
}

// triples are the names of musl's headers' folders and compilers for an architecture.
func triples(arch string) []string {
	switch arch {
	case "i386":
		return []string{"i386-linux-musl", "i686-linux-musl", "i586-linux-musl", "i486-linux-musl"}
	case "armhf":
		return []string{"arm-linux-musleabihf", "armv7l-linux-musleabihf", "armv6-linux-musleabihf", "armv7-linux-musleabihf"}
	case "arm", "armeb":
		return []string{arch + "-linux-musleabi"}
	case "x32":
		return []string{"x86_64-linux-muslx32"}
	case "powerpc64le":
		return []string{"powerpc64le-linux-musl", "ppc64le-linux-musl"}
	case "":
		return nil
	}
	return []string{arch + "-linux-musl"}
}

// format is how messages are asked for: a line each, columns in bytes, as many as there are.
func (d *description) format() []string {
	if d.Clang {
		return []string{"-fno-caret-diagnostics", "-fno-color-diagnostics", "-ferror-limit=0", "-fmessage-length=0", "-fno-diagnostics-fixit-info"}
	}
	flags := []string{"-fno-diagnostics-show-caret", "-fmessage-length=0", "-fmax-errors=0"}
	if d.Major >= 11 {
		flags = append(flags, "-fdiagnostics-column-unit=byte")
	}
	return flags
}

// strict makes errors of what compilers for musl systems refuse: GCC since 14, Clang since 16,
// in C alone. A project's own -Wno-… comes behind and has the last word, as it has there.
func (d *description) strict(language string) []string {
	switch {
	case language != "c" && language != "objective-c":
		return nil
	case !d.Clang && d.Major < 5: // does not know the other two
		return []string{"-Werror=implicit-function-declaration"}
	}
	return []string{"-Werror=implicit-function-declaration", "-Werror=int-conversion", "-Werror=incompatible-pointer-types"}
}

// shape are the options of a unit that decide about the architecture and the folders.
func shape(options []string) []string {
	var out []string
	for i := 0; i < len(options); i++ {
		o := options[i]
		switch {
		case o == "-target" || o == "--sysroot" || o == "-isysroot" || o == "-B" || o == "-gcc-toolchain" || o == "-resource-dir":
			if i+1 < len(options) {
				out = append(out, o, options[i+1])
				i++
			}
		case o == "-I" || o == "-D" || o == "-U" || o == "-include" || o == "-isystem" || o == "-iquote" || o == "-idirafter" || o == "-imacros":
			i++
		case o == "-m32", o == "-m64", o == "-mx32", o == "-m16", o == "-EB", o == "-EL", o == "-mbig-endian", o == "-mlittle-endian",
			strings.HasPrefix(o, "-mabi="), strings.HasPrefix(o, "-mfloat-abi="), strings.HasPrefix(o, "--target="),
			strings.HasPrefix(o, "--sysroot="), strings.HasPrefix(o, "-isysroot"), strings.HasPrefix(o, "-stdlib="),
			strings.HasPrefix(o, "-B"), strings.HasPrefix(o, "--gcc-toolchain="), strings.HasPrefix(o, "-resource-dir="):
			out = append(out, o)
		}
	}
	return out
}
