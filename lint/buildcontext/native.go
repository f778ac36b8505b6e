package buildcontext

import (
	"path"
	"strings"
)

// textEndings are those of files that no build puts native code into. They are not opened:
// most files of a context have one of them.
var textEndings = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range strings.Fields(`
		.js .mjs .cjs .jsx .ts .mts .cts .tsx .map .json .json5 .jsonl .ndjson .md .mdx .markdown .txt .rst .adoc .html .htm .xhtml .css .scss .sass .less .styl
		.yml .yaml .toml .ini .cfg .conf .xml .xsd .xsl .svg .csv .tsv .sql .graphql .gql .proto .properties .env .lock .log .pem .crt .key .csr
		.go .mod .sum .py .pyi .pyc .pyx .pxd .rb .erb .php .phpt .twig .blade .pl .pm .t .java .kt .kts .scala .groovy .gradle .clj .cljs .cs .csproj .sln .fs .vb .razor .cshtml
		.c .h .cc .hh .cpp .hpp .cxx .hxx .inc .ipp .s .asm .m .mm .swift .rs .zig .nim .d .dart .lua .r .jl .ex .exs .eex .heex .leex .erl .hrl .hs .lhs .ml .mli .elm .purs .vue .svelte .astro
		.sh .bash .zsh .fish .ps1 .bat .cmd .awk .sed .vim .el .tf .tfvars .hcl .nix .cmake .mk .am .ac .m4 .in .tmpl .tpl .j2 .mustache .hbs .ejs .pug .liquid
		.png .jpg .jpeg .gif .webp .avif .ico .bmp .tif .tiff .psd .mp3 .mp4 .m4a .mov .avi .mkv .webm .ogg .wav .flac .woff .woff2 .ttf .otf .eot .pdf .doc .docx .xls .xlsx .ppt .pptx
		.patch .diff .po .pot .mo .snap .flow .tsbuildinfo .editorconfig .gitignore .gitattributes .gitkeep .npmignore .eslintrc .prettierrc .babelrc .nvmrc .dockerignore .class .wasm .dll .exe .pdb .dylib .a .o .obj .lib
	`) {
		m[e] = true
	}
	return m
}()

// textNames are files without an ending that every package has.
var textNames = map[string]bool{
	"LICENSE": true, "LICENCE": true, "License": true, "license": true, "README": true, "CHANGELOG": true, "CHANGES": true, "AUTHORS": true,
	"COPYING": true, "NOTICE": true, "HISTORY": true, "Makefile": true, "Dockerfile": true, "METADATA": true, "RECORD": true, "WHEEL": true,
	"INSTALLER": true, "Gemfile": true, "Rakefile": true,
}

// maybeNative tells whether a file of that name may hold native code, or a link of that
// name lead to some.
func maybeNative(name string) bool {
	ending := path.Ext(name)
	if ending == "" {
		return !textNames[name]
	}
	return !textEndings[ending] && !textEndings[strings.ToLower(ending)]
}

// Kind is what a file of the context is, by its first bytes and, for zip archives, its name.
type Kind string

const (
	Other   Kind = ""        // nothing that matters here
	Native  Kind = "native"  // an ELF file
	Jar     Kind = "jar"     // or war or ear
	Wheel   Kind = "wheel"   // of Python
	Archive Kind = "archive" // that ADD unpacks
	Link    Kind = "link"    // a symbolic link
	Plain   Kind = "plain"   // no ELF file, but where a loader may look for one: a linker script, a path file
	Modules Kind = "modules" // a folder called node_modules
)

const (
	elfMagic = "\x7fELF"
	zipMagic = "PK\x03\x04"
	headSize = 4
)

// kindOf is the kind of a file with that name and these first bytes.
func kindOf(name string, head []byte) Kind {
	switch string(head) {
	case elfMagic:
		return Native
	case zipMagic:
		switch strings.ToLower(path.Ext(name)) {
		case ".jar", ".war", ".ear":
			return Jar
		case ".whl":
			return Wheel
		}
		return Other
	}
	if strings.Contains(name, ".so") || strings.HasPrefix(name, "ld-musl-") {
		return Plain
	}
	return Other
}

// histories are folders in which version control keeps what it needs: nothing in them is
// ever run, and a copied one has thousands of files.
var histories = map[string]bool{".git": true, ".hg": true, ".svn": true}
