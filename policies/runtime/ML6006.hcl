policy "ML6006" {
  name     = "dns-without-tcp"
  title    = "Before 1.2.4 musl never asks DNS over TCP"
  severity = "info"
  covers   = ["DNS_NO_TCP"]
  once     = "file"
  until    = "musl:1.2.4"
  links = [
    "https://github.com/hypothesis/via/pull/831",
  ]

  match "stage" {
    libc    = ["musl"]
    shipped = ["true"]
  }

  message = "musl ${stage.musl} asks DNS over UDP only: a name whose answer has more than 512 bytes loses addresses or fails, with \"bad address\" (busybox), ENOTFOUND (Node.js) or \"Name does not resolve\""

  fix "release" {
    when   = matches("^(?:arm32v[67]/|arm64v8/|amd64/|i386/|gliderlabs/)?alpine:3\\.[0-9.]+(?:@.*)?$", stage.base)
    title  = "use Alpine 3.18 or newer (3.19 for very long CNAME chains)"
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "${trimprefix(try(regex("^[^:]*", stage.base), "alpine"), "gliderlabs/")}:3.22" }
  }
  fix "tag" {
    when   = matches("^(?:node:(?:16|18|20)|python:3\\.(?:8|9|1[0-2])|golang:1\\.(?:19|2[01])|php:8\\.[12])(?:\\.[0-9]+)*(?:-cli|-fpm|-zts)?-alpine3\\.[0-9]+$|^mcr\\.microsoft\\.com/dotnet/(?:sdk|aspnet|runtime|runtime-deps):[678]\\.0-alpine3\\.[0-9]+$", stage.base)
    title  = "use the same version of the image on Alpine 3.18 (3.19 for very long CNAME chains)"
    safety = "unsafe"
    recipe = "change-base"
    # A patch release has the Alpines of its own time; the tag without one has the last of them.
    with = { to = "${join("", try(regex("^(node:[0-9]+|(?:python|golang|php):[0-9]+\\.[0-9]+)(?:\\.[0-9]+)*((?:-[a-z]+)?-alpine)3\\.", stage.base), regex("^(.*-alpine)3\\.", stage.base), []))}3.18" }
  }
  fix "use a tag of the image on Alpine 3.18 or newer (3.19 for very long CNAME chains)" {
    when   = !matches("^(?:arm32v[67]/|arm64v8/|amd64/|i386/|gliderlabs/)?alpine:3\\.[0-9.]+(?:@.*)?$|^(?:node:(?:16|18|20)|python:3\\.(?:8|9|1[0-2])|golang:1\\.(?:19|2[01])|php:8\\.[12])(?:\\.[0-9]+)*(?:-cli|-fpm|-zts)?-alpine3\\.[0-9]+$|^mcr\\.microsoft\\.com/dotnet/(?:sdk|aspnet|runtime|runtime-deps):[678]\\.0-alpine3\\.[0-9]+$", stage.base)
    safety = "manual"
  }
}
