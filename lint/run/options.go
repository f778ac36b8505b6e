// Package run lints: paths in, report out. It finds the inputs, reads and judges each of
// them on several goroutines, applies suppressions and brings the findings in order.
package run

import (
	"errors"
	"io"
	"time"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// DefaultStdinName is what findings call standard input unless they are told otherwise.
const DefaultStdinName = "<stdin>"

// FactsDate is the day on which the embedded facts were last checked.
const FactsDate = facts.Date

// Never is a threshold that no finding reaches.
const Never = lint.Error + 1

// ErrNoInput means that there was nothing to lint.
var ErrNoInput = errors.New("no Dockerfile found")

// Options say what is linted and how. The zero value lints what is below the current
// folder, for linux/amd64, with the configuration that applies there.
type Options struct {
	Version string // of the running musllint, for required_version of a configuration

	Paths     []string  // files, folders and "-" for Stdin; none means the current folder
	Stdin     io.Reader // read for the path "-"
	StdinName string    // what findings call it; empty means DefaultStdinName

	ConfigFile string // empty: the nearest one
	NoConfig   bool
	Select     []string // ids, prefixes, names, "default", "all"; replaces the configuration's choice
	Ignore     []string // ids, prefixes, names
	Chosen     []string // like Select: rules that judge as well, whatever Select says; see Linter.Chosen
	FailOn     string   // "error", "warning", "info", "never"; empty: the configuration's, else "warning"
	NoIgnore   bool     // suppression comments do not count

	BuildArgs map[string]string // stronger than the configuration's
	Target    string            // stage that is built
	Platforms []string          // empty: the configuration's, else linux/amd64
	Contexts  map[string]string // named build contexts
	Assume    []string          // IMAGE=WHAT, first match wins; stronger than the configuration's

	Context        string // folder that is every Dockerfile's build context; empty: the folder of each
	NoContext      bool   // read no build context
	ContextFiles   int    // files and folders that a source of COPY may bring; 0: the usual limit
	ContextNatives int    // native files of a Dockerfile that are judged; 0: the usual limit
	ContextSize    int64  // their bytes, and those of archives and jars; 0: the usual limit

	Workers int       // files at a time; 0: one a processor
	Now     time.Time // for until= of suppressions; zero: never expired
}
