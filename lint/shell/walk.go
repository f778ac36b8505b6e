package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// reader is what one Parse shares with all scripts nested in its text.
type reader struct {
	script    Script
	text      string // the outermost script; empty for the exec form
	base      int
	budget    int
	continued bool         // all newlines follow a backslash
	seen      map[int]bool // starts of the substitutions already read
}

// spend takes n from what the script may cost, and reports whether it was there.
func (r *reader) spend(n int) bool {
	r.budget -= n
	return r.budget >= 0
}

// raw returns the spelling at a place of the outermost script.
func (r *reader) raw(start, end int) string {
	if start < r.base || end > r.base+len(r.text) || start > end {
		return ""
	}
	return r.text[start-r.base : end-r.base]
}

// walker reads one source.
type walker struct {
	*reader
	src *source
}

// context is what the surroundings say about a statement.
type context struct {
	parent      *Command
	conditional bool
	guard       string
	tolerated   bool
	last        bool
	group       []Redirect // of the groups around, innermost first
	stdin       span       // what is piped into the first command
	depth       int        // of statements
	carried     int        // of scripts and commands carried by commands
	loops       int
}

// span is the commands of a statement that are its ends in a pipeline.
type span struct {
	first, last *Command
	count       int
}

func (s span) join(next span) span {
	if s.count == 0 {
		return next
	}
	if next.count == 0 {
		return s
	}
	return span{s.first, next.last, s.count + next.count}
}

func (w walker) stmts(list []*syntax.Stmt, st *state, cx context) span {
	var all span
	last := cx.last
	for i, s := range list {
		cx.last = last && i == len(list)-1
		all = all.join(w.stmt(s, st, cx))
		cx.stdin = span{}
	}
	return all
}

func (w walker) stmt(s *syntax.Stmt, st *state, cx context) span {
	if cx.depth++; cx.depth > maxDepth {
		return span{}
	}
	if s.Negated || s.Background {
		cx.tolerated, cx.last = true, false
	}
	if s.Background || s.Coprocess {
		st = st.fork()
	}
	switch x := s.Cmd.(type) {
	case nil:
		return w.call(nil, s.Redirs, st, cx)
	case *syntax.CallExpr:
		return w.call(x, s.Redirs, st, cx)
	case *syntax.DeclClause:
		return w.declare(x, s.Redirs, st, cx)
	case *syntax.TestClause:
		return w.test(x, s.Redirs, st, cx)
	}
	own := w.redirects(s.Redirs, st)
	cx.group = merge(grouped(own), cx.group)
	for _, r := range s.Redirs {
		w.substitutions(r, st, cx, cx.parent)
	}
	return w.compound(s.Cmd, st, cx)
}

func (w walker) compound(cmd syntax.Command, st *state, cx context) span {
	switch x := cmd.(type) {
	case *syntax.BinaryCmd:
		if x.Op == syntax.AndStmt || x.Op == syntax.OrStmt {
			return w.chain(x, st, cx)
		}
		return w.pipeline(x, st, cx)
	case *syntax.Block:
		return w.stmts(x.Stmts, st, cx)
	case *syntax.Subshell:
		return w.stmts(x.Stmts, st.fork(), cx)
	case *syntax.IfClause:
		return w.ifClause(x, st, cx)
	case *syntax.WhileClause:
		return w.while(x, st, cx)
	case *syntax.ForClause:
		return w.forClause(x, st, cx)
	case *syntax.CaseClause:
		return w.caseClause(x, st, cx)
	case *syntax.FuncDecl:
		cx.conditional, cx.tolerated, cx.last, cx.group = true, false, false, nil
		return w.branch([]*syntax.Stmt{x.Body}, st, cx)
	case *syntax.TimeClause:
		if x.Stmt != nil {
			return w.stmt(x.Stmt, st, cx)
		}
	case *syntax.CoprocClause:
		cx.tolerated, cx.last = true, false
		return w.stmt(x.Stmt, st.fork(), cx)
	default: // (( … )), let
		w.substitutions(x, st, cx, cx.parent)
	}
	return span{}
}

// branch walks what may run or not.
func (w walker) branch(list []*syntax.Stmt, st *state, cx context) span {
	child := st.fork()
	s := w.stmts(list, child, cx)
	st.join(child)
	return s
}

// spine flattens a && b || c, which the parser nests to the left.
func spine(x *syntax.BinaryCmd, same func(syntax.BinCmdOperator) bool) (items []*syntax.Stmt, ops []syntax.BinCmdOperator) {
	for {
		items, ops = append(items, x.Y), append(ops, x.Op)
		left, ok := x.X.Cmd.(*syntax.BinaryCmd)
		if !ok || !same(left.Op) || x.X.Negated || x.X.Background || len(x.X.Redirs) > 0 {
			items = append(items, x.X)
			break
		}
		x = left
	}
	for i, j := 0, len(items)-1; i < j; i, j = i+1, j-1 {
		items[i], items[j] = items[j], items[i]
	}
	for i, j := 0, len(ops)-1; i < j; i, j = i+1, j-1 {
		ops[i], ops[j] = ops[j], ops[i]
	}
	return items, ops
}

