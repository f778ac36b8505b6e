policy "ML1009" {
  name     = "gcompat-preload"
  title    = "gcompat is preloaded into every process"
  severity = "info"
  covers   = ["GCOMPAT_PRELOAD"]
  once     = "stage"
  links    = ["https://github.com/grpc/grpc-java/issues/8751"]

  match "env" {
    libc    = ["musl"]
    name    = ["LD_PRELOAD"]
    keyword = ["ENV"]
  }
  when = matches("libgcompat", env.value)

  at      = value_range()
  message = "LD_PRELOAD puts gcompat into every process of the image, those linked to musl too, where it replaces functions that need no replacement; once the package is gone, musl passes over the missing file without a word"

  fix "set it for the one command that needs it, such as ENTRYPOINT [\"env\", \"LD_PRELOAD=/lib/libgcompat.so.0\", \"java\", …]" {
    safety = "manual"
  }
  fix "drop it: what is native here has a build for musl, or is found out to lack one by its tests" {
    when   = matches("^\\S*libgcompat\\S*$", env.value) && !stage_text("(?i)\\bjava\\b|\\.jar\\b|netty|grpc")
    safety = "unsafe"
    recipe = "remove-env"
  }
  fix "drop it when the native library has a musl build (grpc and netty: use their versions for musl, or run without the native transport)" {
    when   = !matches("^\\S*libgcompat\\S*$", env.value) || stage_text("(?i)\\bjava\\b|\\.jar\\b|netty|grpc")
    safety = "manual"
  }
}
