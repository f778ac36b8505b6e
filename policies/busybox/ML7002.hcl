policy "ML7002" {
  name     = "gnu-options"
  title    = "A command has an option, or a name, that BusyBox does not know"
  severity = "warning"
  default  = false
  covers   = ["GNU_OPTIONS"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name = [
      "grep", "date", "readlink", "realpath", "ln", "stat", "mktemp", "tar", "xargs", "df",
      "useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel",
    ]
  }
  # Only what BusyBox certainly refuses, and only while the package that knows it is certainly missing.
  when = (
    stage.certain && !command.conditional && command.guard == "" && !command.tolerated
    && installed({
      grep    = "grep", date = "coreutils", readlink = "coreutils", realpath = "coreutils", ln = "coreutils",
      stat    = "coreutils", mktemp = "coreutils", df = "coreutils", tar = "tar", xargs = "findutils",
      useradd = "shadow", groupadd = "shadow", usermod = "shadow", groupmod = "shadow", userdel = "shadow", groupdel = "shadow",
    }[command.name]) == "no"
    && (
      command.name == "grep" && has_word("^(?:-[A-Za-z]*P[A-Za-z]*|--perl-regexp|--include(?:=.*)?|--exclude(?:-dir)?(?:=.*)?)$")
      || command.name == "date" && matches("(?i)yesterday|tomorrow|\\b(?:second|minute|hour|day|week|month|year)s?\\b|\\bago\\b|\\bnext\\b", "${flag("d")}${flag("date")}")
      || command.name == "readlink" && has_word("^(?:-[a-z]*[em][a-z]*|--canonicalize-.*)$")
      || command.name == "realpath" && has_word("^(?:--relative-to.*|--relative-base.*)$")
      || command.name == "ln" && has_word("^(?:-[a-zA-Z]*r[a-zA-Z]*|--relative)$")
      || command.name == "stat" && has_word("^(?:--format.*|--printf.*)$")
      || command.name == "mktemp" && has_word("^--suffix.*$")
      || command.name == "tar" && has_word("^(?:--transform.*|--xform.*|--wildcards.*)$")
      || command.name == "xargs" && has_word("^(?:-d.*|--delimiter.*)$")
      || command.name == "df" && has_word("^--output.*$")
      || contains(["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel"], command.name)
    )
  )

  severity_when "error" {
    when = contains(["useradd", "groupadd", "usermod", "groupmod"], command.name) && (command.last || command.and_next || command.errexit)
  }

  at = (
    contains(["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel"], command.name)
    ? word_range("^[^-]")
    : word_range("^-")
  )
  message = (
    contains(["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel"], command.name)
    ? "${command.name} is part of the package shadow, which ${stage.base_image} does not have: \"/bin/sh: ${command.name}: not found\""
    : "${command.name} is that of BusyBox in ${stage.base_image}, which does not know this: \"${command.name}: ${command.name == "date" ? "invalid date" : "unrecognized option"}\""
  )

  fix "use BusyBox's own commands: addgroup -S app && adduser -S -G app app" {
    safety = "manual"
    when   = contains(["useradd", "groupadd"], command.name)
  }
  fix "install the GNU program" {
    title = (
      contains(["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel"], command.name)
      ? "install the package: apk add --no-cache shadow"
      : "install the GNU program: apk add --no-cache ${contains(["grep", "tar"], command.name) ? command.name : (command.name == "xargs" ? "findutils" : "coreutils")}"
    )
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = [contains(["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel"], command.name) ? "shadow" : contains(["grep", "tar"], command.name) ? command.name : command.name == "xargs" ? "findutils" : "coreutils"], needed = instruction.keyword == "RUN" ? "build" : "run" }
  }
}
