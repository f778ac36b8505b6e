policy "ML2105" {
  name     = "sharp-for-glibc"
  title    = "sharp is installed for glibc in a musl image"
  severity = "warning"
  covers   = ["NODE_SHARP_MUSL"]
  links = [
    "https://sharp.pixelplumbing.com/install#cross-platform",
    "https://github.com/lovell/sharp/issues/4146",
  ]

  match "install" {
    manager = ["npm"]
    libc    = ["musl"]
    package = ["sharp", "@img/sharp-linux-*", "@img/sharp-libvips-linux-*"]
  }
  when = (
    stage.shipped && !command.conditional &&
    (startswith(package.name, "@img/") ||
      contains(["glibc", "gnu"], flag("libc")) ||
      flag("platform") == "linux" && !has_flag("libc") ||
    contains(["glibc"], getenv("npm_config_libc"))) &&
    !text_after("linuxmusl|libc=musl")
  )

  at = startswith(package.name, "@img/") ? subject_range() : flag_range("libc", "platform")

  message = "this installs the build of sharp for glibc: \"Error: Could not load the \"sharp\" module using the linuxmusl-${stage.arch == "amd64" ? "x64" : stage.arch} runtime\""

  fix "let npm choose: npm install sharp" {
    safety = "manual"
  }
  fix "musl" {
    title  = "name musl: npm install --os=linux --libc=musl --cpu=${stage.arch == "amd64" ? "x64" : stage.arch} sharp"
    when   = package.name == "sharp" && getenv("npm_config_libc") == ""
    safety = "unsafe"
    recipe = "set-flag"
    with   = { flag = ["--libc"], value = "musl", join = "=" }
  }
}
