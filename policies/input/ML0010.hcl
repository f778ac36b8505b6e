policy "ML0010" {
  name     = "unused-suppression"
  title    = "A suppression comment suppresses nothing"
  severity = "warning"
  builtin  = true
  covers   = []
}
