policy "ML1013" {
  name     = "glibc-download"
  title    = "A program that is built for glibc is downloaded into a musl image"
  severity = "warning"
  covers   = ["GLIBC_PREBUILT_DOWNLOAD"]
  once     = "instruction"

  consequence_of = ["ML1014", "ML1015", "ML1016", "ML1018", "ML1019", "ML1020", "ML1021"]

  match "download" {
    libc  = ["musl"]
    build = ["glibc"]
  }
  # A stage that is not shipped may download for an image of another libc.
  when = (
    stage.shipped && shim() == ""
    && !matches("\\.(?:sha(?:1|256|512)(?:sum)?s?|md5|asc|sig|minisig|pem|txt|deb|rpm|apk)$", download.file)
    && !matches("(?i)musl|alpine|ldd|glibc", command.guard)
    && !text_before("ld-linux|/lib64|linux-gnu/")
  )

  message = (
    matches(stage.arch == "amd64" ? "aarch64|arm64" : stage.arch == "arm64" ? "x86_64|amd64|x64" : "^$", download.file) &&
    command.guard == "" && !file_text("TARGETARCH|TARGETPLATFORM|uname|print-arch") ?
    "${download.file} is a build for glibc and for another architecture: on ${stage.base_image} for ${stage.arch} it stops with \"exec format error\"" :
  "${download.file} is a build for glibc: on ${stage.base_image} it stops with \"not found\" or \"Error loading shared library ${matches("aarch64|arm64", download.file) || stage.arch == "arm64" && !matches("x86_64|amd64|x64", download.file) ? "ld-linux-aarch64.so.1" : "ld-linux-x86-64.so.2"}: No such file or directory\"")
  evidence = [note(download.why, subject_range())]

  fix "download the project's musl or static build" {
    safety = "manual"
  }
  fix "install the program with apk, or take a glibc image" {
    safety = "manual"
  }
}
