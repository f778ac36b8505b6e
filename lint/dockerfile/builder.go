package dockerfile

import (
	"path"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/shell"
)

// builder turns instructions, one after the other, into stages.
type builder struct {
	file   *File
	opt    Options
	global *env // ARG before the first FROM, and the platform arguments
	all    []*Instruction

	stage *Stage
	env   *env
	dir   string   // WORKDIR
	shell []string // SHELL; nil is the default
}

func (b *builder) add(in *Instruction) {
	b.all = append(b.all, in)
	if in.Keyword == "FROM" && !in.OnBuild {
		b.from(in)
	} else if b.stage == nil {
		b.beforeFrom(in)
		return
	}
	in.Stage = b.stage
	in.Index = len(b.stage.Instructions)
	in.env, in.Dir = b.env, b.dir
	b.stage.Instructions = append(b.stage.Instructions, in)
	b.stage.Range.End = in.Range.End
	if in.broken {
		return
	}
	switch in.Keyword {
	case "ARG", "ENV":
		if after := b.assign(in, b.env); !in.OnBuild {
			b.env = after
		}
	case "WORKDIR":
		b.workdir(in)
	case "SHELL":
		if in.execWords(b); in.Exec && !in.OnBuild {
			b.shell = shell.Texts(in.Words)
		}
	case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
		b.run(in)
	case "COPY", "ADD":
		b.copy(in)
	default:
		in.plainWords(b)
	}
}

func (b *builder) beforeFrom(in *Instruction) {
	b.file.global = append(b.file.global, in)
	in.env = b.global
	switch {
	case in.broken:
	case in.Keyword == "ARG":
		b.global = b.assign(in, b.global)
	default:
		b.file.refuse(in, "no build stage in current context, only ARG may stand before the first FROM")
	}
}

// assign reads the pairs of ENV and ARG and returns the environment after them. All
// values of one ENV see the environment before it, each of one ARG those to its left.
func (b *builder) assign(in *Instruction, before *env) *env {
	after := before
	for _, p := range b.pairs(in) {
		v := variable{arg: in.Keyword == "ARG", at: b.file.Range(p.start, p.end)}
		variableOf := Variable{Name: p.name, Start: p.start, End: p.end, HasValue: p.hasValue}
		if p.hasValue {
			seen := before
			if v.arg {
				seen = after
			}
			variableOf.Value = seen.expand(p.value, b.file.Escape)
			v.value, v.known = variableOf.Value.Text, variableOf.Value.Known
		}
		if v.arg {
			b.argValue(p, &v)
		}
		in.Vars = append(in.Vars, variableOf)
		after = after.with(p.name, v)
	}
	return after
}

// argValue applies what comes from outside: --build-arg first, then, for an ARG without
// default inside a stage, the ARG of the same name before the first FROM.
func (b *builder) argValue(p pair, v *variable) {
	if given, ok := b.opt.BuildArgs[p.name]; ok {
		v.value, v.known = given, true
		return
	}
	if p.hasValue {
		return
	}
	v.unset = true
	if g, ok := b.global.find(p.name); ok && b.stage != nil {
		at := v.at
		*v = g
		if !g.known {
			v.at = at
		}
	}
}

// pair is a name and value as written.
type pair struct {
	name       string
	value      word
	hasValue   bool
	start, end int
}

func (b *builder) pairs(in *Instruction) []pair {
	s := b.splitter(in)
	var pairs []pair
	for {
		mark := s.pos
		w, ok := s.next(true)
		if !ok {
			return pairs
		}
		name, value, has := strings.Cut(w.raw, "=")
		if !has && in.Keyword == "ENV" && len(pairs) == 0 {
			return b.oldEnv(s, w, mark)
		}
		p := pair{name: name, start: w.start, end: w.end, hasValue: has}
		p.value = word{raw: value, start: min(w.start+len(name)+1, w.end), end: w.end}
		pairs = append(pairs, p)
	}
}

// oldEnv reads `ENV NAME value with blanks`, whose value is the rest of the line.
func (b *builder) oldEnv(s *splitter, name word, mark int) []pair {
	value := s.rest()
	raw := strings.ReplaceAll(string(s.text[value.start-s.base:value.end-s.base]), "\\\n", "")
	return []pair{{
		name: name.raw, hasValue: true, start: s.base + mark, end: value.end,
		value: word{raw: raw, start: value.start, end: value.end},
	}}
}

// splitter cuts what follows the flags of an instruction.
func (b *builder) splitter(in *Instruction) *splitter {
	return &splitter{
		text:  mask(b.file.Source.Content[in.rest.start:in.rest.end], b.file.Escape),
		base:  in.rest.start,
		quote: b.file.Escape,
	}
}

// plainWords fills Words by cutting at blanks.
func (in *Instruction) plainWords(b *builder) {
	for s := b.splitter(in); ; {
		w, ok := s.next(false)
		if !ok {
			return
		}
		in.Words = append(in.Words, b.env.expand(w, b.file.Escape))
	}
}

// execWords fills Words when the instruction is in exec form.
func (in *Instruction) execWords(b *builder) {
	text := mask(b.file.Source.Content[in.rest.start:in.rest.end], b.file.Escape)
	in.Words, in.Exec = jsonWords(text, in.rest.start)
}

func (b *builder) workdir(in *Instruction) {
	s := b.splitter(in)
	rest := s.rest()
	raw := strings.ReplaceAll(string(s.text[rest.start-s.base:rest.end-s.base]), "\\\n", "")
	w := b.env.expand(word{raw: raw, start: rest.start, end: rest.end}, b.file.Escape)
	in.Words = []shell.Word{w}
	if in.OnBuild {
		return
	}
	b.dir = join(b.dir, w.Text)
	if !w.Known {
		b.dir = "?"
	}
}

// join resolves name in the folder dir. The working directory of an unknown image is
// taken to be / : hardly any base sets another.
func join(dir, name string) string {
	switch {
	case name == "":
		return dir
	case strings.HasPrefix(name, "/"):
		return path.Clean(name)
	case dir == "?":
		return "?"
	}
	return path.Join("/", dir, name)
}

// finish does what needs all stages: which one is built, what it is made of, and where
// the comments belong.
func (b *builder) finish() {
	f := b.file
	b.endStage()
	f.placeComments(b.all)
	f.foldTemplate()
	if len(f.Stages) == 0 {
		if len(f.Problems) > 1 { // no Dockerfile at all: the first reason says it
			f.Problems = f.Problems[:1]
		}
		return
	}
	final := f.Stages[len(f.Stages)-1]
	if b.opt.Target != "" {
		if s := f.stageNamed(b.opt.Target); s != nil {
			final = s
		} else {
			f.problem(f.Range(0, 0), "Docker refuses the build: target stage "+strconv.Quote(b.opt.Target)+" could not be found")
		}
	}
	f.reach(final, b.opt.Target != "")
}

func (b *builder) endStage() {
	if b.stage == nil {
		return
	}
	b.stage.env, b.stage.dir, b.stage.shell = b.env, b.dir, b.shell
	b.file.finished++
	if b.stage.Name != "" {
		b.file.names[strings.ToLower(b.stage.Name)] = b.stage
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

// place is a range of the file as evidence.
func (f *File) place(message string, r lint.Range) lint.Related {
	return lint.Related{Message: message, Range: r}
}
