// Package lint is the vocabulary of musllint: what a source, a range, a finding, a fix,
// a target and a report are. Every other package speaks these words; this one imports
// nothing but the standard library.
//
// Problems of the input are findings. Problems of the tool, its configuration or its
// surroundings are Go errors. The two never share a channel.
package lint

import (
	"encoding"
	"fmt"
)

// Ids of the findings that the linter makes about its own input rather than by a policy.
// Their wording for people lives in the policies folder, like that of every other rule.
const (
	RuleSyntax            = "ML0001" // Docker refuses the file or an instruction
	RuleUnparsedShell     = "ML0002" // a RUN body that the shell parser cannot read
	RuleUnusedSuppression = "ML0010" // a suppression that suppressed nothing
	RuleExpired           = "ML0011" // a suppression whose until= date has passed
	RuleBadSuppression    = "ML0012" // a suppression that cannot be understood, or names an unknown rule
)

// Severity says how sure and how bad a finding is.
type Severity uint8

const (
	// Info is worth knowing; nothing fails because of it alone.
	Info Severity = iota
	// Warning means that it fails in most builds of this shape.
	Warning
	// Error means that the failure is certain.
	Error
)

var severityNames = [...]string{Info: "info", Warning: "warning", Error: "error"}

// String returns "info", "warning" or "error".
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// ParseSeverity is the inverse of String.
func ParseSeverity(name string) (Severity, error) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: want info, warning or error", name)
}

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

var _ encoding.TextMarshaler = Info

// Libc names a C library. The zero value means unknown, and unknown is a value that every
// rule has to handle.
type Libc string

const (
	Unknown Libc = ""
	Musl    Libc = "musl"
	Glibc   Libc = "glibc"
	UClibc  Libc = "uclibc"
	// None is an image without any C library (scratch), or a static program.
	None Libc = "none"
)

// String returns the libc's name, "unknown" for the zero value.
func (l Libc) String() string {
	if l == Unknown {
		return "unknown"
	}
	return string(l)
}

// Target is the system that something runs on. A zero field is unknown.
type Target struct {
	Libc    Libc   // musl, glibc, uclibc, none
	Version string // of the libc, such as "1.2.5"
	Distro  string // "alpine", "debian", "wolfi", …
	Release string // of the distribution, such as "3.20" or "edge"
	Arch    string // OCI's name, with variant: "amd64", "arm64", "arm/v7"
}

// Range is a half-open span of bytes in one file. The zero Range says nothing about a
// place. Start == End == 0 with a File means the file as a whole.
type Range struct {
	File  string // as the user named it; key of Report.Sources
	Inner string // path inside a container, such as a jar; usually empty
	Start int
	End   int
}

// IsZero reports whether r names no place at all.
func (r Range) IsZero() bool { return r == Range{} }

// Contains reports whether offset lies in r.
func (r Range) Contains(offset int) bool { return r.Start <= offset && offset < r.End }

// Encloses reports whether o lies in r, both being ranges of the same file.
func (r Range) Encloses(o Range) bool {
	return r.File == o.File && r.Inner == o.Inner && r.Start <= o.Start && o.End <= r.End
}

// Overlaps reports whether r and o share a byte of the same file.
func (r Range) Overlaps(o Range) bool {
	return r.File == o.File && r.Inner == o.Inner && r.Start < o.End && o.Start < r.End
}

// HereToo is the evidence that a finding holds in a further place.
const HereToo = "here too"

// Related is a piece of evidence: a sentence and the place it speaks of.
type Related struct {
	Message string
	Range   Range  // zero when there is no place to show
	Rule    string // that would find this by itself, had it not the same cause; else empty
}

// Safety says what may be done with a fix without asking.
type Safety string

const (
	Safe   Safety = "safe"   // keeps the meaning of everything else
	Unsafe Safety = "unsafe" // likely right, but changes what the image contains
	Manual Safety = "manual" // words only: a person has to do it
)

// Edit replaces the bytes of Range by NewText. An empty range inserts.
type Edit struct {
	Range   Range
	NewText string
}

// Fix is one way to repair a finding; the fixes of a finding are alternatives, the best one
// first. Its edits refer to one baseline and never overlap. They may be of files that do not
// exist, which are made. A manual fix has words and no edits.
type Fix struct {
	Title  string
	Safety Safety
	// Group holds what excludes each other, also between findings: a stage gets one of the
	// repairs that concern it as a whole. A group that is called like the rule is that of
	// one finding.
	Group     string
	Exclusive bool // changes so much that it is applied alone in its round
	Edits     []Edit
}

// Finding is one problem of the input.
type Finding struct {
	Rule        string
	Severity    Severity
	Message     string // what will happen, in the words that the user will see
	Range       Range  // at most one command
	Stage       string // name or number of the stage; empty outside a stage
	Target      Target
	Targets     []Target // all of them, when the finding holds for several platforms
	Evidence    []Related
	Fixes       []Fix
	Fingerprint string // stable when lines move
	URL         string
}

// Rule is what is known about a rule without having a finding of it.
type Rule struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Severity Severity `json:"severity"`
	Covers   []string `json:"covers"`
	Fixable  bool     `json:"fixable"`
	Default  bool     `json:"default"`
	URL      string   `json:"url"`
}

// Failure is an input that could not be read.
type Failure struct {
	File string
	Err  error
}

// Note says what of an input was not looked at, although nothing is wrong with it.
type Note struct {
	File string
	Text string
}

// Report is the result of a run.
type Report struct {
	Version  string // of the tool
	Facts    string // date of the embedded facts
	Findings []Finding
	// Artifacts are those that the commands for native files judge.
	Artifacts []Artifact
	Failures  []Failure
	Notes     []Note
	Files     int                // inputs that were read
	Sources   map[string]*Source // by Range.File, for snippets and positions
	Rules     map[string]Rule    // of the findings
}

// Count returns the number of findings, and of artifacts that do not run, of each severity.
func (r *Report) Count() (errors, warnings, infos int) {
	count := func(s Severity) {
		switch s {
		case Error:
			errors++
		case Warning:
			warnings++
		default:
			infos++
		}
	}
	for i := range r.Findings {
		count(r.Findings[i].Severity)
	}
	for i := range r.Artifacts {
		if s, ok := r.Artifacts[i].Severity(); ok {
			count(s)
		}
	}
	return errors, warnings, infos
}
