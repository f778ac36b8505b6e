package elftest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// IsRecipe tells whether a text is one for Parse.
func IsRecipe(text string) bool { return strings.HasPrefix(text, "elf:") }

// Parse reads a file from a text of lines KEY: VALUES, which begins with the kind and, if
// that is not amd64, the architecture: "elf: library arm64". The other keys are interp,
// needed, soname, runpath, defined, undefined and weak (of functions), data (of variables),
// bind (now), note (Go), size
// (in bytes). Symbols are written NAME, NAME@VERSION or
// NAME@VERSION@LIBRARY. A key may be given again. Lines that begin with # are comments.
func Parse(text string) (File, error) {
	var f File
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, rest, ok := strings.Cut(line, ":")
		if !ok {
			return f, fmt.Errorf("line %d: want KEY: VALUES", number+1)
		}
		if err := f.set(strings.TrimSpace(key), strings.Fields(rest)); err != nil {
			return f, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	if f.Kind == "" {
		return f, fmt.Errorf("no line with elf: and the kind")
	}
	return f, nil
}

func (f *File) set(key string, values []string) error {
	one := strings.Join(values, " ")
	switch key {
	case "elf":
		return f.head(values)
	case "interp":
		f.Interp = one
	case "needed":
		f.Needed = append(f.Needed, values...)
	case "soname":
		f.SoName = one
	case "runpath":
		f.RunPath = one
	case "defined":
		f.Defined = append(f.Defined, values...)
	case "undefined", "weak", "data":
		for _, v := range values {
			f.Undefined = append(f.Undefined, symbol(v, key))
		}
	case "bind":
		f.Now = one == "now"
	case "note":
		f.Go = slices.Contains(values, "Go")
	case "size":
		n, err := strconv.Atoi(one)
		if err != nil || n < 0 || n > 1<<30 {
			return fmt.Errorf("bad size %q", one)
		}
		f.Size = n
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return nil
}

func (f *File) head(values []string) error {
	if len(values) == 0 || len(values) > 2 {
		return fmt.Errorf("want elf: KIND or elf: KIND ARCH")
	}
	switch f.Kind = Kind(values[0]); f.Kind {
	case Program, Fixed, Library, Static, Object:
	default:
		return fmt.Errorf("unknown kind %q: want program, fixed, library, static or object", f.Kind)
	}
	if len(values) == 2 {
		f.Arch = values[1]
	}
	if _, ok := machines[f.arch()]; !ok {
		return fmt.Errorf("unknown architecture %q", f.Arch)
	}
	return nil
}

func symbol(text, key string) Symbol {
	name, version, _ := strings.Cut(text, "@")
	version, library, _ := strings.Cut(version, "@")
	return Symbol{Name: name, Version: version, Library: library, Weak: key == "weak", Data: key == "data"}
}
