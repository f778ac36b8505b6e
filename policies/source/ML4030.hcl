policy "ML4030" {
  name     = "sanitizer"
  title    = "The build uses a sanitizer that GCC does not have on Alpine"
  severity = "error"
  covers   = ["ASAN_MUSL"]
  links = [
    "https://github.com/google/sanitizers/issues/1080",
  ]

  match "use" {
    kind = ["option"]
    name = ["-fsanitize=*", "-lasan", "-ltsan", "-llsan", "-lubsan", "-static-libasan", "-static-libtsan"]
  }

  once     = "file"
  message  = use.message
  evidence = use_notes()

  fix "leave it out on Alpine: most builds have an option or a variable for it" {
    safety = "manual"
  }
  fix "build with clang and apk add clang compiler-rt" {
    safety = "manual"
  }
}
