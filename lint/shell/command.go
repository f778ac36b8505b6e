package shell

// Word is one word as the program receives it.
type Word struct {
	Text       string // after unquoting and expansion; what could not be resolved stays as written: "${ARCH}"
	Known      bool   // every part was resolved; globs, braces and ~ count as themselves
	Start, End int    // place of the spelling; words split from one unquoted $LIST share its place
}

// Texts returns what the words say.
func Texts(words []Word) []string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return texts
}

// Flag is one option of a command, read by the grammar of its tool.
type Flag struct {
	Name                 string // without dashes
	Long                 bool   // written with two dashes, or a tool's single-dash word as in go's -ldflags
	Value                string // as Word.Text; empty without HasValue
	HasValue             bool
	Known                bool // name and value are resolved
	Start, End           int  // the flag with its value; the letters of a cluster such as -fsSL share the word's place
	ValueStart, ValueEnd int  // equal without HasValue
}

// Assign is a variable set for one command (A=b cmd, env A=b cmd) or by a command that
// consists of assignments or exports them.
type Assign struct {
	Name       string
	Value      Word // its place is that of the value, empty for A=
	Append     bool // +=
	Start, End int
}

// Redirect is a redirection of a command, its own or that of a group around it.
type Redirect struct {
	Op         string // ">", ">>", ">|", "<", "<>", "<<", "<<-", "<<<", "&>", "&>>", ">&", "<&"
	FD         int    // descriptor that is redirected: 0 or 1 when not written, -1 for {name}>
	Target     Word   // file, descriptor, here-document delimiter or here-string
	Body       Word   // here-document: Text is what is read, its place excludes the delimiter line
	Group      bool   // belongs to the { }, ( ), loop or condition around the command
	Start, End int    // operator and target, without the here-document body

	body *source // Body as a script
}

// Command is one simple command.
type Command struct {
	Name    string // base name of the program without version: "apk", "pip" for pip3.7; empty when it is not a literal or there are only assignments
	Program string // base name as written: "pip3.7"
	Sub     string // subcommand as written, by the tool's grammar: "install", "target add"

	Words     []Word // from the program's name on, flags included
	Flags     []Flag
	Operands  []Word // neither flag, flag value, name nor subcommand
	Assigns   []Assign
	Redirects []Redirect // own ones, then those of groups around it
	Wrappers  []Word     // words looked through: sudo -E, timeout 30, python -m

	Start, End int // from the first assignment or word to the last word

	PipeFrom, PipeTo *Command // neighbours in the pipeline; a group is represented by its last or first command
	Parent           *Command // command that carries this one ($(…), sh -c, xargs, npx …)

	Dir string // working directory by the script's own cd: "" where it started, "?" unknown

	Conditional bool   // in the body of if, case, loop or function, or on the right of ||
	Guard       string // conditions around it as written, joined by " && ", negated by "! "; also for `[ … ] && cmd`
	Tolerated   bool   // its failure alone does not fail the script: cmd || true, ! cmd, if cmd, cmd &
	AndNext     bool   // left side of &&
	Last        bool   // its failure can be the script's own exit status without set -e
	ErrExit     bool   // set -e is in force
	PipeFail    bool   // set -o pipefail is in force

	exports    *export
	pipedAlone bool // PipeFrom is all that writes into the pipe
	first      int  // index in Words of the first operand, len(Words) without one
}

// Flag returns the last of the flags with one of names, written without dashes.
func (c *Command) Flag(names ...string) (Flag, bool) {
	for i := len(c.Flags) - 1; i >= 0; i-- {
		for _, n := range names {
			if c.Flags[i].Name == n {
				return c.Flags[i], true
			}
		}
	}
	return Flag{}, false
}

// HasFlag reports whether one of names is among the flags.
func (c *Command) HasFlag(names ...string) bool {
	_, ok := c.Flag(names...)
	return ok
}

// FlagValues returns the values of all flags with one of names, in order.
func (c *Command) FlagValues(names ...string) []string {
	var values []string
	for i := range c.Flags {
		for _, n := range names {
			if c.Flags[i].Name == n && c.Flags[i].HasValue {
				values = append(values, c.Flags[i].Value)
				break
			}
		}
	}
	return values
}

// Env returns what the command finds in its environment under name, as far as this
// script sets it: by its own assignments, or exported before.
func (c *Command) Env(name string) (Word, bool) {
	e, _ := c.environment(name)
	return e.value, e.set
}

func (c *Command) environment(name string) (export, bool) {
	for i := len(c.Assigns) - 1; i >= 0; i-- {
		if c.Assigns[i].Name == name {
			return export{name: name, value: c.Assigns[i].Value, set: true}, true
		}
	}
	for e := c.exports; e != nil; e = e.before {
		if e.name == name {
			return *e, true
		}
	}
	return export{}, false
}

// export is one step in the history of the environment, newest first. Commands share
// its tail, so that each knows its own environment at no cost.
type export struct {
	name   string
	value  Word
	set    bool
	before *export
}
