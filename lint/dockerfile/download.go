package dockerfile

import (
	"path"
	"strings"

	"github.com/musllint/musllint/lint/facts"
	"github.com/musllint/musllint/lint/shell"
)

// Download is one URL that a command or ADD fetches.
type Download struct {
	facts.Download
	URL         shell.Word
	Piped       string // name of the program that it is piped into, such as "sh" or "tar"
	Instruction *Instruction
	Command     *shell.Command // nil for ADD
}

// File is the last path element of the URL.
func (d *Download) File() string {
	p, _, _ := strings.Cut(d.URL.Text, "?")
	return path.Base(p)
}

// downloadsOf returns what a command fetches.
func downloadsOf(in *Instruction, c *shell.Command) []*Download {
	switch c.Name {
	case "curl", "wget", "aria2c", "axel", "fetch":
	default:
		return nil
	}
	piped := ""
	if c.PipeTo != nil {
		piped = c.PipeTo.Name
	}
	var list []*Download
	words := c.Operands
	if f, ok := c.Flag("url"); ok {
		words = append(words[:len(words):len(words)], shell.Word{Text: f.Value, Known: f.Known, Start: f.ValueStart, End: f.ValueEnd})
	}
	for _, w := range words {
		if !strings.Contains(w.Text, "://") && !strings.Contains(w.Text, ".") {
			continue
		}
		list = append(list, &Download{Download: facts.ClassifyURL(w.Text), URL: w, Piped: piped, Instruction: in, Command: c})
	}
	return list
}

func (b *builder) addURLs(in *Instruction, c *Copy) {
	for _, w := range c.Sources {
		if strings.Contains(w.Text, "://") {
			d := &Download{Download: facts.ClassifyURL(w.Text), URL: w, Instruction: in}
			in.Downloads = append(in.Downloads, d)
			a := &Artifact{Kind: "download", Path: "/" + d.File(), Libc: d.Libc, Certain: d.Certain, Range: b.file.Range(w.Start, w.End), Why: d.Why}
			if a.Path = landing(in, c, a.Path, a); a.Path != "" {
				b.stage.make(a)
			}
		}
	}
}
