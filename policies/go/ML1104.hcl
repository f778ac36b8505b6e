policy "ML1104" {
  name     = "go-race-on-musl"
  title    = "Go's race detector needs glibc before Go 1.15, and a C compiler always"
  severity = "info"
  covers   = ["GO_RACE_MUSL"]
  links    = ["https://github.com/golang/go/issues/14481"]

  match "command" {
    name       = ["go"]
    subcommand = ["test", "build", "run", "install"]
    libc       = ["musl"]
  }
  when = (has_flag("race") || matches("(^|\\s)-race\\b", getenv("GOFLAGS"))) && contains(["", "linux"], getenv("GOOS"))

  severity_when "error" {
    when = (
      (stage.repository == "golang" && matches("^1\\.(\\d|1[0-4])(\\.|$)", stage.version) ||
      stage.repository == "alpine" && release_before("3.13") && installed("go") == "yes") &&
      !command.conditional && !command.tolerated
    )
  }
  severity_when "warning" {
    when = (
      lacks("gcc", "clang") && getenv("CC") == "" ||
      getenv("CGO_ENABLED") == "0" ||
      stage.repository == "golang" && matches("^1\\.(\\d|1[0-4])(\\.|$)", stage.version) ||
      stage.repository == "alpine" && release_before("3.13") && installed("go") == "yes"
    )
  }

  once = "stage"
  at   = flag_range("race")
  message = (
    stage.repository == "golang" && matches("^1\\.(\\d|1[0-4])(\\.|$)", stage.version) || stage.repository == "alpine" && release_before("3.13") ?
    "the race detector of Go before 1.15 does not link on musl: race_linux_amd64.syso: undefined reference to `__libc_malloc'" :
    lacks("gcc", "clang") && getenv("CC") == "" || getenv("CGO_ENABLED") == "0" ?
    "the race detector needs cgo and a C compiler, and this stage has neither: go: -race requires cgo" :
  "Go does not test the race detector on musl: its own test suite skips it on Alpine")

  fix "add a compiler, which cgo needs: apk add --no-cache gcc musl-dev" {
    when   = lacks("gcc", "clang") && getenv("CC") == "" && getenv("CGO_ENABLED") != "0" && !(stage.repository == "golang" && matches("^1\\.(\\d|1[0-4])(\\.|$)", stage.version))
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["gcc", "musl-dev"] }
  }
  fix "run the race tests in a glibc stage, for example FROM golang:1.26-bookworm AS test" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
  fix "with Go 1.15 or newer: apk add gcc musl-dev and CGO_ENABLED=1" {
    safety = "manual"
  }
}
