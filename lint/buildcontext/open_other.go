//go:build !unix

package buildcontext

import "os"

const nonBlock = 0

// openList opens a folder to read its entries.
func openList(root *os.Root) (*os.File, error) { return root.Open(".") }
