//go:build unix && !linux

package toolchain

import (
	"os/signal"
	"syscall"
	"time"
)

// dieOf sends this process a signal with the action it has by default. It returns when that
// does not end the process.
func dieOf(s syscall.Signal) {
	signal.Reset(s)
	_ = syscall.Kill(syscall.Getpid(), s)
	time.Sleep(100 * time.Millisecond)
}
