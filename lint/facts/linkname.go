package facts

// glibcLibraries are the names behind -l of libraries that glibc installs for the linker and that
// neither musl nor a package of Alpine has a file for. musl has empty ones for m, pthread, rt, dl,
// crypt, util, xnet and resolv; nsl has become a package of its own.
var glibcLibraries = [...]string{"anl", "BrokenLocale", "g", "mvec", "nss_compat", "nss_db", "nss_dns", "nss_files", "nss_hesiod", "thread_db"}

// GlibcOnlyLibrary reports whether only glibc has a library of this name, which is that of the
// option -l: a link that names it ends on musl with "cannot find".
func GlibcOnlyLibrary(name string) bool {
	for _, l := range glibcLibraries {
		if l == name {
			return true
		}
	}
	return false
}
