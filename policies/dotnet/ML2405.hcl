policy "ML2405" {
  name     = "dotnet-rid-here"
  title    = "A .NET program is published for glibc in the musl image that runs it"
  severity = "warning"
  covers   = ["DOTNET_RID_GLIBC"]

  match "command" {
    name       = ["dotnet"]
    subcommand = ["publish", "build", "run", "test"]
    flag       = ["r", "runtime", "os"]
    libc       = ["musl"]
  }
  when = (
    (matches("^linux-(x64|amd64|arm64|arm|x86)$", flag("r", "runtime")) || flag("os") == "linux") &&
    stage.shim == "" &&
    (contains(["run", "test"], command.subcommand) ||
    stage.shipped && stage_text("(ENTRYPOINT|CMD)") && !stage_text("(ENTRYPOINT|CMD)[^\\n]*\\bdotnet[\"' ]"))
  )

  at      = flag_range("r", "runtime", "os")
  message = "${flag("os") == "" ? flag("r", "runtime") : "--os linux"} stands for glibc, and ${stage.base_image} has musl: the program does not start: No such file or directory"

  fix "linux-musl-x64, linux-musl-arm64, or no run-time identifier at all" {
    when   = flag("os") == "" && flag("r", "runtime") != ""
    safety = "unsafe"
    recipe = "set-flag"
    with   = { flag = ["-r", "--runtime"], value = stage.arch == "arm64" ? "linux-musl-arm64" : stage.arch == "arm/v7" ? "linux-musl-arm" : "linux-musl-x64", also = "stage" }
  }
  fix "name musl: --os linux-musl" {
    when   = flag("os") == "linux"
    safety = "unsafe"
    recipe = "set-flag"
    with   = { flag = ["--os"], value = "linux-musl" }
  }
}
