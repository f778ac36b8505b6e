policy "ML4005" {
  name     = "include-missing"
  title    = "The header that declares a name is only included by accident on glibc"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["function", "macro", "type"]
  }
  when = use.available

  fallback = true

  # Older compilers only warn, and the program links.
  severity_when "warning" {
    when = use.kind == "function" && startswith(use.message, "implicit declaration") && target.gcc != "" && version_compare("apk", target.gcc, "14") < 0
  }

  once     = "file"
  message  = use.message
  evidence = use_notes()
  repairs  = source_fixes()

  fix "include" {
    when   = !use.repaired
    title  = "#include <${use.musl_headers[0]}>"
    safety = "manual"
  }
}
