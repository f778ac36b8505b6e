policy "ML1020" {
  name     = "glibc-jdk-download"
  title    = "A Java run-time for glibc is put into a musl image"
  severity = "warning"
  covers   = ["GLIBC_JDK_ON_ALPINE"]
  once     = "stage"
  links = [
    "https://openjdk.org/jeps/386",
    "https://adoptium.net/installation/",
  ]

  match "download" {
    libc = ["musl"]
    url = [
      "*jdk*linux*", "*jre*linux*", "*linux*jdk*", "*linux*jre*", "*zulu*linux*", "*corretto*linux*", "*graalvm*linux*", "*/linux/x64/jdk*", "*/linux/x64/jre*", "*/linux/aarch64/j*",
    ]
  }
  when = (
    stage.shipped && shim() != "glibc"
    && matches("(?i)linux[-_/]?(?:x64|x86_64|amd64|aarch64|arm64|x32|i586|\\$)|(?:x64|x86_64|aarch64|amd64|\\})[-_/]linux", download.url)
    && !matches("(?i)alpine|musl|\\.(?:sha256|sha512|txt|sig|asc|deb|rpm|jar|json)$", download.url)
    && !stage_text("ld-linux|linux-gnu/")
  )

  message = "this JDK is linked to glibc: on ${stage.base_image} it stops with \"java: not found\" or \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\"${shim() == "" ? "" : ", and under ${shim()} it crashes in libjvm.so"}"

  fix "take the -alpine tag of a JDK image, such as eclipse-temurin:21-jre-alpine, or apk add openjdk21-jre" {
    safety = "manual"
  }
  fix "download the build for musl: alpine-linux_x64 (Temurin), linux_musl_x64 (Zulu), alpine-linux-jdk (Corretto), -musl (Liberica)" {
    safety = "manual"
  }
}
