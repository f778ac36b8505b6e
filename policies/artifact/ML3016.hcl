policy "ML3016" {
  name     = "go-library-from-context"
  title    = "A Go shared library from the build context crashes in a musl process"
  severity = "warning"
  covers   = ["GO_CSHARED_MUSL", "GO_PLUGIN_MUSL"]
  links = [
    "https://github.com/golang/go/issues/13492",
    "https://go.dev/issue/19938",
  ]

  match "file" {
    libc    = ["musl"]
    verdict = ["fails"]
    form    = ["library", "plugin"]
    holder  = ["folder", "archive"]
  }
  when = stage.shipped && file.language == "go" && file.suits && shim() != "glibc" && length(file.missing) + length(file.symbols) == 0

  once     = "instruction"
  message  = "${file.place} is a shared library made by Go: a program on ${stage.base_image} that loads it ends with a segmentation fault in runtime.sysargs"
  evidence = file_notes()

  fix "run the program that loads it on a glibc image, such as debian:bookworm-slim, with a library built there" {
    safety = "manual"
  }
  fix "make it a program of its own and talk to it over a pipe, a socket or gRPC" {
    safety = "manual"
  }
}
