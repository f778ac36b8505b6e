package run

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/config"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/landing"
	"github.com/musllint/musllint/lint/policy"
)

// Linter is what a configuration and options make: it knows what to lint and how.
type Linter struct {
	Policies *policy.Set
	FailOn   lint.Severity // from which severity on a finding is a failure; Never: none is

	opt       Options
	config    *config.Config
	rules     *ruleset
	chosen    *ruleset // nil: nothing is chosen
	platforms []string
	images    []dockerfile.Override
	contexts  *contexts // nil: none is read
}

// New reads the configuration and the policies. An error is a mistake in them or in opt.
func New(opt Options) (*Linter, error) {
	c, err := configuration(opt)
	if err != nil {
		return nil, err
	}
	l := &Linter{opt: opt, config: c}
	if err := l.loadPolicies(); err != nil {
		return nil, err
	}
	if l.FailOn, err = threshold(cmp.Or(opt.FailOn, l.config.FailOn, "warning")); err != nil {
		return nil, err
	}
	words := opt.Platforms
	if len(words) == 0 {
		words = l.config.Platforms
	}
	if l.platforms, err = platforms(words); err != nil {
		return nil, err
	}
	for _, word := range opt.Assume {
		o, err := assumption(word)
		if err != nil {
			return nil, err
		}
		l.images = append(l.images, o)
	}
	l.images = append(l.images, l.config.Images...)
	if l.contexts, err = newContexts(opt); err != nil {
		return nil, err
	}
	return l, nil
}

// configuration reads the configuration that opt means, if there is one.
func configuration(opt Options) (*config.Config, error) {
	path := opt.ConfigFile
	if path == "" && !opt.NoConfig {
		if found, ok := config.Find("."); ok {
			path = relativeTo(".", found)
		}
	}
	if path == "" {
		return &config.Config{}, nil
	}
	c, files, diags := config.Load(path, opt.Version)
	if diags.HasErrors() {
		return nil, diagnostics("broken configuration", files, diags)
	}
	return c, nil
}

// PolicyFolders returns the folders of own policies that the configuration names, as seen
// from the current folder. The policies themselves are not read.
func PolicyFolders(opt Options) ([]string, error) {
	c, err := configuration(opt)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, dir := range c.Policies {
		dirs = append(dirs, relativeTo(".", dir))
	}
	return dirs, nil
}

// loadPolicies adds the project's own policies to the built-in ones and finds out which
// of all of them are on.
func (l *Linter) loadPolicies() (err error) {
	if l.Policies, err = policy.Builtin(); err != nil {
		return err
	}
	l.Policies.Teach(Recipes())
	for _, dir := range l.config.Policies {
		if diags := l.Policies.Add(os.DirFS(dir), relativeTo(".", dir)); diags.HasErrors() {
			return diagnostics("broken policy", l.Policies.Files(), diags)
		}
	}
	l.rules = &ruleset{byDefault: func(id string) bool {
		p, ok := l.Policies.Lookup(id)
		return ok && p.Default
	}}
	l.rules.ids, l.rules.names = l.Policies.Names()
	if err := l.rules.check(l.config); err != nil {
		return err
	}
	selected, ignored := l.opt.Select, slices.Concat(l.config.Ignore, l.opt.Ignore)
	if len(selected) == 0 {
		selected = l.config.Select
	} else {
		ignored = l.opt.Ignore // to ask for a rule here is stronger than what the file leaves out
	}
	if len(l.opt.Chosen) > 0 {
		chosen := *l.rules
		l.chosen = &chosen
		if err := l.chosen.choose(l.opt.Chosen, l.opt.Ignore, l.config.Rules); err != nil {
			return err
		}
	}
	return l.rules.choose(selected, ignored, l.config.Rules)
}

// Rules returns all rules, sorted by id. The error is a mistake in a policy.
func (l *Linter) Rules() ([]lint.Rule, error) {
	rules, diags := l.Policies.Rules()
	if diags.HasErrors() {
		return nil, diagnostics("broken policy", l.Policies.Files(), diags)
	}
	return rules, nil
}

