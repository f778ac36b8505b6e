package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/musllint/musllint/lint/shell"
)

// move follows cp, mv, install, ln, tar and unzip: the artifact is at its new place too.
func (s *Stage) move(in *Instruction, c *shell.Command, mounted []*Artifact) {
	switch c.Name {
	case "cp", "mv", "install", "ln":
		sources, dest, into := moved(c)
		to := join(in.CommandDir(c), dest)
		if dest == "" || to == "?" || c.HasFlag("d", "directory") && c.Name == "install" {
			return
		}
		for _, w := range sources {
			from := join(in.CommandDir(c), w.Text)
			s.place(mounted, from, func(a *Artifact) string { return movedTo(a, from, w.Text, to, into) })
		}
	case "tar", "unzip", "bsdtar":
		s.extract(in, c)
	}
}

// moved splits the operands of a cp-like command; into is whether the destination is a
// folder that they land in under their own names.
func moved(c *shell.Command) (sources []shell.Word, dest string, into bool) {
	if f, ok := c.Flag("t", "target-directory"); ok {
		return c.Operands, f.Value, true
	}
	n := len(c.Operands) - 1
	if n < 1 {
		return nil, "", false
	}
	dest = c.Operands[n].Text
	return c.Operands[:n], dest, n > 1 || isFolderName(dest) && !c.HasFlag("T")
}

// isFolderName reports whether a destination is a folder by its looks. Nearly every image
// has the folders that end like these.
func isFolderName(dest string) bool {
	if strings.HasSuffix(dest, "/") || dest == "." || dest == ".." {
		return true
	}
	switch path.Base(dest) {
	case "bin", "sbin", "lib", "lib64", "tmp", "opt":
		return true
	}
	return false
}

// place adds copies of what the path holds, in the stage or mounted, at their new paths.
func (s *Stage) place(mounted []*Artifact, from string, to func(*Artifact) string) {
	found, _ := (&Stage{Artifacts: slices.Concat(s.Artifacts, mounted)}).holding(from)
	for _, a := range found {
		if p := to(a); p != "" {
			copied := *a
			copied.Path = p
			s.hold(&copied)
		}
	}
}

// movedTo is where cp and mv put an artifact.
func movedTo(a *Artifact, from, asWritten, to string, into bool) string {
	if into && !strings.HasSuffix(asWritten, "/.") && !strings.ContainsAny(path.Base(from), "*?[") {
		to = path.Join(to, path.Base(from))
	}
	return below(a, from, to)
}

// maxPath is Linux's limit on a path: cp -r /a /a/b lengthens it with every repetition.
const maxPath = 4096

// below is the path of an artifact after from, which holds it, has become to; "" when
// Linux has no such path.
func below(a *Artifact, from, to string) string {
	if len(to)+len(a.Path)-len(from) > maxPath {
		return ""
	}
	from = path.Clean(from)
	if strings.ContainsAny(from, "*?[") {
		if dir := globFolder(from, a.Path); dir != "" {
			return path.Join(to, strings.TrimPrefix(a.Path, dir))
		}
		return path.Join(to, path.Base(a.Path))
	}
	if encloses(from, a.Path) {
		return path.Join(to, strings.TrimPrefix(a.Path, from))
	}
	return to // from lies inside the artifact, or is the file whose name was not known
}

// extract follows an archive that was downloaded before to where it is unpacked.
func (s *Stage) extract(in *Instruction, c *shell.Command) {
	dir := unpackDir(in, c)
	if dir == "" {
		return
	}
	archives := c.Operands
	if f, ok := c.Flag("f", "file"); ok {
		archives = []shell.Word{{Text: f.Value, Known: f.Known}}
	}
	for _, w := range archives {
		from := join(in.CommandDir(c), w.Text)
		s.place(nil, from, func(a *Artifact) string {
			if a.Kind != "download" {
				return ""
			}
			return strings.TrimSuffix(dir, "/") + "/**"
		})
	}
}

// unpackDir is where tar or unzip writes, "" when it does not or that is not known.
func unpackDir(in *Instruction, c *shell.Command) string {
	into := c.FlagValues("C", "directory")
	if c.Name == "unzip" {
		into = c.FlagValues("d")
	} else if !c.HasFlag("x", "extract", "get") {
		return ""
	}
	dir := in.CommandDir(c)
	if len(into) > 0 {
		dir = join(dir, into[len(into)-1])
	}
	if dir == "?" {
		return ""
	}
	return dir
}

// savedAt is where a download ends up as a file or folder, "" when that is not known.
func (d *Download) savedAt() string {
	c, in := d.Command, d.Instruction
	if c == nil {
		return ""
	}
	dir := in.CommandDir(c)
	if p := c.PipeTo; p != nil {
		if p.Name == "tar" || p.Name == "bsdtar" {
			if to := unpackDir(in, p); to != "" {
				return strings.TrimSuffix(to, "/") + "/**"
			}
		}
		return redirected(in, p)
	}
	if f, ok := c.Flag("output-dir", "P", "directory-prefix"); ok {
		dir = join(dir, f.Value)
	}
	name := d.File()
	switch f, named := c.Flag("o", "output", "O", "output-document"); {
	case c.Name == "wget" && named && f.Name != "o": // wget -o is its log
		name = f.Value
	case c.Name == "curl" && named && f.HasValue:
		name = f.Value
	case c.Name == "curl" && !c.HasFlag("O", "remote-name", "remote-name-all"):
		return redirected(in, c)
	}
	if p := join(dir, name); p != "?" && name != "-" && name != "" {
		return p
	}
	return ""
}

// redirected is the file that a command's standard output goes to.
func redirected(in *Instruction, c *shell.Command) string {
	for _, r := range c.Redirects {
		if (r.Op == ">" || r.Op == ">|" || r.Op == ">>") && r.FD == 1 {
			if p := join(in.CommandDir(c), r.Target.Text); p != "?" && p != "/dev/null" {
				return p
			}
		}
	}
	return ""
}
