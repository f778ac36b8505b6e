package buildwrap

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/lint"
)

// build tells the processes of one build from those of another: make and what it starts are one
// process group. Its number alone comes again, in containers every time, and so the time when its
// first process began goes with it where the system tells that.
func build() string {
	group := strconv.Itoa(syscall.Getpgrp())
	stat, _ := os.ReadFile("/proc/" + group + "/stat")
	const began = 19 // of the words behind the name of the program, which stands in parentheses
	if words := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]); len(words) > began {
		return group + "-" + string(words[began])
	}
	return group
}

// print tells of the uses of a unit where they fail the build. What many units come to, in a
// header, is told once a build.
func (j *judge) print(u *record.Unit) {
	if !j.strict {
		return
	}
	for _, x := range u.Uses {
		if !fails(x) || x.File != u.Source && x.File != "" && !j.first(x) {
			continue
		}
		fmt.Fprintln(j.stderr, j.line(x))
	}
}

// fails reports whether a use fails a strict build: those that are proved do.
func fails(x lint.Use) bool {
	return x.Proof == lint.ProofCompile && counts(x)
}

func (j *judge) line(x lint.Use) string {
	var b strings.Builder
	if x.File != "" {
		b.WriteString(j.short(x.File))
		for _, n := range []int{x.Line, x.Column} {
			if n > 0 {
				b.WriteString(":" + strconv.Itoa(n))
			}
		}
		b.WriteString(": ")
	}
	message := x.Message
	if message == "" {
		message = x.Name
	}
	return b.String() + "error: on " + targetName(j.on) + ": " + message
}

// first reports whether no process of this build was here before with the same use.
func (j *judge) first(x lint.Use) bool {
	path := j.store.Cache("told", build(), record.Hash([]byte(x.File + "\x00" + strconv.Itoa(x.Line) + "\x00" + x.Name))[:24])
	return create(path)
}

// create makes an empty file, and reports whether it was not there.
func create(path string) bool {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if os.IsNotExist(err) {
		if os.MkdirAll(filepath.Dir(path), 0o777) != nil {
			return true
		}
		f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	}
	if err == nil {
		f.Close()
	}
	return !os.IsExist(err)
}

// summary says at a link that something was found, where that is news in this build.
func (j *judge) summary() {
	records := strconv.Itoa(j.store.Count())
	if records == "0" || !strings.HasPrefix(j.path(j.command.Output), j.root()+"/") {
		return
	}
	said, _ := os.ReadFile(j.store.Cache("said", build()))
	before, told, _ := strings.Cut(string(said), " ")
	if before == records {
		return
	}
	n := strconv.Itoa(j.units())
	if err := j.store.WriteCache([]byte(records+" "+n), "said", build()); err != nil {
		j.note("%v", err)
	}
	if n == "0" || n == told {
		return
	}
	units := "1 translation unit uses"
	if n != "1" {
		units = n + " translation units use"
	}
	if j.without == "" {
		fmt.Fprintf(j.stderr, "muslcc: %s what %s does not have; musllint report tells what\n", units, targetName(j.on))
		return
	}
	fmt.Fprintf(j.stderr, "muslcc: %s, it seems, what %s does not have; musllint report tells what. It was not verified: %s\n",
		units, targetName(j.on), j.without)
}

// units counts the translation units that do not get along with musl as they are now. Those
// that changed since are about to be compiled, or belong to another program.
func (j *judge) units() int {
	records, err := j.store.Read()
	if err != nil {
		j.note("%v", err)
	}
	changed := map[string]bool{} // by path and hash
	sources := map[string]bool{}
	for _, u := range records {
		if u.Source == "" || !slices.ContainsFunc(u.Uses, counts) {
			continue
		}
		current := true
		for path, hash := range u.Files {
			key := path + hash
			was, known := changed[key]
			if !known {
				text, err := os.ReadFile(path)
				was = err != nil || record.Hash(text) != hash
				changed[key] = was
			}
			current = current && !was
		}
		if current {
			sources[u.Source] = true
		}
	}
	return len(sources)
}

// counts reports whether a use is one of something that musl does not have.
func counts(x lint.Use) bool {
	return x.Guard == "" && x.Kind != lint.UseBehavior && (x.Kind != lint.UseRedirect || strings.HasSuffix(x.Message, "]"))
}
