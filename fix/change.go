package fix

import "strings"

// Change is what becomes of one file.
type Change struct {
	From   string // its name before; empty: there was no such file
	To     string // its name after; empty: it goes
	Before File
	After  File

	marks []mark // what was repaired where in After
}

// Name is the name that the file has in the end.
func (c *Change) Name() string {
	if c.To == "" {
		return c.From
	}
	return c.To
}

// compareNames orders files as a listing of their folders does.
func compareNames(a, b string) int {
	return strings.Compare(strings.ReplaceAll(a, "/", "\x00"), strings.ReplaceAll(b, "/", "\x00"))
}

// executable is the bit that the mode of a patch knows.
const executable = 0o111

// modeChanged reports whether a patch has to tell of the mode of the file.
func (c *Change) modeChanged() bool {
	return c.From != "" && c.To != "" && (c.Before.Mode&executable != 0) != (c.After.Mode&executable != 0)
}
