package cmdline

import "strings"

// separate returns how many of the words behind an option are its values. The options are
// those that gcc's manual and `clang --help-hidden` show with a space, and those of other
// systems' linkers that the drivers still take.
func separate(word string, clang bool) int {
	switch word {
	case "-o", "-x", "-I", "-D", "-U", "-A", "-L", "-l", "-u", "-e", "-z", "-T", "-B", "-F", "-G",
		"-MF", "-MT", "-MQ", "-MJ",
		"-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-iprefix", "-iwithprefix",
		"-iwithprefixbefore", "-isysroot", "-imultilib", "-iframework", "-iframeworkwithsysroot",
		"-iwithsysroot", "-ivfsoverlay", "-cxx-isystem", "-c-isystem", "-stdlib++-isystem",
		"-Xlinker", "-Xassembler", "-Xpreprocessor", "-Xclang", "-Xanalyzer", "-Xopenmp-target",
		"-Xarch_host", "-Xarch_device", "-Xcuda-ptxas", "-Xcuda-fatbinary", "-Xcompiler", "-Xthinlto",
		"-Xoffload-linker", "-Xflang", "-Xmicrosoft-windows-sys-root",
		"-Ttext", "-Tdata", "-Tbss",
		"--param", "-specs", "--specs", "--sysroot", "--config", "-target", "-arch", "-mllvm", "-meabi",
		"-mthread-model", "-working-directory", "-resource-dir", "-rpath", "-b",
		"-serialize-diagnostics", "--serialize-diagnostics", "--analyzer-output",
		"-gen-cdb-fragment-path", "-ccc-gcc-name", "-ccc-install-dir", "-module-dependency-dir",
		"-fmodules-user-build-path",
		"--output", "--language", "--define-macro", "--undefine-macro", "--include-directory",
		"--include-directory-after", "--include-prefix", "--include-with-prefix",
		"--include-with-prefix-after", "--include-with-prefix-before", "--include", "--assert",
		"--prefix", "--library-directory", "--force-link", "--for-linker",
		"-framework", "-weak_framework", "-weak_library", "-weak_reference_mismatches", "-init",
		"-install_name", "-dylib_file", "-bundle_loader", "-filelist", "-force_load", "-seg1addr",
		"-seg_addr_table", "-segs_read_only_addr", "-segs_read_write_addr", "-sub_library",
		"-sub_umbrella", "-current_version", "-compatibility_version", "-allowable_client",
		"-client_name", "-image_base", "-multiply_defined", "-multiply_defined_unused",
		"-pagezero_size", "-read_only_relocs", "-dylinker_install_name":
		return 1
	case "-segaddr", "-sectobjectsymbols":
		return 2
	case "-sectalign", "-sectcreate", "-sectorder", "-segprot":
		return 3
	}
	if strings.HasPrefix(word, "-Xarch_") || strings.HasPrefix(word, "-Xopenmp-target=") {
		return 1
	}
	// The two disagree about these: what has a value in one is a flag, or another option with
	// its value in the same word, in the other one.
	if clang {
		switch word {
		case "-V", "--imacros", "-include-pch", "-isystem-after", "-undefined", "-umbrella", "-exported_symbols_list",
			"-unexported_symbols_list", "-dependency-file", "-dependency-dot", "-dsym-dir":
			return 1
		}
		return 0
	}
	switch word {
	case "-R", "-h", "-J", "-aux-info", "-wrapper", "-dumpbase", "-dumpbase-ext", "-dumpdir", "--dump",
		"--dumpbase", "--dumpdir", "--entry", "--for-assembler", "-Hd", "-Hf", "-gnatO",
		"-fintrinsic-modules-path", "--output-pch=":
		return 1
	}
	return 0
}

// option takes in an option and its values.
func (p *parser) option(word string, values []string) {
	value := ""
	if len(values) > 0 {
		value = values[0]
	}
	switch word {
	case "-c", "--compile":
		p.c = true
	case "-o", "--output":
		p.output = value
	case "-x", "--language":
		p.setLanguage(value)
	case "-r", "--relocatable":
		p.partial = true
	case "-static", "--static":
		p.Static = true
	case "-shared", "--shared", "-static-pie", "-pie", "--pie", "-no-pie", "--no-pie":
		p.kind(word)
	case "-l":
		p.Libraries = append(p.Libraries, value)
	case "-L", "--library-directory":
		p.LibraryDirs = append(p.LibraryDirs, value)
	case "-Xlinker", "--for-linker":
		p.linker(value)
	case "-Xpreprocessor":
		if p.preprocessor(value) {
			p.keep(word, values)
		}
	case "-Xclang":
		if p.frontend(value) {
			p.keep(word, values)
		}
	case "-target":
		p.setTarget(value)
		p.keep(word, values)
	case "-nostdinc", "--no-standard-includes", "-nostdlibinc":
		p.other(word + " leaves the headers of the system out")
	case "-working-directory", "-Xmicrosoft-windows-sys-root", "--config":
		p.other(word + " changes what the other options mean")
	default:
		p.longer(word, values)
	}
}

