package fix

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"path"
	"strings"
)

// Why a patch that tells its baseline is not applied.
var (
	ErrStale      = errors.New("it is of another version of the file")
	ErrNoBaseline = errors.New("it does not tell what it is a patch of: a line such as \"index HASH..HASH\" with whole hashes is missing")
)

// ApplyFresh is Apply for a patch that tells its baseline: the file that it begins with has to
// be exactly that one, as git's hash in the index line of its header says, which git diff
// --full-index writes. It is false for a patch whose changes are there already.
func (d *Draft) ApplyFresh(p *Patch) (bool, error) {
	for i := range p.sections {
		err := d.fresh(&p.sections[i])
		if errors.Is(err, ErrStale) && d.Has(p) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("%s: %s: %w", p.Name, p.sections[i].from, err)
		}
	}
	return true, d.Apply(p)
}

// fresh reports whether a file on the disk is the one that a patch is of.
func (d *Draft) fresh(s *section) error {
	e, err := d.entry(s.from)
	switch {
	case err != nil:
		return withoutPath(err)
	case s.made && e.before != nil:
		return ErrStale
	case s.made:
		return nil
	case e.before == nil:
		return fs.ErrNotExist
	}
	var h hash.Hash
	switch len(s.baseline) {
	case 2 * sha1.Size:
		h = sha1.New()
	case 2 * sha256.Size:
		h = sha256.New()
	default:
		return ErrNoBaseline
	}
	fmt.Fprintf(h, "blob %d\x00", len(e.before.Content))
	h.Write(e.before.Content)
	if hex.EncodeToString(h.Sum(nil)) != s.baseline {
		return ErrStale
	}
	return nil
}

// Has reports whether the changes of a patch are in a draft already: they could be taken back.
func (d *Draft) Has(p *Patch) bool {
	back, err := p.Reverse()
	return err == nil && d.child().Apply(back) == nil
}

// Within is the patch as seen from a folder below the one that its names are relative to. It
// is false when it is also about files elsewhere.
func (p *Patch) Within(folder string) (*Patch, bool) {
	if folder = path.Clean(folder); folder == "." {
		return p, true
	}
	q := &Patch{Name: p.Name}
	for _, s := range p.sections {
		from, in := strings.CutPrefix(s.from, folder+"/")
		to, too := strings.CutPrefix(s.to, folder+"/")
		if !in || !too {
			return nil, false
		}
		s.from, s.to, s.whole = from, to, ""
		q.sections = append(q.sections, s)
	}
	return q, true
}
