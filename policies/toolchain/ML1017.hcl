policy "ML1017" {
  name     = "fluent-bit-copied-to-musl"
  title    = "A Fluent Bit that is built for glibc is copied into a musl image"
  severity = "warning"
  covers   = ["FLUENT_BIT_ALPINE"]
  once     = "stage"
  links    = ["https://github.com/fluent/fluent-bit/issues/9861"]

  match "copy" {
    libc      = ["musl"]
    origin    = ["stage", "image"]
    from_libc = ["glibc"]
    source    = ["*fluent-bit*"]
  }
  when = (
    stage.shipped && shim() != "glibc"
    && anytrue([for s in copy.sources : matches("(?:^|/)(?:fluent-bit|flb-[^/]*)/?$|bin/fluent-bit|/fluent-bit/?\\*?$", s) && !matches("/etc/", s)])
  )

  at      = word_range("fluent-bit")
  message = "Fluent Bit is built for glibc in ${copy.from_image}, and does not support musl: on ${stage.base_image} it stops with \"not found\" or \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\""

  evidence = from_reasons()

  fix "build FROM fluent/fluent-bit, or run it as a container of its own" {
    safety = "manual"
  }
  fix "install Alpine's patched package where the release has it: apk add fluent-bit" {
    safety = "manual"
  }
}
