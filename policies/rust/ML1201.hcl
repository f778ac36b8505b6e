policy "ML1201" {
  name     = "rust-openssl-static"
  title    = "A static Rust program for musl finds no static OpenSSL"
  severity = "warning"
  covers   = ["RUST_OPENSSL_STATIC"]
  links = [
    "https://github.com/rust-lang/docker-rust/issues/167",
    "https://github.com/clux/muslrust/pull/154",
  ]

  match "install" {
    manager = ["apk"]
    package = ["openssl-dev"]
    libc    = ["musl"]
  }
  match "command" {
    name       = ["cargo"]
    subcommand = ["build", "b", "install", "rustc", "chef"]
  }
  # clux/muslrust has been without OpenSSL since 2025-05-20; only tags that certainly
  # came after that count. Alpine's own cargo links dynamically and needs no archive.
  when = (command.name == "cargo" ?
    stage.repository == "clux/muslrust" &&
    matches("^($|latest|stable|nightly|beta)$|^1\\.(8[89]|9\\d|\\d{3})\\.|202[6-9]-|2025-(0[6-9]|1)", stage.tag) &&
    file_text("\\bopenssl\\b|native-tls|\\blibssl") &&
    !stage_text("OPENSSL_(DIR|LIB_DIR|INCLUDE_DIR)|vendored") :
    (contains(["rust", "rustlang/rust"], stage.repository) || stage_text("rustup")) &&
    finally_installed("openssl-libs-static") == "no" &&
    file_text("\\b(cargo|maturin)\\b") &&
    !file_text("openssl-libs-static|crt-static|vendored|OPENSSL_(LIB_DIR|DIR)|/usr/bin/cargo|-linux-gnu")
  )

  once = "stage"
  message = (command.name == "cargo" ?
    "clux/muslrust carries no OpenSSL any more: a program with openssl or native-tls stops with Could not find directory of OpenSSL installation" :
    stage.repository == "rust" && matches("^1\\.(\\d|[1-6]\\d|7[01])(\\.|$)", stage.version) ?
    "openssl-dev has shared libraries only; a static program, which Rust makes for musl, ends with them in a segmentation fault" :
  "openssl-dev has no static libraries, and Rust links statically for musl: a program that uses openssl-sys stops with ld: cannot find -lssl: have you installed the static version of the ssl library ?")

  fix "apk add openssl-libs-static beside openssl-dev" {
    when   = command.name != "cargo"
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["openssl-libs-static"] }
  }
  fix "take the image of Rust for Alpine, which has a package of OpenSSL: rust:1-alpine with openssl-dev and openssl-libs-static" {
    when   = command.name == "cargo"
    safety = "manual"
  }
  fix "link dynamically with RUSTFLAGS=-Ctarget-feature=-crt-static, and apk add libgcc libssl3 where the program runs" {
    safety = "manual"
  }
  fix "use rustls, or the vendored feature of the openssl crate (needs perl and make)" {
    safety = "manual"
  }
}
