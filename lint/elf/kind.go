package elf

import (
	"bytes"
	"slices"
)

// OSABI is the byte of the header that names an operating system. Linux is 0, or 3 where a
// file uses an extension of GNU.
type OSABI uint8

// The systems that are told apart.
const (
	ABISystemV OSABI = 0
	ABINetBSD  OSABI = 2
	ABILinux   OSABI = 3
	ABISolaris OSABI = 6
	ABIFreeBSD OSABI = 9
	ABIOpenBSD OSABI = 12
)

// OSABI returns the operating system that the header names.
func (f *File) OSABI() OSABI {
	head, err := f.image.file(0, 8, "the ELF header")
	if err != nil {
		return ABISystemV
	}
	return OSABI(head[7])
}

// packerHead is how far behind the program headers UPX writes its mark, and more.
const packerHead = 64

// Packer returns the program that the file was packed with, "upx", empty when it was not. A
// packed file tells nothing about the one inside.
func (f *File) Packer() string {
	n := uint64(len(f.Segments))
	entry, header := uint64(segment64), uint64(header64)
	if f.Bits == 32 {
		entry, header = segment32, header32
	}
	if n == 0 || n > 16 {
		return ""
	}
	b, err := f.image.file(header+n*entry, min(packerHead, f.image.size-min(f.image.size, header+n*entry)), "the head")
	if err == nil && bytes.Contains(b, []byte("UPX!")) {
		return "upx"
	}
	return ""
}

// goBuildInfo is what the linker of Go puts at the start of the data.
const goBuildInfo = "\xff Go buildinf:"

// Language returns "go" or "rust" where the file says so. Go marks what it links with a note
// and with a mark in the data; Rust is known by a hint alone, in the section .comment, which
// strip keeps.
func (f *File) Language() string {
	if slices.Contains(f.Notes(), NoteGoBuildID) || f.hasGoBuildInfo() {
		return "go"
	}
	if comment := f.section(".comment"); comment.size > 0 {
		if b, err := f.image.file(comment.offset, min(comment.size, 1<<12), ".comment"); err == nil && bytes.Contains(b, []byte("rustc")) {
			return "rust"
		}
	}
	return ""
}

func (f *File) hasGoBuildInfo() bool {
	for _, s := range f.Segments {
		if s.Type != PTLoad || s.Flags&FlagWrite == 0 {
			continue
		}
		b, err := f.image.file(s.Offset, min(s.FileSize, uint64(len(goBuildInfo))), "the data")
		if err == nil && string(b) == goBuildInfo {
			return true
		}
	}
	return false
}

// HasNoCode reports whether the code of the file was taken away, as in a file that holds
// debugging information only.
func (f *File) HasNoCode() bool {
	text := f.section(".text")
	return text.kind == sectionNoBits && text.flags&sectionExecute != 0
}
