package landing

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/musllint/musllint/lint/artifact"
	"github.com/musllint/musllint/lint/dockerfile"
)

// jar returns the native libraries in a jar, judged: what the JVM of the stage will load out
// of it. Nothing of a jar stays open, of which there may be hundreds.
func (l *Landing) jar(a *Arrival, s *dockerfile.Stage, g *ground) []*Arrival {
	f, info, err := a.thing.context.OpenFile(a.thing.entry.Path)
	if err != nil {
		return nil
	}
	defer f.Close()
	if !l.afford(0, info.Size()) {
		return nil
	}
	opt := artifact.Options{
		Limits: artifact.Limits{Bytes: max(l.limits.Bytes-l.bytes, 1)},
		Problem: func(p artifact.Problem) {
			if errors.Is(p.Err, artifact.ErrLimit) {
				l.tell(p.String())
			}
		},
	}
	var list []*Arrival
	err = artifact.WalkReader(context.Background(), f, info.Size(), a.Path, opt, func(file *artifact.File) error {
		if file.Kind != artifact.ELF || !l.afford(1, max(file.Size, 0)) {
			return nil
		}
		content, err := file.Open()
		if err != nil {
			return nil
		}
		s, ok := shapeOf(content, content.Size())
		if !ok {
			content.Close()
			return nil
		}
		t := *a.thing
		t.inner, t.content = file.Inner, content
		inner := *a
		inner.thing, inner.shape = &t, s
		inner.Holder, inner.Inner = Jar, file.Inner
		inner.kin = kinOf(path.Join(a.Path, file.Inner))
		list = append(list, &inner)
		return nil
	})
	kept := l.ofArch(list, s)
	for _, one := range kept {
		l.verdict(one, s, g)
	}
	for _, one := range list {
		one.thing.content.Close()
	}
	if err != nil {
		return nil
	}
	return kept
}

// wheel judges a wheel by the platforms in its name, as pip does.
func wheel(a *Arrival) []*Arrival {
	name := strings.TrimSuffix(path.Base(a.Path), ".whl")
	parts := strings.Split(name, "-")
	if len(parts) < 5 {
		return nil
	}
	a.Holder = Wheel
	a.wheelTags(parts[len(parts)-1])
	// Another wheel of the same version may be taken instead, whatever Python it is for.
	a.kin = []kin{{name: strings.ToLower(parts[0]+"-"+parts[1]) + ".whl"}}
	return []*Arrival{a}
}
