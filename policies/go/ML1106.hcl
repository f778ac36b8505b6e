policy "ML1106" {
  name     = "go-sqlite3-lfs64"
  title    = "go-sqlite3 before 1.14.19 does not compile with musl 1.2.4"
  severity = "warning"
  links    = ["https://github.com/mattn/go-sqlite3/issues/1164"]
  since    = "musl:1.2.4"

  match "install" {
    manager = ["go"]
    package = ["github.com/mattn/go-sqlite3"]
    libc    = ["musl"]
  }
  when = (
    matches("^v?[01]\\.[0-9]+\\.[0-9]+$", package.spec) &&
    version_compare("semver", trimprefix(package.spec, "v"), "1.14.19") < 0 &&
    getenv("CGO_ENABLED") != "0" &&
    !stage_text("_LARGEFILE64_SOURCE")
  )

  message = "go-sqlite3 ${package.spec} does not compile here: error: 'pread64' undeclared here (not in a function); did you mean 'pread'?"

  fix "use github.com/mattn/go-sqlite3@v1.14.19 or newer" {
    safety = "unsafe"
    edit {
      at   = subject_range()
      with = "github.com/mattn/go-sqlite3@v1.14.19"
    }
  }
  fix "set CGO_CFLAGS=-D_LARGEFILE64_SOURCE" {
    safety = "manual"
  }
}
