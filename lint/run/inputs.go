package run

import (
	"cmp"
	"path/filepath"

	"github.com/musllint/musllint/lint/config"
)

// Inputs returns the paths of the files that Lint reads: what it lints and the
// configuration. Standard input is not among them.
func (l *Linter) Inputs() ([]string, error) {
	excluded, err := excluder(l.config.Dir, l.config.Exclude)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, in := range discover(l.opt.Paths, cmp.Or(l.opt.StdinName, DefaultStdinName), excluded).inputs {
		if in.path != "" {
			paths = append(paths, in.path)
		}
	}
	if l.config.Dir != "" {
		paths = append(paths, cmp.Or(l.opt.ConfigFile, filepath.Join(l.config.Dir, config.Name)))
	}
	return paths, nil
}
