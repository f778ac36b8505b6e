//go:build ignore

// This program rebuilds index.bin from the tables of lint/facts and from known.tsv and
// cxx-headers.tsv. With -cxx it writes cxx-headers.tsv instead: which headers of libc come with
// those of the g++ that is installed.
//
//	go run gen.go [-cxx] > FILE
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

const tables = "../../lint/facts/gen/"

// Kinds and bits, as index.go has them.
const (
	kindFunction = iota + 1
	kindMacro
	kindType
	kindConstant
	kindVariable
	kindTag
	kindHeader
	kindCXX
	kindKnown
	kindKeyword
	kindMember
	kindStream
	kindKernel

	infoMusl        = 1
	infoWarns       = 2
	infoOurs        = 4
	infoAddress     = 8
	infoAlways      = 16
	infoKernel      = 32
	infoInCondition = 64
	sinceShift      = 12
)

var kinds = map[string]int{"function": kindFunction, "macro": kindMacro, "type": kindType, "constant": kindConstant, "variable": kindVariable}

type set [4]uint64

type entry struct {
	word        string
	kind, info  int
	glibc, musl set
}

type builder struct {
	bits    map[string]int // of headers
	names   []string
	entries []entry
}

func main() {
	log.SetFlags(0)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if len(os.Args) > 1 && os.Args[1] == "-cxx" {
		writeCXX(out)
		return
	}
	b := builder{bits: map[string]int{}}
	b.headers()
	b.words()
	b.known()
	b.write(out)
}

// headers are those of both libcs.
func (b *builder) headers() {
	glibc, musl := nested(tables+"glibc-nested.tsv"), nested("../../lint/facts/nested.tsv")
	all := map[string]bool{}
	for header := range facts.Headers() {
		all[header] = true
	}
	for header := range glibc {
		all[header] = true
	}
	for header := range musl {
		all[header] = true
	}
	for _, header := range slices.Sorted(maps.Keys(all)) {
		h, _ := facts.LookupHeader(header)
		first, _, _ := strings.Cut(header, "/")
		if h.State == "package" || strings.HasSuffix(header, "*") || first == "bits" || first == "gnu" && header != "gnu/libc-version.h" || first == "asm" {
			continue
		}
		info := 0
		switch h.State {
		case "yes":
			info = infoMusl
		case "warns":
			info = infoMusl | infoWarns
		}
		if info != 0 {
			b.bits[header] = len(b.names)
			b.names = append(b.names, header)
		}
		b.entries = append(b.entries, entry{word: "<" + header, kind: kindHeader, info: info, glibc: b.set([]string{header})})
	}
	if len(b.names) > 256 {
		log.Fatalf("%d headers", len(b.names))
	}
	kernel := map[string]*entry{}
	of := func(header string) *entry {
		if kernel[header] == nil {
			kernel[header] = &entry{word: "<" + header, kind: kindKernel, info: infoMusl}
		}
		return kernel[header]
	}
	for first := range facts.ConflictHeaders() {
		for _, second := range facts.Conflicts(first) {
			if _, libc := b.bits[second]; libc {
				add(&of(first).glibc, b.set([]string{second}))
			} else {
				add(&of(second).musl, b.set([]string{first}))
			}
		}
	}
	for _, header := range slices.Sorted(maps.Keys(kernel)) {
		b.entries = append(b.entries, *kernel[header])
	}
	for _, c := range rows("cxx-headers.tsv") {
		b.entries = append(b.entries, entry{word: "<" + c[0], kind: kindCXX, info: infoMusl, glibc: b.set(strings.Fields(c[1]))})
	}
}

func nested(file string) map[string][]string {
	with := map[string][]string{}
	for _, c := range rows(file) {
		with[c[0]] = strings.Fields(c[1])
	}
	return with
}

func (b *builder) set(headers []string) (s set) {
	for _, header := range headers {
		if bit, ok := b.bits[header]; ok {
			s[bit/64] |= 1 << (bit % 64)
		}
	}
	return s
}

func add(s *set, o set) {
	for i := range s {
		s[i] |= o[i]
	}
}

