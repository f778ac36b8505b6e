package artifact

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// zstdWindow is what "zstd --ultra -22" needs to unpack.
const zstdWindow = 128 << 20

// isZstd takes a frame, or one that is to be skipped as parallel compressors write it.
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	magic := binary.LittleEndian.Uint32(head)
	return magic == 0xFD2FB528 || magic&^0xF == 0x184D2A50
}

func unzstd(w *walker, packed *cursor) (plain, error) {
	z, ok := pop(&w.idle.zstd)
	if !ok {
		var err error
		z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return plain{}, err
		}
	}
	done := func() { w.idle.zstd = append(w.idle.zstd, z) }
	// Only the method Read: by WriteTo the decoder would run ahead of the limits.
	r := struct{ io.Reader }{&unzstder{z}}
	if err := z.Reset(struct{ io.Reader }{packed}); err != nil {
		done()
		return plain{}, err
	}
	return plain{r, done}, nil
}

type unzstder struct{ z *zstd.Decoder }

func (u *unzstder) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		err = fmt.Errorf("%w: the zstd data need more than %s of memory", ErrLimit, inBytes(zstdWindow))
	}
	return n, err
}
