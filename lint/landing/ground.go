package landing

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"syscall"

	"github.com/musllint/musllint/lint/artifact"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/loader"
)

// ground is the files that a stage has from the build context when it is built, at their
// places in the image. It is what a loader in the stage would see of them.
type ground struct {
	landing *Landing
	base    *ground // of the stage that it is FROM
	things  map[string]*thing
	folders map[string]bool // that hold a thing
	names   map[string]bool // last parts of the paths of things
	kept    map[*thing]*loader.Source
	size    int64
	filled  bool
}

// thing is one file on the ground.
type thing struct {
	entry   buildcontext.Entry
	context *buildcontext.Context // that it is in
	in      *dockerfile.Instruction
	inner   string            // in an archive that ADD unpacks
	content *artifact.Content // of that
	target  string            // of a link in an archive
}

// ground returns that of a stage, without what COPYs that are yet to be taken bring.
func (l *Landing) ground(s *dockerfile.Stage) *ground {
	if g := l.grounds[s]; g != nil {
		return g
	}
	g := &ground{landing: l, things: map[string]*thing{}, folders: map[string]bool{}, names: map[string]bool{}}
	l.grounds[s] = g
	if s.BaseStage != nil {
		g.base = l.filled(s.BaseStage)
	}
	return g
}

// filled returns the ground of a stage with all that it gets.
func (l *Landing) filled(s *dockerfile.Stage) *ground {
	g := l.ground(s)
	if g.filled {
		return g
	}
	g.filled = true
	for _, in := range s.Instructions {
		if b := l.take(in); b != nil {
			for _, e := range b.Entries {
				g.put(&thing{entry: e, in: in, context: l.contextOf(in)})
			}
		}
		g.carry(in)
	}
	return g
}

// carry puts down what an instruction takes out of another stage that has it from the build
// context.
func (g *ground) carry(in *dockerfile.Instruction) {
	c := in.Copy
	if c == nil || c.FromStage == nil || in.OnBuild {
		return
	}
	dest, folder, ok := in.Destination()
	if _, parents := in.Flag("parents"); parents || !ok {
		return
	}
	folder = folder || g.holdsBefore(in, dest)
	from := g.landing.filled(c.FromStage)
	for i, w := range c.Sources {
		source := path.Join("/", w.Text)
		if t := from.thing(source); t != nil {
			to := dest
			if folder {
				to = path.Join(dest, path.Base(source))
			}
			g.move(t, in, i, to, true)
			continue
		}
		for f := from; f != nil; f = f.base {
			for at, t := range f.things {
				if at != source && below(source, at) && from.thing(at) == t {
					g.move(t, in, i, path.Join(dest, strings.TrimPrefix(at, source)), false)
				}
			}
		}
	}
}

// move puts a thing of another stage down here, unless a command there may have changed it.
func (g *ground) move(t *thing, in *dockerfile.Instruction, source int, dest string, named bool) {
	if !in.Copy.FromStage.Untouched(t.in) {
		return
	}
	moved := *t
	moved.in, moved.entry.Dest, moved.entry.Source, moved.entry.Named = in, dest, source, named && t.entry.Named
	g.at(dest, &moved)
}

func (g *ground) put(t *thing) {
	switch t.entry.Kind {
	case buildcontext.Archive:
		for _, inside := range g.landing.unpack(t).things {
			g.at(path.Join(t.entry.Dest, inside.inner), inside)
		}
	case buildcontext.Modules:
	default:
		g.at(t.entry.Dest, t)
	}
}

func (g *ground) at(dest string, t *thing) {
	g.things[dest] = t
	g.names[path.Base(dest)] = true
	for dir := path.Dir(dest); !g.folders[dir]; dir = path.Dir(dir) {
		g.folders[dir] = true
		if dir == "/" {
			break
		}
	}
}

// holdsBefore tells whether a path is a folder because an earlier instruction of the stage
// makes it one.
func (g *ground) holdsBefore(in *dockerfile.Instruction, dest string) bool {
	if g.base != nil && g.base.isFolder(dest) {
		return true
	}
	for _, earlier := range in.Stage.Instructions[:in.Index] {
		switch {
		case earlier.Keyword == "WORKDIR" && below(dest, in.Stage.Instructions[earlier.Index+1].Dir):
			return true
		case earlier.Copy != nil && earlier.Copy.Origin != "":
			if d, folder, ok := earlier.Destination(); ok && (folder && below(dest, d) || !folder && below(dest, path.Dir(d))) {
				return true
			}
		}
	}
	return false
}

// below tells whether a folder is p or lies in it.
func below(p, folder string) bool {
	return folder == p || strings.HasPrefix(folder, strings.TrimSuffix(p, "/")+"/")
}

func (g *ground) isFolder(p string) bool {
	return g != nil && (g.folders[p] || g.base.isFolder(p))
}

func (g *ground) thing(p string) *thing {
	if g == nil {
		return nil
	}
	if t := g.things[p]; t != nil {
		return t
	}
	return g.base.thing(p)
}

// has tells whether a file of that name is anywhere on the ground.
func (g *ground) has(name string) bool { return g != nil && (g.names[name] || g.base.has(name)) }

// maxLinks is how many symbolic links Linux follows on one path.
const maxLinks = 40

