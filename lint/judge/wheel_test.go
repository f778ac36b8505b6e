package judge

import (
	"testing"

	"github.com/musllint/musllint/lint"
)

// The names are those of real wheels: lxml for 3.10, 3.11, 3.13t and ARM, and stable ABI.
func TestGlibcSuffix(t *testing.T) {
	for base, want := range map[string]string{
		"etree.cpython-310-x86_64-linux-gnu.so":     "",
		"etree.cpython-39-x86_64-linux-gnu.so":      "",
		"etree.cpython-311-x86_64-linux-gnu.so":     "-x86_64-linux-musl.so",
		"etree.cpython-313t-aarch64-linux-gnu.so":   "-aarch64-linux-musl.so",
		"etree.cpython-312-arm-linux-gnueabihf.so":  "-arm-linux-musleabihf.so",
		"etree.cpython-311-x86_64-linux-musl.so":    "",
		"etree.cpython-311-darwin.so":               "",
		"_rust.abi3.so":                             "",
		"_rust.abi3-x86_64-linux-gnu.so":            "",
		"etree.cpython-311-x86_64-linux-gnu.so.txt": "",
		"etree.so": "",
	} {
		if _, got := glibcSuffix(base); got != want {
			t.Errorf("%s: on musl it is %q, want %q", base, got, want)
		}
	}
}

func TestRefuseWheel(t *testing.T) {
	for wheel, want := range map[string]bool{
		"lxml-6.1.3-cp311-cp311-manylinux_2_26_x86_64.manylinux_2_28_x86_64.whl": true,
		"old-1.0-cp38-abi3-manylinux2014_aarch64.whl":                            true,
		"lxml-6.1.3-cp311-cp311-musllinux_1_2_x86_64.whl":                        false,
		"both-1.0-cp311-cp311-manylinux_2_17_x86_64.musllinux_1_1_x86_64.whl":    false,
		"own-1.0-cp311-cp311-linux_x86_64.whl":                                   false,
		"pure-1.0-py3-none-any.whl":                                              false,
	} {
		a := lint.Artifact{Path: "dist/" + wheel, Inner: "x/y.so"}
		refuseWheel(&a)
		if got := a.Refused != ""; got != want || want && a.Refused != "ERROR: "+wheel+" is not a supported wheel on this platform." {
			t.Errorf("%s: %q", wheel, a.Refused)
		}
	}
	a := lint.Artifact{Path: "x/y.so"}
	if refuseWheel(&a); a.Refused != "" {
		t.Errorf("a file outside of a wheel: %q", a.Refused)
	}
}

func TestSuggestTarball(t *testing.T) {
	for file, want := range map[string]string{
		"img-sharp-linux-x64-0.35.5.tgz":        "@img/sharp-linuxmusl-x64",
		"img-sharp-linux-x64-0.35.5-beta.1.tgz": "@img/sharp-linuxmusl-x64",
		"nobody-knows-1.0.tgz":                  "",
		"img-sharp-linux-x64-0.35.5.tar":        "",
	} {
		a := lint.Artifact{Path: file, Inner: "package/lib/x.node", Verdict: lint.Fails, Libc: lint.LibcGlibc, Repairs: []lint.Repair{{Proved: true}}}
		suggestTarball(&a)
		if got := len(a.Repairs) == 2; got != (want != "") || got && a.Repairs[1].Title != installTitle(want) {
			t.Errorf("%s: %v", file, a.Repairs)
		}
	}
}
