policy "ML4015" {
  name     = "gnu-library"
  title    = "A library of GNU is used that is a part of glibc only"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["function", "macro", "type", "other", "header", "symbol"]
    name = ["argp.h", "argp_*", "ARGP_*", "__argp_*", "_argp_*", "struct argp*", "argp", "error_t", "obstack.h", "obstack_*", "_obstack_*", "__obstack_*", "struct obstack", "struct _obstack_chunk", "error.h", "error", "error_at_line", "error_message_count", "error_one_per_line", "error_print_progname"]
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
}
