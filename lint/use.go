package lint

// Use is a place in a source file, or on the command line of a compiler, where something is
// used that musl does not have, or has in another way than glibc.
type Use struct {
	Kind UseKind `json:"kind"`
	// Name is what is used, as the field calls it: "fts.h", "fts_open", "FNM_EXTMATCH",
	// "u_int", "fpregset_t.uregs", "-fsanitize=address". A member has its type before the dot
	// where that is known.
	Name string `json:"name"`
	// File is the absolute path of the file to be changed, behind links. A #line directive was
	// followed where the file that it names exists. Empty for options and for symbols whose
	// place is not known.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`   // from 1; 0: not known
	Column int    `json:"column,omitempty"` // in bytes, from 1; 0: not known
	// Message is what the compiler or the linker of a musl system prints about it, without
	// place and severity: "argp.h: No such file or directory".
	Message string `json:"message,omitempty"`
	// Via is how the compiler came to File: the #include lines, that of the unit's own source
	// first. Empty when File is the unit's source.
	Via   []Spot   `json:"via,omitempty"`
	Proof UseProof `json:"proof"`
	// Guard is the macro of a configured header, such as HAVE_EXECINFO_H, on which the use
	// depends: on a musl system the configure script decides it anew, and the use may vanish.
	Guard string `json:"guard,omitempty"`
	// Library is the library that a symbol is taken from on glibc: "libc.so.6".
	Library string `json:"library,omitempty"`
	// Generated says that File was made by a program, so that it is not to be edited.
	Generated bool `json:"generated,omitempty"`
}

// Spot is a line of a file.
type Spot struct {
	File string `json:"file"` // absolute
	Line int    `json:"line"`
}

// UseKind says what is used.
type UseKind string

const (
	UseHeader   UseKind = "header"   // a header that musl does not have
	UseFunction UseKind = "function" // a function that is declared nowhere, or not by what is included
	UseMacro    UseKind = "macro"    // a macro, constant or other name that is not declared
	UseType     UseKind = "type"     // a type that is not declared
	UseMember   UseKind = "member"   // a member that a structure does not have
	UseSymbol   UseKind = "symbol"   // a function or object that is declared, and that the library lacks
	UseConflict UseKind = "conflict" // a declaration or an argument that does not agree with musl's
	UseRedirect UseKind = "redirect" // a header that warns and includes the one that is meant
	UseOption   UseKind = "option"   // an option of the compiler or linker: -fsanitize=address, -lanl
	UseBehavior UseKind = "behavior" // compiles and links, and does something else
	UseOther    UseKind = "other"    // does not compile for a reason of another kind
)

// UseProof says what shows a use to be one.
type UseProof string

const (
	ProofCompile UseProof = "compile" // compiled with musl's headers, or by a musl system's own compiler
	ProofLink    UseProof = "link"    // linked, and compared with what musl's library exports
	ProofObject  UseProof = "object"  // an object file of a glibc system, which may come from guarded code
	ProofText    UseProof = "text"    // the text of the source alone
)
