package facts

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// interfaceTables are the tables of this file, with the number of their columns.
var interfaceTables = []struct {
	name    string
	text    table
	columns int
}{
	{"behaviors.tsv", behaviorsText, 5},
	{"conflicts.tsv", conflictsText, 3},
	{"includes.tsv", includesText, 4},
	{"interface-texts.tsv", interfaceTextsText, 5},
	{"interfaces.tsv", interfacesText, 10},
	{"nested.tsv", nestedText, 2},
	{"replaced.tsv", replacedText, 3},
}

func TestInterfaceTablesAreWellFormed(t *testing.T) {
	for _, table := range interfaceTables {
		lines := strings.Split(strings.TrimSuffix(string(table.text), "\n"), "\n")
		if len(lines) < 30 {
			t.Errorf("%s: %d lines", table.name, len(lines))
		}
		last := ""
		for i, line := range lines {
			c := strings.Split(line, "\t")
			if len(c) != table.columns {
				t.Fatalf("%s:%d: %d columns, want %d: %s", table.name, i+1, len(c), table.columns, line)
			}
			if i > 0 && c[0] <= last {
				t.Errorf("%s:%d: %q is not sorted, or twice there", table.name, i+1, c[0])
			}
			if i > 0 {
				last = c[0]
			}
			for _, column := range c {
				if strings.TrimSpace(column) != column || strings.Contains(column, "  ") {
					t.Errorf("%s:%d: spaces in %q", table.name, i+1, column)
				}
			}
			if !strings.HasPrefix(table.name, "includes") && c[len(c)-1] == "" {
				t.Errorf("%s:%d: no evidence", table.name, i+1)
			}
		}
	}
}

// TestInterfaceWords holds the words to what a sentence can be made of, and the packages and
// headers to those that other tables know.
func TestInterfaceWords(t *testing.T) {
	kinds := []string{"function", "macro", "type", "constant", "variable"}
	for name := range interfacesText.keys() {
		i, ok := LookupInterface(name)
		if !ok || i.Name != name || !slices.Contains(kinds, i.Kind) || len(i.Headers) == 0 {
			t.Fatalf("%s: %+v", name, i)
		}
		if c := interfacesText.row(name); c[interfaceText] != "" && interfaceTextsText.row(c[interfaceText]) == nil {
			t.Errorf("%s: no text %q", name, c[interfaceText])
		}
		for _, words := range []string{i.Why, i.Instead} {
			if strings.HasSuffix(words, ".") || strings.ContainsAny(words, "\n{}") && !strings.Contains(words, "extern \"C\" {") {
				t.Errorf("%s: %q is no clause", name, words)
			}
		}
		if i.LFS64 && (len(i.Musl) == 0 || i.In("")) {
			t.Errorf("%s: %+v", name, i)
		}
		for _, version := range []string{i.Since, i.Gone} {
			if version != "" && !slices.Contains(MuslVersions(), version) {
				t.Errorf("%s: no such version: %s", name, version)
			}
		}
		if i.Library != "" && LinkName(i.Package) != i.Library {
			t.Errorf("%s: %s of %s", name, i.Library, i.Package)
		}
	}
	for name := range includesText.keys() {
		for _, header := range HeadersOf(name) {
			if h, ok := LookupHeader(header); !ok || h.State == "no" {
				t.Errorf("%s: there is no %s", name, header)
			}
		}
	}
	for name := range replacedText.keys() {
		with, _ := ReplacedHeader(name)
		if h, ok := LookupHeader(with); !ok || h.State == "no" || h.State == "warns" {
			t.Errorf("%s is replaced by %s", name, with)
		}
		if h, ok := LookupHeader(name); !ok || h.State == "yes" {
			t.Errorf("%s needs no replacement", name)
		}
	}
}

