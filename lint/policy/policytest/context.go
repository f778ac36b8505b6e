package policytest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/musllint/musllint/lint/elf/elftest"
	"github.com/musllint/musllint/lint/policy"
)

// Lay writes the build context of examples into a folder. The text of a file is its
// content, unless its first line says that it describes one:
//
//	elf: program      an ELF file, see elftest.Parse
//	link: TARGET      a symbolic link
//	zip:              a zip archive, such as a jar: behind each line "+ NAME" stands what the
//	                  file of that name holds, by the same rules
//	tar:              a tar archive, compressed when its name ends in gz
func Lay(dir string, files []policy.ContextFile) error {
	for _, f := range files {
		if !filepath.IsLocal(f.Name) {
			return fmt.Errorf("context/%s leads out of the context", f.Name)
		}
		if err := layFile(filepath.Join(dir, f.Name), string(f.Data)); err != nil {
			return fmt.Errorf("context/%s: %w", f.Name, err)
		}
	}
	return nil
}

func layFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if target, ok := strings.CutPrefix(text, "link:"); ok {
		return os.Symlink(strings.TrimSpace(target), path)
	}
	content, err := contentOf(path, text)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o777)
}

// contentOf is what a text describes.
func contentOf(name, text string) ([]byte, error) {
	head, body, _ := strings.Cut(text, "\n")
	switch strings.TrimSpace(head) {
	case "zip:":
		return zipOf(body)
	case "tar:":
		return tarOf(body, strings.HasSuffix(name, "gz"))
	}
	if !elftest.IsRecipe(text) {
		return []byte(text), nil
	}
	f, err := elftest.Parse(text)
	if err != nil {
		return nil, err
	}
	return f.Bytes(), nil
}

// member is a file of an archive.
type member struct {
	name    string
	content []byte
}

func members(body string) ([]member, error) {
	var list []member
	for i, part := range strings.Split("\n"+body, "\n+ ") {
		if i == 0 {
			if strings.TrimSpace(part) != "" {
				return nil, fmt.Errorf("want + NAME before %q", part)
			}
			continue
		}
		name, text, _ := strings.Cut(part, "\n")
		content, err := contentOf(name, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = append(list, member{strings.TrimSpace(name), content})
	}
	return list, nil
}

func zipOf(body string) ([]byte, error) {
	list, err := members(body)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range list {
		f, err := w.Create(m.name)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(m.content); err != nil {
			return nil, err
		}
	}
	err = w.Close() // writes the directory
	return b.Bytes(), err
}

func tarOf(body string, compressed bool) ([]byte, error) {
	list, err := members(body)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range list {
		if err := w.WriteHeader(&tar.Header{Name: m.name, Mode: 0o755, Size: int64(len(m.content))}); err != nil {
			return nil, err
		}
		if _, err := w.Write(m.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil || !compressed {
		return b.Bytes(), err
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(b.Bytes()); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
