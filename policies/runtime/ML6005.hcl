policy "ML6005" {
  name           = "nsswitch-workaround-outdated"
  title          = "Writing /etc/nsswitch.conf is no longer needed"
  severity       = "info"
  covers         = ["NSSWITCH_MISSING"]
  once           = "stage"
  since          = "alpine:3.17"
  consequence_of = ["ML6004"]
  links          = ["https://github.com/golang/go/issues/35305"]

  match "write" {
    libc = ["musl"]
    path = ["/etc/nsswitch.conf"]
  }
  # Only what says what is so anyway, and says it without a condition.
  when = (
    stage.shipped && write.known && !command.conditional
    && matches("^\\s*hosts:\\s*files\\s+dns\\s*$", write.content)
    && !text_before("\\brm\\s[^;&|]*nsswitch")
  )

  message = "not needed any more: Alpine ${stage.release} has an /etc/nsswitch.conf with \"hosts: files dns\", Go 1.16 and newer do without, and musl never reads the file"

  fix "delete the line" {
    safety = "unsafe"
    recipe = "remove-command"
  }
}
