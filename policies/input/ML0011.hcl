policy "ML0011" {
  name     = "expired-suppression"
  title    = "A suppression comment is past its until= date"
  severity = "warning"
  builtin  = true
  covers   = []
}
