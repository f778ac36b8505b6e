package main

import (
	"fmt"
	"strings"

	"github.com/musllint/musllint/lint/run"
	"github.com/urfave/cli/v2"
)

const lintHelp = `Reads Dockerfiles and says what will fail on musl (Alpine), why, and how to repair it.
It needs no Docker, no network and no musl.

Without a PATH the current folder is searched: Dockerfile, Dockerfile.*, *.Dockerfile,
Containerfile and the like, in hidden folders too. What .gitignore ignores is left out, and so
are vendor and node_modules. A file that is named is always linted; "-" is standard input.
Columns are counted in bytes, from 1.`

const examples = `   musllint                                  lint every Dockerfile below the current folder
   musllint Dockerfile deploy/               lint a file and a folder
   musllint --build-arg VERSION=3.20 .       as docker build would be told
   musllint --platform linux/amd64,linux/arm64
   musllint --format sarif --output musllint.sarif
   musllint --select ML2 --fail-on error     language packages only, exit 1 for errors only
   musllint --assume 'corp/*=alpine:3.20'    say what an image is that nobody else can know
   git show HEAD:Dockerfile | musllint - --stdin-filename Dockerfile
   musllint explain ML1101                   what a rule means, with examples`

const suppressing = `   # musllint ignore=ML1201,ML2 reason="why" until=2027-01-01
   above an instruction, or above a line inside of a RUN; ignore-stage= above a FROM;
   ignore-file= at the top of the file`

// Exit codes in help pages: each command has its own.
const (
	lintCodes = `   0  nothing at or above --fail-on
   1  findings
   2  wrong usage, broken configuration or policy, unreadable input
   3  no input found`
	fixCodes = `   0  done, or nothing to do
   1  something would change (--check), or a patch does not fit
   2  wrong usage, broken configuration or policy, unreadable input
   3  no input found`
	lddCodes = `   0  the loader finds everything
   1  not a dynamic program
   2  wrong usage, or a file that cannot be read
   127  the loader refuses
   139  the loader crashes
   The highest one of several files; 2 before all others.`
	whyCodes = `   0  read, whatever was found
   2  wrong usage, broken configuration or policy, a log or Dockerfile that cannot be read`
	checkCodes = `   0  everything runs, or is not certain to fail
   1  something fails, unless a build for musl of the same thing lies beside it
   2  wrong usage, or input that cannot be read
   3  no native files found`
	reportCodes = `   0  nothing at or above --fail-on
   1  findings
   2  wrong usage, broken configuration or policy, records that cannot be read
   3  there are no records`
	plainCodes = `   0  printed
   2  wrong usage, broken configuration or policy`
	explainCodes = `   0  explained
   2  nothing is known about it, wrong usage, broken configuration or policy`
	testCodes = `   0  every example holds
   1  an example does not hold
   2  wrong usage, broken configuration or policy`
	fmtCodes = `   0  formatted
   1  a file is not formatted (--check)
   2  wrong usage, broken configuration or policy`
	versionCodes = `   0  printed
   2  wrong usage`
	policyCodes = `   0  done
   1  test: an example does not hold; fmt --check: a file is not formatted
   2  wrong usage, broken configuration or policy`
)

// appHelp shows the flags of the default command, because they are musllint's own to
// whoever types no command.
const appHelp = `musllint - {{.Usage}}

USAGE:
   musllint [FLAGS] [PATH...]
   musllint COMMAND [FLAGS] [ARGUMENTS...]

` + lintHelp + `

EXAMPLES:
` + examples + `

COMMANDS:{{range .VisibleCommands}}
   {{printf "%-10s" .Name}}{{.Usage}}{{end}}

FLAGS:{{range .VisibleCommands}}{{if eq .Name "` + defaultCommand + `"}}{{range .VisibleFlags}}
   {{.}}{{end}}{{end}}{{end}}

SUPPRESSING:
` + suppressing + `

EXIT CODES:
` + lintCodes + `
`

// commandHelp stands before the exit codes of a command.
const commandHelp = `{{.HelpName}} - {{.Usage}}

USAGE:
   {{.HelpName}}{{if .VisibleCommands}} COMMAND{{end}}{{if .VisibleFlags}} [FLAGS]{{end}}{{if .ArgsUsage}} {{.ArgsUsage}}{{end}}
{{if .Description}}
{{.Description}}
{{end}}{{if .VisibleCommands}}
COMMANDS:{{range .VisibleCommands}}
   {{printf "%-10s" .Name}}{{.Usage}}{{end}}
{{end}}{{if .VisibleFlags}}
FLAGS:{{range .VisibleFlags}}
   {{.}}{{end}}
{{end}}{{if eq .Name "` + defaultCommand + `"}}
EXAMPLES:
` + examples + `

SUPPRESSING:
` + suppressing + `
{{end}}
EXIT CODES:
`

// flagLine is a flag in a help page: its names and what its value is called, then what it
// does. The name of the value is what stands in backquotes.
func flagLine(f cli.Flag) string {
	doc, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return ""
	}
	usage := doc.GetUsage()
	value := ""
	if before, rest, ok := strings.Cut(usage, "`"); ok {
		name, after, _ := strings.Cut(rest, "`")
		value, usage = " "+name, before+name+after
	}
	var names []string
	for _, n := range f.Names() {
		names = append(names, dashed(n))
	}
	return fmt.Sprintf("%-27s %s", strings.Join(names, ", ")+value, usage)
}

// suggestion is the end of a message about an unknown word: the known one that was
// probably meant, if any.
func suggestion(word string, known []string) string {
	if nearest := run.Nearest(word, known); nearest != "" {
		return "; did you mean " + nearest + "?"
	}
	return ""
}