// bringers returns the headers that include one of some headers, and these.
func bringers(with map[string][]string, owners []string) []string {
	seen := map[string]bool{}
	for _, owner := range owners {
		seen[owner] = true
	}
	for again := true; again; {
		again = false
		for header, children := range with {
			if !seen[header] && slices.ContainsFunc(children, func(child string) bool { return seen[child] }) {
				seen[header], again = true, true
			}
		}
	}
	return slices.Collect(maps.Keys(seen))
}

var versions = strings.Fields("1.1.24 1.2.0 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.2.6")

// words are the names that come with other headers, or with none.
func (b *builder) words() {
	glibc, musl := nested(tables+"glibc-nested.tsv"), nested("../../lint/facts/nested.tsv")
	always := map[string]bool{"strerror_r": true}
	for _, name := range facts.DeclaredOnly("") {
		always[name] = true
	}
	inCondition := strings.Fields("__GLIBC_PREREQ __GNUC_PREREQ __glibc_clang_prereq")
	for _, c := range rows(tables + "brought.tsv") {
		name, owners := c[0], strings.Fields(c[2])
		glibcSet, muslSet := b.set(bringers(glibc, owners)), b.set(bringers(musl, strings.Fields(c[3])))
		e := entry{word: name, kind: kinds[c[1]], glibc: glibcSet, musl: muslSet}
		// A name that only headers have which musl lacks is missed together with them.
		if (glibcSet == set{}) || onlyKernel(strings.Fields(c[3])) {
			continue
		}
		if tag, word, ok := strings.Cut(name, " "); ok && tag != "" {
			e.word, e.kind = word, kindTag
		}
		if i, ok := facts.LookupInterface(name); ok {
			if strings.HasPrefix(i.Instead, "include linux/") {
				e.info |= infoKernel
			}
			e.info |= max(0, slices.Index(versions, i.Since)) << sinceShift
		}
		if slices.Contains(inCondition, name) {
			e.info |= infoInCondition
		}
		if always[name] {
			e.info |= infoAlways
			e.musl = set{}
			delete(always, name)
		}
		b.entries = append(b.entries, e)
	}
	for name := range always {
		i, ok := facts.LookupInterface(name)
		if !ok {
			log.Fatalf("no interface %s", name)
		}
		b.entries = append(b.entries, entry{word: name, kind: kindFunction, info: infoAlways, glibc: b.set(bringers(glibc, i.Musl))})
	}
}

// onlyKernel reports whether musl has a name in those headers alone that are made of the kernel's.
func onlyKernel(headers []string) bool {
	for _, header := range headers {
		if !slices.Contains([]string{"sys/kd.h", "sys/soundcard.h", "sys/vt.h"}, header) {
			return false
		}
	}
	return len(headers) > 0
}

// known are the words of known.tsv: what they are, and the words.
func (b *builder) known() {
	for _, c := range rows("known.tsv") {
		for word := range strings.FieldsSeq(c[1]) {
			e := entry{word: word}
			switch c[0] {
			case "defined":
				e.kind, e.info = kindKnown, infoMusl
			case "undefined":
				e.kind = kindKnown
			case "keyword":
				e.kind = kindKeyword
			case "member":
				e.kind = kindMember
			case "layout":
				e.kind, e.info = kindTag, infoAlways
			case "stream":
				e.kind = kindStream
			case "address":
				e.kind, e.info = kindFunction, infoAddress
			default:
				log.Fatalf("known.tsv: %s", c[0])
			}
			if i := slices.IndexFunc(b.entries, func(o entry) bool { return o.word == word && (o.kind == kindTag) == (e.kind == kindTag) }); i >= 0 {
				if e.kind == kindKnown && b.entries[i].kind == kindMacro {
					b.entries[i].info |= infoOurs
					continue
				}
				if e.kind == kindStream {
					b.entries[i] = e
					continue
				}
				log.Fatalf("%s is twice there", word)
			}
			b.entries = append(b.entries, e)
		}
	}
}

