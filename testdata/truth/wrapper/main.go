// Command wrapper compares muslcc with the truth. It builds projects through muslcc, compiles
// every unit of them again with a plain compiler for musl (testdata/truth/build-musl-gcc), and
// counts the root causes of what failed on musl alone that muslcc found, missed and made up.
//
//	go run ./testdata/truth/wrapper -sources DIR -work DIR -musl DIR [flags] [PROJECT...]
//
// Without projects it takes all of testdata/truth/sources.txt whose sources are in DIR.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

type options struct {
	sources, work, musl, table string
	muslcc, musllint, packages string
	on                         string
	jobs, rounds               int
	fast, verbose, listTruth   bool
	rebuild, rejudge, fresh    bool
	full, fix, unsafe          bool
	objects                    int
	recall, precision          float64
}

func main() {
	if becomeCompiler() {
		return
	}
	var o options
	flag.StringVar(&o.sources, "sources", "", "`folder` with one folder of sources a project, as fetch-sources makes it")
	flag.StringVar(&o.work, "work", "", "`folder` for builds and results")
	flag.StringVar(&o.musl, "musl", "", "`folder` that build-musl-gcc made")
	flag.StringVar(&o.table, "table", "testdata/truth/sources.txt", "`file` that says how projects are built")
	flag.StringVar(&o.muslcc, "muslcc", "", "muslcc's `path`; without one only the truth is made")
	flag.StringVar(&o.musllint, "musllint", "", "musllint's `path`, for -fix")
	flag.StringVar(&o.packages, "packages", "", "`folder` with one folder of headers a package of Alpine: -fix compiles with those that musllint names, too")
	flag.StringVar(&o.on, "on", "musl:1.2.5", "`target`, as MUSLCC_ON")
	flag.IntVar(&o.jobs, "j", runtime.NumCPU(), "`jobs` at once")
	flag.BoolVar(&o.fast, "fast", false, "judge with MUSLCC=fast")
	flag.BoolVar(&o.verbose, "verbose", false, "print what was missed and what was made up")
	flag.BoolVar(&o.listTruth, "truth", false, "print every root cause of the truth, and with -verbose every other error")
	flag.BoolVar(&o.rebuild, "rebuild", false, "build the projects again")
	flag.BoolVar(&o.rejudge, "rejudge", false, "run muslcc again on the recorded commands, without configure and make")
	flag.BoolVar(&o.fresh, "fresh", false, "compile again, instead of taking what a run before this one saw")
	flag.BoolVar(&o.full, "full", false, "configure and make with the compiler for musl, and compare its errors with the truth")
	flag.BoolVar(&o.fix, "fix", false, "apply musllint fix, compile again what failed, build on glibc, and restore the sources")
	flag.BoolVar(&o.unsafe, "unsafe", false, "-fix makes the unsafe repairs, too")
	flag.IntVar(&o.rounds, "rounds", 1, "`times` that -fix judges and repairs")
	flag.IntVar(&o.objects, "objects", 0, "build so many units with and without muslcc and compare the objects")
	flag.Float64Var(&o.recall, "recall", 0, "fail below this `share` of root causes that were found")
	flag.Float64Var(&o.precision, "precision", 0, "fail below this `share` of findings that are real")
	flag.Parse()
	ok, err := run(&o, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "wrapper:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(o *options, names []string) (bool, error) {
	for _, path := range []*string{&o.sources, &o.work, &o.musl, &o.muslcc, &o.musllint, &o.packages} {
		if *path == "" {
			continue
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return false, err
		}
		*path = abs
	}
	if o.sources == "" || o.work == "" || o.musl == "" {
		return false, fmt.Errorf("-sources, -work and -musl are needed")
	}
	recipes, order, err := readTable(o.table)
	if err != nil {
		return false, err
	}
	if len(names) == 0 {
		for _, name := range order {
			if isDir(filepath.Join(o.sources, name)) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		if _, ok := recipes[name]; !ok {
			return false, fmt.Errorf("%s says nothing of %s", o.table, name)
		}
	}
	m, err := newMachine(o)
	if err != nil {
		return false, err
	}
	var total score
	var failed []string
	for _, name := range names {
		p := &project{machine: m, name: name, recipe: recipes[name], dir: filepath.Join(o.work, name), cacheDir: "cache"}
		s, err := p.run()
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			failed = append(failed, name)
			continue
		}
		total.add(s)
	}
	if len(names) > 1 {
		fmt.Println(total.line("all"))
	}
	if len(failed) > 0 {
		return false, fmt.Errorf("not judged: %s", strings.Join(failed, " "))
	}
	return total.recall() >= o.recall && total.precision() >= o.precision, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readTable returns the commands of each project of a table, and the projects in order.
func readTable(path string) (map[string]string, []string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	recipes := map[string]string{}
	var order []string
	for _, line := range strings.Split(string(text), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '\t':
			if len(order) == 0 {
				return nil, nil, fmt.Errorf("%s: a command before any project", path)
			}
			recipes[order[len(order)-1]] += line[1:] + "\n"
		default:
			if slices.Contains(order, line) {
				return nil, nil, fmt.Errorf("%s: %s stands twice", path, line)
			}
			order = append(order, line)
		}
	}
	return recipes, order, nil
}
