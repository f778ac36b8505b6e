policy "ML3006" {
  name     = "context-program-on-musl"
  title    = "A program from the build context is started in a musl image"
  severity = "info"
  default  = false
  covers   = ["GO_CGO_GLIBC_TO_MUSL"]
  links    = ["https://github.com/gin-gonic/gin/issues/1178"]

  match "copy" {
    libc   = ["musl"]
    origin = ["context"]
  }
  when = (
    stage.shipped && copy.started != "" &&
    # What was looked at is told by what it is.
    !copy.seen &&
    matches("(^|/)[^./*$]+$", copy.started) &&
    !matches("entrypoint|start|run|init|cmd|wait|script|gradlew|mvnw|manage", copy.started) &&
    finally_installed("gcompat") != "yes" && finally_installed("libc6-compat") != "yes"
  )

  once    = "stage"
  at      = word_range("^\\Q${copy.started}\\E$")
  message = "${copy.started} was built outside of this file: if it is linked to glibc, it ends here with \"no such file or directory\", although the file is there"

  fix "check" {
    title  = "check it with: file ${copy.started}"
    safety = "manual"
  }
  fix "build it without cgo or in a stage FROM an -alpine image" {
    safety = "manual"
  }
}
