policy "ML2601" {
  name     = "php-iconv-translit"
  title    = "PHP's iconv on musl refuses //TRANSLIT and //IGNORE"
  severity = "info"
  covers   = ["PHP_ICONV_TRANSLIT"]
  links = [
    "https://github.com/docker-library/php/issues/240",
    "https://github.com/docker-library/php/pull/1264",
  ]

  match "stage" {
    image = ["php"]
    libc  = ["musl"]
  }
  match "install" {
    manager = ["apk"]
    package = ["php*-iconv"]
    libc    = ["musl"]
  }
  # The official images link PHP with GNU libiconv since 2022-03-10. Tags of a patch
  # release from before were never rebuilt, those of a line were.
  when = (
    !file_text("libiconv") && (stage.shipped || stage_text("(?i)^(ENTRYPOINT|CMD)\\b")) &&
    (instruction.keyword != "FROM" ||
    matches("^([4-6](\\.|$)|7\\.[0-3](\\.|$)|7(\\.4(\\.(\\d|1\\d|2[0-7]))?)?$|8\\.0(\\.(\\d|1[0-5]))?$|8\\.1\\.[0-2]$)", stage.version))
  )

  once = "file"
  message = (
    instruction.keyword != "FROM" ?
    "Alpine's PHP uses musl's iconv, which knows no //TRANSLIT and no //IGNORE: iconv(): Wrong charset, conversion from `UTF-8' to `ASCII//TRANSLIT' is not allowed" :
    matches("^(7|7\\.4|8\\.0)$", stage.version) ?
    "php:${stage.tag} uses musl's iconv in copies from before 2022-03-10: iconv(): Wrong charset, conversion from `UTF-8' to `ASCII//TRANSLIT' is not allowed; later ones have GNU libiconv" :
  "php:${stage.tag} uses musl's iconv, which knows no //TRANSLIT and no //IGNORE: iconv(): Wrong charset, conversion from `UTF-8' to `ASCII//TRANSLIT' is not allowed")

  fix "use an official image of a maintained line (php:8.4-fpm-alpine), which is linked with GNU libiconv" {
    safety = "manual"
  }
  fix "transliterate with intl: transliterator_transliterate('Any-Latin; Latin-ASCII', $text)" {
    safety = "manual"
  }
}
