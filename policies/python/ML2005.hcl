policy "ML2005" {
  name     = "manylinux-override"
  title    = "pip is made to take wheels for glibc on musl"
  severity = "warning"
  covers   = ["MANYLINUX_HACK"]
  links = [
    "https://peps.python.org/pep-0600/",
    "https://github.com/pypa/pip/issues/9735",
  ]

  match "write" {
    libc = ["musl"]
    path = ["*_manylinux.py"]
  }
  when = matches("manylinux[0-9a-z_]*_compatible\\s*(=|\\()", write.content) && !matches("compatible\\s*=\\s*False|return\\s+False", write.content)

  message = "packaging that reads _manylinux.py takes wheels for glibc, and their modules fail at import: \"Error loading shared library ld-linux-${stage.arch == "amd64" ? "x86-64.so.2" : "${stage.machine}.so.1"}\"; pip since 20.3 ignores it on musl"

  fix "remove it; install wheels for musl (musllinux), which pip finds since 21.2, or compile" {
    safety = "unsafe"
    recipe = "remove-command"
  }
}
