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
  message = "LD_PRELOAD puts gcompat into every process of the image, those linked to musl too: it replaces functions there that need no replacement, and a process fails to start with \"Error loading shared library /lib/libgcompat.so.0\" once the package is gone"

  fix "set it for the one command that needs it, such as ENTRYPOINT [\"env\", \"LD_PRELOAD=/lib/libgcompat.so.0\", \"java\", …]" {
    safety = "manual"
  }
  fix "drop it when the native library has a musl build (grpc and netty: use their versions for musl, or run without the native transport)" {
    safety = "manual"
  }
}
