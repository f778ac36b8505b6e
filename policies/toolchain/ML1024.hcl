policy "ML1024" {
  name     = "deno-copied-to-musl"
  title    = "A Deno that is built for glibc is copied into a musl image"
  severity = "warning"
  covers   = ["DENO_GLIBC_ON_ALPINE"]
  once     = "stage"
  links    = ["https://github.com/denoland/deno/issues/31143"]

  match "copy" {
    libc   = ["musl"]
    origin = ["stage", "image"]
    source = ["*/deno"]
  }
  # A stage that only passes the file on does not run it.
  when = (stage.shipped || runs("deno")) && startswith(copy.from_image, "denoland/deno") && shim() != "glibc" && !stage_text("ld-linux|linux-gnu/")

  severity_when "error" {
    when = stage.certain && shim() == ""
  }

  at       = word_range("/deno$")
  message  = "Deno is built for glibc in all of its images, -alpine included: on ${stage.base_image} it stops with \"deno: not found\" or \"Error loading shared library ld-linux-x86-64.so.2\""
  evidence = from_reasons()

  fix "install Alpine's own build, which 3.19 and newer have: apk add --no-cache deno" {
    when   = (stage.release == "edge" || release_since("3.19")) && length(copy.sources) == 1 && matches("^/usr/(?:local/)?bin/?(?:deno)?$", copy.dest) && !text_before("(?i)^USER\\s") && !instruction.onbuild
    safety = "unsafe"
    edit {
      at   = instruction_range()
      with = "RUN apk add --no-cache deno"
    }
  }
  fix "build FROM denoland/deno:alpine, which carries a glibc for deno" {
    safety = "manual"
  }
}
