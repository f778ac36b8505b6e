policy "ML1204" {
  name     = "rust-bindgen-static-host"
  title    = "bindgen cannot load libclang from a static build script"
  severity = "warning"
  covers   = ["RUST_PROC_MACRO_CRT_STATIC"]
  links    = ["https://github.com/rust-lang/rust-bindgen/issues/2360"]

  match "install" {
    manager = ["apk"]
    package = ["clang-dev", "clang*-dev", "clang*-libclang", "clang-libs", "clang*-libs", "clang-libclang"]
    libc    = ["musl"]
  }
  when = (
    (contains(["rust", "rustlang/rust"], stage.repository) || stage_text("\\brustup-init\\b|sh\\.rustup\\.rs")) &&
    file_text("\\bcargo\\b") &&
    !file_text("crt-static|clang\\d*-static|LIBCLANG_STATIC|feature\\S* \\S*static|/usr/bin/cargo")
  )

  once    = "stage"
  message = "a build script that runs bindgen stops with Unable to find libclang: … could not be opened: Dynamic loading not supported, because it is linked statically here"

  fix "RUSTFLAGS=-Ctarget-feature=-crt-static without --target, so that it reaches build scripts" {
    when   = !stage_text("RUSTFLAGS|--target")
    safety = "unsafe"
    recipe = "set-env"
    with   = { name = "RUSTFLAGS", value = "-Ctarget-feature=-crt-static" }
  }
  fix "use Alpine's own rust and cargo packages, which link dynamically" {
    safety = "manual"
  }
}
