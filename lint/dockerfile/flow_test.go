package dockerfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// carried lists what the copies of a file bring: "kind libc source -> destination", with
// what it needs beyond its libc.
func carried(f *File) []string {
	var out []string
	for _, s := range f.Stages {
		for _, in := range s.Instructions {
			if in.Copy == nil {
				continue
			}
			for _, c := range in.Copy.Carries {
				line := fmt.Sprintf("%s %s %s -> %s", c.Kind, c.Libc, c.Source.Text, c.Dest)
				if len(c.Needs) > 0 {
					line += " needs " + strings.Join(c.Needs, ",")
				}
				out = append(out, line)
			}
		}
	}
	return out
}

func TestFlow(t *testing.T) {
	const (
		golang = "FROM golang:1.26-bookworm AS build\nWORKDIR /src\n"
		alpgo  = "FROM golang:1.26-alpine AS build\nWORKDIR /src\n"
		rust   = "FROM rust:1.90-bookworm AS build\nWORKDIR /src\n"
		gcc    = "FROM debian:bookworm AS build\nWORKDIR /src\n"
		alpine = "FROM alpine:3.20 AS build\nWORKDIR /src\n"
		node   = "FROM node:22-bookworm AS build\nWORKDIR /app\n"
		python = "FROM python:3.12-slim AS build\nWORKDIR /app\n"
		final  = "FROM alpine:3.20\nWORKDIR /srv\n"
	)
	tests := []struct {
		name, text string
		want       []string
	}{
		{"go, named output", golang + "RUN go build -o /out/app ./cmd/app\n" + final + "COPY --from=build /out/app /usr/local/bin/\n",
			[]string{"go-program glibc /out/app -> /usr/local/bin/app"}},
		{"go, unnamed output", golang + "RUN go build ./...\n" + final + "COPY --from=build /src/app /app\n",
			[]string{"go-program glibc /src/app -> /app"}},
		{"go, output in a folder", golang + "RUN go build -o /out/ ./...\n" + final + "COPY --from=build /out/a /out/b ./\n",
			[]string{"go-program glibc /out/a -> /srv/a", "go-program glibc /out/b -> /srv/b"}},
		{"go, output with a variable in its name", golang + "RUN go build -o /out/app-${X} .\n" + final + "COPY --from=build /out/app-1 /app\n",
			[]string{"go-program glibc /out/app-1 -> /app"}},
		{"go, two unnamed programs that differ", golang + "RUN go build ./a && CGO_ENABLED=0 go build ./b\n" + final + "COPY --from=build /src/b /b\n", nil},
		{"go, other files of the stage", golang + "RUN go build -o /out/app .\n" + final + "COPY --from=build /src/static /src/config.yaml /srv/\n", nil},
		{"go, cgo off by ENV", golang + "ENV CGO_ENABLED=0\nRUN go build -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program none /app -> /app"}},
		{"go, cgo off before the command", golang + "RUN CGO_ENABLED=0 go build -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program none /app -> /app"}},
		{"go, cgo off by export", golang + "RUN export CGO_ENABLED=0 && go build -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program none /app -> /app"}},
		{"go, cgo by an argument that is not given", golang + "ARG CGO\nENV CGO_ENABLED=$CGO\nRUN go build -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program unknown /app -> /app"}},
		{"go, linked statically", golang + "RUN go build -ldflags '-linkmode external -extldflags \"-static\"' -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program none /app -> /app"}},
		{"go, pie names a loader without cgo", golang + "RUN CGO_ENABLED=0 go build -buildmode=pie -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program glibc /app -> /app"}},
		{"go, other system", golang + "RUN GOOS=windows go build -o /app.exe .\n" + final + "COPY --from=build /app.exe /app.exe\n", nil},
		{"go, cross-compiled", golang + "RUN GOARCH=arm64 go build -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program none /app -> /app"}},
		{"go install", golang + "RUN go install example.com/tool@latest\n" + final + "COPY --from=build /go/bin/tool /bin\n",
			[]string{"go-program glibc /go/bin/tool -> /bin/tool"}},
		{"go, debian without a compiler", gcc + "RUN go build -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program unknown /app -> /app"}},
		{"go on alpine without a compiler", alpgo + "RUN go build -o /app .\nFROM debian:12\nCOPY --from=build /app /app\n",
			[]string{"go-program none /app -> /app"}},
		{"go on alpine with a compiler", alpgo + "RUN apk add gcc musl-dev && go build -o /app .\nFROM debian:12\nCOPY --from=build /app /app\n",
			[]string{"go-program musl /app -> /app"}},
		{"go library on alpine", alpgo + "RUN go build -buildmode=c-shared -o /p.so .\nFROM debian:12\nCOPY --from=build /p.so /p.so\n",
			[]string{"go-library musl /p.so -> /p.so"}},

		{"rust", rust + "RUN cargo build --release\n" + final + "COPY --from=build /src/target/release/app /usr/local/bin/app\n",
			[]string{"rust-program glibc /src/target/release/app -> /usr/local/bin/app needs libgcc_s.so.1"}},
		{"rust for musl", rust + "RUN cargo build --release --target x86_64-unknown-linux-musl\n" + final + "COPY --from=build /src/target/x86_64-unknown-linux-musl/release/app /app\n",
			[]string{"rust-program none /src/target/x86_64-unknown-linux-musl/release/app -> /app"}},
		{"rust, another profile", rust + "RUN cargo build\n" + final + "COPY --from=build /src/target/release/app /app\n", nil},
		{"rust, moved", rust + "RUN cargo build --release && mv target/release/app /out\n" + final + "COPY --from=build /out /app\n",
			[]string{"rust-program glibc /out -> /app needs libgcc_s.so.1"}},
		{"rust, copied into a bin folder", rust + "RUN cargo build --release && cp target/release/app /usr/local/bin\n" + final + "COPY --from=build /usr/local/bin/app /app\n",
			[]string{"rust-program glibc /usr/local/bin/app -> /app needs libgcc_s.so.1"}},
		{"rust of alpine's packages", alpine + "RUN apk add cargo rust && cargo build --release\n" + final + "COPY --from=build /src/target/release/app /app\n",
			[]string{"rust-program musl /src/target/release/app -> /app needs libgcc_s.so.1"}},
		{"rust's own alpine image is static", "FROM rust:1.90-alpine AS build\nWORKDIR /src\nRUN cargo build --release\nFROM debian:12\nCOPY --from=build /src/target/release/app /app\n",
			[]string{"rust-program none /src/target/release/app -> /app"}},

		{"c", gcc + "RUN gcc -O2 -o /out/app main.c\n" + final + "COPY --from=build /out/app /app\n",
			[]string{"c-program glibc /out/app -> /app"}},
		{"c, static", gcc + "RUN gcc -static -o /out/app main.c\n" + final + "COPY --from=build /out/app /app\n",
			[]string{"c-program none /out/app -> /app"}},
		{"c, objects only", gcc + "RUN gcc -c main.c -o /out/app\n" + final + "COPY --from=build /out/app /app\n", nil},
		{"c, musl's wrapper", gcc + "RUN musl-gcc -o /usr/bin/app main.c\n" + final + "COPY --from=build /usr/bin/app /app\n",
			[]string{"c-program musl /usr/bin/app -> /app"}},
		{"c++", alpine + "RUN g++ -fopenmp -o /out/app main.cc\n" + final + "COPY --from=build /out/app /app\n",
			[]string{"c-program musl /out/app -> /app needs libstdc++.so.6,libgcc_s.so.1,libgomp.so.1"}},
		{"make, program", gcc + "RUN ./configure && make install\n" + final + "COPY --from=build /usr/local/bin/tool /usr/local/bin/\n",
			[]string{"built-program glibc /usr/local/bin/tool -> /usr/local/bin/tool"}},
		{"make, documents", gcc + "RUN make\n" + final + "COPY --from=build /src/html /src/README.md /srv/\n", nil},
		{"make, static", gcc + "RUN make LDFLAGS=-static\n" + final + "COPY --from=build /src/tool /tool\n", nil},
		{"make around go", golang + "RUN make\n" + final + "COPY --from=build /src/tool /tool\n", nil},
		{"make around go, a library", alpgo + "RUN make\nFROM debian:12\nCOPY --from=build /src/p.so /p.so\n",
			[]string{"built-library musl /src/p.so -> /p.so"}},
		{"make with g++", alpine + "RUN apk add g++ make && make\n" + final + "COPY --from=build /src/tool /tool\n",
			[]string{"built-program musl /src/tool -> /tool needs libstdc++.so.6,libgcc_s.so.1"}},

		{"make install below DESTDIR", gcc + "RUN make && make install DESTDIR=/stage\n" + final + "COPY --from=build /stage/ /\n",
			[]string{"built-program glibc /stage/ -> /usr/local/bin/*", "built-program glibc /stage/ -> /usr/local/sbin/*"}},
		{"make install, DESTDIR before the command and a prefix", gcc + "RUN ./configure --prefix=/usr\nRUN DESTDIR=/stage make install\n" + final + "COPY --from=build /stage/usr/bin/tool /bin/tool\n",
			[]string{"built-program glibc /stage/usr/bin/tool -> /bin/tool"}},
		{"make install below a prefix", gcc + "RUN ./configure --prefix=/opt/x && make && make install\n" + final + "COPY --from=build /opt/x /opt/x\n",
			[]string{"built-program glibc /opt/x -> /opt/x/bin/*", "built-program glibc /opt/x -> /opt/x/sbin/*"}},
		{"cmake --install", gcc + "RUN cmake -B build -DCMAKE_INSTALL_PREFIX=/opt/x && cmake --install build\n" + final + "COPY --from=build /opt/x/bin /opt/x/bin\n",
			[]string{"built-program glibc /opt/x/bin -> /opt/x/bin/*"}},
		{"make install, other folders of the prefix", gcc + "RUN ./configure --prefix=/opt/x && make install\n" + final + "COPY --from=build /opt/x/share /opt/x/share\n", nil},
		{"make install, static", gcc + "RUN ./configure --prefix=/opt/x && make install LDFLAGS=-static\n" + final + "COPY --from=build /opt/x /opt/x\n", nil},

		{"native, somewhere", "FROM swift:6.0 AS build\nWORKDIR /src\nRUN swift build -c release --static-swift-stdlib\n" + final + "COPY --from=build /src/.build/release/App /srv/App\n",
			[]string{"native-program glibc /src/.build/release/App -> /srv/App"}},
		{"native, fetched only", "FROM crystallang/crystal:1.10.1 AS build\nRUN shards install\n" + final + "COPY --from=build /app /app\n", nil},
		{"native, static", "FROM crystallang/crystal:1.10.1-alpine AS build\nRUN shards build && crystal build --static src/app.cr\nFROM debian:12\nCOPY --from=build /app /app\n", nil},

		{"native-image, the word after the JAR file", "FROM ghcr.io/graalvm/native-image-community:21 AS build\nWORKDIR /src\nRUN native-image --no-fallback -jar app.jar out/app\n" + final + "COPY --from=build /src/out/app /app\n",
			[]string{"native-program glibc /src/out/app -> /app"}},
		{"native-image, named by the class", "FROM ghcr.io/graalvm/native-image-community:21 AS build\nWORKDIR /src\nRUN native-image -cp . com.example.Main tool\n" + final + "COPY --from=build /src/tool /tool\n",
			[]string{"native-program glibc /src/tool -> /tool"}},
		{"native-image, static", "FROM ghcr.io/graalvm/native-image-community:21 AS build\nWORKDIR /src\nRUN native-image --static --libc=musl -jar app.jar app\n" + final + "COPY --from=build /src/app /app\n",
			[]string{"native-program none /src/app -> /app"}},
		{"native-image by Maven", "FROM ghcr.io/graalvm/native-image-community:21 AS build\nWORKDIR /src\nRUN ./mvnw -Pnative package\n" + final + "COPY --from=build /src/target/app /app\n",
			[]string{"native-program glibc /src/target/app -> /app"}},
		{"Maven without a native profile", "FROM ghcr.io/graalvm/native-image-community:21 AS build\nWORKDIR /src\nRUN ./mvnw package\n" + final + "COPY --from=build /src/target/app /app\n", nil},
		{"dart, named output", "FROM dart:3.5 AS build\nWORKDIR /src\nRUN dart compile exe bin/server.dart -o bin/server\n" + final + "COPY --from=build /src/bin/server /srv/\n",
			[]string{"native-program glibc /src/bin/server -> /srv/server"}},
		{"dart, its own name", "FROM dart:3.5 AS build\nWORKDIR /src\nRUN dart compile exe bin/server.dart\n" + final + "COPY --from=build /src/bin/server.exe /srv/server\n",
			[]string{"native-program glibc /src/bin/server.exe -> /srv/server"}},
		{"nim", "FROM nimlang/nim:2.0.0 AS build\nWORKDIR /src\nRUN nim c -d:release -o:/out/app src/app.nim\n" + final + "COPY --from=build /out/app /app\n",
			[]string{"native-program glibc /out/app -> /app"}},
		{"cargo-chef's image", "FROM lukemathwalker/cargo-chef:latest-rust-1.80 AS build\nWORKDIR /src\nRUN cargo build --release\n" + final + "COPY --from=build /src/target/release/app /app\n",
			[]string{"rust-program glibc /src/target/release/app -> /app needs libgcc_s.so.1"}},
		{"cargo-chef's image on Alpine", "FROM lukemathwalker/cargo-chef:latest-rust-1.80-alpine3.20 AS build\nWORKDIR /src\nRUN cargo build --release\n" + final + "COPY --from=build /src/target/release/app /app\n",
			[]string{"rust-program none /src/target/release/app -> /app"}},

		{"launcher of .NET", "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nWORKDIR /src\nRUN dotnet publish -c Release -o /out\n" + final + "COPY --from=build /out .\n",
			[]string{"dotnet-launcher glibc /out -> /srv/*"}},
		{"launcher of .NET, not wanted", "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nWORKDIR /src\nRUN dotnet publish -o /out -p:UseAppHost=false\n" + final + "COPY --from=build /out .\n", nil},
		{"launcher of .NET for an unknown identifier", "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nARG RID\nWORKDIR /src\nRUN dotnet publish -r $RID -o /out\n" + final + "COPY --from=build /out .\n", nil},
		{".NET for musl on an architecture that is not known", "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nARG ARCH\nWORKDIR /src\nRUN dotnet publish -r linux-musl-$ARCH -o /out\n" + final + "COPY --from=build /out .\n",
			[]string{"dotnet-program musl /out -> /srv needs libstdc++.so.6,libgcc_s.so.1"}},
		{"self-contained .NET for an identifier that is not known", "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nARG ARCH\nWORKDIR /src\nRUN dotnet publish -r linux-$ARCH --self-contained -o /out\n" + final + "COPY --from=build /out .\n", nil},
		{"self-contained .NET", "FROM mcr.microsoft.com/dotnet/sdk:8.0 AS build\nWORKDIR /src\nRUN dotnet publish --self-contained -o /out\n" + final + "COPY --from=build /out .\n",
			[]string{"dotnet-program glibc /out -> /srv needs libstdc++.so.6,libgcc_s.so.1"}},

		{"jlink by JAVA_HOME", "FROM eclipse-temurin:21-alpine AS build\nRUN $JAVA_HOME/bin/jlink --add-modules java.base --output /jre\nFROM debian:12\nCOPY --from=build /jre /opt/java\n",
			[]string{"jre musl /jre -> /opt/java"}},

		{"node_modules", node + "RUN npm ci\nFROM node:22-alpine\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\n",
			[]string{"node-modules glibc /app/node_modules -> /app/node_modules"}},
		{"node_modules with the application", node + "RUN yarn\nFROM node:22-alpine\nCOPY --from=build /app /srv\n",
			[]string{"node-modules glibc /app -> /srv/node_modules"}},
		{"only what was bundled", node + "RUN npm ci && npm run build\nFROM nginx:alpine\nCOPY --from=build /app/dist /usr/share/nginx/html\n", nil},
		{"files of one module", node + "RUN npm ci\nFROM nginx:alpine\nCOPY --from=build /app/node_modules/bootstrap/dist /usr/share/nginx/html\n", nil},
		{"pnpm deploy", node + "RUN pnpm install && pnpm --filter=api deploy --prod /prod/api\nFROM node:22-alpine\nCOPY --from=build /prod/api /app\n",
			[]string{"node-modules glibc /prod/api -> /app/node_modules"}},
		{"npm for another libc", node + "RUN npm ci --os=linux --libc=musl\nFROM node:22-alpine\nCOPY --from=build /app/node_modules /app/node_modules\n",
			[]string{"node-modules musl /app/node_modules -> /app/node_modules"}},

		{"venv", python + "RUN python -m venv /opt/venv && /opt/venv/bin/pip install flask\nFROM python:3.12-alpine\nCOPY --from=build /opt/venv /opt/venv\n",
			[]string{"python-packages glibc /opt/venv -> /opt/venv"}},
		{"site-packages", python + "RUN pip install flask\nFROM python:3.12-alpine\nCOPY --from=build /usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages\n",
			[]string{"python-packages glibc /usr/local/lib/python3.12/site-packages -> /usr/local/lib/python3.12/site-packages"}},
		{"pip --prefix", python + "RUN pip install --prefix=/install flask\nFROM python:3.12-alpine\nCOPY --from=build /install /usr/local\n",
			[]string{"python-packages glibc /install -> /usr/local"}},
		{"pip --user", python + "RUN pip install --user flask\nFROM python:3.12-alpine\nCOPY --from=build /root/.local /root/.local\n",
			[]string{"python-packages glibc /root/.local -> /root/.local"}},
		{"wheels", python + "RUN pip wheel -w /wheels flask\nFROM python:3.12-alpine\nCOPY --from=build /wheels /wheels\n",
			[]string{"wheels glibc /wheels -> /wheels"}},
		{"uv sync", python + "RUN uv sync --frozen\nFROM python:3.12-alpine\nCOPY --from=build /app/.venv /app/.venv\n",
			[]string{"python-packages glibc /app/.venv -> /app/.venv"}},

		{"gems", "FROM ruby:3.3 AS build\nWORKDIR /app\nRUN bundle install\nFROM ruby:3.3-alpine\nCOPY --from=build /usr/local/bundle /usr/local/bundle\n",
			[]string{"gems glibc /usr/local/bundle -> /usr/local/bundle"}},
		{"gems in the application", "FROM ruby:3.3 AS build\nWORKDIR /app\nRUN bundle config set --local deployment true && bundle install\nFROM ruby:3.3-alpine\nCOPY --from=build /app /app\n",
			[]string{"gems glibc /app -> /app/vendor/bundle"}},

		{"release", "FROM elixir:1.17-alpine AS build\nWORKDIR /app\nRUN mix release\n" + final + "COPY --from=build /app/_build/prod/rel/app ./\n",
			[]string{"beam-release musl /app/_build/prod/rel/app -> /srv needs libstdc++.so.6,libgcc_s.so.1"}},
		{"release of an old OTP", "FROM elixir:1.11-alpine AS build\nWORKDIR /app\nRUN mix release\n" + final + "COPY --from=build /app/_build/prod/rel/app ./\n",
			[]string{"beam-release musl /app/_build/prod/rel/app -> /srv"}},

		{"program of an image", final + "COPY --from=debian:12 /usr/bin/tool /usr/bin/tool\n",
			[]string{"system-program glibc /usr/bin/tool -> /usr/bin/tool"}},
		{"program that an image has compiled", final + "COPY --from=redis:7 /usr/local/bin/redis-cli /usr/local/bin/\n",
			[]string{"program glibc /usr/local/bin/redis-cli -> /usr/local/bin/redis-cli"}},
		{"program that an Alpine image has compiled", final + "COPY --from=php:8.3-cli-alpine /usr/local/bin/php /usr/local/bin/\n",
			[]string{"program musl /usr/local/bin/php -> /usr/local/bin/php"}},
		{"libraries that an image has compiled", "FROM php:8.3-fpm AS build\nRUN docker-php-ext-install pdo_mysql\nFROM php:8.3-fpm-alpine\nCOPY --from=build /usr/local/lib/php/extensions/ /usr/local/lib/php/extensions/\n",
			[]string{"library glibc /usr/local/lib/php/extensions/ -> /usr/local/lib/php/extensions"}},
		{"script of an image", final + "COPY --from=redis:7 /usr/local/bin/docker-entrypoint.sh /usr/local/bin/\n", nil},
		{"library of an image", final + "COPY --from=debian:12 /usr/lib/x86_64-linux-gnu/libz.so.1 /usr/lib/\n",
			[]string{"system-library glibc /usr/lib/x86_64-linux-gnu/libz.so.1 -> /usr/lib/libz.so.1"}},
		{"scripts and certificates of an image", final + "COPY --from=debian:12 /etc/ssl/certs /usr/bin/tool.sh /x/\n", nil},
		{"stage that is nothing but an image", "FROM debian:12 AS tools\n" + final + "COPY --from=tools /bin/tool /bin/\n",
			[]string{"system-program glibc /bin/tool -> /bin/tool"}},
		{"program that a command has put among the system's", gcc + "RUN sh build.sh && mv tool /usr/bin/tool\n" + final + "COPY --from=build /usr/bin/tool /usr/bin/other /bin/\n",
			[]string{"system-program glibc /usr/bin/other -> /bin/other"}},
		{"unknown image", final + "COPY --from=example.com/tools:1 /usr/bin/tool /usr/bin/\n", nil},

		{"stage by number", golang + "RUN go build -o /app .\n" + final + "COPY --from=0 /app /app\n",
			[]string{"go-program glibc /app -> /app"}},
		{"pattern", golang + "RUN go build -o /out/app .\n" + final + "COPY --from=build /out/a* /bin/\n",
			[]string{"go-program glibc /out/a* -> /bin/app"}},
		{"stage that continues another", golang + "RUN go build -o /app .\nFROM build AS test\nRUN true\n" + final + "COPY --from=test /app /app\n",
			[]string{"go-program glibc /app -> /app"}},
		{"over three stages", golang + "RUN go build -o /app .\nFROM alpine AS pack\nCOPY --from=build /app /rootfs/usr/bin/app\n" + final + "COPY --from=pack /rootfs /\n",
			[]string{"go-program glibc /app -> /rootfs/usr/bin/app", "go-program glibc /rootfs -> /usr/bin/app"}},
		{"by a mount", golang + "RUN go build -o /app .\nFROM alpine AS pack\nRUN --mount=from=build,source=/app,target=/mnt/app cp /mnt/app /opt/app\n" + final + "COPY --from=pack /opt/app /app\n",
			[]string{"go-program glibc /opt/app -> /app"}},
		{"built twice", golang + "RUN go build -o /app .\nRUN CGO_ENABLED=0 go build -o /app .\n" + final + "COPY --from=build /app /app\n",
			[]string{"go-program none /app -> /app"}},
		{"symbolic link", golang + "RUN go build -o /out/app-1 . && ln -s /out/app-1 /out/app\n" + final + "COPY --from=build /out/app /app\n",
			[]string{"go-program glibc /out/app -> /app"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, carried(parse(test.text))); diff != "" {
				t.Errorf("carried (-want +got):\n%s", diff)
			}
		})
	}
}

