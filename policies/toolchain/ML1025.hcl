policy "ML1025" {
  name     = "glibc-jdk-copied"
  title    = "A Java run-time for glibc is copied into a musl image"
  severity = "warning"
  covers   = ["GLIBC_JDK_ON_ALPINE"]
  once     = "stage"
  links    = ["https://openjdk.org/jeps/386"]

  match "copy" {
    libc = ["musl"]
  }
  when = (
    # A stage that only passes the files on does not run them.
    (stage.shipped || runs("java", "javac", "mvn", "gradle", "keytool", "jlink"))
    && shim() != "glibc" && !stage_text("ld-linux|linux-gnu/")
    && (
      contains(["context", "url", "heredoc"], copy.origin)
      ? stage.shipped && anytrue([for s in copy.sources :
        matches("(?i)(?:jdk|jre|zulu|corretto|graalvm).*(?:linux[-_]?(?:x64|x86_64|amd64|aarch64|arm64|i586)|(?:x64|x86_64|aarch64|amd64)[-_]linux).*(?:\\.tar\\.gz|\\.tgz|\\.tar\\.xz|\\.zip|/)$", s)
        && !matches("(?i)alpine|musl|://", s)
      ])
      : copy.from_libc == "glibc" && anytrue([for s in copy.sources :
        matches("^(?:/opt/java(?:/openjdk(?:-[0-9]+)?)?|/opt/(?:jdk|jre|openjdk|graalvm|temurin|corretto|zulu)[^/]*|/usr/lib/jvm(?:/[^/]*)?|/usr/local/openjdk-[0-9]+|/usr/java/[^/]*)/?$|^/(?:custom-?)?(?:jre|java-?runtime|jdk|javaruntime|jlinked|jre-?(?:minimal|custom))/?$", s)
      ])
    )
  )

  severity_when "error" {
    when = stage.certain && copy.from_libc == "glibc" && shim() == "" && contains(["stage", "image"], copy.origin)
  }

  at = word_range("(?i)jdk|jre|zulu|corretto|graalvm|java|jvm|temurin|jlink")
  message = (
    contains(["stage", "image"], copy.origin)
    ? "the Java of ${copy.from_image} is linked to glibc: on ${stage.base_image} it stops with \"java: not found\" or \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\""
    : "this JDK is linked to glibc: on ${stage.base_image} it stops with \"java: not found\" or \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\""
  )
  evidence = from_reasons()

  fix "temurin" {
    title  = "copy it from ${copy.from_image}-alpine"
    when   = matches("^eclipse-temurin:[0-9]+(?:-jdk|-jre)?$", copy.from_image) && contains(["stage", "image"], copy.origin)
    safety = "unsafe"
    recipe = "change-image"
    with   = { to = "${copy.from_image}-alpine" }
  }
  fix "copy it from the -alpine tag of the JDK image, or run jlink there" {
    safety = "manual"
    when   = contains(["stage", "image"], copy.origin)
  }
  fix "take the build for musl: its name has alpine-linux or musl in it" {
    safety = "manual"
    when   = contains(["context", "url"], copy.origin)
  }
}
