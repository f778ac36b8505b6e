policy "ML2007" {
  name     = "pip-manylinux-on-musl"
  title    = "pip is asked for wheels that are built for glibc"
  severity = "warning"
  covers   = ["PIP_GLIBC_WHEEL_ON_MUSL"]
  links    = ["https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/"]

  match "install" {
    manager = ["pip"]
    libc    = ["musl"]
  }
  when = (
    !command.conditional && !command.tolerated && stage.shim == "" &&
    (package.path && package.known && matches("(manylinux|linux_gnu)[a-z0-9_.]*\\.whl", package.text) && !matches("musllinux", package.text) ||
    stage.shipped && anytrue([for p in flag_values("platform", "python-platform") : matches("manylinux|linux-gnu", p)]) && alltrue([for p in flag_values("platform", "python-platform") : !matches("musl", p)]))
  )
  severity_when "error" {
    when = package.path && !has_flag("platform", "python-platform") && contains(["pip", "pipx"], command.name) && command.subcommand == "install"
  }

  once = "command"
  at   = package.path ? subject_range() : flag_range("platform", "python-platform")
  message = (
    package.path && !has_flag("platform", "python-platform") ?
    "ERROR: ${element(split("/", package.text), length(split("/", package.text)) - 1)} is not a supported wheel on this platform: it is built for glibc, and ${stage.base_image} has musl" :
  "the wheels for ${flag("platform", "python-platform")} are built for glibc and fail at import on ${stage.base_image}: \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}\"")

  fix "musl" {
    title  = "take the wheel for musllinux_1_2_${stage.machine}, where there is one"
    safety = "manual"
  }
  fix "take the -slim variant of the image" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
}
