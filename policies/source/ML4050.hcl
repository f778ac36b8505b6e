policy "ML4050" {
  name     = "behaves-differently"
  title    = "A function does something else on musl than on glibc"
  severity = "info"
  default  = false
  covers   = []

  match "use" {
    kind = ["behavior"]
  }

  once     = "name"
  message  = "${use.name} does something else on musl than on glibc"
  evidence = use_notes()
  repairs  = source_hints()

  fix "instead" {
    when   = use.instead != "" && use.guard == "" && !use.repaired && (!use.advised || use.package != "")
    title  = use.instead
    safety = "manual"
  }
}
