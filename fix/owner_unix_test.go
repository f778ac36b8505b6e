//go:build unix

package fix

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A file that root changes stays that of its owner.
func TestWriteKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	tree, dir := opened(t, files{"a": "1\n"})
	file := filepath.Join(dir, "a")
	if err := os.Chown(file, 1234, 2345); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := tree.Write(t.Context(), changed(t, tree, map[string]string{"a": "one\n"})); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	if stat.Uid != 1234 || stat.Gid != 2345 || info.Mode().Perm() != 0o640 {
		t.Errorf("it belongs to %d:%d, %v", stat.Uid, stat.Gid, info.Mode())
	}
}
