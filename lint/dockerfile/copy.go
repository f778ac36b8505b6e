package dockerfile

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// Copy is what COPY or ADD brings into a stage.
type Copy struct {
	Add       bool
	Origin    string         // "stage", "image", "context", "url", "heredoc"
	From      string         // of --from, as written: Docker replaces no variables there
	FromStage *Stage         // of origin "stage"
	FromRef   facts.Ref      // of origin "image"
	FromImage facts.Image    // what is known about it; zero when nothing
	Reasons   []lint.Related // of origin "stage" and "image": why what it takes from has its libc
	Sources   []shell.Word
	Dest      shell.Word
	Documents []Document
	Carries   []Carried
}

// Document is a here-document that COPY or ADD writes to a file.
type Document struct {
	Name       string // the delimiter, which is the file's name when Dest is a folder
	Content    string
	Start, End int
}

// Carried is an artifact that arrives with a Copy.
type Carried struct {
	*Artifact            // as it was where it comes from
	Source    shell.Word // the source that it came with
	Dest      string     // where it lands; "" when that is not known
}

func (b *builder) copy(in *Instruction) {
	text := mask(b.file.Source.Content[in.rest.start:in.rest.end], b.file.Escape)
	words, ok := jsonWords(text, in.rest.start)
	if ok {
		in.Exec = true
		for _, w := range words {
			in.Words = append(in.Words, b.env.expand(word{raw: w.Text, start: w.Start, end: w.End}, b.file.Escape))
		}
	} else {
		in.plainWords(b)
	}
	if len(in.Words) == 0 || in.OnBuild {
		return
	}
	c := &Copy{Add: in.Keyword == "ADD", Origin: "context"}
	in.Copy = c
	last := len(in.Words) - 1
	c.Dest = in.Words[last]
	docs := 0
	for _, w := range in.Words[:last] {
		if strings.HasPrefix(w.Text, "<<") && docs < len(in.heredocs) {
			d := in.heredocs[docs]
			docs++
			c.Documents = append(c.Documents, Document{Name: d.Name, Content: d.Content, Start: d.body.start, End: d.body.end})
			continue
		}
		c.Sources = append(c.Sources, w)
	}
	if len(c.Documents) > 0 && len(c.Sources) == 0 {
		c.Origin = "heredoc"
	}
	if f, ok := in.Flag("from"); ok {
		b.copyFrom(in, c, f)
	} else if c.Add && slices.ContainsFunc(c.Sources, func(w shell.Word) bool { return strings.Contains(w.Text, "://") }) {
		c.Origin = "url"
		b.addURLs(in, c)
	}
	b.stage.arrive(in)
}

func (b *builder) copyFrom(in *Instruction, c *Copy, f Flag) {
	c.From, c.Origin = f.Value.Text, "image"
	if strings.Contains(c.From, "$") {
		b.file.refuse(in, "variable expansion is not supported for --from: define a stage with FROM and an ARG from before the first FROM")
		return
	}
	c.FromStage, c.FromRef, c.FromImage = b.source(c.From)
	if c.FromStage != nil {
		c.Origin, c.Reasons = "stage", c.FromStage.Reasons
	} else {
		c.Reasons = b.imageReasons(c, f)
	}
	for _, w := range c.Sources {
		for _, a := range b.contents(c.FromStage, c.FromRef, c.FromImage, w.Text, in.Range) {
			if len(c.Carries) >= maxArtifacts {
				return
			}
			c.Carries = append(c.Carries, Carried{Artifact: a, Source: w, Dest: landing(in, c, w.Text, a)})
		}
	}
}

// imageReasons says what the image of --from is known to be.
func (b *builder) imageReasons(c *Copy, from Flag) []lint.Related {
	if c.FromImage.Libc == lint.Unknown {
		return nil
	}
	image := &Stage{}
	image.take(c.FromImage)
	why := cmp.Or(c.FromImage.Why, "the configuration says so")
	return []lint.Related{b.file.place(reason(c.From, image.Target, why), b.file.Range(from.Start, from.End))}
}

// source finds what --from or a mount's from= names: an earlier stage, a build context,
// an image.
func (b *builder) source(name string) (*Stage, facts.Ref, facts.Image) {
	if s := b.file.stageFrom(name); s != nil {
		return s, facts.Ref{}, facts.Image{}
	}
	if value, ok := b.opt.Contexts[name]; ok {
		image, isImage := strings.CutPrefix(value, "docker-image://")
		if !isImage {
			return nil, facts.Ref{}, facts.Image{}
		}
		name = image
	}
	ref, ok := imageRef(name)
	if !ok {
		return nil, facts.Ref{}, facts.Image{}
	}
	tmp := &Stage{file: b.file, Base: name, Ref: ref}
	if b.override(tmp, ref) {
		return nil, tmp.Ref, tmp.Image
	}
	// It is pulled for the platform of the build, whatever FROM --platform says.
	image, _ := facts.LookupImage(ref, archOf(b.opt.Platform))
	return nil, ref, image
}

// contents returns the artifacts that a path of a stage or image holds: what the stage's
// commands made, else what is known of its image, else what its build may have left there,
// else what the path itself says.
func (b *builder) contents(s *Stage, ref facts.Ref, image facts.Image, source string, at lint.Range) []*Artifact {
	source = join("/", source)
	if s == nil {
		return b.imageContents(ref, image, source, at)
	}
	found, vague := s.holding(source)
	if len(found) > 0 {
		return found
	}
	if list := linkedOf(s.Ref, source, at); len(list) > 0 {
		return list
	}
	if len(vague) > 0 {
		return vague
	}
	if s.mentions(source) {
		return nil // a command has put it there
	}
	return systemFile(s.Target.Libc, s.Certain && !s.opaque(), source, at, s.Base)
}

