package facts

import (
	"strings"
	"testing"

	"github.com/musllint/musllint/lint"
)

// images says what references are: libc, distribution and release, then "~" when the tag
// moves, "?" when it is not certain, and "+glibc" or ">musl-static". "-" is nothing known.
const images = `
alpine                                    musl alpine 3.24 ~
alpine:latest                             musl alpine 3.24 ~
alpine:3                                  musl alpine 3.24 ~
alpine:3.20                               musl alpine 3.20
alpine:3.20.1                             musl alpine 3.20
alpine:3.9.5                              musl alpine 3.9
alpine:3.21.0_rc1                         musl alpine 3.21
alpine:edge                               musl alpine edge ~
alpine:20240807                           musl alpine edge
alpine@sha256:b97e2a89d0b9e4011bb88c02ddf01c544b8c781acf1f4d559e7c8f12f1047ac3 musl alpine .
alpine:3.10@sha256:ca1c944a4f8486a153024d9965aafbe24f5723c1d5c02f4964c045a16d19dc54 musl alpine 3.10
alpine:latest@sha256:ca1c944a4f8486a153024d9965aafbe24f5723c1d5c02f4964c045a16d19dc54 musl alpine .
alpine:$ALPINE                            musl alpine . ~
alpine:${ALPINE:-3.20}                    musl alpine . ~
docker.io/alpine:3.19                     musl alpine 3.19
docker.io/library/alpine:3.19             musl alpine 3.19
index.docker.io/library/alpine:3.19       musl alpine 3.19
library/alpine:3.19                       musl alpine 3.19
arm32v7/alpine:3.13                       musl alpine 3.13
i386/alpine:3.12                          musl alpine 3.12
amd64/alpine:3.23                         musl alpine 3.23
arm64v8/elixir:1.13-alpine                musl alpine . ~
arm64v8/python:3.12-slim-bookworm         glibc debian 12
gliderlabs/alpine:3.3                     musl alpine 3.3
easypi/alpine-arm                         musl alpine . ?
someone/alpine:3.18                       musl alpine 3.18 ?
someone/nginx-alpine:1.2                  musl alpine . ?
someone/alpine-glibc                      musl alpine . ? +glibc
frolvlad/alpine-glibc:alpine-3.17         musl alpine . +glibc
anapsix/alpine-java:8                     musl alpine . +glibc
mhart/alpine-node:12                      musl alpine .
python:3.12-alpine                        musl alpine . ~
python:3.12-alpine3.20                    musl alpine 3.20
python:3.13.0-alpine3.20                  musl alpine 3.20
python:alpine                             musl alpine . ~
python:alpine3.19                         musl alpine 3.19
python:${V}-alpine                        musl alpine . ~
python:3.7-alpine                         musl alpine 3.18
python:2.7-alpine                         musl alpine 3.11
python                                    glibc debian . ~
python:3.12                               glibc debian . ~
python:3.12-slim                          glibc debian . ~
python:${V}-slim                          glibc debian . ~
python:3.12-bookworm                      glibc debian 12
python:3.8-slim-buster                    glibc debian 10
python:${V}                               -
python@sha256:aa                          -
python:3.12-windowsservercore-ltsc2022    -
node:22.2-alpine3.19                      musl alpine 3.19
node:lts-alpine                           musl alpine . ~
node:16-alpine                            musl alpine 3.18
node:10-alpine                            musl alpine 3.11
node:20                                   glibc debian . ~
node:20-bullseye-slim                     glibc debian 11
golang:1.21-alpine3.18                    musl alpine 3.18
golang:1.12-alpine                        musl alpine 3.11
golang:${GO}-alpine${ALPINE}              musl alpine . ~
golang:1.27                               glibc debian . ~
golang:1.26.6@sha256:0d                   glibc debian .
golang:1.22-trixie                        glibc debian 13
ruby:3.3-alpine3.18                       musl alpine 3.18
ruby:2.7.1-alpine                         musl alpine 3.12
ruby:3.3                                  glibc debian . ~
rust:1.72-alpine3.18                      musl alpine 3.18
rust:1.79                                 glibc debian . ~
openjdk:8-jdk-alpine                      musl alpine 3.9
openjdk:17-jdk-alpine                     musl alpine 3.14
openjdk:11-jre-slim                       glibc . . ~ ?
eclipse-temurin:17-jre-alpine-3.24        musl alpine 3.24
eclipse-temurin:17-jre-alpine             musl alpine . ~
eclipse-temurin:21-jre-jammy              glibc ubuntu 22.04
eclipse-temurin:21                        glibc ubuntu . ~
amazoncorretto:21-alpine3.19              musl alpine 3.19
amazoncorretto:21                         glibc amazonlinux . ~
php:8.3-fpm-alpine3.20                    musl alpine 3.20
php:7.4-fpm-alpine                        musl alpine 3.16
php:8.3-apache                            glibc debian . ~
nginx:1.27.4-alpine                       musl alpine 3.21
nginx:stable-alpine-slim                  musl alpine . ~
nginx:1.25                                glibc debian . ~
postgres:16-alpine3.20                    musl alpine 3.20
redis:7                                   glibc debian . ~
erlang:26-alpine                          musl alpine . ~
elixir:1.16                               glibc debian . ~
hexpm/elixir:1.14.0-erlang-25.0.4-alpine-3.16.1 musl alpine 3.16
hexpm/elixir:1.14.0-erlang-25.0.4-debian-bullseye-20220801 glibc debian 11
perl:5                                    glibc debian . ~
haskell:9                                 glibc debian . ~
swift:5.9-focal                           glibc ubuntu 20.04
swift:5.10                                glibc ubuntu . ~
mysql:8                                   glibc oraclelinux . ~
mariadb:11                                glibc ubuntu . ~
mongo:7-jammy                             glibc ubuntu 22.04
docker:29-cli                             musl alpine . ~
docker:27-cli                             musl alpine 3.21
docker:dind                               musl alpine . ~
caddy:${CADDY}                            musl alpine . ~
caddy:2-builder-alpine                    musl alpine . ~
traefik:v3.1                              musl alpine . ~
traefik:1.7                               none scratch . ?
composer:2                                musl alpine . ~
registry:2                                musl alpine . ~
eclipse-mosquitto:2                       musl alpine . ~
nats:2.10                                 none scratch .
nats:2.10-alpine3.20                      musl alpine 3.20
scratch                                   none scratch .
busybox                                   glibc busybox .
busybox:1.37.0-musl                       musl busybox .
busybox:uclibc                            uclibc busybox .
arm32v6/busybox                           musl busybox .
prom/busybox                              uclibc busybox .
prom/busybox:glibc                        glibc busybox .
prom/node-exporter:v1.8                   uclibc busybox .
microsoft/dotnet:2.1-sdk-alpine3.7        musl alpine 3.7
mcr.microsoft.com/dotnet/aspnet:8.0-alpine3.20 musl alpine 3.20
mcr.microsoft.com/dotnet/sdk:8.0-alpine   musl alpine . ~
mcr.microsoft.com/dotnet/sdk:8.0          glibc . . ~
mcr.microsoft.com/dotnet/runtime:8.0-jammy-chiseled glibc ubuntu 22.04
mcr.microsoft.com/dotnet/aspnet:8.0-azurelinux3.0 glibc azurelinux 3.0
mcr.microsoft.com/powershell:7.4-alpine-3.17 musl alpine 3.17
mcr.microsoft.com/playwright:v1.40.0-jammy glibc ubuntu 22.04
mcr.microsoft.com/azure-cli:2.60.0        musl alpine . ?
mcr.microsoft.com/azure-cli:2.70.0        glibc azurelinux . ?
gcr.io/distroless/static-debian12:nonroot none debian .
gcr.io/distroless/base-debian12           glibc debian .
gcr.io/distroless/cc                      glibc debian .
cgr.dev/chainguard/wolfi-base             glibc wolfi .
cgr.dev/chainguard/node:latest-dev        glibc wolfi .
chainguard/python                         glibc wolfi .
ghcr.io/wolfi-dev/git:alpine              musl alpine .
cgr.dev/chainguard/static                 none wolfi . ?
registry.access.redhat.com/ubi9/ubi-minimal:9.4 glibc rhel .
debian                                    glibc debian . ~
debian:bookworm-slim                      glibc debian 12
debian:12-slim                            glibc debian 12
ubuntu:22.04                              glibc ubuntu 22.04
ubuntu:noble                              glibc ubuntu 24.04
ubuntu:focal-20240216                     glibc ubuntu 20.04
fedora:40                                 glibc fedora 40
centos:7                                  glibc centos 7
rockylinux:9                              glibc rockylinux 9
almalinux:9                               glibc almalinux 9
amazonlinux:2023                          glibc amazonlinux 2023
archlinux                                 glibc archlinux . ~
oraclelinux:8                             glibc oraclelinux 8
photon:5.0                                glibc photon 5.0
opensuse/leap:15.5                        glibc opensuse .
public.ecr.aws/lambda/python:3.12         glibc amazonlinux .
public.ecr.aws/docker/library/alpine:3.20 musl alpine 3.20
mirror.gcr.io/library/node:18-alpine3.18  musl alpine 3.18
registry.corp/library/alpine:3.20         musl alpine 3.20 ?
registry.corp:5000/mirror/python:3.12-alpine musl alpine . ~ ?
registry.corp/dockerhub/node:20           glibc debian . ~ ?
harbor.corp/docker.io/library/nginx:1.25-alpine musl alpine 3.19 ?
harbor.corp/mcr.microsoft.com/dotnet/sdk:8.0-alpine3.20 musl alpine 3.20 ?
localhost:5000/alpine:3.18                musl alpine 3.18 ?
${REGISTRY}/alpine:3.20                   musl alpine 3.20 ?
registry.corp/team/app:1.0                -
ghcr.io/someone/node:20                   -
someone/python:3.12                       -
someone/app:1.0-alpine3.19                musl alpine 3.19 ?
someone/app:1.0-alpine                    musl alpine . ~ ?
someone/app:alpine                        musl alpine . ~ ?
someone/app:alpinist                      -
someone/app:1.0-bookworm                  glibc debian 12 ?
clux/muslrust:stable                      glibc ubuntu . >musl-static
messense/rust-musl-cross:x86_64-musl      glibc ubuntu . >musl-static
oven/bun:1.1.27-alpine                    musl alpine . ~
oven/bun:1                                glibc debian . ~
denoland/deno:alpine-1.40.0               musl alpine . ~ +glibc
denoland/deno:1.40.0                      glibc debian . ~
ghcr.io/astral-sh/uv:latest               none scratch . ?
ghcr.io/astral-sh/uv:python3.12-alpine    musl alpine . ~
ghcr.io/astral-sh/uv:python3.12-bookworm-slim glibc debian 12
golangci/golangci-lint:v1.59-alpine       musl alpine . ~
google/cloud-sdk:alpine                   musl alpine . ~
google/cloud-sdk:slim                     glibc debian . ?
steamcmd/steamcmd:alpine                  musl alpine . ~ +glibc
n8nio/n8n                                 musl alpine . ~ ?
hashicorp/terraform:1.9                   musl alpine . ~ ?
fluent/fluent-bit:3.1                     glibc debian .
lscr.io/linuxserver/baseimage-alpine:3.20 musl alpine 3.20
zenika/alpine-chrome:with-node            musl alpine .
tonistiigi/xx                             none scratch .
builder                                   -
`

