package judge

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/loader"
)

// changes are what a repair adds to a machine. The zero value changes nothing.
type changes struct {
	packages  map[string]bool
	sonames   map[string]string // libraries that somebody needs, and the package of each
	preload   []string          // for LD_PRELOAD
	folder    string            // for LD_LIBRARY_PATH
	uncertain []string          // libraries of which it is not certain that the package has them
}

func (c *changes) add(pkg, soname string) {
	if c.packages == nil {
		c.packages, c.sonames = map[string]bool{}, map[string]string{}
	}
	c.packages[pkg] = true
	if soname != "" {
		c.sonames[soname] = pkg
	}
}

func (c changes) clone() changes {
	c.packages, c.sonames = maps.Clone(c.packages), maps.Clone(c.sonames)
	c.preload, c.uncertain = slices.Clone(c.preload), slices.Clone(c.uncertain)
	return c
}

// has reports whether a package is among the changes, or comes along with one of them.
func (c changes) has(pkg string) bool {
	if c.packages[pkg] {
		return true
	}
	for p := range c.packages {
		if brings(p, pkg) {
			return true
		}
	}
	return false
}

// brings reports whether one package certainly brings another one along.
func brings(pkg, other string) bool {
	return pkg == "libstdc++" && other == "libgcc" || facts.ApkBrings(pkg, other) == facts.Yes
}

// pruned leaves out packages that come along with others.
func (c changes) pruned() changes {
	c = c.clone()
	for _, pkg := range slices.Sorted(maps.Keys(c.packages)) {
		delete(c.packages, pkg)
		if !c.has(pkg) {
			c.packages[pkg] = true
		}
	}
	return c
}

// size is the number of members, by which candidates are ordered.
func (c changes) size() int { return len(c.packages) + len(c.preload) }

// repair finds the smallest changes that make the subject run.
func (j *judge) repair(a *lint.Artifact, t *trial, d *diagnosis) error {
	_, broken := j.known()
	if !sameArch(j.arch, j.site.Target.Arch) {
		return nil
	}
	if broken || j.goLibrary || j.misnamed() || t.invalid || t.fault != nil || t.loader == byOtherOne {
		a.InTheWay = d.blockers()
		j.suggest(a, d)
		return nil
	}
	c, blockers, err := j.packages(j.site, d)
	if err != nil {
		return err
	}
	if c != nil {
		a.Repairs = append(a.Repairs, c.describe(j.site, j.site))
	} else {
		a.InTheWay = blockers
		if err := j.newer(a, d); err != nil {
			return err
		}
	}
	j.suggest(a, d)
	return nil
}

// packages looks for packages of a site that make the subject run, and proves them. Where there
// are none it returns nil, and what stands in the way.
func (j *judge) packages(on *site, d *diagnosis) (*changes, []string, error) {
	if blockers := d.blockers(); len(blockers) > 0 {
		return nil, blockers, nil
	}
	folder := ""
	if slices.ContainsFunc(d.libraries, func(l missingLibrary) bool { return l.beside }) {
		// What lies beside it may want more.
		folder = path.Dir(j.path)
		t, err := j.try(j.machine(on, false, changes{folder: folder}))
		if err != nil {
			return nil, nil, err
		}
		d = j.diagnose(on, t)
		if blockers := d.blockers(); len(blockers) > 0 {
			return nil, blockers, nil
		}
	}
	for _, c := range j.candidates(d, folder) {
		if c.size() == 0 && folder == "" {
			continue // what is missing is for somebody else to bring
		}
		if ok, err := j.proved(on, c); err != nil {
			return nil, nil, err
		} else if ok {
			c, err := j.minimal(on, c, d)
			if c = c.pruned(); err != nil || c.size() == 0 && folder == "" {
				return nil, nil, err
			}
			return &c, nil, nil
		}
	}
	return nil, nil, nil
}

