//go:build unix

package shadow

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the end of a compiler's time the end of the programs that it started too.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
