policy "ML5003" {
  name     = "library-missing"
  title    = "A library of glibc is linked that musl does not have"
  severity = "error"
  covers   = []

  match "use" {
    kind = ["option"]
    name = ["-l*"]
  }
  when = !contains(["-lasan", "-ltsan", "-llsan", "-lubsan"], use.name)

  once     = "name"
  message  = use.message
  evidence = use_notes()

  fix "leave out" {
    title  = "leave out ${use.name} on musl, with what the program needs it for"
    safety = "manual"
  }
}