// kind takes in what kind of file the linker is to make. The last word counts for gcc.
func (p *parser) kind(word string) {
	word = strings.TrimPrefix(word, "-")
	shared, static := word == "shared" || word == "-shared", word == "static-pie"
	if p.compiler.clang {
		shared, static = shared || p.Shared, static || p.staticPIE
	}
	p.Shared, p.staticPIE = shared, static
}

// longer is option for what is known by its beginning.
func (p *parser) longer(word string, values []string) {
	switch {
	case isQuestion(word, p.compiler.clang):
		p.probe("a question: " + word)
	case strings.HasPrefix(word, "-o"):
		p.joinedOutput(word)
	case isForeign(word):
		p.other(word + " asks for something else than code")
	case isDropped(word, p.compiler.clang):
	case strings.HasPrefix(word, "-x"):
		p.setLanguage(word[2:])
	case strings.HasPrefix(word, "--language="):
		p.setLanguage(word[len("--language="):])
	case strings.HasPrefix(word, "--output="):
		p.output = word[len("--output="):]
	case strings.HasPrefix(word, "-l"):
		p.Libraries = append(p.Libraries, word[2:])
	case strings.HasPrefix(word, "-L"):
		p.LibraryDirs = append(p.LibraryDirs, word[2:])
	case strings.HasPrefix(word, "-Wl,"):
		for part := range strings.SplitSeq(word[len("-Wl,"):], ",") {
			p.linker(part)
		}
	case strings.HasPrefix(word, "-Wp,"):
		p.joinedPreprocessor(word)
	case strings.HasPrefix(word, "--target="):
		p.setTarget(word[len("--target="):])
		p.keep(word, values)
	case strings.HasPrefix(word, "-flto") || word == "-fno-lto":
		p.LTO = word != "-fno-lto"
	case strings.HasPrefix(word, "-fsanitize=") || strings.HasPrefix(word, "-fno-sanitize="):
		p.sanitize(word)
		p.keep(word, values)
	default:
		p.keep(word, values)
	}
}

func (p *parser) keep(word string, values []string) {
	p.Shadow = append(append(p.Shadow, word), values...)
}

// joinedOutput is for what begins with -o: a file, or an option of Objective-C's migration.
func (p *parser) joinedOutput(word string) {
	if strings.HasPrefix(word, "-objcmt-") || word == "-object" {
		return
	}
	p.output = word[2:]
}

func (p *parser) setLanguage(language string) {
	if language == "none" {
		language = ""
	}
	p.language, p.chosen = language, true
}

func (p *parser) setTarget(target string) {
	if why := foreignTarget(target); why != "" {
		p.other(why)
	}
}

// linker takes in a word that goes to the linker as it is.
func (p *parser) linker(word string) {
	switch {
	case strings.HasPrefix(word, "-l") && len(word) > 2:
		p.Libraries = append(p.Libraries, word[2:])
	case strings.HasPrefix(word, "-L") && len(word) > 2:
		p.LibraryDirs = append(p.LibraryDirs, word[2:])
	case word == "-r", word == "-i", word == "--relocatable":
		p.partial = true
	}
}

// sanitize follows the list of sanitizers that are on.
func (p *parser) sanitize(word string) {
	option, list, _ := strings.Cut(word, "=")
	for name := range strings.SplitSeq(list, ",") {
		on := p.Sanitize[:0]
		for _, s := range p.Sanitize {
			if s != name && (option == "-fsanitize" || name != "all") {
				on = append(on, s)
			}
		}
		if option == "-fsanitize" && name != "" {
			on = append(on, name)
		}
		p.Sanitize = on
	}
}

