policy "ML1203" {
  name     = "rust-cross-openssl"
  title    = "The OpenSSL of a glibc distribution does not serve a Rust build for musl"
  severity = "warning"
  covers   = ["RUST_OPENSSL_STATIC"]
  links    = ["https://github.com/rust-openssl/rust-openssl/issues/1617"]

  match "command" {
    name       = ["cargo"]
    subcommand = ["build", "b", "install", "rustc", "chef"]
    libc       = ["glibc"]
  }
  # Tools from cargo install may use libssl-dev on the machine that builds.
  when = (
    matches("-linux-musl", "${flag("target")} ${getenv("CARGO_BUILD_TARGET")}") &&
    stage.cross == "" &&
    stage_text("\\b(libssl-dev|openssl-devel)\\b") &&
    !stage_text("OPENSSL_(DIR|LIB_DIR|STATIC)|OPENSSL_MUSL|vendored|musl-cross|openssl-[0-9]|cargo (\\S+ )?install")
  )

  once    = "stage"
  at      = flag_range("target")
  message = "libssl-dev is OpenSSL for glibc: with --target …-linux-musl the crate openssl-sys does not take it and stops with Could not find directory of OpenSSL installation"

  fix "use rustls, or the vendored feature of the openssl crate (needs perl, make and musl-tools)" {
    safety = "manual"
  }
  fix "build on rust:1-alpine with openssl-dev and openssl-libs-static" {
    safety = "manual"
  }
}