func (w walker) pipeline(x *syntax.BinaryCmd, st *state, cx context) span {
	items, ops := spine(x, func(op syntax.BinCmdOperator) bool { return op == syntax.Pipe || op == syntax.PipeAll })
	var all, before span
	for i, item := range items {
		c := cx
		if i > 0 {
			c.stdin = before
			c.group = without(c.group, 0)
		}
		if i < len(ops) {
			c.last = cx.last && st.pipeFail
			c.group = without(c.group, 1)
		}
		before = w.stmt(item, st.fork(), c)
		all = all.join(before)
	}
	return all
}

// chain walks a && b || c.
func (w walker) chain(x *syntax.BinaryCmd, st *state, cx context) span {
	items, ops := spine(x, func(op syntax.BinCmdOperator) bool { return op == syntax.AndStmt || op == syntax.OrStmt })
	rescued := make([]bool, len(items)) // a later || goes on after a failure
	later := make([]bool, len(items))   // there is a later ||
	for i := len(items) - 2; i >= 0; i-- {
		if ops[i] == syntax.OrStmt {
			rescued[i], later[i] = !surrenders(items[i+1]), true
		} else {
			rescued[i], later[i] = rescued[i+1], later[i+1]
		}
	}
	var all, before span
	tests, guard := "", cx.guard // the conditions since the chain or the last || began
	current := st                // forked once a condition decides
	for i, item := range items {
		c := cx
		c.tolerated = cx.tolerated || rescued[i]
		c.last = cx.last && !later[i]
		if i > 0 {
			c.stdin = span{}
			condition := ""
			if isTest(items[i-1], before) {
				condition = w.spelling(items[i-1])
			}
			if ops[i-1] == syntax.OrStmt {
				if current != st {
					st.join(current)
					current = st
				}
				tests, guard = "", cx.guard
				c.conditional = true
				c.guard = both(cx.guard, negation(condition))
				before = w.branch([]*syntax.Stmt{item}, st, c)
				all = all.join(before)
				continue
			}
			if before.last != nil {
				before.last.AndNext = true
			}
			if condition != "" {
				tests = both(tests, condition)
				guard = both(cx.guard, tests)
				if current == st {
					current = st.fork()
				}
			}
		}
		c.guard = guard
		before = w.stmt(item, current, c)
		all = all.join(before)
	}
	if current != st {
		st.join(current)
	}
	return all
}

// testCommands answer a question by their exit status.
const testCommands = " [ [[ test command which type hash grep egrep fgrep getent pgrep cmp diff id "

func isTest(item *syntax.Stmt, s span) bool {
	if _, ok := item.Cmd.(*syntax.ArithmCmd); ok {
		return true
	}
	return s.last != nil && s.last.Name != "" && strings.Contains(testCommands, " "+s.last.Name+" ")
}

// surrenders reports whether a statement on the right of || makes the failure final:
// exit 1, { echo …; exit 1; }, die …
func surrenders(s *syntax.Stmt) bool {
	for s != nil && !s.Background {
		var list []*syntax.Stmt
		switch x := s.Cmd.(type) {
		case *syntax.Block:
			list = x.Stmts
		case *syntax.Subshell:
			list = x.Stmts
		case *syntax.BinaryCmd:
			list = []*syntax.Stmt{x.Y}
		case *syntax.CallExpr:
			return fatal(x)
		}
		if len(list) == 0 {
			return false
		}
		s = list[len(list)-1]
	}
	return false
}

func fatal(call *syntax.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	switch call.Args[0].Lit() {
	case "exit", "return":
		return len(call.Args) < 2 || call.Args[1].Lit() != "0"
	case "false", "die", "fatal", "fail", "abort", "error", "bail":
		return true
	}
	return false
}

func (w walker) ifClause(x *syntax.IfClause, st *state, cx context) span {
	var all span
	var branches []*state
	negated := ""
	for clause := x; clause != nil; clause = clause.Else {
		text := negated
		if len(clause.Cond) > 0 {
			c := cx
			c.tolerated, c.last = true, false
			if clause != x {
				c.conditional, c.guard = true, both(cx.guard, negated)
			}
			all = all.join(w.stmts(clause.Cond, st, c))
			text = w.condition(clause.Cond)
			negated = negation(text)
			cx.stdin = span{}
		}
		c := cx
		c.conditional, c.guard = true, both(cx.guard, text)
		child := st.fork()
		all = all.join(w.stmts(clause.Then, child, c))
		branches = append(branches, child)
	}
	st.join(branches...)
	return all
}

