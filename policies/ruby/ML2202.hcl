policy "ML2202" {
  name     = "gems-from-glibc"
  title    = "Ruby gems that were installed on glibc are copied into a musl image"
  severity = "warning"
  covers   = ["RUBY_GLIBC_GEM"]
  links    = ["https://github.com/sparklemotion/nokogiri/issues/2075"]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["glibc"]
    kind          = ["gems"]
  }
  when = (
    stage.shipped && stage.shim == "" && !stage_text("ld-linux|/lib64|glibc") &&
    (matches("ruby|rails", stage.repository) || starts("ruby", "bundle", "rails", "puma", "unicorn") || stage_text("apk add[^&]*\\bruby\\b")) &&
    !text_after("bundle +(install|pristine)|gem +pristine")
  )
  severity_when "info" {
    when = finally_installed("gcompat") == "yes"
  }

  once    = "stage"
  message = "if a gem in ${artifact.source} has a native extension, it is built for glibc and does not load on ${stage.base_image}: \"LoadError: Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}: No such file or directory\""
  evidence = concat(
    [note("${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "run bundle install in a stage FROM the -alpine variant of the same Ruby" {
    safety = "unsafe"
    recipe = "change-base"
    at     = artifact_range()
    with   = { to = "musl", packages = ["build-base"] }
  }
  fix "take the -slim variant for this stage" {
    safety = "manual"
  }
}
