policy "ML4007" {
  name     = "member-missing"
  title    = "A member of a structure is used that musl calls otherwise or does not have"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["member"]
  }

  fallback = true

  once     = "name"
  message  = use.message
  evidence = use_notes()
  repairs  = source_hints()

  fix "package" {
    when   = use.package != "" && !use.advised
    title  = "apk add ${use.package}${use.link != "" ? ", and link with -l${use.link}" : ""}"
    safety = "manual"
  }
  fix "instead" {
    when   = use.instead != "" && use.guard == "" && !use.repaired && (!use.advised || use.package != "")
    title  = use.instead
    safety = "manual"
  }
  fix "use the member's name in POSIX, or keep the access under #ifdef __GLIBC__" {
    safety = "manual"
  }
}
