package sourcefix

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/musllint/musllint/lint"
)

// TestPlanGrowsWithTheSource plans repairs of sources that nobody writes, each of which takes
// minutes when work grows with the square of the size.
func TestPlanGrowsWithTheSource(t *testing.T) {
	use := func(kind lint.UseKind, name string, line, column int) lint.Use {
		return lint.Use{Kind: kind, Name: name, Line: line, Column: column, Proof: lint.ProofCompile}
	}
	for name, c := range map[string]struct {
		text string
		uses func(text string) []lint.Use
	}{
		"uses of one name": {
			"#include <pthread.h>\nvoid f(void)\n{\n" + strings.Repeat("\tg(PTHREAD_MUTEX_RECURSIVE_NP);\n", 4000) + "}\n",
			func(text string) (uses []lint.Use) {
				for i := range strings.Count(text, "_NP") {
					uses = append(uses, use(lint.UseMacro, "PTHREAD_MUTEX_RECURSIVE_NP", 4+i, 4))
				}
				return uses
			},
		},
		"a chain of conditions": {
			"#if A\n" + strings.Repeat("#elif __linux__ == 3\nint x = PTHREAD_MUTEX_RECURSIVE_NP;\n", 20_000) + "#endif\n",
			func(string) []lint.Use { return []lint.Use{use(lint.UseMacro, "PTHREAD_MUTEX_RECURSIVE_NP", 3, 9)} },
		},
		"nested conditions": {
			strings.Repeat("#if A\nint x = PTHREAD_MUTEX_RECURSIVE_NP;\n", 20_000) + strings.Repeat("#endif\n", 20_000),
			func(string) []lint.Use { return []lint.Use{use(lint.UseMacro, "PTHREAD_MUTEX_RECURSIVE_NP", 2, 9)} },
		},
		"open parentheses": {
			strings.Repeat("PTHREAD_MUTEX_RECURSIVE_NP(", 40_000),
			func(string) []lint.Use { return []lint.Use{use(lint.UseMacro, "PTHREAD_MUTEX_RECURSIVE_NP", 1, 1)} },
		},
		"macros without code": {
			strings.Repeat("#define X PTHREAD_MUTEX_RECURSIVE_NP\n", 20_000),
			func(string) []lint.Use { return []lint.Use{use(lint.UseMacro, "PTHREAD_MUTEX_RECURSIVE_NP", 1, 11)} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			src := lint.NewSource("hostile.c", []byte(c.text))
			uses := c.uses(c.text)
			if plans := Plan(src, uses, lint.Target{Version: "1.2.5", Release: "3.20"}); len(plans) != len(uses) {
				t.Errorf("%d plans for %d uses", len(plans), len(uses))
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// around is told by the places of branches; here it is compared with the way up from each.
func TestAround(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var b strings.Builder
		for range 30 {
			b.WriteString([...]string{"#if A\n", "#elif B\n", "#else\n", "#endif\n", "x;\n", "#if A\n#endif\n"}[random.IntN(6)])
		}
		p := newPlanner(lint.NewSource("x.c", []byte(b.String())), nil, lint.Target{})
		all := p.file.Branches()
		for inner := -1; inner < len(all); inner++ {
			ways := map[int]bool{-1: true}
			for i := inner; i >= 0; i = all[i].Parent {
				ways[i] = true
			}
			for outer := -1; outer < len(all); outer++ {
				if got := p.around(outer, inner); got != ways[outer] {
					t.Fatalf("around(%d, %d) = %v in\n%s", outer, inner, got, b.String())
				}
			}
		}
	}
}
