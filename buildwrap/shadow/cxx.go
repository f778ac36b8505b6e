package shadow

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cxxOverlay are headers to stand before the folders of a libstdc++ that was configured for
// glibc, whose locales and configuration rest on glibc's headers. What a template lacks of its
// definitions is wanted by no compile that makes nothing.
func cxxOverlay() map[string]string {
	return map[string]string{
		"bits/c++config.h": `#include_next <bits/c++config.h>
#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
#undef _GLIBCXX_USE_PTHREAD_RWLOCK_CLOCKLOCK
#undef _GLIBCXX_HAVE_OBSOLETE_ISINF
#undef _GLIBCXX_HAVE_OBSOLETE_ISNAN
#undef _GLIBCXX_HAVE_ARC4RANDOM
#undef _GLIBCXX_HAVE_EXECINFO_H
`,
		"bits/os_defines.h": `#ifndef MUSLLINT_os_defines
#define MUSLLINT_os_defines
#define _GLIBCXX_OS_DEFINES 1
#endif
`,
		"bits/c++locale.h": `#ifndef MUSLLINT_cxxlocale
#define MUSLLINT_cxxlocale
#include <clocale>
#define _GLIBCXX_C_LOCALE_GNU 0
#define _GLIBCXX_NUM_CATEGORIES 0
namespace std _GLIBCXX_VISIBILITY(default) {
_GLIBCXX_BEGIN_NAMESPACE_VERSION
typedef int *__c_locale;
int __convert_from_v(const __c_locale &, char *, const int, const char *, ...);
_GLIBCXX_END_NAMESPACE_VERSION
}
#endif
`,
		"bits/ctype_base.h": `#ifndef MUSLLINT_ctype_base
#define MUSLLINT_ctype_base
namespace std _GLIBCXX_VISIBILITY(default) {
_GLIBCXX_BEGIN_NAMESPACE_VERSION
struct ctype_base {
	typedef const int *__to_type;
	typedef unsigned short mask;
	static const mask upper = 1, lower = 2, alpha = 4, digit = 8, xdigit = 16, space = 32, print = 64;
	static const mask graph = 4 | 8 | 512, cntrl = 256, punct = 512, alnum = 4 | 8;
#if __cplusplus >= 201103L
	static const mask blank = 1024;
#endif
};
_GLIBCXX_END_NAMESPACE_VERSION
}
#endif
`,
		"bits/messages_members.h": "/* Made by musllint: nothing of it is needed. */\n",
		"bits/time_members.h":     "/* Made by musllint: nothing of it is needed. */\n",
	}
}

// muslCXX returns the folders of a libstdc++ of a version that was configured for musl and
// stands beside musl's headers, nil when there is none.
func muslCXX(musl string, major int) []string {
	for _, below := range [...]string{"c++", "../../include/c++", "../c++"} {
		root := filepath.Join(musl, below)
		versions, err := os.ReadDir(root)
		if err != nil {
			continue
		}
		for _, v := range versions {
			number, _, _ := strings.Cut(v.Name(), ".")
			if number != strconv.Itoa(major) {
				continue
			}
			dir := filepath.Join(root, v.Name())
			configured, _ := filepath.Glob(filepath.Join(dir, "*musl*", "bits", "c++config.h"))
			if len(configured) > 0 {
				return []string{dir, filepath.Dir(filepath.Dir(configured[0])), filepath.Join(dir, "backward")}
			}
		}
	}
	return nil
}

// cxxMajor returns the version of the libstdc++ among folders of C++, such as
// /usr/include/c++/12; 0 when there is none.
func cxxMajor(dirs []string) int {
	for _, dir := range dirs {
		if filepath.Base(filepath.Dir(dir)) == "c++" {
			number, _, _ := strings.Cut(filepath.Base(dir), ".")
			if n, err := strconv.Atoi(number); err == nil {
				return n
			}
		}
	}
	return 0
}
