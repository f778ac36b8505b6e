package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/musllint/musllint/lint"
)

const (
	tableRows   = 40 // of the table of artifacts
	runningRows = 20 // of files that run; more are counted only
	detailed    = 12 // artifacts whose details are shown
	errorLines  = 8  // of one artifact
	namesInLine = 8  // symbols of a group

	placeColumns = 80 // for the place of an artifact in the table
)

// artifacts writes a table of all artifacts, then what is to be known about those that do not
// run.
func (t *textWriter) artifacts() {
	all := t.report.Artifacts
	if len(all) == 0 {
		return
	}
	rows := rowsOf(all)
	t.table(rows)
	t.refused(all)
	bad := badArtifacts(all)
	t.lost = lostContainers(bad)
	several := slices.ContainsFunc(rows, func(r artifactRow) bool { return len(r.on) > 1 })
	groups := grouped(bad, t.opt.All)
	for i, group := range groups {
		if i == detailed && !t.opt.All {
			rest := 0
			for _, g := range groups[i:] {
				rest += len(g)
			}
			t.blank()
			fmt.Fprintf(t.out, "and %s that do not run; --all shows what is wrong with them\n", counted(rest, "more file"))
			break
		}
		t.blank()
		t.artifact(group[0], several)
		if len(group) > 1 {
			t.remark("note", styleInfo, "the same is wrong with "+counted(len(group)-1, "more file")+ofIt(group)+": "+t.folded(places(group)[1:]))
		}
	}
	t.together(bad)
	t.blank()
}

// badArtifacts are those that details are shown of: what does not run, but for libraries that
// are loaded by something else which does not run. One artifact alone is always shown.
func badArtifacts(all []lint.Artifact) []*lint.Artifact {
	part := map[string]bool{}
	for i := range all {
		if s, bad := all[i].Severity(); bad && s >= lint.Warning {
			for _, l := range all[i].Loads {
				part[l] = true
			}
		}
	}
	var bad []*lint.Artifact
	for i := range all {
		s, isBad := all[i].Severity()
		if len(all) == 1 || isBad && s >= lint.Warning && !part[all[i].Place()] {
			bad = append(bad, &all[i])
		}
	}
	return bad
}

// grouped puts artifacts together that have the same wrong with them.
func grouped(artifacts []*lint.Artifact, apart bool) [][]*lint.Artifact {
	var groups [][]*lint.Artifact
	at := map[string]int{}
	for _, a := range artifacts {
		key := complaint(a)
		n, seen := at[key]
		if !seen || apart {
			n = len(groups)
			at[key] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], a)
	}
	return groups
}

// complaint is what is wrong with an artifact, without its own name.
func complaint(a *lint.Artifact) string {
	var b strings.Builder
	fmt.Fprintln(&b, withoutArch(a.Target), a.Verdict, a.InTheWay, a.Notes, a.Instead)
	for _, l := range a.MissingLibraries {
		fmt.Fprintln(&b, l.Name)
	}
	for _, s := range a.MissingSymbols {
		fmt.Fprintln(&b, s.Name, s.Deferred)
	}
	for _, r := range a.Repairs {
		fmt.Fprintln(&b, r.Title)
	}
	return b.String()
}

// places are the names of artifacts, without that of the container when all lie in one.
func places(artifacts []*lint.Artifact) []string {
	inner := inOne(artifacts)
	var names []string
	for _, a := range artifacts {
		if inner {
			names = append(names, a.Inner)
		} else {
			names = append(names, a.Place())
		}
	}
	return names
}

// inOne reports whether artifacts lie in one container.
func inOne(artifacts []*lint.Artifact) bool {
	for _, a := range artifacts {
		if a.Inner == "" || a.Path != artifacts[0].Path {
			return false
		}
	}
	return true
}

func ofIt(artifacts []*lint.Artifact) string {
	if inOne(artifacts) {
		return " of " + filepath.Base(artifacts[0].Path)
	}
	return ""
}

// refused says which containers their installer does not take.
func (t *textWriter) refused(all []lint.Artifact) {
	said := map[string]bool{}
	for i := range all {
		line := all[i].Refused
		if line == "" || said[line] {
			continue
		}
		if len(said) == 0 {
			t.blank()
			t.out.WriteString("pip on musl refuses to install:\n")
		}
		said[line] = true
		fmt.Fprintf(t.out, "  %s %s\n", t.paint(styleMargin, "|"), printable(line))
	}
}

