policy "ML3002" {
  name     = "musl-artifact-into-glibc"
  title    = "Something built for musl is copied into an image that has no musl"
  severity = "warning"
  covers   = ["MUSL_SO_INTO_GLIBC"]
  links = [
    "https://github.com/fluent/fluent-bit-go/issues/21",
    "https://github.com/prometheus-erl/prometheus_process_collector/issues/13",
  ]

  match "artifact" {
    libc          = ["glibc"]
    artifact_libc = ["musl"]
    kind          = ["go-program", "go-library", "rust-program", "c-program", "built-program", "built-library", "native-program", "bundled-program", "node-modules", "python-packages", "gems", "beam-release", "jre", "program", "library", "system-program", "system-library", "download"]
  }
  match "artifact" {
    libc          = ["none"]
    artifact_libc = ["musl"]
    kind          = ["go-program", "rust-program", "c-program", "built-program", "native-program", "bundled-program", "program", "system-program"]
  }
  when = (
    stage.shipped &&
    !stage_text("ld-musl|libc\\.musl|\\bmusl\\b|:musl") &&
    (artifact.kind != "native-program" || artifact.path != "" || artifact.started || matches("/(s?bin|release|build|\\.build|dist)(/|$)", artifact.source)) &&
    (artifact.kind != "built-program" || artifact.started) &&
    (artifact.kind != "system-library" || !matches("/(ld-musl|libc\\.)", artifact.source)) &&
    # What fills an empty image with a system brings the loader along.
    (stage.libc == "glibc" || artifact.started &&
      !file_text("\\bldd\\b|lddtree|ld-musl") &&
    !stage_text("(?i)rootfs|(COPY|ADD)[^\\n]*(\\s/(lib)?(/\\*?)?\\s|\\.tar)"))
  )
  # Whether such a tree holds native code is not seen here.
  severity_when "info" {
    when = contains(["node-modules", "python-packages", "gems"], artifact.kind)
  }
  severity_when "error" {
    when = artifact.certain && (artifact.started || artifact.kind == "jre" && stage_text("(CMD|ENTRYPOINT)[^\\n]*\\Q${artifact.dest}\\E/bin/java"))
  }

  once = "instruction"
  message = (
    matches("library", artifact.kind) || matches("\\.so(\\.|$)", artifact.source) ?
    "${artifact.source} is linked to musl and ${stage.base_image} has glibc: \"libc.musl-${stage.machine}.so.1: cannot open shared object file: No such file or directory\"" :
    contains(["node-modules", "python-packages", "gems"], artifact.kind) ?
    "if a package in ${artifact.source} has native code, it is built for musl, and ${stage.base_image} has glibc: \"libc.musl-${stage.machine}.so.1: cannot open shared object file: No such file or directory\"" :
    artifact.kind == "jre" ?
    "the Java run-time in ${artifact.source} is built for musl and ${stage.base_image} has glibc: \"${artifact.dest}/bin/java: no such file or directory\", although the file is there" :
    stage.libc == "none" ?
    "${artifact.source} asks for the loader /lib/ld-musl-${stage.machine}.so.1, which ${stage.base_image} does not have: \"exec ${artifact.dest}: no such file or directory\"" :
  "${artifact.source} asks for the loader /lib/ld-musl-${stage.machine}.so.1, which ${stage.base_image} does not have: \"no such file or directory\", although the file is there")
  evidence = concat(
    [note("it is linked to musl: ${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "rebuild" {
    title  = "build it in a stage that has the libc of ${stage.base_image}"
    when   = stage.libc == "glibc"
    safety = "unsafe"
    recipe = "change-base"
    at     = artifact_range()
    with   = { to = "glibc" }
  }
  fix "link it statically: CGO_ENABLED=0 for Go, -static for C" {
    safety = "manual"
  }
}
