policy "ML1012" {
  name     = "glibc-program-under-gcompat"
  title    = "A released Linux program is run through a compatibility layer"
  severity = "info"
  covers   = ["GLIBC_BINARY_GCOMPAT"]
  once     = "stage"
  links    = ["https://git.adelielinux.org/adelie/gcompat"]

  consequence_of = ["ML1011", "ML1014", "ML1015", "ML1018", "ML1019", "ML1020", "ML1021"]

  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["libc6-compat", "gcompat"]
  }
  # What is known to be static is left out of downloaded(); checksums and packages by their suffix.
  when = (
    shim() != "glibc"
    && (
      downloaded("(?i)(?:linux[-_./]?(?:amd64|x86_64|x64|64bit|64|arm64|aarch64|\\$)|(?:amd64|x86_64|x64|aarch64|arm64)[-_.](?:unknown[-_.])?linux)[^.]*(?:\\.(?:tar\\.gz|tgz|tar\\.xz|txz|tar\\.bz2|tbz|zip|gz|bz2|xz|zst))?$") != ""
      || downloaded("/releases/download/.*\\$|/releases/.*\\$\\{?[A-Za-z_]*FILE") != ""
      && stage_text("(?i)[-_.]linux[-_](?:amd64|x86_64|x64|arm64|aarch64|\\$)[^\\s\"']*\\.(?:zip|tar|tgz|gz|xz)")
    )
  )

  message = "${package.name} is here for a downloaded Linux program: if that is linked to glibc, it works as far as it stays within the functions that ${package.name} has, and stops with \"Error relocating …: symbol not found\" beyond; if it is static (most Go programs are), the package is not needed"

  fix "look at the program with ldd: \"Not a valid dynamic program\" (on Debian \"not a dynamic executable\") means that nothing is needed" {
    safety = "manual"
  }
  fix "download the -musl build of the program where there is one" {
    safety = "manual"
  }
}
