package policy

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/musllint/musllint/lint"
)

var (
	idPattern      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]{2,8}[0-9]{3,5}$`) })
	versionPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`) })
	namePattern    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })
)

// maxCovers is how many failure classes a rule may answer for: one finding is one thing.
const maxCovers = 4

func lower(s string) string { return strings.ToLower(s) }

// parse reads the policies of one HCL file. Every mistake is a diagnostic with its place.
// What expressions read, call and yield is only checked when strict is set: tests have
// done it for the policies that the program carries.
func parse(src []byte, path string, strict bool) ([]*Policy, *hcl.File, hcl.Diagnostics) {
	file, diags := hclsyntax.ParseConfig(src, path, hcl.InitialPos)
	if diags.HasErrors() {
		for _, d := range diags {
			if d.Summary == "Invalid string literal" { // HCL's labels are plain text
				d.Detail += " A fix whose words need a template has them in title = \"…\"."
			}
		}
		return nil, file, diags
	}
	body := file.Body.(*hclsyntax.Body)
	for _, a := range sorted(body.Attributes) {
		diags = append(diags, mistake(a.NameRange, "Unexpected attribute", "A policy file holds policy blocks and nothing else."))
	}
	var list []*Policy
	for _, b := range body.Blocks {
		if b.Type != "policy" || len(b.Labels) != 1 {
			diags = append(diags, mistake(b.DefRange(), "Unexpected block", `Write policy "ID" { … }.`))
			continue
		}
		d := decoder{policy: &Policy{Path: path}}
		d.block(b)
		if strict && !d.diags.HasErrors() {
			d.references(b.Body)
		}
		if strict && !d.diags.HasErrors() {
			d.diags = append(d.diags, d.policy.types()...)
		}
		diags = append(diags, d.diags...)
		list = append(list, d.policy)
	}
	return list, file, diags
}

// mistake is an error that names its place.
func mistake(r hcl.Range, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &r}
}

// sorted returns attributes in source order, so that diagnostics come in it too.
func sorted(attrs hclsyntax.Attributes) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}

// decoder reads one policy block.
type decoder struct {
	policy *Policy
	diags  hcl.Diagnostics
}

func (d *decoder) fail(r hcl.Range, summary, detail string) {
	d.diags = append(d.diags, mistake(r, summary, detail))
}

func (d *decoder) block(b *hclsyntax.Block) {
	p := d.policy
	p.ID, p.Default, p.Covers = b.Labels[0], true, []string{}
	p.idRange = b.LabelRanges[0]
	if !idPattern().MatchString(p.ID) {
		d.fail(b.LabelRanges[0], "Bad policy id", "An id is two to eight capital letters and three to five digits, such as CORP001.")
	}
	for _, a := range sorted(b.Body.Attributes) {
		d.attribute(a)
	}
	for _, inner := range b.Body.Blocks {
		d.inner(inner)
	}
	required := []string{"name", "title", "severity"}
	if !p.Builtin {
		required = append(required, "message")
		if len(p.matches) == 0 {
			d.fail(b.DefRange(), "Incomplete policy", "Policy "+p.ID+" has no match block.")
		}
	}
	for _, name := range required {
		if b.Body.Attributes[name] == nil {
			d.fail(b.DefRange(), "Incomplete policy", "Policy "+p.ID+" has no "+name+".")
		}
	}
	p.URL = docsURL(p.ID)
	p.Fixable = repairsSources(p.repairs) || slices.ContainsFunc(p.fixes, func(f fixSpec) bool { return len(f.edits)+len(f.steps) > 0 })
	d.kinds(b)
}

// kinds refuses what a policy about uses, which are in no Dockerfile, can never do.
func (d *decoder) kinds(b *hclsyntax.Block) {
	p := d.policy
	uses := 0
	for _, m := range p.matches {
		if m.kind == useKind {
			uses++
		}
	}
	steps := slices.ContainsFunc(p.fixes, func(f fixSpec) bool { return len(f.steps) > 0 })
	switch {
	case uses > 0 && uses < len(p.matches):
		d.fail(b.DefRange(), "Mixed kinds", "A policy is about uses or about a Dockerfile, not both.")
	case uses > 0 && steps:
		d.fail(b.DefRange(), "Bad fix", "Recipes repair Dockerfiles, and a use is in none.")
	case uses > 0 && !slices.Contains([]string{"", "name", "file"}, p.once), uses == 0 && p.once == "name":
		d.fail(b.DefRange(), "Bad scope", "The scopes of once are name and file for uses, and all but name for Dockerfiles.")
	}
}

