policy "ML0012" {
  name     = "bad-suppression"
  title    = "A suppression comment cannot be understood"
  severity = "warning"
  builtin  = true
  covers   = []
}
