policy "ML1004" {
  name     = "second-libc-from-sgerrand"
  title    = "glibc packages of sgerrand/alpine-pkg-glibc are installed beside musl"
  severity = "warning"
  covers   = ["SGERRAND_GLIBC"]
  once     = "stage"
  links = [
    "https://github.com/sgerrand/alpine-pkg-glibc",
    "https://github.com/sgerrand/alpine-pkg-glibc/issues/205",
  ]
  consequence_of = ["ML1005", "ML1006"]

  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["glibc", "glibc-*", "*.apk"]
  }
  match "download" {
    libc = ["musl"]
    url  = ["*sgerrand*glibc-*.apk", "*alpine-pkg-glibc/*.apk"]
  }
  # Where the package is installed is the place; the download counts when nothing says where.
  when = (
    command.subcommand == "add"
    ? (
      has_word("(?:^|/)glibc(?:-[0-9$][^/]*)?(?:\\.apk)?$")
      || has_word("\\.apk$") && text_before("sgerrand|alpine-pkg-glibc")
    )
    : !stage_text("apk(?:\\s+-\\S+)*\\s+add\\s[^&;|]*(?:\\.apk|\\bglibc\\b)")
  )

  severity_when "error" {
    when = !contains(["amd64", ""], stage.arch) && stage_text("sgerrand") && !command.conditional && !command.tolerated
  }

  message = (
    contains(["amd64", ""], stage.arch)
    ? "a second C library beside musl: every library that apk installs is linked to musl, so programs that use this glibc stop with \"error while loading shared libraries: libstdc++.so.6\" or crash as soon as they need one"
    : "these packages exist for x86_64 only: on ${stage.arch} apk refuses them, and a program for glibc stops with \"Error loading shared library ld-linux-*\""
  )

  fix "run it with the functions that gcompat adds to musl, and drop these packages" {
    when   = stage.distro == "alpine" && !stage_text("(?i)java|jdk|jre|conda|LD_LIBRARY_PATH|glibc-compat|localedef|glibc-(?:bin|i18n|dev)|oracle|instantclient|chrome|for +pkg +in")
    safety = "unsafe"
    recipe = "replace-command"
    with = {
      with = "apk add --no-cache gcompat"
      drop = "sgerrand|alpine-pkg-glibc|glibc-[^ /]*\\.apk|\\bfix --force-overwrite alpine-baselayout"
    }
  }
  fix "install the software from Alpine's packages, or download its musl build" {
    safety = "manual"
  }
  fix "take a glibc image: the -slim or default tag instead of -alpine" {
    safety = "manual"
  }
}
