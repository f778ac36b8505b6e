policy "ML4090" {
  name     = "does-not-compile"
  title    = "The source does not compile with musl's headers"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["other"]
  }

  fallback = true

  once     = "name"
  message  = use.message
  evidence = use_notes()
  repairs  = source_fixes()

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
}
