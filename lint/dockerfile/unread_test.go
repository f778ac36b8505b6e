package dockerfile

import (
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/facts"
)

// What a script that nobody has read may have installed is not known.
func TestUnreadScripts(t *testing.T) {
	context := map[string]string{
		"setup.sh":     "#!/bin/sh\napk add gcompat\n",
		"tame.sh":      "#!/bin/sh\nmkdir -p /data\n",
		"docker/x":     "#!/bin/sh\napk add gcompat\n",
		"docker/elf":   "\x7fELF",
		"docker/tame":  "#!/bin/sh\nset -e\necho done\n",
		"docker/setup": "#!/bin/sh\n./more.sh\n",
	}
	for _, test := range []struct {
		text string
		want facts.Tri
	}{
		{"COPY setup.sh /\nRUN sh /setup.sh", facts.Maybe},
		{"COPY setup.sh /\nRUN /setup.sh", facts.Maybe},
		{"COPY setup.sh /\nRUN [\"/setup.sh\"]", facts.Maybe},
		{"COPY setup.sh /\nRUN chmod +x /setup.sh && ./setup.sh --all", facts.Maybe},
		{"COPY tame.sh /\nRUN sh /tame.sh", facts.No},
		{"COPY tame.sh setup.sh /opt/\nRUN sh -e /opt/tame.sh", facts.No},
		{"WORKDIR /src\nCOPY . .\nRUN docker/x", facts.Maybe},
		{"WORKDIR /src\nCOPY . .\nRUN docker/tame", facts.No},
		{"WORKDIR /src\nCOPY . .\nRUN docker/elf install", facts.No},
		{"COPY docker /d\nRUN /d/setup", facts.Maybe},
		{"COPY gone.sh /\nRUN sh /gone.sh", facts.Maybe},
		{"RUN --mount=type=bind,source=setup.sh,target=/s.sh sh /s.sh", facts.Maybe},
		{"RUN --mount=type=bind,source=tame.sh,target=/s.sh sh /s.sh", facts.No},
		{"RUN --mount=type=bind,target=/src sh /src/setup.sh", facts.Maybe},
		{"ADD https://example.com/setup.sh /\nRUN sh /setup.sh", facts.Maybe},
		{"RUN wget -qO- https://example.com/x | sh", facts.Maybe},
		{"RUN apk add bash && curl -fsSL https://example.com/x | bash -s -- -y", facts.Maybe},
		{"RUN curl -fsSL https://example.com/x | bash", facts.No},
		{"RUN apk add bash; bash <(curl -fsSL https://example.com/x)", facts.Maybe},
		{"RUN sh -c \"$(curl -fsSL https://example.com/x)\"", facts.Maybe},
		{"RUN eval \"$(wget -qO- https://example.com/x)\"", facts.Maybe},
		{"RUN curl https://sh.rustup.rs -sSf | sh -s -- -y", facts.No},
		{"RUN xargs apk add < /packages.txt", facts.Maybe},
		{"RUN cat /packages.txt | xargs apk add --no-cache", facts.Maybe},
		{"RUN apk add $(cat /packages.txt)", facts.Maybe},
		{"ARG PACKAGES\nRUN apk add $PACKAGES", facts.Maybe},
		{"ARG V\nRUN apk add curl=$V", facts.No},
		{"RUN make -C /src install", facts.Maybe},
		{"RUN make deps", facts.Maybe},
		{"RUN make", facts.No},
		{"RUN ./configure && make && ./gradlew build", facts.No},
		{"RUN . /venv/bin/activate && pip install x", facts.No},
		{"RUN echo 'true' | sh", facts.No},
		{"RUN ansible-playbook site.yml", facts.Maybe},
		{"RUN python3 setup.py install", facts.No},
		{"RUN /opt/tool/bin/tool --version", facts.No},
	} {
		f := Parse(lint.NewSource("Dockerfile", []byte("FROM alpine:3.20 AS base\n"+test.text+"\nFROM base\nRUN true\n")), Options{})
		f.Context = func(name string) (string, bool) { text, ok := context[name]; return text, ok }
		if got := f.Stages[1].Installed("gcompat", len(f.Source.Content)); got != test.want {
			t.Errorf("%s\n\tgot %v, want %v", test.text, got, test.want)
		}
		if got := f.Stages[0].Installed("gcompat", f.Stages[0].FromRange.End+1); got != facts.No {
			t.Errorf("%s\n\tbefore it: %v", test.text, got)
		}
	}
}
