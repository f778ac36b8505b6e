package shell

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shells returns the real shells to compare with. One that is not installed is left out
// with a word, unless MUSLLINT_REQUIRE says that all have to be there.
func shells(t *testing.T, names ...string) []string {
	t.Helper()
	var found []string
	for _, name := range names {
		path, err := exec.LookPath(name)
		switch {
		case err == nil:
			found = append(found, path)
		case os.Getenv("MUSLLINT_REQUIRE") != "":
			t.Errorf("%s is required: %v", name, err)
		default:
			t.Logf("%s is not installed: not compared with it", name)
		}
	}
	return found
}

func runShell(t *testing.T, shell, script string) string {
	t.Helper()
	args := []string{"-c", script}
	if filepath.Base(shell) == "busybox" { // Alpine's shell
		args = append([]string{"ash"}, args...)
	}
	cmd := exec.Command(shell, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "PKGS=curl git", "VERSION=v1.2.3", "EMPTY=", "DEST=/opt/x"}
	cmd.Dir = t.TempDir()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%s: %q: %v %s", shell, script, err, &stderr)
	}
	return string(out)
}

// TestWordsAgainstShells lets real shells print the words of commands.
func TestWordsAgainstShells(t *testing.T) {
	const posix = `show a  'b  c' "d  e" f\ g \$h "\$i" "\j" '\k' l'm'"n"o
show $PKGS "$PKGS" x$PKGS$PKGS'y' "x$PKGS" $EMPTY "$EMPTY" ''$EMPTY
show "a
b" 'c
d' e\
f "g\
h"
A=1; B="$A 2" C='$A'; show $A "$B" $B $C ${A}x "${B}y"
A="  p  q  "; show $A x$A "$A" $A$A x${A}x
show ${VERSION#v} ${VERSION%.*} ${VERSION%%.*} ${VERSION##*.} ${VERSION#*.} ${VERSION%3} ${VERSION%4} ${#VERSION}
show ${VERSION#v?.} ${VERSION%"*"} ${VERSION%%'.'*} "${VERSION##*}" ${EMPTY#a} "${VERSION#"$EMPTY"}"
show ${EMPTY:-d e} "${EMPTY:-d e}" ${EMPTY-f} ${VERSION:+g} ${EMPTY:+h} ${VERSION:-i} "${EMPTY:+j}"
show ${NEW:=k} $NEW; A=2 show "$A"; (A=3; show $A); show "$A"
{ A=4; show $A; }; show $A; export D=5 E="6 7"; show $D "$E"
sh -c 'true' && F=8 && show $F; show "$F"
eval 'show "x  y"' z; eval "show \"$PKGS\""
show -- -x --y=z "-n" '' "" a=b 'c'=d # a comment
show "it's" 'say "x"' "a\"b" a\"b \\ "\\" '\\' "\\\\" \a
show ${PKGS} ${PKGS%% *} "${PKGS##* }" ${PKGS#curl }
`
	const bash = posix + `show $'a\tb\n\'\x41\102\e' $"x" ${VERSION:1} ${VERSION:1:3} ${VERSION:4:9}
show ${VERSION//./_} ${VERSION/./-} ${VERSION/#v/w} ${VERSION/%3/4} ${VERSION/x/y} ${VERSION//./} ${VERSION^^} ${VERSION^} ${PKGS,,}
A=1; A+=2; show $A; declare G=9; show $G; cat <<< x >/dev/null; show <(:) >/dev/null
`
	const prelude = `show() { for word in "$@"; do printf '%s\000' "$word"; done; printf '\001\000'; }
`
	for name, script := range map[string]string{"bash": bash, "dash": posix, "busybox": posix} {
		for _, shell := range shells(t, name) {
			full := prelude + script
			real := strings.Split(strings.TrimSuffix(runShell(t, shell, full), "\x01\x00"), "\x01\x00")
			s, err := Parse(script, 0, outside)
			if err != nil {
				t.Fatal(err)
			}
			var commands []*Command
			for _, c := range s.Commands {
				if c.Name == "show" && len(c.Redirects) == 0 {
					commands = append(commands, c)
				}
			}
			if len(commands) != len(real) {
				t.Fatalf("%s: %d commands, want %d", name, len(commands), len(real))
			}
			for i, c := range commands {
				ours := ""
				for _, word := range c.Words[1:] {
					if !word.Known {
						t.Errorf("%s: %q is unknown", name, word.Text)
					}
					ours += word.Text + "\x00"
				}
				if ours != real[i] {
					t.Errorf("%s: %s\n got %q\nwant %q", name, script[c.Start:c.End], ours, real[i])
				}
			}
		}
	}
}

// TestOutputAgainstShells lets real shells write files and output.
func TestOutputAgainstShells(t *testing.T) {
	scripts := []string{
		`echo a  b 'c  d' -n`, `echo -n a "$PKGS"`, `echo -- x`, `echo`, `printf a`, `printf '%s\n' a 'b c' d`,
		`printf 'a\tb\\n%%\101\n'`, `printf '%s=%s;' a b c`, `printf '%d-%c-%b\n' 5 xyz 'a\tb'`, `printf -- '-%s-'`, `printf '%s'`,
		"cat <<EOF\na $PKGS \\$x \\\\ \\n 'q' \"r\" \\\nb\nEOF", "cat <<'EOF'\na $PKGS \\$x \\\\ \\n\nEOF",
		"cat <<-EOF\n\ta\n\t\tb \t$VERSION\n\t$VERSION\n\tEOF", "cat <<EOF\nEOF", "cat - <<EOF\n${EMPTY:-x} ${VERSION#v}\nEOF",
		"echo a | cat", "cat <<EOF | cat | tee out\nz\nEOF", "printf 'a\\n' | tee out", ":", "true", "echo \"a\nb\"",
	}
	bashOnly := []string{`echo -e 'a\tb\n\\c\x41\0101'`, `echo -en 'a\c' b`, `echo -E 'a\tb'`, `echo -nex '-n'`, `echo 'a\tb'`, `cat <<< "a $PKGS"`}
	for name, list := range map[string][]string{"bash": append(bashOnly, scripts...), "dash": scripts, "busybox": scripts} {
		for _, shell := range shells(t, name) {
			for _, script := range list {
				s, err := Parse(script, 0, outside)
				if err != nil {
					t.Fatalf("%q: %v", script, err)
				}
				last := s.Commands[len(s.Commands)-1]
				got, ok := last.Output()
				if want := runShell(t, shell, script); !ok || got != want {
					t.Errorf("%s: %q: got %q %v, want %q", name, script, got, ok, want)
				}
			}
		}
	}
}
