policy "ML3012" {
  name     = "jar-with-glibc-natives"
  title    = "A jar from the build context has native libraries for glibc only"
  severity = "warning"
  covers   = ["JAVA_JNI_GLIBC", "JAVA_NETTY_NATIVE"]
  links = [
    "https://github.com/xerial/snappy-java/issues/579",
    "https://github.com/facebook/rocksdb/issues/3848",
    "https://netty.io/wiki/forked-tomcat-native.html",
  ]

  match "file" {
    libc      = ["musl"]
    verdict   = ["fails"]
    holder    = ["jar"]
    file_libc = ["glibc", "unknown", "none"]
  }
  when = stage.shipped && file.suits && shim() != "glibc" && !stage_text("ld-linux|/lib64|java-snappy")

  message  = "${file.inner}${file.more > 0 ? " (and ${file.more} more)" : ""} in ${file.path} is built for glibc, and the jar has none for musl: when the program needs it, it ends in UnsatisfiedLinkError: ${file.errors[0]}"
  evidence = file_notes()

  fix "shim" {
    when   = length(file.packages) > 0
    title  = "apk add --no-cache ${join(" ", file.packages)}"
    safety = "manual"
  }
  fix "take a version of the library that has a build for musl, or leave the native part out" {
    safety = "manual"
  }
  fix "run it on a glibc JRE, such as eclipse-temurin:21-jre" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
}
