package dockerfile

import (
	"maps"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/musllint/musllint/lint"
	lintshell "github.com/musllint/musllint/lint/shell"
)

// variable is what ARG or ENV made of a name.
type variable struct {
	value string
	known bool // false: it has a value, but not one that can be told from here
	unset bool // an ARG without default that was not given
	arg   bool
	at    lint.Range // where it was set; zero for the platform arguments

	hidden *variable // the ENV of that name which this ARG hides
}

// env is the set of variables at one point of a stage. It is never changed: what follows
// is put on top, so that instructions and stages share what stands before them. A map for
// each instruction would take quadratic memory, a list quadratic time.
type env struct {
	vars  map[string]variable // at most maxLayer
	below *env
	hides bool // an ARG may hide an ENV
}

// maxLayer is how many variables are copied for a further one, at most.
const maxLayer = 32

// find returns the newest variable of that name, set or not.
func (e *env) find(name string) (variable, bool) {
	for ; e != nil; e = e.below {
		if v, ok := e.vars[name]; ok {
			return v, true
		}
	}
	return variable{}, false
}

func (e *env) lookup(name string) (variable, bool) {
	v, ok := e.find(name)
	return v, ok && !v.unset
}

// with returns what is in force after name has become v. As in BuildKit a later ARG hides
// an ENV from the build, but an ARG without a value hides nothing.
func (e *env) with(name string, v variable) *env {
	if old, ok := e.find(name); ok && v.arg {
		if v.unset {
			return e
		}
		if v.hidden = old.hidden; !old.arg {
			v.hidden = &old
		}
	}
	if e == nil {
		e = &env{}
	}
	next := &env{vars: map[string]variable{}, below: e, hides: e.hides || v.hidden != nil}
	if len(e.vars) < maxLayer {
		next.below = e.below
		maps.Copy(next.vars, e.vars)
	}
	next.vars[name] = v
	return next
}

// inherited is what a stage starts with that is FROM one that ends with e: there an ENV
// counts again that an ARG has hidden.
func (e *env) inherited() *env {
	if e == nil || !e.hides {
		return e
	}
	next := &env{vars: map[string]variable{}, below: e}
	for layer := e; layer != nil; layer = layer.below {
		for name := range layer.vars {
			if v, _ := e.find(name); v.hidden != nil {
				next.vars[name] = *v.hidden
			}
		}
	}
	return next
}

// image returns what ENV has made of a name: what a container and a stage that is FROM
// this one start with.
func (e *env) image(name string) (variable, bool) {
	v, ok := e.find(name)
	if ok && v.hidden != nil {
		return *v.hidden, true
	}
	return v, ok && !v.arg
}

// maxExpansion bounds what variables may make of a word, in bytes: ENV A=$A$A doubles it
// with every repetition, and ${A//x/$B} multiplies.
const maxExpansion = 4096

// getter lends an env to BuildKit's expansion of one word.
type getter struct {
	env   *env
	taken int // bytes of all values so far
}

func (g *getter) Get(name string) (string, bool) {
	v, ok := g.env.lookup(name)
	if !ok {
		return "", false
	}
	if g.taken += len(v.value); !v.known || g.taken > maxExpansion {
		return unresolved(name), true
	}
	return v.value, true
}

func (g *getter) Keys() []string { return nil }

func unresolved(name string) string { return "${" + name + "}" }

// keepUnset stands for the second pass of expand, in which a name without value stays
// as it is written.
type keepUnset struct {
	getter
	raw string
}

func (k *keepUnset) Get(name string) (string, bool) {
	if v, ok := k.getter.Get(name); ok || hasFallback(k.raw, name) {
		return v, ok
	}
	return unresolved(name), true
}

// expand replaces the variables of w and removes its quotes, as Docker does. What has no
// value here stays as "${NAME}" and makes the word unknown: Docker would put the empty
// string, but the base image or a --build-arg may set it.
func (e *env) expand(w word, escape byte) lintshell.Word {
	out := lintshell.Word{Text: w.raw, Known: true, Start: w.start, End: w.end}
	if !strings.ContainsAny(w.raw, "$'\"") && strings.IndexByte(w.raw, escape) < 0 {
		return out
	}
	if len(w.raw) > maxExpansion && strings.IndexByte(w.raw, '$') >= 0 {
		out.Known = false
		return out
	}
	lex := shell.NewLex(rune(escape))
	values := &getter{env: e}
	r, err := lex.ProcessWordWithMatches(w.raw, values)
	if err != nil || values.taken > maxExpansion || len(r.Result) > max(maxExpansion, len(w.raw)) {
		out.Known = false
		return out
	}
	out.Text = r.Result
	for name := range r.Unmatched {
		if !hasFallback(w.raw, name) {
			out.Known = false
		}
	}
	if !out.Known {
		if r, err := lex.ProcessWordWithMatches(w.raw, &keepUnset{getter{env: e}, w.raw}); err == nil {
			out.Text = r.Result
		}
	}
	for name := range r.Matched {
		if v, ok := e.lookup(name); ok && !v.known {
			out.Known = false
		}
	}
	return out
}

// hasFallback reports whether raw says what to take when name is not set.
func hasFallback(raw, name string) bool {
	for _, op := range []string{":-", "-", ":+", "+"} {
		if strings.Contains(raw, "${"+name+op) {
			return true
		}
	}
	return false
}

// references returns the names of the variables in raw, in order of appearance.
func references(raw string) []string {
	var names []string
	for i := 0; i < len(raw); i++ {
		if raw[i] != '$' {
			continue
		}
		j := i + 1
		if j < len(raw) && raw[j] == '{' {
			j++
		}
		start := j
		for j < len(raw) && isNameByte(raw[j]) {
			j++
		}
		if j > start {
			names = append(names, raw[start:j])
		}
		i = j - 1
	}
	return names
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// platformArgs are the arguments that BuildKit defines before the first FROM. The
// machine that builds is taken to be linux/amd64.
func platformArgs(platform string, given map[string]string) *env {
	e := &env{vars: map[string]variable{}}
	for prefix, p := range map[string]string{"TARGET": platform, "BUILD": defaultPlatform} {
		os, arch, variant := splitPlatform(p)
		for name, value := range map[string]string{"PLATFORM": p, "OS": os, "ARCH": arch, "VARIANT": variant} {
			if v, ok := given[prefix+name]; ok {
				value = v
			}
			e.vars[prefix+name] = variable{value: value, known: true, arg: true}
		}
	}
	return e
}

const defaultPlatform = "linux/amd64"

func splitPlatform(p string) (os, arch, variant string) {
	os, rest, _ := strings.Cut(p, "/")
	arch, variant, _ = strings.Cut(rest, "/")
	return os, arch, variant
}

// archOf returns OCI's architecture of a platform, with its variant.
func archOf(platform string) string {
	_, arch, _ := strings.Cut(platform, "/")
	if a := lint.Arch(arch); a != "" {
		return a
	}
	return arch
}
