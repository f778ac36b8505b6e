package shell

import (
	"strconv"

	"mvdan.cc/sh/v3/syntax"
)

func (w walker) redirects(list []*syntax.Redirect, st *state) []Redirect {
	var out []Redirect
	for _, r := range list {
		d := Redirect{Op: r.Op.String(), FD: 1, Target: w.word(r.Word, st)}
		switch r.Op {
		case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			d.FD = 0
		}
		if r.N != nil {
			n, err := strconv.ParseUint(r.N.Value, 10, 16)
			d.FD = int(n)
			if err != nil {
				d.FD = -1
			}
		}
		d.Start, d.End = w.src.start(offset(r.Pos())), d.Target.End
		switch {
		case r.Hdoc != nil:
			d.Body, d.body = w.heredoc(r, st)
		case r.Op == syntax.Hdoc || r.Op == syntax.DashHdoc: // an empty one
			d.Body = Word{Known: true, Start: d.End, End: d.End}
		}
		out = append(out, d)
	}
	return out
}

// grouped returns the redirections of a group as its commands see them.
func grouped(list []Redirect) []Redirect {
	for i := range list {
		list[i].Group = true
	}
	return list
}

// merge adds those of outer whose descriptor inner leaves alone. Only the three standard
// descriptors are inherited: the others do not matter, and nests of them would be costly.
func merge(inner, outer []Redirect) []Redirect {
	var taken [3]bool
	for _, r := range inner {
		if r.FD >= 0 && r.FD < len(taken) {
			taken[r.FD] = true
		}
	}
	merged := inner[:len(inner):len(inner)]
	for _, r := range outer {
		if r.FD >= 0 && r.FD < len(taken) && !taken[r.FD] {
			merged = append(merged, r)
		}
	}
	return merged
}

func without(list []Redirect, fd int) []Redirect {
	var kept []Redirect
	for _, r := range list {
		if r.FD != fd {
			kept = append(kept, r)
		}
	}
	return kept
}
