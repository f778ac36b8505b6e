package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// from starts a stage.
func (b *builder) from(in *Instruction) {
	b.endStage()
	f := b.file
	s := &Stage{Index: len(f.Stages), Range: in.Range, FromRange: in.Range, file: f}
	f.Stages = append(f.Stages, s)
	b.stage, b.shell, b.dir, b.env = s, nil, "/", nil
	in.Stage = s

	words := b.splitter(in)
	image, _ := words.next(false)
	if as, ok := words.next(false); ok && strings.EqualFold(as.raw, "as") {
		name, _ := words.next(false)
		s.Name = name.raw
	}
	s.base = image
	base := b.global.expand(image, f.Escape)
	s.Base, s.BaseKnown = base.Text, base.Known
	s.BaseRange = f.Range(image.start, max(image.start, image.end))
	s.Platform = b.opt.Platform
	if p, ok := in.Flag("platform"); ok {
		if w := b.global.expand(word{raw: p.Value.Text}, f.Escape); w.Known && w.Text != "" {
			s.Platform = w.Text
		}
	}
	s.Target.Arch = archOf(s.Platform)

	if base := f.stageNamed(s.Base); base != nil {
		s.inherit(base)
		b.env, b.dir, b.shell = base.env.inherited(), base.dir, base.shell
		return
	}
	b.image(s)
}

// inherit makes s a continuation of the stage that it is FROM.
func (s *Stage) inherit(base *Stage) {
	s.BaseStage = base
	s.Image, s.Ref, s.Certain = base.Image, base.Ref, base.Certain
	s.Target, s.Platform = base.Target, base.Platform
	s.Artifacts = slices.Clip(base.Artifacts)
	reasons := base.Reasons
	if len(reasons) >= maxReasons { // a long chain: the image at its end matters most
		reasons = reasons[len(reasons)-maxReasons+1:]
	}
	s.Reasons = append([]lint.Related{s.file.place(fmt.Sprintf("it continues stage %q", base.Label()), s.BaseRange)}, reasons...)
}

// maxReasons bounds what a stage tells about its libc.
const maxReasons = 8

// image finds out what the base image of s is: what the user said, else the table.
func (b *builder) image(s *Stage) {
	name := s.Base
	if value, ok := b.opt.Contexts[name]; ok {
		b.context(s, value)
		return
	}
	arch := s.Target.Arch
	ref, ok := imageRef(name)
	if !ok {
		return
	}
	s.Ref = ref
	s.Target.Arch = archFromRepository(ref, arch)
	if b.override(s, ref) {
		return
	}
	image, ok := facts.LookupImage(ref, s.Target.Arch)
	if !ok {
		return
	}
	s.take(image)
	s.because(image.Why, b.global)
}

func (s *Stage) take(image facts.Image) {
	s.Image, s.Certain = image, image.Certain
	s.Target.Libc, s.Target.Distro = image.Libc, image.Distro
	s.Target.Release, s.Target.Version = image.Release, image.Musl
	if s.Target.Version == "" && image.Libc == lint.Musl {
		if r, ok := facts.ReleaseOf(image.Release); ok {
			s.Target.Version = r.Musl
		}
	}
}

// because records why the stage's libc is what it is, and where the variables in its
// FROM line got their values.
func (s *Stage) because(why string, global *env) {
	s.Reasons = append(s.Reasons, s.file.place(reason(s.Base, s.Target, why), s.BaseRange))
	for _, name := range references(s.base.raw) {
		if v, ok := global.lookup(name); ok && v.known && !v.at.IsZero() {
			s.Reasons = append(s.Reasons, s.file.place(fmt.Sprintf("%s is %q unless --build-arg says otherwise", name, v.value), v.at))
		}
	}
}

// reason says what an image is, and why where that does not say the same again.
func reason(image string, t lint.Target, why string) string {
	text := image + " is " + describe(t)
	if strings.HasPrefix(why, image+" is ") {
		return text
	}
	return text + ": " + why
}

