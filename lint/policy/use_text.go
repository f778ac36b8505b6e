package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/musllint/musllint/lint"
)

// ReadUses reads the uses of an example, one a line:
//
//	3:10 header fts.h compile "fts.h: No such file or directory"
//	- symbol getcontext link "undefined reference to `getcontext'" library=libc.so.6
//	7:2 function backtrace object guard=HAVE_EXECINFO_H
//
// A dash stands for a place that is not known. The message may be missing. Behind it may stand
// guard=, library= and generated. A line "on TARGET" names another target than the usual one.
func ReadUses(text []byte) (uses []lint.Use, on string, err error) {
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if target, ok := strings.CutPrefix(line, "on "); ok {
			on = target
			continue
		}
		u, err := readUse(line)
		if err != nil {
			return nil, "", fmt.Errorf("line %d of the uses: %w", n, err)
		}
		uses = append(uses, u)
	}
	return uses, on, nil
}

func readUse(line string) (lint.Use, error) {
	var u lint.Use
	fields := strings.SplitN(line, " ", 5)
	if len(fields) < 4 {
		return u, fmt.Errorf("want LINE:COLUMN KIND NAME PROOF, then perhaps a message in quotes and options: %q", line)
	}
	u.Kind, u.Name, u.Proof = lint.UseKind(fields[1]), fields[2], lint.UseProof(fields[3])
	if !slices.Contains(useKinds, u.Kind) {
		return u, fmt.Errorf("no use is of the kind %q", u.Kind)
	}
	if !slices.Contains(useProofs, u.Proof) {
		return u, fmt.Errorf("%q is no proof", u.Proof)
	}
	if fields[0] != "-" {
		l, c, ok := strings.Cut(fields[0], ":")
		var errs [2]error
		u.Line, errs[0] = strconv.Atoi(l)
		u.Column, errs[1] = strconv.Atoi(c)
		if !ok || errs[0] != nil || errs[1] != nil {
			return u, fmt.Errorf("%q is no place", fields[0])
		}
	}
	if len(fields) < 5 {
		return u, nil
	}
	rest := strings.TrimSpace(fields[4])
	if strings.HasPrefix(rest, `"`) {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return u, fmt.Errorf("the message has no closing quote: %s", rest)
		}
		if u.Message, err = strconv.Unquote(quoted); err != nil {
			return u, err
		}
		rest = rest[len(quoted):]
	}
	for option := range strings.FieldsSeq(rest) {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "guard":
			u.Guard = value
		case "library":
			u.Library = value
		case "generated":
			u.Generated = true
		default:
			return u, fmt.Errorf("unexpected %q: want guard=, library= or generated", option)
		}
	}
	return u, nil
}
