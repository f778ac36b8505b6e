// Command muslcc runs a compiler, unchanged, and records what of the sources would not compile,
// link or work on a musl system. It is put before the compiler, CC=muslcc, or takes its name.
package main

import (
	"os"
	"runtime"

	"github.com/musllint/musllint/buildwrap"
)

func main() {
	// A process of a few milliseconds has nothing to share among processors.
	runtime.GOMAXPROCS(1)
	os.Exit(buildwrap.Main(os.Args, os.Environ()))
}