// find follows the links of a path to the file that it leads to.
func (g *ground) find(p string) (*thing, error) {
	todo := strings.Split(strings.Trim(path.Clean("/"+p), "/"), "/")
	at, links := "/", 0
	for len(todo) > 0 {
		next := path.Join(at, todo[0])
		todo = todo[1:]
		t := g.thing(next)
		if t == nil || t.entry.Kind != buildcontext.Link {
			at = next
			if t != nil && len(todo) > 0 {
				return nil, syscall.ENOTDIR
			}
			continue
		}
		if links++; links > maxLinks {
			return nil, syscall.ELOOP
		}
		target, err := g.target(t)
		if err != nil {
			return nil, err
		}
		if !path.IsAbs(target) {
			target = path.Join(at, target)
		}
		todo = append(strings.Split(strings.Trim(path.Clean(target), "/"), "/"), todo...)
		at = "/"
	}
	if t := g.thing(at); t != nil {
		return t, nil
	}
	if g.isFolder(at) {
		return nil, syscall.EISDIR
	}
	return nil, fs.ErrNotExist
}

func (g *ground) target(t *thing) (string, error) {
	if t.target != "" {
		return t.target, nil
	}
	return t.context.Readlink(t.entry.Path)
}

// maxKept bounds the size of the libraries that stay open, in bytes, and maxOpen their number.
const (
	maxKept = 24 << 20
	maxOpen = 64
)

// Open implements loader.Files.
func (g *ground) Open(p string, way loader.Way) (*loader.Source, error) {
	t, err := g.find(p)
	if errors.Is(err, syscall.EISDIR) {
		return &loader.Source{Dir: true}, nil
	}
	if err != nil {
		return nil, err
	}
	if s := g.kept[t]; s != nil {
		return s, nil
	}
	r, size, closer, err := g.landing.openThing(t)
	if err != nil {
		return nil, err
	}
	s := &loader.Source{Reader: r, Size: size, ID: t, Close: closer}
	if way != loader.Program && g.size+size <= maxKept && len(g.kept) < maxOpen {
		s.Keep = true
		g.size += size
		if g.kept == nil {
			g.kept = map[*thing]*loader.Source{}
		}
		g.kept[t] = s
		g.landing.closers = append(g.landing.closers, func() { closer() })
	}
	return s, nil
}

// openThing opens the bytes of a file.
func (l *Landing) openThing(t *thing) (io.ReaderAt, int64, func() error, error) {
	if t.content != nil {
		return t.content, t.content.Size(), func() error { return nil }, nil
	}
	f, info, err := t.context.OpenFile(t.entry.Path)
	if err != nil {
		return nil, 0, nil, err
	}
	return f, info.Size(), f.Close, nil
}

// archiveKey is a file of the context; it is unpacked once whatever stages get it.
type archiveKey struct {
	context *buildcontext.Context
	path    string
}

// unpacked is what ADD takes out of an archive.
type unpacked struct{ things []*thing }

// unpack reads an archive that ADD unpacks. A file that is none is copied as it is, and is
// nothing that matters.
func (l *Landing) unpack(t *thing) *unpacked {
	key := archiveKey{t.context, t.entry.Path}
	u := l.archives[key]
	if u == nil {
		u = &unpacked{}
		l.archives[key] = u
		l.readArchive(t, u)
	}
	list := make([]*thing, len(u.things))
	for i, inside := range u.things {
		moved := *inside
		moved.entry.Source, moved.entry.Dest, moved.in = t.entry.Source, path.Join(t.entry.Dest, inside.inner), t.in
		list[i] = &moved
	}
	return &unpacked{list}
}

func (l *Landing) readArchive(t *thing, u *unpacked) {
	f, info, err := t.context.OpenFile(t.entry.Path)
	if err != nil || !l.afford(0, info.Size()) {
		if err == nil {
			f.Close()
		}
		return
	}
	add := func(inner, target string, content *artifact.Content) {
		e := buildcontext.Entry{Path: t.entry.Path, Kind: buildcontext.Native}
		if target != "" {
			e.Kind = buildcontext.Link
		}
		u.things = append(u.things, &thing{entry: e, context: t.context, inner: inner, content: content, target: target})
	}
	opt := artifact.Options{
		Limits: artifact.Limits{Bytes: max(l.limits.Bytes-l.bytes, 1)},
		Container: func(c *artifact.Container) error {
			if c.In != nil || c.Kind == artifact.Compressed { // ADD unpacks one archive
				return fs.SkipDir
			}
			return nil
		},
		Link: func(k *artifact.Link) error {
			add(k.Inner, k.Target, nil)
			return nil
		},
		Problem: func(p artifact.Problem) {
			if errors.Is(p.Err, artifact.ErrLimit) {
				l.tell(p.String())
			}
		},
	}
	err = artifact.WalkReader(context.Background(), f, info.Size(), t.context.Path(t.entry.Path), opt, func(file *artifact.File) error {
		if file.Kind != artifact.ELF || !l.afford(0, max(file.Size, 0)) {
			return nil
		}
		content, err := file.Open()
		if err == nil {
			l.closers = append(l.closers, func() { content.Close() })
			add(file.Inner, "", content)
		}
		return nil
	})
	l.closers = append(l.closers, func() { f.Close() })
	_ = err // what cannot be read brings nothing
}
