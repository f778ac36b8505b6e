package loader

import (
	"strings"

	"github.com/musllint/musllint/lint/elf"
)

// arch is what the loader's code for one architecture says: arch/*/reloc.h of musl.
type arch struct {
	name     string // OCI's
	ldso     string // LDSO_ARCH, as in ld-musl-x86_64.so.1
	machine  elf.Machine
	layout   elf.Layout
	relative uint32
	kinds    []relocation
}

// relocation is a type that the loader processes.
type relocation struct {
	number uint32
	kind   kind
	since  string // version of musl, empty: always
}

// kind is what a relocation does, as far as it decides about errors.
type kind uint8

const (
	unsupported kind = iota
	plain            // takes an address: SYMBOLIC, OFFSET, RELATIVE
	got              // GLOB_DAT: plain, but may wait for a later dlopen
	plt              // JUMP_SLOT: like got, and wants a definition
	copied           // COPY: from any object but the program itself
	tlsModule        // DTPMOD
	tlsOffset        // DTPOFF
	tlsStatic        // TPOFF: the offset of a variable in static TLS
	tlsDesc          // TLSDESC
)

var (
	little32 = elf.Layout{Bits: 32}
	little64 = elf.Layout{Bits: 64}
	big64    = elf.Layout{Bits: 64, Big: true}
)

var arches = []arch{
	{"amd64", "x86_64", elf.MX8664, little64, 8, []relocation{
		{1, plain, ""}, {2, plain, ""}, {5, copied, ""}, {6, got, ""}, {7, plt, ""}, {8, plain, ""},
		{16, tlsModule, ""}, {17, tlsOffset, ""}, {18, tlsStatic, ""}, {36, tlsDesc, ""},
	}},
	{"arm64", "aarch64", elf.MAARCH64, little64, 1027, []relocation{
		{257, plain, ""}, {1024, copied, ""}, {1025, got, ""}, {1026, plt, ""}, {1027, plain, ""},
		{1028, tlsModule, ""}, {1029, tlsOffset, ""}, {1030, tlsStatic, ""}, {1031, tlsDesc, ""},
	}},
	{"arm/v7", "armhf", elf.MARM, little32, 23, armRelocations},
	{"arm/v6", "armhf", elf.MARM, little32, 23, armRelocations},
	{"386", "i386", elf.M386, little32, 8, []relocation{
		{1, plain, ""}, {2, plain, ""}, {5, copied, ""}, {6, got, ""}, {7, plt, ""}, {8, plain, ""},
		{14, tlsStatic, ""}, {35, tlsModule, ""}, {36, tlsOffset, ""}, {37, tlsStatic, ""}, {41, tlsDesc, ""},
	}},
	{"ppc64le", "powerpc64le", elf.MPPC64, little64, 22, []relocation{
		{38, plain, ""}, {43, plain, "1.1.24"}, {19, copied, ""}, {20, got, ""}, {21, plt, ""}, {22, plain, ""},
		{68, tlsModule, ""}, {73, tlsStatic, ""}, {78, tlsOffset, ""},
	}},
	{"s390x", "s390x", elf.MS390, big64, 12, []relocation{
		{22, plain, ""}, {9, copied, ""}, {10, got, ""}, {11, plt, ""}, {12, plain, ""},
		{54, tlsModule, ""}, {55, tlsOffset, ""}, {56, tlsStatic, ""},
	}},
	{"riscv64", "riscv64", elf.MRISCV, little64, 3, []relocation{
		{2, plain, ""}, {3, plain, ""}, {4, copied, ""}, {5, plt, ""},
		{7, tlsModule, ""}, {9, tlsOffset, ""}, {11, tlsStatic, ""}, {12, tlsDesc, "1.2.5"},
	}},
	{"loong64", "loongarch64", elf.MLOONG, little64, 3, []relocation{
		{2, plain, ""}, {3, plain, ""}, {4, copied, ""}, {5, plt, ""},
		{7, tlsModule, ""}, {9, tlsOffset, ""}, {11, tlsStatic, ""}, {14, tlsDesc, "1.2.6"},
	}},
}

// TLS descriptors came to 32-bit ARM with musl 1.1.21 (commit 0beb9dfb).
var armRelocations = []relocation{
	{2, plain, ""}, {20, copied, ""}, {21, got, ""}, {22, plt, ""}, {23, plain, ""},
	{17, tlsModule, ""}, {18, tlsOffset, ""}, {19, tlsStatic, ""}, {13, tlsDesc, "1.1.21"},
}

func archOf(name string) *arch {
	for i := range arches {
		if arches[i].name == name {
			return &arches[i]
		}
	}
	return nil
}

func archNames() string {
	var names []string
	for _, a := range arches {
		names = append(names, a.name)
	}
	return strings.Join(names, ", ")
}

// ArchOf returns OCI's name of the architecture that a file was made for, empty where no
// Alpine runs on it. ARM files count as ARMv7.
func ArchOf(m elf.Machine, l elf.Layout) string {
	for _, a := range arches {
		if a.machine == m && a.layout == l {
			return a.name
		}
	}
	return ""
}

// maxKind is above the numbers of all types.
const maxKind = 1032
