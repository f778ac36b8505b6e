package shadow

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"

	"github.com/musllint/musllint/lint/facts"
)

// changesText are the macros that a version of musl brought or changed, and lfs64Text those
// that a version takes away again unless _LARGEFILE64_SOURCE is defined. They were found by
// comparing what GCC says is defined by each header of 1.2.2 to 1.2.6, and TestCorrections
// compares it again.
//
//go:embed changes.tsv
var changesText string

//go:embed lfs64.tsv
var lfs64Text string

// declaration is what a version of musl declares in a header, or does not declare any more.
type declaration struct {
	version string
	gone    bool // not declared from that version on
	header  string
	when    string   // "gnu", "bsd" or empty, as in changes.tsv
	hide    []string // the names that hide it when they are called otherwise
	text    string   // declares it
}

var declarations = [...]declaration{
	{"1.2.3", false, "pthread.h", "gnu", []string{"pthread_getname_np"}, "int pthread_getname_np(pthread_t t, char *name, size_t n);"},
	{"1.2.3", false, "stdlib.h", "bsd", []string{"qsort_r"}, "void qsort_r(void *base, size_t n, size_t size, int (*order)(const void *, const void *, void *), void *context);"},
	{"1.2.4", false, "arpa/nameser.h", "", nil, "enum { ns_t_ds = 43, ns_t_sshfp, ns_t_ipseckey, ns_t_rrsig, ns_t_nsec, ns_t_dnskey, ns_t_dhcid, ns_t_nsec3, ns_t_nsec3param, " +
		"ns_t_tlsa, ns_t_smimea, ns_t_hip = 55, ns_t_ninfo, ns_t_rkey, ns_t_talink, ns_t_cds, ns_t_cdnskey, ns_t_openpgpkey, ns_t_csync, " +
		"ns_t_spf = 99, ns_t_uinfo, ns_t_uid, ns_t_gid, ns_t_unspec, ns_t_nid, ns_t_l32, ns_t_l64, ns_t_lp, ns_t_eui48, ns_t_eui64, " +
		"ns_t_uri = 256, ns_t_caa, ns_t_avc, ns_t_ta = 32768, ns_t_dlv };"},
	{"1.2.4", false, "string.h", "bsd", nil, "void *memmem(const void *in, size_t n, const void *what, size_t size);"},
	{"1.2.5", false, "elf.h", "", []string{"Elf32_Relr", "Elf64_Relr"}, "typedef uint32_t Elf32_Relr; typedef uint64_t Elf64_Relr;"},
	{"1.2.5", false, "poll.h", "bsd", nil, "#define __NEED_time_t\n#define __NEED_struct_timespec\n#define __NEED_sigset_t\n#include <bits/alltypes.h>\n" +
		"int ppoll(struct pollfd *set, nfds_t n, const struct timespec *timeout, const sigset_t *mask);"},
	{"1.2.5", true, "string.h", "cgnu", []string{"basename"}, "char *basename();"},
	{"1.2.5", false, "sys/stat.h", "gnu", []string{"statx", "statx_timestamp"}, "#define __NEED_int64_t\n#define __NEED_uint64_t\n#define __NEED_uint32_t\n#define __NEED_uint16_t\n#include <bits/alltypes.h>\n" +
		"struct statx_timestamp { int64_t tv_sec; uint32_t tv_nsec; uint32_t __pad; };\n" +
		"struct statx { uint32_t stx_mask, stx_blksize; uint64_t stx_attributes; uint32_t stx_nlink, stx_uid, stx_gid; uint16_t stx_mode, __pad0[1]; " +
		"uint64_t stx_ino, stx_size, stx_blocks, stx_attributes_mask; struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime; " +
		"uint32_t stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor; uint64_t __pad1[14]; };\n" +
		"int statx(int dir, const char *__restrict path, int flags, unsigned mask, struct statx *__restrict result);"},
	{"1.2.5", false, "sys/uio.h", "gnu", []string{"preadv2", "pwritev2"}, "ssize_t preadv2(int fd, const struct iovec *v, int n, off_t at, int flags); ssize_t pwritev2(int fd, const struct iovec *v, int n, off_t at, int flags);"},
	{"1.2.6", false, "dirent.h", "", []string{"reclen_t", "posix_dent", "posix_getdents"}, "#define __NEED_ssize_t\n#define __NEED_size_t\n#define __NEED_ino_t\n#define __NEED_off_t\n#include <bits/alltypes.h>\n" +
		"typedef unsigned short reclen_t; struct posix_dent { ino_t d_ino; off_t d_off; reclen_t d_reclen; unsigned char d_type; char d_name[]; };\n" +
		"ssize_t posix_getdents(int fd, void *buffer, size_t n, int flags);"},
	{"1.2.6", false, "dirent.h", "", nil, "#ifndef DT_UNKNOWN\n#define DT_UNKNOWN 0\n#define DT_FIFO 1\n#define DT_CHR 2\n#define DT_DIR 4\n#define DT_BLK 6\n" +
		"#define DT_REG 8\n#define DT_LNK 10\n#define DT_SOCK 12\n#define DT_WHT 14\n#endif"},
	{"1.2.6", true, "sched.h", "gnu", []string{"memcpy"}, "void *memcpy(void *__restrict to, const void *__restrict from, size_t n);"},
	{"1.2.6", true, "shadow.h", "", []string{"sgetspent"}, "struct spwd *sgetspent(const char *line);"},
	{"1.2.6", false, "stdio.h", "gnu", []string{"renameat2"}, "int renameat2(int from, const char *old, int to, const char *name, unsigned flags);"},
	{"1.2.6", false, "sys/epoll.h", "", []string{"epoll_params"}, "#include <sys/ioctl.h>\n" +
		"#define __NEED_uint32_t\n#define __NEED_uint16_t\n#define __NEED_uint8_t\n#include <bits/alltypes.h>\n" +
		"struct epoll_params { uint32_t busy_poll_usecs; uint16_t busy_poll_budget; uint8_t prefer_busy_poll, __pad; };"},
}

