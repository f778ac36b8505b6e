policy "ML1005" {
  name     = "second-libc-conflict"
  title    = "The glibc package for Alpine overwrites a file of another package"
  severity = "warning"
  covers   = ["SGERRAND_GLIBC_CONFLICT", "SGERRAND_GLIBC"]
  once     = "stage"
  links = [
    "https://github.com/sgerrand/alpine-pkg-glibc/issues/185",
    "https://github.com/sgerrand/alpine-pkg-glibc/issues/182",
  ]

  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["glibc", "*.apk"]
  }
  # The packages hold etc/nsswitch.conf from 2.22-r7 on (ibmruntimes/ci.docker#1); 2.35-r1 left it to alpine-baselayout-data, which has it since Alpine 3.16.2.
  when = (
    (matches("(?:^|/)glibc(?:-[0-9$][^/]*)?(?:\\.apk)?$", package.text) || glob("*\\*.apk", package.text) && shim() == "glibc")
    && (
      installed("gcompat") == "yes" || installed("libc6-compat") == "yes"
      || (
        !has_flag("force-overwrite", "force", "f")
        && matches("glibc-(?:2\\.(?:2[3-9]|3[0-4])-r[0-9]+|2\\.35-r0)", "${package.text} ${downloaded("/glibc-2\\.[0-9]+-r[0-9]+\\.apk")}")
        && !stage_text("rm\\s[^&;|]*/etc/nsswitch\\.conf")
        && (stage.release == "" && stage.certain || release_since("3.16") && !matches("^3\\.16\\.[01]$", stage.version))
      )
    )
  )

  # An old tag of another image may have stopped at 3.16.0 or 3.16.1.
  severity_when "error" {
    when = (
      stage.certain && !has_flag("force-overwrite", "force", "f") && !command.conditional && !command.tolerated
      && (
        installed("gcompat") == "yes" || installed("libc6-compat") == "yes" || release_since("3.17")
        || stage.repository == "alpine" && release_since("3.16")
      )
    )
  }

  message = (
    installed("gcompat") != "yes" && installed("libc6-compat") != "yes"
    ? "apk stops with \"ERROR: glibc-2.*: trying to overwrite etc/nsswitch.conf owned by alpine-baselayout-data\": since 3.16.2 Alpine has that file itself"
    : (
      has_flag("force-overwrite", "force", "f")
      ? "--force-overwrite replaces the loader /lib/ld-linux-x86-64.so.2 of ${installed("gcompat") == "yes" ? "gcompat" : "libc6-compat"} by that of this glibc: which of the two runs a program then depends on the order of installation"
      : "apk stops with \"ERROR: glibc-2.*: trying to overwrite lib/ld-linux-x86-64.so.2 owned by ${installed("gcompat") == "yes" ? "gcompat" : "libc6-compat"}\": both bring a glibc loader, and only one can be there"
    )
  )

  fix "use either gcompat or the glibc packages, not both" {
    when   = installed("gcompat") == "yes" || installed("libc6-compat") == "yes"
    safety = "unsafe"
    recipe = "remove-packages"
    with   = { packages = ["gcompat", "libc6-compat"] }
  }
  fix "let it overwrite the file, which says the same: apk add --force-overwrite" {
    when   = installed("gcompat") != "yes" && installed("libc6-compat") != "yes" && !has_flag("force-overwrite", "force", "f")
    safety = "unsafe"
    recipe = "set-flag"
    with   = { flag = "--force-overwrite" }
  }
  fix "do without the glibc packages: install the software from Alpine's packages, take its musl build, or a glibc image" {
    safety = "manual"
  }
}
