policy "ML1023" {
  name     = "bun-copied-from-glibc"
  title    = "A Bun that is built for glibc is copied into a musl image"
  severity = "warning"
  covers   = ["BUN_GLIBC_ON_ALPINE"]
  once     = "stage"
  links = [
    "https://github.com/oven-sh/bun/issues/12415",
    "https://github.com/oven-sh/bun/pull/15241",
  ]

  match "copy" {
    libc   = ["musl"]
    origin = ["stage", "image"]
    source = ["*/bun", "*/bin/bun*", "/root/.bun*", "/usr/local/bin", "/usr/local/bin/"]
  }
  # Until 1.1.35 the Alpine tags of oven/bun held the program for glibc, with a glibc to run it.
  when = (
    # A stage that only passes the file on does not run it.
    (stage.shipped || runs("bun", "bunx")) && startswith(copy.from_image, "oven/bun") && shim() != "glibc"
    && (
      copy.from_libc == "glibc"
      || version_compare("semver", try(regex("^oven/bun:([0-9]+\\.[0-9]+\\.[0-9]+)-alpine", copy.from_image)[0], "999.0.0"), "1.1.35") < 0
    )
    && !stage_text("ld-linux|linux-gnu/")
  )

  severity_when "error" {
    when = stage.certain && shim() == "" && copy.from_libc == "glibc"
  }

  at       = word_range("bun|/usr/local/bin")
  message  = "the bun of ${copy.from_image} is built for glibc: on ${stage.base_image} it stops with \"bun: not found\"${shim() == "" ? "" : ", under ${shim()} with \"unsupported relocation type 37\""}"
  evidence = from_reasons()

  fix "copy it from oven/bun:1-alpine and add its libraries: apk add --no-cache libstdc++ libgcc" {
    safety = "unsafe"
    recipe "change-image" {
      with = { to = "oven/bun:1-alpine" }
    }
    recipe "add-packages" {
      with = { packages = ["libstdc++", "libgcc"], needed = "run" }
    }
  }
}
