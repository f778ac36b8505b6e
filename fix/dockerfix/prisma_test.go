package dockerfix

import (
	"strings"
	"testing"
	"time"
)

func TestSchemaTokensKnowLines(t *testing.T) {
	var got []string
	for _, x := range schemaTokens("a b // c\nd /* e\n */ f\n\ng \"h\" i") {
		if x.first {
			got = append(got, x.text)
		}
	}
	if words := strings.Join(got, " "); words != "a d f g" {
		t.Errorf("first of their lines: %s", words)
	}
	start := time.Now()
	if n := len(schemaTokens(strings.Repeat("a ", 1<<20))); n != 1<<20 {
		t.Errorf("%d tokens", n)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("one long line took %s", took)
	}
}
