policy "ML4014" {
  name     = "fts"
  title    = "The fts functions are used, which musl does not have"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["function", "macro", "type", "other", "header", "symbol"]
    name = ["fts.h", "fts_*", "FTS", "FTS_*", "FTSENT", "FTS64", "FTSENT64", "fts64_*"]
  }

  once     = "file"
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
}
