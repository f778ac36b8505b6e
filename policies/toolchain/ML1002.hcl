policy "ML1002" {
  name     = "foreign-distro-package"
  title    = "A Debian, Red Hat or Arch package is unpacked into Alpine"
  severity = "warning"
  covers   = ["FOREIGN_DISTRO_PACKAGE"]
  once     = "stage"

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["dpkg", "dpkg-deb", "rpm", "rpm2cpio", "ar", "alien", "tar", "bsdtar", "7z", "7za", "cpio"]
  }
  # Packages without native code say so: _all.deb, .noarch.rpm, -any.pkg.tar.zst.
  when = (
    stage.shipped
    && has_word("[.*](?:deb|rpm)$|\\.pkg\\.tar(?:\\.[a-z0-9]+)?$")
    && !has_word("_all\\.deb$|[.-]noarch\\.rpm$|-any\\.pkg\\.tar")
    && !has_word("^(?:-b|--build|-I|--info|-c|--contents|-f|--field|-W|--show|--checksig|-K|--import|-q|-qp|-t|-tf|--create|-cf|-czf|-cJf|r|rc|rcs)$")
    && !matches("\\bmusl\\b", command.line)
  )

  at = word_range("[.*](?:deb|rpm)$|\\.pkg\\.tar(?:\\.[a-z0-9]+)?$")
  message = (
    contains(["dpkg", "rpm"], command.name) && !has_word("^(?:-x|-X|--extract|--vextract)$") && installed(command.name) != "yes"
    ? "${command.name} is not part of ${stage.base_image} (\"${command.name}: not found\"), and what this package holds is linked to glibc: it stops with \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\""
    : "the programs in this package are linked to the glibc of another distribution: on ${stage.base_image} they stop with \"not found\" or \"Error loading shared library ld-linux-x86-64.so.2: No such file or directory\""
  )

  fix "install the Alpine package of the same software with apk add" {
    safety = "manual"
  }
  fix "take the image of the distribution that the package is made for" {
    safety = "manual"
  }
}
