policy "ML2602" {
  name     = "stale-iconv-preload"
  title    = "The official PHP images need no preloaded libiconv any more"
  severity = "info"
  covers   = ["STALE_ICONV_PRELOAD"]
  links = [
    "https://github.com/docker-library/php/pull/1264",
    "https://github.com/api-platform/api-platform/pull/2161",
  ]

  match "env" {
    name    = ["LD_PRELOAD"]
    keyword = ["ENV"]
    libc    = ["musl"]
  }
  when = (
    matches("libiconv", env.value) && stage.repository == "php" &&
    !matches("^([4-6](\\.|$)|7\\.[0-3](\\.|$)|7\\.4\\.(\\d|1\\d|2[0-7])$|8\\.0\\.(\\d|1[0-5])$|8\\.1\\.[0-2]$)", stage.version)
  )

  at      = value_range()
  message = "php:${stage.tag} has been linked with GNU libiconv since March 2022: the preload changes nothing for PHP, and where the file exists, every other process loads it too"

  fix "remove LD_PRELOAD, and gnu-libiconv where nothing else uses it" {
    when   = matches("^\\S*preloadable_libiconv\\.so(?: php)?$", env.value)
    safety = "unsafe"
    recipe = "remove-env"
  }
  fix "take the library out of LD_PRELOAD, and gnu-libiconv away where nothing else uses it" {
    when   = !matches("^\\S*preloadable_libiconv\\.so(?: php)?$", env.value)
    safety = "manual"
  }
}
