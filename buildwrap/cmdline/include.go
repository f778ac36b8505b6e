package cmdline

import "strings"

// IncludeDirs returns the folders of the command line that headers are searched in, in the order
// of the search: those of -iquote, -I, -isystem, -idirafter.
func (c *Command) IncludeDirs() []string {
	var dirs [4][]string
	for i := 0; i < len(c.Shadow); i++ {
		word := c.Shadow[i]
		option, group := "", 0
		for g, names := range [...][]string{
			{"-iquote"}, {"-I", "--include-directory="}, {"-isystem", "-cxx-isystem"}, {"-idirafter", "--include-directory-after="},
		} {
			for _, name := range names {
				if strings.HasPrefix(word, name) && len(name) > len(option) {
					option, group = name, g
				}
			}
		}
		if word == "--include-directory" || word == "--include-directory-after" {
			option, group = word, 1
			if strings.HasSuffix(word, "-after") {
				group = 3
			}
		}
		switch value := word[len(option):]; {
		case option == "":
			if separate(word, false) == 1 {
				i++
			}
		case value != "" && value != "-":
			dirs[group] = append(dirs[group], value)
		case value == "" && i+1 < len(c.Shadow):
			i++
			dirs[group] = append(dirs[group], c.Shadow[i])
		}
	}
	return append(append(append(dirs[0], dirs[1]...), dirs[2]...), dirs[3]...)
}

// Before returns the files that are read before a source, in their order.
func (c *Command) Before() []string {
	var files []string
	for i := 0; i < len(c.Shadow); i++ {
		word := c.Shadow[i]
		switch {
		case separate(word, false) == 1:
			if i++; i < len(c.Shadow) && (word == "-include" || word == "--include" || word == "-imacros") {
				files = append(files, c.Shadow[i])
			}
		case strings.HasPrefix(word, "--include="):
			files = append(files, word[len("--include="):])
		}
	}
	return files
}
