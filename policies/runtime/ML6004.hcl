policy "ML6004" {
  name     = "nsswitch-test-fails-build"
  title    = "A RUN fails because /etc/nsswitch.conf exists"
  severity = "warning"
  covers   = ["NSSWITCH_MISSING"]
  links    = ["https://github.com/golang/go/issues/35305"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["[", "test", "[["]
  }
  when = (
    has_word("^/etc/nsswitch\\.conf$") && has_word("^!$") && has_word("^-[ef]$")
    && command.and_next && command.last && !command.tolerated && !command.conditional && command.guard == ""
    && stage.distro == "alpine" && !release_before("3.16")
    && !text_before("\\b(?:rm|mv)\\s[^;&|]*nsswitch")
  )

  severity_when "error" {
    when = stage.certain && release_since("3.17")
  }

  message = (
    release_since("3.17")
    ? "this RUN fails with exit code 1: Alpine ${stage.release} has /etc/nsswitch.conf, so the test is false, and with && that is the status of the whole"
    : "this RUN fails with exit code 1 where /etc/nsswitch.conf exists, as it does since Alpine 3.16.2: the test is then false, and with && that is the status of the whole"
  )

  fix "write the file only where it is missing, without failing" {
    safety = "safe"
    when   = matches("(?i)^RUN\\s+\\[ ! -e /etc/nsswitch\\.conf \\] && echo ['\"]hosts:\\s+files dns['\"] >>? ?/etc/nsswitch\\.conf\\s*$", instruction.text)
    edit {
      at   = instruction_range()
      with = "RUN [ -e /etc/nsswitch.conf ] || echo 'hosts: files dns' > /etc/nsswitch.conf"
    }
  }
  fix "delete the line: the image has the file, and Go 1.16 and newer do not need it" {
    safety = "manual"
    when   = release_since("3.17")
  }
  fix "turn the test round: [ -e /etc/nsswitch.conf ] || echo 'hosts: files dns' > /etc/nsswitch.conf" {
    safety = "manual"
    when   = !matches("(?i)^RUN\\s+\\[ ! -e /etc/nsswitch\\.conf \\] && echo ['\"]hosts:\\s+files dns['\"] >>? ?/etc/nsswitch\\.conf\\s*$", instruction.text)
  }
}
