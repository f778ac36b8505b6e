policy "ML1007" {
  name     = "loader-symlink"
  title    = "musl is linked to under the name of glibc's loader"
  severity = "warning"
  covers   = ["LD_LINUX_SYMLINK_HACK", "LIB64_SYMLINK_HACK"]
  once     = "stage"
  links    = ["https://wiki.alpinelinux.org/wiki/Running_glibc_programs"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["ln", "cp", "install"]
  }
  when = (
    matches("(?:^|/)(?:libc\\.musl-[^/]*|ld-musl-[^/]*|libc\\.so)$", operand(0))
    && matches("(?:^|/)(?:ld-linux[^/]*\\.so\\.[0-9]|ld64?\\.so\\.[0-9]|libc\\.so\\.6)$", operand(-1))
  )

  at = word_range("(?:^|/)(?:ld-linux[^/]*\\.so\\.[0-9]|ld64?\\.so\\.[0-9]|libc\\.so\\.6)$")
  message = (
    command.name == "ln" && contains(["gcompat", "libc6-compat"], shim()) && matches("^/lib/", operand(-1)) && !has_flag("f", "force")
    ? "${shim()} already brings ${operand(-1)}, so ln stops with \"File exists\" or the link is one too many"
    : "programs for glibc then start with musl as their loader, and stop with \"Error relocating …: symbol not found\", \"unsupported relocation type 37\" or a crash"
  )

  fix "install the compatibility layer instead, which also brings the missing functions: apk add --no-cache gcompat" {
    when   = (shim() == "") && stage.distro == "alpine"
    safety = "unsafe"
    recipe = "replace-command"
    with   = { with = "apk add --no-cache gcompat", drop = "^mkdir(?: -p)? /lib64/?$" }
  }
  fix "remove the link: the installed package does what it is meant to do" {
    when   = shim() != ""
    safety = "unsafe"
    recipe = "remove-command"
  }
  fix "take the program's musl build, or a glibc image" {
    safety = "manual"
  }
}
