package policy

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/landing"
	"github.com/musllint/musllint/policies"
)

// Set is a set of policies that can be evaluated. It may be used by several goroutines
// once all policies have been added.
type Set struct {
	entries []entry
	sources []*source // one an entry
	matcher matcher
	byID    map[string]int
	recipes map[string]Recipe

	mu    sync.Mutex
	files map[string]*hcl.File // parsed so far, for diagnostics
}

// A source gets the policy of an entry. That of a built-in one is parsed the first time.
type source struct {
	fsys fs.FS // that the pair of files stands in

	whole     sync.Once
	policy    *Policy
	diags     hcl.Diagnostics
	condition sync.Once
	when      hcl.Expression // of the policy, without the rest of it
	whenDiags hcl.Diagnostics
}

func newSet() *Set { return &Set{byID: map[string]int{}, files: map[string]*hcl.File{}} }

// Builtin returns the policies that the program carries. It reads their index and parses
// none of them.
func Builtin() (*Set, error) {
	s := newSet()
	s.entries = decodeIndex(policies.Index)
	sources := make([]source, len(s.entries))
	s.sources = make([]*source, len(s.entries))
	for i := range s.entries {
		s.byID[s.entries[i].id] = i
		sources[i].fsys = policies.FS
		s.sources[i] = &sources[i]
	}
	s.matcher = newMatcher(s.entries)
	return s, nil
}

// Load parses the policies below a folder into a set of their own, whatever their ids.
func Load(fsys fs.FS, name string) (*Set, hcl.Diagnostics) {
	s := newSet()
	diags := s.addAll(fsys, name, func(*Policy) *hcl.Diagnostic { return nil })
	return s, diags
}

// policy returns a policy, nil when it is broken.
func (s *Set) policy(i int) (*Policy, hcl.Diagnostics) {
	src := s.sources[i]
	src.whole.Do(func() {
		if src.policy == nil {
			src.policy, src.diags = s.parse(&s.entries[i])
		}
	})
	return src.policy, src.diags
}

// parse parses the file of a built-in policy.
func (s *Set) parse(e *entry) (*Policy, hcl.Diagnostics) {
	text, err := fs.ReadFile(policies.FS, e.path)
	if err != nil {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Missing policy", Detail: err.Error()}}
	}
	list, file, diags := parse(text, e.path, false)
	s.keep(e.path, file)
	for _, p := range list {
		if p.ID == e.id && !diags.HasErrors() {
			return p, diags
		}
	}
	return nil, diags
}

// when returns the condition of a policy, nil when it has none. Most policies that match
// do not hold, and HCL needs a tenth of a millisecond for a kilobyte: of a built-in one
// nothing else is parsed.
func (s *Set) when(i int) (hcl.Expression, hcl.Diagnostics) {
	src := s.sources[i]
	src.condition.Do(func() {
		if e := &s.entries[i]; e.when != (span{}) { // zero of a policy that was added
			src.when, src.whenDiags = s.parseWhen(e)
		}
	})
	return src.when, src.whenDiags
}

func (s *Set) parseWhen(e *entry) (hcl.Expression, hcl.Diagnostics) {
	text, err := fs.ReadFile(policies.FS, e.path)
	if err != nil || e.when.end > len(text) {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Stale index", Detail: "The index does not fit to " + e.path + "."}}
	}
	s.keep(e.path, &hcl.File{Bytes: text})
	at := hcl.Pos{Line: e.when.line, Column: e.when.column, Byte: e.when.start}
	return hclsyntax.ParseExpression(text[e.when.start:e.when.end], e.path, at)
}

func (s *Set) keep(name string, file *hcl.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[name] = file
}

// Files returns the policy files parsed so far, for showing diagnostics.
func (s *Set) Files() map[string]*hcl.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := make(map[string]*hcl.File, len(s.files))
	for name, f := range s.files {
		files[name] = f
	}
	return files
}

// Add parses the policies of every *.hcl file below a folder and adds them: a user's own,
// whose ids do not begin with ML. name is how the folder is called in diagnostics.
func (s *Set) Add(fsys fs.FS, name string) hcl.Diagnostics {
	return s.addAll(fsys, name, func(p *Policy) *hcl.Diagnostic {
		if !strings.HasPrefix(p.ID, "ML") {
			return nil
		}
		return mistake(p.idRange, "Reserved id", "Ids that begin with ML are musllint's own. Take letters of your own, such as CORP001.")
	})
}

func (s *Set) addAll(fsys fs.FS, name string, refuse func(*Policy) *hcl.Diagnostic) hcl.Diagnostics {
	var diags hcl.Diagnostics
	found := false
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || path.Ext(p) != ".hcl" || strings.HasPrefix(path.Base(p), ".") {
			return nil
		}
		text, err := readPolicy(fsys, p)
		if err != nil {
			return err
		}
		found = true
		list, file, more := parse(text, path.Join(name, p), true)
		s.keep(path.Join(name, p), file)
		diags = append(diags, more...)
		if more.HasErrors() {
			return nil
		}
		if len(list) == 0 {
			start := hcl.Range{Filename: path.Join(name, p), Start: hcl.InitialPos, End: hcl.InitialPos}
			diags = append(diags, mistake(start, "No policy", `This file holds none. Write policy "ID" { … }.`))
		}
		for _, policy := range list {
			policy.Path = p
			policy.URL = ""
			if d := cmp.Or(refuse(policy), policy.misplaced(), s.clash(policy)); d != nil {
				diags = append(diags, d)
				continue
			}
			if s.recipes != nil {
				if more := s.recipeMistakes(policy); more.HasErrors() {
					diags = append(diags, more...)
					continue
				}
			}
			s.add(policy, fsys)
		}
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Missing folder", Detail: fmt.Sprintf("There is no folder %q.", name)})
	case err != nil:
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unreadable folder", Detail: err.Error()})
	case !found:
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "No policies", Detail: fmt.Sprintf("There is no .hcl file in the folder %q.", name)})
	}
	s.matcher = newMatcher(s.entries)
	return diags
}

