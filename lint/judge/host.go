package judge

import (
	"bytes"
	"path"
	"strings"

	"github.com/musllint/musllint/lint/elf"
	"github.com/musllint/musllint/lint/loader"
)

// host is a program that loads plugins at run time. Symbols that a plugin misses and that its
// host has are not missing.
type host struct {
	name  string // as in lint.Artifact: "node"
	title string // "Node.js"
	// plugin is what a plugin is called: "Node.js addon".
	plugin string
	// lazy is how the host calls dlopen: with RTLD_LAZY a function that is missing is missed
	// when it is called, unless the plugin itself asks for BIND_NOW.
	lazy bool

	// files are patterns of plugins' file names; folders are parts of the paths that they lie in.
	files   []string
	folders []string
	// exports are symbols that plugins define. "%" is the file name up to its first dot, with
	// or without "mod_".
	exports []string

	// prefixes and symbols are the host's own names. With unnamed there are others that
	// cannot be told from anybody's, and what no library has counts as the host's.
	prefixes []string
	symbols  []string
	unnamed  bool
	// brings are the libraries that the host has loaded on Alpine before any plugin: their
	// symbols are there, and so are their packages.
	brings []string
	// near are patterns of libraries that come with the host, and that it finds.
	near []string
}

// The modes of dlopen are those in the sources: process.dlopen of Node.js and System.load of
// Java pass RTLD_LAZY, dlopenflags of CPython is RTLD_NOW, apr_dso_load and ngx_dlopen pass
// RTLD_NOW, DL_LOAD of PHP, dln_load of Ruby and dl_dlopen.xs of Perl pass RTLD_LAZY.
var hosts = []host{
	{
		name: "node", title: "Node.js", plugin: "Node.js addon", lazy: true,
		files:    []string{"*.node"},
		exports:  []string{"napi_register_module_v1", "node_api_module_get_api_version_v1"},
		prefixes: []string{"napi_", "node_api_", "uv_", "_ZN4node", "_ZNK4node", "_ZTVN4node", "_ZTIN4node", "_ZN2v8", "_ZNK2v8", "_ZTVN2v8", "_ZTIN2v8", "_ZN6cppgc", "_ZNK6cppgc", "_ZTVN6cppgc", "_ZN5cppgc", "_ZNK5cppgc", "node_module_"},
		brings:   []string{"libstdc++.so.6", "libgcc_s.so.1"},
	},
	{
		name: "python", title: "Python", plugin: "Python extension",
		files:    []string{"*.cpython-*.so", "*.abi3.so", "*.pypy*-*.so"},
		folders:  []string{"/lib-dynload/"},
		exports:  []string{"PyInit_%", "init%"},
		prefixes: []string{"Py", "_Py"},
		near:     []string{"libpython3*.so*", "libpypy3*.so*"},
	},
	{
		name: "jvm", title: "Java", plugin: "JNI library", lazy: true,
		exports:  []string{"JNI_OnLoad", "JNI_OnUnload", "JNI_OnLoad_%", "Agent_OnLoad", "Agent_OnAttach"},
		prefixes: []string{"JNI_", "JVM_", "JDK_", "jio_", "JNU_"},
		near:     []string{"libjvm.so", "libjava.so", "libjawt.so", "libverify.so", "libjimage.so", "libnet.so", "libnio.so", "libzip.so", "libawt.so", "libawt_headless.so", "libjli.so"},
	},
	{
		name: "php", title: "PHP", plugin: "PHP extension", lazy: true, unnamed: true,
		folders:  []string{"/no-debug-non-zts-", "/no-debug-zts-", "/php/extensions/", "/php/modules/"},
		exports:  []string{"get_module", "zend_extension_entry"},
		prefixes: []string{"zend_", "_zend_", "php_", "_php_", "sapi_", "tsrm_", "executor_globals", "compiler_globals", "core_globals", "basic_globals", "mysqlnd_"},
	},
	{
		name: "ruby", title: "Ruby", plugin: "Ruby extension", lazy: true,
		folders:  []string{"/ruby/", "/vendor_ruby/"},
		exports:  []string{"Init_%"},
		prefixes: []string{"rb_", "ruby_", "onig", "Onig"},
		unnamed:  true,
		near:     []string{"libruby*.so*"},
	},
	{
		name: "perl", title: "Perl", plugin: "Perl extension", lazy: true,
		folders:  []string{"/perl5/", "/perl-base/", "/auto/"},
		prefixes: []string{"Perl_", "PL_", "perl_", "PerlIO", "Perl", "boot_"},
		near:     []string{"libperl.so*"},
	},
	{
		name: "lua", title: "Lua", plugin: "Lua module",
		folders:  []string{"/lua/5."},
		exports:  []string{"luaopen_%"},
		prefixes: []string{"lua_", "luaL_", "luaopen_", "luaJIT_"},
		near:     []string{"liblua*.so*"},
	},
	{
		name: "apache", title: "the Apache HTTP server", plugin: "Apache module", unnamed: true,
		folders:  []string{"/apache2/modules/", "/httpd/modules/"},
		exports:  []string{"%_module"},
		prefixes: []string{"ap_", "apr_", "unixd_", "core_module", "http_module"},
		near:     []string{"libapr-1.so.0", "libaprutil-1.so.0"},
	},
	{
		name: "nginx", title: "nginx", plugin: "nginx module",
		files:    []string{"ngx_*_module.so"},
		folders:  []string{"/nginx/modules/"},
		exports:  []string{"ngx_modules"},
		prefixes: []string{"ngx_"},
	},
	{
		name: "postgresql", title: "PostgreSQL", plugin: "PostgreSQL module", unnamed: true,
		exports: []string{"Pg_magic_func", "_PG_output_plugin_init", "_PG_archive_module_init"},
	},
	{
		name: "beam", title: "Erlang", plugin: "Erlang NIF",
		exports:  []string{"nif_init", "driver_init"},
		prefixes: []string{"enif_", "driver_", "erl_drv_", "erts_", "ei_"},
	},
	{
		name: "pam", title: "PAM", plugin: "PAM module",
		files:    []string{"pam_*.so"},
		exports:  []string{"pam_sm_authenticate", "pam_sm_open_session", "pam_sm_acct_mgmt", "pam_sm_setcred", "pam_sm_chauthtok"},
		prefixes: []string{"pam_", "_pam_"},
		near:     []string{"libpam.so.0"},
	},
	{
		name: "nss", title: "glibc's name services", plugin: "NSS module",
		files: []string{"libnss_*.so.2"},
	},
	{
		name: "dotnet", title: ".NET", plugin: ".NET native library", lazy: true,
		folders: []string{"/runtimes/linux-", "/Microsoft.NETCore.App/"},
		brings:  []string{"libstdc++.so.6", "libgcc_s.so.1"},
	},
	{
		name: "tcl", title: "Tcl", plugin: "Tcl extension",
		prefixes: []string{"Tcl_", "TclOO_", "Tk_", "tclStubsPtr", "tkStubsPtr"},
		near:     []string{"libtcl*.so*", "libtk*.so*"},
	},
	{
		name: "r", title: "R", plugin: "R package library",
		exports:  []string{"R_init_%"},
		prefixes: []string{"R_", "Rf_", "Rprintf", "REprintf"},
		near:     []string{"libR.so", "libRblas.so", "libRlapack.so"},
	},
	{
		name: "sqlite", title: "SQLite", plugin: "SQLite extension",
		exports:  []string{"sqlite3_extension_init"},
		prefixes: []string{"sqlite3_"},
	},
	{
		name: "zsh", title: "zsh", plugin: "zsh module", lazy: true, unnamed: true,
		folders: []string{"/zsh/"},
	},
	{
		name: "ocaml", title: "OCaml", plugin: "OCaml stub library",
		files:    []string{"dll*.so", "*.cmxs"},
		prefixes: []string{"caml", "Caml_"},
	},
	{
		name: "rsyslog", title: "rsyslog", plugin: "rsyslog module", unnamed: true,
		folders: []string{"/rsyslog/"},
		exports: []string{"modInit"},
	},
	{
		name: "lighttpd", title: "lighttpd", plugin: "lighttpd module", unnamed: true,
		folders: []string{"/lighttpd/"},
		exports: []string{"%_plugin_init"},
	},
}

