policy "ML4009" {
  name     = "header-renamed"
  title    = "A header is included by an old name, and musl warns about it"
  severity = "info"
  covers   = []

  match "use" {
    kind = ["redirect"]
  }

  severity_when "error" {
    when = matches("-Werror", use.message)
  }

  once     = "name"
  message  = use.message
  evidence = use_notes()
  repairs  = source_fixes()

  fix "instead" {
    when   = length(use.musl_headers) > 0 && !use.repaired
    title  = "#include <${use.musl_headers[0]}>"
    safety = "manual"
  }
}
