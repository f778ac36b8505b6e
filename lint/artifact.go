package lint

// Artifact is a native file and what becomes of it on a target.
type Artifact struct {
	Path  string // as the user named it, or below a folder that the user named
	Inner string // path inside of the container that Path is; usually empty
	Kind  ArtifactKind
	Form  ArtifactForm

	Target  Target
	Arch    string // that it was made for; empty when no Alpine runs on it
	Interp  string // the loader that a program asks for
	SoName  string
	Needed  []string
	Libc    ArtifactLibc
	Reasons []string // why it counts as made for Libc, each a clause: "it asks for the loader /lib64/ld-linux-x86-64.so.2"

	Host     string // what loads a plugin: "node", "python", "jvm" …
	Plugin   string // what a plugin of that host is called: "Node.js addon"
	Language string // "go" or "rust", where that is known
	Packer   string // "upx", where the program was packed

	Verdict Verdict
	Summary string // why, in a few words: "needs gcompat"

	MissingLibraries []MissingLibrary
	MissingSymbols   []MissingSymbol
	// Loads are the files at hand that the loader loads with it, by the paths that it opens
	// them by; those of a scan are Places of other artifacts.
	Loads []string
	// Assumed are libraries that packages bring, which are known by name only. That they
	// have what the artifact takes from them is assumed.
	Assumed []string
	Repairs []Repair // the smallest first
	// InTheWay are the libraries and symbols that no package of the target brings; while there
	// are any, packages alone do not make the artifact run.
	InTheWay []string
	Errors   []string // the lines that the kernel and the loader (or the linker) print
	// Instead is another artifact of the same scan that is the same thing made for musl, and
	// that runs.
	Instead string
	// Refused is what the installer of its container prints on the target, which it refuses to
	// install there; empty where it does not.
	Refused string
	Notes   []string // sentences: what else is to be known
}

// ArtifactKind is how a file is to be read.
type ArtifactKind string

const (
	KindELF     ArtifactKind = "elf"
	KindObject  ArtifactKind = "object"
	KindArchive ArtifactKind = "archive" // of object files
)

// ArtifactForm is what a native file is for.
type ArtifactForm string

const (
	FormProgram      ArtifactForm = "program"        // with a dynamic loader
	FormStatic       ArtifactForm = "static-program" // without one
	FormStaticPIE    ArtifactForm = "static-pie"
	FormLibrary      ArtifactForm = "library" // shared, needed by others
	FormPlugin       ArtifactForm = "plugin"  // shared, loaded by a host program at run time
	FormObject       ArtifactForm = "object"
	FormArchive      ArtifactForm = "archive"
	FormDebug        ArtifactForm = "debug" // debugging information of another file
	FormKernelModule ArtifactForm = "kernel-module"
	FormCore         ArtifactForm = "core"    // memory of a dead process
	FormForeign      ArtifactForm = "foreign" // for another operating system
)

// ArtifactLibc is the C library that an artifact was made for.
type ArtifactLibc string

const (
	LibcGlibc   ArtifactLibc = "glibc"
	LibcMusl    ArtifactLibc = "musl"
	LibcStatic  ArtifactLibc = "static" // it carries what it needs
	LibcNone    ArtifactLibc = "none"   // it needs nothing of any
	LibcUnknown ArtifactLibc = "unknown"
)

// Verdict is what becomes of an artifact. What is not certain is Undecided.
type Verdict string

const (
	Runs      Verdict = "runs" // all that it needs is there; an object or archive: all of it links
	Fails     Verdict = "fails"
	Undecided Verdict = "unknown"
)

// MissingLibrary is a shared library that the loader does not find.
type MissingLibrary struct {
	Name     string // as it is asked for
	NeededBy string // the object that asks, as the loader prints it
	Package  string // that brings it on the target; empty when none is known
	Certain  bool   // that Package does
}

// SymbolGroup says whose a missing symbol is.
type SymbolGroup string

const (
	GroupGlibc     SymbolGroup = "glibc"
	GroupFortify   SymbolGroup = "fortify"   // the checked variants of -D_FORTIFY_SOURCE
	GroupLibstdcxx SymbolGroup = "libstdc++" // of a newer GCC than the target has, or of no GCC there
	GroupHost      SymbolGroup = "host"      // of a program that is to load the artifact, where that is not the one that does
	GroupOther     SymbolGroup = "other"
)

// MissingSymbol is a symbol that no loaded object defines.
type MissingSymbol struct {
	Name     string
	Version  string // node that is asked for, such as "GLIBC_2.28"; musl does not care
	Library  string // that was to have it when the artifact was made
	Object   string // that asks
	Group    SymbolGroup
	Deferred bool   // loading succeeds all the same; calling it crashes
	Package  string // that has it, if it is made to act: gcompat, libucontext; empty when none does
	Why      string // what the symbol is, a sentence; may be empty
}

// Repair is a change that makes an artifact run.
type Repair struct {
	Title    string
	Packages []string // of Alpine, to be added
	Env      []string // "LD_PRELOAD=/lib/libgcompat.so.0"
	Release  string   // of Alpine to move to, empty for the target's own
	Proved   bool     // by replaying the loader with it
	// Dockerfile are the instructions that do it, where such can be told.
	Dockerfile []string
	Note       string // what to know before, a sentence; may be empty
}

// Place is where the artifact is found: "app.jar!/native/libx.so".
func (a *Artifact) Place() string {
	if a.Inner == "" {
		return a.Path
	}
	return a.Path + "!/" + a.Inner
}

// Severity is how bad the verdict is: a failure is an error, unless there is another build
// that runs instead; what is undecided is a warning. ok is false for what is neither.
func (a *Artifact) Severity() (s Severity, ok bool) {
	switch {
	case a.Verdict == Runs, a.Form == FormForeign:
		return Info, false
	case a.Instead != "":
		return Info, true
	case a.Verdict == Fails:
		return Error, true
	}
	return Warning, true
}
