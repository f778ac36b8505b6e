package report

import "github.com/musllint/musllint/lint"

// jsonArtifact is a lint.Artifact. Up to errors its fields are those of the first schema; what
// came later stands behind them.
type jsonArtifact struct {
	Path      string            `json:"path"`
	Inner     string            `json:"inner"`
	Kind      lint.ArtifactKind `json:"kind"`
	Arch      string            `json:"arch"`
	Target    jsonTarget        `json:"target"`
	Interp    string            `json:"interp"`
	Libc      lint.ArtifactLibc `json:"libc"`
	Needed    []string          `json:"needed"`
	Verdict   lint.Verdict      `json:"verdict"`
	Libraries []jsonLibrary     `json:"missing_libraries"`
	Symbols   []jsonSymbol      `json:"missing_symbols"`
	Repairs   []jsonRepair      `json:"repairs"`
	Errors    []string          `json:"errors"`

	Summary  string            `json:"summary"`
	Form     lint.ArtifactForm `json:"form"`
	SoName   string            `json:"soname,omitempty"`
	Host     string            `json:"host,omitempty"`
	Language string            `json:"language,omitempty"`
	Packer   string            `json:"packer,omitempty"`
	Reasons  []string          `json:"libc_reasons"`
	Loads    []string          `json:"loads"`
	Assumed  []string          `json:"assumed"`
	InTheWay []string          `json:"in_the_way"`
	Instead  string            `json:"instead,omitempty"`
	Refused  string            `json:"refused,omitempty"`
	Notes    []string          `json:"notes"`
}

type jsonLibrary struct {
	Name     string `json:"name"`
	NeededBy string `json:"needed_by"`
	Package  string `json:"package"`
	Certain  bool   `json:"certain"` // that Package has it
}

type jsonSymbol struct {
	Name     string           `json:"name"`
	Version  string           `json:"version"`
	Library  string           `json:"library"`
	Object   string           `json:"object"`
	Group    lint.SymbolGroup `json:"group"`
	Deferred bool             `json:"deferred,omitempty"`
	Package  string           `json:"package"`
	Why      string           `json:"why,omitempty"`
}

type jsonRepair struct {
	Title      string   `json:"title"`
	Packages   []string `json:"packages"`
	Proved     bool     `json:"proved"`
	Env        []string `json:"env,omitempty"`
	Release    string   `json:"release,omitempty"`
	Dockerfile []string `json:"dockerfile"`
	Note       string   `json:"note,omitempty"`
}

func jsonArtifactsOf(artifacts []lint.Artifact) []jsonArtifact {
	list := make([]jsonArtifact, len(artifacts))
	for i := range artifacts {
		list[i] = jsonArtifactOf(&artifacts[i])
	}
	return list
}

func jsonArtifactOf(a *lint.Artifact) jsonArtifact {
	j := jsonArtifact{
		Path: a.Path, Inner: a.Inner, Kind: a.Kind, Arch: a.Arch, Target: jsonTarget(a.Target), Interp: a.Interp, Libc: a.Libc,
		Needed: present(a.Needed), Verdict: a.Verdict, Errors: present(a.Errors),
		Libraries: make([]jsonLibrary, len(a.MissingLibraries)),
		Symbols:   make([]jsonSymbol, len(a.MissingSymbols)),
		Repairs:   make([]jsonRepair, len(a.Repairs)),
		Summary:   a.Summary, Form: a.Form, SoName: a.SoName, Host: a.Host, Language: a.Language, Packer: a.Packer,
		Reasons: present(a.Reasons), Loads: present(a.Loads), Assumed: present(a.Assumed), InTheWay: present(a.InTheWay), Instead: a.Instead, Refused: a.Refused, Notes: present(a.Notes),
	}
	for i, l := range a.MissingLibraries {
		j.Libraries[i] = jsonLibrary(l)
	}
	for i, s := range a.MissingSymbols {
		j.Symbols[i] = jsonSymbol(s)
	}
	for i, r := range a.Repairs {
		j.Repairs[i] = jsonRepair{r.Title, present(r.Packages), r.Proved, r.Env, r.Release, present(r.Dockerfile), r.Note}
	}
	return j
}

// present makes an empty list [] instead of null.
func present(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
