//go:build unix

package buildcontext

import (
	"os"
	"syscall"
)

// nonBlock keeps a pipe from waiting for its other end.
const nonBlock = syscall.O_NONBLOCK

// openList opens a folder to read its entries. A file of os.Root asks for the status of each
// entry; one that does not know of the root takes the type that the folder tells.
func openList(root *os.Root) (*os.File, error) {
	f, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	conn, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	fd, dupErr := -1, error(nil)
	err = conn.Control(func(old uintptr) {
		if fd, dupErr = syscall.Dup(int(old)); dupErr == nil {
			syscall.CloseOnExec(fd)
		}
	})
	if err == nil {
		err = dupErr
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
