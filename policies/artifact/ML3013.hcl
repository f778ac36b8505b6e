policy "ML3013" {
  name     = "glibc-addon-in-copied-modules"
  title    = "node_modules from the build context hold a native part that was built for glibc"
  severity = "warning"
  covers   = ["NODE_PREBUILT_GLIBC", "NODE_MODULES_GLIBC_TO_MUSL", "NODE_SHARP_MUSL"]
  links = [
    "https://github.com/TryGhost/node-sqlite3/issues/1581",
    "https://github.com/lovell/sharp/issues/1240",
  ]

  match "file" {
    libc      = ["musl"]
    verdict   = ["fails"]
    holder    = ["folder", "archive"]
    file_libc = ["glibc", "unknown", "none"]
  }
  when = (
    (stage.shipped || file.started) && endswith(file.modules, "/node_modules") && file.suits && shim() != "glibc" &&
    !stage_text("ld-linux|/lib64")
  )

  once     = "stage"
  message  = "${file.place}${file.more > 0 ? " (and ${file.more} more) were" : " was"} installed for glibc and ${file.more > 0 ? "fail" : "fails"} on ${stage.base_image}: ${length(file.errors) > 0 ? "\"${file.errors[0]}\"" : "\"no such file or directory\""}"
  evidence = file_notes()

  fix "run npm ci in this stage, or in one FROM the same -alpine image" {
    safety = "manual"
  }
  fix "list node_modules in .dockerignore, so that those of the host stay out" {
    safety = "manual"
  }
}
