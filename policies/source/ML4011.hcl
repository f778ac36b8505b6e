policy "ML4011" {
  name     = "resolver-state"
  title    = "A part of the resolver is used that musl does not have"
  severity = "error"
  covers   = []
  links = [
    "https://github.com/openwrt/telephony/issues/516",
  ]

  match "use" {
    header = ["resolv.h", "arpa/nameser.h", "arpa/nameser_compat.h"]
    kind   = ["function", "macro", "type", "other", "symbol"]
    name   = ["res_*", "__res_*", "_res*", "RES_*", "ns_*", "__ns_*", "NS_*", "p_*", "__p_*", "dn_*", "__dn_*", "b64_*", "__b64_*", "fp_*", "__fp_*", "loc_*", "__loc_*", "sym_*", "__sym_*", "*hostalias*", "putlong", "putshort", "__putlong", "__putshort"]
  }

  match "use" {
    kind = ["function", "macro", "type", "other", "symbol"]
    name = ["res_n*", "__res_n*"]
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
}
