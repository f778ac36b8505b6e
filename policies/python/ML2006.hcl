policy "ML2006" {
  name     = "pip-silent-downgrade"
  title    = "pip installs an old version because newer ones have nothing for musl"
  severity = "warning"
  covers   = ["PIP_SILENT_DOWNGRADE"]
  links    = ["https://github.com/pemistahl/lingua-py/issues/213"]

  match "install" {
    manager = ["pip"]
    libc    = ["musl"]
  }
  when = (
    passed_over() != "" && contains(["pure", "sdist", "musllinux"], wheel()) &&
    !command.conditional && !command.tolerated && stage.shim == "" && !matches(";", package.text) &&
    !has_flag("f", "find-links", "no-index", "platform", "python-platform", "i", "index-url", "extra-index-url", "index", "default-index") &&
    (pypi(package.name).apk == "" || installed(pypi(package.name).apk) != "yes")
  )

  consequence_of = ["ML2002"]
  message        = "pip installs a version of ${package.name} older than ${passed_over()}, and says nothing: from that one on there are wheels for glibc only"

  fix "take the -slim variant of the image, where pip finds the newest version" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
  fix "pin the version that you want, so that its absence is an error" {
    safety = "manual"
  }
}