// mentions reports whether a RUN, COPY or ADD of the stage, or of those that it is FROM,
// contains the path.
func (s *Stage) mentions(p string) bool {
	if isRoot(p) {
		return false
	}
	content, wanted := s.file.Source.Content, []byte(p)
	for st := s; st != nil; st = st.BaseStage {
		if !bytes.Contains(content[st.Range.Start:st.Range.End], wanted) {
			continue
		}
		for _, in := range st.Instructions {
			switch in.Keyword {
			case "RUN", "COPY", "ADD":
				if bytes.Contains(content[in.Range.Start:in.Range.End], wanted) {
					return true
				}
			}
		}
	}
	return false
}

// opaque reports whether the stage runs or copies anything at all, so that a file in it
// need not be its base image's.
func (s *Stage) opaque() bool {
	for st := s; st != nil; st = st.BaseStage {
		for _, in := range st.Instructions {
			if in.Keyword == "RUN" || in.Keyword == "COPY" || in.Keyword == "ADD" {
				return true
			}
		}
	}
	return false
}

// imageContents is what is known about a path of an image.
func (b *builder) imageContents(ref facts.Ref, image facts.Image, source string, at lint.Range) []*Artifact {
	if ref.IsZero() {
		return nil
	}
	if list := linkedOf(ref, source, at); len(list) > 0 {
		return list
	}
	return systemFile(image.Libc, image.Certain, source, at, ref.String())
}

func linkedOf(ref facts.Ref, source string, at lint.Range) []*Artifact {
	linked, ok := facts.ImageArtifact(ref, source)
	if !ok || ref.IsZero() {
		return nil
	}
	return []*Artifact{{
		Path: source, Kind: linkedKind(source), Libc: linked.Libc, Needs: linked.Needs,
		Certain: linked.Certain, Range: at, Why: linked.Why,
	}}
}

// systemFile judges a path by where it lies: programs and libraries of a distribution are
// linked to its libc.
func systemFile(libc lint.Libc, certain bool, source string, at lint.Range, of string) []*Artifact {
	if libc != lint.Glibc && libc != lint.Musl {
		return nil
	}
	a := &Artifact{Path: source, Libc: libc, Range: at, Certain: certain}
	switch {
	case isRoot(source):
		a.Kind, a.Why = "rootfs", "the system folders of "+of
	case isSystemLibrary(source):
		a.Kind, a.Why = "system-library", "a library of "+of
	case isSystemProgram(source):
		a.Kind, a.Why, a.Certain = "system-program", "a program of "+of, false
	default:
		return nil
	}
	return []*Artifact{a}
}

// isRoot reports whether a copy of this path brings a whole system.
func isRoot(p string) bool {
	switch path.Clean(p) {
	case "/", "/lib", "/lib64", "/usr", "/usr/lib", "/bin", "/usr/bin", "/sbin":
		return true
	}
	return false
}

func isSystemLibrary(p string) bool {
	dir, name := path.Split(p)
	return strings.Contains(name, ".so") && (strings.HasPrefix(dir, "/lib") || strings.HasPrefix(dir, "/usr/lib"))
}

// isSystemProgram reports whether a path is one of a distribution's programs. A name with
// an extension is likelier a script.
func isSystemProgram(p string) bool {
	dir, name := path.Split(p)
	switch dir {
	case "/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/":
		return name != "" && !strings.ContainsAny(name, ".*")
	}
	return false
}

func linkedKind(p string) string {
	if strings.Contains(path.Base(p), ".so") || strings.Contains(p, "/lib/") {
		return "library"
	}
	return "program"
}

// Destination is the absolute path that a COPY or ADD names; ok is false when that is not
// known. A file lands in it, rather than at it, where folder is set.
func (in *Instruction) Destination() (dest string, folder, ok bool) {
	c := in.Copy
	dest = join(in.Dir, c.Dest.Text)
	folder = isFolderName(c.Dest.Text) || strings.HasSuffix(c.Dest.Text, "/.") || len(c.Sources)+len(c.Documents) > 1 || dest == in.Dir
	return dest, folder, dest != "?" && c.Dest.Known
}

// landing is the path at which an artifact of the source lands, "" when that is not known.
func landing(in *Instruction, c *Copy, source string, a *Artifact) string {
	dest, into, ok := in.Destination()
	if _, keeps := in.Flag("parents"); keeps || !ok {
		return ""
	}
	folder := a.isFolder() || strings.HasSuffix(source, "/")
	source = join("/", source)
	folder = folder || a.Path != source && encloses(source, a.Path)
	if !folder && !strings.ContainsAny(source, "*?[") && into {
		dest = path.Join(dest, path.Base(source))
	}
	return below(a, source, dest)
}

// arrive makes what a copy carries an artifact of the stage that it lands in, so that it
// can flow on from there.
func (s *Stage) arrive(in *Instruction) {
	for _, c := range in.Copy.Carries {
		if c.Dest == "" {
			continue
		}
		moved := *c.Artifact
		moved.Path = c.Dest
		s.hold(&moved)
	}
}