func (d *decoder) attribute(a *hclsyntax.Attribute) {
	p := d.policy
	switch a.Name {
	case "name":
		if p.Name = d.text(a); !namePattern().MatchString(p.Name) {
			d.fail(a.Expr.Range(), "Bad name", "A name is in kebab case: lower-case words joined by hyphens.")
		}
	case "title":
		p.Title = d.text(a)
	case "severity":
		p.Severity = d.severity(d.text(a), a.Expr.Range())
	case "default":
		p.Default = d.boolean(a)
	case "builtin":
		p.Builtin = d.boolean(a)
	case "covers":
		if p.Covers = d.list(a); len(p.Covers) > maxCovers {
			d.fail(a.Expr.Range(), "Too many classes", "A rule answers for at most four classes: one finding is one thing.")
		}
	case "links":
		p.Links = d.list(a)
	case "since":
		p.since = d.bound(a)
	case "until":
		p.until = d.bound(a)
	case "once":
		if p.once = d.text(a); !slices.Contains(onceScopes, p.once) {
			d.fail(a.Expr.Range(), "Bad scope", "once is one of "+strings.Join(onceScopes, ", ")+".")
		}
	case "consequence_of":
		p.consequenceOf = d.list(a)
	case "when":
		p.when = a.Expr
	case "at":
		p.at = a.Expr
	case "message":
		p.message = a.Expr
	case "evidence":
		p.evidence = a.Expr
	case "repairs":
		p.repairs = a.Expr
	case "fallback":
		p.fallback = d.boolean(a)
	default:
		d.fail(a.NameRange, "Unknown attribute", "A policy has no attribute "+a.Name+"."+hint(a.Name, policyAttributes))
	}
}

// onceScopes are what once may name.
var onceScopes = []string{"command", "instruction", "stage", "file", "name"}

var policyAttributes = []string{"name", "title", "severity", "default", "covers", "links", "since", "until", "once", "consequence_of", "fallback", "when", "at", "message", "evidence", "repairs"}

func (d *decoder) inner(b *hclsyntax.Block) {
	switch {
	case b.Type == "match" && len(b.Labels) == 1:
		d.match(b)
	case b.Type == "severity_when" && len(b.Labels) == 1:
		s := severityWhen{severity: d.severity(b.Labels[0], b.LabelRanges[0])}
		for _, a := range sorted(b.Body.Attributes) {
			if a.Name == "when" {
				s.when = a.Expr
			} else {
				d.fail(a.NameRange, "Unknown attribute", "severity_when has only the attribute when.")
			}
		}
		if s.when == nil {
			d.fail(b.DefRange(), "Incomplete block", "severity_when has no when.")
			return
		}
		d.policy.severities = append(d.policy.severities, s)
	case b.Type == "fix" && len(b.Labels) == 1:
		d.fix(b)
	default:
		d.fail(b.DefRange(), "Unexpected block", `A policy holds match "KIND", severity_when "SEVERITY" and fix "TITLE" blocks.`)
	}
}

func (d *decoder) match(b *hclsyntax.Block) {
	m := match{kind: b.Labels[0]}
	kind, ok := kinds[m.kind]
	if !ok {
		d.fail(b.LabelRanges[0], "Unknown kind", "There is no kind of subject "+m.kind+"."+hint(m.kind, keysOf(kinds)))
		return
	}
	for _, a := range sorted(b.Body.Attributes) {
		if _, ok := kind.Keys[a.Name]; !ok {
			d.fail(a.NameRange, "Unknown key", "A "+m.kind+" cannot be matched by "+a.Name+"."+hint(a.Name, keysOf(kind.Keys)))
			continue
		}
		mistakes := len(d.diags)
		values := d.list(a)
		if len(values) == 0 && len(d.diags) == mistakes {
			d.fail(a.Expr.Range(), "Empty list", "An empty list matches nothing: leave the key out, or name values.")
		}
		for _, v := range values {
			if strings.ContainsAny(v, "|,\t\n") {
				d.fail(a.Expr.Range(), "Bad value", "A value to match holds no comma, bar, tab or line end; use ? or * for it.")
				continue
			}
			d.word(m.kind, a.Name, v, a.Expr.Range())
		}
		m.keys = append(m.keys, matchKey{a.Name, values})
	}
	for _, inner := range b.Body.Blocks {
		d.fail(inner.DefRange(), "Unexpected block", "A match block holds only lists.")
	}
	d.policy.matches = append(d.policy.matches, m)
}

