package run

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// scope says how far a suppression reaches.
type scope uint8

const (
	scopeNext  scope = iota // the instruction below, or the command below inside of a RUN
	scopeStage              // the stage of the FROM below
	scopeFile
)

var scopeKeys = map[string]scope{"ignore": scopeNext, "ignore-stage": scopeStage, "ignore-file": scopeFile}

// directive is what a comment such as
//
//	# musllint ignore=ML1201,ML2 reason="until the wheel exists" until=2027-01-01
//
// says. Comments of other tools (# hadolint …, # check=…) are none of it.
type directive struct {
	scope  scope
	rules  []selector
	reason string
	until  time.Time // first moment at which it has expired; zero when it never does
	date   string    // until as written: the last day on which it holds
}

// selector is an id, a prefix of ids or a name, and where it stands.
type selector struct {
	text       string
	start, end int // offsets in the comment
}

// errNoDirective means that a comment does not speak to musllint.
var errNoDirective = errors.New("no directive")

// parseDirective reads one comment, from its #, // or /* on. The error is for the author of the
// comment, but for errNoDirective.
func parseDirective(comment string) (directive, error) {
	s := scanner{text: comment, pos: 1}
	if strings.HasPrefix(comment, "/") {
		s.pos = 2
	}
	s.blanks()
	if !s.accept("musllint") {
		return directive{}, errNoDirective
	}
	s.accept(":")
	if s.pos < len(s.text) && !s.blanks() || !s.addressed() {
		return directive{}, errNoDirective
	}
	return s.directive()
}

// scanner walks over a comment.
type scanner struct {
	text string
	pos  int
}

func (s *scanner) rest() string { return s.text[s.pos:] }

func (s *scanner) accept(prefix string) bool {
	if !strings.HasPrefix(s.rest(), prefix) {
		return false
	}
	s.pos += len(prefix)
	return true
}

func (s *scanner) blanks() bool {
	before := s.pos
	s.pos += len(s.rest()) - len(strings.TrimLeft(s.rest(), " \t"))
	return s.pos > before
}

// addressed tells an instruction to musllint from a sentence about it: the first word is
// one of our keys, or it is followed by an equals sign.
func (s *scanner) addressed() bool {
	word := s.rest()
	if i := strings.IndexFunc(word, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' }); i >= 0 {
		word = word[:i]
	}
	_, ours := scopeKeys[word]
	after := s.rest()[len(word):]
	return ours || word != "" && strings.HasPrefix(after, "=")
}

func (s *scanner) directive() (directive, error) {
	var d directive
	seen := map[string]bool{}
	for s.blanks(); s.pos < len(s.text); s.blanks() {
		key := s.key()
		if key == "" || !s.accept("=") {
			return d, s.unexpected(key)
		}
		_, isScope := scopeKeys[key]
		if isScope && len(d.rules) > 0 || seen[key] {
			return d, fmt.Errorf("%s= stands twice or beside another ignore", key)
		}
		seen[key] = true
		if err := s.value(&d, key); err != nil {
			return d, err
		}
	}
	if len(d.rules) == 0 {
		return d, errors.New("ignore= is missing: it names the rules, as in ignore=ML1201,ML2")
	}
	return d, nil
}

func (s *scanner) key() string {
	start := s.pos
	for s.pos < len(s.text) && strings.IndexByte("= \t\"", s.text[s.pos]) < 0 {
		s.pos++
	}
	return s.text[start:s.pos]
}

func (s *scanner) unexpected(word string) error {
	if _, ours := scopeKeys[word]; ours {
		return fmt.Errorf("%s needs the rules behind an equals sign: %s=ML1201", word, word)
	}
	if word == "" {
		word = s.rest()
	}
	return fmt.Errorf(`unexpected %q: a suppression is written ignore=ML1201,ML2 reason="…" until=2027-01-01`, word)
}

func (s *scanner) value(d *directive, key string) (err error) {
	switch key {
	case "ignore", "ignore-stage", "ignore-file":
		d.scope = scopeKeys[key]
		d.rules, err = s.selectors(key)
	case "reason":
		d.reason, err = s.quoted()
	case "until":
		d.date = s.bare()
		day, dateErr := time.Parse(time.DateOnly, d.date)
		if dateErr != nil {
			return fmt.Errorf("until=%s is no date: want until=2027-01-01", d.date)
		}
		d.until = day.AddDate(0, 0, 1)
	default:
		return fmt.Errorf("unknown key %q: want ignore, ignore-stage, ignore-file, reason or until", key)
	}
	return err
}

// selectors reads a list such as ML1201,ML2; blanks are allowed behind a comma.
func (s *scanner) selectors(key string) ([]selector, error) {
	var list []selector
	for {
		start := s.pos
		for s.pos < len(s.text) && strings.IndexByte(", \t", s.text[s.pos]) < 0 {
			s.pos++
		}
		if s.pos == start {
			return nil, fmt.Errorf("%s= lacks a rule", key)
		}
		list = append(list, selector{s.text[start:s.pos], start, s.pos})
		if !s.accept(",") {
			return list, nil
		}
		s.blanks()
	}
}

func (s *scanner) bare() string {
	start := s.pos
	for s.pos < len(s.text) && s.text[s.pos] != ' ' && s.text[s.pos] != '\t' {
		s.pos++
	}
	return s.text[start:s.pos]
}

// quoted reads a value in double quotes, or one word without.
func (s *scanner) quoted() (string, error) {
	if !s.accept(`"`) {
		return s.bare(), nil
	}
	end := strings.IndexByte(s.rest(), '"')
	if end < 0 {
		return "", errors.New("the reason's closing quote is missing")
	}
	value := s.rest()[:end]
	s.pos += end + 1
	return value, nil
}
