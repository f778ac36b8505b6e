package shell

import (
	"fmt"
	"testing"
)

func TestWrites(t *testing.T) {
	writes := func(s *Script) []string {
		var out []string
		for _, w := range s.Writes() {
			text := w.Path.Text + " "
			if w.Append {
				text += "+"
			}
			if w.Known {
				text += fmt.Sprintf("%q", w.Content)
			} else {
				text += "?"
			}
			out = append(out, text+" by "+w.Command.Name)
		}
		return out
	}
	cases{
		{"cat > /etc/x <<EOF\na $VERSION\nEOF", []string{`/etc/x "a v1.2.3\n" by cat`}},
		{"cat <<'EOF' >> f\na $VERSION \\\\\nEOF", []string{`f +"a $VERSION \\\\\n" by cat`}},
		{"cat <<-EOF > f\n\ta\n\t\tb\n\tEOF", []string{`f "a\nb\n" by cat`}},
		{"cat <<EOF > f\nEOF", []string{`f "" by cat`}},
		{"cat <<-EOF > f\n\tEOF\ncat -n <<E > g\nx\nE", []string{`f "" by cat`, `g ? by cat`}},
		{`printf > a; printf '%d' x > b; printf '%' > c; printf 'a\cb' > d; printf '%b' 'x\cy' z > e; printf '%d%c' > f; printf "\"" > g; printf '%s' $NO > h; printf '\x41\xz\q' > i`,
			[]string{"a ? by printf", "b ? by printf", "c ? by printf", `d "a" by printf`, `e "x" by printf`, `f "0" by printf`, `g "\"" by printf`, "h ? by printf", `i "A\\xz\\q" by printf`}},
		{"cat <<EOF > f\na $NO \\$V \\` \\\\ \\n \\\nb\nEOF", []string{`f ? by cat`}},
		{"cat <<EOF > f\n\\$V \\` \\\\ \\n \\\nb\nEOF", []string{`f "$V ` + "`" + ` \\ \\n b\n" by cat`}},
		{"tee f g <<EOF >/dev/null\nx\nEOF", []string{`/dev/null "x\n" by tee`, `f "x\n" by tee`, `g "x\n" by tee`}},
		{"echo a >> f; echo -n a  b > g; echo -e 'a\\nb\\c z' > h; echo 'a\\nb' > i", []string{`f +"a\n" by echo`, `g "a b" by echo`, `h "a\nb" by echo`, `i "a\\nb\n" by echo`}},
		{`printf '%s\n' 'a' b > f; printf "a\tb\101%%" > g; printf '%s=%d\n' x 1 > h; printf '%5s' x > i; printf -v V x > j`,
			[]string{`f "a\nb\n" by printf`, `g "a\tbA%" by printf`, `h "x=1\n" by printf`, `i ? by printf`, `j ? by printf`}},
		{"{ echo a; echo b; } > f; (echo c) >> g", []string{`f "a\n" by echo`, `f +"b\n" by echo`, `g +"c\n" by echo`}},
		{"{ echo a >&2; echo b > g; x; } > f", []string{`g "b\n" by echo`, `f ? by x`}},
		{"{ echo a | x; } > f; for v in 1; do echo $v; done > g", []string{`f ? by x`, `g ? by echo`}},
		{"echo x | tee -a f; echo y | sudo tee f | cat", []string{`f +"x\n" by tee`, `f "y\n" by tee`}},
		{"cat <<EOF | tee f > /dev/null\nx\nEOF", []string{`/dev/null "x\n" by tee`, `f "x\n" by tee`}},
		{"{ echo a; echo b; } | tee f", []string{`f ? by tee`}},
		{"sh -c 'echo x > f'; sudo sh -c 'echo y' > g", []string{`f "x\n" by echo`, `g ? by sh`, `g +"y\n" by echo`}},
		{"curl u > f 2> g; x &> h; : > i; > j; cat a > k", []string{`f ? by curl`, `h ? by x`, `i "" by :`, `j "" by `, `k ? by cat`}},
		{"cat <<< 'a b' > f; echo $NO > g; cat < a > h", []string{`f "a b\n" by cat`, `g ? by echo`, `h ? by cat`}},
	}.run(t, writes)
}

func TestWritePlaces(t *testing.T) {
	for script, want := range map[string]string{
		"echo -n 'a  b' c > f":              "-n 'a  b' c",
		"cat > f <<EOF\na\nb\nEOF\nx":       "a\nb\n",
		"printf '%s' x | sudo tee -a f":     "'%s' x",
		"tee f <<-EOF\n\ta\n\tEOF":          "\ta\n",
		"sh -c 'echo \"x y\" > f'":          "\"x y\"",
		"cat <<< 'x' > f":                   "'x'",
		"> f":                               "",
		"cat <<EOF | cat | tee f\nz\nEOF\n": "z\n",
	} {
		s, err := Parse(script, 0, nil)
		if err != nil {
			t.Errorf("%q: %v", script, err)
			continue
		}
		w := s.Writes()[0]
		if got := script[w.Start:w.End]; got != want {
			t.Errorf("%q: content at %q, want %q", script, got, want)
		}
	}
}
