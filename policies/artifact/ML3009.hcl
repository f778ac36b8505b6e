policy "ML3009" {
  name     = "library-missing-for-context-file"
  title    = "A file from the build context needs a shared library that its musl image does not have"
  severity = "warning"
  covers   = ["RUNTIME_LIBSTDCXX_MISSING"]
  links    = ["https://pkgs.alpinelinux.org/contents"]

  match "file" {
    libc      = ["musl"]
    verdict   = ["fails"]
    form      = ["program", "library", "plugin"]
    file_libc = ["musl", "none", "unknown"]
    holder    = ["folder", "archive"]
  }
  when = (
    (stage.shipped || file.started) && length(file.missing) > 0 && !matches("ld-linux", join(" ", file.missing)) && shim() != "glibc" &&
    !stage_text("patchelf|LD_LIBRARY_PATH|ld-musl-")
  )
  severity_when "error" {
    when = file.started && file.form == "program" && length(file.packages) > 0
  }
  severity_when "info" {
    when = file.data
  }

  once           = "stage"
  consequence_of = ["ML1015", "ML1016"]
  message        = "${file.place}${file.more > 0 ? " (and ${file.more} more)" : ""} needs ${join(" and ", file.missing)}: \"${file.errors[0]}\"${length(file.packages) > 0 ? ", because ${stage.base_image} has no ${join(" and no ", file.packages)}" : ""}"
  evidence       = file_notes()

  fix "install" {
    when   = length(file.packages) > 0 && !stage_text("(?i)^USER\\s")
    title  = "install what it needs: apk add --no-cache ${join(" ", file.packages)}"
    safety = "unsafe"
    edit {
      at            = instruction_range()
      with          = "RUN apk add --no-cache ${join(" ", file.packages)}\n"
      insert_before = true
    }
  }
  fix "as-root" {
    when   = length(file.packages) > 0 && stage_text("(?i)^USER\\s")
    title  = "install what it needs while the user is still root: apk add --no-cache ${join(" ", file.packages)}"
    safety = "manual"
  }
  fix "copy" {
    when   = length(file.packages) == 0
    title  = "copy ${join(" and ", file.missing)} to /usr/lib as well, or link it into the program"
    safety = "manual"
  }
}
