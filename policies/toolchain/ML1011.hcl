policy "ML1011" {
  name     = "compat-not-enough"
  title    = "A compatibility layer is installed for software that needs more than it offers"
  severity = "warning"
  covers   = ["LIBC6_COMPAT_INSUFFICIENT"]
  once     = "stage"
  links = [
    "https://github.com/MatthiasLohr/docker-f5fpc/issues/26",
    "https://github.com/facebook/rocksdb/issues/3848",
    "https://git.adelielinux.org/adelie/gcompat",
  ]

  consequence_of = ["ML1007", "ML1014", "ML1015", "ML1019"]

  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["libc6-compat", "gcompat"]
  }
  # Either software that is known to fail with the layer, or a vendor's closed installer run after a download;
  # libc6-compat alone has the names of glibc's libraries and none of its functions before Alpine 3.19.
  when = (
    shim() != "glibc"
    && (
      downloaded("(?i)f5fpc|sslvpn|globalprotect|anyconnect|instantclient|librocksdb|google-chrome|chrome-linux|chrome-for-testing|chromedriver|deno-(?:x86_64|aarch64)|clidriver|nwrfc|foundationdb|libfdb_c|steamcmd|awscli-exe-linux|appsignal|[.]AppImage|cmdline-tools|sdk-tools-linux") != ""
      || downloaded("(?i)(?:vpn|agent|client|sdk|driver)[^/]*\\.(?:run|bin|tgz|tar\\.gz|zip|sh)$") != "" && text_after("(?i)\\./(?:\\S*/)?\\S*(?:install|setup)\\S*\\b|\\.run\\b")
      || package.name == "libc6-compat" && installed("gcompat") != "yes" && stage.repository == "ruby" && runs("bundle install") && release_before("3.19") && stage_env("BUNDLE_FORCE_RUBY_PLATFORM") == "" && !stage_text("force_ruby_platform|LD_PRELOAD")
    )
  )

  message = (
    package.name == "libc6-compat" && (stage.release == "" || release_before("3.19"))
    ? "libc6-compat only links glibc's library names to musl: software built for glibc still stops with \"Error loading shared library ld-linux-x86-64.so.2\" or \"Error relocating …: symbol not found\" (__strdup, getcontext, __strtod_internal …)"
    : "${package.name} offers part of glibc's functions: software of this kind stops with \"Error relocating …: symbol not found\" (getcontext, canonicalize_file_name, __strtod_internal …) or crashes"
  )

  fix "have the gems compiled: ENV BUNDLE_FORCE_RUBY_PLATFORM=1" {
    when   = stage.repository == "ruby" && runs("bundle install") && stage_text("\\b(?:build-base|g\\+\\+|alpine-sdk)(?:\\s|$)")
    safety = "unsafe"
    recipe = "set-env"
    with   = { name = "BUNDLE_FORCE_RUBY_PLATFORM", value = "1" }
  }
  fix "run this software on a glibc image, the one that its vendor supports" {
    safety = "manual"
  }
  fix "for Ruby: BUNDLE_FORCE_RUBY_PLATFORM=1 and a compiler, or lock the gems for x86_64-linux-musl" {
    safety = "manual"
    when   = stage.repository == "ruby"
  }
  fix "replace libc6-compat by gcompat, which has some of the functions too" {
    safety = "manual"
    when   = package.name == "libc6-compat" && shim() != "gcompat"
  }
}
