package policy

import (
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// useFacts are what is known of a use.
type useFacts struct {
	why, instead string
	pkg          string // apk package of the target; empty where it has none
	oldPkg       string // apk package of older releases, where the target has none
	link         string // -l name of its library
	headers      []string
	musl         []string
	since, gone  string
	lfs64        bool
	available    bool // a header of the target's musl declares it
	newer        bool // since is a version after the target's

	variant, plain string // of a symbol that glibc's headers put in the place of another one
}

// known looks the use up once.
func (s *Subject) known() *useFacts {
	if s.facts == nil {
		s.facts = lookUp(&s.use.Use, s.system)
	}
	return s.facts
}

func lookUp(u *lint.Use, target lint.Target) *useFacts {
	switch u.Kind {
	case lint.UseHeader, lint.UseRedirect:
		return lookUpHeader(u.Name, target)
	case lint.UseBehavior:
		b, _ := facts.Differs(u.Name)
		k := &useFacts{why: b.Why, instead: b.Instead}
		if b.Header != "" {
			k.headers = []string{b.Header}
		}
		return k
	case lint.UseOption:
		return &useFacts{}
	}
	i, ok := facts.LookupInterface(u.Name)
	if holder, _, cut := strings.Cut(u.Name, "."); !ok && cut {
		i, _ = facts.LookupInterface(holder)
	}
	k := &useFacts{
		why: i.Why, instead: i.Instead, link: i.Library, headers: i.Headers, musl: i.Musl, since: i.Since, gone: i.Gone, lfs64: i.LFS64,
	}
	if b, differs := facts.Differs(u.Name); differs && u.Kind == lint.UseConflict && k.why == "" {
		k.why, k.instead = "musl "+b.Why, b.Instead
	}
	version := muslVersion(target)
	k.available = len(i.Musl) > 0 && i.In(version)
	k.newer = k.since != "" && version != "" && facts.CompareVersions("apk", version, k.since) < 0
	if u.Kind == lint.UseSymbol {
		glibc := facts.ClassifyGlibc(u.Name)
		k.variant, k.plain = glibc.Kind, glibc.Plain
	}
	k.take(i, "", target)
	return k
}

func lookUpHeader(name string, target lint.Target) *useFacts {
	h, _ := facts.LookupHeader(name)
	k := &useFacts{why: h.What, instead: h.Instead, headers: []string{name}, link: facts.LinkName(h.Package)}
	if replacement, ok := facts.ReplacedHeader(name); ok {
		k.musl = []string{replacement}
	}
	k.take(facts.Interface{Package: h.Package, Library: k.link}, h.Until, target)
	return k
}

// take finds out which package the target has; until is the last release that has one which
// is no library.
func (k *useFacts) take(i facts.Interface, until string, target lint.Target) {
	if target.Distro != "alpine" {
		return
	}
	pkg, _, ok := i.PackageIn(target.Release)
	if until != "" && target.Release != "" && facts.CompareReleases(target.Release, until) > 0 {
		ok = false
	}
	if ok {
		k.pkg = pkg
	} else {
		k.oldPkg = i.Package
	}
}
