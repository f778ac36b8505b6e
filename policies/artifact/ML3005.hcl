policy "ML3005" {
  name     = "beam-release-into-musl"
  title    = "An Erlang or Elixir release made on glibc is copied into a musl image"
  severity = "warning"
  covers   = ["BEAM_NIF_GLIBC"]
  links = [
    "https://hexdocs.pm/mix/Mix.Tasks.Release.html",
    "https://github.com/bitwalker/exrm/issues/329",
  ]

  match "artifact" {
    libc          = ["musl"]
    artifact_libc = ["glibc"]
    kind          = ["beam-release"]
  }
  when = stage.shipped && !stage_text("ld-linux|/lib64|glibc|include_erts")

  severity_when "info" {
    when = stage.shim != ""
  }

  once    = "stage"
  message = "the release in ${artifact.source} carries an Erlang run-time built for glibc, and ${stage.base_image} has musl: \"erlexec: not found\", although the file is there"
  evidence = concat(
    [note("the release is made here: ${artifact.why}", artifact_range())],
    from_reasons(),
  )

  fix "rebuild" {
    title  = "make the release in the -alpine variant of the image, of the same Alpine release as ${stage.base_image}"
    safety = "unsafe"
    recipe = "change-base"
    at     = artifact_range()
    with   = { to = "musl" }
  }
  fix "run it on the distribution that it was made on, such as debian:bookworm-slim" {
    safety = "manual"
  }
}
