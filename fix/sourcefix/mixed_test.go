package sourcefix

import (
	"testing"

	"github.com/musllint/musllint/lint"
)

// TestMixed adds no lines to a grammar, where #line says that a use is: at its top bison takes
// them for its own. Words it does replace.
func TestMixed(t *testing.T) {
	text := "%{\n#include <dirent.h>\n#include <sys/poll.h>\n%}\n%token A\n%%\ns: A { char b[PATH_MAX]; } ;\n"
	uses := []lint.Use{
		{Kind: lint.UseMacro, Name: "PATH_MAX", Line: 7, Column: 15, Message: "'PATH_MAX' undeclared (first use in this function)", Proof: lint.ProofCompile},
		{Kind: lint.UseRedirect, Name: "sys/poll.h", Line: 3, Message: "redirecting incorrect #include <sys/poll.h> to <poll.h>", Proof: lint.ProofCompile},
	}
	for name, edited := range map[string]bool{"p.y": false, "p.c": true} {
		plans := Plan(lint.NewSource(name, []byte(text)), uses, lint.Target{Version: "1.2.5"})
		if len(plans[0]) == 0 || (len(plans[0][0].Edits) > 0) != edited {
			t.Errorf("%s: %+v", name, plans[0])
		}
		if len(plans[1]) == 0 || len(plans[1][0].Edits) == 0 {
			t.Errorf("%s: %+v", name, plans[1])
		}
	}
}
