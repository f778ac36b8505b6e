//go:build ignore

// This program rebuilds headers.tsv.
//
//	go run gen/headers.go gen/headers-byhand.tsv musl-headers.txt hidden.tsv functions.tsv macros.tsv fallbacks.tsv > headers.tsv
//
// headers-byhand.tsv says of headers whether musl has them and what to use instead (header,
// state, what it is, package, last release of Alpine with it, instead, evidence). The other inputs come from comparing the
// headers of glibc 2.36 with musl's: musl-headers.txt lists what musl installs, one a line;
// hidden.tsv are names that come with a header of glibc by accident (header, kind, name,
// headers of musl that have it); functions.tsv and macros.tsv are the names that musl's headers
// lack (name, headers of glibc, class, then 1 or 0 for each version of musl, 1.2.5 in the last
// but one and the fifth column); fallbacks.tsv counts the projects that define a macro
// themselves where it is missing (number, macro).
package main

import (
	"cmp"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// preferred are the headers that people include for a name, the likeliest first.
var preferred = strings.Fields(`sys/types.h stdint.h stddef.h stdlib.h stdio.h string.h unistd.h time.h sys/time.h signal.h
	sys/select.h limits.h fcntl.h sys/stat.h endian.h sys/ioctl.h sys/wait.h sys/socket.h netinet/in.h arpa/inet.h
	sys/uio.h sys/param.h sys/resource.h sys/times.h sys/statfs.h sys/statvfs.h locale.h pthread.h sched.h sys/ipc.h getopt.h`)

// usual are names that the list of headers in hidden.tsv, which prefers the smallest ones,
// gives to a header that nobody would include for them.
var usual = map[string]string{
	"sigset_t": "signal.h", "timespec": "time.h", "timeval": "sys/time.h", "locale_t": "locale.h", "FILE": "stdio.h",
	"BIG_ENDIAN": "endian.h", "BYTE_ORDER": "endian.h", "LITTLE_ENDIAN": "endian.h", "PDP_ENDIAN": "endian.h",
}

func init() {
	for _, name := range strings.Fields(`off_t pid_t uid_t gid_t ino_t mode_t key_t ssize_t time_t id_t dev_t nlink_t blkcnt_t
		blksize_t fsblkcnt_t fsfilcnt_t clock_t clockid_t timer_t suseconds_t`) {
		usual[name] = "sys/types.h"
	}
	for _, bits := range []string{"16", "32", "64"} {
		for _, name := range []string{"be" + bits + "toh", "le" + bits + "toh", "htobe" + bits, "htole" + bits} {
			usual[name] = "endian.h"
		}
	}
}

// row is a header.
type row struct {
	state, what, pkg, until, instead, evidence string
	brings                                     map[string][]string // header of musl → names
	lacks                                      []string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 7 {
		log.Fatal("usage: go run gen/headers.go gen/headers-byhand.tsv musl-headers.txt hidden.tsv functions.tsv macros.tsv fallbacks.tsv > headers.tsv")
	}
	rows := map[string]*row{}
	for _, c := range read(os.Args[1])[1:] {
		rows[c[0]] = &row{state: c[1], what: c[2], pkg: c[3], until: c[4], instead: c[5], evidence: c[6], brings: map[string][]string{}}
	}
	for _, c := range read(os.Args[2]) {
		if rows[c[0]] == nil {
			rows[c[0]] = &row{state: "yes", evidence: "headers", brings: map[string][]string{}}
		}
	}
	hidden(rows, read(os.Args[3])[1:])
	functions(rows, read(os.Args[4])[1:])
	macros(rows, read(os.Args[5])[1:], read(os.Args[6]))
	fmt.Println("header\tmusl\twhat\tpackage\tuntil\tinstead\tbrings on glibc\tlacks\tevidence")
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		r := rows[name]
		slices.Sort(r.lacks)
		fmt.Println(strings.Join([]string{name, r.state, r.what, r.pkg, r.until, r.instead, r.bringsText(), strings.Join(slices.Compact(r.lacks), " "), r.evidence}, "\t"))
	}
}

// hidden adds what a header brings on glibc by accident.
func hidden(rows map[string]*row, table [][]string) {
	for _, c := range table {
		header, name, has := c[0], c[2], strings.Split(c[3], ",")
		if r := rows[header]; r != nil && r.state == "yes" && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "va_") && c[3] != "sys/soundcard.h" && !slices.Contains(has, header) {
			_, tag, tagged := strings.Cut(name, " ") // struct, union
			if tagged {
				name = tag
			}
			best := usual[name]
			if best == "" {
				best = slices.MinFunc(has, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
			}
			if best != header {
				r.brings[best] = append(r.brings[best], name)
			}
		}
	}
}

func rank(header string) int {
	if i := slices.Index(preferred, header); i >= 0 {
		return i
	}
	return len(preferred)
}

// bringsText writes the headers to include with up to five names each: "sys/types.h:u_int,ulong".
func (r *row) bringsText() string {
	var groups []string
	for _, header := range slices.SortedFunc(maps.Keys(r.brings), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b))
	}) {
		names := r.brings[header]
		// Functions and types are what a compiler misses first, and some are in every program.
		slices.SortStableFunc(names, func(a, b string) int {
			return cmp.Or(cmp.Compare(common(a), common(b)), cmp.Compare(upper(a), upper(b)))
		})
		if len(names) > 5 {
			names = append(names[:5:5], "…")
		}
		groups = append(groups, header+":"+strings.Join(names, ","))
	}
	return strings.Join(groups, " ")
}

// frequent are names that many sources use.
var frequent = strings.Fields(`u_int ulong uint u_char size_t ssize_t off_t pid_t uid_t gid_t mode_t time_t clock_t select fd_set
	timeval timespec socklen_t uint8_t intptr_t`)

func common(name string) int {
	if i := slices.Index(frequent, name); i >= 0 {
		return i
	}
	return len(frequent)
}

func upper(name string) int {
	if strings.ToUpper(name) == name {
		return 1
	}
	return 0
}

// functions adds public functions that musl's header does not declare.
func functions(rows map[string]*row, table [][]string) {
	for _, c := range table {
		if r := home(rows, c[1]); r != nil && c[2] == "public" && c[5] == "0" && c[len(c)-1] == "0" {
			r.lacks = append(r.lacks, c[0])
		}
	}
}

// macros adds the missing macros that at least two projects had to define themselves.
func macros(rows map[string]*row, table, fallbacks [][]string) {
	wanted := map[string]bool{}
	for _, c := range fallbacks {
		if n, err := strconv.Atoi(c[0]); err == nil && n >= 2 {
			wanted[c[1]] = true
		}
	}
	for _, c := range table {
		if r := home(rows, c[1]); r != nil && wanted[c[0]] && !strings.HasPrefix(c[0], "_") && c[5] == "0" {
			r.lacks = append(r.lacks, c[0])
		}
	}
}

// home is the header that a name belongs to: of those that have it on glibc the first that
// musl has as well.
func home(rows map[string]*row, headers string) *row {
	for header := range strings.SplitSeq(headers, ",") {
		if r := rows[header]; r != nil && r.state == "yes" {
			return r
		} else if r == nil || r.state != "no" || header != "sys/unistd.h" {
			return nil // the name is missing together with its header
		}
	}
	return nil
}

func read(path string) [][]string {
	content, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(content)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	return rows
}
