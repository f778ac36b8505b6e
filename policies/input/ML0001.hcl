policy "ML0001" {
  name     = "refused-by-docker"
  title    = "Docker refuses the file or an instruction in it"
  severity = "error"
  builtin  = true
  covers   = []
  links    = ["https://docs.docker.com/reference/dockerfile/"]
}
