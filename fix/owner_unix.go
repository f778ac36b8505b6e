//go:build unix

package fix

import (
	"errors"
	"os"
	"syscall"
)

// keepOwner gives a file the owner and the group of another one.
func keepOwner(f *os.File, of os.FileInfo) error {
	want, ok := of.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if has, ok := info.Sys().(*syscall.Stat_t); !ok || has.Uid == want.Uid && has.Gid == want.Gid {
		return nil
	}
	if f.Chown(int(want.Uid), int(want.Gid)) != nil {
		return errors.New("it belongs to somebody else, and writing it would make it yours")
	}
	return nil
}
