package shadow

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/musllint/musllint/lint/elf"
)

// muslHeaders is a folder with musl's headers.
type muslHeaders struct {
	Dir     string
	Version string // the oldest of the known versions that has all they have
	CXX     string
}

// searchMusl looks for musl's headers for an architecture where systems and toolchains have
// them, and returns the places that it looked at. sysroot is what the user says, path the
// folders of programs.
func searchMusl(arch, sysroot, path string) (found muslHeaders, places []string, err error) {
	try := func(dir string) bool {
		dir = filepath.Clean(dir)
		places = append(places, dir)
		if !isMusl(dir) || !isFor(dir, arch) {
			return false
		}
		found = muslHeaders{Dir: dir, Version: versionOf(dir)}
		return true
	}
	if sysroot != "" {
		for _, below := range [...]string{"usr/include", "include", "."} {
			if try(filepath.Join(sysroot, below)) {
				return found, places, nil
			}
		}
		return found, places, fmt.Errorf("%w: MUSLCC_SYSROOT=%s has no headers of musl for %s in it, in its include or in its usr/include", ErrNone, sysroot, arch)
	}
	names := triples(arch)
	for _, name := range names {
		for _, dir := range [...]string{"/usr/include/" + name, "/usr/" + name + "/include", "/usr/" + name + "/usr/include"} {
			if try(dir) {
				return found, places, nil
			}
		}
	}
	for _, name := range append(prefixed(names, "-gcc"), "musl-gcc") {
		for _, dir := range filepath.SplitList(path) {
			program := filepath.Join(dir, name)
			if info, err := os.Stat(program); err != nil || info.IsDir() {
				continue
			}
			if real, err := filepath.EvalSymlinks(program); err == nil {
				program = real
			}
			root := filepath.Dir(filepath.Dir(program))
			triple := strings.TrimSuffix(name, "-gcc")
			for _, below := range [...]string{triple + "/include", triple + "/sysroot/usr/include", triple + "/sysroot/include", "musl/include", "include", "sysroot/usr/include"} {
				if try(filepath.Join(root, below)) {
					return found, places, nil
				}
			}
		}
	}
	for _, dir := range [...]string{"/usr/local/musl/include", "/usr/lib/musl/include", "/opt/musl/include", "/usr/musl/include"} {
		if try(dir) {
			return found, places, nil
		}
	}
	for _, name := range names {
		for _, root := range [...]string{"/opt", "/opt/cross", "/usr/local", "/usr/local/opt/musl-cross/libexec", "/opt/homebrew/opt/musl-cross/libexec"} {
			for _, dir := range [...]string{name, name + "-cross/" + name, name + "-native"} {
				if try(filepath.Join(root, dir, "include")) {
					return found, places, nil
				}
			}
		}
	}
	return found, places, fmt.Errorf("%w: install them (Debian, Ubuntu: apt-get install musl-dev; Fedora: dnf install musl-devel; Arch: pacman -S musl), "+
		"or set MUSLCC_SYSROOT to a folder that has them in include", ErrNone)
}

func prefixed(names []string, suffix string) []string {
	out := make([]string, 0, len(names)+1)
	for _, name := range names {
		out = append(out, name+suffix)
	}
	return out
}

// isMusl reports whether a folder has the headers of musl and no other libc's.
func isMusl(dir string) bool {
	types, err := os.ReadFile(filepath.Join(dir, "bits", "alltypes.h"))
	if err != nil || !bytes.Contains(types, []byte("__NEED_size_t")) {
		return false
	}
	features, err := os.ReadFile(filepath.Join(dir, "features.h"))
	return err == nil && !bytes.Contains(features, []byte("__GLIBC__"))
}

// isFor reports whether headers may be for an architecture. They do not say it; their library
// does, where it is.
func isFor(dir, arch string) bool {
	base := filepath.Base(filepath.Dir(dir))
	for _, place := range [...]string{"../lib/libc.so", "../lib/libc.musl-" + arch + ".so.1", "../../lib/libc.so", "../../lib/ld-musl-" + arch + ".so.1", "../../lib/" + filepath.Base(dir) + "/libc.so", "../../lib/" + base + "/libc.so"} {
		if id, err := identify(filepath.Join(dir, place)); err == nil {
			return mayBe(arch, id.Machine, id.Bits)
		}
	}
	return true
}

// identify reads what the beginning of an ELF file says.
func identify(path string) (elf.Ident, error) {
	f, err := os.Open(path)
	if err != nil {
		return elf.Ident{}, err
	}
	defer f.Close()
	head := make([]byte, elf.IdentSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return elf.Ident{}, err
	}
	return elf.Identify(head)
}

// mayBe is true of architectures that it does not know.
func mayBe(arch string, machine elf.Machine, bits int) bool {
	want, wide := elf.MNone, 64
	switch arch {
	case "x86_64":
		want = elf.MX8664
	case "x32":
		want, wide = elf.MX8664, 32
	case "i386":
		want, wide = elf.M386, 32
	case "aarch64":
		want = elf.MAARCH64
	case "arm", "armhf":
		want, wide = elf.MARM, 32
	case "riscv64":
		want = elf.MRISCV
	case "s390x":
		want = elf.MS390
	case "powerpc64le":
		want = elf.MPPC64
	case "loongarch64":
		want = elf.MLOONG
	}
	return want == elf.MNone || want == machine && wide == bits
}

// signs tell versions of musl apart, the newest first: a word of a header that is there since.
var signs = [...]struct{ version, header, word string }{
	{"1.2.6", "stdio.h", "renameat2"},
	{"1.2.5", "sys/uio.h", "preadv2"},
	{"1.2.4", "elf.h", "DT_RELR"},
	{"1.2.3", "stdlib.h", "qsort_r"},
	{"1.2.2", "stdlib.h", "reallocarray"},
	{"1.2.1", "pthread.h", "PTHREAD_NULL"},
	{"1.2.0", "sys/prctl.h", "PR_TAGGED_ADDR_ENABLE"},
}

// versionOf returns the version of musl that headers are from; 1.1.24 for all before 1.2.0.
func versionOf(dir string) string {
	for _, sign := range signs {
		if text, err := os.ReadFile(filepath.Join(dir, sign.header)); err == nil && bytes.Contains(text, []byte(sign.word)) {
			return sign.version
		}
	}
	return "1.1.24"
}
