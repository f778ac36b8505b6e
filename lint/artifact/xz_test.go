package artifact

import (
	"bytes"
	"encoding/base64"
	"testing"
)

// xzFilters are the library of these tests as xz packs it with the filters that it has.
// Nothing in Go packs like that.
var xzFilters = map[string]string{
	"lzma2":     "/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4ASLAE5dAD+RRYRoPYmm2orhjE6UpIw0uY1uNN5kYbRYisK3Uex6j5p9CHdE+2nEEZaLfWLALEr/h0RjaZBsDIAyBnk9cH05vL7y901H3B02xQsHAAAAAC6ldO0AAWaMCQAAAIMq5hQ+MA2LAgAAAAABWVo=",
	"x86+lzma2": "/Td6WFoAAAFpIt42AgEEACEBEACLIW9J4ASLAE9dAD+RRYRoPYYmAL0wn76aVhX6sQmLHkQjbsEH4+oho3aaXOlMRyzXiatfB+8M+lYA7BXH2HHC60CpfzKQ7dH5cJOpBcwU8izJdEtEL7/jEgAAAC6ldO0AAWeMCQAAACb5ut8+MA2LAgAAAAABWVo=",
	// A distance of 3 bytes.
	"delta+lzma2": "/Td6WFoAAAFpIt42AgEDAQIhARDHTa6t4ASLAF5dAD+RRYySaXFwp7ShGWzEPuHE/PchHqirQP5zOxpIGcz+TfNmJCUpNcmtdl0+ePCCtn0knpH6VaKw2sxTjbgJ+moY8Op+jdniTUSWn0LTvRbpTO9m9Ya9a0+JEEahMgAAAAAupXTtAAF2jAkAAAAYKDAXPjANiwIAAAAAAVla",
}

func TestXzFilters(t *testing.T) {
	for name, packed := range xzFilters {
		got := walkBytes(t, "x.so.xz", must(base64.StdEncoding.DecodeString(packed)), Limits{})
		if len(got.problems) > 0 || len(got.contents) != 1 || !bytes.Equal(got.contents[0], lib) {
			t.Errorf("%s: %v, %v", name, got.files, got.problems)
		}
	}
}
