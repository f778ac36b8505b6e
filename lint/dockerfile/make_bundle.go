package dockerfile

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// cxxRuntime is what C++ programs load beside the libc.
var cxxRuntime = []string{"libstdc++.so.6", "libgcc_s.so.1"}

// makeRelease records mix release and rebar3 release or tar: a release carries beam.smp,
// which since OTP 24 is C++ (the JIT) and so needs libstdc++.
func makeRelease(m *making) {
	words := shell.Texts(m.c.Words)
	if m.libc == lint.Unknown || !slices.Contains(words, "release") && !slices.Contains(words, "tar") {
		return
	}
	a := &Artifact{
		Kind: "beam-release", Path: m.path("_build"), Libc: m.libc, Certain: m.stage.Certain,
		Why: "a release carries the Erlang run-time system of the stage",
	}
	if f, ok := m.c.Flag("path"); ok {
		a.Path = m.path(f.Value)
	}
	if otp := otpMajor(m.stage.Ref); otp == 0 || otp >= 24 {
		a.Needs = cxxRuntime
	}
	m.add(a)
}

// otpMajor is the release of Erlang/OTP that an image's tag tells of, 0 when it does not.
// Elixir's images have the newest that their version supports unless the tag says so.
func otpMajor(ref facts.Ref) int {
	for _, marker := range []string{"otp-", "erlang-"} {
		if _, rest, ok := strings.Cut(ref.Tag, marker); ok {
			return leadingNumber(rest)
		}
	}
	switch ref.Name() {
	case "erlang":
		return leadingNumber(ref.Tag)
	case "elixir":
		if minor, ok := strings.CutPrefix(ref.Tag, "1."); ok && leadingNumber(minor) < 12 && leadingNumber(minor) > 0 {
			return 23
		}
	}
	return 0
}

func leadingNumber(s string) int {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	if err != nil {
		return 0
	}
	return n
}

func makeDotnet(m *making) {
	if m.c.Sub != "publish" && m.c.Sub != "build" {
		return
	}
	rid, given := m.dotnetRID()
	props := strings.ToLower(m.words())
	carries := strings.Contains(props, "publishaot=true") || strings.Contains(props, "publishsinglefile=true") && !strings.Contains(props, "self-contained false") ||
		strings.Contains(props, "--self-contained") && !strings.Contains(props, "--self-contained false") && !strings.Contains(props, "--self-contained=false")
	a := &Artifact{Kind: "dotnet-program", Path: m.output("o", "output"), Needs: cxxRuntime}
	switch {
	case strings.HasPrefix(rid, "linux-musl-"), strings.HasPrefix(rid, "alpine"):
		a.Libc, a.Why = lint.Musl, given
	case strings.ContainsAny(rid, "$`"):
		return
	case strings.HasPrefix(rid, "linux-"):
		a.Libc, a.Why = lint.Glibc, given+" is the run-time for glibc"
	case carries:
		a.Libc, a.Why = m.libc, "the run-time is that of the stage"
	case given == "":
		makeLauncher(m)
	}
	if a.Libc != lint.Unknown {
		a.Path = strings.TrimSuffix(a.Path, "/*")
		m.add(a)
	}
}

// makeLauncher records the launcher that dotnet puts beside a program's DLL under the
// program's name: without a run-time identifier it is the one for the SDK's own libc.
// The project file may still name an identifier, or want no launcher.
func makeLauncher(m *making) {
	f, ok := m.c.Flag("o", "output")
	if !ok || !f.Known || m.libc == lint.Unknown || m.says("useapphost", "runtimeidentifier") {
		return
	}
	m.add(&Artifact{
		Kind: "dotnet-launcher", Path: anyIn(m.path(f.Value)), Libc: m.libc,
		Why: "without -r, dotnet " + m.c.Sub + " adds the launcher for the libc of the SDK",
	})
}

// dotnetRID returns the run-time identifier that a command is given, with what is not
// resolved as written, and the words that give it.
func (m *making) dotnetRID() (rid, given string) {
	if f, ok := m.c.Flag("runtime", "r"); ok {
		return f.Value, "-r " + f.Value
	}
	if f, ok := m.c.Flag("os"); ok { // the architecture is that of the machine
		return f.Value + "-", "--os " + f.Value
	}
	for _, w := range m.c.Words {
		if _, value, ok := strings.Cut(w.Text, ":RuntimeIdentifier="); ok { // -p: or /p:
			return value, w.Text
		}
	}
	return "", ""
}

func makeJRE(m *making) {
	if m.libc == lint.Unknown {
		return
	}
	dir := written(m.c.Words, "--output")
	if dir == "" {
		return
	}
	m.add(&Artifact{Kind: "jre", Path: m.path(dir), Libc: m.libc, Certain: m.stage.Certain, Why: "jlink copies the run-time of the stage's JDK"})
}

