package shell

import "strings"

// programName cuts folder and version from a program's path: /usr/bin/pip3.7 is pip.
func programName(path string) string {
	base := path[strings.LastIndexByte(path, '/')+1:]
	switch base {
	case "gradlew", "mvnw":
		return strings.TrimSuffix(base, "w")
	case "nodejs":
		return "node"
	case "composer.phar":
		return "composer"
	}
	stem := strings.TrimRight(base, "0123456789.")
	switch strings.TrimSuffix(stem, "-") {
	case "pip", "python", "php", "pecl", "pear", "ruby", "gem", "perl", "easy_install":
		return strings.TrimSuffix(stem, "-")
	case "gcc", "g++", "cpp", "clang", "clang++":
		if strings.HasSuffix(stem, "-") { // gcc-12, but clang-tidy and x86_64-linux-gnu-gcc are themselves
			return strings.TrimSuffix(stem, "-")
		}
	}
	return base
}

// pythonModules are the ones that python -m runs as programs known by that name.
const pythonModules = " pip venv virtualenv ensurepip pipx poetry uv pdm pipenv build wheel "

// unwrap names a command. It looks through programs that only run another one.
func (w walker) unwrap(c *Command, words []Word) {
	at := 0
	for at < len(words) {
		next := w.inner(c, words[at:])
		if next == 0 {
			break
		}
		at += next
	}
	c.Wrappers, c.Words = words[:at:at], words[at:]
	if len(c.Words) == 0 {
		return
	}
	if name := c.Words[0]; name.Known {
		c.Program = name.Text[strings.LastIndexByte(name.Text, '/')+1:]
		c.Name = programName(name.Text)
		if at := strings.IndexByte(c.Name, '@'); at > 0 { // npx tool@version
			c.Name = c.Name[:at]
		}
	}
}

// inner returns how many of words a wrapper takes before the program that it runs, 0
// when words[0] is no wrapper or runs nothing.
func (w walker) inner(c *Command, words []Word) int {
	if !words[0].Known {
		return 0
	}
	name := programName(words[0].Text)
	g := grammarOf(name)
	switch {
	case name == "python":
		return pythonModule(words, g)
	case name == "perl":
		if p := w.parse(words, name); p.first < len(words) && programName(words[p.first].Text) == "Configure" {
			return p.first
		}
		return 0
	case name == "corepack":
		if len(words) > 1 && strings.Contains(" yarn yarnpkg pnpm npm ", " "+words[1].Text+" ") {
			return 1
		}
		return 0
	case !g.has("wrap"):
		return 0
	}
	p := w.parse(words, name)
	if name == "command" && len(p.flags) > 0 && p.flags[0].Name != "p" { // command -v asks, and runs nothing
		return 0
	}
	at := p.first + g.count("wrap")
	if name == "env" && at < len(words) && words[at].Text == "-" { // like -i
		at++
	}
	var assigns []Assign
	for ; at < len(words); at++ {
		a, ok := w.assignmentOf(words[at])
		if !ok || !g.has("assigns") {
			break
		}
		assigns = append(assigns, a)
	}
	if at >= len(words) {
		return 0
	}
	c.Assigns = append(c.Assigns, assigns...)
	return at
}

// pythonModule returns the place of a module that python -m runs as a program, else 0.
func pythonModule(words []Word, g grammar) int {
	for i := 1; i < len(words); i++ {
		text := words[i].Text
		switch {
		case text == "-m" && i+1 < len(words) && words[i+1].Known && strings.Contains(pythonModules, " "+words[i+1].Text+" "):
			return i + 1
		case len(text) < 2 || text[0] != '-' || text == "-m" || text == "-c":
			return 0
		case len(text) == 2 && g.takes(text) != noValue:
			i++
		}
	}
	return 0
}
