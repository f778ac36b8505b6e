package facts

import (
	_ "embed"
	"strings"

	"github.com/musllint/musllint/lint"
)

// artifactsText names programs in images that are not linked to the image's own C library,
// or that need libraries which another image will not have.
//
//go:embed artifacts.tsv
var artifactsText table

// Linked is what a program is linked to.
type Linked struct {
	Libc    lint.Libc // None for a static program
	Needs   []string  // shared libraries beside libc that do not come with it
	Certain bool
	Why     string // one clause for people
}

// ImageArtifact returns what the program at a path of an image is linked to, for
// COPY --from. The path may also be a folder that holds it. It reports false when no row
// speaks of that path; a program of the image's distribution is then linked to the libc
// that LookupImage names.
func ImageArtifact(ref Ref, path string) (Linked, bool) {
	ref, public := publicRef(ref)
	ref, arch := splitArch(ref, "")
	tag := readTag(ref)
	for key := range repositoryKeys(ref.path()) {
		variants := 0
		for columns := range artifactsText.rows(key) {
			if !samePlace(columns[2], path) {
				continue
			}
			variants++
			if !tag.matches(columns[1], arch) || variants > 1 && !tag.tells() {
				continue
			}
			return Linked{
				Libc:    lint.Libc(columns[3]),
				Needs:   list(columns[4]),
				Certain: public && certain(columns[6]),
				Why:     columns[5],
			}, true
		}
	}
	return Linked{}, false
}

// samePlace reports whether path is one of the places that a column lists, or a folder
// around one. The root counts only where it is listed: all of an image is more than a program.
func samePlace(column, path string) bool {
	if hasWord(column, path) {
		return true
	}
	path = strings.TrimSuffix(path, "/")
	for place := range strings.FieldsSeq(column) {
		folder, wild := strings.CutSuffix(place, "/*")
		switch {
		case place == path, path != "" && strings.HasPrefix(place, path+"/"):
			return true
		case wild && (path == folder || strings.HasPrefix(path, folder+"/")):
			return true
		}
	}
	return false
}
