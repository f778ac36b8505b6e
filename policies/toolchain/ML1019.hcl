policy "ML1019" {
  name     = "deno-for-glibc"
  title    = "Deno is published for glibc only"
  severity = "warning"
  covers   = ["DENO_GLIBC_ON_ALPINE"]
  once     = "stage"
  links = [
    "https://github.com/denoland/deno/issues/31143",
    "https://github.com/denoland/deno_install/issues/200",
  ]

  match "download" {
    libc = ["musl"]
    url  = ["*deno.land/install.sh", "*deno.land/x/install/install.sh", "*denoland/deno/releases/*linux*.zip", "*dl.deno.land/*linux*.zip"]
  }
  when = stage.shipped && shim() != "glibc" && !stage_text("ld-linux|linux-gnu/")

  message = "Deno has no build for musl: on ${stage.base_image} it stops with \"deno: not found\" or \"Error loading shared library ld-linux-x86-64.so.2\", and under gcompat with \"Error relocating …: symbol not found\""

  fix "install Alpine's own build, and leave it where the installer would have put it" {
    when   = (stage.release == "edge" || release_since("3.19")) && contains(["sh", "bash"], download.piped) && stage_text("/root/\\.deno/bin") && !stage_text("DENO_INSTALL")
    safety = "unsafe"
    recipe = "replace-command"
    with   = { with = "apk add --no-cache deno && mkdir -p /root/.deno/bin && ln -s /usr/bin/deno /root/.deno/bin/deno" }
  }
  fix "install Alpine's own build, which 3.19 and newer have: apk add --no-cache deno" {
    when   = (stage.release == "edge" || release_since("3.19")) && !stage_text("\\.deno/|DENO_INSTALL|\\bdeno[^ ]*\\.zip")
    safety = "unsafe"
    recipe = "replace-command"
    with   = { with = "apk add --no-cache deno" }
  }
  fix "build FROM denoland/deno:alpine, which carries a glibc for deno, or from denoland/deno" {
    safety = "manual"
  }
}
