policy "ML2004" {
  name     = "glibc-wheels-on-musl"
  title    = "Python packages built for glibc are put into a musl image"
  severity = "warning"
  covers   = ["PIP_GLIBC_WHEEL_ON_MUSL"]
  links    = ["https://peps.python.org/pep-0656/"]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["glibc"]
    kind          = ["python-packages", "wheels"]
  }
  when = stage.shipped && !stage_text("ld-linux|/lib64|glibc") && stage.shim == ""

  severity_when "info" {
    when = finally_installed("gcompat") == "yes"
  }

  once = "stage"
  message = (
    artifact.kind == "wheels" ?
    "pip refuses the compiled wheels in ${artifact.source}, which are built for glibc: \"is not a supported wheel on this platform\"" :
  "compiled packages in ${artifact.source} are built for glibc, and the Python of ${stage.base} does not load them: \"ModuleNotFoundError\" or \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}\"")
  evidence = concat(
    [note("${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "install them in a stage FROM the image that runs them, or another -alpine variant of the same Python" {
    safety = "manual"
  }
  fix "take a glibc image, such as the -slim variant, for this stage" {
    safety = "manual"
  }
}