func (d *decoder) fix(b *hclsyntax.Block) {
	var own step // of recipe = "…"
	f := fixSpec{safety: lint.Manual, title: &hclsyntax.LiteralValueExpr{Val: cty.StringVal(b.Labels[0]), SrcRange: b.LabelRanges[0]}}
	for _, a := range sorted(b.Body.Attributes) {
		switch a.Name {
		case "safety":
			f.safety = lint.Safety(d.text(a))
			if f.safety != lint.Safe && f.safety != lint.Unsafe && f.safety != lint.Manual {
				d.fail(a.Expr.Range(), "Bad safety", "safety is one of safe, unsafe, manual.")
			}
		case "title":
			f.title = a.Expr
		case "when":
			f.when = a.Expr
		case "recipe":
			own.recipe, own.named = d.text(a), a.Expr.Range()
		case "with":
			own.with = a.Expr
		case "at":
			own.at = a.Expr
		default:
			d.fail(a.NameRange, "Unknown attribute", "A fix has no attribute "+a.Name+"."+hint(a.Name, []string{"safety", "title", "when", "recipe", "with", "at"}))
		}
	}
	switch {
	case own.recipe != "":
		f.steps = append(f.steps, own)
	case own.with != nil || own.at != nil:
		d.fail(b.DefRange(), "Bad fix", "with and at belong to a recipe.")
	}
	for _, inner := range b.Body.Blocks {
		switch {
		case inner.Type == "edit" && len(inner.Labels) == 0:
			f.edits = append(f.edits, d.edit(inner))
		case inner.Type == "recipe" && len(inner.Labels) == 1:
			f.steps = append(f.steps, d.step(inner))
		default:
			d.fail(inner.DefRange(), "Unexpected block", `A fix holds edit blocks and recipe "NAME" blocks.`)
		}
	}
	if (f.safety == lint.Manual) != (len(f.edits)+len(f.steps) == 0) {
		d.fail(b.DefRange(), "Bad fix", "A manual fix has neither edits nor recipes, and every other one has some.")
	}
	d.policy.fixes = append(d.policy.fixes, f)
}

func (d *decoder) edit(b *hclsyntax.Block) editSpec {
	var e editSpec
	for _, a := range sorted(b.Body.Attributes) {
		switch a.Name {
		case "at":
			e.at = a.Expr
		case "with":
			e.with = a.Expr
		case "insert_before":
			e.before = d.boolean(a)
		case "insert_after":
			e.after = d.boolean(a)
		default:
			d.fail(a.NameRange, "Unknown attribute", "An edit has the attributes at, with, insert_before and insert_after.")
		}
	}
	if e.at == nil || e.with == nil {
		d.fail(b.DefRange(), "Incomplete edit", "An edit has at and with.")
	}
	return e
}

// literal evaluates an attribute that may hold no variables.
func (d *decoder) literal(a *hclsyntax.Attribute, want cty.Type, what string) (cty.Value, bool) {
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsWhollyKnown() {
		d.fail(a.Expr.Range(), "Not a literal", a.Name+" has to be "+what+" without variables.")
		return v, false
	}
	if want == cty.List(cty.String) {
		if !v.Type().IsTupleType() {
			d.fail(a.Expr.Range(), "Wrong type", a.Name+" has to be "+what+".")
			return v, false
		}
		return v, true
	}
	if v.Type() != want {
		d.fail(a.Expr.Range(), "Wrong type", a.Name+" has to be "+what+".")
		return v, false
	}
	return v, true
}

func (d *decoder) text(a *hclsyntax.Attribute) string {
	if v, ok := d.literal(a, cty.String, "a text"); ok {
		return v.AsString()
	}
	return ""
}

func (d *decoder) boolean(a *hclsyntax.Attribute) bool {
	v, ok := d.literal(a, cty.Bool, "true or false")
	return ok && v.True()
}

func (d *decoder) list(a *hclsyntax.Attribute) []string {
	list := []string{}
	v, ok := d.literal(a, cty.List(cty.String), "a list of texts")
	if !ok {
		return list
	}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if e.IsNull() || e.Type() != cty.String {
			d.fail(a.Expr.Range(), "Wrong type", a.Name+" has to be a list of texts.")
			return list
		}
		list = append(list, e.AsString())
	}
	return list
}

func (d *decoder) severity(name string, r hcl.Range) lint.Severity {
	s, err := lint.ParseSeverity(name)
	if err != nil {
		d.fail(r, "Bad severity", "A severity is info, warning or error.")
	}
	return s
}

func (d *decoder) bound(a *hclsyntax.Attribute) bound {
	system, version, _ := strings.Cut(d.text(a), ":")
	edge := system == "alpine" && version == "edge"
	if system != "alpine" && system != "musl" || !edge && !versionPattern().MatchString(version) {
		d.fail(a.Expr.Range(), "Bad release", `Write "alpine:3.16", "alpine:edge" or "musl:1.2.4".`)
	}
	return bound{system, version}
}

// hint proposes the nearest of the names that exist.
func hint(name string, names []string) string {
	best, distance := "", 3
	for _, n := range names {
		if d := levenshtein.Distance(name, n, nil); d < distance {
			best, distance = n, d
		}
	}
	if best == "" {
		return ""
	}
	return " Did you mean " + best + "?"
}

func keysOf[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
