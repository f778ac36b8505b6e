package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/fix/sourcefix"
	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/policy"
)

// Collected is what muslcc collected during builds, judged.
type Collected struct {
	Report *lint.Report
	Units  int // records of translation units and links that were read
	// Stale are the files that have changed since they were compiled, by the names that findings
	// would have, with the numbers of uses that nothing is said about for that.
	Stale map[string]int
	// Roots are the folders of the projects that were built, absolute and sorted. What is outside
	// of them is folded into one finding a file and has no repairs.
	Roots []string
	// Hints are what the build files need for what no change of a source repairs.
	Hints []sourcefix.Hint
}

// Collected judges the records of a store. Those that cannot be read are failures of the report;
// an error means that there is no report: fs.ErrNotExist where there is no store.
func (l *Linter) Collected(store record.Store) (*Collected, error) {
	units, err := store.Read()
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(store.Dir); err != nil {
			return nil, err
		}
		err = nil // nothing was recorded
	}
	c := &collecting{
		linter: l, shelf: newShelf(),
		result: &Collected{
			Report: &lint.Report{Version: l.opt.Version, Facts: FactsDate, Sources: map[string]*lint.Source{}, Rules: map[string]lint.Rule{}},
			Units:  len(units), Stale: map[string]int{},
		},
		files: map[string]*collectedFile{}, placed: map[string]bool{}, wanted: map[lint.Target][]lint.Use{},
	}
	c.failures(err)
	if err := c.read(units); err != nil {
		return nil, err
	}
	for _, f := range c.files {
		c.prepare(f)
	}
	c.dropFollowers()
	for _, path := range slices.Sorted(maps.Keys(c.files)) {
		if err := c.judge(c.files[path]); err != nil {
			return nil, err
		}
	}
	c.finish()
	return c.result, nil
}

// collecting is the way from records to a report.
type collecting struct {
	linter *Linter
	shelf  *shelf
	result *Collected
	files  map[string]*collectedFile  // by absolute path; those without a place by ""
	placed map[string]bool            // functions whose places are known, of files that changed too
	wanted map[lint.Target][]lint.Use // that were found, and have no repair with edits
}

// collectedFile is a file with the uses in it that were recorded, once for each target.
type collectedFile struct {
	path    string // absolute
	foreign bool   // outside of the projects
	targets map[lint.Target]*usesOf
	source  *lint.Source // empty when it cannot be read, or there is none
	found   []lint.Finding
}

// usesOf are the uses in one file for one target, each once.
type usesOf struct {
	list  []lint.Use
	index map[useKey]int
	ready []policy.Use // list with places and repairs
}

type useKey struct {
	kind         lint.UseKind
	name         string
	line, column int
}

// failures takes over which records could not be read.
func (c *collecting) failures(err error) {
	var all []error
	switch joined := err.(type) {
	case nil:
		return
	case interface{ Unwrap() []error }:
		all = joined.Unwrap()
	default:
		all = []error{err}
	}
	for _, e := range all {
		name, text := record.Folder, e.Error()
		if path, rest, ok := strings.Cut(text, ": "); ok && filepath.IsAbs(path) {
			name, text = c.shelf.name(path), rest
		}
		c.result.Report.Failures = append(c.result.Report.Failures, lint.Failure{File: name, Err: errors.New(text)})
	}
}

// read sorts the uses of units by their files, and leaves out those of files that have changed.
func (c *collecting) read(units []record.Unit) error {
	slices.SortFunc(units, func(a, b record.Unit) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Output, b.Output))
	})
	roots := map[string]bool{}
	for i := range units {
		u := &units[i]
		target, err := facts.ParseTarget(u.On)
		if err != nil {
			c.result.Report.Failures = append(c.result.Report.Failures, lint.Failure{File: c.shelf.name(u.Output), Err: err})
			continue
		}
		roots[u.Root] = true
		current := map[string]bool{"": true}
		for path, hash := range u.Files {
			src := c.shelf.source(path)
			current[path] = src != nil && record.Hash(src.Content) == hash
		}
		for _, use := range u.Uses {
			if use.File != "" && (use.Kind == lint.UseSymbol || use.Kind == lint.UseFunction || use.Kind == lint.UseMacro) {
				c.placed[use.Name] = true
			}
			if !current[use.File] {
				c.result.Stale[c.shelf.name(use.File)]++
				continue
			}
			c.file(use.File).add(use, target, u)
		}
	}
	c.result.Roots = slices.DeleteFunc(slices.Sorted(maps.Keys(roots)), func(root string) bool { return root == "" })
	for _, f := range c.files {
		f.foreign = f.path != "" && !slices.ContainsFunc(c.result.Roots, func(root string) bool { return below(root, f.path) })
	}
	return nil
}

func (c *collecting) file(path string) *collectedFile {
	f := c.files[path]
	if f == nil {
		f = &collectedFile{path: path, targets: map[lint.Target]*usesOf{}}
		c.files[path] = f
	}
	return f
}

// proofs are the kinds of proof, the weakest first.
var proofs = []lint.UseProof{lint.ProofText, lint.ProofObject, lint.ProofLink, lint.ProofCompile}

