package judge

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/artifact"
	"github.com/musllint/musllint/lint/loader"
)

// Scan judges all native files of files, folders and containers.
type Scan struct {
	Env Environment
	// Root, if it is set, is a folder that holds the file system of an image. The paths lead into
	// it or are paths inside of it, and libraries are searched in it as after a chroot.
	Root    string
	Limits  artifact.Limits
	Workers int // 0: one for each processor
	// Judged is told how many files were judged; it may be nil, and is called by several
	// goroutines.
	Judged func(n int)
}

// Result is what a scan found: artifacts in the order of the paths, and within one in sorted
// order on disk and as stored in containers.
type Result struct {
	Artifacts []lint.Artifact
	Failures  []lint.Failure // what could not be read
}

// Run scans the paths. The error is one of the target or of ctx, and not of the input.
func (s *Scan) Run(ctx context.Context, paths []string) (*Result, error) {
	if s.Env.Target.Arch != "" {
		if _, err := siteOf(s.Env.Target); err != nil {
			return nil, err
		}
	}
	r := &scan{Scan: s, jobs: make(chan job), limits: s.Limits}
	if r.limits.Memory == 0 {
		r.limits.Memory = unpacked
	}
	workers := s.Workers
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	var wait sync.WaitGroup
	for range workers {
		disk, err := s.disk()
		if err != nil {
			close(r.jobs)
			return nil, err
		}
		wait.Go(func() { r.work(disk) })
	}
	var err error
	for _, path := range paths {
		if err = r.walk(ctx, s.outside(path)); err != nil {
			break
		}
	}
	close(r.jobs)
	wait.Wait()
	if err != nil {
		return nil, err
	}
	return r.result(), nil
}

// disk is the files on disk as a loader sees them. Each worker has its own.
func (s *Scan) disk() (disk, error) {
	if s.Root == "" {
		return new(loader.Host), nil
	}
	return loader.OpenRoot(s.Root)
}

type disk interface {
	loader.Files
	Close() error
}

// inside is the path that a file on disk has for the loader.
func (s *Scan) inside(name string) (string, error) {
	if s.Root == "" {
		return name, nil
	}
	rel, ok := below(s.Root, name)
	if !ok {
		return "", fmt.Errorf("it does not lie in the root %s", s.Root)
	}
	return "/" + filepath.ToSlash(rel), nil
}

// outside is the path on disk of what the user names: a path that leads into the root, or one
// inside of it.
func (s *Scan) outside(name string) string {
	if s.Root == "" {
		return name
	}
	if _, ok := below(s.Root, name); ok {
		return name
	}
	return filepath.Join(s.Root, filepath.Join("/", name))
}

// below returns a path as one from a folder that it lies in.
func below(folder, name string) (rel string, ok bool) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", false
	}
	if name, err = filepath.Abs(name); err != nil {
		return "", false
	}
	rel, err = filepath.Rel(folder, name)
	return rel, err == nil && filepath.IsLocal(rel)
}

// unpacked is how much of containers is held in memory by default, in bytes. Decompressors and
// the loaders of the workers need about as much again.
const unpacked = 20 << 20

// scan is a Scan at work.
type scan struct {
	*Scan
	jobs   chan job
	limits artifact.Limits
	count  int // of artifacts so far; the number of the next one
	done   atomic.Int64

	mu       sync.Mutex
	found    []numbered[*lint.Artifact]
	failures []numbered[lint.Failure]

	// What the walk has at hand.
	outer   string // the file on disk that it is in
	shelf   *shelf
	pending []job
	objects *Objects
	library *artifact.Container // that objects belongs to
	number  int                 // of objects
}

// numbered is something with its place in the order of the walk.
type numbered[T any] struct {
	n     int
	value T
}

// job is a file that a worker judges.
type job struct {
	n     int
	place artifact.Place
	path  string // for the loader
	view  *view  // nil: on disk
	role  Role
}

// walk finds the files of one path.
func (s *scan) walk(ctx context.Context, path string) error {
	err := artifact.Walk(ctx, path, artifact.Options{
		Limits:  s.limits,
		Problem: func(p artifact.Problem) { s.fail(s.count, p.Place, p.Err) },
		Link: func(l *artifact.Link) error {
			if l.In != nil {
				s.enter(l.Path)
				s.shelf.link(l)
			}
			return nil
		},
	}, func(f *artifact.File) error { return s.visit(f) })
	s.flush()
	if err != nil && ctx.Err() == nil {
		s.fail(s.count, artifact.Place{Path: path}, err)
		return nil
	}
	return err
}

// enter begins with the files of another outermost file.
func (s *scan) enter(path string) {
	if s.outer != path {
		s.flush()
		s.outer = path
	}
	if s.shelf == nil {
		s.shelf = newShelf()
	}
}

