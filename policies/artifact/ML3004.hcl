policy "ML3004" {
  name     = "cgo-program-into-musl"
  title    = "A Go program built with cgo on glibc is copied into a musl image"
  severity = "warning"
  covers   = ["GO_CGO_GLIBC_TO_MUSL"]
  links = [
    "https://pkg.go.dev/cmd/cgo",
    "https://github.com/micromdm/scep/issues/188",
  ]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["glibc"]
    kind          = ["go-program", "go-library"]
  }
  when = stage.shipped && !stage_text("ld-linux|/lib64|glibc")

  severity_when "info" {
    when = stage.shim != "" || finally_installed("gcompat") == "yes" || finally_installed("libc6-compat") == "yes"
  }
  severity_when "error" {
    when = artifact.certain && artifact.kind == "go-program" && finally_installed("gcompat") == "no" && finally_installed("libc6-compat") == "no"
  }

  once = "instruction"
  message = (
    artifact.kind == "go-library" ?
    "${artifact.source} is linked to glibc, which ${stage.base_image} does not have: \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64" : stage.machine}.so.${stage.arch == "amd64" ? "2" : "1"}\"" :
    stage.shim != "" || finally_installed("gcompat") == "yes" || finally_installed("libc6-compat") == "yes" ?
    "${artifact.source} is linked to glibc and depends on a compatibility layer here; a program without cgo would not" :
    matches("[*?]|^$", artifact.path) && startswith(trimprefix(artifact.path, "/"), "${trim(artifact.source, "/")}/") ?
    "${artifact.certain ? "a program" : "if a program"} in ${artifact.source} ${artifact.certain ? "" : "uses cgo, as net and os/user do by default, it "}asks for glibc's loader, which ${stage.base_image} does not have: \"no such file or directory\", although the file is there" :
    artifact.certain ?
    "${startswith(trimprefix(artifact.path, "/"), "${trim(artifact.source, "/")}/") ? artifact.path : artifact.source} asks for glibc's loader, which ${stage.base_image} does not have: \"exec ${artifact.dest}: no such file or directory\", although the file is there" :
  "if ${startswith(trimprefix(artifact.path, "/"), "${trim(artifact.source, "/")}/") ? artifact.path : artifact.source} uses cgo, as net and os/user do by default, it asks for glibc's loader, which ${stage.base_image} does not have: \"exec ${artifact.dest}: no such file or directory\", although the file is there")
  evidence = concat(
    [note("it is linked to glibc: ${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "build it without cgo: CGO_ENABLED=0 go build …, unless it uses C libraries" {
    when   = !artifact.certain && artifact.kind == "go-program" && !file_text("go-sqlite3|sqlite_|libsqlite3|confluent-kafka|librdkafka|grocksdb|rocksdb|git2go|duckdb|opencv|libvips|CGO_ENABLED[= ]\"?1|CGO_C|CGO_LD|pkg-config|pkgconf|extldflags|\\blib[a-z0-9.+]+-dev\\b|-race\\b|\\bCC=")
    safety = "unsafe"
    recipe = "set-env"
    at     = artifact_range()
    with   = { name = "CGO_ENABLED", value = "0" }
  }
  fix "build it in golang:alpine with: apk add --no-cache gcc musl-dev" {
    when   = artifact.kind == "go-program"
    safety = "unsafe"
    recipe = "change-base"
    at     = artifact_range()
    with   = { to = "musl", packages = ["gcc", "musl-dev"] }
  }
  fix "without" {
    when   = artifact.certain || artifact.kind != "go-program"
    title  = "build it without cgo: CGO_ENABLED=0 go build …, unless it uses C libraries"
    safety = "manual"
  }
}
