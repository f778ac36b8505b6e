policy "ML6018" {
  name     = "zoneinfo-copy-without-tzdata"
  title    = "A file of /usr/share/zoneinfo is copied and there is none"
  severity = "warning"
  covers   = ["TZDATA_MISSING"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["cp", "install", "mv"]
  }
  when = (
    anytrue([for w in command.operands : matches("^/usr/share/zoneinfo/[^/]", w)])
    && !matches("^/usr/share/zoneinfo", operand(-1))
    && lacks("tzdata") && command.guard == "" && stage.shim != "glibc"
    && !text_before("(?i)(?:COPY|ADD|mkdir|mv|rsync)\\s[^;&|]*(?:/zoneinfo|\\s/usr/share/?[\\s\"]|\\s/\\s)|(?i)ADD\\s[^;&|]*\\.tar|--root|zic\\b")
  )

  severity_when "error" {
    when = stage.certain && !command.conditional && !command.tolerated && (command.last || command.errexit)
  }

  at      = word_range("^/usr/share/zoneinfo/")
  message = "tzdata is not installed here, so the copy fails: ${command.name}: can't ${command.name == "mv" ? "rename" : "stat"} '${[for w in command.operands : w if startswith(w, "/usr/share/zoneinfo/")][0]}': No such file or directory"

  fix "install it before, in the same RUN: apk add --no-cache tzdata" {
    safety = "unsafe"
    when   = stage.distro == "alpine" && !text_before("(?i)^USER\\s") && !instruction.exec
    edit {
      at            = command_range()
      insert_before = true
      with          = "apk add --no-cache tzdata && "
    }
  }
}
