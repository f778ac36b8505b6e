package sourcefix

import (
	"bytes"
	"strings"

	"github.com/musllint/musllint/lint/csource"
)

// style finds out how the file is written.
func (p *planner) style() {
	text := p.src.Content
	p.eol, p.indent = "\n", "\t"
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		p.eol = "\r\n"
	}
	tabs, widths := 0, [9]int{}
	last := 0
	for line := range bytes.Lines(text) {
		n := 0
		for n < len(line) && line[n] == ' ' {
			n++
		}
		if len(line) > 0 && line[0] == '\t' {
			tabs++
			last = 0
			continue
		}
		if step := n - last; step > 1 && step <= 8 {
			widths[step]++
		}
		last = n
	}
	best := 0
	for step, n := range widths {
		if n > widths[best] {
			best = step
		}
	}
	if best > 0 && widths[best] > tabs/4 {
		p.indent = strings.Repeat(" ", best)
	}
}

// lines writes a text with the ends of lines and the indentation of the file.
func (p *planner) lines(text string) string {
	if p.indent != "\t" {
		text = strings.ReplaceAll(text, "\t", p.indent)
	}
	if p.eol != "\n" {
		text = strings.ReplaceAll(text, "\n", p.eol)
	}
	return text
}

// lookUp returns the indexes of the tokens that are an identifier, in their order.
func (p *planner) lookUp(name string) []int {
	if !p.indexed {
		p.indexed = true
		p.positions = map[string][]int{}
		text := p.file.Text()
		for i, t := range p.file.Tokens() {
			if t.Kind != csource.Ident {
				continue
			}
			b := text[t.Start:t.End]
			if bytes.IndexByte(b, '\\') >= 0 {
				b = []byte(p.file.Spelling(t))
			}
			p.positions[string(b)] = append(p.positions[string(b)], i)
		}
	}
	return p.positions[name]
}

// survey finds how deep in braces and parentheses each token stands, and the includes.
func (p *planner) survey() {
	tokens := p.file.Tokens()
	directives := p.file.Directives()
	p.brackets = make([]int32, len(tokens)+1)
	p.parens = make([]int32, len(tokens)+1)
	var braces, parens int32
	d := 0
	text := p.file.Text()
	for i, t := range tokens {
		p.brackets[i], p.parens[i] = braces, parens
		for d < len(directives) && directives[d].End <= t.Start {
			d++
		}
		if t.Kind != csource.Punct || d < len(directives) && t.Start >= directives[d].Start {
			continue
		}
		switch text[t.Start] {
		case '{':
			braces++
			parens = 0
		case '}':
			braces = max(braces-1, 0)
			parens = 0
		case '(':
			parens++
		case ')':
			parens = max(parens-1, 0)
		}
	}
	p.brackets[len(tokens)], p.parens[len(tokens)] = braces, parens
	p.code = len(text)
	for _, t := range tokens {
		if _, in := p.inDirective(t); !in && t.Kind != csource.Comment {
			p.code = t.Start
			break
		}
	}
	p.surveyIncludes()
}

// inDirective returns the directive that a token is in.
func (p *planner) inDirective(t csource.Token) (csource.Directive, bool) {
	i, ok := p.file.DirectiveAt(t.Start)
	if !ok {
		return csource.Directive{}, false
	}
	return p.file.Directives()[i], true
}

// next returns the index of the first token behind i that is no comment, that of the number of
// tokens when there is none.
func (p *planner) next(i int) int {
	tokens := p.file.Tokens()
	for i++; i < len(tokens) && tokens[i].Kind == csource.Comment; i++ {
	}
	return min(i, len(tokens))
}

// previous returns the index of the last token before i that is no comment, -1 for none.
func (p *planner) previous(i int) int {
	tokens := p.file.Tokens()
	for i--; i >= 0 && tokens[i].Kind == csource.Comment; i-- {
	}
	return i
}

// is reports whether the token of an index is spelled like that.
func (p *planner) is(i int, spelling string) bool {
	tokens := p.file.Tokens()
	return i >= 0 && i < len(tokens) && p.file.Is(tokens[i], spelling)
}

// closing returns the index of the bracket that closes the one at i. It does not leave the
// directive that i is in, nor enter one.
func (p *planner) closing(i int) (int, bool) {
	if p.partners == nil {
		p.pair()
	}
	j := int(p.partners[i])
	return j, j > 0
}

// pair finds the bracket that closes each one.
func (p *planner) pair() {
	tokens := p.file.Tokens()
	p.partners = make([]int32, len(tokens))
	var open []int
	own, inside := 0, false // the directive that the open ones are in
	for j, t := range tokens {
		if t.Kind != csource.Punct {
			continue
		}
		if d, in := p.file.DirectiveAt(t.Start); in != inside || in && d != own {
			own, inside, open = d, in, open[:0]
		}
		switch p.file.Text()[t.Start] {
		case '(', '[', '{':
			open = append(open, j)
		case ')', ']', '}':
			if n := len(open); n > 0 {
				p.partners[open[n-1]] = int32(j)
				open = open[:n-1]
			}
		}
	}
}

// lineStart returns where the line of an offset begins, if nothing but white space stands before
// the offset there.
func (p *planner) lineStart(offset int) (int, bool) {
	text := p.file.Text()
	start := p.file.LineStart(offset)
	if before := bytes.TrimRight(text[:start], " \t\r\n"); len(before) > 0 && before[len(before)-1] == '\\' && bytes.Count(text[len(before):start], []byte("\n")) == 1 {
		return start, false // it goes on with the line before it
	}
	return start, len(bytes.TrimLeft(text[start:offset], " \t\v\f")) == 0
}

// lineEnd returns where the line of an offset ends, before its newline, if nothing but white
// space and comments that end there stand behind the offset.
func (p *planner) lineEnd(offset int) (int, bool) {
	text := p.file.Text()
	tokens := p.file.Tokens()
	for i := p.file.TokenIndex(offset); ; i++ {
		newline := bytes.IndexByte(text[offset:], '\n')
		end := len(text)
		if newline >= 0 {
			end = offset + newline
		}
		if i == len(tokens) || tokens[i].Start >= end {
			if len(bytes.TrimSpace(text[offset:end])) > 0 { // a continuation
				return 0, false
			}
			if end > offset && end < len(text) && text[end-1] == '\r' {
				end--
			}
			return end, true
		}
		if tokens[i].Kind != csource.Comment {
			return 0, false
		}
		offset = tokens[i].End
	}
}

// afterLine returns the offset of the line behind the one that ends at an offset.
func (p *planner) afterLine(end int) int {
	text := p.file.Text()
	if end < len(text) && text[end] == '\r' {
		end++
	}
	if end < len(text) && text[end] == '\n' {
		end++
	}
	return end
}

// blank reports whether the line at an offset, the start of it, is empty or not there.
func (p *planner) blank(offset int) bool {
	line, _, _ := bytes.Cut(p.file.Text()[offset:], []byte("\n"))
	return len(bytes.TrimSpace(line)) == 0
}

// spaced reports whether nested directives are written with spaces behind the #.
func (p *planner) spaced() bool {
	guard, hasGuard := p.file.HeaderGuard()
	for _, d := range p.file.Directives() {
		if d.Name != "define" && d.Name != "include" {
			continue
		}
		depth := 0
		for _, b := range p.file.Enclosing(d.Start) {
			if !hasGuard || b.Start != guard.Start {
				depth++
			}
		}
		if depth > 0 {
			c := p.file.Text()[d.Start+1]
			return c == ' ' || c == '\t'
		}
	}
	return false
}
