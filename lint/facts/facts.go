// Package facts is what is true of images, distribution packages, releases, C libraries and
// language packages: which C library they carry, what they contain, and what they need.
//
// Everything is read from embedded text tables, one fact a row, sorted by their first
// column and searched where they lie; nothing is decoded before it is asked for. The last
// column of a table says where a row comes from. A row that starts its evidence with
// "memory" was written down from experience and not checked, and the answer then has
// Certain false: nobody may present it as certain.
package facts

// Date is the day on which the tables were last checked.
const Date = "2026-11-23"

// Tri is an answer that may be open.
type Tri uint8

const (
	Maybe Tri = iota // not known
	Yes
	No
)

// String returns "yes", "no" or "maybe".
func (t Tri) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "maybe"
}