func TestLookupInterface(t *testing.T) {
	for _, tt := range []struct {
		name, kind, musl, since, gone, pkg, library string
		in                                          bool // the newest version declares it
	}{
		{"fts_open", "function", "", "", "", "musl-fts-dev", "fts", false},
		{"FTSENT", "type", "", "", "", "musl-fts-dev", "fts", false},
		{"argp_parse", "function", "", "", "", "argp-standalone", "argp", false},
		{"struct argp_option", "type", "", "", "", "argp-standalone", "argp", false},
		{"obstack", "type", "", "", "", "musl-obstack-dev", "obstack", false},
		{"backtrace", "function", "", "", "", "libexecinfo-dev", "execinfo", false},
		{"getcontext", "function", "ucontext.h", "", "", "libucontext-dev", "ucontext", true},
		{"basename", "function", "libgen.h", "", "1.2.5", "", "", true},
		{"gettid", "function", "unistd.h", "1.2.2", "", "", "", true},
		{"statx", "function", "sys/stat.h", "1.2.5", "", "", "", true},
		{"off64_t", "type", "", "", "1.2.4", "", "", false},
		{"stat64", "function", "sys/stat.h", "", "1.2.4", "", "", false},
		{"sgetspent", "function", "", "", "1.2.6", "", "", false},
		{"TEMP_FAILURE_RETRY", "macro", "", "", "", "", "", false},
		{"PTHREAD_MUTEX_RECURSIVE_NP", "constant", "", "", "", "", "", false},
		{"__uint32_t", "type", "", "", "", "", "", false},
		{"__BEGIN_DECLS", "macro", "", "", "", "bsd-compat-headers", "", false},
		{"LIST_INSERT_HEAD", "macro", "", "", "", "bsd-compat-headers", "", false},
		{"sys_errlist", "variable", "", "", "", "", "", false},
		{"strlen", "function", "string.h", "", "", "", "", true},
		{"PATH_MAX", "macro", "limits.h", "", "", "", "", true},
		{"MSG_ZEROCOPY", "macro", "sys/socket.h", "", "", "", "", true},
	} {
		i, ok := LookupInterface(tt.name)
		musl := ""
		if len(i.Musl) > 0 && tt.musl != "" {
			musl = i.Musl[0]
		}
		if !ok || i.Kind != tt.kind && tt.name != "off64_t" && tt.name != "stat64" || musl != tt.musl || i.Since != tt.since || i.Gone != tt.gone ||
			i.Package != tt.pkg || i.Library != tt.library || i.In("") != tt.in {
			t.Errorf("%s: %+v", tt.name, i)
		}
		if known := i.Why != "" && i.Instead != ""; !known && !tt.in {
			t.Errorf("%s: nothing is said about it", tt.name)
		}
	}
	for _, name := range []string{"", "struct ", "no_such_name_anywhere", "struct no_such", "\t", "a\tb"} {
		if i, ok := LookupInterface(name); ok {
			t.Errorf("%q: %+v", name, i)
		}
	}
}

func TestInterfaceIn(t *testing.T) {
	for _, tt := range []struct {
		name, version string
		want          bool
	}{
		{"off64_t", "1.2.3", true}, {"off64_t", "1.2.4", false}, {"off64_t", "1.2.4_git20230717", false},
		{"gettid", "1.2.1", false}, {"gettid", "1.2.2", true}, {"gettid", "1.2.6", true},
		{"basename", "1.2.4", true}, {"basename", "1.2.5", true}, {"fts_open", "1.2.5", false},
		{"sgetspent", "1.2.5", true}, {"sgetspent", "1.2.6", false}, {"strlen", "1.1.24", true},
	} {
		if i, _ := LookupInterface(tt.name); i.In(tt.version) != tt.want {
			t.Errorf("%s in %s is %v", tt.name, tt.version, !tt.want)
		}
	}
}

func TestPackageIn(t *testing.T) {
	for _, tt := range []struct{ name, release, pkg string }{
		{"fts_open", "3.16", "fts-dev"}, {"fts_open", "3.20", "musl-fts-dev"}, {"backtrace", "3.16", "libexecinfo-dev"},
		{"backtrace", "3.17", ""}, {"backtrace", "3.20", ""}, {"getcontext", "3.22", "libucontext-dev"}, {"argp_parse", "3.20", "argp-standalone"},
		{"obstack_free", "edge", "musl-obstack-dev"}, {"fts_open", "", "musl-fts-dev"}, {"__P", "3.20", "bsd-compat-headers"}, {"strlen", "3.20", ""},
	} {
		i, _ := LookupInterface(tt.name)
		if pkg, _, ok := i.PackageIn(tt.release); pkg != tt.pkg || ok != (tt.pkg != "") {
			t.Errorf("%s in Alpine %s: %q, %v; want %q", tt.name, tt.release, pkg, ok, tt.pkg)
		}
	}
}

