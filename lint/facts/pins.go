package facts

import _ "embed"

// pinsText holds the tags that docker-library/official-images no longer builds, with the
// release of Alpine that they stopped at.
//
//go:embed image-pins.tsv
var pinsText table

// pinnedRelease returns the release of Alpine under a tag that does not name it but moves
// no more, empty when it may still move. A row of the bare version speaks of all variants
// of it.
func pinnedRelease(ref Ref, tag imageTag) string {
	if ref.Registry != "" || !tag.known {
		return ""
	}
	columns := pinsText.row(ref.Repository + ":" + ref.Tag)
	if columns == nil && tag.isFinal() {
		columns = pinsText.row(ref.Repository + ":" + tag.version())
	}
	if columns == nil {
		return ""
	}
	return columns[1]
}