// maxSize is far above any policy that a person would write, in bytes.
const maxSize = 64 << 10

func readPolicy(fsys fs.FS, p string) ([]byte, error) {
	// A pipe that nobody writes to would never end.
	if info, err := fs.Stat(fsys, p); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", p)
	}
	text, err := fs.ReadFile(fsys, p)
	if err == nil && len(text) > maxSize {
		return nil, fmt.Errorf("%s: a policy of more than %d bytes", p, maxSize)
	}
	return text, err
}

// misplaced is about a policy whose file is called otherwise: the examples beside it
// would be those of another one.
func (p *Policy) misplaced() *hcl.Diagnostic {
	if path.Base(p.Path) == p.ID+".hcl" {
		return nil
	}
	return mistake(p.idRange, "Misplaced policy", fmt.Sprintf("The pair of %s is %s.hcl and %s.txtar, and this file is %s.", p.ID, p.ID, p.ID, path.Base(p.Path)))
}

// clash is about a policy whose id or name another one has.
func (s *Set) clash(p *Policy) *hcl.Diagnostic {
	for _, e := range s.entries {
		if e.id == p.ID || e.name == p.Name {
			return mistake(p.idRange, "Policy exists twice", fmt.Sprintf("The id or name of %s (%s) is that of %s (%s).", p.ID, p.Name, e.id, e.name))
		}
	}
	return nil
}

func (s *Set) add(p *Policy, fsys fs.FS) {
	s.byID[p.ID] = len(s.entries)
	s.entries = append(s.entries, entry{id: p.ID, name: p.Name, path: p.Path, byDefault: p.Default, fallback: p.fallback, matches: p.matches})
	s.sources = append(s.sources, &source{fsys: fsys, policy: p, when: p.when})
}

// Names returns the ids of all policies, and by id their names, without parsing any.
func (s *Set) Names() (ids []string, names map[string]string) {
	names = make(map[string]string, len(s.entries))
	for _, e := range s.entries {
		ids = append(ids, e.id)
		names[e.id] = e.name
	}
	slices.Sort(ids)
	return ids, names
}

// Policies parses and returns all policies, sorted by id.
func (s *Set) Policies() ([]*Policy, hcl.Diagnostics) {
	var list []*Policy
	var diags hcl.Diagnostics
	for i := range s.entries {
		p, more := s.policy(i)
		diags = append(diags, more...)
		if p != nil {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *Policy) int { return strings.Compare(a.ID, b.ID) })
	return list, diags
}

// Rules parses all policies and returns what they say of themselves, sorted by id.
func (s *Set) Rules() ([]lint.Rule, hcl.Diagnostics) {
	list, diags := s.Policies()
	rules := make([]lint.Rule, len(list))
	for i, p := range list {
		rules[i] = p.Rule
	}
	return rules, diags
}

// Lookup returns the policy with an id or name.
func (s *Set) Lookup(name string) (*Policy, bool) {
	i, ok := s.byID[strings.ToUpper(name)]
	if !ok {
		i = slices.IndexFunc(s.entries, func(e entry) bool { return e.name == name })
	}
	if i < 0 {
		return nil, false
	}
	p, _ := s.policy(i)
	return p, p != nil
}

// Pair returns the text of the human half of a policy: prose and examples, a txtar.
func (s *Set) Pair(id string) ([]byte, error) {
	i, ok := s.byID[id]
	if !ok {
		return nil, fmt.Errorf("no policy %s", id)
	}
	return fs.ReadFile(s.sources[i].fsys, strings.TrimSuffix(s.entries[i].path, ".hcl")+".txtar")
}

// Options are the user's settings for one file. The zero value runs the default policies
// at their own severities.
type Options struct {
	Enabled  func(id, name string, byDefault bool) bool
	Severity func(id string, s lint.Severity) lint.Severity
	// Hidden drops a finding before others are folded into it: what is suppressed in one
	// place is still reported in the others.
	Hidden func(*lint.Finding) bool
	// Landing is what the file brings from its build context; nil: that is not looked at.
	Landing *landing.Landing
}

// Evaluate returns what the policies find in a file, in source order. A diagnostic is a
// mistake in a policy.
func (s *Set) Evaluate(f *dockerfile.File, opt Options) ([]lint.Finding, hcl.Diagnostics) {
	e := newEvaluation(s, f, opt)
	e.problems()
	Subjects(f, opt.Landing, e.subject)
	return e.finish(), e.diags
}

// EvaluateUses returns what the policies find in the uses of one file, or in those whose places
// are not known, in the order of their places.
func (s *Set) EvaluateUses(uses []Use, target lint.Target, opt Options) ([]lint.Finding, hcl.Diagnostics) {
	e := newEvaluation(s, nil, opt)
	for i := range uses {
		e.subject(&Subject{Kind: useKind, Range: uses[i].Range, use: &uses[i], system: target})
	}
	return e.finish(), e.diags
}