// member is one that a structure has since a version. It comes or goes by another meaning of
// a name that stands in the structure.
type member struct {
	version, header string
	name            string
	beside, with    string // the reserved member that takes its place in older ones, and what to read for that
}

var members = [...]member{
	{"1.2.5", "sys/statvfs.h", "f_type", "__reserved", "f_type, __reserved"},
}

// condition is when a header declares something. features.h of musl takes _BSD_SOURCE as
// given when nothing is asked for.
func condition(when string) string {
	switch when {
	case "cgnu":
		return "defined(_GNU_SOURCE) && !defined(__cplusplus)"
	case "gnu":
		return "defined(_GNU_SOURCE)"
	case "bsd":
		return "defined(_GNU_SOURCE) || defined(_BSD_SOURCE)"
	case "posix":
		return "defined(_GNU_SOURCE) || defined(_BSD_SOURCE) || defined(_POSIX_SOURCE) || defined(_POSIX_C_SOURCE) || defined(_XOPEN_SOURCE)"
	}
	return ""
}

// mark is in the words of the attribute by which a use of a function shows that musl declares
// and does not have.
const mark = "MUSLLINT"

// correction is what one header of ours does around musl's own of the same name.
type correction struct {
	hide   []string // names that musl's header must not declare
	undo   []string // macros that musl's header must not leave behind, but for _LARGEFILE64_SOURCE
	before []string // lines
	after  []string
}