// TestHeadersOf holds the first headers to what porters add, by the names that they add them for.
func TestHeadersOf(t *testing.T) {
	for header, names := range map[string]string{
		"sys/types.h":       "ssize_t off_t pid_t uid_t gid_t mode_t u_int u_char ushort uint ulong caddr_t quad_t dev_t ino_t key_t u_int32_t",
		"limits.h":          "PATH_MAX NAME_MAX INT_MAX UINT_MAX ULONG_MAX IOV_MAX LINE_MAX PAGE_SIZE CHAR_BIT",
		"libgen.h":          "basename dirname",
		"fcntl.h":           "open O_RDONLY O_CREAT O_CLOEXEC AT_FDCWD F_GETFL loff_t O_DIRECTORY",
		"stdint.h":          "uint8_t uint32_t int64_t uintptr_t SIZE_MAX UINT32_MAX INTPTR_MAX",
		"time.h":            "time_t time clock_gettime nanosleep struct:timespec struct:tm localtime",
		"sys/select.h":      "fd_set select FD_SET FD_ZERO pselect FD_SETSIZE",
		"string.h":          "strlen memcpy memset strcmp strerror strdup strchr",
		"strings.h":         "strcasecmp strncasecmp bzero bcopy index rindex ffs",
		"unistd.h":          "close read write usleep getpid access F_OK R_OK environ getopt optarg STDIN_FILENO gettid lockf",
		"sys/stat.h":        "stat struct:stat S_IRWXU S_ISDIR mkdir umask chmod S_IFMT S_IRUSR",
		"sys/time.h":        "struct:timeval gettimeofday timeradd timersub setitimer",
		"stdlib.h":          "malloc free calloc getenv exit atoi strtol NULL_",
		"stdio.h":           "FILE printf fopen stderr EOF SEEK_SET getline asprintf",
		"endian.h":          "BYTE_ORDER LITTLE_ENDIAN __BYTE_ORDER __LITTLE_ENDIAN htobe32 le64toh",
		"locale.h":          "setlocale locale_t LC_ALL newlocale",
		"pthread.h":         "pthread_t pthread_create pthread_mutex_t PTHREAD_MUTEX_INITIALIZER",
		"sys/syscall.h":     "SYS_gettid __NR_futex SYS_openat2",
		"stdarg.h":          "va_list va_start va_end",
		"sys/param.h":       "MIN MAX MAXPATHLEN howmany roundup powerof2 MAXHOSTNAMELEN",
		"stddef.h":          "size_t NULL offsetof ptrdiff_t wchar_t",
		"signal.h":          "sigset_t SIGINT kill sigaction sighandler_t",
		"errno.h":           "errno ENOENT EINVAL error_t_",
		"arpa/inet.h":       "htons ntohl inet_ntoa inet_pton",
		"netinet/in.h":      "struct:sockaddr_in INADDR_ANY IPPROTO_TCP in_addr_t in_port_t",
		"sys/socket.h":      "socket struct:sockaddr AF_INET socklen_t sa_family_t",
		"sys/sysmacros.h":   "major minor makedev",
		"sys/wait.h":        "waitpid WIFEXITED WEXITSTATUS WNOHANG",
		"sys/ioctl.h":       "ioctl TIOCGWINSZ struct:winsize _IOWR FIONREAD",
		"sys/uio.h":         "struct:iovec readv writev",
		"sys/resource.h":    "getrlimit RLIMIT_NOFILE struct:rlimit struct:rusage",
		"alloca.h":          "alloca",
		"byteswap.h":        "bswap_32",
		"poll.h":            "poll POLLIN struct:pollfd",
		"sched.h":           "cpu_set_t CPU_SET sched_yield sched_setaffinity",
		"sys/ttydefaults.h": "CERASE",
		"paths.h":           "_PATH_DEVNULL _PATH_BSHELL",
		"sys/file.h":        "flock LOCK_EX",
		"math.h":            "sqrt pow M_PI isnan HUGE_VAL",
		"ctype.h":           "isalpha toupper",
		"getopt.h":          "getopt_long struct:option required_argument",
		"dirent.h":          "opendir DIR struct:dirent DT_DIR",
		"netdb.h":           "getaddrinfo struct:addrinfo NI_MAXHOST gethostbyname",
		"sys/reg.h":         "__WORDSIZE ORIG_RAX",
		"net/if.h":          "IFNAMSIZ struct:ifreq if_nametoindex",
		"sys/random.h":      "getrandom GRND_NONBLOCK",
		"wchar.h":           "wint_t mbstate_t WEOF mbrtowc",
		"inttypes.h":        "PRIu64 PRId64 strtoimax",
		"stdbool.h":         "bool true_",
	} {
		for name := range strings.FieldsSeq(names) {
			if strings.HasSuffix(name, "_") && name != "_" {
				continue
			}
			name = strings.ReplaceAll(name, ":", " ")
			if got := HeadersOf(name); len(got) == 0 || got[0] != header {
				t.Errorf("%s: %q, want %s", name, got, header)
			}
		}
	}
	if got := HeadersOf("fts_open"); got != nil {
		t.Errorf("fts_open is in %q", got)
	}
}

