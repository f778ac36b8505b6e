// Command index writes policies/index.txt. It is run by go generate.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"

	"github.com/musllint/musllint/lint/policy"
)

func main() {
	index, files, diags := policy.IndexOf(os.DirFS("."))
	if len(diags) > 0 {
		_ = hcl.NewDiagnosticTextWriter(os.Stderr, files, 0, false).WriteDiagnostics(diags)
	}
	if err := os.WriteFile("index.txt", []byte(index), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if diags.HasErrors() { // the index holds the others
		os.Exit(1)
	}
}
