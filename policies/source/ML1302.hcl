policy "ML1302" {
  name     = "source-build-on-musl"
  title    = "A project built from source here is known to need changes for musl"
  severity = "info"
  covers   = ["BUILD_FROM_SOURCE_MUSL"]

  match "command" {
    name       = ["git"]
    subcommand = ["clone"]
    libc       = ["musl"]
  }
  match "download" {
    url = [
      "*/glusterfs-[0-9]*", "*/glusterfs-*.tar*", "*/asterisk-*.tar*", "*/dpdk-*.tar*", "*/mongrel2-*.tar*", "*/elfutils-*.tar*",
      "*gluster/glusterfs/archive/*", "*asterisk/asterisk/archive/*", "*DPDK/dpdk/archive/*", "*mongrel2/mongrel2/archive/*",
      "*tpoechtrager/osxcross/*", "*flightaware/*/archive/*",
    ]
    libc = ["musl"]
  }
  when = (
    matches("(?i)(gluster/glusterfs|/glusterfs-\\d|asterisk/asterisk\\b|/asterisk-\\d|tpoechtrager/osxcross|mongrel2/mongrel2|/mongrel2-v?\\d|sourceware\\.org/(git/|ftp/|elfutils/).*elfutils|/dpdk-(\\d\\.|1\\d|20)\\.?|flightaware/(dump1090|dump978|piaware|tcllauncher))", command.line) &&
    runs("make", "cmake", "ninja", "meson", "configure", "build.sh", "gmake") &&
    !runs("patch", "git apply", "git am", "quilt") &&
    !stage_text("ucontext|argp-standalone|musl-fts|fts-dev")
  )

  once = "stage"
  at   = word_range("(?i)(gluster/glusterfs|/glusterfs-\\d|asterisk/asterisk\\b|/asterisk-\\d|tpoechtrager/osxcross|mongrel2/mongrel2|/mongrel2-v?\\d|sourceware\\.org/(git/|ftp/|elfutils/).*elfutils|/dpdk-(\\d\\.|1\\d|20)\\.?|flightaware/(dump1090|dump978|piaware|tcllauncher))")
  message = [for name, text in {
    glusterfs = "GlusterFS does not build on musl without patches: undefined reference to `makecontext' and to argp_parse, _PATH_MOUNTED undeclared"
    asterisk  = "Asterisk finds no name servers on musl, which has no res_ninit: There are no local system nameservers configured, resorting to system resolution"
    osxcross  = "osxcross needs a library that musl does not have: fatal error: 'fts.h' file not found"
    mongrel2  = "Mongrel2 does not link on musl: undefined reference to `getcontext', `makecontext' and `swapcontext'"
    elfutils  = "elfutils does not configure on musl without three extra libraries: configure: error: failed to find argp_parse"
    dpdk      = "DPDK before 21.05 does not build on musl: pthread_attr_setaffinity_np and execinfo.h are missing"
    flight    = "FlightAware's decoders and their Tcl tools are developed on Debian; the makers of their container images left Alpine because of musl"
  } : text if matches("(?i)${name}", command.line)][0]

  fix "use Alpine's own package of it where there is one: its build has the patches (apk search)" {
    safety = "manual"
  }
  fix "add what is missing: apk add libucontext-dev argp-standalone musl-fts-dev musl-obstack-dev, and link with -lucontext -largp -lfts -lobstack" {
    safety = "manual"
  }
  fix "build on glibc: FROM debian:bookworm-slim" {
    safety = "manual"
  }
}
