package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// maxSize is far above any configuration that a person would write, in bytes.
const maxSize = 1 << 20

// Load reads a configuration file. Version is that of the running musllint, for
// required_version. The files are what diagnostics speak of, by the names they use. The
// Config is nil when there are errors.
func Load(path, version string) (*Config, map[string]*hcl.File, hcl.Diagnostics) {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, nil, unreadable(err)
	}
	// A pipe that nobody writes to would never end.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !strings.HasPrefix(path, "/dev/") {
		return nil, nil, unreadable(fmt.Errorf("%s is not a regular file", path))
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, unreadable(err)
	}
	if len(src) > maxSize {
		return nil, nil, unreadable(fmt.Errorf("%s is larger than %d bytes", path, maxSize))
	}
	c, file, diags := parse(src, path, dir, version)
	return c, map[string]*hcl.File{path: file}, diags
}

func unreadable(err error) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Unreadable configuration", Detail: err.Error()}}
}

func parse(src []byte, name, dir, version string) (*Config, *hcl.File, hcl.Diagnostics) {
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, file, diags
	}
	d := decoder{config: &Config{Dir: dir, Source: file}}
	// A file for another version may well hold what this one does not know: the version is
	// then the only thing worth saying.
	if d.version(file.Body, version); len(d.diags) == 0 {
		d.file(file.Body)
	}
	// HCL itself finds unknown arguments in the random order of a map.
	slices.SortStableFunc(d.diags, func(a, b *hcl.Diagnostic) int { return a.Subject.Start.Byte - b.Subject.Start.Byte })
	if d.diags.HasErrors() {
		return nil, file, d.diags
	}
	return d.config, file, d.diags
}

var versionSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "required_version"}}}

var fileSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "required_version"}, {Name: "fail_on"}, {Name: "policies"}, {Name: "exclude"}, {Name: "require_reason"},
		{Name: "platforms"}, {Name: "build_args"}, {Name: "select"}, {Name: "ignore"},
	},
	Blocks: []hcl.BlockHeaderSchema{
		{Type: "rule", LabelNames: []string{"id"}},
		{Type: "base_image", LabelNames: []string{"pattern"}},
	},
}

var ruleSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "severity"}, {Name: "ignorable"}, {Name: "paths"}},
}

var imageSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "libc"}, {Name: "distro"}, {Name: "release"}, {Name: "version"}, {Name: "like"}},
}

// A decoder fills in a Config and gathers what is wrong.
type decoder struct {
	config *Config
	diags  hcl.Diagnostics
}

func (d *decoder) fail(at hcl.Range, summary, format string, args ...any) {
	d.diags = append(d.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at,
	})
}

func (d *decoder) version(body hcl.Body, version string) {
	content, _, _ := body.PartialContent(versionSchema)
	attr, ok := content.Attributes["required_version"]
	if !ok {
		return
	}
	text, ok := d.text(attr)
	if !ok {
		return
	}
	required, ok := parseConstraints(text)
	switch {
	case !ok:
		d.fail(attr.Expr.Range(), "Wrong version constraint", `Want versions with an operator, separated by commas, such as ">= 0.3, < 2".`)
	case !permit(required, version):
		d.fail(attr.Expr.Range(), "Unsupported musllint version", "This is musllint %s, and the configuration asks for %s.", version, text)
	}
}

func (d *decoder) file(body hcl.Body) {
	content, diags := body.Content(fileSchema)
	d.diags = append(d.diags, diags...)
	c := d.config
	for _, attr := range inOrder(content.Attributes) {
		switch attr.Name {
		case "fail_on":
			c.FailOn, _ = d.oneOf(attr, "info", "warning", "error", "never")
		case "policies":
			for _, p := range d.list(attr) {
				c.Policies = append(c.Policies, filepath.Join(c.Dir, filepath.FromSlash(p)))
			}
		case "exclude":
			c.Exclude = d.patterns(attr)
		case "require_reason":
			c.RequireReason = d.flag(attr)
		case "platforms":
			c.Platforms = d.platforms(attr)
		case "build_args":
			c.BuildArgs = d.arguments(attr)
		case "select":
			c.Select = d.rules(attr)
		case "ignore":
			c.Ignore = d.rules(attr)
		}
	}
	for _, b := range content.Blocks {
		if b.Type == "rule" {
			d.rule(b)
		} else {
			d.image(b)
		}
	}
}

func (d *decoder) rule(b *hcl.Block) {
	content, diags := b.Body.Content(ruleSchema)
	d.diags = append(d.diags, diags...)
	r := Rule{IDs: strings.TrimSuffix(b.Labels[0], "*"), Range: b.LabelRanges[0], dir: d.config.Dir}
	if r.IDs == "" || strings.Contains(r.IDs, "*") {
		d.fail(b.LabelRanges[0], "Wrong rule", `Want an id such as "ML1101", or how several begin, such as "ML2*".`)
	}
	for _, attr := range inOrder(content.Attributes) {
		switch attr.Name {
		case "severity":
			d.severity(attr, &r)
		case "ignorable":
			yes := d.flag(attr)
			r.Ignorable = &yes
		case "paths":
			r.paths = d.patterns(attr)
		}
	}
	d.config.Rules = append(d.config.Rules, r)
}

