package policy

import (
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

func TestStarts(t *testing.T) {
	const path = "/usr/local/bin/app"
	tests := []struct {
		name, text, path string
		want             bool
	}{
		{"by its path", `CMD ["/usr/local/bin/app", "-v"]`, path, true},
		{"by its name", `ENTRYPOINT ["app"]`, path, true},
		{"by its name, not in a searched folder", `ENTRYPOINT ["app"]`, "/opt/app", false},
		{"from the working directory", "WORKDIR /opt\nCMD ./app", "/opt/app", true},
		{"through a wrapper", `ENTRYPOINT ["env", "A=b", "app"]`, path, true},
		{"by a RUN", "RUN app --version", path, true},
		{"another program", `CMD ["apps"]`, path, false},
		{"as an argument", `CMD ["cat", "/usr/local/bin/app"]`, path, false},
		{"in a stage that continues", "FROM build\nCMD [\"app\"]", path, true},
		{"in another stage", "FROM alpine\nCMD [\"app\"]", path, false},
		{"file of unknown name", `CMD ["/out/app"]`, "/out/*", true},
		{"file of unknown name, deeper", `CMD ["/out/bin/app"]`, "/out/*", false},
		{"file of unknown name, by a name that may be another one's", `CMD ["app"]`, "/usr/local/bin/*", false},
		{"file of unknown name, a script", `CMD ["/out/start.sh"]`, "/out/*", false},
		{"anywhere below", `CMD ["/out/bin/app"]`, "/out/**", true},
		{"unknown path", `CMD ["app"]`, "", false},
		{"when the image is a base", `ONBUILD RUN app`, path, false},
	}
	for _, test := range tests {
		f := dockerfile.Parse(lint.NewSource("Dockerfile", []byte("FROM alpine AS build\n"+test.text+"\n")), dockerfile.Options{})
		s := &Subject{file: f, st: f.Stages[0]}
		if got := s.starts(test.path); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
