policy "ML1014" {
  name     = "aws-cli-v2-on-musl"
  title    = "The AWS CLI v2 installer carries a Python for glibc"
  severity = "warning"
  covers   = ["AWSCLI_V2_ALPINE"]
  once     = "stage"
  links = [
    "https://github.com/aws/aws-cli/issues/4685",
    "https://github.com/aws/aws-cli/issues/4971",
  ]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["install", "sh", "bash"]
  }
  match "download" {
    libc = ["musl"]
    url  = ["*awscli-exe-linux*"]
  }
  # The download speaks where nothing shows how it is installed.
  when = (
    contains(["curl", "wget", ""], command.name)
    ? stage.shipped && !stage_text("aws/install\\b")
    : has_word("(?:^|/)aws/install$")
  )

  # Installers of a named version copy their files whatever happens, so a stage that is not shipped may be
  # a carrier only; the newest one, which has no version in its name, refuses.
  severity_when "error" {
    when = stage.certain && (stage.shipped || downloaded("awscli-exe-linux-[a-z0-9_$}{]+\\.zip$") != "") && shim() == "" && !command.conditional && !text_before("ld-linux|/lib64|linux-gnu/")
  }

  message = "AWS CLI v2 from this installer needs glibc: it stops with \"./aws/install: line 78: /aws/dist/aws: not found\", newer ones with \"musl-based Linux detected. AWS CLI v2 binaries require glibc\""

  fix "install Alpine's package: apk add --no-cache aws-cli" {
    when   = (stage.release == "edge" || release_since("3.18"))
    safety = "unsafe"
    recipe = "replace-command"
    with   = { with = "apk add --no-cache aws-cli", drop = "awscli-exe-linux|awscli[a-z0-9_-]*\\.zip|\\baws/install\\b" }
  }
  fix "run the amazon/aws-cli image, or build on a glibc image" {
    safety = "manual"
  }
}
