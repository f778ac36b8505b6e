policy "ML7001" {
  name     = "bash-missing"
  title    = "bash is called in an image that has none"
  severity = "warning"
  default  = false
  covers   = ["BASH_MISSING"]
  once     = "stage"

  match "command" {
    libc = ["musl"]
    name = ["bash"]
  }
  when = (
    stage.certain && finally_installed("bash") == "no" && installed("bash") == "no"
    && !command.conditional && command.guard == ""
    && (instruction.keyword == "RUN" || stage.final)
  )

  at      = word_range("bash")
  message = "${stage.base_image} has no bash: \"${!instruction.exec ? "/bin/sh: ${command.path}: not found" : matches("/", command.path) ? "exec: \\\"${command.path}\\\": stat ${command.path}: no such file or directory" : "exec: \\\"bash\\\": executable file not found in $PATH"}\""

  fix "install it: apk add --no-cache bash" {
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["bash"], needed = instruction.keyword == "RUN" ? "build" : "run" }
  }
  fix "use sh, which is BusyBox's ash, for scripts without arrays and other extensions of bash" {
    safety = "manual"
  }
}