func (b *builder) write(out *bufio.Writer) {
	slots := 1
	for slots < 2*len(b.entries) {
		slots *= 2
	}
	var sets []set
	number := map[set]int{}
	numberOf := func(s set) int {
		n, ok := number[s]
		if !ok {
			n = len(sets)
			number[s] = n
			sets = append(sets, s)
		}
		return n
	}
	var words, records bytes.Buffer
	table := make([]uint16, slots)
	for i, e := range b.entries {
		record := binary.LittleEndian.AppendUint32(nil, uint32(words.Len()))
		record = append(record, byte(len(e.word)), byte(e.kind))
		record = binary.LittleEndian.AppendUint16(record, uint16(numberOf(e.glibc)))
		record = binary.LittleEndian.AppendUint16(record, uint16(numberOf(e.musl)))
		record = binary.LittleEndian.AppendUint16(record, uint16(e.info))
		records.Write(record)
		words.WriteString(e.word)
		hash := uint32(2166136261)
		for _, c := range []byte(e.word) {
			hash = (hash ^ uint32(c)) * 16777619
		}
		slot := int(hash^hash>>15) & (slots - 1)
		for table[slot] != 0 {
			slot = (slot + 1) & (slots - 1)
		}
		table[slot] = uint16(i + 1)
	}
	headers := strings.Join(b.names, "\n") + "\n"
	for _, n := range []int{slots, len(b.entries), len(sets), words.Len(), len(headers)} {
		binary.Write(out, binary.LittleEndian, uint32(n))
	}
	binary.Write(out, binary.LittleEndian, table)
	out.Write(records.Bytes())
	binary.Write(out, binary.LittleEndian, sets)
	out.Write(words.Bytes())
	out.WriteString(headers)
	fmt.Fprintf(os.Stderr, "%d words, %d sets, %d slots, %d headers\n", len(b.entries), len(sets), slots, len(b.names))
}

// rows returns the rows of a table without its header.
func rows(file string) [][]string {
	content, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(content)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	return rows[1:]
}

// writeCXX asks g++ which headers of libc its own include.
func writeCXX(out *bufio.Writer) {
	folders, err := filepath.Glob("/usr/include/c++/*")
	if err != nil || folders == nil {
		log.Fatal("no headers of C++")
	}
	folder := folders[len(folders)-1]
	files, err := os.ReadDir(folder)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(out, "header\tlibc")
	for _, file := range files {
		if file.IsDir() || strings.HasSuffix(file.Name(), ".h") {
			continue
		}
		cmd := exec.Command("g++", "-H", "-fsyntax-only", "-std=gnu++20", "-x", "c++", "-")
		cmd.Stdin = strings.NewReader("#include <" + file.Name() + ">\n")
		var tree bytes.Buffer
		cmd.Stderr = &tree
		if err := cmd.Run(); err != nil {
			log.Printf("%s: %v", file.Name(), err)
			continue
		}
		with := map[string]bool{}
		inside := 0 // depth of the header of libc that the lines are below, 0 for none
		for line := range strings.Lines(tree.String()) {
			dots, path, ok := strings.Cut(strings.TrimSpace(line), " ")
			if !ok || strings.Trim(dots, ".") != "" || dots == "" {
				continue
			}
			depth := len(dots)
			if inside > 0 && depth > inside {
				continue
			}
			inside = 0
			for _, root := range []string{"/usr/include/x86_64-linux-gnu/", "/usr/include/"} {
				name, ok := strings.CutPrefix(path, root)
				if ok && !strings.HasPrefix(name, "c++/") {
					if !strings.HasPrefix(name, "bits/") && !strings.HasPrefix(name, "asm/") && !strings.HasPrefix(name, "x86_64-linux-gnu/") && !strings.HasPrefix(name, "linux/") {
						with[name] = true
					}
					inside = depth
					break
				}
			}
			if base := filepath.Base(path); strings.Contains(path, "/lib/gcc/") && slices.Contains([]string{"stddef.h", "stdarg.h", "stdint.h", "limits.h", "float.h"}, base) {
				with[base] = true
			}
		}
		fmt.Fprintf(out, "%s\t%s\n", file.Name(), strings.Join(slices.Sorted(maps.Keys(with)), " "))
	}
}
