policy "ML1003" {
  name     = "glibc-rootfs-copy"
  title    = "System folders of a glibc image are copied over those of a musl image"
  severity = "warning"
  covers   = ["COPY_GLIBC_ROOTFS"]
  once     = "stage"

  match "copy" {
    libc      = ["musl"]
    origin    = ["stage", "image"]
    from_libc = ["glibc"]
  }
  # Only a copy onto the image's own folders mixes the two; a copy into a folder of its own is a chroot.
  when = (
    anytrue([for p in copy.sources : matches("^/(?:\\.|\\*)?$|^/(?:usr/)?(?:lib|lib64|bin|sbin)(?:/[*.]?)?$|^/usr(?:/[*.]?)?$", p)])
    && matches("^/$|^/usr/?$|^/(?:usr/)?(?:lib|lib64|bin|sbin)/?$", copy.dest)
  )

  # Alpine has no such folder: nothing is mixed, a second C library stands beside musl.
  severity_when "info" {
    when = matches("^/(?:usr/)?lib64/?$", copy.dest)
  }
  # These hold what the image itself runs on: /bin/sh, its libraries, those of apk.
  severity_when "error" {
    when = stage.certain && matches("^/$|^/usr/?$|^/(?:usr/)?lib/?$|^/bin/?$", copy.dest)
  }

  at = word_range("^/(?:\\.|\\*)?$|^/(?:usr/)?(?:lib|lib64|bin|sbin)(?:/[*.]?)?$|^/usr(?:/[*.]?)?$")
  message = (
    matches("^/(?:usr/)?lib64/?$", copy.dest) ?
    "this puts the loader of ${copy.from_image} into a folder that ${stage.base_image} does not have: a glibc of its own, which serves glibc programs whose libraries all come along, and no program of the image" :
  "this puts the programs and libraries of ${copy.from_image} (glibc) over those of ${stage.base_image} (musl): each half then finds libraries of the other, with \"Error relocating …: symbol not found\" or java.lang.UnsatisfiedLinkError")

  evidence = from_reasons()

  fix "choose one distribution: start FROM the image that is copied from, or install the software with apk" {
    safety = "manual"
  }
  fix "copy the one program that is needed, from an image of the same libc or linked statically" {
    safety = "manual"
  }
}
