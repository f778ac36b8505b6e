policy "ML6003" {
  name     = "nsswitch-missing-for-go"
  title    = "Go before 1.16 asks DNS before /etc/hosts where /etc/nsswitch.conf is missing"
  severity = "info"
  covers   = ["NSSWITCH_MISSING"]
  once     = "stage"
  until    = "alpine:3.16"
  links = [
    "https://github.com/golang/go/issues/35305",
    "https://github.com/drone/drone/commit/5f66d74c",
  ]

  match "env" {
    libc    = ["musl"]
    keyword = ["ENV"]
    name    = ["GODEBUG"]
  }
  match "artifact" {
    libc = ["musl"]
    kind = ["go-program"]
  }
  # The official Go images write the file themselves. A newer Go in the file makes the program.
  when = (
    stage.shipped && stage.repository != "golang" && !image_text("nsswitch")
    && (
      try(env.name, "") == "GODEBUG"
      ? matches("\\bnetdns=go\\b", env.value) && !file_text("(?i)^FROM\\s[^\\n]*\\bgolang(?::(?:1\\.(?:1[6-9]|[2-9]\\d)|1-|1\\s|alpine|latest|rc|tip)|@|\\s|$)")
      : matches("^golang:1\\.(?:\\d|1[0-5])(?:[.-]|$)", copy.from_image)
    )
  )

  at      = try(env.name, "") == "GODEBUG" ? value_range() : subject_range()
  message = "Alpine ${stage.release} has no /etc/nsswitch.conf: a program made by Go before 1.16 then asks DNS first and /etc/hosts last, so that entries of --add-host and extra_hosts lose against DNS"

  fix "write the file that later releases of Alpine bring" {
    safety = "unsafe"
    when   = !instruction.onbuild && !text_before("(?i)^USER\\s")
    edit {
      at            = instruction_range()
      insert_before = true
      with          = "RUN test -e /etc/nsswitch.conf || echo 'hosts: files dns' > /etc/nsswitch.conf\n"
    }
  }
  fix "build with Go 1.16 or newer, or use Alpine 3.17 or newer" {
    safety = "manual"
  }
}