// describe names a target for people, such as "Alpine 3.20 (musl 1.2.5)".
func describe(t lint.Target) string {
	libc := t.Libc.String()
	if t.Libc == lint.None {
		libc = "without a C library"
	}
	distro := t.Distro
	if distro != "" {
		distro = strings.ToUpper(distro[:1]) + distro[1:]
	}
	if distro != "" && t.Release != "" {
		distro += " " + t.Release
	}
	if t.Libc == lint.Musl && t.Version != "" {
		libc += " " + t.Version
	}
	if distro == "" {
		return libc
	}
	return distro + " (" + libc + ")"
}

// context applies a --build-context that replaces the image.
func (b *builder) context(s *Stage, value string) {
	image, ok := strings.CutPrefix(value, "docker-image://")
	if !ok {
		s.Base = value // a folder, an OCI layout, a URL: what it holds is not known
		return
	}
	s.Base = image
	if ref, ok := imageRef(image); ok {
		s.Ref = ref
		if found, ok := facts.LookupImage(ref, s.Target.Arch); ok {
			s.take(found)
			s.because(found.Why+" (--build-context)", b.global)
		}
	}
}

// override applies the first user setting that matches, and reports whether one did.
func (b *builder) override(s *Stage, ref facts.Ref) bool {
	for _, o := range b.opt.Images {
		if !matches(o.Pattern, s.Base, ref) {
			continue
		}
		image := facts.Image{Certain: true}
		if like, ok := imageRef(o.Like); ok {
			if found, ok := facts.LookupImage(like, s.Target.Arch); ok {
				image, s.Ref = found, like
			}
		}
		if o.Libc != "" {
			image.Libc = o.Libc
		}
		if o.Distro != "" {
			image.Distro = o.Distro
		}
		if o.Release != "" {
			image.Release, image.Musl, image.Floating = o.Release, "", false
		}
		if o.Version != "" {
			image.Musl = o.Version
		}
		if o.Distro == "alpine" && image.Libc == "" {
			image.Libc = lint.Musl
		}
		image.Certain = true
		s.take(image)
		why := "the configuration says so"
		if o.Like != "" {
			why = "the user says that it is like " + o.Like
		}
		s.because(why, b.global)
		return true
	}
	return false
}

// matches reports whether an override's pattern names the image, with its tag or without.
func matches(pattern, base string, ref facts.Ref) bool {
	untagged := ref
	untagged.Tag, untagged.Digest = "", ""
	for _, name := range []string{base, ref.String(), untagged.String(), ref.Repository} {
		if glob(pattern, name) {
			return true
		}
	}
	return false
}

// glob matches a pattern in which * stands for any characters, slashes too.
func glob(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(name, p)
		if i < 0 {
			return false
		}
		name = name[i+len(p):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}

// imageRef reads an image name in which some variables may have no value. They are left
// out where they stand for a registry or prefix, and replaced by a neutral letter in a
// tag, so that `golang:${GO}-alpine` is still known to be Alpine.
func imageRef(name string) (facts.Ref, bool) {
	if name == "" {
		return facts.Ref{}, false
	}
	if ref, ok := facts.ParseRef(name); ok {
		return ref, true
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		if name[i] != '$' {
			b.WriteByte(name[i])
			i++
			continue
		}
		end := strings.IndexByte(name[i:], '}')
		if end < 0 {
			return facts.Ref{}, false
		}
		after := name[i+end+1:]
		switch {
		case strings.ContainsRune(b.String(), ':'):
			b.WriteByte('_')
		case strings.HasPrefix(after, "/"):
			b.WriteString("registry.invalid")
		case after == "" && b.Len() == 0:
			return facts.Ref{}, false // nothing but a variable
		}
		i += end + 1
	}
	return facts.ParseRef(b.String())
}

// archFromRepository is the architecture that per-architecture images carry in their name
// (arm32v7/alpine) or before their version (arm64v8-3.22), else that of the platform.
func archFromRepository(ref facts.Ref, arch string) string {
	owner, _ := path.Split(ref.Repository)
	switch owner = strings.TrimSuffix(owner, "/"); owner {
	case "amd64", "arm64v8", "arm32v7", "arm32v6", "arm32v5", "i386", "riscv64", "s390x", "ppc64le", "loong64":
		return lint.Arch(owner)
	}
	prefix, _, _ := strings.Cut(ref.Tag, "-")
	switch prefix {
	case "amd64", "arm64v8", "arm32v7", "arm32v6": // linuxserver.io and others
		return lint.Arch(prefix)
	}
	return arch
}