// Where a download is saved decides what a later copy brings.
func TestSavedAt(t *testing.T) {
	tests := []struct{ command, want string }{
		{"curl -fsSLo /usr/local/bin/tool https://example.com/tool", "/usr/local/bin/tool"},
		{"curl -fsSL https://example.com/tool -o tool", "/w/tool"},
		{"curl -LO https://example.com/d/tool?x=1", "/w/tool"},
		{"curl -L --output-dir /out -O https://example.com/d/tool", "/out/tool"},
		{"curl -sL https://example.com/tool > /bin/tool", "/bin/tool"},
		{"curl -sL https://example.com/install.sh | sh", ""},
		{"curl -sL https://example.com/a.tgz | tar -xz -C /opt", "/opt/**"},
		{"curl -sL https://example.com/a.tgz | tar xz", "/w/**"},
		{"curl -sL https://example.com/a.gz | gunzip > /bin/tool", "/bin/tool"},
		{"wget https://example.com/tool", "/w/tool"},
		{"wget -P /out https://example.com/tool", "/out/tool"},
		{"wget -qO /bin/tool https://example.com/tool", "/bin/tool"},
		{"wget -qO- https://example.com/a.tgz | tar xzf - -C /opt", "/opt/**"},
		{"cd /x && wget https://example.com/tool", "/x/tool"},
		{"cd $X && wget https://example.com/tool", ""},
	}
	for _, test := range tests {
		f := parse("FROM alpine\nWORKDIR /w\nRUN " + test.command + "\n")
		in := f.Stages[0].Instructions[2]
		if len(in.Downloads) != 1 {
			t.Fatalf("%s: %d downloads", test.command, len(in.Downloads))
		}
		if got := in.Downloads[0].savedAt(); got != test.want {
			t.Errorf("%s: saved at %q, want %q", test.command, got, test.want)
		}
	}
}

