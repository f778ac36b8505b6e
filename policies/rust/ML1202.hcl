policy "ML1202" {
  name     = "rust-crt-static-host"
  title    = "Proc macros and shared libraries cannot be built with +crt-static"
  severity = "warning"
  covers   = ["RUST_PROC_MACRO_CRT_STATIC"]
  links = [
    "https://github.com/rust-lang/rust/issues/78210",
    "https://github.com/rust-lang/rust/pull/69519",
  ]

  match "command" {
    name       = ["cargo"]
    subcommand = ["build", "b", "install", "test", "run", "rustc", "chef"]
    libc       = ["musl"]
  }
  match "command" {
    name = ["rustup-init"]
    libc = ["musl"]
  }
  # Rust 1.44 builds proc macros without crt-static, unless the flag is given explicitly
  # for everything that runs on the host, which is so without --target.
  when = (command.name == "rustup-init" ?
    !file_text("crt-static") && !stage_text("nightly-20[12]|--target[= ]") && (
      matches("^1\\.(\\d|[1-3]\\d|4[0-3])(\\.|$)", flag("default-toolchain")) ||
      stage_text("\\bdbus-dev\\b") && !stage_text("dbus-static") ||
    stage_text("\\b(alsa-lib-dev|pulseaudio-dev|gtk\\+3\\.0-dev|gtk4\\.0-dev)\\b")) :
    flag("target") == "" && getenv("CARGO_BUILD_TARGET") == "" && (
      matches("\\+crt-static", getenv("RUSTFLAGS")) ||
    stage.repository == "rust" && matches("^1\\.(\\d|[1-3]\\d|4[0-3])(\\.|$)", stage.version) && !stage_text("-crt-static"))
  )

  once = "stage"
  message = (command.name == "rustup-init" && !matches("^1\\.", flag("default-toolchain")) ?
    "rustup's tool chain for musl links statically, and the C libraries installed here are shared ones: ld: cannot find -l…: have you installed the static version of the library ?" :
  "any dependency with a derive macro stops this: cannot produce proc-macro for … as the target x86_64-unknown-linux-musl does not support these crate types")

  fix "name the target, so that proc macros are built without these flags: cargo build --target x86_64-unknown-linux-musl" {
    safety = "manual"
  }
  fix "link dynamically: RUSTFLAGS=-Ctarget-feature=-crt-static, or Alpine's own cargo (apk add cargo)" {
    when   = getenv("RUSTFLAGS") == "" && !stage_text("RUSTFLAGS|\\.cargo/config")
    safety = "unsafe"
    recipe = "set-env"
    with   = { name = "RUSTFLAGS", value = "-Ctarget-feature=-crt-static" }
  }
  fix "and use Rust 1.44 or newer" {
    safety = "manual"
  }
}
