policy "ML0002" {
  name     = "unreadable-shell"
  title    = "A RUN that cannot be read as a shell script was not examined"
  severity = "info"
  builtin  = true
  covers   = []
}
