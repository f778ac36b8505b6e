package policy

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// entry is what the index knows of a policy without parsing it.
type entry struct {
	id, name, path string
	byDefault      bool
	fallback       bool
	when           span
	matches        []match
}

// A span is where an expression stands in its file. The zero span is that of no
// expression.
type span struct {
	start, end   int // offsets
	line, column int // of the start
}

func spanOf(expr hcl.Expression) span {
	if expr == nil {
		return span{}
	}
	r := expr.Range()
	return span{r.Start.Byte, r.End.Byte, r.Start.Line, r.Start.Column}
}

// The index has a line a policy: id, name, path, default, fallback, the span of when, then a
// field a match block. Fields are separated by tabs; the numbers of a span by blanks; in a match
// block the kind and the keys by bars and the values of a key by commas. It is embedded,
// so that a start parses no HCL, and of a policy that matches but does not hold nothing
// but the condition.

// encode writes the line of a policy.
func (p *Policy) encode() string {
	w := spanOf(p.when)
	fields := []string{p.ID, p.Name, p.Path, strconv.FormatBool(p.Default), strconv.FormatBool(p.fallback), fmt.Sprintf("%d %d %d %d", w.start, w.end, w.line, w.column)}
	for _, m := range p.matches {
		parts := []string{m.kind}
		for _, k := range m.keys {
			parts = append(parts, k.name+"="+strings.Join(k.values, ","))
		}
		fields = append(fields, strings.Join(parts, "|"))
	}
	return strings.Join(fields, "\t")
}

// IndexOf parses all policies below a folder and returns their index, sorted by id.
func IndexOf(fsys fs.FS) (string, map[string]*hcl.File, hcl.Diagnostics) {
	s, diags := Load(fsys, ".")
	list, more := s.Policies()
	var b strings.Builder
	for _, p := range list {
		b.WriteString(p.encode())
		b.WriteByte('\n')
	}
	return b.String(), s.Files(), append(diags, more...)
}

// decodeIndex reads an index that IndexOf has written.
func decodeIndex(text string) []entry {
	entries := make([]entry, 0, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		e := entry{id: fields[0], name: fields[1], path: fields[2], byDefault: fields[3] == "true", fallback: fields[4] == "true", when: decodeSpan(fields[5])}
		for _, f := range fields[6:] {
			kind, rest, _ := strings.Cut(f, "|")
			m := match{kind: kind}
			for rest != "" {
				var part string
				part, rest, _ = strings.Cut(rest, "|")
				name, values, _ := strings.Cut(part, "=")
				m.keys = append(m.keys, matchKey{name, strings.Split(values, ",")})
			}
			e.matches = append(e.matches, m)
		}
		entries = append(entries, e)
	}
	return entries
}

func decodeSpan(text string) span {
	var numbers [4]int
	for i := range numbers {
		var number string
		number, text, _ = strings.Cut(text, " ")
		numbers[i], _ = strconv.Atoi(number) // written by encode
	}
	return span{numbers[0], numbers[1], numbers[2], numbers[3]}
}

// candidate is one match block of one policy, by its number.
type candidate struct {
	policy int
	match  *match
}

// matcher finds the policies whose match blocks hold for a subject. The blocks of a kind
// are spread by the plain values of their most telling key.
type matcher map[string]*bucket

type bucket struct {
	key    string // that plain is spread by
	plain  map[string][]candidate
	others []candidate // no such key, or a wildcard in it
}

// telling is the key of each kind that tells most policies apart.
var telling = map[string]string{
	"command": "name", "install": "manager", "download": "build", "copy": "origin",
	"artifact": "kind", "env": "name", "write": "path", "stage": "shipped",
	"file": "verdict", useKind: "kind",
}

func newMatcher(entries []entry) matcher {
	m := matcher{}
	for i := range entries {
		for j := range entries[i].matches {
			m.add(candidate{i, &entries[i].matches[j]})
		}
	}
	return m
}

func (m matcher) add(c candidate) {
	b := m[c.match.kind]
	if b == nil {
		b = &bucket{key: telling[c.match.kind], plain: map[string][]candidate{}}
		m[c.match.kind] = b
	}
	for _, k := range c.match.keys {
		if k.name == b.key && !slices.ContainsFunc(k.values, isGlob) {
			for _, v := range k.values {
				b.plain[v] = append(b.plain[v], c)
			}
			return
		}
	}
	b.others = append(b.others, c)
}

// find calls yield with the number of each policy that matches, once and in order.
func (m matcher) find(s *Subject, yield func(policy int)) {
	b := m[s.Kind]
	if b == nil {
		return
	}
	var hits []int
	try := func(list []candidate) {
		for _, c := range list {
			if !slices.Contains(hits, c.policy) && holds(c.match, s) {
				hits = append(hits, c.policy)
			}
		}
	}
	for _, v := range s.keys(b.key) {
		try(b.plain[v])
	}
	try(b.others)
	slices.Sort(hits)
	for _, policy := range hits {
		yield(policy)
	}
}

// holds reports whether every key of a match block holds for the subject.
func holds(m *match, s *Subject) bool {
	for _, k := range m.keys {
		offered := s.keys(k.name)
		if !slices.ContainsFunc(k.values, func(pattern string) bool {
			return slices.ContainsFunc(offered, func(v string) bool { return matchGlob(pattern, v) })
		}) {
			return false
		}
	}
	return true
}

func isGlob(pattern string) bool { return strings.ContainsAny(pattern, "*?") }

// matchGlob matches a pattern in which * stands for any characters and ? for one.
func matchGlob(pattern, text string) bool {
	if !isGlob(pattern) {
		return pattern == text
	}
	// The last * tried so far, and what it has swallowed: on a mismatch it takes one more.
	p, t, star, taken := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, taken = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			taken++
			p, t = star+1, taken
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
