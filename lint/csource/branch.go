package csource

// Branch is the text that a condition decides about: what stands between #if, #ifdef, #ifndef,
// #elif, #elifdef, #elifndef or #else and the directive that ends it.
type Branch struct {
	Name      string  // of its directive: "ifdef"
	Condition []Token // of its directive, comments left out; none of #else
	Directive int     // index of it
	Close     int     // index of the #elif, #else or #endif that ends it, -1 when the text ends first
	Chain     int     // index of the first branch of its #if … #endif, itself when it is that
	Parent    int     // index of the branch that the chain stands in, -1 for none
	// Start is behind its directive, End where the one begins that ends it.
	Start, End int
}

// Branches returns all branches in the order in which they begin. A stray #else or #endif counts
// for nothing.
func (f *File) Branches() []Branch {
	f.branched.Do(f.branch)
	return f.branches
}

func (f *File) branch() {
	list := f.Directives()
	f.within = make([]int, len(list))
	current := -1
	begin := func(i, chain, parent int) {
		d := list[i]
		if chain < 0 {
			chain = len(f.branches)
		}
		current = len(f.branches)
		f.branches = append(f.branches, Branch{
			Name: d.Name, Condition: d.Tokens, Directive: i, Close: -1, Chain: chain, Parent: parent, Start: d.End, End: len(f.text),
		})
	}
	for i, d := range list {
		switch d.Name {
		case "if", "ifdef", "ifndef":
			begin(i, -1, current)
		case "elif", "elifdef", "elifndef", "else":
			if current >= 0 {
				b := &f.branches[current]
				b.Close, b.End = i, d.Start
				begin(i, b.Chain, b.Parent)
			}
		case "endif":
			if current >= 0 {
				b := &f.branches[current]
				b.Close, b.End = i, d.Start
				current = b.Parent
			}
		}
		f.within[i] = current
	}
}

// BranchAt returns the index of the innermost branch that an offset is in, -1 for none. A
// directive that begins, goes on with or ends a chain belongs to what the chain stands in.
func (f *File) BranchAt(offset int) int {
	f.branched.Do(f.branch)
	i := f.directiveBefore(offset)
	if i < 0 {
		return -1
	}
	b := f.within[i]
	d := f.directives[i]
	if offset < d.End || offset == d.Start {
		switch d.Name {
		case "if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else":
			if b >= 0 && f.branches[b].Directive == i {
				return f.branches[b].Parent
			}
		}
	}
	return b
}

// Enclosing returns the branches that an offset is in, the outermost first.
func (f *File) Enclosing(offset int) []Branch {
	var list []Branch
	for b := f.BranchAt(offset); b >= 0; b = f.branches[b].Parent {
		list = append(list, f.branches[b])
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// HeaderGuard returns the branch that is the file's include guard: the first and only thing but
// comments, #ifndef X with #define X behind it, or #if !defined(X).
func (f *File) HeaderGuard() (Branch, bool) {
	branches := f.Branches()
	if len(branches) == 0 {
		return Branch{}, false
	}
	b := branches[0]
	list := f.Directives()
	if b.Parent >= 0 || b.Close < 0 || list[b.Close].Name != "endif" {
		return Branch{}, false
	}
	name, ok := f.guardName(b)
	if !ok {
		return Branch{}, false
	}
	for _, d := range list[:b.Directive] {
		if d.Name != "pragma" {
			return Branch{}, false
		}
	}
	next := b.Directive + 1
	if next >= len(list) || list[next].Name != "define" || len(list[next].Tokens) == 0 || !f.Is(list[next].Tokens[0], name) {
		return Branch{}, false
	}
	for _, t := range f.Tokens() { // of code nothing may stand outside
		if t.Start >= b.Start {
			break
		}
		if _, in := f.DirectiveAt(t.Start); !in && t.Kind != Comment {
			return Branch{}, false
		}
	}
	tokens := f.Tokens()
	for i := len(tokens) - 1; i >= 0 && tokens[i].Start > list[b.Close].End; i-- {
		if tokens[i].Kind != Comment {
			return Branch{}, false
		}
	}
	return b, true
}

// guardName is the macro that a branch asks to be undefined.
func (f *File) guardName(b Branch) (string, bool) {
	c := b.Condition
	switch {
	case b.Name == "ifndef" && len(c) == 1:
		return f.Spelling(c[0]), true
	case b.Name != "if" || len(c) < 3 || !f.Is(c[0], "!") || !f.Is(c[1], "defined"):
		return "", false
	case len(c) == 3:
		return f.Spelling(c[2]), true
	case len(c) == 5 && f.Is(c[2], "("):
		return f.Spelling(c[3]), true
	}
	return "", false
}
