package facts

import (
	"slices"
	"testing"
)

func TestReleases(t *testing.T) {
	all := Releases()
	if !slices.IsSortedFunc(all, func(a, b Release) int { return CompareReleases(a.Name, b.Name) }) {
		t.Error("the releases are not in order")
	}
	last := all[len(all)-1]
	if last.Name != "edge" || all[len(all)-2].Name != Newest() {
		t.Errorf("the last releases are %s and %s, and the newest is %s", all[len(all)-2].Name, last.Name, Newest())
	}
	for i, release := range all[:len(all)-1] {
		if release.Released >= release.EOL || release.Musl == "" {
			t.Errorf("release %+v", release)
		}
		if i > 0 && (release.Released <= all[i-1].Released || CompareVersions("", release.Musl, all[i-1].Musl) < 0) {
			t.Errorf("%+v does not follow %+v", release, all[i-1])
		}
	}
}

func TestReleaseOf(t *testing.T) {
	for name, musl := range map[string]string{"3.20": "1.2.5", "3.20.3": "1.2.5", "v3.12": "1.1.24", "edge": "1.2.6", "3.17_rc1": "1.2.3"} {
		if release, ok := ReleaseOf(name); !ok || release.Musl != musl {
			t.Errorf("release %s has musl %q, want %q", name, release.Musl, musl)
		}
	}
	for _, name := range []string{"", "3", "3.", "2.7", "latest", "33.20", "bookworm"} {
		if release, ok := ReleaseOf(name); ok {
			t.Errorf("%q is no release, and yet %+v", name, release)
		}
	}
}

func TestCompareReleases(t *testing.T) {
	order := []string{"3.9", "3.10", "3.10.1", "3.12", "3.20", "3.24", "edge"}
	for i, a := range order {
		for j, b := range order {
			want := i - j
			if releaseName(a) == releaseName(b) {
				want = 0
			}
			if got := CompareReleases(a, b); got*want < 0 || (got == 0) != (want == 0) {
				t.Errorf("CompareReleases(%s, %s) = %d", a, b, got)
			}
		}
	}
}

func TestCompareVersions(t *testing.T) {
	for _, test := range []struct {
		eco   string
		order []string
	}{
		{"", []string{"1.9", "1.10", "2", "10.0.1"}},
		{"pep440", []string{"1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1.1"}},
		{"pep440", []string{"0.10.0", "0.10.0.post1", "0.11"}},
		{"semver", []string{"1.0.0-alpha", "1.0.0-beta", "1.0.0-rc.1", "1.0.0", "1.0.1"}},
		{"gem", []string{"1.0.0.rc1", "1.0.0", "1.16.9", "1.17"}},
		{"apk", []string{"1.1.1", "1.1.1a", "1.1.1g", "1.1.2"}},
		{"apk", []string{"1.2.5_rc1", "1.2.5", "1.2.5_p1", "1.2.6"}},
		{"apk", []string{"1.2.5-r0", "1.2.5-r3", "1.2.5-r12"}},
	} {
		for i, a := range test.order {
			for j, b := range test.order {
				if got := CompareVersions(test.eco, a, b); got*(i-j) < 0 || (got == 0) != (i == j) {
					t.Errorf("%s: %s against %s is %d", test.eco, a, b, got)
				}
			}
		}
	}
	for _, equal := range [][3]string{{"pep440", "1.0", "1.0.0"}, {"pep440", "1.0+cpu", "1.0"}, {"pep440", "1.0-alpha1", "1.0a1"}, {"semver", "v1.2.3", "1.2.3+build"}, {"pep440", "01.2", "1.02"}} {
		if got := CompareVersions(equal[0], equal[1], equal[2]); got != 0 {
			t.Errorf("%s: %s against %s is %d", equal[0], equal[1], equal[2], got)
		}
	}
}

func FuzzCompareVersions(f *testing.F) {
	f.Add("pep440", "1.0rc1", "1.0.post2")
	f.Add("apk", "1.1.1g-r0", "")
	f.Fuzz(func(t *testing.T, eco, a, b string) {
		if got, back := CompareVersions(eco, a, b), CompareVersions(eco, b, a); got != -back {
			t.Errorf("%q: %q against %q is %d, and %d the other way", eco, a, b, got, back)
		}
		if got := CompareVersions(eco, a, a); got != 0 {
			t.Errorf("%q: %q against itself is %d", eco, a, got)
		}
	})
}
