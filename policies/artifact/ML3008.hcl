policy "ML3008" {
  name     = "glibc-program-from-context"
  title    = "A glibc program from the build context is copied into a musl image"
  severity = "warning"
  covers   = ["GLIBC_ARTIFACT_ON_MUSL", "MUSL_NAME_BUT_GLIBC_SYMBOLS"]
  links = [
    "https://github.com/gin-gonic/gin/issues/1178",
    "https://wiki.alpinelinux.org/wiki/Running_glibc_programs",
  ]

  match "file" {
    libc      = ["musl"]
    verdict   = ["fails"]
    form      = ["program"]
    file_libc = ["glibc"]
    holder    = ["folder", "archive"]
  }
  when = (
    (stage.shipped || file.started) && !endswith(file.modules, "/node_modules") && shim() != "glibc" &&
    # A copy of glibc's own loader is another story, told by other rules.
    !stage_text("ld-linux|/lib64|patchelf") &&
    # It may be started by musl's own loader.
    !image_text("ld-musl-")
  )
  severity_when "error" {
    when = file.started || file.named && matches("^/(usr/)?(local/)?s?bin/", file.dest)
  }
  # Nothing says that it is ever run.
  severity_when "info" {
    when = file.data
  }

  once           = "instruction"
  consequence_of = ["ML1015", "ML1016"]
  message = (
    shim() != "" ?
    "${file.place} is linked to glibc and does not start on ${stage.base_image}: \"${file.errors[0]}\"" :
    file.suits ?
    "${file.place} asks for glibc's loader, which ${stage.base_image} does not have: \"exec ${file.dest}: no such file or directory\", although the file is there" :
  "${file.place}, a program for ${file.arch}, asks for glibc's loader, which ${stage.base_image} does not have: \"exec ${file.dest}: no such file or directory\", although the file is there")
  evidence = file_notes()

  fix "rebuild" {
    title  = file.language == "go" ? "build it with CGO_ENABLED=0, or in a stage FROM golang:alpine" : file.language == "rust" ? "build it for ${stage.machine}-unknown-linux-musl" : "build it for musl, in a stage FROM an -alpine image, or link it statically"
    safety = "manual"
  }
  fix "shim" {
    when   = length(file.packages) > 0 && file.suits
    title  = "${shim() == "" ? "let it run on a compatibility layer" : "install what it needs"}: apk add --no-cache ${join(" ", file.packages)}"
    safety = "manual"
  }
  fix "take a glibc image, such as debian:bookworm-slim, for this stage" {
    safety = "manual"
  }
}
