package dockerfile

import (
	"bytes"
	"path"
	"strings"
)

// MayBring reports whether the stage, or one that it is FROM, gets a shared library by other
// ways than packages and the build context: a COPY takes it, or a folder of libraries, from
// elsewhere, or a RUN names it. stem is the library's name up to ".so".
func (s *Stage) MayBring(stem string) bool {
	for st := s; st != nil; st = st.BaseStage {
		for _, in := range st.Instructions {
			if in.Copy != nil && in.Copy.takesLibrary(stem) {
				return true
			}
			if in.Keyword == "RUN" && bytes.Contains(s.file.Source.Content[in.Range.Start:in.Range.End], []byte(stem)) && !in.installsOnly(stem) {
				return true
			}
		}
	}
	return false
}

// takesLibrary reports whether a COPY from a stage or image, or an ADD of a URL, may take a
// library along.
func (c *Copy) takesLibrary(stem string) bool {
	if c.Origin == "context" || c.Origin == "heredoc" {
		return false
	}
	for _, w := range c.Sources {
		p := path.Clean("/" + w.Text)
		dir, name := path.Split(p)
		switch {
		case strings.Contains(p, stem), isRoot(p), strings.HasSuffix(p, "/lib"), strings.HasSuffix(p, "/lib64"):
			return true
		case strings.ContainsAny(name, "*?[") && (strings.Contains(name, ".so") || strings.Contains(dir, "/lib")):
			return true
		case strings.HasSuffix(c.Dest.Text, "/lib") || strings.HasSuffix(c.Dest.Text, "/lib/"):
			return true
		}
	}
	return false
}

// installsOnly reports whether a word that contains the stem is the name of a package that a
// RUN installs, and nothing else in it is.
func (in *Instruction) installsOnly(stem string) bool {
	words := 0
	for _, c := range in.Commands {
		for _, w := range c.Words {
			if strings.Contains(w.Text, stem) {
				words++
			}
		}
	}
	for _, i := range in.Installs {
		for _, p := range i.Packages {
			if strings.Contains(p.Word.Text, stem) {
				words--
			}
		}
	}
	return words == 0
}

// Downloads reports whether the stage, or one that it is FROM, fetches or builds anything
// whose files are not known.
func (s *Stage) Downloads() bool {
	for st := s; st != nil; st = st.BaseStage {
		for _, in := range st.Instructions {
			if len(in.Downloads) > 0 || in.Copy != nil && in.Copy.Origin == "url" {
				return true
			}
			for _, c := range in.Commands {
				if in.Keyword == "RUN" && unpacks[c.Name] {
					return true
				}
			}
		}
	}
	return false
}

// unpacks are commands whose files nobody knows.
var unpacks = map[string]bool{
	"make": true, "cmake": true, "ninja": true, "meson": true, "tar": true, "unzip": true, "bsdtar": true,
	"git": true, "curl": true, "wget": true, "sh": true, "bash": true, "ash": true, "patchelf": true, "ldconfig": true,
}
