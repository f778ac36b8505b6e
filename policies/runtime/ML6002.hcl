policy "ML6002" {
  name           = "time-zone-without-tzdata"
  title          = "A time zone is set and the image has no time zone data"
  severity       = "info"
  covers         = ["TZDATA_MISSING"]
  once           = "stage"
  consequence_of = ["ML6018"]

  match "env" {
    libc    = ["musl"]
    keyword = ["ENV"]
    name    = ["TZ"]
  }
  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["ln"]
  }
  # Etc/UTC and its like come out right all the same. A zone folder that is copied or made
  # by hand serves as well as the package. Java and, since 12, Node.js bring zones of
  # their own.
  when = (
    stage.shipped && image_installed("tzdata") == "no" && stage.shim != "glibc" && image_env("ZONEINFO") == ""
    && !(
      matches("(^|/)node$", stage.family) ? !matches("^([0-9]|1[01])(\\.|$)", stage.version) :
      starts("node", "npm", "npx", "yarn", "pnpm", "pm2", "pm2-runtime", "java")
    )
    && matches(
      "^(?::|/usr/share/zoneinfo/)?(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US|Etc)/.",
      try(env.value, command.operands[0], ""),
    )
    && !matches("Etc/(?:UTC|UCT|GMT(?:[+-]?0)?|Universal|Zulu|Greenwich)$", try(env.value, command.operands[0], ""))
    && !image_text("(?i)(?:COPY|ADD|mkdir|mv|rsync|install)\\s[^;&|]*(?:/zoneinfo|\\s/usr/share/?[\\s\"]|\\s/\\s)|(?i)ADD\\s[^;&|]*\\.tar|--root|zic\\b")
  )

  at = try(env.name, "") == "TZ" ? value_range() : operand_range(0)
  message = (
    try(env.name, "") == "TZ"
    ? "TZ=${env.value} means UTC here, in silence: the image has no tzdata, and musl falls back to UTC when it finds no file for the zone"
    : "this link points to nothing: the image has no tzdata, and without /etc/localtime musl's time is UTC"
  )

  fix "install the package: apk add --no-cache tzdata" {
    when   = stage.distro == "alpine"
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["tzdata"], needed = "run" }
  }
  fix "use a POSIX rule, which needs no files, for example TZ=CET-1CEST,M3.5.0,M10.5.0/3" {
    safety = "manual"
  }
}
