// Package dockerfile reads a Dockerfile into stages, instructions, shell commands,
// packages and the files that flow between stages, each with its exact bytes.
//
// BuildKit's parser says where instructions begin and end and what Docker refuses; it
// joins continued lines and drops the comments between them, so the places of words are
// found again here, in the bytes of the file.
package dockerfile

import (
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// Options are what `docker build` would be told on its command line, and what the user
// knows about images. The zero value is a plain `docker build .` for linux/amd64.
type Options struct {
	BuildArgs map[string]string
	Target    string            // --target: a stage's name; empty is the last stage
	Platform  string            // --platform: "linux/arm64"; empty is "linux/amd64"
	Contexts  map[string]string // --build-context: name to value
	Images    []Override        // first match wins
}

// Override is what the user says about images whose name matches Pattern, a glob in which
// * also matches slashes. Like names an image that they are built from.
type Override struct {
	Pattern                  string
	Libc                     lint.Libc
	Distro, Release, Version string
	Like                     string
}

// File is a Dockerfile that has been read. It belongs to one goroutine: its stages remember
// what they were asked.
type File struct {
	Source   *lint.Source
	Stages   []*Stage
	Problems []Problem // what Docker refuses, and what could not be understood
	Comments []Comment
	Escape   byte // the escape and continuation character: \ or `
	// Context reads a small file of the build context; nil without one.
	Context func(name string) (text string, ok bool)
	// Texts are the text files of the build context; nil without one.
	Texts Texts

	names    map[string]*Stage // finished stages by name in lower case
	finished int
	frontend string         // image named by # syntax=, empty when that is Docker's own
	global   []*Instruction // ARG before the first FROM
}

// Problem is something in the file that keeps Docker or musllint from understanding it.
type Problem struct {
	Rule     string // one of lint.Rule…
	Severity lint.Severity
	Range    lint.Range
	Message  string
}

// Comment is one comment line.
type Comment struct {
	Range  lint.Range   // from # to before the line ending
	Line   int          // counted from 1
	Inside *Instruction // the instruction whose continued lines it stands between, or nil
	Next   *Instruction // the instruction that follows, or nil
}

// Stage is one FROM and what follows it.
type Stage struct {
	Index        int
	Name         string     // as written after AS; empty when it has none
	Range        lint.Range // from FROM to the last byte of its last instruction
	FromRange    lint.Range // the FROM instruction
	Base         string     // image or stage, with variables replaced as far as they are known
	BaseKnown    bool       // false when a variable in Base has no value here
	BaseRange    lint.Range
	BaseStage    *Stage // the stage that it is FROM, or nil
	Platform     string // "linux/arm64": that of the build, or FROM --platform
	Image        facts.Image
	Ref          facts.Ref // of the image at the bottom of the FROM chain
	Target       lint.Target
	Certain      bool           // the libc follows from a verified fact or the user's word
	Reasons      []lint.Related // why Target is what it is
	Final        bool           // the stage that is built
	Built        bool           // a build makes it; only --target leaves stages out
	Shipped      bool           // its layers are in an image: that of the target or, without --target, of a stage that no other one uses
	Top          *Stage         // the stage of that image; nil when it is not shipped
	Instructions []*Instruction
	Artifacts    []*Artifact // what its commands make or download, and what is copied in

	file *File
	base word

	// after its last instruction
	env   *env
	dir   string
	shell []string

	scans map[string]*scan     // by question
	apk   map[string]*timeline // by package

	unread unread
}

// Label is how a person would name the stage: its name, or its number as COPY --from
// takes it.
func (s *Stage) Label() string {
	if s.Name != "" {
		return s.Name
	}
	return itoa(s.Index)
}

// Instruction is one Dockerfile instruction.
type Instruction struct {
	Stage     *Stage // nil before the first FROM
	Index     int    // within the stage
	Keyword   string // upper case; of ONBUILD the one that it triggers
	OnBuild   bool
	Range     lint.Range // with continued lines and heredocs, without the final newline
	Flags     []Flag
	Words     []shell.Word // the arguments: of RUN in shell form none
	Commands  []*shell.Command
	Scripts   []*shell.Script
	Copy      *Copy      // of COPY and ADD
	Installs  []*Install // packages added and removed, in order
	Downloads []*Download
	Vars      []Variable // of ENV and ARG, in order
	Exec      bool       // RUN, CMD, ENTRYPOINT, SHELL in JSON form
	Dir       string     // working directory, "?" when it is unknown

	env      *env
	heredocs []heredoc
	rest     span // what follows keyword and flags on the logical line
	broken   bool // Docker refuses it
}

// Flag is a --name=value of an instruction.
type Flag struct {
	Name       string // without dashes
	Value      shell.Word
	Start, End int
}

// Flag returns the first flag of that name.
func (in *Instruction) Flag(name string) (Flag, bool) {
	for _, f := range in.Flags {
		if f.Name == name {
			return f, true
		}
	}
	return Flag{}, false
}

// Variable is one name and value that ENV or ARG sets.
type Variable struct {
	Name       string
	Value      shell.Word // zero when an ARG has no default
	HasValue   bool
	Start, End int // of the whole pair
}

// Env returns what a variable holds where the instruction stands. Known is false when it
// is not set, or its value cannot be told without building.
func (in *Instruction) Env(name string) (value string, known bool) {
	v, ok := in.env.lookup(name)
	return v.value, ok && v.known
}

// EnvPlace returns where the variable that holds there was set.
func (in *Instruction) EnvPlace(name string) (lint.Range, bool) {
	v, ok := in.env.lookup(name)
	return v.at, ok && !v.at.IsZero()
}

// Range returns a range of the file.
func (f *File) Range(start, end int) lint.Range {
	return lint.Range{File: f.Source.Name, Start: start, End: end}
}

// stageNamed finds a finished stage by its name, whatever the case, as FROM and --target
// do. Of several stages with one name it is the last.
func (f *File) stageNamed(name string) *Stage { return f.names[strings.ToLower(name)] }

// stageFrom finds a finished stage as COPY --from and a mount do: by name or number.
func (f *File) stageFrom(name string) *Stage {
	if s := f.stageNamed(name); s != nil {
		return s
	}
	if i, ok := atoi(name); ok && i < f.finished {
		return f.Stages[i]
	}
	return nil
}

// Texts are the text files of a build context. The name of a source is the path of the file as
// a user would write it, by which edits and places name it.
type Texts interface {
	// Text returns a file that the build is given.
	Text(name string) (src *lint.Source, ok bool)
	// Ignore returns the ignore file that counts. It has no content when there is none yet; ok
	// is false when nobody can tell.
	Ignore() (src *lint.Source, ok bool)
}