// add adds a use of a unit. What several units use in the same place is one use, with the best
// of their proofs. It depends on a macro only if it does so by all that are as good.
func (f *collectedFile) add(u lint.Use, target lint.Target, unit *record.Unit) {
	uses := f.targets[target]
	if uses == nil {
		uses = &usesOf{index: map[useKey]int{}}
		f.targets[target] = uses
	}
	k := useKey{u.Kind, u.Name, u.Line, u.Column}
	i, ok := uses.index[k]
	if !ok {
		uses.index[k] = len(uses.list)
		if u.File == "" {
			u.Via = []lint.Spot{{File: unit.Output}}
		}
		uses.list = append(uses.list, u)
		return
	}
	known := &uses.list[i]
	if u.File == "" && !slices.ContainsFunc(known.Via, func(s lint.Spot) bool { return s.File == unit.Output }) {
		known.Via = append(known.Via, lint.Spot{File: unit.Output})
	}
	switch stronger := slices.Index(proofs, u.Proof) - slices.Index(proofs, known.Proof); {
	case stronger > 0:
		known.Proof, known.Guard, known.Message = u.Proof, u.Guard, cmp.Or(u.Message, known.Message)
	case stronger == 0 && u.Guard == "":
		known.Guard = ""
	}
	known.Message = cmp.Or(known.Message, u.Message)
}

// prepare finds the places of the uses of a file and makes their repairs.
func (c *collecting) prepare(f *collectedFile) {
	f.source = lint.NewSource("", nil)
	if f.path != "" {
		if f.source = c.shelf.source(f.path); f.source == nil {
			f.source = lint.NewSource(c.shelf.name(f.path), nil) // it went away, and no hash said so
		}
	}
	for target, uses := range f.targets {
		uses.ready = c.uses(f, f.source, target)
	}
}

// judge judges a file.
func (c *collecting) judge(f *collectedFile) error {
	l, src := c.linter, f.source
	if f.path != "" {
		c.result.Report.Files++
	}
	opt := policy.Options{
		Enabled: func(id, _ string, byDefault bool) bool {
			return l.rules.on(id, src.Name, byDefault) || l.chosen != nil && l.chosen.on(id, src.Name, byDefault)
		},
		Severity: func(id string, s lint.Severity) lint.Severity { return l.rules.severity(id, src.Name, s) },
	}
	var sup *suppressor
	if !l.opt.NoIgnore && !f.foreign {
		sup = &suppressor{source: src, rules: l.rules, requireReason: l.config.RequireReason, now: l.opt.Now}
		sup.readComments()
		opt.Hidden = sup.suppressed
	}
	var perTarget [][]lint.Finding
	for _, target := range slices.SortedFunc(maps.Keys(f.targets), compareTargets) {
		uses := f.targets[target].ready
		findings, diags := l.Policies.EvaluateUses(uses, target, opt)
		if diags.HasErrors() {
			return diagnostics("broken policy", l.Policies.Files(), diags)
		}
		perTarget = append(perTarget, findings)
		if !f.foreign {
			c.want(uses, findings, target)
		}
	}
	f.found = merge(perTarget)
	if sup != nil {
		f.found = append(f.found, sup.remarks()...)
	}
	order(f.found)
	fingerprint(f.found, src)
	if f.foreign {
		f.found = folded(src.Name, f.found)
	}
	if len(f.found) > 0 && f.path != "" && !f.foreign {
		c.result.Report.Sources[src.Name] = src
	}
	return nil
}

func compareTargets(a, b lint.Target) int {
	return cmp.Or(cmp.Compare(a.Distro, b.Distro), cmp.Compare(a.Release, b.Release), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Arch, b.Arch))
}

