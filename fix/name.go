package fix

import (
	"fmt"
	"path/filepath"
	"strings"
)

// below is the name of a file in a folder, quoted as git does.
func below(folder, name string) string {
	name = strings.TrimPrefix(filepath.ToSlash(filepath.Clean(name)), "/")
	if folder != "" {
		name = folder + "/" + name
	}
	return quoted(name)
}

// quoted is a name as git writes it: where it has bytes that are not plain ASCII, or quotes
// and backslashes, it stands in double quotes with the escapes of C.
func quoted(name string) string {
	plain := true
	var b strings.Builder
	for _, c := range []byte(name) {
		escape, special := escapes[c]
		switch {
		case special:
			b.WriteString(escape)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
			special = true
		default:
			b.WriteByte(c)
		}
		plain = plain && !special
	}
	if plain {
		return name
	}
	return `"` + b.String() + `"`
}

var escapes = map[byte]string{
	'\a': `\a`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\v': `\v`, '\f': `\f`, '\r': `\r`, '"': `\"`, '\\': `\\`,
}

// terminated marks the end of a name with blanks, of which the rest could be a date.
func terminated(name string) string {
	if strings.Contains(name, " ") && name[0] != '"' {
		return name + "\t"
	}
	return name
}
