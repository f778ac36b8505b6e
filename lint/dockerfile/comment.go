package dockerfile

import "bytes"

// comments finds the comment lines that could matter to people or to suppressions. Lines
// of heredocs are sorted out when instructions are known.
func (f *File) comments() {
	if bytes.IndexByte(f.Source.Content, '#') < 0 {
		return
	}
	for n := 1; n <= f.Source.Lines(); n++ {
		line := f.Source.Line(n)
		trimmed := bytes.TrimLeft(line, " \t")
		if len(trimmed) == 0 || trimmed[0] != '#' {
			continue
		}
		start := f.Source.LineStart(n) + len(line) - len(trimmed)
		f.Comments = append(f.Comments, Comment{Range: f.Range(start, start+len(trimmed)), Line: n})
	}
}

// placeComments drops the lines that are text of a copied heredoc and tells the others
// which instruction they stand in or before. Both lists are in source order.
func (f *File) placeComments(all []*Instruction) {
	kept := f.Comments[:0]
	next := 0
	for _, c := range f.Comments {
		for next < len(all) && all[next].Range.End <= c.Range.Start {
			next++
		}
		if next < len(all) {
			in := all[next]
			switch {
			case in.inHeredoc(c.Range.Start) && in.Keyword != "RUN":
				continue
			case in.Range.Start <= c.Range.Start:
				c.Inside = in
			default:
				c.Next = in
			}
		}
		kept = append(kept, c)
	}
	f.Comments = kept
}

func (in *Instruction) inHeredoc(offset int) bool {
	for _, h := range in.heredocs {
		if h.body.start <= offset && offset < h.body.end {
			return true
		}
	}
	return false
}
