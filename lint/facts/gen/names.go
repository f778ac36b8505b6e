//go:build ignore

// This program writes interface-names.bin, the filter in front of interfaces.tsv, includes.tsv and
// glibc.tsv.
//
//	go run gen/names.go > interface-names.bin
package main

import (
	"bufio"
	"log"
	"os"
	"strings"
)

const filterBits = 1 << 18 // as interface.go has it

func main() {
	log.SetFlags(0)
	filter := make([]byte, filterBits/8)
	for _, name := range []string{"interfaces.tsv", "includes.tsv", "glibc.tsv"} {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		_, rows, _ := strings.Cut(string(text), "\n")
		for line := range strings.Lines(rows) {
			key, _, _ := strings.Cut(line, "\t")
			key = key[strings.LastIndexByte(key, ' ')+1:] // of "struct stat" the last word
			h := uint64(14695981039346656037)
			for i := range len(key) {
				h = (h ^ uint64(key[i])) * 1099511628211
			}
			for range 3 {
				filter[h%filterBits/8] |= 1 << (h % 8)
				h >>= 21
			}
		}
	}
	out := bufio.NewWriter(os.Stdout)
	out.Write(filter)
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}