// threshold reads what --fail-on and fail_on take.
func threshold(name string) (lint.Severity, error) {
	if name == "never" {
		return Never, nil
	}
	s, err := lint.ParseSeverity(name)
	if err != nil {
		return 0, fmt.Errorf("--fail-on %s: want error, warning, info or never", name)
	}
	return s, nil
}

// Fails tells whether a report holds a finding of at least that severity.
func Fails(r *lint.Report, failOn lint.Severity) bool {
	return slices.ContainsFunc(r.Findings, func(f lint.Finding) bool { return f.Severity >= failOn })
}

// judged is what became of one input.
type judged struct {
	source   *lint.Source
	others   map[string]*lint.Source // text files of its build context
	findings []lint.Finding
	notes    []string // what of its build context was not looked at
	refused  error    // why Docker does not take it
	failure  error    // the input cannot be read
	broken   error    // a policy is wrong
}

// Lint lints. Inputs that cannot be read are failures of the report; an error means that
// there is no report.
func (l *Linter) Lint(ctx context.Context) (*lint.Report, error) {
	excluded, err := excluder(l.config.Dir, l.config.Exclude)
	if err != nil {
		return nil, err
	}
	d := discover(l.opt.Paths, cmp.Or(l.opt.StdinName, DefaultStdinName), excluded)
	if len(d.inputs) == 0 && len(d.failures) == 0 {
		return nil, ErrNoInput
	}
	defer l.contexts.close()
	results := make([]judged, len(d.inputs))
	l.each(ctx, len(results), func(i int) { results[i] = l.input(d.inputs[i]) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return l.report(d, results)
}

// each calls do with the numbers below n, several at a time.
func (l *Linter) each(ctx context.Context, n int, do func(int)) {
	workers := l.opt.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}

// input reads and judges one input. A panic would be our mistake; it costs this input and
// none of the others.
func (l *Linter) input(in input) (j judged) {
	defer func() {
		if r := recover(); r != nil {
			j.failure = fmt.Errorf("musllint itself failed on this file, please report it: %v", r)
		}
	}()
	if j.source, j.failure = read(in, l.opt.Stdin); j.failure != nil {
		return j
	}
	return l.inContext(j.source, in.path, nil)
}

// inContext lints a source with the build context of its file; of standard input the path is
// empty. Files of the context are as in drafts where that has them.
func (l *Linter) inContext(src *lint.Source, path string, drafts map[string][]byte) judged {
	context := l.contexts.of(path, drafts)
	defer context.close()
	return l.lint(src, context.opener())
}

// Source lints one source without its build context. The error is a mistake in a policy.
func (l *Linter) Source(src *lint.Source) ([]lint.Finding, error) {
	j := l.lint(src, nil)
	return j.findings, j.broken
}

// lint lints one source.
func (l *Linter) lint(src *lint.Source, open func() (*buildcontext.Context, error)) judged {
	j := judged{source: src}
	var sup *suppressor
	perPlatform := make([][]lint.Finding, len(l.platforms))
	for i, platform := range l.platforms {
		file := dockerfile.Parse(src, l.dockerfileOptions(platform))
		j.refused = refusal(file)
		opt := policy.Options{
			Enabled: func(id, _ string, byDefault bool) bool {
				return l.rules.on(id, src.Name, byDefault) || l.chosen != nil && l.chosen.on(id, src.Name, byDefault)
			},
			Severity: func(id string, s lint.Severity) lint.Severity { return l.rules.severity(id, src.Name, s) },
		}
		if !l.opt.NoIgnore {
			if sup == nil {
				sup = &suppressor{source: src, file: file, rules: l.rules, requireReason: l.config.RequireReason, now: l.opt.Now}
				sup.readComments()
			}
			opt.Hidden = sup.suppressed
		}
		if open != nil {
			opt.Landing = landing.New(file, open, platform != "", landing.Limits{Files: l.opt.ContextNatives, Bytes: l.opt.ContextSize})
			for name, f := range l.contexts.folders(l.opt.Contexts) {
				defer f.close()
				opt.Landing.Named(name, f.open)
			}
		}
		findings, diags := l.Policies.Evaluate(file, opt)
		if opt.Landing != nil {
			j.notes = append(j.notes, opt.Landing.Problems()...)
			if j.others == nil {
				j.others = map[string]*lint.Source{}
			}
			maps.Copy(j.others, opt.Landing.Sources())
			opt.Landing.Close()
		}
		if diags.HasErrors() {
			j.broken = diagnostics("broken policy", l.Policies.Files(), diags)
			return j
		}
		perPlatform[i] = findings
	}
	j.findings = merge(perPlatform)
	if sup != nil {
		j.findings = append(j.findings, sup.remarks()...)
	}
	order(j.findings)
	fingerprint(j.findings, src)
	return j
}

// mentioned adds the files of the context that a finding shows or would change.
func (j *judged) mentioned(f *lint.Finding, sources map[string]*lint.Source) {
	add := func(name string) {
		if src := j.others[name]; src != nil && sources[name] == nil {
			sources[name] = src
		}
	}
	for _, e := range f.Evidence {
		add(e.Range.File)
	}
	for _, x := range f.Fixes {
		for _, e := range x.Edits {
			add(e.Range.File)
		}
	}
}

// refusal says why Docker does not take a file, nil when it does.
func refusal(file *dockerfile.File) error {
	for _, p := range file.Problems {
		if p.Rule == lint.RuleSyntax && p.Severity == lint.Error {
			return fmt.Errorf("line %d: %s", file.Source.Position(p.Range.Start).Line, p.Message)
		}
	}
	return nil
}

func (l *Linter) dockerfileOptions(platform string) dockerfile.Options {
	args := maps.Clone(l.config.BuildArgs)
	if args == nil {
		args = map[string]string{}
	}
	maps.Copy(args, l.opt.BuildArgs)
	return dockerfile.Options{BuildArgs: args, Target: l.opt.Target, Platform: platform, Contexts: l.opt.Contexts, Images: l.images}
}

// report puts the results together, in an order that does not depend on who was first.
func (l *Linter) report(d *discovery, results []judged) (*lint.Report, error) {
	r := &lint.Report{
		Version: l.opt.Version, Facts: FactsDate,
		Failures: d.failures, Sources: map[string]*lint.Source{}, Rules: map[string]lint.Rule{},
	}
	for i, j := range results {
		if j.broken != nil {
			return nil, j.broken
		}
		if j.failure != nil {
			r.Failures = append(r.Failures, lint.Failure{File: d.inputs[i].name, Err: j.failure})
			continue
		}
		r.Files++
		for _, text := range j.notes { // Dockerfiles may share a context, and platforms do
			if n := (lint.Note{File: j.source.Name, Text: text}); !slices.ContainsFunc(r.Notes, func(o lint.Note) bool { return o.Text == text }) {
				r.Notes = append(r.Notes, n)
			}
		}
		if len(j.findings) > 0 {
			r.Sources[j.source.Name] = j.source
			for _, f := range j.findings {
				j.mentioned(&f, r.Sources)
			}
			r.Findings = append(r.Findings, j.findings...)
		}
	}
	order(r.Findings)
	slices.SortStableFunc(r.Failures, func(a, b lint.Failure) int { return cmp.Compare(a.File, b.File) })
	for i := range r.Findings {
		f := &r.Findings[i]
		if _, seen := r.Rules[f.Rule]; !seen {
			if p, ok := l.Policies.Lookup(f.Rule); ok {
				r.Rules[f.Rule] = p.Rule
			}
		}
		f.URL = r.Rules[f.Rule].URL
	}
	return r, nil
}