func (w walker) while(x *syntax.WhileClause, st *state, cx context) span {
	child := w.loop(&cx, st, x.Do, x.Cond)
	c := cx
	c.tolerated, c.last = true, false
	all := w.stmts(x.Cond, child, c)
	text := w.condition(x.Cond)
	if x.Until {
		text = negation(text)
	}
	cx.conditional, cx.guard, cx.stdin = true, both(cx.guard, text), span{}
	all = all.join(w.stmts(x.Do, child, cx))
	st.join(child)
	return all
}

func (w walker) forClause(x *syntax.ForClause, st *state, cx context) span {
	w.substitutions(x.Loop, st, cx, cx.parent)
	child := w.loop(&cx, st, x.Do)
	if iter, ok := x.Loop.(*syntax.WordIter); ok {
		child.set(iter.Name.Value, Word{}, false)
	}
	cx.conditional = true
	all := w.stmts(x.Do, child, cx)
	st.join(child)
	return all
}

// loop returns the state at the start of any round: what the body changes is unknown.
func (w walker) loop(cx *context, st *state, bodies ...[]*syntax.Stmt) *state {
	child := st.fork()
	if cx.loops++; cx.loops > 4 { // looking ahead again at each level would be quadratic
		child.blind, child.dir = true, "?"
		return child
	}
	for _, body := range bodies {
		for _, s := range body {
			forgetChanges(s, child)
		}
	}
	return child
}

// forgetChanges makes unknown what a statement assigns, and the folder if it changes it.
func forgetChanges(s *syntax.Stmt, st *state) {
	syntax.Walk(s, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.Subshell, *syntax.CmdSubst, *syntax.ProcSubst:
			return false
		case *syntax.Assign:
			if x.Name != nil {
				st.set(x.Name.Value, Word{}, false)
			}
		case *syntax.WordIter:
			st.set(x.Name.Value, Word{}, false)
		case *syntax.CallExpr:
			if len(x.Args) == 0 {
				break
			}
			switch x.Args[0].Lit() {
			case "cd", "pushd", "popd":
				st.dir = "?"
			case "read":
				for _, a := range x.Args[1:] {
					if name := a.Lit(); syntax.ValidName(name) {
						st.set(name, Word{}, false)
					}
				}
			}
		}
		return true
	})
}

func (w walker) caseClause(x *syntax.CaseClause, st *state, cx context) span {
	w.substitutions(x.Word, st, cx, cx.parent)
	var all span
	var branches []*state
	subject := "case " + w.src.slice(offset(x.Word.Pos()), offset(x.Word.End())) + " in "
	for _, item := range x.Items {
		c := cx
		pattern := w.src.slice(offset(item.Patterns[0].Pos()), offset(item.Patterns[len(item.Patterns)-1].End()))
		c.conditional, c.guard = true, both(cx.guard, subject+pattern)
		child := st.fork()
		all = all.join(w.stmts(item.Stmts, child, c))
		branches = append(branches, child)
	}
	st.join(branches...)
	return all
}

// substitutions walks the $(…) and <(…) that a node contains.
func (w walker) substitutions(node syntax.Node, st *state, cx context, parent *Command) {
	cx.parent, cx.stdin = parent, span{}
	cx.group = nil // their output is captured
	syntax.Walk(node, func(n syntax.Node) bool {
		var list []*syntax.Stmt
		switch x := n.(type) {
		case *syntax.CmdSubst:
			list = x.Stmts
		case *syntax.ProcSubst:
			list = x.Stmts
		default:
			return true
		}
		start := w.src.start(offset(n.Pos()))
		if !w.seen[start] {
			if w.seen == nil {
				w.seen = map[int]bool{}
			}
			w.seen[start] = true
			w.stmts(list, st.fork(), cx)
		}
		return false
	})
}

// maxGuard keeps nested conditions from growing with the square of their depth.
const maxGuard = 2 << 10

// both joins two conditions; when that becomes too long the inner one remains.
func both(outer, inner string) string {
	if outer == "" || len(outer)+len(inner) > maxGuard {
		return inner
	}
	if inner == "" {
		return outer
	}
	return outer + " && " + inner
}

func negation(condition string) string {
	switch {
	case condition == "" || len(condition) > maxGuard:
		return ""
	case strings.ContainsAny(condition, ";\n") || strings.Contains(condition, "&&") || strings.Contains(condition, "||"):
		return "! { " + condition + "; }"
	}
	return "! " + condition
}

// condition returns the spelling of the statements between if and then.
func (w walker) condition(list []*syntax.Stmt) string {
	if len(list) == 0 {
		return ""
	}
	text := w.src.slice(offset(list[0].Pos()), offset(list[len(list)-1].End()))
	return strings.TrimRight(text, "; \t\n\r\\")
}

func (w walker) spelling(s *syntax.Stmt) string { return w.condition([]*syntax.Stmt{s}) }