// hostNamed returns the host of that name, nil for none.
func hostNamed(name string) *host {
	for i := range hosts {
		if hosts[i].name == name {
			return &hosts[i]
		}
	}
	return nil
}

// hostOf returns the host whose name a symbol bears, nil for none.
func hostOf(symbol []byte) *host {
	for i := range hosts {
		if hosts[i].owns(symbol) {
			return &hosts[i]
		}
	}
	return nil
}

// owns reports whether a symbol bears one of the host's names.
func (h *host) owns(symbol []byte) bool {
	for _, p := range h.prefixes {
		if len(symbol) >= len(p) && symbol[0] == p[0] && string(symbol[:len(p)]) == p {
			return true
		}
	}
	for _, s := range h.symbols {
		if string(symbol) == s {
			return true
		}
	}
	return false
}

// libraries are what is loaded before a plugin: the host, which needs what it brings.
func (h *host) libraries() []*loader.Library {
	return []*loader.Library{{Needed: h.brings, Has: func(symbol []byte, v elf.Version) bool {
		if v.Library != "" {
			return false
		}
		return h.owns(symbol) || h.unnamed && isAnybodys(ownerOf(symbol, v))
	}}}
}

// has reports whether a library comes with the host.
func (h *host) has(soname string) bool {
	if h == nil {
		return false
	}
	for _, b := range h.brings {
		if b == soname {
			return true
		}
	}
	return matchesAny(h.near, soname)
}

func matchesAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, _ := path.Match(p, name); ok {
			return true
		}
	}
	return false
}

// recognize returns the host that a shared library is a plugin of, nil where it is none. at
// is its path with a slash in front.
func recognize(f *elf.File, at string) *host {
	base := path.Base(at)
	for i := range hosts {
		if matchesAny(hosts[i].files, base) {
			return &hosts[i]
		}
	}
	for i := range hosts {
		for _, pattern := range hosts[i].exports {
			if exports(f, pattern, base) {
				return &hosts[i]
			}
		}
	}
	for i := range hosts {
		for _, folder := range hosts[i].folders {
			if strings.Contains(at, folder) && !strings.HasPrefix(base, "lib") {
				return &hosts[i]
			}
		}
	}
	return hostNamed(entryPoints(f))
}

// exports reports whether a library defines a symbol. A pattern stands for the file's own
// name, which of libraries says nothing.
func exports(f *elf.File, pattern, base string) bool {
	names := []string{pattern}
	if strings.Contains(pattern, "%") {
		stem, _, _ := strings.Cut(base, ".")
		if stem == "" || strings.HasPrefix(stem, "lib") {
			return false
		}
		names[0] = strings.ReplaceAll(pattern, "%", stem)
		if module, ok := strings.CutPrefix(stem, "mod_"); ok {
			names = append(names, strings.ReplaceAll(pattern, "%", module))
		}
	}
	for _, name := range names {
		if s, ok, err := f.Lookup(elf.NewKey([]byte(name))); ok && err == nil && !s.Undefined() {
			return true
		}
	}
	return false
}

// entries begin the names of functions that a host calls after it has loaded a plugin.
var entries = []struct{ prefix, host string }{{"Java_", "jvm"}, {"luaopen_", "lua"}, {"PyInit_", "python"}}

// entryPoints returns the name of the host whose entry points a library defines, empty where it
// defines none.
func entryPoints(f *elf.File) string {
	found := ""
	f.Symbols(func(_ uint32, s elf.Symbol) bool {
		if s.Undefined() || s.Type() != elf.STTFunc {
			return true
		}
		name, err := f.SymbolName(s)
		for _, e := range entries {
			if err == nil && len(name) > 0 && name[0] == e.prefix[0] && bytes.HasPrefix(name, []byte(e.prefix)) {
				found = e.host
			}
		}
		return found == "" && err == nil
	})
	return found
}
