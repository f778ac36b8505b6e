package cmdline

import (
	"path/filepath"
	"strings"
)

// searchProbe looks at the names of the files and of the working directory for those that
// configure scripts, build systems and the drivers of other languages use for their tests of
// the compiler.
func (p *parser) searchProbe(dir string) {
	why := probeDir(dir)
	for i := 0; why == "" && i < len(p.Sources); i++ {
		why = probePath(p.Sources[i].Path, dir)
	}
	for i := 0; why == "" && i < len(p.Objects); i++ {
		why = probePath(p.Objects[i], dir)
	}
	if why == "" {
		why = probePath(p.output, dir)
	}
	if why != "" {
		p.probe(why)
	}
}

// probePath returns whose test a file is, empty when it is none.
func probePath(path, dir string) string {
	if path == "" {
		return ""
	}
	if isDevice(path) {
		return "a file that is a device: " + path
	}
	if why := probeFile(filepath.Base(path), path, dir); why != "" {
		return why
	}
	return probeDir(filepath.Dir(path))
}

func probeFile(base, path, dir string) string {
	switch {
	case strings.HasPrefix(base, "conftest.") || strings.HasPrefix(base, "conftest_") || base == "conftest",
		strings.HasPrefix(base, "tmp.conftest."),
		base == "config.test" || strings.HasPrefix(base, "config.test."),                       // iproute2
		strings.HasSuffix(path, "objs/autotest") || strings.HasSuffix(path, "objs/autotest.c"), // nginx
		isZlibTest(base):
		return "a test of a configure script"
	case strings.HasPrefix(base, "_configtest"), strings.HasPrefix(base, "flagcheck."):
		return "a test of Python's distutils"
	case strings.HasPrefix(base, "cgo-gcc-input-"), strings.HasPrefix(base, "_cgo_"):
		return "a test of cgo"
	case strings.HasPrefix(base, "trivial.") && strings.Contains(dir, "go-build"):
		return "a test of go build"
	case strings.HasPrefix(base, "flag_check"):
		return "a test of Rust's cc"
	case strings.HasPrefix(base, "cmTC_"), strings.HasPrefix(base, "CMakeCCompilerId."),
		strings.HasPrefix(base, "CMakeCXXCompilerId."):
		return "a test of CMake"
	case strings.HasPrefix(base, "compilet-"), strings.HasPrefix(base, "assertlib") && len(base) >= len("assertlibXXXXXXXX"):
		return "a test of Perl's module builders"
	}
	return ""
}

// isZlibTest matches the files of zlib's configure, which are named by its process: ztest42.c.
func isZlibTest(base string) bool {
	rest, ok := strings.CutPrefix(base, "ztest")
	number, _, _ := strings.Cut(rest, ".")
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

// probeDir returns whose tests a directory is for, empty for an ordinary one.
func probeDir(dir string) string {
	below := false // of a folder of CMake's own
	for part := range strings.SplitSeq(dir, "/") {
		switch {
		case part == "CMakeFiles":
			below = true
		case part == "CMakeScratch", part == "CMakeTmp",
			below && (strings.HasPrefix(part, "CompilerId") || part == "ShowIncludes"):
			return "a test of CMake"
		case part == "meson-private":
			return "a test of meson"
		case strings.HasPrefix(part, ".conf_check_"):
			return "a test of waf"
		case part == ".sconf_temp":
			return "a test of SCons"
		case part == "config.tests":
			return "a test of qmake"
		case part == "config-temp", strings.HasPrefix(part, "ffconf."):
			return "a test of a configure script" // QEMU, FFmpeg
		}
	}
	return ""
}

// isDevice tells whether a path leads to a device; /dev/shm is a place like others.
func isDevice(path string) bool {
	return strings.HasPrefix(path, "/dev/") && !strings.HasPrefix(path, "/dev/shm/")
}