func TestComesWith(t *testing.T) {
	if got := ComesWith("sys/wait.h"); !slices.Equal(got, []string{"signal.h", "sys/resource.h", "sys/time.h", "sys/select.h"}) {
		t.Errorf("sys/wait.h includes %q", got)
	}
	if got := ComesWith("no.h"); got != nil {
		t.Errorf("no.h includes %q", got)
	}
}

func TestReplacedHeader(t *testing.T) {
	for name, want := range map[string]string{
		"sys/poll.h": "poll.h", "sys/errno.h": "errno.h", "sys/fcntl.h": "fcntl.h", "sys/signal.h": "signal.h", "sys/unistd.h": "unistd.h",
		"termio.h": "termios.h", "wait.h": "sys/wait.h", "stdlib.h": "", "fts.h": "", "": "",
	} {
		if got, ok := ReplacedHeader(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
}

func TestConflicts(t *testing.T) {
	for name := range conflictsText.keys() {
		for _, header := range append(Conflicts(name), name) {
			if h, ok := LookupHeader(header); !ok || h.State == "no" {
				t.Errorf("there is no %s", header)
			}
		}
	}
	if !slices.Contains(Conflicts("linux/in6.h"), "netinet/in.h") || slices.Contains(Conflicts("netinet/in.h"), "linux/in6.h") {
		t.Errorf("%q, %q", Conflicts("linux/in6.h"), Conflicts("netinet/in.h"))
	}
	if got := Conflicts("stdio.h"); got != nil {
		t.Errorf("stdio.h conflicts with %q", got)
	}
}

func TestDiffers(t *testing.T) {
	for name := range behaviorsText.keys() {
		b, ok := Differs(name)
		if !ok || b.Why == "" || b.Instead == "" {
			t.Errorf("%s: %+v", name, b)
		}
		if i, ok := LookupInterface(name); b.Header != "" && (!ok || !slices.Contains(i.Musl, b.Header)) {
			t.Errorf("%s is not in %s: %q", name, b.Header, i.Musl)
		}
	}
	if b, ok := Differs("strerror_r"); !ok || b.Header != "string.h" || !b.Certain {
		t.Errorf("strerror_r: %+v", b)
	}
	if _, ok := Differs("strlen"); ok {
		t.Error("strlen differs")
	}
}

func TestIsInterfaceName(t *testing.T) {
	for _, table := range []table{interfacesText, includesText, glibcText} {
		for key := range table.keys() {
			if name := key[strings.LastIndexByte(key, ' ')+1:]; !IsInterfaceName(name) || !IsInterfaceName([]byte(name)) {
				t.Errorf("%s is not in interface-names.bin: run go generate", name)
			}
		}
	}
	wrong := 0
	for i := range 10000 {
		if IsInterfaceName("my_name_" + strconv.Itoa(i)) {
			wrong++
		}
	}
	if wrong > 100 {
		t.Errorf("%d of 10000 other names pass", wrong)
	}
}

func BenchmarkLookupInterface(b *testing.B) {
	for _, name := range []string{"strlen", "my_own_function", "obstack"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				LookupInterface(name)
			}
		})
	}
}
