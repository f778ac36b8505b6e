// Package artifact opens any container and yields the native files in it: a static
// library, a wheel, a jar, a distribution's package, an archive, a folder of these.
//
// What a file is follows from its first bytes, never from its name. Only ELF files are
// yielded; everything else costs a look at its first 512 bytes and nothing more. Files
// inside a container are read where they lie if that is possible, else unpacked into
// memory, and what exceeds [Limits.Memory] into a temporary file that has no name any
// more by the time the first byte is in it. Nothing is ever unpacked under its own name.
//
// The input is hostile until proved otherwise. A damaged or refused part becomes a
// [Problem], and the walk goes on with what follows it.
package artifact

import (
	"errors"
	"io/fs"
)

// Place is where a file is found: on disk, and inside the containers there.
type Place struct {
	// Path is the outermost file, as the caller named it or below the folder that the
	// caller named.
	Path string
	// Inner is the path inside the container, "" for the outermost file itself. Where
	// containers are nested it names them all, outermost first, joined by "!/":
	// "WEB-INF/lib/x.jar!/native/libx.so". It is always valid UTF-8, has neither NUL nor
	// ".." and does not start with a slash, whatever the container says.
	Inner string
}

// String returns "app.jar!/native/libx.so", the path alone for the outermost file.
func (p Place) String() string {
	if p.Inner == "" {
		return p.Path
	}
	return p.Path + "!/" + p.Inner
}

// Kind says what a file or container is.
type Kind string

const (
	ELF    Kind = "elf"    // a program or shared library
	Object Kind = "object" // a relocatable object file: .o, a member of a .a, .ko

	Archive    Kind = "archive" // a static library (.a), or another ar archive
	Zip        Kind = "zip"
	Wheel      Kind = "wheel"
	Egg        Kind = "egg"
	Jar        Kind = "jar"
	War        Kind = "war"
	Ear        Kind = "ear"
	JMod       Kind = "jmod"
	NuGet      Kind = "nupkg"
	Aar        Kind = "aar"
	AndroidApp Kind = "android-app"
	Conda      Kind = "conda"
	Tar        Kind = "tar" // compressed or not
	NPM        Kind = "npm"
	Gem        Kind = "gem"
	Alpine     Kind = "apk"
	Debian     Kind = "deb"
	RPM        Kind = "rpm"
	Cpio       Kind = "cpio"
	Compressed Kind = "compressed" // one compressed file: libx.so.gz
)

var kindNames = map[Kind]string{
	ELF:        "ELF file",
	Object:     "object file",
	Archive:    "static library",
	Zip:        "zip archive",
	Wheel:      "Python wheel",
	Egg:        "Python egg",
	Jar:        "jar",
	War:        "war",
	Ear:        "ear",
	JMod:       "Java module",
	NuGet:      "NuGet package",
	Aar:        "Android library",
	AndroidApp: "Android app",
	Conda:      "conda package",
	Tar:        "tar archive",
	NPM:        "npm package",
	Gem:        "Ruby gem",
	Alpine:     "Alpine package",
	Debian:     "Debian package",
	RPM:        "RPM package",
	Cpio:       "cpio archive",
	Compressed: "compressed file",
}

// Name is the kind for people: "Python wheel".
func (k Kind) Name() string { return kindNames[k] }

// Container is a file that holds others.
type Container struct {
	Place
	Kind Kind
	In   *Container // the container around it; nil for the outermost

	depth int // 1 for the outermost
}

// Link is a symbolic or hard link that a folder or container holds.
type Link struct {
	Place
	In *Container // nil in a folder on disk
	// Target is what the link says: relative to the link's own folder or, with a leading
	// slash, to the root of what holds it. It may lead anywhere, and may not exist.
	Target string
}

// Problem is something in the input that kept a part of it from being read.
type Problem struct {
	Place
	Err error // is one of the Err… values of this package, or an error of the file system
}

// String returns the place and what is wrong there.
func (p Problem) String() string { return p.Place.String() + ": " + p.Err.Error() }

// What a Problem can be, for errors.Is.
var (
	// ErrDamaged: the bytes contradict themselves or end too early.
	ErrDamaged = errors.New("damaged")
	// ErrUnsupported: recognised, but nothing here can open it, or it is encrypted.
	ErrUnsupported = errors.New("not supported")
	// ErrLimit: a limit was reached; what lies beyond was not looked at.
	ErrLimit = errors.New("limit reached")
	// ErrUnrecognized: the file that the caller named is neither an ELF file nor a
	// container. Files found in folders and containers are passed over in silence.
	ErrUnrecognized = errors.New("neither an ELF file nor a container of such files")
)

// Options say how to walk. The zero value walks with the default limits and tells nobody
// about problems. The functions are called by the goroutine that walks, one at a time.
type Options struct {
	Limits Limits

	// Problem is told what could not be read. At most 100 are told for one outermost
	// file; a last one says that there are more.
	Problem func(Problem)
	// Container is told of a container before its files are yielded. When it returns
	// fs.SkipDir, the container is not looked into.
	Container func(*Container) error
	// Link is told of symbolic and hard links, which are never followed.
	Link func(*Link) error
}

// File is an ELF file that was found. It is valid until visit returns.
type File struct {
	Place
	Kind Kind        // ELF or Object
	In   *Container  // the container that holds it; nil for a file on disk
	Size int64       // as the container claims; -1 when only Open can tell
	Mode fs.FileMode // as far as the container records it

	open func() (*Content, error)
}

// Open gives access to the bytes of the file, unpacking them if it must. It is called
// before visit returns, and from the same goroutine; what it returns lives on until it is
// closed, so that it can be handed to another goroutine. An error has already been told
// as a Problem: visit may go on to the next file.
func (f *File) Open() (*Content, error) { return f.open() }
