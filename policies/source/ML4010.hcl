policy "ML4010" {
  name     = "declaration-differs"
  title    = "A declaration or an argument does not agree with musl's header"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["conflict"]
  }

  fallback = true

  # Older compilers only warn, in C.
  severity_when "warning" {
    when = matches("incompatible pointer type|without a cast", use.message) && target.gcc != "" && version_compare("apk", target.gcc, "14") < 0
  }

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
  fix "cast the argument, or write the declaration, as POSIX has it" {
    when   = !use.repaired
    safety = "manual"
  }
}
