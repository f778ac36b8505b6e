package landing

import (
	"regexp"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/buildcontext"
	"github.com/musllint/musllint/lint/dockerfile"
)

// Text implements dockerfile.Texts. A file is read once.
func (l *Landing) Text(name string) (*lint.Source, bool) {
	if src, ok := l.texts[name]; ok {
		return src, src != nil
	}
	if !l.opened() {
		return nil, false
	}
	var src *lint.Source
	if path, text, err := l.context.Text(name); err == nil {
		src = lint.NewSource(path, text)
	}
	l.keep(name, src)
	return src, src != nil
}

// maxMatches bounds how many matches in a text file are found.
const maxMatches = 1000

type matchKey struct{ file, regex string }

// Matches are those of a regular expression in a text file of the context, as of
// FindAllSubmatchIndex, the first ones; they are looked for once.
func (l *Landing) Matches(name string, re *regexp.Regexp) (src *lint.Source, matches [][]int) {
	src, ok := l.Text(name)
	if !ok {
		return nil, nil
	}
	key := matchKey{name, re.String()}
	matches, ok = l.matches[key]
	if !ok {
		matches = re.FindAllSubmatchIndex(src.Content, maxMatches)
		if l.matches == nil {
			l.matches = map[matchKey][][]int{}
		}
		l.matches[key] = matches
	}
	return src, matches
}

// ignoreKey is where the ignore file is kept, which is no path of the context.
const ignoreKey = "/" + buildcontext.IgnoreFile

// Ignore implements dockerfile.Texts.
func (l *Landing) Ignore() (*lint.Source, bool) {
	if src, ok := l.texts[ignoreKey]; ok {
		return src, true
	}
	if !l.opened() {
		return nil, false
	}
	path, text, _ := l.context.Ignore()
	src := lint.NewSource(path, text)
	l.keep(ignoreKey, src)
	return src, true
}

func (l *Landing) keep(name string, src *lint.Source) {
	if l.texts == nil {
		l.texts = map[string]*lint.Source{}
	}
	l.texts[name] = src
}

// Sources are the text files that were read, by the paths that places name them by.
func (l *Landing) Sources() map[string]*lint.Source {
	sources := map[string]*lint.Source{}
	for _, src := range l.texts {
		if src != nil {
			sources[src.Name] = src
		}
	}
	return sources
}

// LeavesOut tells whether the ignore file keeps a path of the context out of every build.
func (l *Landing) LeavesOut(name string) bool {
	return l != nil && l.opened() && l.context.LeavesOut(name)
}

// maxCopies bounds how many COPYs are asked where a file of the image comes from.
const maxCopies = 200

// Origin is the file of the build context that lies at a path of the image where an
// instruction runs: what the last COPY before it brings there. It is empty when none does,
// and when the file is not there.
func (l *Landing) Origin(in *dockerfile.Instruction, image string) string {
	if l == nil {
		return ""
	}
	asked := 0
	for s, end := in.Stage, in.Index; s != nil; s = s.BaseStage {
		if s != in.Stage {
			end = len(s.Instructions)
		}
		for i := end - 1; i >= 0; i-- {
			earlier := s.Instructions[i]
			if earlier.Copy == nil || earlier.Copy.Origin != "context" || earlier.OnBuild {
				continue
			}
			if name := l.brings(earlier, image); name != "" {
				return name
			}
			if asked++; asked == maxCopies {
				return ""
			}
		}
	}
	return ""
}

// originKey is a question to a COPY of the context.
type originKey struct {
	in    *dockerfile.Instruction
	image string
}

// brings is the file that a COPY of the context brings to a path of the image. It is asked
// once: many commands may want the same file.
func (l *Landing) brings(in *dockerfile.Instruction, image string) string {
	key := originKey{in, image}
	if name, ok := l.origins[key]; ok {
		return name
	}
	if l.origins == nil {
		l.origins = map[originKey]string{}
	}
	name := l.lookFor(in, image)
	l.origins[key] = name
	return name
}

func (l *Landing) lookFor(in *dockerfile.Instruction, image string) string {
	if _, ok := in.Flag("parents"); ok {
		return ""
	}
	dest, folder, ok := in.Destination()
	if !ok || !l.opened() {
		return ""
	}
	for i := len(in.Copy.Sources) - 1; i >= 0; i-- {
		w := in.Copy.Sources[i]
		if name, ok := l.context.Source(w.Text, dest, folder, image); ok && w.Known {
			if _, ok := l.Text(name); ok {
				return name
			}
		}
	}
	return ""
}

// InContext is the path of what arrives as seen from its build context; of a file in an
// archive or jar that of the archive.
func (a *Arrival) InContext() string { return a.thing.entry.Path }
