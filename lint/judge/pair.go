package judge

import (
	"strings"

	"github.com/musllint/musllint/lint"
)

// pair finds builds of one thing for several C libraries, as package managers and prebuilds put
// them beside each other: what is made for glibc does not matter where the build for musl runs,
// since whoever loads the one or the other looks at the C library first.
func pair(artifacts []lint.Artifact) {
	runs := map[string]int{} // by family
	for i := range artifacts {
		a := &artifacts[i]
		if a.Verdict == lint.Runs && (a.Libc == lint.LibcMusl || a.Libc == lint.LibcStatic || a.Libc == lint.LibcNone) && isMuslName(a.Place()) {
			if _, seen := runs[family(a)]; !seen {
				runs[family(a)] = i
			}
		}
	}
	for i := range artifacts {
		a := &artifacts[i]
		if a.Verdict == lint.Runs || isMuslName(a.Place()) {
			continue
		}
		if other, ok := runs[family(a)]; ok {
			a.Instead = artifacts[other].Place()
		}
	}
}

// join draws verdicts together: a library that runs as part of something else runs, although
// nothing that it needs is found when it is loaded alone. Its run path is that of its loader.
func join(artifacts []lint.Artifact) {
	at := map[string]int{}
	for i := range artifacts {
		at[artifacts[i].Place()] = i
	}
	for i := range artifacts {
		for _, place := range artifacts[i].Loads {
			k, ok := at[place]
			if !ok || artifacts[i].Verdict != lint.Runs || artifacts[k].Form != lint.FormLibrary || artifacts[k].Verdict == lint.Runs {
				continue
			}
			Join(&artifacts[k], artifacts[i].Place())
		}
	}
}

// Join makes a library run as part of what loads it.
func Join(a *lint.Artifact, by string) {
	a.Verdict, a.Summary = lint.Runs, "as part of what loads it"
	a.Notes = append(a.Notes, "It is loaded by "+by+", whose run path finds what it needs.")
	a.MissingLibraries, a.MissingSymbols, a.InTheWay, a.Errors, a.Repairs = nil, nil, nil, nil, nil
}

// variants takes what was made for other processors than the target's for what it is, where
// something else was made for that one: another variant, which nobody means to run there.
func variants(artifacts []lint.Artifact) {
	meant := false
	for i := range artifacts {
		meant = meant || sameArch(artifacts[i].Arch, artifacts[i].Target.Arch)
	}
	for i := range artifacts {
		a := &artifacts[i]
		if meant && a.Arch != "" && !sameArch(a.Arch, a.Target.Arch) {
			*a = lint.Artifact{
				Path: a.Path, Inner: a.Inner, Kind: a.Kind, Form: lint.FormForeign, Target: a.Target, Arch: a.Arch, Libc: a.Libc,
				Verdict: lint.Undecided, Summary: "made for " + a.Arch,
			}
		}
	}
}

func isMuslName(name string) bool { return strings.Contains(strings.ToLower(name), "musl") }

// libcWords are what names say about the C library: linux-x64-gnu, linuxmusl-x64, node.glibc.
var libcWords = strings.NewReplacer("linuxmusl", "linux", "linux-musl", "linux", "linux_musl", "linux", "musleabihf", "eabihf", "gnueabihf", "eabihf",
	"-musl", "", "-gnu", "", "-glibc", "", ".musl", "", ".gnu", "", ".glibc", "", "_musl", "", "_gnu", "", "_glibc", "",
	"musllinux_1_1", "linux", "musllinux_1_2", "linux")

// family is the place of an artifact without what it says about the C library.
func family(a *lint.Artifact) string {
	return a.Arch + " " + libcWords.Replace(strings.ToLower(a.Place()))
}
