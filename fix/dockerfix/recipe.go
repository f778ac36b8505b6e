// Package dockerfix turns named recipes into edits of a Dockerfile: packages that are added
// to the right apk add of the right stage, variables, flags and commands within a long RUN,
// another base image; and into edits of text files in the build context. A policy names a
// recipe, and the linter is handed all of them.
//
// A recipe makes no edits where it cannot do its job safely: what it would change is written
// in a way that it does not know, stands under a condition, or is made of variables that
// others use as well. The fix is then words for a person.
package dockerfix

import (
	"slices"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// Recipe makes the edits of one kind of repair.
type Recipe struct {
	Doc        string
	Parameters map[string]string // what each of them means; a text is a list of one
	Required   []string          // parameters that have to be given
	// Stagewide recipes change a whole stage; they exclude each other and come alone.
	Stagewide bool
	// Edits makes them for a place in a file. It is false when it cannot; none and true mean
	// that all is as it should be.
	Edits func(f *dockerfile.File, at lint.Range, with map[string][]string) ([]lint.Edit, bool)
}

// Recipes are all of them by the names that policies use.
func Recipes() map[string]Recipe {
	return map[string]Recipe{
		"add-packages": {
			Doc: "adds apk packages where the place can use them: to an `apk add` before it, in its order and style, else by a RUN of its own, while the user is still root",
			Parameters: map[string]string{
				"packages": "names",
				"needed":   "`build` (usual): what is needed at the place; `run`: what the image needs when it runs, so that no virtual package and none that is deleted again takes them",
			},
			Required: []string{"packages"},
			Edits:    on(addPackages),
		},
		"remove-packages": {
			Doc:        "takes packages out of every `apk add` of the stage; with the last one of it the command goes",
			Parameters: map[string]string{"packages": "names"},
			Required:   []string{"packages"},
			Edits:      on(removePackages),
		},
		"set-env": {
			Doc: "sets a variable by ENV: in place where the stage sets it before the place, else by a line of its own before it, behind FROM when the place is there",
			Parameters: map[string]string{
				"name": "of the variable", "value": "of it",
				"keyword": "`ENV` (usual) or `ARG`",
			},
			Required: []string{"name", "value"},
			Edits:    on(setVariable),
		},
		"remove-env": {
			Doc:        "removes the variable of ENV or ARG at the place, and the instruction when nothing else is in it",
			Parameters: map[string]string{},
			Edits:      on(removeVariable),
		},
		"set-flag": {
			Doc: "gives the command at the place a flag: replaces the value of the last such flag, else adds it behind the subcommand",
			Parameters: map[string]string{
				"flag":  "with its dashes: `-tags`, `--target`; of several the first one is added, and all of them are looked for",
				"value": "of it; without one the flag stands alone", "join": "between flag and value where it is added: a blank (usual) or `=`",
				"append": "what separates values: the value is added to those that are there",
				"also":   "`stage`: other commands of the program that have the same flag and value change with it",
			},
			Required: []string{"flag"},
			Edits:    on(setFlag),
		},
		"add-words": {
			Doc: "adds words behind the last word of the command at the place",
			Parameters: map[string]string{
				"words": "as they are to be written", "command": "a regular expression: the first command of the stage, from the place on, that matches it is the one",
			},
			Required: []string{"words"},
			Edits:    on(addWords),
		},
		"replace-command": {
			Doc: "writes another command in place of the one at the place, and removes those that it needed",
			Parameters: map[string]string{
				"with": "the command", "drop": "a regular expression: commands of the stage that match it are removed as well, each of them or none",
			},
			Required: []string{"with"},
			Edits:    on(replaceCommand),
		},
		"remove-command": {
			Doc:        "removes the command at the place from its list, and the RUN when nothing else is in it",
			Parameters: map[string]string{"drop": "a regular expression: commands of the stage that match it are removed as well, each of them or none"},
			Edits:      on(removeCommand),
		},
		"add-command": {
			Doc:        "runs another command behind the one at the place, when that succeeds",
			Parameters: map[string]string{"command": "as it is to be written, in one line"},
			Required:   []string{"command"},
			Edits:      on(addCommand),
		},
		"add-instruction": {
			Doc: "adds an instruction before that of the place, while the user is still root; behind FROM when the place is there",
			Parameters: map[string]string{
				"text":  "the instruction, in one line",
				"where": "`before` (usual) or `after`: right behind it",
			},
			Required: []string{"text"},
			Edits:    on(addInstruction),
		},
		"remove-instruction": {
			Doc:        "removes the instruction of the place",
			Parameters: map[string]string{},
			Edits:      on(removeInstruction),
		},
		"change-base": {
			Doc: "takes another base image for the stage of the place, or another release of it. It changes the ARG that makes up the name where nothing else uses it, and refuses where the stage runs a package manager that the new image does not have",
			Parameters: map[string]string{
				"to": "`glibc`: the same image and version, of Debian; `musl`: of Alpine; else the image", "packages": "apk packages that the new image needs",
				"also": "`takers`: the stages on musl that COPY from it take a glibc image, too, in the same step; for a stage with Go",
			},
			Required:  []string{"to"},
			Stagewide: true,
			Edits:     on(changeBase),
		},
		"ignore-path": {
			Doc: "keeps a path of the build context out of the build, by a line in the ignore file that counts, which is made where there is none. It refuses where an exception names the path",
			Parameters: map[string]string{
				"path": "as a line of .dockerignore has it: `node_modules`, `**/node_modules`",
			},
			Required: []string{"path"},
			Edits:    ignorePath,
		},
		"add-prisma-target": {
			Doc: "adds an engine to `binaryTargets` of the client's generator in a schema of Prisma in the build context",
			Parameters: map[string]string{
				"file": "path of the schema in the build context", "target": "the engine: `linux-musl-openssl-3.0.x`",
			},
			Required: []string{"file", "target"},
			Edits:    addPrismaTarget,
		},
		"change-image": {
			Doc:        "replaces the image that COPY --from or FROM names at the place",
			Parameters: map[string]string{"to": "the image"},
			Required:   []string{"to"},
			Edits:      on(changeImage),
		},
	}
}

// on looks the place up before a recipe works there.
func on(make func(*site) []lint.Edit) func(*dockerfile.File, lint.Range, map[string][]string) ([]lint.Edit, bool) {
	return func(f *dockerfile.File, at lint.Range, with map[string][]string) ([]lint.Edit, bool) {
		s, ok := siteOf(f, at)
		if !ok {
			return nil, false
		}
		s.with = with
		edits := make(s)
		slices.SortStableFunc(edits, func(a, b lint.Edit) int { return a.Range.Start - b.Range.Start })
		return edits, edits != nil
	}
}

// done are the edits where nothing has to be changed.
var done = []lint.Edit{}