func TestLookupImage(t *testing.T) {
	count := 0
	for line := range strings.Lines(images) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		count++
		ref, ok := ParseRef(words[0])
		if !ok {
			t.Errorf("%s is no reference", words[0])
			continue
		}
		img, ok := LookupImage(ref, "amd64")
		if got, want := describe(img, ok), strings.Join(words[1:], " "); got != want {
			t.Errorf("%-40s is %s\n%40s want %s", words[0], got, "", want)
		}
		if ok && img.Why == "" {
			t.Errorf("%s: nothing says why", words[0])
		}
	}
	if count < 120 {
		t.Errorf("only %d images", count)
	}
}

// describe writes an image as the table of the test has it.
func describe(img Image, ok bool) string {
	if !ok {
		return "-"
	}
	words := []string{string(img.Libc), img.Distro, img.Release}
	for i, word := range words {
		if word == "" {
			words[i] = "."
		}
	}
	if img.Floating {
		words = append(words, "~")
	}
	if !img.Certain {
		words = append(words, "?")
	}
	if img.Shim != "" {
		words = append(words, "+"+img.Shim)
	}
	if img.Cross != "" {
		words = append(words, ">"+img.Cross)
	}
	return strings.Join(words, " ")
}

func TestLookupImageNamesMusl(t *testing.T) {
	for name, want := range map[string]string{
		"alpine:3.12": "1.1.24", "alpine:3.13": "1.2.2", "alpine:3.19": "1.2.4", "alpine:3.24": "1.2.6",
		"alpine": "1.2.6", "alpine:20240807": "", "python:3.12-alpine": "", "node:16-alpine": "1.2.4",
		"debian:12": "", "busybox:musl": "", "someone/alpine:3.18": "1.2.4",
	} {
		ref, _ := ParseRef(name)
		if img, _ := LookupImage(ref, ""); img.Musl != want {
			t.Errorf("musl of %s is %q, want %q", name, img.Musl, want)
		}
	}
}

