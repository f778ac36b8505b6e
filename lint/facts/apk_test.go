package facts

import "testing"

func TestImageHas(t *testing.T) {
	for _, test := range []struct {
		image, release, pkg string
		want                Tri
	}{
		{"alpine:3.20", "", "libstdc++", No},
		{"alpine:3.20", "", "bash", No},
		{"alpine:3.20", "", "musl", Yes},
		{"alpine:3.20", "", "libssl3", Yes},
		{"alpine:3.12", "", "libssl3", No},
		{"alpine:3.12", "", "libssl1.1", Yes},
		{"alpine:${V}", "", "libssl3", Maybe},
		{"alpine:${V}", "3.20", "libssl3", Yes},
		{"arm64v8/alpine:3.20", "", "tzdata", No},
		{"node:20-alpine", "", "libstdc++", Yes},
		{"node:20-alpine", "", "python3", No},
		{"python:3.12-alpine", "", "libstdc++", No},
		{"python:3.12-alpine", "", "tzdata", Yes},
		{"python:3.12", "", "tzdata", Maybe},
		{"golang:1.22-alpine3.20", "", "gcc", No},
		{"golang:1.22-alpine3.20", "", "git", No},
		{"ruby:3.3-alpine", "", "libgcc", Yes},
		{"ruby:3.3-alpine", "", "libstdc++", No},
		{"erlang:22-alpine", "", "libstdc++", No},
		{"erlang:26-alpine", "", "libstdc++", Yes},
		{"erlang:24-alpine", "", "libstdc++", Maybe},
		{"nginx:alpine", "", "libstdc++", Yes},
		{"nginx:1.25-alpine", "", "libstdc++", Maybe},
		{"nginx:1.25-alpine-slim", "", "libstdc++", No},
		{"rust:1.85-alpine3.21", "", "musl-dev", Yes},
		{"rust:1.66-alpine3.17", "", "musl-dev", Maybe},
		{"rust:1.66-alpine3.17", "", "gcc", Yes},
		{"redis:7.4-alpine", "", "libstdc++", No},
		{"redis:8-alpine", "", "libstdc++", Yes},
		{"eclipse-temurin:17-jre-alpine", "", "libstdc++", Maybe},
		{"mcr.microsoft.com/dotnet/aspnet:8.0-alpine", "", "icu-libs", No},
		{"mcr.microsoft.com/dotnet/aspnet:8.0-alpine-extra", "", "icu-libs", Yes},
		{"mcr.microsoft.com/dotnet/sdk:8.0-alpine", "", "icu-libs", Yes},
		{"mcr.microsoft.com/dotnet/runtime-deps:8.0-alpine3.20", "", "libstdc++", Yes},
		{"registry.corp/alpine:3.20", "", "bash", Maybe},
		{"someone/app:1-alpine", "", "bash", Maybe},
		{"debian:12", "", "bash", Maybe},
	} {
		ref, _ := ParseRef(test.image)
		if got := ImageHas(ref, test.release, test.pkg); got != test.want {
			t.Errorf("%s %s has %s: %s, want %s", test.image, test.release, test.pkg, got, test.want)
		}
	}
}

func TestApkBrings(t *testing.T) {
	for _, test := range []struct {
		pkg, want string
		answer    Tri
	}{
		{"bash", "bash", Yes},
		{"bash=5.2-r0", "bash", Yes},
		{"build-base", "gcc", Yes},
		{"build-base", "g++", Yes},
		{"build-base", "make", Yes},
		{"build-base", "musl-dev", Yes},
		{"build-base", "libc-dev", Yes},
		{"build-base", "libstdc++", Yes},
		{"build-base", "bash", No},
		{"build-base", "git", No},
		{"alpine-sdk", "git", Yes},
		{"alpine-sdk", "gcc", Yes},
		{"gcc", "musl-dev", No},
		{"g++", "musl-dev", Yes},
		{"gcc", "libgcc", Yes},
		{"gcc", "libgomp", Yes},
		{"nodejs", "libstdc++", Yes},
		{"npm", "nodejs", Yes},
		{"cargo", "gcc", Yes},
		{"libstdc++", "libgcc", Yes},
		{"libgcc", "libstdc++", No},
		{"ca-certificates", "libstdc++", No},
		{"tzdata", "libstdc++", No},
		{"icu-libs", "libstdc++", Yes},
		{"postgresql15", "tzdata", Yes},
		{"bash-doc", "libstdc++", No},
		{"vim@edge", "libstdc++", No},
		{"gcompat", "libstdc++", No},
		{"some-package-of-tomorrow", "libstdc++", Maybe},
		{"bash", "some-package-of-tomorrow", Maybe},
	} {
		if got := ApkBrings(test.pkg, test.want); got != test.answer {
			t.Errorf("apk add %s brings %s: %s, want %s", test.pkg, test.want, got, test.answer)
		}
	}
}
