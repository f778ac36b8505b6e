policy "ML1102" {
  name     = "go-plugin-on-musl"
  title    = "Go plugins and shared Go libraries are untested on musl and crash on arm64"
  severity = "warning"
  covers   = ["GO_PLUGIN_MUSL"]
  links = [
    "https://github.com/docker-library/golang/issues/402",
    "https://go.dev/issue/54354",
  ]

  match "command" {
    name       = ["go"]
    subcommand = ["build", "install", "run", "test"]
    libc       = ["musl"]
  }
  # binutils-gold tells of `import "plugin"`: it is the linker that Go asks for on arm64
  # for such programs, and for no others.
  when = (
    (contains(["plugin", "shared"], flag("buildmode")) ||
    stage.arch == "arm64" && flag("buildmode") == "" && installed("binutils-gold") == "yes") &&
    contains(["", "linux"], getenv("GOOS")) &&
    !matches("gnu|mingw|android|bionic", getenv("CC")) &&
    !has_word("-fuse-ld=bfd|-static\\b")
  )
  severity_when "info" {
    when = flag("buildmode") == "plugin" && stage.arch != "arm64"
  }

  at = flag_range("buildmode")
  message = (flag("buildmode") == "" ?
    "binutils-gold is what Go links programs with that import \"plugin\"; linked so on arm64 Alpine they end in signal: segmentation fault" :
    stage.arch == "arm64" ?
    "a program that loads Go plugins ends in signal: segmentation fault on arm64 Alpine" :
    flag("buildmode") == "plugin" ?
    "Go plugins work on amd64 Alpine, but on arm64 the program that loads them ends in signal: segmentation fault" :
  "-buildmode=shared does not work on Alpine: Go skips its own tests of it there")

  fix "build and run on glibc, for example on golang:1.26-bookworm" {
    when   = stage.shipped
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
  fix "build and run on glibc, for example on golang:1.26-bookworm and debian:bookworm-slim" {
    when   = !stage.shipped
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc", also = "takers" }
  }
  fix "link with GNU ld instead of gold: -ldflags '-linkmode external -extldflags -fuse-ld=bfd'" {
    safety = "manual"
  }
}