func TestBusyboxDependsOnArch(t *testing.T) {
	ref, _ := ParseRef("busybox:1.37")
	for arch, want := range map[string]lint.Libc{"amd64": lint.Glibc, "arm/v7": lint.Glibc, "arm/v6": lint.Musl} {
		if img, _ := LookupImage(ref, arch); img.Libc != want {
			t.Errorf("busybox for %s has %s, want %s", arch, img.Libc, want)
		}
	}
}

func TestWhy(t *testing.T) {
	for name, want := range map[string]string{
		"python:3.12-alpine3.20":     "the tag variant alpine3.20 of python is Alpine Linux 3.20",
		"python:3.7-alpine":          "python:3.7-alpine stopped at Alpine Linux 3.18",
		"alpine":                     "alpine:latest is Alpine Linux 3.24 today",
		"alpine:3.20":                "alpine:3.20 is Alpine Linux 3.20",
		"node:20":                    "node:20 is built on Debian",
		"caddy:2":                    "caddy is built on Alpine Linux, whether its tag says so or not",
		"cgr.dev/chainguard/go":      "cgr.dev/chainguard/go is Wolfi, which has apk but is built on glibc",
		"someone/app:1-alpine":       "judged by its tag, someone/app:1-alpine is Alpine Linux",
		"registry.corp/alpine:3.20":  "alpine:3.20 is Alpine Linux 3.20, provided that the registry holds a copy of the public image",
		"golang:${V}-alpine${OTHER}": "the tag variant alpine of golang is Alpine Linux",
	} {
		ref, _ := ParseRef(name)
		if img, _ := LookupImage(ref, ""); img.Why != want {
			t.Errorf("%s: %q, want %q", name, img.Why, want)
		}
	}
}