// preprocessor reports whether a word that goes to the preprocessor as it is matters to the
// shadow: not when it asks for dependencies, where each option has a file behind it.
func (p *parser) preprocessor(word string) bool {
	if p.skip {
		p.skip = false
		return false
	}
	if strings.HasPrefix(word, "-M") {
		switch word {
		case "-MD", "-MMD", "-MF", "-MT", "-MQ", "-MDF":
			p.skip = true
		}
		return false
	}
	return word != "-H" && !strings.HasPrefix(word, "-d")
}

// joinedPreprocessor is for -Wp,a,b.
func (p *parser) joinedPreprocessor(word string) {
	kept := "-Wp"
	for part := range strings.SplitSeq(word[len("-Wp,"):], ",") {
		if p.preprocessor(part) {
			kept += "," + part
		}
	}
	p.skip = false
	if kept != "-Wp" {
		p.Shadow = append(p.Shadow, kept)
	}
}

// frontend is preprocessor for words to clang -cc1.
func (p *parser) frontend(word string) bool {
	if p.skip {
		p.skip = false
		return false
	}
	switch {
	case isForeign(word), strings.HasPrefix(word, "-analyze"), strings.HasSuffix(word, "-pch"):
		p.other("-Xclang " + word + " asks for something else than code")
		return false
	case word == "-MT", word == "-dependency-file", word == "-dependency-dot", word == "-diagnostic-log-file",
		word == "-load", word == "-plugin", word == "-add-plugin",
		word == "-coverage-data-file", word == "-coverage-notes-file", word == "-serialize-diagnostic-file":
		p.skip = true
		return false
	}
	return !strings.HasPrefix(word, "-plugin-arg-")
}

// isQuestion tells whether nothing is compiled with an option: the driver answers, or
// prints text.
func isQuestion(word string, clang bool) bool {
	switch word {
	case "-E", "--preprocess", "-S", "--assemble", "-M", "-MM", "--dependencies", "--user-dependencies",
		"-###", "--version", "--help", "--help-hidden", "--target-help", "-help", "-qversion", "-V",
		"-dumpversion", "-dumpfullversion", "-dumpmachine", "-dumpspecs":
		return true
	}
	return strings.HasPrefix(word, "-print-") || strings.HasPrefix(word, "--print-") ||
		strings.HasPrefix(word, "--help=") || strings.HasPrefix(word, "--autocomplete=") ||
		clang && strings.HasPrefix(word, "--cuda-version")
}

// isForeign tells whether with an option the compiler makes something that is neither an
// object file nor linked code, or gets what no other compilation can be given.
func isForeign(word string) bool {
	switch word {
	case "-fsyntax-only", "--analyze", "--precompile", "-fpreprocessed", "-rewrite-objc", "-verify-pch", "-module-file-info",
		"--migrate", "--emit-static-lib", "-extract-api", "-fdriver-only":
		return true
	}
	return strings.HasPrefix(word, "-emit-") || strings.HasPrefix(word, "-include-pch") ||
		strings.HasPrefix(word, "-fmodule") || strings.HasPrefix(word, "-fcxx-modules") ||
		strings.HasPrefix(word, "-fprebuilt-module-path") || strings.HasPrefix(word, "--output-pch=") ||
		strings.HasPrefix(word, "--cuda-") || strings.HasPrefix(word, "-ccc-")
}