func (d *decoder) severity(attr *hcl.Attribute, r *Rule) {
	name, ok := d.oneOf(attr, "info", "warning", "error", "off")
	if r.Off = name == "off"; ok && !r.Off {
		s, _ := lint.ParseSeverity(name)
		r.Severity = &s
	}
}

func (d *decoder) image(b *hcl.Block) {
	content, diags := b.Body.Content(imageSchema)
	d.diags = append(d.diags, diags...)
	o := dockerfile.Override{Pattern: b.Labels[0]}
	for _, attr := range inOrder(content.Attributes) {
		if attr.Name == "libc" {
			name, _ := d.oneOf(attr, string(lint.Musl), string(lint.Glibc), string(lint.UClibc), string(lint.None))
			o.Libc = lint.Libc(name)
			continue
		}
		text, _ := d.text(attr)
		switch attr.Name {
		case "distro":
			o.Distro = text
		case "release":
			o.Release = text
		case "version":
			o.Version = text
		case "like":
			o.Like = text
			if text != "" && !KnownImage(text) {
				d.fail(attr.Expr.Range(), "Unknown image", "Nothing is known about %q either. Say libc, distro and release instead.", text)
			}
		}
	}
	if len(content.Attributes) == 0 && !diags.HasErrors() {
		d.fail(b.DefRange, "Empty base_image", "Say what the image is: libc, distro and release, or like = an image that is known.")
	}
	d.config.Images = append(d.config.Images, o)
}

// inOrder returns attributes as the file has them, so that diagnostics come in order.
func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	list := make([]*hcl.Attribute, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hcl.Attribute) int { return a.Range.Start.Byte - b.Range.Start.Byte })
	return list
}

// value evaluates an attribute, which may hold no variables, and converts it.
func (d *decoder) value(attr *hcl.Attribute, want cty.Type, what string) (cty.Value, bool) {
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() {
		d.diags = append(d.diags, diags...)
		return v, false
	}
	converted, err := convert.Convert(v, want)
	if err != nil || converted.IsNull() || !converted.IsWhollyKnown() || holdsNull(converted) {
		d.fail(attr.Expr.Range(), "Wrong type", "%s has to be %s.", attr.Name, what)
		return v, false
	}
	return converted, true
}

func holdsNull(v cty.Value) bool {
	if !v.CanIterateElements() {
		return false
	}
	for it := v.ElementIterator(); it.Next(); {
		if _, e := it.Element(); e.IsNull() {
			return true
		}
	}
	return false
}

func (d *decoder) text(attr *hcl.Attribute) (string, bool) {
	v, ok := d.value(attr, cty.String, "a string")
	if !ok {
		return "", false
	}
	return v.AsString(), true
}

func (d *decoder) oneOf(attr *hcl.Attribute, words ...string) (string, bool) {
	text, ok := d.text(attr)
	if ok && !slices.Contains(words, text) {
		d.fail(attr.Expr.Range(), "Wrong value", "%s has to be one of %s.", attr.Name, strings.Join(words, ", "))
		return "", false
	}
	return text, ok
}

func (d *decoder) flag(attr *hcl.Attribute) bool {
	v, ok := d.value(attr, cty.Bool, "true or false")
	return ok && v.True()
}

func (d *decoder) list(attr *hcl.Attribute) []string {
	v, ok := d.value(attr, cty.List(cty.String), "a list of strings")
	if !ok {
		return nil
	}
	list := []string{}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		list = append(list, e.AsString())
	}
	return list
}

// words is list with the place of each element.
func (d *decoder) words(attr *hcl.Attribute) []Word {
	exprs, _ := hcl.ExprList(attr.Expr) // nil for a list that is not written element by element
	var words []Word
	for i, text := range d.list(attr) {
		w := Word{text, attr.Expr.Range()}
		if i < len(exprs) {
			w.Range = exprs[i].Range()
		}
		words = append(words, w)
	}
	return words
}

func (d *decoder) rules(attr *hcl.Attribute) []string {
	texts := []string{}
	for _, w := range d.words(attr) {
		texts = append(texts, w.Text)
		d.config.Chosen = append(d.config.Chosen, w)
	}
	return texts
}

func (d *decoder) platforms(attr *hcl.Attribute) []string {
	texts := []string{}
	for _, w := range d.words(attr) {
		texts = append(texts, w.Text)
		if _, ok := Platform(w.Text); !ok {
			d.fail(w.Range, "Unknown platform", `Want "linux/" and an architecture, such as "linux/arm64".`)
		}
	}
	return texts
}

func (d *decoder) patterns(attr *hcl.Attribute) []string {
	list := d.list(attr)
	for _, p := range list {
		if !doublestar.ValidatePattern(p) {
			d.fail(attr.Expr.Range(), "Wrong pattern", "%q is no pattern of paths.", p)
		}
	}
	return list
}

func (d *decoder) arguments(attr *hcl.Attribute) map[string]string {
	v, ok := d.value(attr, cty.Map(cty.String), "a map of strings, such as { BASE = \"alpine:3.20\" }")
	if !ok {
		return nil
	}
	args := map[string]string{}
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		args[k.AsString()] = e.AsString()
	}
	return args
}
