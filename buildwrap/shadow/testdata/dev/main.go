package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/musllint/musllint/buildwrap/cmdline"
	"github.com/musllint/musllint/buildwrap/record"
	"github.com/musllint/musllint/buildwrap/shadow"
	"github.com/musllint/musllint/lint/facts"
)

func main() {
	dir, _ := os.Getwd()
	t, err := facts.ParseTarget(os.Getenv("MUSLCC_ON"))
	if err != nil {
		t, _ = facts.ParseTarget("musl:1.2.5")
	}
	compiler, args := "gcc", os.Args[1:]
	verbose := os.Getenv("MUSLCC_DIR") == ""
	if verbose {
		compiler, args = args[0], args[1:]
	} else if filepath.Base(os.Args[0]) == "muslc++" {
		compiler = "g++"
	}
	start := time.Now()
	cmd := cmdline.Parse(compiler, args, os.Getenv)
	if cmd.Mode != cmdline.Compile && cmd.Mode != cmdline.CompileAndLink {
		fmt.Println(cmd.Mode, cmd.Reason)
		return
	}
	state := os.Getenv("MUSLCC_DIR")
	if verbose {
		state = os.Getenv("STATE")
	}
	store := record.Store{Dir: state}
	h, err := shadow.Find(os.Getenv, []string{compiler}, t, store)
	if err != nil {
		fmt.Println("find:", err)
		os.Exit(1)
	}
	if verbose {
		fmt.Fprintln(os.Stderr, "find", time.Since(start), h.Dir(), h.Version())
	}
	for _, src := range cmd.Sources {
		if !src.Readable() {
			continue
		}
		start := time.Now()
		r, err := h.Compile(context.Background(), []string{compiler}, dir, &cmd, src, os.Environ())
		if err != nil {
			fmt.Println("compile:", src.Path, err)
		}
		if !verbose {
			p := src.Path
			if !filepath.IsAbs(p) {
				p = filepath.Join(dir, p)
			}
			u := &record.Unit{Root: dir, Dir: dir, Source: p, Output: p + fmt.Sprint(time.Now().UnixNano()), Uses: r.Uses}
			if err := store.Save(u); err != nil {
				fmt.Println(err)
			}
			continue
		}
		fmt.Fprintln(os.Stderr, "compile", time.Since(start), err, len(r.Files))
		for _, u := range r.Uses {
			text, _ := json.Marshal(u)
			fmt.Println(string(text))
		}
		if n := os.Getenv("NAMES"); n != "" {
			fmt.Println(h.Tokens(context.Background(), []string{compiler}, dir, &cmd, src, os.Environ(), []string{n}))
		}
	}
}
