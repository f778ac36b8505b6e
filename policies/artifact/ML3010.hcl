policy "ML3010" {
  name     = "symbol-missing-for-context-file"
  title    = "A file from the build context uses functions that the musl of its image does not have"
  severity = "warning"
  covers   = ["GLIBC_ARTIFACT_ON_MUSL", "MUSL_NAME_BUT_GLIBC_SYMBOLS"]
  links = [
    "https://github.com/tursodatabase/libsql-js/issues/91",
    "https://wiki.musl-libc.org/functional-differences-from-glibc.html",
  ]

  match "file" {
    libc      = ["musl"]
    verdict   = ["fails"]
    form      = ["library", "plugin"]
    file_libc = ["glibc"]
    holder    = ["folder", "archive"]
  }
  match "file" {
    libc      = ["musl"]
    verdict   = ["fails"]
    form      = ["program", "library", "plugin"]
    file_libc = ["musl", "none", "unknown"]
    holder    = ["folder", "archive"]
  }
  when = (
    (stage.shipped || file.started) && !endswith(file.modules, "/node_modules") && shim() != "glibc" &&
    (file.libc == "glibc" || length(file.missing) == 0 || matches("ld-linux", join(" ", file.missing))) && length(file.errors) > 0 && file.errors[0] != "Segmentation fault" &&
    !stage_text("ld-linux|/lib64|patchelf")
  )
  severity_when "error" {
    when = file.started && file.form == "program"
  }
  severity_when "info" {
    when = file.data
  }

  once           = "instruction"
  consequence_of = ["ML1015", "ML1016", "ML3008"]
  message = (
    file.libc == "glibc" ?
    "${file.place}${file.more > 0 ? " (and ${file.more} more) are" : " is"} linked to glibc, and ${file.form == "program" ? "does not start" : "cannot be loaded"} on ${stage.base_image}: \"${file.errors[0]}\"" :
  "${file.place}${file.more > 0 ? " (and ${file.more} more)" : ""} ${file.form == "program" ? "${file.more > 0 ? "do" : "does"} not start" : "cannot be loaded"} on ${stage.base_image}${stage.musl != "" ? ", which has musl ${stage.musl}" : ""}: \"${file.errors[0]}\"")
  evidence = file_notes()

  fix "shim" {
    when   = length(file.packages) > 0 && file.suits && file.more == 0
    title  = "${shim() == "" ? "let it run on a compatibility layer" : "install what it needs"}: apk add --no-cache ${join(" ", file.packages)}"
    safety = "manual"
  }
  fix "install the packages in this stage, where pip takes or makes the ones for musl" {
    when   = matches("-packages$", file.modules)
    safety = "manual"
  }
  fix "rebuild" {
    when   = !matches("-packages$", file.modules)
    title  = file.libc == "glibc" ? "take the file's build for musl, or build it in a stage FROM an -alpine image" : "take the Alpine release that it was built on, or a newer one"
    safety = "manual"
  }
  fix "take a glibc image, such as debian:bookworm-slim, for this stage" {
    when   = file.libc == "glibc"
    safety = "manual"
  }
}
