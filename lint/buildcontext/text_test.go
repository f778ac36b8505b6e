package buildcontext

import (
	"os"
	"path/filepath"
	"testing"
)

func TestText(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, "outside:x", "c/a.txt:a", "c/app/b.txt:b", "c/out.txt:o", "c/link -> app/b.txt", "c/away -> ../outside", "c/folder/", "c/.dockerignore:out.txt\n")
	c := open(t, filepath.Join(dir, "c"), Options{Name: "ctx", Texts: map[string][]byte{"ctx/a.txt": []byte("A"), "ctx/new.txt": []byte("N"), "ctx/out.txt": []byte("O")}})
	for name, want := range map[string]string{
		"a.txt":         "ctx/a.txt A",
		"./app/b.txt":   "ctx/app/b.txt b",
		"link":          "ctx/app/b.txt b",
		"new.txt":       "ctx/new.txt N",
		"out.txt":       "", // drafts do not come into the build either
		"away":          "",
		"../outside":    "",
		"folder":        "",
		"missing":       "",
		"app/../a.txt":  "ctx/a.txt A",
		".dockerignore": "ctx/.dockerignore out.txt\n",
	} {
		got := ""
		if path, text, err := c.Text(name); err == nil {
			got = path + " " + string(text)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if b := c.Select(Selection{Sources: []string{"new.txt"}, Dest: "/"}); !b.Seen[0] {
		t.Error("a file that is drafted is not in the context")
	}
}

// What is drafted for an ignore file counts, and no walk remembers what was on the disk.
func TestIgnoreDrafts(t *testing.T) {
	for _, test := range []struct {
		name, dockerfile, drafted, path string
		files                           []string
	}{
		{name: "new", drafted: "ctx/.dockerignore", path: "ctx/.dockerignore"},
		{name: "changed", drafted: "ctx/.dockerignore", path: "ctx/.dockerignore", files: []string{".dockerignore:x\n"}},
		{name: "own", dockerfile: "Dockerfile", drafted: "Dockerfile.dockerignore", path: "Dockerfile.dockerignore", files: []string{".dockerignore:!node_modules\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			lay(t, "ctx", append(test.files, "node_modules/a.node", "b.node")...)
			before := open(t, "ctx", Options{})
			if got := destinations(before.Select(Selection{Sources: []string{"."}, Dest: "/"})); got != "b.node=>/b.node node_modules=>/node_modules(modules) node_modules/a.node=>/node_modules/a.node" {
				t.Errorf("before: %s", got)
			}
			c := open(t, "ctx", Options{Dockerfile: test.dockerfile, Texts: map[string][]byte{test.drafted: []byte("node_modules\n")}})
			if got := destinations(c.Select(Selection{Sources: []string{"."}, Dest: "/"})); got != "b.node=>/b.node" {
				t.Errorf("after: %s", got)
			}
			if path, text, ok := c.Ignore(); path != test.path || string(text) != "node_modules\n" || !ok {
				t.Errorf("got %s %q %v", path, text, ok)
			}
			if !c.LeavesOut("node_modules/x") || c.LeavesOut("b.node") || before.LeavesOut("node_modules") {
				t.Error("LeavesOut")
			}
			if _, err := os.Lstat(test.path); test.name == "new" && err == nil {
				t.Error("a draft was written")
			}
		})
	}
	t.Chdir(t.TempDir())
	if path, text, ok := open(t, ".", Options{}).Ignore(); path != ".dockerignore" || text != nil || ok {
		t.Errorf("without a file: %s %q %v", path, text, ok)
	}
}

func TestSource(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, "app/prisma/schema.prisma:x", "schema.prisma:y", "lib/a.txt:z")
	c := open(t, dir, Options{})
	for _, test := range []struct {
		source, dest string
		folder       bool
		image, want  string
	}{
		{".", "/srv", true, "/srv/schema.prisma", "schema.prisma"},
		{".", "/", true, "/schema.prisma", "schema.prisma"},
		{"app", "/srv", false, "/srv/prisma/schema.prisma", "app/prisma/schema.prisma"},
		{"app", "/srv", false, "/srvprisma/schema.prisma", ""},
		{"schema.prisma", "/srv", true, "/srv/schema.prisma", "schema.prisma"},
		{"schema.prisma", "/srv/x.prisma", false, "/srv/x.prisma", "schema.prisma"},
		{"schema.prisma", "/srv", false, "/srv/schema.prisma", ""},
		{"*.prisma", "/srv", true, "/srv/schema.prisma", "schema.prisma"},
		{"app/*/*", "/srv", true, "/srv/schema.prisma", "app/prisma/schema.prisma"},
		{"*.txt", "/srv", true, "/srv/schema.prisma", ""},
		{"missing", "/srv", true, "/srv/other", ""},
	} {
		got, ok := c.Source(test.source, test.dest, test.folder, test.image)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%+v: got %q %v", test, got, ok)
		}
	}
}