// overlay returns the headers that make those of one version of musl those of another, and
// that mark what the libc of the wanted version lacks, by name.
func overlay(have, want string, crypt bool) map[string]string {
	all := map[string]*correction{}
	of := func(header string) *correction {
		if all[header] == nil {
			all[header] = &correction{}
		}
		return all[header]
	}
	older := func(a, b string) bool { return facts.CompareVersions("apk", a, b) < 0 }
	between := func(version string) (up, down bool) {
		return older(have, version) && !older(want, version), older(want, version) && !older(have, version)
	}
	when := func(c *correction, word string, lines ...string) {
		if text := condition(word); text != "" {
			lines = append(append([]string{"#if " + text}, lines...), "#endif")
		}
		c.after = append(c.after, lines...)
	}
	for _, d := range declarations {
		up, down := between(d.version)
		if d.gone {
			up, down = down, up
		}
		switch {
		case up:
			when(of(d.header), d.when, "#ifdef __cplusplus", `extern "C" {`, "#endif", d.text, "#ifdef __cplusplus", "}", "#endif")
		case down:
			of(d.header).hide = append(of(d.header).hide, d.hide...)
		}
	}
	for _, m := range members {
		up, down := between(m.version)
		c := of(m.header)
		switch {
		case up:
			c.before = append(c.before, "#define "+m.beside+" "+m.with)
			c.after = append(c.after, "#undef "+m.beside)
		case down:
			c.hide = append(c.hide, m.name)
		}
	}
	rows(changesText, func(c []string) {
		up, down := between(c[0])
		name, value, old := c[3], c[4], c[5]
		switch {
		case up && old != "":
			when(of(c[1]), c[2], "#undef "+name, define(name, value))
		case up:
			when(of(c[1]), c[2], "#ifndef "+name, define(name, value), "#endif")
		case down && old != "":
			when(of(c[1]), c[2], "#undef "+name, define(name, old))
		case down:
			when(of(c[1]), c[2], "#undef "+name)
		}
	})
	rows(lfs64Text, func(c []string) {
		up, down := between(c[3])
		switch {
		case up:
			of(c[0]).undo = append(of(c[0]).undo, c[1])
		case down:
			when(of(c[0]), "gnu", "#ifndef "+c[1], define(c[1], c[2]), "#endif")
		}
	})
	if _, down := between("1.2.6"); down { // which includes sys/ioctl.h there
		c := of("sys/epoll.h")
		c.before = append(c.before, "#ifndef _SYS_IOCTL_H", "#define _SYS_IOCTL_H", "#define MUSLLINT_no_ioctl", "#endif")
		c.after = append([]string{"#ifdef MUSLLINT_no_ioctl", "#undef MUSLLINT_no_ioctl", "#undef _SYS_IOCTL_H", "#endif"}, c.after...)
	}
	if up, down := between("1.2.3"); up || down {
		for _, header := range [...]string{"locale.h", "stddef.h", "stdio.h", "stdlib.h", "string.h", "time.h", "unistd.h", "wchar.h"} {
			value := "nullptr"
			if down {
				value = "0L"
			}
			of(header).after = append(of(header).after, "#if __cplusplus >= 201103L", "#undef NULL", "#define NULL "+value, "#endif")
		}
	}
	for _, name := range facts.DeclaredOnly(want) {
		if header := declaring(name); header != "" {
			of(header).after = append(of(header).after,
				"#ifdef __cplusplus", `extern "C" {`, "#endif",
				fmt.Sprintf("extern __typeof__(%s) %s __attribute__((__deprecated__(%q)));", name, name, mark),
				"#ifdef __cplusplus", "}", "#endif")
		}
	}
	files := map[string]string{}
	for name, c := range all {
		files[name] = c.text(name)
	}
	if crypt {
		files["crypt.h"] = cryptHeader
	}
	return files
}

// declaring returns the header that declares a function.
func declaring(name string) string {
	for _, d := range declarations {
		if d.gone && has(d.hide, name) {
			return d.header
		}
	}
	for _, header := range facts.HeadersOf(name) {
		return header
	}
	return ""
}

func rows(table string, each func(columns []string)) {
	first := true
	for line := range strings.Lines(table) {
		if !first {
			each(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
		first = false
	}
}

func define(name, value string) string {
	if strings.HasPrefix(value, "(") && !strings.HasPrefix(value, "((") {
		// "(f,p) body" are the parameters of a macro, "(1 << 1)" is a value.
		if parameters, body, ok := strings.Cut(value, ") "); ok && !strings.ContainsAny(parameters[1:], "( 0123456789") && body != "" {
			return "#define " + name + parameters + ") " + body
		}
	}
	return "#define " + name + " " + value
}

// text is the header. What it changes it changes once, at the first #include, as musl's own
// has an include guard: a project may define the same names afterwards, or may have before.
func (c *correction) text(name string) string {
	guard := "MUSLLINT_" + strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return '_'
	}, name)
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, "") + "\n") }
	line("/* Made by musllint: <", name, "> of another version of musl. */")
	line("#ifdef ", guard)
	line("#include_next <", name, ">")
	line("#else")
	line("#define ", guard)
	for _, l := range c.before {
		line(l)
	}
	sort.Strings(c.hide)
	for _, n := range c.hide {
		line(`#pragma push_macro("`, n, `")`)
		line("#undef ", n)
		line("#define ", n, " musllint_hides_", n)
	}
	if len(c.undo) > 0 {
		line("#ifndef _LARGEFILE64_SOURCE")
		for _, n := range c.undo {
			line(`#pragma push_macro("`, n, `")`)
		}
		line("#endif")
	}
	line("#include_next <", name, ">")
	if len(c.undo) > 0 {
		line("#ifndef _LARGEFILE64_SOURCE")
		for _, n := range c.undo {
			line(`#pragma pop_macro("`, n, `")`)
		}
		line("#endif")
	}
	for _, n := range c.hide {
		line(`#pragma pop_macro("`, n, `")`)
	}
	for _, l := range c.after {
		line(l)
	}
	line("#endif")
	return b.String()
}

// cryptHeader stands in for the one that Debian's package leaves out.
const cryptHeader = `/* Made by musllint. */
#ifndef MUSLLINT_crypt_h
#define MUSLLINT_crypt_h
#ifdef __cplusplus
extern "C" {
#endif
struct crypt_data { int initialized; char musllint_space[256]; };
char *crypt(const char *key, const char *salt);
char *crypt_r(const char *key, const char *salt, struct crypt_data *data);
#ifdef __cplusplus
}
#endif
#endif
`
