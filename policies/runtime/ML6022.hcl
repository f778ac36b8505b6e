policy "ML6022" {
  name     = "preload-from-debian-path"
  title    = "LD_PRELOAD names a folder that only Debian has"
  severity = "warning"
  once     = "stage"
  links    = ["https://wiki.musl-libc.org/functional-differences-from-glibc.html"]

  match "env" {
    libc    = ["musl"]
    keyword = ["ENV"]
    name    = ["LD_PRELOAD"]
  }
  when = (
    stage.shipped && matches("/lib/[a-z0-9_]+-linux-gnu(?:eabihf|eabi)?/", env.value) && shim() != "glibc"
    && !image_text("(?i)(?:COPY|ADD|ln|cp|mv|mkdir|install|tar|unzip|dpkg)\\s[^;&|]*(?:linux-gnu|\\s/usr/lib/?\\s|\\s/usr/?\\s|\\s/\\s)")
  )

  at      = value_range()
  message = "nothing is preloaded: Alpine keeps its libraries in /usr/lib, so ${env.value} does not exist, and musl's loader passes over a missing LD_PRELOAD without a word"

  fix "install Alpine's package of it and name its file: apk add --no-cache jemalloc, /usr/lib/libjemalloc.so.2" {
    when   = matches("^[^: ]*/libjemalloc[.]so[.]2$", env.value)
    safety = "unsafe"
    edit {
      at   = value_range()
      with = "/usr/lib/libjemalloc.so.2"
    }
    recipe "add-packages" {
      with = { packages = ["jemalloc"], needed = "run" }
    }
  }
  fix "install Alpine's package of the library and name its file, for example apk add jemalloc and LD_PRELOAD=/usr/lib/libjemalloc.so.2" {
    safety = "manual"
  }
}