// lostContainers finds, of each container with a file that no package repairs, the first such
// file: what to do about it is what to do about the whole container.
func lostContainers(bad []*lint.Artifact) map[string]*lint.Artifact {
	lost := map[string]*lint.Artifact{}
	for _, a := range bad {
		s, _ := a.Severity()
		if a.Inner == "" || s < lint.Error || len(a.Repairs) == 0 || a.Repairs[0].Proved {
			continue
		}
		if key := containerOf(a); lost[key] == nil {
			lost[key] = a
		}
	}
	return lost
}

// containerOf names the container of an artifact on a target.
func containerOf(a *lint.Artifact) string { return a.Path + " " + targetName(withoutArch(a.Target)) }

func (t *textWriter) blank() { t.out.WriteByte('\n') }

// artifactRow is a line of the table: one file on each target.
type artifactRow struct {
	place string
	on    []*lint.Artifact
}

func rowsOf(all []lint.Artifact) []artifactRow {
	var rows []artifactRow
	at := map[string]int{}
	for i := range all {
		a := &all[i]
		n, seen := at[a.Place()]
		if !seen {
			n = len(rows)
			at[a.Place()] = n
			rows = append(rows, artifactRow{place: a.Place()})
		}
		rows[n].on = append(rows[n].on, a)
	}
	slices.SortStableFunc(rows, func(a, b artifactRow) int { return b.rank() - a.rank() })
	return rows
}

// rank orders rows: what fails comes first, then what is not certain, then what runs.
func (r artifactRow) rank() int {
	rank := 0
	for _, a := range r.on {
		if s, bad := a.Severity(); bad {
			rank = max(rank, 1+int(s))
		}
	}
	return rank
}

// table writes one line a file. Where many run, those are counted only.
func (t *textWriter) table(rows []artifactRow) {
	shown, hidden := rows, 0
	bad := slices.IndexFunc(rows, func(r artifactRow) bool { return r.rank() == 0 })
	if bad >= 0 && len(rows)-bad > runningRows && !t.opt.All {
		shown, hidden = rows[:bad], len(rows)-bad
	}
	rest := 0
	if len(shown) > tableRows && !t.opt.All {
		rest = len(shown) - tableRows
		shown = shown[:tableRows]
	}
	columns := [][]string{{"FILE"}, {"WHAT"}}
	columns[0] = append(columns[0], shortPlaces(shown)...)
	for _, r := range shown {
		columns[1] = append(columns[1], what(r.on[0]))
	}
	if len(shown) > 0 {
		t.grid(columns, shown)
	}
	if rest > 0 {
		fmt.Fprintf(t.out, "and %s that do not run; --all shows them\n", counted(rest, "more file"))
	}
	if hidden > 0 {
		fmt.Fprintf(t.out, "and %s that run, or are none of musl's business; --all shows them\n", counted(hidden, "file"))
	}
}

// grid writes rows below each other, with the verdicts on each target behind them.
func (t *textWriter) grid(columns [][]string, rows []artifactRow) {
	var heads []string
	for _, a := range widest(rows).on {
		target := a.Target
		target.Arch = "" // each file has its own
		heads = append(heads, "ON "+strings.ToUpper(targetName(target)))
	}
	width := [2]int{}
	for i := range columns {
		for _, cell := range columns[i] {
			width[i] = max(width[i], textWidth(cell))
		}
	}
	line := func(style string, first, second string, rest []string) {
		fmt.Fprintf(t.out, "%s  %s  %s\n", pad(t.paint(style, first), width[0]-textWidth(first)), pad(second, width[1]-textWidth(second)), strings.TrimRight(strings.Join(rest, "  "), " "))
	}
	line(styleStrong, columns[0][0], columns[1][0], heads)
	for i, r := range rows {
		var cells []string
		for n, a := range r.on {
			cell := t.verdict(a, len(r.on) == 1)
			if len(r.on) > 1 {
				cell = pad(cell, textWidth(heads[min(n, len(heads)-1)])-textWidth(string(a.Verdict)))
			}
			cells = append(cells, cell)
		}
		line(stylePlain, columns[0][i+1], columns[1][i+1], cells)
	}
}

func widest(rows []artifactRow) artifactRow {
	return slices.MaxFunc(rows, func(a, b artifactRow) int { return len(a.on) - len(b.on) })
}

func pad(s string, n int) string { return s + strings.Repeat(" ", max(n, 0)) }

// shortPlaces are the names of rows for the table. What cutting would make alike stays whole.
func shortPlaces(rows []artifactRow) []string {
	count := map[string]int{}
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = shortPlace(printable(r.place), placeColumns)
		count[names[i]]++
	}
	for i, r := range rows {
		if count[names[i]] > 1 {
			names[i] = printable(r.place)
		}
	}
	return names
}

