policy "ML1008" {
  name     = "lib64-symlink"
  title    = "/lib64 is made a link to musl's library folder"
  severity = "warning"
  covers   = ["LIB64_SYMLINK_HACK"]
  once     = "stage"
  links    = ["https://wiki.alpinelinux.org/wiki/Running_glibc_programs"]

  consequence_of = ["ML1007", "ML1004", "ML1005", "ML1006"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["ln"]
  }
  when = (
    matches("^/(?:usr/)?lib/?$", operand(0)) && matches("^/(?:usr/)?lib64/?$", operand(-1))
    && shim() != "glibc" && !stage_text("(?i)glibc")
  )

  # The Cloud SDK's own instructions for Alpine had this line; the SDK is Python and does not depend on it.
  severity_when "info" {
    when = downloaded("google-cloud-(?:sdk|cli)") != ""
  }

  at = operand_range(-1)
  message = (
    shim() == ""
    ? "a program for glibc looks for /lib64/ld-linux-x86-64.so.2, and /lib holds no such file: it still stops with \"not found\""
    : "${shim()} brings the loader already, in /lib64 too where it is needed: the link does nothing for it, or lands inside of the folder that is there"
  )

  fix "install the compatibility layer: apk add --no-cache gcompat" {
    when   = (shim() == "") && stage.distro == "alpine" && downloaded("google-cloud-(?:sdk|cli)") == ""
    safety = "unsafe"
    recipe = "replace-command"
    with   = { with = "apk add --no-cache gcompat" }
  }
  fix "remove the link" {
    when   = shim() != ""
    safety = "unsafe"
    recipe = "remove-command"
  }
  fix "take the program's musl build, or a glibc image" {
    safety = "manual"
  }
}
