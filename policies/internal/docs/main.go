// Command docs writes docs/rules.md. It is run by go generate in the folder of the
// policies.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/musllint/musllint/lint/policy"
	"github.com/musllint/musllint/lint/policy/policydoc"
	"github.com/musllint/musllint/lint/run"
)

func main() {
	if err := write("../docs/rules.md"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(path string) error {
	set, diags := policy.Load(os.DirFS("."), ".")
	if diags.HasErrors() {
		return diags
	}
	set.Teach(run.Recipes())
	var page bytes.Buffer
	if err := policydoc.Page(&page, set); err != nil {
		return err
	}
	return os.WriteFile(path, page.Bytes(), 0o644)
}