// shortPlace cuts a long place. Of a container its name is kept, or how that begins.
func shortPlace(s string, limit int) string {
	outer, inner, ok := strings.Cut(s, "!/")
	if utf8.RuneCountInString(s) <= limit || !ok {
		return shortened(s, limit)
	}
	outer = filepath.Base(outer)
	room := max(limit/3, limit-utf8.RuneCountInString("!/"+inner))
	if name := []rune(outer); len(name) > room {
		outer = string(name[:room-len(ellipsis)]) + ellipsis
	}
	return outer + "!/" + shortened(inner, limit-utf8.RuneCountInString(outer+"!/"))
}

// shortened cuts a long path in its middle, where it says least.
func shortened(s string, limit int) string {
	text := []rune(s)
	if len(text) <= limit {
		return s
	}
	tail := limit * 3 / 4
	return string(text[:limit-tail-len(ellipsis)]) + ellipsis + string(text[len(text)-tail:])
}

// verdict is a cell of the table: the verdict, and why.
func (t *textWriter) verdict(a *lint.Artifact, long bool) string {
	style := styleRepair
	switch s, bad := a.Severity(); {
	case bad:
		style = severityStyle(s)
	case a.Verdict != lint.Runs:
		style = styleInfo
	}
	cell := t.paint(style, string(a.Verdict))
	if !long {
		return cell
	}
	switch {
	case a.Instead != "":
		cell += ", but the build for musl beside it runs"
	case a.Summary != "":
		cell += ": " + printable(a.Summary)
	}
	return cell
}

// what says what a file is.
func what(a *lint.Artifact) string {
	text := string(a.Form)
	switch a.Form {
	case lint.FormProgram:
		text = "program"
	case lint.FormStatic, lint.FormStaticPIE:
		text = "static program"
	case lint.FormLibrary:
		text = "shared library"
	case lint.FormPlugin:
		if text = a.Plugin; text == "" {
			text = "plugin"
		}
	case lint.FormObject:
		text = "object file"
	case lint.FormArchive:
		text = "static library"
	case lint.FormDebug:
		text = "debugging information"
	case lint.FormKernelModule:
		text = "kernel module"
	case lint.FormCore:
		text = "core dump"
	case lint.FormForeign:
		return strings.TrimSuffix("for another system, "+a.Arch, ", ")
	}
	switch a.Language {
	case "go":
		text = "Go " + text
	case "rust":
		text = "Rust " + text
	}
	if a.Libc == lint.LibcGlibc || a.Libc == lint.LibcMusl {
		text += " for " + string(a.Libc)
	}
	if a.Arch != "" {
		text += ", " + a.Arch
	}
	return text
}

// artifact writes the details of one artifact.
func (t *textWriter) artifact(a *lint.Artifact, several bool) {
	style := styleRepair
	if s, bad := a.Severity(); bad {
		style = severityStyle(s)
	}
	label := string(a.Verdict)
	if several {
		label += " on " + targetName(a.Target)
	}
	t.margin = " "
	t.labelled("", label, style, a.Place(), styleStrong)
	t.remark("it is", styleInfo, "a "+what(a)+because(a.Reasons))
	for i, e := range a.Errors {
		if i == errorLines && len(a.Errors) > i+1 && !t.opt.All {
			fmt.Fprintf(t.out, "  %s and %d more; --all shows them\n", t.paint(styleMargin, "|"), len(a.Errors)-i)
			break
		}
		fmt.Fprintf(t.out, "  %s %s\n", t.paint(styleMargin, "|"), printable(e))
	}
	t.missing(a)
	for _, n := range a.Notes {
		t.remark("note", styleInfo, n)
	}
	if len(a.Assumed) > 0 {
		t.remark("note", styleInfo, "that "+strings.Join(a.Assumed, ", ")+" of Alpine's packages "+hasHave(len(a.Assumed))+" what it takes from there is assumed")
	}
	if a.Instead != "" {
		t.remark("note", styleInfo, a.Instead+" is the build for musl, and runs")
	}
	if len(a.InTheWay) > 0 && a.Verdict != lint.Runs {
		t.remark("note", styleInfo, "packages of "+targetName(withoutArch(a.Target))+" do not repair it: in the way "+isAre(len(a.InTheWay))+" "+t.folded(a.InTheWay))
	}
	if first := t.lost[containerOf(a)]; a.Inner != "" && first != nil && first != a {
		t.remark("do", styleRepair, "the same as for "+first.Inner+": packages do not repair "+filepath.Base(a.Path)+" as a whole")
		return
	}
	for i, r := range a.Repairs {
		t.repair(i, r)
	}
}

