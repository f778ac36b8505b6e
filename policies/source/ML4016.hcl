policy "ML4016" {
  name     = "backtrace"
  title    = "The backtrace functions of execinfo.h are used, which musl does not have"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["function", "macro", "type", "other", "header", "symbol"]
    name = ["execinfo.h", "backtrace", "backtrace_symbols", "backtrace_symbols_fd"]
  }

  once     = "file"
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
