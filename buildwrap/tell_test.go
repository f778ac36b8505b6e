package buildwrap

import (
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestBuildIsThatOfTheGroup(t *testing.T) {
	one := build()
	if one != build() || !strings.HasPrefix(one, strconv.Itoa(syscall.Getpgrp())) {
		t.Errorf("%q, then %q", one, build())
	}
}

func TestCreateIsFirstOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "told", "1", "x")
	if !create(path) || create(path) {
		t.Error("the first time it is not there, the second time it is")
	}
	if !create(filepath.Join(path, "below a file")) {
		t.Error("what cannot be made was not there")
	}
}