// An unpacked download is at its new place, and what was fetched beside it is not it.
func TestUnpacked(t *testing.T) {
	const text = "FROM debian:12 AS get\nWORKDIR /w\n" +
		"RUN curl -LO https://example.com/a.tar.gz && tar -xf a.tar.gz -C /opt\n" +
		"RUN curl -Lo /opt/static https://example.com/static\n" +
		"FROM alpine\nCOPY --from=get /opt/a/bin/tool /opt/static /bin/\n"
	want := []string{"download unknown /opt/a/bin/tool -> /bin/tool", "download unknown /opt/static -> /bin/static"}
	if diff := cmp.Diff(want, carried(parse(text))); diff != "" {
		t.Errorf("carried (-want +got):\n%s", diff)
	}
}

// A copy tells why what it takes from has its libc: the stage's own reasons, or what is
// known of the image, at the flag that names it.
func TestCopyReasons(t *testing.T) {
	f := parse("FROM debian:12 AS build\nFROM alpine:3.20\nCOPY --from=build /bin/a /a\nCOPY --from=redis:7 /usr/local/bin/redis-cli /b\nCOPY --from=example.com/x:1 /c /c\n")
	var got []string
	for _, in := range f.Stages[1].Instructions {
		if in.Copy == nil {
			continue
		}
		for _, r := range in.Copy.Reasons {
			got = append(got, f.Source.Text(r.Range)+": "+r.Message)
		}
	}
	want := []string{
		"debian:12: debian:12 is Debian 12 (glibc)",
		"--from=redis:7: redis:7 is Debian (glibc)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}
