package artifact

import (
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
)

// idle keeps what is costly to make and not used at the moment. One walk unpacks thousands
// of small files, one after another; more than one at a time only where they are nested.
type idle struct {
	windows [][]byte
	gzip    []*gunzipper
	inflate []io.ReadCloser
	xz      []*xz.Reader
	zstd    []*zstd.Decoder
}

func (i *idle) window() []byte {
	if b, ok := pop(&i.windows); ok {
		return b
	}
	return make([]byte, windowSize)
}

func pop[T any](from *[]T) (last T, ok bool) {
	n := len(*from)
	if n == 0 {
		return last, false
	}
	last = (*from)[n-1]
	*from = (*from)[:n-1]
	return last, true
}