// uses makes of the uses of a file what policies look at, with their repairs.
func (c *collecting) uses(f *collectedFile, src *lint.Source, target lint.Target) []policy.Use {
	list := f.targets[target].list
	slices.SortStableFunc(list, func(a, b lint.Use) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	uses := make([]policy.Use, len(list))
	var repairable []int
	for i, u := range list {
		uses[i] = policy.Use{Use: u, Via: c.via(f, u)}
		if f.path == "" {
			uses[i].Range.File = c.shelf.name(u.Via[0].File)
			continue
		}
		uses[i].Range = policy.Place(src, &u)
		if !f.foreign && u.Kind != lint.UseBehavior {
			repairable = append(repairable, i)
		}
	}
	if len(repairable) == 0 {
		return uses
	}
	subset := make([]lint.Use, len(repairable))
	for k, i := range repairable {
		subset[k] = list[i]
	}
	for k, fixes := range SourceRepairs(src, subset, target) {
		uses[repairable[k]].Fixes = fixes
	}
	return uses
}

// maxVia bounds how many #include lines, or files that were made, are shown.
const maxVia = 4

// via are the #include lines that lead to a use.
func (c *collecting) via(f *collectedFile, u lint.Use) []lint.Related {
	if f.path == "" {
		return c.made(u)
	}
	var list []lint.Related
	for i, spot := range u.Via {
		if i >= maxVia-1 && i < len(u.Via)-1 {
			continue
		}
		r := lint.Related{Message: "included from here", Range: lint.Range{File: c.shelf.name(spot.File)}}
		if src := c.shelf.source(spot.File); src != nil && includes(src, spot.Line) {
			r.Range.Start = src.LineStart(spot.Line)
			r.Range.End = r.Range.Start + len(src.Line(spot.Line))
			c.result.Report.Sources[src.Name] = src
		}
		list = append(list, r)
	}
	return list
}

// includes reports whether a line is an #include, or an #import: no hash says that the file is the
// one that was compiled, and of another one nothing is shown.
func includes(src *lint.Source, line int) bool {
	if line < 1 || line > src.Lines() {
		return false
	}
	words, ok := bytes.CutPrefix(bytes.TrimSpace(src.Line(line)), []byte("#"))
	words = bytes.TrimLeft(words, " \t")
	return ok && (bytes.HasPrefix(words, []byte("include")) || bytes.HasPrefix(words, []byte("import")))
}

// want keeps those of the uses that something was found about, by chosen rules where there are
// such, and that no edits repair.
func (c *collecting) want(uses []policy.Use, findings []lint.Finding, target lint.Target) {
	l := c.linter
	found := map[lint.Range]bool{}
	for _, f := range findings {
		if l.chosen != nil && !l.Chosen(f.Rule, f.Range.File) {
			continue
		}
		found[f.Range] = true
		for _, e := range f.Evidence {
			found[e.Range] = true
		}
	}
	for _, u := range uses {
		repaired := slices.ContainsFunc(u.Fixes, func(f lint.Fix) bool { return len(f.Edits) > 0 })
		if found[u.Range] && u.Guard == "" && !repaired {
			c.wanted[target] = append(c.wanted[target], u.Use)
		}
	}
}

// made says for what else something was used that has no place in a source.
func (c *collecting) made(u lint.Use) []lint.Related {
	var list []lint.Related
	for i, spot := range u.Via[1:] {
		if i == maxVia {
			list = append(list, lint.Related{Message: fmt.Sprintf("and %d files more", len(u.Via)-1-maxVia)})
			break
		}
		list = append(list, lint.Related{Message: lint.HereToo, Range: lint.Range{File: c.shelf.name(spot.File)}})
	}
	return list
}

// folded makes one finding of all that are in a file of somebody else. On the musl system its
// package has it in a form of its own.
func folded(name string, found []lint.Finding) []lint.Finding {
	if len(found) == 0 {
		return nil
	}
	lead := found[0]
	for _, f := range found {
		if f.Severity > lead.Severity {
			lead = f
		}
	}
	lead.Severity = lint.Info
	lead.Range = lint.Range{File: name}
	lead.Fixes = nil
	if n := len(found) - 1; n > 0 {
		lead.Message += fmt.Sprintf(" (and %d more in this file)", n)
	}
	lead.Evidence = []lint.Related{{Message: "the file is outside of the project: the package that brings it to a musl system may have another version of it"}}
	return []lint.Finding{lead}
}

// finish puts the report together.
func (c *collecting) finish() {
	r := c.result.Report
	for _, path := range slices.Sorted(maps.Keys(c.files)) {
		r.Findings = append(r.Findings, c.files[path].found...)
	}
	order(r.Findings)
	slices.SortStableFunc(r.Findings, func(a, b lint.Finding) int { return cmp.Compare(remote(a), remote(b)) })
	for i := range r.Findings {
		f := &r.Findings[i]
		if _, seen := r.Rules[f.Rule]; !seen {
			if p, ok := c.linter.Policies.Lookup(f.Rule); ok {
				r.Rules[f.Rule] = p.Rule
			}
		}
		f.URL = r.Rules[f.Rule].URL
	}
	for _, target := range slices.SortedFunc(maps.Keys(c.wanted), compareTargets) {
		for _, h := range sourcefix.Hints(c.wanted[target], target) {
			known := func(o sourcefix.Hint) bool {
				return o.Package == h.Package && o.Library == h.Library && o.Macro == h.Macro
			}
			if !slices.ContainsFunc(c.result.Hints, known) {
				c.result.Hints = append(c.result.Hints, h)
			}
		}
	}
	if n := len(c.result.Stale); n > 0 {
		uses := 0
		for _, k := range c.result.Stale {
			uses += k
		}
		verb := "are"
		if uses == 1 {
			verb = "is"
		}
		r.Notes = append(r.Notes, lint.Note{File: record.Folder, Text: fmt.Sprintf("%s of %s that changed since the build %s left out; build again", counted(uses, "use"), counted(n, "file"), verb)})
	}
	slices.SortStableFunc(r.Failures, func(a, b lint.Failure) int { return cmp.Compare(a.File, b.File) })
}

// remote puts what a person can change in a place first, then whole files, then what has no place.
func remote(f lint.Finding) int {
	switch {
	case f.Range.IsZero():
		return 2
	case f.Range.End == 0:
		return 1
	}
	return 0
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