func TestImageArtifact(t *testing.T) {
	for _, test := range []struct {
		image, path string
		libc        lint.Libc
		needs       string
		known       bool
	}{
		{"oven/bun:1.1.27-alpine", "/usr/local/bin/bun", lint.Glibc, "", true},
		{"oven/bun:1.2-alpine", "/usr/local/bin/bun", lint.Musl, "libstdc++.so.6 libgcc_s.so.1", true},
		{"oven/bun:debian", "/usr/local/bin/bun", lint.Glibc, "", true},
		{"oven/bun:debian", "/usr/local/bin", lint.Glibc, "", true},
		{"denoland/deno:bin", "/deno", lint.Glibc, "", true},
		{"denoland/deno:bin-1.40", "/deno", lint.Glibc, "", true},
		{"denoland/deno:alpine", "/bin/deno", lint.Glibc, "", true},
		{"node:20", "/usr/local/bin/node", lint.Glibc, "libstdc++.so.6 libgcc_s.so.1", true},
		{"node:20", "/usr/local/", lint.Glibc, "libstdc++.so.6 libgcc_s.so.1", true},
		{"node:20-alpine", "/usr/local/bin/node", lint.Musl, "libstdc++.so.6 libgcc_s.so.1", true},
		{"node:${V}", "/usr/local/bin/node", lint.Unknown, "", false},
		{"node:20", "/app/dist", lint.Unknown, "", false},
		{"node:20", "/", lint.Unknown, "", false},
		{"ghcr.io/astral-sh/uv", "/uv", lint.None, "", true},
		{"docker:cli", "/usr/local/bin/docker", lint.None, "", true},
		{"hashicorp/terraform:1.9", "/bin/terraform", lint.None, "", true},
		{"golang:1.22", "/usr/local/go", lint.None, "", true},
		{"golang:1.22", "/go/bin/app", lint.Unknown, "", false},
		{"tonistiigi/xx", "/", lint.None, "", true},
		{"eclipse-temurin:21", "/opt/java/openjdk", lint.Glibc, "", true},
		{"eclipse-temurin:21-alpine", "/opt/java/openjdk", lint.Musl, "", true},
		{"someone/app", "/app", lint.Unknown, "", false},
	} {
		ref, _ := ParseRef(test.image)
		got, known := ImageArtifact(ref, test.path)
		if known != test.known || got.Libc != test.libc || strings.Join(got.Needs, " ") != test.needs {
			t.Errorf("%s %s: %v %q %v, want %v %q %v", test.image, test.path, got.Libc, got.Needs, known, test.libc, test.needs, test.known)
		}
		if known && got.Why == "" {
			t.Errorf("%s %s: nothing says why", test.image, test.path)
		}
	}
}

func BenchmarkLookupImage(b *testing.B) {
	for _, name := range []string{"alpine:3.20", "node:16-alpine", "ghcr.io/someone/some-thing/app:1.0", "registry.corp/team/mirror/python:3.12-alpine"} {
		ref, _ := ParseRef(name)
		b.Run(ref.Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				LookupImage(ref, "amd64")
			}
		})
	}
}