// blockers are the libraries and symbols that no package of the site brings.
func (d *diagnosis) blockers() []string {
	names := d.unpackaged()
	for _, s := range slices.Concat(d.symbols, d.deferred) {
		if !s.gcompat && s.compat == "" && s.owner != ofHost && (s.owner != nobody || s.certain) && !s.inLibgcc() {
			names = append(names, s.Symbol)
		}
	}
	for _, f := range d.others {
		names = append(names, other(f))
	}
	if len(d.trial.relr) > 0 {
		names = append(names, "DT_RELR")
	}
	if d.trial.loader == notThere && len(d.site.gcompatLinks) == 0 {
		names = append(names, "the loader")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// inLibgcc reports whether libgcc has the symbol, although nothing needs libgcc.
func (s *missingSymbol) inLibgcc() bool { return s.owner == ofLibgcc && s.Version.Node == "" }

// other is a failure in few words that is neither a library nor a symbol.
func other(f loader.Failure) string {
	switch f.Kind {
	case loader.TypeFailure:
		return fmt.Sprintf("relocation type %d", f.Type)
	case loader.TLSFailure:
		return "initial-exec thread-local data"
	case loader.RelroFailure:
		return "RELRO outside of what is mapped"
	}
	return f.Reason
}

// candidates are the changes that may repair, smaller ones first.
func (j *judge) candidates(d *diagnosis, folder string) []changes {
	base := changes{folder: folder}
	for _, l := range d.libraries {
		base.add(l.name, l.Library)
		if !l.holder.certain {
			base.uncertain = append(base.uncertain, l.Library)
		}
	}
	if d.trial.loader == notThere {
		base.add("gcompat", "")
	}
	wanted := slices.DeleteFunc(slices.Concat(d.symbols, d.deferred), func(s missingSymbol) bool {
		return !s.gcompat && s.compat == "" && !s.inLibgcc()
	})
	all := []changes{base}
	if len(wanted) > 0 {
		if c := base.clone(); c.compat(wanted) {
			all = append(all, c)
		}
		with := base.clone()
		with.add("gcompat", "")
		all = append(all, with)
		if d.trial.loader == musl {
			with = with.clone()
			with.preload = append(with.preload, facts.GcompatPath)
			all = append(all, with)
		}
		if c := with.clone(); c.compat(slices.DeleteFunc(slices.Clone(wanted), func(s missingSymbol) bool { return s.gcompat })) {
			all = append(all, c)
		}
		if libgcc := slices.ContainsFunc(wanted, func(s missingSymbol) bool { return s.inLibgcc() }); libgcc {
			for _, c := range slices.Clone(all) {
				c = c.clone()
				c.add("libgcc", "libgcc_s.so.1")
				c.preload = append(c.preload, "libgcc_s.so.1")
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b changes) int { return cmp.Compare(a.size(), b.size()) })
	return all
}

// compat adds the libraries that have symbols, and reports whether they have them all.
func (c *changes) compat(wanted []missingSymbol) bool {
	some := false
	for _, s := range wanted {
		switch {
		case s.compat != "":
			some = true
			if c.sonames[s.compat] == "" {
				c.add(s.pkg, s.compat)
				c.preload = append(c.preload, s.compat)
			}
		case s.gcompat:
			return false
		}
	}
	return some
}

// proved replays the loader with changes.
func (j *judge) proved(on *site, c changes) (bool, error) {
	t, err := j.try(j.machine(on, false, c))
	if err != nil {
		return false, err
	}
	if t.loader == notThere || len(t.relr) > 0 || t.fault != nil {
		return false, nil
	}
	d := j.diagnose(on, t)
	return len(d.libraries) == 0 && len(d.others) == 0 && !slices.ContainsFunc(slices.Concat(d.symbols, d.deferred), func(s missingSymbol) bool {
		return s.owner == ofGlibc || s.owner == ofLibstdcxx || s.certain
	}), nil
}

// minimal leaves out what is not needed. Packages of libraries that are asked for by name are
// needed as they are.
func (j *judge) minimal(on *site, c changes, d *diagnosis) (changes, error) {
	for i := len(c.preload) - 1; i >= 0; i-- {
		less := c.clone()
		less.preload = slices.Delete(less.preload, i, i+1)
		if ok, err := j.proved(on, less); err != nil {
			return c, err
		} else if ok {
			c = less
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(c.packages)) {
		if slices.ContainsFunc(d.libraries, func(l missingLibrary) bool { return l.name == pkg }) {
			continue
		}
		less := c.clone()
		delete(less.packages, pkg)
		if ok, err := j.proved(on, less); err != nil {
			return c, err
		} else if ok {
			c = less
		}
	}
	return c, nil
}

// newer looks for the oldest release of Alpine after the target's in which the subject runs.
func (j *judge) newer(a *lint.Artifact, d *diagnosis) error {
	if j.release == "" || j.release == "edge" {
		return nil
	}
	for _, r := range facts.Releases() {
		if facts.CompareReleases(r.Name, j.release) <= 0 || r.Name == "edge" {
			continue
		}
		on, err := siteOf(lint.Target{Libc: lint.Musl, Version: r.Musl, Distro: "alpine", Release: r.Name, Arch: j.site.Target.Arch})
		if err != nil {
			continue // that release does not know the architecture
		}
		if !d.mayVanish(on) {
			continue
		}
		t, err := j.try(j.machine(on, false, changes{}))
		if err != nil {
			return err
		}
		there := j.diagnose(on, t)
		c := new(changes)
		if t.failed() || len(there.deferred) > 0 {
			if c, _, err = j.packages(on, there); err != nil {
				return err
			}
		}
		if c != nil {
			a.Repairs = append(a.Repairs, c.describe(on, j.site))
			return nil
		}
	}
	return nil
}

// mayVanish reports whether nothing of what stands in the way need do so on another site.
func (d *diagnosis) mayVanish(on *site) bool {
	for _, l := range d.libraries {
		if l.name == "" && !l.beside && on.packageOf(l.Library).name == "" {
			return false
		}
	}
	for _, s := range slices.Concat(d.symbols, d.deferred) {
		if s.gcompat || s.compat != "" || s.owner == ofHost || s.inLibgcc() || s.owner == nobody && !s.certain || on.gcompatHas(s.Symbol) {
			continue
		}
		_, remapped := on.Exports().Remaps(s.Symbol)
		switch {
		case s.owner == ofLibstdcxx && on.hasLibstdcxx([]byte(s.Symbol), s.Version):
		case s.owner == ofLibgcc && on.hasLibgcc([]byte(s.Symbol), s.Version):
		case !remapped && !on.Exports().Has(s.Symbol):
			return false
		}
	}
	return len(d.others) == 0 || slices.ContainsFunc(d.others, func(f loader.Failure) bool { return f.Kind == loader.TypeFailure })
}

// describe puts changes into words: those to make on a site, when the target is now.
func (c changes) describe(on, now *site) lint.Repair {
	r := lint.Repair{Packages: slices.Sorted(maps.Keys(c.packages)), Proved: len(c.uncertain) == 0}
	var titles []string
	if on != now {
		r.Release = on.release
		titles = append(titles, "move to Alpine "+on.release)
		r.Dockerfile = append(r.Dockerfile, "FROM alpine:"+on.release)
	}
	if len(r.Packages) > 0 {
		titles = append(titles, "apk add "+strings.Join(r.Packages, " "))
		r.Dockerfile = append(r.Dockerfile, "RUN apk add --no-cache "+strings.Join(r.Packages, " "))
	}
	if len(c.preload) > 0 {
		env := "LD_PRELOAD=" + strings.Join(c.preload, ":")
		r.Env = []string{env}
		titles = append(titles, "set "+env)
		r.Dockerfile = append(r.Dockerfile, "ENV "+env)
		r.Note = "Every program of the image then loads it; set it for the one program where that is possible."
	}
	if c.folder != "" {
		r.Env = append(r.Env, "LD_LIBRARY_PATH="+c.folder)
		titles = append(titles, "set LD_LIBRARY_PATH to its folder, where the other libraries lie")
	}
	if len(c.uncertain) > 0 {
		r.Note = fmt.Sprintf("It is not certain that %s of %s %s %s.", plural(len(r.Packages), "the package", "the packages"), on.name(), plural(len(r.Packages), "has", "have"), list(c.uncertain))
	}
	r.Title = list(titles)
	return r
}
