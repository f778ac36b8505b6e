policy "ML4012" {
  name     = "nsswitch"
  title    = "The name service switch is used, which musl does not have"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["function", "macro", "type", "other", "header", "symbol"]
    name = ["nss.h", "aliases.h", "nss_*", "__nss_*", "NSS_*", "enum nss_status", "getaddrinfo_a", "gai_*", "GAI_*", "struct gaicb", "gaicb", "*netgrent*", "innetgr", "*aliasent*", "struct aliasent"]
  }
  when = !use.available

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
  fix "leave the plug-in out of the build on musl; a daemon with the protocol of nscd, such as musl-nscd, does what it did" {
    when   = use.name == "nss.h" || startswith(lower(use.name), "nss_")
    safety = "manual"
  }
}