// makeBundled records what packs an interpreter and a program into one file.
func makeBundled(m *making) {
	if m.c.Name == "deno" && m.c.Sub != "compile" || m.libc == lint.Unknown {
		return
	}
	a := &Artifact{Kind: "bundled-program", Path: m.output("o", "output", "outfile", "out-path"), Libc: m.libc, Why: m.c.Name + " carries the interpreter of the stage"}
	words := m.words()
	switch {
	case m.c.Name == "pyinstaller":
		a.Path = m.path("dist") + "/**"
		if f, ok := m.c.Flag("distpath"); ok {
			a.Path = m.path(f.Value) + "/**"
		}
	case m.c.Name == "deno":
		a.Libc, a.Why = lint.Glibc, "deno compile makes programs for glibc only"
	case strings.Contains(words, "linuxstatic"):
		a.Libc, a.Why = lint.None, "its target is linuxstatic"
	case strings.Contains(words, "alpine"), strings.Contains(words, "musl"):
		a.Libc, a.Why, a.Needs = lint.Musl, "its target is musl", cxxRuntime
	case strings.Contains(words, "linux-x64"), strings.Contains(words, "linux-arm64"):
		a.Libc, a.Why = lint.Glibc, "its target is Linux with glibc"
	case m.libc == lint.Musl:
		a.Needs = cxxRuntime
	}
	m.add(a)
}

// makeNative records other compilers of native programs.
func makeNative(m *making) {
	words := strings.ToLower(m.words())
	if m.libc == lint.Unknown || !m.compiles(words) || strings.Contains(words, "-sdk") {
		return
	}
	a := &Artifact{Kind: "native-program", Libc: m.libc, Why: m.c.Name + " links to the libc of the stage"}
	switch plain := strings.ReplaceAll(words, "--static-swift-stdlib", ""); {
	case strings.Contains(plain, "static"), m.says("-optl-static", "enable-executable-static"):
		a.Libc, a.Why = lint.None, "it is linked statically"
	case strings.Contains(plain, "musl"):
		a.Libc = lint.Unknown
	case m.c.Name == "dart":
		a.Libc, a.Why = lint.Glibc, "dart compile makes programs for glibc only"
	}
	a.Path = m.nativeOutput()
	m.add(a)
}

// nativeOutput is the path of the program that such a compiler makes, "" when the command
// does not tell.
func (m *making) nativeOutput() string {
	out := ""
	switch m.c.Name {
	case "dart":
		if out = written(m.c.Words, "-o", "--output"); out == "" && len(m.c.Operands) > 0 {
			if source, ok := strings.CutSuffix(m.c.Operands[len(m.c.Operands)-1].Text, ".dart"); ok {
				out = source + ".exe"
			}
		}
	case "nim":
		out = written(m.c.Words, "-o", "--out")
	case "native-image":
		out = m.imageName()
	default:
		f, ok := m.c.Flag("o", "output", "installdir", "local-bin-path")
		if ok && (f.Name == "installdir" || f.Name == "local-bin-path") && f.Known {
			return anyIn(m.path(f.Value))
		}
		out = f.Value
	}
	if out == "" || strings.Contains(out, "$") {
		return ""
	}
	return m.path(out)
}

// imageName is what native-image calls its program: -o or -H:Name, else the word after the
// class or the JAR file, else that file's own name.
func (m *making) imageName() string {
	words := m.c.Operands
	jar, ofJar := m.c.Flag("jar")
	name := written(m.c.Words, "-H:Name")
	switch f, ok := m.c.Flag("o"); {
	case ok:
		return f.Value
	case name != "":
		return name
	case ofJar && len(words) > 0:
		return words[0].Text
	case ofJar:
		return strings.TrimSuffix(path.Base(jar.Value), ".jar")
	case len(words) > 1:
		return words[1].Text
	}
	return ""
}

// makeNativeImage records native-image as run by its plug-ins for Maven and Gradle, in an
// image that has it. The project may still ask for a static program.
func makeNativeImage(m *making) {
	words := strings.ToLower(m.words())
	if m.libc != lint.Glibc && m.libc != lint.Musl || m.stage.Image.Cross != "" ||
		!strings.Contains(m.stage.Ref.String(), "graal") || !strings.Contains(words, "native") || m.says("static", "musl") {
		return
	}
	m.add(&Artifact{Kind: "native-program", Libc: m.libc, Why: "native-image links to the libc of the stage"})
}

// compiles reports whether the command builds a program rather than fetches or tests.
func (m *making) compiles(words string) bool {
	switch m.c.Name {
	case "native-image":
		return len(m.c.Operands) > 0 || m.c.HasFlag("jar")
	case "ghc", "ldc2":
		return len(m.c.Operands) > 0
	case "dart":
		return strings.Contains(words, "compile exe") || strings.Contains(words, "build cli")
	case "nim":
		return strings.Contains(words, " c ") || strings.Contains(words, " compile ") || strings.Contains(words, " cpp ")
	}
	switch m.c.Sub {
	case "build", "compile":
		return true
	case "install": // of shards it fetches libraries, of the others it builds
		return m.c.Name != "shards" && m.c.Name != "crystal" && m.c.Name != "dub"
	}
	return false
}
