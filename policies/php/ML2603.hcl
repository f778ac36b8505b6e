policy "ML2603" {
  name     = "iconv-command-translit"
  title    = "The iconv command of musl refuses //TRANSLIT and //IGNORE"
  severity = "warning"
  covers   = ["ICONV_CLI_TRANSLIT"]
  links    = ["https://github.com/docker-library/php/issues/1495"]

  match "command" {
    name = ["iconv"]
    libc = ["musl"]
  }
  when = has_word("//(TRANSLIT|IGNORE)") && !stage_text("gnu-libiconv|libiconv\\S*\\.(so|tar|t?gz)")

  at      = word_range("//(TRANSLIT|IGNORE)")
  message = "musl's iconv knows character sets and nothing after them: iconv: destination charset ASCII//TRANSLIT: Invalid argument"

  fix "use GNU's: apk add gnu-libiconv and call gnu-iconv" {
    when   = command.path == "iconv"
    safety = "unsafe"
    recipe "add-packages" {
      with = { packages = ["gnu-libiconv"], needed = instruction.keyword == "RUN" ? "build" : "run" }
    }
    edit {
      at   = word_range("^iconv$")
      with = "gnu-iconv"
    }
  }
  fix "drop the suffix where every character has a place in the target set; with uconv (apk add icu): uconv -x 'Any-Latin; Latin-ASCII'" {
    safety = "manual"
  }
}
