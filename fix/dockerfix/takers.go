package dockerfix

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// The Debian release that a stage and those that take from it get together. A program that was
// linked to an older glibc runs with a newer one and not the other way round, so that the first
// of them must not be ahead of the others.
const (
	debianRelease = "bookworm"
	plainDebian   = "debian:" + debianRelease + "-slim"
)

// changeTogether moves a stage to glibc with all stages that COPY from it, in one step: neither
// works without the others.
func changeTogether(s *site) []lint.Edit {
	if s.word("to") != "glibc" || len(s.file.Stages) > maxStages {
		return nil
	}
	takers := s.takers()
	if len(takers) == 0 {
		return nil
	}
	edits := s.rebase(pinnedTwin)
	if edits == nil {
		return nil
	}
	for _, st := range takers {
		t := *s
		t.stage, t.in, t.command = st, st.Instructions[0], nil
		more := t.rebase(hostTwin)
		if more == nil {
			return nil
		}
		edits = append(edits, more...)
	}
	return s.together(edits)
}

// maxStages bounds the stages of a file that is repaired so: each is compared with the others.
const maxStages = 100

// takers are the stages on musl that COPY from the stage, and those that COPY from them.
func (s *site) takers() []*dockerfile.Stage {
	found := []*dockerfile.Stage{s.stage}
	for i := 0; i < len(found); i++ {
		for _, st := range s.file.Stages {
			if st.Target.Libc == lint.Musl && !slices.Contains(found, st) && takesFrom(st, found[i]) {
				found = append(found, st)
			}
		}
	}
	return found[1:]
}

func takesFrom(st, from *dockerfile.Stage) bool {
	return st.BaseStage == from || slices.ContainsFunc(st.Instructions, func(in *dockerfile.Instruction) bool {
		return in.Copy != nil && in.Copy.FromStage == from
	})
}

var goVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^1\.([0-9]+)`) })

// firstBookworm is the first Go all of whose images there are for Debian 12.
const firstBookworm = 21

// pinnedTwin is the twin of an official image of Go, of the Debian release that all get.
func pinnedTwin(written string) (string, bool) {
	image, ok := twin(written, "glibc")
	name, tag, _ := strings.Cut(image, ":")
	if !ok || !complete(name) || strings.Contains(image, "$") {
		return "", false
	}
	if m := goVersion().FindStringSubmatch(tag); m != nil {
		if minor, err := strconv.Atoi(m[1]); err != nil || minor < firstBookworm {
			return "", false
		}
	}
	if tag == "latest" {
		return name + ":" + debianRelease, true
	}
	return name + ":" + tag + "-" + debianRelease, true
}

// hostTwin is the twin of an image for what is not built here, of the release that all get.
func hostTwin(written string) (string, bool) {
	name, _, _ := strings.Cut(written, ":")
	switch base := strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/"); base {
	case "alpine":
		return plainDebian, !strings.ContainsAny(written, "$@")
	case "golang":
		return pinnedTwin(written)
	case "node", "python", "ruby":
		image, ok := twin(written, "glibc")
		version, slim := strings.CutSuffix(image, "slim")
		if base == "node" {
			return version + debianRelease + "-slim", ok && slim
		}
		return version + "slim-" + debianRelease, ok && slim
	}
	return "", false
}
