policy "ML1022" {
  name     = "image-with-second-libc"
  title    = "The base image is Alpine with a second C library"
  severity = "warning"
  covers   = ["SGERRAND_GLIBC"]
  links = [
    "https://github.com/sgerrand/alpine-pkg-glibc/issues/205",
    "https://github.com/Docker-Hub-frolvlad/docker-alpine-glibc/issues/63",
  ]

  match "stage" {
    libc  = ["musl"]
    image = ["frolvlad/alpine-*", "jeanblanchard/alpine-*", "anapsix/alpine-java", "anapsix/alpine-java:*", "*/alpine-glibc", "*/alpine-pkg-glibc*"]
  }
  # A stage name has no slash: only the stage that names the image is meant.
  when = stage.shim == "glibc" && matches("/", stage.base)

  severity_when "error" {
    when = stage.certain && stage.arch != "amd64"
  }

  message = (
    stage.arch == "amd64"
    ? "this image has the glibc of sgerrand/alpine-pkg-glibc beside musl, which ended with version 2.35: a program for glibc finds no other library of its kind there (\"error while loading shared libraries: libstdc++.so.6\"), and what apk installs is linked to musl"
    : "this image has a glibc for x86_64 only: there is none for ${stage.arch}"
  )

  fix "take the glibc image that is as small: debian:bookworm-slim" {
    when   = matches("(?:^|/)frolvlad/alpine-glibc(?::|$)", stage.base)
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "debian:bookworm-slim" }
  }
  fix "take a small glibc image: debian:bookworm-slim, or cgr.dev/chainguard/wolfi-base, which has apk" {
    safety = "manual"
  }
  fix "take plain Alpine and the musl build of the software: eclipse-temurin:*-alpine for Java, python:*-alpine, apk add …" {
    safety = "manual"
  }
}
