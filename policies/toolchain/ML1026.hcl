policy "ML1026" {
  name     = "fluent-bit-built-on-musl"
  title    = "Fluent Bit is built from source on musl"
  severity = "warning"
  covers   = ["FLUENT_BIT_ALPINE"]
  once     = "stage"
  links = [
    "https://github.com/fluent/fluent-bit/issues/377",
    "https://github.com/fluent/fluent-bit/issues/2464",
  ]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["git", "curl", "wget"]
  }
  # Alpine's own recipe applies patches; so may others.
  when = (
    has_word("github\\.com[/:]fluent/fluent-bit(?:\\.git|/archive/.*|/tarball/.*)?/?$")
    && stage_text("\\b(?:cmake|make|ninja)\\b") && !stage_text("\\.patch\\b|\\bpatch\\s+-|git\\s+apply")
  )

  at      = word_range("fluent/fluent-bit")
  message = "Fluent Bit is not maintained for musl: the build on ${stage.base_image} fails, or the program stops at run time, for example with \"Invalid coroutine stack size\""

  fix "build FROM fluent/fluent-bit, or run it as a container of its own" {
    safety = "manual"
  }
  fix "install Alpine's patched package where the release has it: apk add fluent-bit" {
    safety = "manual"
  }
}
