policy "ML3001" {
  name     = "shared-library-missing"
  title    = "A program needs a shared library that its final musl stage does not have"
  severity = "warning"
  covers   = ["RUNTIME_LIBSTDCXX_MISSING"]
  links = [
    "https://github.com/erlef/docker-elixir/issues/20",
  ]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["musl"]
  }
  when = (
    stage.shipped && length(artifact.missing) > 0 &&
    (artifact.kind != "built-program" || artifact.started) &&
    artifact.kind != "built-library"
  )
  # It need not be started here, but it cannot be started at all.
  severity_when "error" {
    when = artifact.certain && artifact.started && contains(["c-program", "rust-program", "program"], artifact.kind)
  }

  once    = "stage"
  message = "${artifact.source}${artifact.kind == "built-program" ? ", if it is written in C++," : ""} will not start: \"Error loading shared library ${artifact.unresolved[0]}: No such file or directory\", because ${stage.base_image} has no ${join(" and no ", artifact.missing)}"
  evidence = concat(
    [note("it needs ${join(" and ", artifact.needs)}: ${artifact.why}", artifact_range())],
    from_reasons(),
  )

  # A release also needs the terminal library and OpenSSL, which are not known to be missing.
  fix "install" {
    title  = "install what it needs: apk add --no-cache ${join(" ", artifact.missing)}${artifact.kind == "beam-release" ? " ncurses-libs openssl" : ""}"
    safety = "unsafe"
    recipe = "add-packages"
    with = {
      packages = concat(artifact.missing, artifact.kind == "beam-release" ? ["ncurses-libs", "openssl"] : [])
      needed   = "run"
    }
  }
}
