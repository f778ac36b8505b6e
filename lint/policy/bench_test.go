package policy

import (
	"testing"

	"github.com/musllint/musllint/lint"
	"github.com/musllint/musllint/lint/dockerfile"
)

// service is a Dockerfile of usual length with several languages, in which a good share
// of the policies can match.
const service = `# syntax=docker/dockerfile:1
ARG ALPINE=3.20
FROM golang:1.23-alpine${ALPINE} AS tool
WORKDIR /src
RUN apk add --no-cache gcc musl-dev git
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ENV CGO_ENABLED=1
RUN go build -trimpath -ldflags "-s -w" -o /out/tool ./cmd/tool

FROM node:22-bookworm AS web
WORKDIR /web
COPY package.json package-lock.json ./
RUN npm ci && \
    npm cache clean --force
COPY web ./
RUN npm run build && \
    npm prune --omit=dev

FROM python:3.12-alpine${ALPINE} AS api
ENV PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1 \
    LANG=en_US.UTF-8
WORKDIR /api
RUN apk add --no-cache --virtual .build \
      build-base \
      libffi-dev \
      openssl-dev
COPY requirements.txt .
RUN pip install --upgrade pip && \
    pip install -r requirements.txt && \
    pip install numpy==1.26.4 grpcio psycopg2 uvicorn && \
    apk del .build
COPY api ./

FROM alpine:${ALPINE}
ARG KUBECTL=1.30.2
RUN apk add --no-cache \
      ca-certificates \
      bash \
      curl \
      gcompat \
      tzdata
RUN curl -fsSLo /usr/local/bin/kubectl \
      "https://dl.k8s.io/release/v${KUBECTL}/bin/linux/amd64/kubectl" && \
    chmod +x /usr/local/bin/kubectl
RUN curl -fsSL https://nodejs.org/dist/v22.2.0/node-v22.2.0-linux-x64.tar.gz \
      | tar -xz -C /usr/local --strip-components=1
COPY --from=tool /out/tool /usr/local/bin/tool
COPY --from=web /web/node_modules /srv/node_modules
COPY --from=web /web/dist /srv/dist
COPY --from=api /api /srv/api
RUN addgroup -S app && adduser -S -G app app
USER app
EXPOSE 8080
HEALTHCHECK CMD wget -qO- http://localhost:8080/health || exit 1
ENTRYPOINT ["/usr/local/bin/tool"]
CMD ["serve", "--listen", ":8080"]
`

// BenchmarkBuiltin is what every start pays.
func BenchmarkBuiltin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstFile is what a run over one Dockerfile pays for policies: those that can
// match are parsed.
func BenchmarkFirstFile(b *testing.B) {
	src := lint.NewSource("Dockerfile", []byte(service))
	f := dockerfile.Parse(src, dockerfile.Options{})
	b.ReportAllocs()
	for b.Loop() {
		set, err := Builtin()
		if err != nil {
			b.Fatal(err)
		}
		evaluate(b, set, f)
	}
}

// BenchmarkNextFile is what a further Dockerfile of the same run pays.
func BenchmarkNextFile(b *testing.B) {
	set, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	src := lint.NewSource("Dockerfile", []byte(service))
	f := dockerfile.Parse(src, dockerfile.Options{})
	b.ReportAllocs()
	for b.Loop() {
		evaluate(b, set, f)
	}
}

func evaluate(b *testing.B, set *Set, f *dockerfile.File) {
	b.Helper()
	if _, diags := set.Evaluate(f, Options{}); diags.HasErrors() {
		b.Fatal(diags)
	}
}
