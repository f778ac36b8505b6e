package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint"
)

// score counts causes and findings.
type score struct {
	units, failing, broken, gone int
	causes, found                int
	findings, made               int // findings at distinct places, and those that are not true
	near                         int // those at the line of an error about something else, or at another line of its file
	asides                       int // findings that no compiler can judge
}

func (s *score) add(o score) {
	s.units += o.units
	s.failing += o.failing
	s.broken += o.broken
	s.gone += o.gone
	s.causes += o.causes
	s.found += o.found
	s.findings += o.findings
	s.made += o.made
	s.near += o.near
	s.asides += o.asides
}

func (s score) recall() float64 {
	if s.causes == 0 {
		return 1
	}
	return float64(s.found) / float64(s.causes)
}

func (s score) precision() float64 {
	if s.findings == 0 {
		return 1
	}
	return float64(s.findings-s.made) / float64(s.findings)
}

func (s score) line(name string) string {
	return fmt.Sprintf("%-12s %5d units  %4d fail on musl only  %4d causes  %4d found  %4d missed  %4d findings  %4d near  %4d false  recall %6.2f %%  precision %6.2f %%",
		name, s.units, s.failing, s.causes, s.found, s.causes-s.found, s.findings, s.near, s.made, 100*s.recall(), 100*s.precision())
}

// readState reads what muslcc recorded, settled by the links.
func readState(dir string) ([]record.Unit, error) {
	units, err := record.Store{Dir: dir}.Read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it found nothing
	}
	return units, err
}

func (p *project) run() (score, error) {
	if err := p.build(); err != nil {
		return score{}, err
	}
	calls, err := p.calls()
	if err != nil {
		return score{}, err
	}
	all, links, gone := units(calls)
	if len(all) == 0 {
		return score{}, fmt.Errorf("nothing was compiled: see %s", p.path("build.log"))
	}
	if all, err = p.built(all); err != nil {
		return score{}, err
	}
	verdicts, err := p.judgeAll(all)
	if err != nil {
		return score{}, err
	}
	r := p.roots(all, links, verdicts)
	s := score{units: len(all), failing: 0, broken: r.broken, gone: gone}
	for _, v := range verdicts {
		if !v.Broken && len(v.Errors) > 0 {
			s.failing++
		}
	}
	for _, n := range r.order {
		if n.Required {
			s.causes++
		}
	}
	if p.listTruth {
		p.printTruth(r)
	}
	if p.full {
		if err := p.compareFull(verdicts); err != nil {
			return s, err
		}
	}
	if p.muslcc == "" {
		fmt.Printf("%-12s %5d units (%d gone, %d broken on the host)  %4d fail on musl only  %4d causes\n", p.name, s.units, s.gone, s.broken, s.failing, s.causes)
		return s, nil
	}
	state := p.path("state")
	if p.rejudge || !isDir(state) {
		if state, err = p.rejudged(all, links); err != nil {
			return s, err
		}
	}
	records, err := readState(state)
	if err != nil {
		return s, err
	}
	p.compare(r, records, &s)
	fmt.Println(s.line(p.name))
	if p.objects > 0 {
		if err := p.compareObjects(calls); err != nil {
			return s, err
		}
	}
	if p.fix {
		if err := p.fixed(all, verdicts, state, records); err != nil {
			return s, err
		}
	}
	return s, nil
}

// use is a finding at one place, of however many units.
type use struct {
	lint.Use
	sources []string
}

