// Package policies holds the built-in policies: each an HCL file that matches and words,
// beside a txtar of the same name that documents it and holds its examples.
package policies

import "embed"

//go:generate go run ./internal/index
//go:generate go run ./internal/docs

// FS holds the policies, in folders by subject.
//
//go:embed */ML*.hcl */ML*.txtar
var FS embed.FS

// Index says what every policy matches, so that a start parses none of them. It is
// generated; a test fails when it is stale.
//
//go:embed index.txt
var Index string
