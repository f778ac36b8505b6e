// Package policyfmt brings policies into HCL's canonical form.
package policyfmt

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Dir formats every *.hcl file below a folder and returns the paths of those that were
// not formatted. It changes them only when write is set. A file that is no HCL is left
// alone and ends the walk; the error is then a hcl.Diagnostics.
func Dir(dir string, write bool) (changed []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".hcl" || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		differs, err := file(path, write)
		if differs {
			changed = append(changed, path)
		}
		return err
	})
	return changed, err
}

func file(path string, write bool) (differs bool, err error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	if _, diags := hclsyntax.ParseConfig(src, path, hcl.InitialPos); diags.HasErrors() {
		return false, diags
	}
	formatted := hclwrite.Format(src)
	if bytes.Equal(src, formatted) {
		return false, nil
	}
	if write {
		err = os.WriteFile(path, formatted, 0o644)
	}
	return true, err
}