// compare counts which causes have a finding, and which findings are true.
func (p *project) compare(r *roots, records []record.Unit, s *score) {
	uses := map[string]*use{}
	var order []string
	for _, unit := range records {
		for _, u := range unit.Uses {
			key := fmt.Sprint(u.File, "\x00", u.Line, "\x00", u.Kind, "\x00", u.Name)
			if u.File == "" {
				key += "\x00" + unit.Source
			}
			if uses[key] == nil {
				uses[key] = &use{Use: u}
				order = append(order, key)
			}
			uses[key].sources = append(uses[key].sources, unit.Source)
		}
	}
	byFile := map[string][]*root{}
	byName := map[string][]*root{}
	for _, n := range r.order {
		byFile[n.File] = append(byFile[n.File], n)
		for _, a := range n.Also {
			if a.File != n.File {
				byFile[a.File] = append(byFile[a.File], n)
			}
		}
		byName[n.Name] = append(byName[n.Name], n)
	}
	found := map[*root]bool{}
	sort.Strings(order)
	for _, key := range order {
		u := uses[key]
		switch u.Kind {
		case lint.UseBehavior, lint.UseRedirect:
			s.asides++
			continue
		}
		s.findings++
		exact, near := false, false
		name := useName(u.Name)
		for _, n := range byFile[u.File] {
			same := n.Name == name
			vague := n.Kind == kindConflict || n.Kind == kindOther || n.Kind == kindSyntax || n.Name == ""
			if n.at(u.File, u.Line) && (same || vague) {
				found[n], exact = true, true
			}
			near = near || same || n.at(u.File, u.Line) || n.Message == u.Message
		}
		for _, n := range byName[name] {
			if n.Kind == kindSymbol && (u.Kind == lint.UseSymbol || u.Kind == lint.UseFunction) && u.of(n.File) {
				found[n], exact = true, true
			}
			if n.Kind == kindLibrary && u.Kind == lint.UseOption {
				found[n], exact = true, true
			}
			// In two headers of the system, which the project includes at the place of the finding.
			exact = exact || n.Why == whyInSystem && n.Message == u.Message
			near = near || u.File == ""
		}
		if exact {
			continue
		}
		mark := "near "
		if near {
			s.near++
		} else {
			s.made++
			mark = "false"
		}
		if p.verbose {
			fmt.Printf("  %s   %s:%d: %s %s: %s (%s)%s\n", mark, p.short(u.File), u.Line, u.Kind, u.Name, u.Message, u.Proof, p.inUnits(u.sources))
		}
	}
	for _, n := range r.order {
		if !n.Required {
			continue
		}
		if found[n] {
			s.found++
		} else if p.verbose {
			fmt.Printf("  missed  %s:%d: %s %s: %s (%d units)\n", p.short(n.File), n.Line, n.Kind, n.Name, n.Message, n.Units)
		}
	}
}

// of is true of a finding in a unit, and of one in a link, which has no source.
func (u *use) of(source string) bool {
	return u.File == source || slices.Contains(u.sources, source) || slices.Contains(u.sources, "")
}

// at is true at the place of an error, and where a macro was used that it is in.
func (n *root) at(file string, line int) bool {
	if n.File == file && n.Line == line {
		return true
	}
	return slices.Contains(n.Also, place{file, line})
}

// useName is the name in "fpregset_t.uregs", "struct mallinfo2", "-lanl".
func useName(name string) string {
	if short, ok := strings.CutPrefix(name, "-l"); ok {
		return short
	}
	if strings.HasSuffix(name, ".h") {
		return name
	}
	if cut := strings.LastIndexByte(name, '.'); cut >= 0 {
		name = name[cut+1:]
	}
	return lastName(name)
}

func (p *project) short(path string) string {
	if rel, ok := strings.CutPrefix(path, p.path("build")+"/"); ok {
		return rel
	}
	return path
}

func (p *project) inUnits(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf(" in %s and %d more", p.short(all[0]), len(all)-1)
}

func (p *project) printTruth(r *roots) {
	all := slices.Clone(r.order)
	slices.SortStableFunc(all, func(a, b *root) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	for _, n := range all {
		mark := "cause"
		if !n.Required {
			if !p.verbose {
				continue
			}
			mark = "     "
		}
		fmt.Printf("  %s  %s:%d: %s %s: %s (%d units) %s\n", mark, p.short(n.File), n.Line, n.Kind, n.Name, n.Message, n.Units, n.Why)
	}
}

// parallel calls f for 0 to n-1, some at once.
func (p *project) parallel(n int, f func(int)) {
	var wait sync.WaitGroup
	next := make(chan int)
	for range p.jobs {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range next {
				f(i)
			}
		}()
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}
