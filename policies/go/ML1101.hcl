policy "ML1101" {
  name     = "go-c-shared-on-musl"
  title    = "A Go c-shared or c-archive library crashes in a musl process"
  severity = "error"
  covers   = ["GO_CSHARED_MUSL"]
  links = [
    "https://github.com/golang/go/issues/13492",
    "https://go.dev/issue/19938",
  ]

  match "command" {
    name       = ["go", "xx-go"]
    subcommand = ["build", "install"]
    libc       = ["musl"]
  }
  match "command" {
    name = ["make"]
    libc = ["musl"]
  }
  when = (
    (matches("^c-(shared|archive)$", flag("buildmode")) ||
      matches("-buildmode=c-(shared|archive)", getenv("GOFLAGS")) && command.name != "make" ||
    command.name == "make" && has_word("-buildmode[= ]c-(shared|archive)")) &&
    contains(["", "linux"], getenv("GOOS")) &&
    !matches("gnu|mingw|android|bionic|darwin|windows", getenv("CC")) &&
    !runs("patch", "git apply", "git am")
  )

  # GOOS that nobody can tell from here, or a command that need not run: it may be fine.
  severity_when "warning" {
    when = command.conditional || command.tolerated || command.name == "make" || getenv("GOOS") == "" && stage_text("\\bGOOS\\b")
  }

  at      = flag_range("buildmode")
  message = "a Go ${matches("c-archive", "${flag("buildmode")} ${command.line} ${getenv("GOFLAGS")}") ? "c-archive" : "c-shared"} library built for musl crashes when a program loads it: Segmentation fault in runtime.sysargs"

  fix "build the library and run its host on glibc, for example on golang:1.26-bookworm and debian:bookworm-slim" {
    when   = !stage.shipped
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc", also = "takers" }
  }
  fix "build the library on glibc, where its host runs too: golang:1.26-bookworm" {
    when   = stage.shipped
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
  fix "make it a program of its own and talk to it over a pipe, a socket or gRPC" {
    safety = "manual"
  }
}
