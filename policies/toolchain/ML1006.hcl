policy "ML1006" {
  name           = "second-libc-without-lib64"
  title          = "glibc 2.35 packages for Alpine lack the loader in /lib64"
  severity       = "warning"
  covers         = ["SGERRAND_NO_LIB64", "SGERRAND_GLIBC"]
  once           = "stage"
  consequence_of = ["ML1005"]
  links          = ["https://github.com/sgerrand/alpine-pkg-glibc/issues/183"]

  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["glibc", "*.apk"]
  }
  when = (
    stage.arch == "amd64"
    && matches("(?:^|/)glibc(?:-[0-9$][^/]*)?(?:\\.apk)?$|\\*\\.apk$", package.text)
    && matches("glibc-2\\.(?:3[5-9]|[4-9][0-9])-r[0-9]+", "${package.text} ${downloaded("/glibc-2\\.[0-9]+-r[0-9]+\\.apk")}")
    && !stage_text("lib64|patchelf|/ld-linux-x86-64")
    && stage_text("(?i)\\b(?:java|jdk|jre)[-_.0-9]*|JAVA_HOME|conda|/linux[-_]?(?:x64|x86_64|amd64)")
  )

  message = "since 2.35 this package has no /lib64/ld-linux-x86-64.so.2, which is the loader that x86_64 programs for glibc name: they stop with \"not found\" although the file is there"

  fix "add the link: mkdir -p /lib64 && ln -s /usr/glibc-compat/lib/ld-linux-x86-64.so.2 /lib64/" {
    safety = "unsafe"
    recipe = "add-command"
    with   = { command = "mkdir -p /lib64 && ln -s /usr/glibc-compat/lib/ld-linux-x86-64.so.2 /lib64/" }
  }
  fix "take a musl build, such as a JDK for alpine-linux, or a glibc image" {
    safety = "manual"
  }
}
