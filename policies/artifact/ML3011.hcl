policy "ML3011" {
  name     = "musl-file-from-context-into-glibc"
  title    = "A musl program or library from the build context is copied into an image that has no musl"
  severity = "warning"
  covers   = ["MUSL_SO_INTO_GLIBC"]
  links    = ["https://github.com/fluent/fluent-bit-go/issues/21"]

  match "file" {
    libc      = ["glibc"]
    verdict   = ["fails"]
    file_libc = ["musl"]
    form      = ["program", "library", "plugin"]
  }
  match "file" {
    libc      = ["none"]
    verdict   = ["fails"]
    file_libc = ["musl"]
    form      = ["program"]
  }
  when = (
    (stage.shipped || file.started) &&
    !stage_text("ld-musl|libc\\.musl|\\bmusl\\b|:musl|patchelf") &&
    (stage.libc == "glibc" || !stage_text("(?i)rootfs|COPY[^\\n]*--from"))
  )
  severity_when "error" {
    when = file.started && file.form == "program"
  }
  severity_when "info" {
    when = file.data || !file.named && endswith(file.modules, "-packages")
  }

  once = "instruction"
  message = (
    file.form == "program" ?
    "${file.place} asks for the loader ${file.interp}, which ${stage.base_image} does not have: \"exec ${file.dest}: no such file or directory\", although the file is there" :
  "${file.place} is linked to musl and ${stage.base_image} has glibc: \"${file.errors[0]}\"")
  evidence = file_notes()

  fix "rebuild" {
    title  = "build it in a stage that has the libc of ${stage.base_image}, or link it statically"
    safety = "manual"
  }
}
