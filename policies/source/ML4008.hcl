policy "ML4008" {
  name     = "glibc-internal-name"
  title    = "A name that is internal to glibc is used"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["function", "macro", "type", "other"]
    name = ["__*", "_IO_*", "_G_*", "_STRUCT_TIMESPEC", "_BITS_*"]
  }

  match "use" {
    kind = ["header"]
    name = ["sys/cdefs.h", "bits/*", "gnu/stubs*.h"]
  }
  when = use.kind == "header" || !use.available && !matches("^__(malloc|free|realloc|memalign|after_morecore|morecore|pthread|argp|obstack|res|nss|fts|error|ns_|dn_|p_|b64|loc_|sym_|fp_|hostalias|putlong|putshort)", use.name)

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
