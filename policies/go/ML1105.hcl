policy "ML1105" {
  name     = "cgo-without-toolchain"
  title    = "cgo is asked for in a musl stage without C compiler or C headers"
  severity = "warning"
  covers   = ["GO_CGO_NO_TOOLCHAIN"]
  links = [
    "https://github.com/docker-library/golang/issues/86",
    "https://github.com/golang/go/issues/28065",
  ]

  match "command" {
    name       = ["go"]
    subcommand = ["build", "install", "run", "test"]
    libc       = ["musl"]
  }
  match "install" {
    manager = ["go"]
    package = [
      "github.com/mattn/go-sqlite3", "*confluent-kafka-go*", "github.com/marcboeker/go-duckdb*", "github.com/duckdb/duckdb-go*",
      "github.com/linxGnu/grocksdb", "github.com/libgit2/git2go*",
    ]
    libc = ["musl"]
  }
  # A compiler without headers only matters where the standard library has to be compiled
  # with cgo: asked for, or since Go 1.20, which ships no ready archives of it. go test of
  # Go 1.10 to 1.19 compiled it again even so.
  when = (
    getenv("CC") == "" && !has_flag("race") && contains(["", "linux"], getenv("GOOS")) &&
    (lacks("gcc", "clang") && !runs("gcc", "cc") && (
      getenv("CGO_ENABLED") == "1" ||
      command.subcommand == "test" && !stage_text("CGO_ENABLED") && stage.repository == "golang" && matches("^1\\.1\\d(\\.|$)", stage.version) ||
      getenv("CGO_ENABLED") != "0" && !stage_text("CGO_ENABLED") && has_word("confluent-kafka-go|/go-sqlite3|/go-duckdb|/duckdb-go|/grocksdb|/git2go") ||
      getenv("CGO_ENABLED") != "0" && !stage_text("CGO_ENABLED") && matches("\\b(sqlite_\\w+|libsqlite3)\\b", flag("tags"))) ||
      installed("gcc") == "yes" && lacks("musl-dev") && (
        getenv("CGO_ENABLED") == "1" ||
    !stage_text("CGO_ENABLED") && stage.repository == "golang" && !matches("^1\\.(\\d|1\\d)(\\.|$)", stage.version)))
  )

  once = "stage"
  message = (installed("gcc") == "yes" ?
    "cgo finds gcc but no C headers: fatal error: stdlib.h: No such file or directory" :
    getenv("CGO_ENABLED") == "1" || command.subcommand == "test" ?
    "cgo is on and there is no C compiler: cgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found in $PATH" :
  "this needs cgo and there is no C compiler: exec: \"gcc\": executable file not found in $PATH; since Go 1.20 the program is built without it")

  fix "apk add gcc musl-dev before this step" {
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["gcc", "musl-dev"] }
  }
  fix "CGO_ENABLED=0, where no package of the program is written in C" {
    safety = "manual"
  }
}
