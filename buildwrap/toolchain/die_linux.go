package toolchain

import (
	"syscall"
	"time"
	"unsafe"
)

// dieOf sends this process a signal with the action it has by default, and no core dump: the
// runtime would print its stacks for some. It returns when that does not end the process.
func dieOf(s syscall.Signal) {
	const prSetDumpable = 4
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, prSetDumpable, 0, 0)
	// All zero is SIG_DFL, however an architecture orders the members of struct sigaction.
	var action [64]byte
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
	_ = syscall.Kill(syscall.Getpid(), s)
	time.Sleep(100 * time.Millisecond) // another thread may be the one that gets it
}
