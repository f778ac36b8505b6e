policy "ML6017" {
  name     = "locale-tools-missing"
  title    = "Alpine has no tools or packages that make locales"
  severity = "warning"
  covers   = ["LOCALE_LIMITED"]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["locale-gen", "localedef", "update-locale"]
  }
  match "install" {
    libc    = ["musl"]
    manager = ["apk"]
    package = ["locales", "locales-all", "language-pack-*", "glibc-locales", "glibc-langpack-*", "glibc-all-langpacks"]
  }
  # A path leads to a second glibc's tool; a package may come from a repository of one's own.
  when = (
    stage.shim != "glibc" && command.guard == "" && !command.tolerated && stage.distro == "alpine"
    && (
      try(package.name, "") != ""
      ? !has_flag("X", "repository", "allow-untrusted") && !text_before("/etc/apk/repositories")
      : !matches("/", command.path) && !stage_text("(?i)(?:COPY|ADD)\\s[^;&|]*(?:locale-gen|localedef)|alpine-pkg-glibc|glibc-bin")
    )
  )

  severity_when "error" {
    when = stage.certain && !command.conditional && (command.last || command.errexit && !command.and_next) && !text_before("(?i)ENV\\s[^;&|]*\\bPATH=|COPY --from")
  }

  message = (
    try(package.name, "") != ""
    ? "Alpine has no package ${package.name}: apk ends with \"ERROR: unable to select packages: ${package.name} (no such package)\""
    : "the command fails with \"${command.name}: not found\": musl has no locales to generate, and Alpine no such tool"
  )

  fix "leave it out, and ENV LANG=C.UTF-8: text is UTF-8 on musl in any case" {
    when   = try(package.name, "") == ""
    safety = "unsafe"
    recipe "remove-command" {
    }
  }
  fix "leave the package out, and ENV LANG=C.UTF-8: text is UTF-8 on musl in any case" {
    when   = try(package.name, "") != ""
    safety = "unsafe"
    recipe = "remove-packages"
    with   = { packages = [try(package.name, "")] }
  }
  fix "for translated dates and messages: apk add musl-locales and ENV MUSL_LOCPATH=/usr/share/i18n/locales/musl" {
    safety = "manual"
  }
}
