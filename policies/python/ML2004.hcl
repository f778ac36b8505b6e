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
  # What is pure for musl may have a compiled wheel for glibc, or bring one along.
  when = (
    stage.shipped && !stage_text("ld-linux|/lib64|glibc") && stage.shim == "" &&
    (length(artifact.packages) == 0 || anytrue([for p in artifact.packages : pypi(p).class != "pure" || contains(["polars", "protobuf", "mysql-connector-python", "soundfile", "black", "debugpy"], p)]))
  )

  severity_when "info" {
    when = finally_installed("gcompat") == "yes"
  }

  once = "stage"
  message = (
    artifact.kind == "wheels" ?
    "pip refuses the compiled wheels in ${artifact.source}, which are built for glibc: \"is not a supported wheel on this platform\"" :
    anytrue([for p in artifact.packages : contains(["musllinux", "partial", "none"], pypi(p).class) && !pypi(p).optional]) ?
    "compiled packages in ${artifact.source} are built for glibc, and the Python of ${stage.base_image} does not load them: \"ModuleNotFoundError\" or \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}\"" :
  "if a package in ${artifact.source} is compiled, it is built for glibc, and the Python of ${stage.base_image} does not load it: \"ModuleNotFoundError\" or \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}\"")
  evidence = concat(
    [note("${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "install them in a stage FROM the image that runs them, or another -alpine variant of the same Python" {
    safety = "unsafe"
    recipe = "change-base"
    at     = artifact_range()
    with   = { to = "musl" }
  }
  fix "take a glibc image, such as the -slim variant, for this stage" {
    safety = "manual"
  }
}
