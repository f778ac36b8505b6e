policy "ML3003" {
  name     = "glibc-artifact-into-musl"
  title    = "A program or library linked to glibc is copied into a musl image"
  severity = "warning"
  covers   = ["GLIBC_ARTIFACT_ON_MUSL", "GLIBC_PREBUILT_DOWNLOAD"]
  links = [
    "https://github.com/gliderlabs/docker-alpine/issues/219",
    "https://wiki.alpinelinux.org/wiki/Running_glibc_programs",
  ]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["glibc"]
    kind          = ["rust-program", "c-program", "built-program", "built-library", "native-program", "bundled-program", "program", "library", "system-program", "system-library", "download"]
  }
  when = (
    stage.shipped &&
    # A copy of glibc's own loader is another story, told by other rules.
    !stage_text("ld-linux|/lib64|glibc") &&
    # Made by a build system: only what is certainly a library, or is started here.
    (artifact.kind != "native-program" || artifact.path != "" || artifact.started || matches("/(s?bin|release|build|\\.build|dist)(/|$)", artifact.source)) &&
    (artifact.kind != "built-program" || artifact.started || matches("/s?bin/([^/]+|\\*)$", artifact.source) || matches("/bin/\\*$", artifact.path)) &&
    (artifact.kind != "built-library" || !matches("/python|site-packages|node_modules", artifact.source)) &&
    # Bun, Deno and Java are spoken of by name elsewhere.
    !(contains(["program", "library", "system-program"], artifact.kind) && matches("(^|/)(bun|bunx|deno|java|jre|jdk|jvm|openjdk)", artifact.source)) &&
    # A download into a musl stage has its own finding there.
    (artifact.kind != "download" || artifact.made_on == "glibc")
  )
  severity_when "info" {
    when = (
      stage.shim != "" || finally_installed("gcompat") == "yes" || finally_installed("libc6-compat") == "yes" ||
      artifact.kind == "built-program" && !artifact.started
    )
  }
  severity_when "error" {
    when = (
      artifact.certain && contains(["rust-program", "c-program", "program"], artifact.kind) &&
      finally_installed("gcompat") == "no" && finally_installed("libc6-compat") == "no"
    )
  }

  once           = "instruction"
  consequence_of = ["ML1003"]
  message = (
    stage.shim != "" || finally_installed("gcompat") == "yes" || finally_installed("libc6-compat") == "yes" ?
    "${artifact.source} is linked to glibc and depends on a compatibility layer here, which implements only a part of glibc" :
    artifact.kind == "library" && !matches("\\.so(\\.|$)", artifact.source) ?
    "the libraries in ${artifact.source} are linked to glibc, which ${stage.base_image} does not have: a musl program that loads one reports \"Error loading shared library\" or \"Error relocating …: symbol not found\"" :
    matches("library", artifact.kind) || matches("\\.so(\\.|$)", artifact.source) ?
    "${artifact.source} is linked to glibc, which ${stage.base_image} does not have: a musl program that loads it reports \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64" : stage.machine}.so.${stage.arch == "amd64" ? "2" : "1"}\" or \"Error relocating …: symbol not found\"" :
    artifact.kind == "program" && matches("/$|/(local|usr|opt|lib|lib64|bin|sbin|libexec|share|java|openjdk)$", artifact.source) ?
    "the programs in ${artifact.source} of ${artifact.from} ask for glibc's loader, which ${stage.base_image} does not have: \"not found\" or \"no such file or directory\", although the files are there" :
    artifact.kind == "program" ?
    "${artifact.source} of ${artifact.from} asks for glibc's loader, which ${stage.base_image} does not have: \"not found\" or \"no such file or directory\", although the file is there" :
    contains(["built-program", "native-program", "bundled-program", "system-program", "download"], artifact.kind) ?
    "${artifact.source} comes from a glibc system and ${stage.base_image} has musl: unless it is static, it ends with \"not found\" or \"no such file or directory\", although the file is there" :
    matches("[*?]|^$", artifact.path) && startswith(trimprefix(artifact.path, "/"), "${trim(artifact.source, "/")}/") ?
    "a program in ${artifact.source} asks for glibc's loader, which ${stage.base_image} does not have: \"not found\" or \"no such file or directory\", although the file is there" :
  "${startswith(trimprefix(artifact.path, "/"), "${trim(artifact.source, "/")}/") ? artifact.path : artifact.source} asks for glibc's loader, which ${stage.base_image} does not have: \"exec ${artifact.dest}: no such file or directory\", although the file is there")
  evidence = concat(
    [note("it is linked to glibc: ${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "rebuild" {
    title  = "make it in a stage with the libc of ${stage.base_image}, such as the -alpine variant of the same image"
    when   = artifact.kind == "rust-program"
    safety = "unsafe"
    recipe = "change-base"
    at     = artifact_range()
    with   = { to = "musl", packages = ["musl-dev"] }
  }
  fix "elsewhere" {
    when   = artifact.kind != "rust-program"
    title  = "make it in a stage with the libc of ${stage.base_image}, such as the -alpine variant of the same image"
    safety = "manual"
  }
  fix "take a glibc image, such as debian:bookworm-slim, for this stage" {
    safety = "manual"
  }
  fix "static" {
    when   = artifact.kind == "rust-program"
    title  = "link it statically: cargo build --target ${stage.machine}-unknown-linux-musl"
    safety = "manual"
  }
}
