//go:build !unix

package fix

import "os"

// keepOwner does nothing where a new file belongs to whom its folder says.
func keepOwner(*os.File, os.FileInfo) error { return nil }
