policy "ML4001" {
  name     = "header-missing"
  title    = "A header that musl does not have is included"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["header"]
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
  fix "older release" {
    when   = use.old_package != "" && use.guard == ""
    title  = "take an older release of Alpine, which had the package ${use.old_package}"
    safety = "manual"
  }
}
