policy "ML3015" {
  name     = "context-program-for-another-architecture"
  title    = "A program from the build context is for another architecture than the image"
  severity = "warning"
  covers   = []
  links    = ["https://docs.docker.com/build/building/multi-platform/"]

  match "file" {
    libc    = ["musl"]
    verdict = ["fails"]
    form    = ["program", "static-program", "static-pie"]
    holder  = ["folder", "archive"]
  }
  when = (
    stage.shipped && !file.suits && file.arch != "" && file.named && contains(file.errors, "exec format error") &&
    !(stage.arch == "amd64" && file.arch == "386") &&
    (file.started || matches("^/(usr/)?(local/)?s?bin/", file.dest)) &&
    !file_text("TARGETARCH|TARGETPLATFORM|uname -m|dpkg --print-architecture|apk --print-arch|qemu|binfmt")
  )

  once     = "instruction"
  message  = "${file.place} is a program for ${file.arch}, and the image is for ${stage.arch}: \"exec ${file.dest}: exec format error\""
  evidence = file_notes()

  fix "build" {
    title  = "build it for ${stage.arch}"
    safety = "manual"
  }
}