// visit takes a file. Object files are read at once, and all others when their container was
// read to its end.
func (s *scan) visit(f *artifact.File) error {
	s.enter(f.Path)
	if s.objects != nil && s.library != f.In {
		s.finish()
	}
	if f.Kind == artifact.Object {
		return s.object(f)
	}
	j := job{n: s.count, place: f.Place, path: f.Path}
	s.count++
	if f.In == nil {
		var err error
		if j.path, err = s.inside(f.Path); err != nil {
			s.fail(j.n, f.Place, err)
			return nil
		}
		s.jobs <- j
		return nil
	}
	c, err := f.Open()
	if err != nil {
		return nil // told as a problem
	}
	if old := s.shelf.files[f.Inner]; old != nil {
		old.Close() // the last one of a name is the one that is left after unpacking
	}
	s.shelf.files[f.Inner] = c
	j.view = s.shelf.viewOf(f.In)
	j.path = j.view.pathOf(f.Place)
	switch f.In.Kind {
	case artifact.Jar, artifact.War, artifact.Ear:
		j.role = "jvm"
	}
	s.pending = append(s.pending, j)
	if len(s.pending) == maxShelf {
		s.fail(s.count, f.Place, fmt.Errorf("%w: more than %d native files in one container: they are judged in groups that do not see each other", artifact.ErrLimit, maxShelf))
		s.flush()
		s.shelf = newShelf()
	}
	return nil
}

// object reads an object file, which belongs to a static library or stands alone.
func (s *scan) object(f *artifact.File) error {
	c, err := f.Open()
	if err != nil {
		return nil // told as a problem
	}
	defer c.Close()
	kind, place := lint.KindObject, f.Place
	if f.In != nil && f.In.Kind == artifact.Archive {
		kind, place = lint.KindArchive, f.In.Place
	}
	if s.objects == nil {
		s.objects, s.library = NewObjects(place.Path, place.Inner, kind, s.Env), f.In
		s.number = s.count
		s.count++
	}
	if err := s.objects.Add(path.Base(f.String()), c, c.Size()); err != nil {
		s.fail(s.number, f.Place, err)
	}
	if kind == lint.KindObject {
		s.finish()
	}
	return nil
}

// finish ends a static library.
func (s *scan) finish() {
	o := s.objects
	s.objects, s.library = nil, nil
	a, err := o.Judge()
	if err != nil {
		s.fail(s.number, artifact.Place{Path: o.path, Inner: o.inner}, err)
		return
	}
	s.add(s.number, a)
}

// flush hands out what is pending.
func (s *scan) flush() {
	if s.objects != nil {
		s.finish()
	}
	if s.shelf != nil {
		s.shelf.users.Store(int32(len(s.pending)) + 1)
	}
	for _, j := range s.pending {
		s.jobs <- j
	}
	if s.shelf != nil {
		s.shelf.release()
	}
	s.shelf, s.pending = nil, nil
}

// work judges files.
func (s *scan) work(disk disk) {
	defer disk.Close()
	for j := range s.jobs {
		files := loader.Files(disk)
		if j.view != nil {
			files = j.view
		}
		a, err := Judge(files, j.path, j.role, s.Env)
		if j.view != nil {
			j.view.release()
		}
		if err != nil {
			s.fail(j.n, j.place, err)
			continue
		}
		a.Path, a.Inner = j.place.Path, j.place.Inner
		s.place(a, j)
		s.add(j.n, a)
	}
}

// place turns the paths that the loader opened into the places of the scan.
func (s *scan) place(a *lint.Artifact, j job) {
	for i, name := range a.Loads {
		switch {
		case j.view != nil:
			if real, err := j.view.resolve(name); err == nil {
				a.Loads[i] = artifact.Place{Path: a.Path, Inner: j.view.prefix + real}.String()
			}
		case s.Root != "":
			a.Loads[i] = filepath.Join(s.Root, name)
		default:
			a.Loads[i] = linked(name)
		}
	}
	suggestWheel(a)
	suggestTarball(a)
	refuseWheel(a)
}

// linked is the file that a symbolic link leads to. Folders keep the names that the user
// gave them.
func linked(name string) string {
	for range maxLinks {
		target, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(name), target)
		}
		name = target
	}
	return name
}

func (s *scan) add(n int, a *lint.Artifact) {
	s.mu.Lock()
	s.found = append(s.found, numbered[*lint.Artifact]{n, a})
	s.mu.Unlock()
	if done := s.done.Add(1); s.Judged != nil {
		s.Judged(int(done))
	}
}

func (s *scan) fail(n int, at artifact.Place, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, numbered[lint.Failure]{n, lint.Failure{File: at.String(), Err: err}})
}

func (s *scan) result() *Result {
	slices.SortFunc(s.found, func(a, b numbered[*lint.Artifact]) int { return a.n - b.n })
	slices.SortStableFunc(s.failures, func(a, b numbered[lint.Failure]) int {
		return cmp.Or(a.n-b.n, cmp.Compare(a.value.File, b.value.File))
	})
	r := &Result{}
	for _, f := range s.found {
		r.Artifacts = append(r.Artifacts, *f.value)
	}
	for _, f := range s.failures {
		r.Failures = append(r.Failures, f.value)
	}
	if s.Env.Target.Arch != "" {
		variants(r.Artifacts)
	}
	join(r.Artifacts)
	pair(r.Artifacts)
	return r
}
