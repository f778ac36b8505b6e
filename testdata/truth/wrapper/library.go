package main

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
)

// readLibraries fills in what the two C libraries export, and the names of their libraries.
func (m *machine) readLibraries() error {
	m.muslFuncs, m.glibc = map[string]bool{}, map[string]bool{}
	m.muslLibs, m.glibcLibs = map[string]bool{}, map[string]bool{}
	lib := filepath.Join(m.options.musl, "musl", "lib")
	if err := exports(filepath.Join(lib, "libc.so"), m.muslFuncs); err != nil {
		return err
	}
	archives, _ := filepath.Glob(filepath.Join(lib, "lib*.a"))
	for _, archive := range archives {
		m.muslLibs[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(archive), "lib"), ".a")] = true
	}
	text, err := output("dpkg", "-L", "libc6", "libc6-dev")
	if err != nil {
		return err
	}
	for _, path := range strings.Fields(text) {
		base := filepath.Base(path)
		if name, ok := strings.CutPrefix(base, "lib"); ok && strings.Contains(path, "/lib/") {
			if short, ok := strings.CutSuffix(name, ".a"); ok {
				m.glibcLibs[short] = true
			}
			if short, _, ok := strings.Cut(name, ".so"); ok && !strings.Contains(path, "/gconv/") {
				if strings.HasSuffix(path, ".so") {
					m.glibcLibs[short] = true
				}
				// libc.so of the developers' package is a text.
				exports(path, m.glibc)
			}
		}
	}
	return nil
}

// exports adds what a program is linked with: the default version of each symbol.
func exports(path string, to map[string]bool) error {
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && elf.ST_BIND(s.Info) != elf.STB_LOCAL && !s.VersionIndex.IsHidden() {
			to[s.Name] = true
		}
	}
	return nil
}

// ofLibraries returns what the libraries of links export, other than glibc's.
func (p *project) ofLibraries(links []command) map[string]bool {
	exported, seen := map[string]bool{}, map[string]bool{}
	for _, c := range links {
		for _, library := range c.libraries {
			if seen[library] || p.glibcLibs[library] {
				continue
			}
			seen[library] = true
			path, err := output(realCompiler("gcc"), "-print-file-name=lib"+library+".so")
			if path = strings.TrimSpace(path); err == nil && filepath.IsAbs(path) {
				exports(path, exported)
			}
		}
	}
	return exported
}

// objectSymbols returns what an object needs and what it brings.
func objectSymbols(path string) (undefined, defined []string) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return nil, nil
	}
	for _, s := range symbols {
		switch {
		case s.Name == "" || elf.ST_BIND(s.Info) == elf.STB_LOCAL:
		case s.Section == elf.SHN_UNDEF:
			if elf.ST_BIND(s.Info) != elf.STB_WEAK {
				undefined = append(undefined, s.Name)
			}
		default:
			defined = append(defined, s.Name)
		}
	}
	return undefined, defined
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
