policy "ML1001" {
  name     = "foreign-package-manager"
  title    = "A package manager of another distribution is called on Alpine"
  severity = "warning"
  covers   = ["FOREIGN_PM"]
  once     = "stage"
  links    = ["https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name = [
      "apt-get", "apt", "aptitude", "apt-cache", "apt-key", "apt-mark", "add-apt-repository",
      "dpkg", "dpkg-reconfigure", "yum", "dnf", "microdnf", "tdnf", "zypper", "rpm", "pacman", "emerge",
    ]
  }
  # Alpine packages some of these programs, and a package file is ML1002's.
  when = (
    stage.certain
    && !command.conditional && !command.tolerated && command.guard == ""
    && !matches("(?:command -v|which|type|hash) +(?:apt|apt-get|dpkg|yum|dnf|rpm|zypper|pacman)\\b", instruction.text)
    && !has_word("[.*](?:deb|rpm)$|\\.pkg\\.tar\\.")
    && alltrue([for p in [
      "apt", "dpkg", "dpkg-dev", "debootstrap", "rpm", "rpm-dev", "dnf", "dnf5", "zypper", "pacman", "portage",
    ] : installed(p) != "yes"])
  )

  severity_when "error" {
    when = command.last || command.errexit && !command.and_next
  }

  at      = word_range("^[^-]")
  message = "${stage.base_image} has apk and no other package manager: ${command.last || command.errexit && !command.and_next ? "the build stops with " : ""}\"${command.path}: not found\""

  fix "install with apk: apk add --no-cache PACKAGE (names differ from Debian's, see https://pkgs.alpinelinux.org)" {
    safety = "manual"
  }
  fix "keep the commands and build on a glibc distribution, such as a -slim tag of the image" {
    safety = "manual"
  }
}
