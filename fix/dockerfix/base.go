package dockerfix

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// changeBase takes another base image for the stage, and for those that take from it where the
// recipe is to do that.
func changeBase(s *site) []lint.Edit {
	if s.word("also") == "takers" {
		return changeTogether(s)
	}
	to := s.word("to")
	edits := s.rebase(func(written string) (string, bool) { return twin(written, to) })
	if packages := s.with["packages"]; edits != nil && len(packages) > 0 && to == "musl" {
		edits = append(edits, s.after(s.stage.Instructions[0], "RUN apk add --no-cache "+strings.Join(packages, " ")))
	}
	return s.together(edits)
}

// rebase takes the image that replace makes of the one that is written, and removes what that
// makes needless. It is nil where the stage cannot do with it.
func (s *site) rebase(replace func(written string) (string, bool)) []lint.Edit {
	st := s.stage
	if st.BaseStage != nil { // the image is that of another stage
		return nil
	}
	written := string(s.text[st.BaseRange.Start:st.BaseRange.End])
	at := st.BaseRange
	if value, ok := s.argument(written); ok {
		at = value
		written = strings.Replace(written, written[strings.IndexByte(written, '$'):], string(s.text[at.Start:at.End]), 1)
	}
	image, ok := replace(written)
	if !ok || image == written {
		return nil
	}
	to := libcOf(image)
	if w := s.word("to"); w == "glibc" || w == "musl" {
		to = lint.Libc(w)
	}
	var edits []lint.Edit
	if to == lint.Glibc && complete(image) {
		if edits, ok = s.needless(); !ok {
			return nil
		}
	} else if foreign(st, to) {
		return nil
	}
	if at != st.BaseRange {
		name, _, _ := strings.Cut(string(s.text[st.BaseRange.Start:st.BaseRange.End]), "$")
		if image, ok = strings.CutPrefix(image, name); !ok {
			return nil
		}
	}
	return append(edits, s.replace(at.Start, at.End, image))
}

// complete tells whether the Debian variant of an image has compilers and the usual tools.
func complete(image string) bool {
	name, _, _ := strings.Cut(image, ":")
	return strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/") == "golang"
}

// tools are what Alpine's package of a name stands for in a complete image.
var tools = []string{
	"build-base", "gcc", "g++", "make", "musl", "musl-dev", "libc-dev", "binutils", "binutils-gold", "git", "ca-certificates", "curl", "wget",
	"bash", "pkgconf", "pkgconfig", "openssh-client", "openssh", "tar", "gzip", "libgcc", "libstdc++", "coreutils", "findutils", "grep", "sed",
}

// needless removes the apk commands of a stage, all of whose packages a complete image has.
func (s *site) needless() ([]lint.Edit, bool) {
	edits := []lint.Edit{}
	for _, in := range s.stage.Instructions {
		var gone []*shell.Command
		for _, c := range in.Commands {
			switch {
			case c.Name == "apk" && c.Sub == "update", c.Name == "rm" && strings.Contains(strings.Join(shell.Texts(c.Operands), " "), "/var/cache/apk"):
				gone = append(gone, c)
			case c.Name == "addgroup", c.Name == "adduser":
				return nil, false
			case c.Name == "apk":
				n := slices.IndexFunc(in.Installs, func(i *dockerfile.Install) bool { return i.Command == c })
				if n < 0 || in.Installs[n].Virtual != "" || slices.ContainsFunc(in.Installs[n].Packages, func(p dockerfile.Package) bool { return !slices.Contains(tools, p.Name) || p.Spec != "" }) {
					return nil, false
				}
				gone = append(gone, c)
			}
		}
		if len(gone) == 0 {
			continue
		}
		more := s.remove(in, gone)
		if more == nil {
			return nil, false
		}
		edits = append(edits, more...)
	}
	return edits, true
}

var variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$`) })

// argument is the place of the default value that the end of an image's name is made of,
// where nothing else uses it.
func (s *site) argument(written string) (lint.Range, bool) {
	m := variable().FindStringSubmatch(written)
	if m == nil || strings.Count(written, "$") != 1 {
		return lint.Range{}, false
	}
	name := m[1] + m[2]
	head := s.text[:s.file.Stages[0].FromRange.Start]
	all := regexp.MustCompile(`(?mi)^[ \t]*ARG[ \t]+`+name+`=([^\s"'$\\]+)[ \t]*\r?$`).FindAllSubmatchIndex(head, -1)
	uses := regexp.MustCompile(`\b`+name+`\b`).FindAllIndex(s.text, -1)
	if len(all) != 1 || len(uses) != 2 { // where it is set, and where it is used here
		return lint.Range{}, false
	}
	return s.file.Range(all[0][2], all[0][3]), true
}

// programs are those that come and go with a libc: package managers, Debian's tools for users
// and those of BusyBox, of which slim images lack others as well.
var programs = map[lint.Libc][]string{
	lint.Musl:  {"apk", "addgroup", "adduser", "wget", "unzip", "nc", "nslookup", "ping", "telnet", "su-exec", "crond", "ash", "vi"},
	lint.Glibc: {"apt-get", "apt", "dpkg", "groupadd", "useradd", "yum", "dnf", "microdnf", "rpm"},
}

// foreign tells whether a stage calls programs that an image with another libc does not have.
func foreign(st *dockerfile.Stage, libc lint.Libc) bool {
	if libc == st.Target.Libc {
		return false
	}
	for _, in := range st.Instructions {
		for _, c := range in.Commands {
			if slices.Contains(programs[st.Target.Libc], c.Name) {
				return true
			}
		}
	}
	return false
}

// libcOf is that of an image.
func libcOf(name string) lint.Libc {
	ref, _ := facts.ParseRef(name)
	image, _ := facts.LookupImage(ref, "amd64")
	return image.Libc
}

var (
	alpineTag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*?)-?alpine(?:[0-9.]+)?$`) })
	// otherSystem is in tags that say what else they are made of.
	otherSystem = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)jammy|noble|focal|resolute|ubi|windows|nanoserver|al20|headless|wheezy`)
	})
	debianTag = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(.*?)-?(?:slim-)?(?:bookworm|bullseye|trixie|buster|stretch|jessie|slim)(?:-slim)?$`)
	})
)

// twins are the official images that have tags of both libcs, with what their Debian ones
// end in.
var twins = map[string]string{
	"golang": "", "python": "-slim", "node": "-slim", "ruby": "-slim", "rust": "-slim", "php": "", "elixir": "-slim",
	"erlang": "-slim", "eclipse-temurin": "", "amazoncorretto": "", "perl": "-slim", "postgres": "", "openjdk": "-slim", "haskell": "-slim",
}

// twin is an image of the same name and version for another libc. Variables of a tag stay as
// long as they do not hold the variant.
func twin(written, to string) (string, bool) {
	if to != "glibc" && to != "musl" {
		return to, to != "" && !strings.Contains(written, "$")
	}
	if strings.ContainsAny(written, "@") {
		return "", false // a digest names one image
	}
	name, tag, tagged := strings.Cut(written, ":")
	suffix, ok := twins[strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")]
	if !ok || !tagged {
		return "", false
	}
	if to == "musl" {
		version, ok := tag, !strings.Contains(tag, "alpine")
		if m := debianTag().FindStringSubmatch(tag); m != nil {
			version = m[1]
		}
		ok = ok && !otherSystem().MatchString(tag)
		if version == "" || version == "latest" {
			return name + ":alpine", ok
		}
		return name + ":" + version + "-alpine", ok && !strings.HasSuffix(version, "}")
	}
	m := alpineTag().FindStringSubmatch(tag)
	if m == nil || strings.Contains(tag[len(m[1]):], "$") {
		return "", false
	}
	if m[1] == "" {
		if suffix == "" {
			return name + ":latest", true
		}
		return name + ":" + strings.TrimPrefix(suffix, "-"), true
	}
	return name + ":" + m[1] + suffix, true
}

// changeImage replaces the image that FROM or COPY --from names.
func changeImage(s *site) []lint.Edit {
	to := s.word("to")
	if _, ok := facts.ParseRef(to); !ok {
		return nil
	}
	if s.in.Keyword == "FROM" {
		if strings.Contains(string(s.text[s.stage.BaseRange.Start:s.stage.BaseRange.End]), "$") || s.stage.BaseStage != nil {
			return nil
		}
		return []lint.Edit{s.replace(s.stage.BaseRange.Start, s.stage.BaseRange.End, to)}
	}
	from, ok := s.in.Flag("from")
	if !ok || s.in.Copy == nil {
		return nil
	}
	if st := s.in.Copy.FromStage; st != nil {
		if st.BaseStage != nil || len(st.Instructions) > 1 || strings.Contains(string(s.text[st.BaseRange.Start:st.BaseRange.End]), "$") {
			return nil
		}
		return []lint.Edit{s.replace(st.BaseRange.Start, st.BaseRange.End, to)}
	}
	if strings.Contains(from.Value.Text, "$") {
		return nil
	}
	return []lint.Edit{s.replace(from.Value.Start, from.Value.End, to)}
}