// isDropped tells whether an option has no say in what the text of a source means.
func isDropped(word string, clang bool) bool {
	switch {
	case len(word) < 2:
		return false
	case word[1] == 'f' && word != "-framework" && word != "-filelist" && word != "-force_load":
		return isDroppedFlag(word)
	case word[1] == 'W':
		// What the user does not want to be told is kept: some of it are errors otherwise.
		return !strings.HasPrefix(word, "-Wno-") && !strings.HasPrefix(word, "-Wp,") && !strings.HasPrefix(word, "-Wl,")
	}
	switch word {
	case "-w", "-pedantic", "--pedantic", "-pedantic-errors", "--pedantic-errors", "--no-warnings", "--all-warnings", "--extra-warnings",
		"-pipe", "--pipe", "-v", "--verbose", "-H", "-Q", "-s", "-t", "-n", "-N", "-P", "-C", "-CC",
		"-rdynamic", "-shared-libgcc", "-static-libgcc", "-static-libstdc++", "-static-libasan", "-static-libtsan",
		"-static-libubsan", "-static-liblsan", "-static-libgfortran", "-static-openmp",
		"-pie", "--pie", "-no-pie", "-nopie", "--no-pie", "-nostdlib", "-nodefaultlibs", "-nostartfiles", "-nolibc", "--no-standard-libraries",
		"-nostdlib++", "-symbolic", "-pass-exit-codes", "-coverage", "--coverage", "-p", "-pg", "-a",
		"-Xlinker", "-Xassembler", "-Xanalyzer", "-Xcuda-ptxas", "-Xcuda-fatbinary", "-Xcompiler", "-Xthinlto",
		"-Xoffload-linker", "--for-assembler",
		"-rpath", "-b", "-aux-info", "-wrapper", "-framework", "-weak_framework", "-weak_library", "-weak_reference_mismatches",
		"-init", "-install_name", "-bundle_loader", "-bundle", "-filelist", "-force_load", "-all_load", "-undefined", "-umbrella",
		"-sub_library", "-sub_umbrella", "-current_version", "-compatibility_version", "-allowable_client", "-client_name",
		"-image_base", "-multiply_defined", "-multiply_defined_unused", "-multi_module", "-single_module", "-pagezero_size",
		"-read_only_relocs", "-exported_symbols_list", "-unexported_symbols_list", "-noprebind", "-prebind",
		"-serialize-diagnostics", "--serialize-diagnostics", "--analyzer-output", "-module-dependency-dir",
		"--entry", "--force-link", "--debug", "--write-dependencies", "--write-user-dependencies", "--print-missing-file-dependencies":
		return true
	case "-undef", "-remap", "-trigraphs", "-traditional", "-traditional-cpp", "-target", "-isysroot":
		return false
	}
	switch {
	case strings.HasPrefix(word, "-M"), strings.HasPrefix(word, "-g"), strings.HasPrefix(word, "-d"),
		strings.HasPrefix(word, "-u"), strings.HasPrefix(word, "-e"), strings.HasPrefix(word, "-z"),
		strings.HasPrefix(word, "-T"), strings.HasPrefix(word, "-y"),
		strings.HasPrefix(word, "-time"), strings.HasPrefix(word, "-seg"), strings.HasPrefix(word, "-sect"),
		strings.HasPrefix(word, "-save-temps"), strings.HasPrefix(word, "--save-temps"),
		strings.HasPrefix(word, "--dump"), strings.HasPrefix(word, "--entry="), strings.HasPrefix(word, "--force-link="),
		strings.HasPrefix(word, "--write-dependencies="), strings.HasPrefix(word, "--write-user-dependencies="),
		strings.HasPrefix(word, "-rtlib="), strings.HasPrefix(word, "--rtlib="),
		strings.HasPrefix(word, "-unwindlib="), strings.HasPrefix(word, "--unwindlib="),
		strings.HasPrefix(word, "--warn-"), strings.HasPrefix(word, "--debug="), strings.HasPrefix(word, "--ld-path="),
		strings.HasPrefix(word, "-arcmt-"), strings.HasPrefix(word, "-objcmt-"):
		return true
	case clang:
		return strings.HasPrefix(word, "-R")
	}
	return strings.HasPrefix(word, "-R") || strings.HasPrefix(word, "-h")
}

// isDroppedFlag is isDropped for -f…: what writes files, what words messages, what takes time
// and comes to no other code.
func isDroppedFlag(word string) bool {
	flag := strings.TrimPrefix(word[2:], "no-")
	for _, start := range droppedFlags {
		if strings.HasPrefix(flag, start) {
			return true
		}
	}
	return false
}

var droppedFlags = [...]string{
	"analyzer", "ansi-escape-codes", "auto-profile", "branch-probabilities", "callgraph-info", "caret-diagnostics",
	"color-diagnostics", "compare-debug", "coverage-", "crash-diagnostics", "debug-info", "deps-", "diagnostics-",
	"dump-", "elide-type", "error-limit", "fat-lto-objects", "implicit-modules", "linker-output", "ltrans", "max-errors",
	"mem-report", "message-length", "offload", "opt-info", "pch-", "plugin", "pre-ipa-mem-report", "post-ipa-mem-report",
	"profile-", "record-command-line", "record-gcc-switches", "report-bug", "save-optimization-record", "show-",
	"stack-usage", "stats", "test-coverage", "thinlto-index", "time-report", "time-trace", "track-macro-expansion",
	"use-ld", "use-linker-plugin", "verbose-asm", "whole-program-vtables", "working-directory",
}
