package sourcefix

import (
	"testing"

	"github.com/musllint/musllint/lint/csource"
)

func TestConditions(t *testing.T) {
	for condition, want := range map[string]string{
		"#if 0":                                        "no",
		"#if 1":                                        "yes",
		"#ifdef __GLIBC__":                             "no",
		"#ifndef __GLIBC__":                            "yes",
		"#ifdef __linux__":                             "yes",
		"#ifdef HAVE_X":                                "maybe",
		"#ifndef HAVE_X":                               "maybe",
		"#ifdef":                                       "maybe",
		"#if defined(__GLIBC__)":                       "no",
		"#if defined __GLIBC__ || HAVE_X":              "maybe",
		"#if HAVE_X && defined __GLIBC__":              "no",
		"#if !defined __GLIBC__ || HAVE_X":             "yes",
		"#if HAVE_X || !defined(_WIN32)":               "yes",
		"#if defined(__linux__) && !HAVE_X":            "maybe",
		"#if __GLIBC__ > 2":                            "no",
		"#if __GLIBC__ * 100 + __GLIBC_MINOR__ >= 217": "no",
		"#if __GLIBC_PREREQ(2, 17)":                    "no",
		"#if __GNUC_PREREQ(2, 17)":                     "maybe",
		"#if !(defined(__APPLE__) || defined(__FreeBSD__))": "yes",
		"#if HAVE_X ? 0 : 0": "maybe",
		"#if 0 ? HAVE_X : 1": "yes",
		"#if -1 < 0 && ~0 == -1 && (1 | 2) == 3 && (3 & 1) && (3 ^ 1) == 2 && 2 * 3 - 1 == 5 && 0x10 != 010 && 1 <= 1UL && 2 >= 1": "yes",
		"#if 4 >> 1":                      "maybe", // not worth the traps
		"#if 0 && (":                      "no",
		"#if 1 2":                         "maybe",
		"#if":                             "maybe",
		"#if 'a'":                         "maybe",
		"#if __has_include(<execinfo.h>)": "no",
		"#if __has_include(<stdio.h>)":    "yes",
		"#if __has_include(<zlib.h>)":     "maybe",
		"#if __has_include(\"own.h\")":    "maybe",
		"#if defined FNM_EXTMATCH":        "no", // a name that musl lacks
		"#ifdef GF_BSD_HOST_OS":           "no",
		"#if !defined OS_WINDOWS":         "yes",
		"#ifdef HAVE_BSD_STRING_H":        "maybe",
		"#ifdef _BSD_SOURCE":              "maybe",
		"#ifdef BSD":                      "maybe", // sys/param.h defines it
		"#if true && !false":              "yes",
	} {
		f := csource.Read([]byte(condition + "\nx\n#endif\n"))
		c := conditions{file: f, absent: map[string]bool{"FNM_EXTMATCH": true}}
		got := "maybe"
		switch v := c.branch(f.Branches()[0]); {
		case v.no():
			got = "no"
		case v.yes():
			got = "yes"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", condition, got, want)
		}
	}
}

func TestDead(t *testing.T) {
	text := "#ifdef __APPLE__\n1\n#elif defined __linux__\n2\n#elif HAVE_X\n3\n#else\n4\n#endif\n#if HAVE_X\n5\n# ifdef __GLIBC__\n6\n# else\n7\n# endif\n#endif\n"
	c := conditions{file: csource.Read([]byte(text))}
	for digit, want := range map[byte]bool{'1': true, '2': false, '3': true, '4': true, '5': false, '6': true, '7': false} {
		for i := range len(text) {
			if text[i] == digit && c.dead(i) != want {
				t.Errorf("%c: %v", digit, !want)
			}
		}
	}
}
