policy "ML1304" {
  name     = "libexecinfo-removed"
  title    = "Alpine 3.17 and later have no libexecinfo"
  severity = "error"
  covers   = ["BUILD_FROM_SOURCE_MUSL"]
  links    = ["https://github.com/DataDog/dd-trace-php/issues/1824"]
  since    = "alpine:3.17"

  match "install" {
    manager = ["apk"]
    package = ["libexecinfo", "libexecinfo-dev", "libexecinfo-static"]
    libc    = ["musl"]
  }
  when = !command.tolerated && !has_flag("repository", "X", "root", "p") && !text_before("/etc/apk/repositories|--repository|apk add[^&;|]*-X")

  severity_when "warning" {
    when = command.conditional || !(command.last || command.errexit && !command.and_next)
  }

  message = "there is no such package in Alpine ${stage.release}: ERROR: unable to select packages: ${package.name} (no such package)"

  fix "leave it out: most programs find out by themselves that there is none" {
    safety = "unsafe"
    recipe = "remove-packages"
    with   = { packages = [package.name] }
  }
  fix "build without backtraces: guard execinfo.h with __GLIBC__ or HAVE_EXECINFO_H, or use libunwind-dev" {
    safety = "manual"
  }
  fix "take it from the last release that had it: apk add --repository with the address of v3.16/main" {
    safety = "manual"
  }
}
