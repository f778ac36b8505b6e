package artifact

import (
	"errors"
	"fmt"

	"github.com/mikelolasagasti/xz"
)

// xzDictionary is what "xz -9" needs to unpack.
const xzDictionary = 64 << 20

func unxz(w *walker, packed *cursor) (plain, error) {
	z, ok := pop(&w.idle.xz)
	if !ok {
		var err error
		if z, err = xz.NewReader(nil, xzDictionary); err != nil {
			return plain{}, err
		}
	}
	done := func() { w.idle.xz = append(w.idle.xz, z) }
	r := &unxzer{z}
	if err := r.words(z.Reset(packed)); err != nil {
		done()
		return plain{}, err
	}
	return plain{r, done}, nil
}

type unxzer struct{ z *xz.Reader }

func (u *unxzer) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	return n, u.words(err)
}

func (u *unxzer) words(err error) error {
	switch {
	case errors.Is(err, xz.ErrMemlimit):
		return fmt.Errorf("%w: the xz data need more than %s of memory", ErrLimit, inBytes(xzDictionary))
	case errors.Is(err, xz.ErrOptions), errors.Is(err, xz.ErrUnsupportedCheck):
		return fmt.Errorf("%w: the xz data use a filter or checksum that is not known here", ErrUnsupported)
	}
	return err
}