func because(reasons []string) string {
	if len(reasons) == 0 {
		return ""
	}
	return ": " + strings.Join(reasons, ", ")
}

func hasHave(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func withoutArch(t lint.Target) lint.Target {
	t.Arch = ""
	return t
}

// folded names the first things of a list.
func (t *textWriter) folded(names []string) string {
	if len(names) <= namesInLine+1 || t.opt.All {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:namesInLine], ", "), len(names)-namesInLine)
}

// groups are what missing symbols have in common, in the order in which they are shown.
var groups = []struct {
	group lint.SymbolGroup
	name  string
	text  string
}{
	{lint.GroupGlibc, "of glibc", "functions that glibc has and musl has not"},
	{lint.GroupFortify, "of _FORTIFY_SOURCE", "variants that check buffers; glibc's headers put them in the place of the plain functions, which musl has"},
	{lint.GroupLibstdcxx, "of libstdc++", "of a newer GCC than the target's, or of a C++ library that nothing loads"},
	{lint.GroupHost, "of a host program", "the program that loads the file may have them"},
	{lint.GroupOther, "of others", "no library that is loaded has them"},
}

// missing writes what is missing, by group.
func (t *textWriter) missing(a *lint.Artifact) {
	var known []string
	for _, l := range a.MissingLibraries {
		switch {
		case l.Package != "" && l.Certain:
			known = append(known, l.Name+" (package "+l.Package+")")
		case l.Package != "":
			known = append(known, l.Name+" (probably package "+l.Package+")")
		default:
			known = append(known, l.Name+" (no package)")
		}
	}
	if len(known) > 0 {
		t.remark("missing libraries", styleInfo, t.folded(known))
	}
	for _, g := range groups {
		for _, deferred := range []bool{false, true} {
			t.group(a, g.group, g.name, g.text, deferred)
		}
	}
}

func (t *textWriter) group(a *lint.Artifact, group lint.SymbolGroup, name, text string, deferred bool) {
	var names []string
	packages := map[string]int{}
	why := ""
	for _, s := range a.MissingSymbols {
		if s.Group != group || s.Deferred != deferred || slices.Contains(names, s.Name) {
			continue
		}
		names = append(names, s.Name)
		packages[s.Package]++
		why = s.Why
	}
	if len(names) == 0 {
		return
	}
	label := "missing symbols " + name
	if deferred {
		label = "missing when called, " + name
	}
	list := t.folded(names)
	switch {
	case len(names) == 1 && why != "":
		list += ": " + why
	default:
		list += ": " + text
	}
	for _, pkg := range sortedKeys(packages) {
		switch {
		case pkg == "":
		case packages[pkg] == len(names):
			list += "; " + pkg + " has " + itThem(len(names))
		default:
			list += fmt.Sprintf("; %s has %d of them", pkg, packages[pkg])
		}
	}
	t.remark(label, styleInfo, list)
}

func itThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func sortedKeys(m map[string]int) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// repair writes one way to repair.
func (t *textWriter) repair(i int, r lint.Repair) {
	label := "do"
	if i > 0 {
		label = "or do"
	}
	title := r.Title
	if r.Proved {
		title += " (proved: the loader then finds everything)"
	}
	t.remark(label, styleRepair, title)
	for _, line := range r.Dockerfile {
		fmt.Fprintf(t.out, "       %s\n", t.paint(styleStrong, printable(line)))
	}
	if r.Note != "" {
		t.remark("note", styleInfo, r.Note)
	}
}

// together writes the packages of several repairs in one line.
func (t *textWriter) together(bad []*lint.Artifact) {
	packages := map[string]int{}
	repaired, env := 0, []string(nil)
	for _, a := range bad {
		if len(a.Repairs) == 0 || !a.Repairs[0].Proved || a.Repairs[0].Release != "" || a.Target != bad[0].Target {
			continue
		}
		repaired++
		for _, p := range a.Repairs[0].Packages {
			packages[p]++
		}
		for _, e := range a.Repairs[0].Env {
			if strings.HasPrefix(e, "LD_PRELOAD=") && !slices.Contains(env, e) {
				env = append(env, e)
			}
		}
	}
	if repaired < 2 || len(packages) == 0 || len(env) > 1 {
		return
	}
	t.blank()
	fmt.Fprintf(t.out, "For the %d that packages repair:\n", repaired)
	fmt.Fprintf(t.out, "       %s\n", t.paint(styleStrong, "RUN apk add --no-cache "+strings.Join(sortedKeys(packages), " ")))
	for _, e := range env {
		fmt.Fprintf(t.out, "       %s\n", t.paint(styleStrong, "ENV "+printable(e)))
	}
}
