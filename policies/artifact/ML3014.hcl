policy "ML3014" {
  name     = "glibc-wheel-from-context"
  title    = "pip on musl refuses a manylinux wheel from the build context"
  severity = "warning"
  covers   = ["PIP_GLIBC_WHEEL_ON_MUSL"]
  links    = ["https://peps.python.org/pep-0656/"]

  match "file" {
    libc    = ["musl"]
    verdict = ["fails"]
    holder  = ["wheel"]
  }
  when = file.suits && shim() != "glibc" && text_after("\\bpip[0-9.]* +install|\\buv +pip +install|python[0-9.]* +-m +pip +install")

  once = "instruction"
  message = (
    text_after("find-links|no-index|pip[^\\n]* -f ") ?
    "${file.name}${file.more > 0 ? " (and ${file.more} more) are" : " is"} for glibc only: ERROR: Could not find a version that satisfies the requirement ${split("-", file.name)[0]} (from versions: none)" :
  "${file.name}${file.more > 0 ? " (and ${file.more} more) are" : " is"} for glibc only: ERROR: ${file.name} is not a supported wheel on this platform.")
  evidence = file_notes()

  fix "build or download the wheel for musllinux: pip wheel in a stage FROM the same image" {
    safety = "manual"
  }
  fix "take the -slim variant of the image" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
}
